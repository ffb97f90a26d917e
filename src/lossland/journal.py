"""The journal of an exploration: what each round found, so that a killed run goes on where it was.

Rounds are planned from what is known, so replaying their outcomes in order restores the very state they led to.  A
round is one file, written under a temporary name and renamed: it is there in full or not at all.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from lossland._runtime import source_digest
from lossland.errors import LosslandError
from lossland.searches import Outcome
from lossland.status import StationaryPoint, Status

FIELDS = ("energy", "rms_gradient", "status", "n_evaluations", "n_hessians", "n_iterations")
DAMAGED = (OSError, ValueError, KeyError, EOFError, BadZipFile, NotImplementedError)


def run_digest(objective, settings: dict) -> str:
    """Return a digest of all that determines a run: objective, data, a few values, settings, kernels."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode() + source_digest().encode())
    box = (
        np.broadcast_to(objective.start_low, objective.n_variables),
        np.broadcast_to(objective.start_high, objective.n_variables),
    )
    for part in (*box, np.array(objective.probe())):
        digest.update(np.ascontiguousarray(part, dtype=np.float64).tobytes())
    for name in sorted(objective.attributes):
        digest.update(name.encode() + repr(np.asarray(objective.attributes[name]).tolist()).encode())
    for name, array in sorted({**objective.arrays, **objective.data._asdict()}.items()):
        digest.update(name.encode() + str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


class Journal:
    """Outcomes of rounds in a folder of their own; without a folder nothing is kept.

    Parameters
    ----------
    root : path-like or None
        Runs with different digests stand beside each other in it.
    digest : str
        From :func:`run_digest`.
    """

    def __init__(self, root, digest: str):
        self.folder = None if root is None else Path(root) / digest
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> list[Outcome] | None:
        """Return the outcomes of a round, or None when it has not been finished."""
        if self.folder is None or not self._path(name).exists():
            return None
        try:
            with open(self._path(name), "rb") as file, np.load(file, allow_pickle=False) as stored:
                return _unpacked(stored)
        except DAMAGED:  # a disk that failed: the round is done again
            return None

    def write(self, name: str, outcomes: list[Outcome]) -> None:
        """Keep the outcomes of a finished round.

        Raises
        ------
        LosslandError
            When they cannot be written; the rounds before are kept.
        """
        if self.folder is None:
            return
        temporary = self._path(name).with_suffix(f".{os.getpid()}.part")
        try:
            with open(temporary, "wb") as file:
                np.savez(file, **_packed(outcomes))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path(name))
        except OSError as error:
            raise LosslandError(
                f"{self._path(name)} cannot be written ({error.strerror}); earlier rounds are kept, run again to go on"
            ) from error
        finally:
            temporary.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete this run's rounds, once their result is safe."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name):
        return self.folder / f"{name}.npz"


def _packed(outcomes):
    """Return the outcomes as plain arrays: one row for each point, and for each outcome how many rows are its own."""
    points = [point for outcome in outcomes for point in [*outcome.minima, *(saddle for saddle, _ in outcome.saddles)]]
    n = points[0].x.size if points else 0

    def stacked(rows):
        return np.array(rows) if len(rows) else np.empty((0, n))

    return {
        "shape": np.array(
            [[len(o.minima), len(o.saddles), len(o.failures), o.n_evaluations, o.n_hessians] for o in outcomes],
            dtype=np.int64,
        ).reshape(-1, 5),
        "failures": np.array([int(status) for outcome in outcomes for status in outcome.failures], dtype=np.int64),
        "x": stacked([point.x for point in points]),
        "eigenvalues": stacked([point.eigenvalues for point in points]),
        "modes": stacked([mode for outcome in outcomes for _, mode in outcome.saddles]),
        "fields": np.array([[float(getattr(point, name)) for name in FIELDS] for point in points]).reshape(
            -1, len(FIELDS)
        ),
    }


def _unpacked(stored):
    x, eigenvalues, modes, fields = (stored[name] for name in ("x", "eigenvalues", "modes", "fields"))
    failures = [Status(int(status)) for status in stored["failures"]]

    def point(row):
        energy, rms_gradient, status, *counts = fields[row]
        return StationaryPoint(
            x[row], float(energy), float(rms_gradient), eigenvalues[row], Status(int(status)), *map(int, counts)
        )

    outcomes, row, mode, failure = [], 0, 0, 0
    for n_minima, n_saddles, n_failures, n_evaluations, n_hessians in stored["shape"].tolist():
        minima = [point(row + i) for i in range(n_minima)]
        saddles = [(point(row + n_minima + i), modes[mode + i]) for i in range(n_saddles)]
        outcomes.append(Outcome(minima, saddles, failures[failure : failure + n_failures], n_evaluations, n_hessians))
        row, mode, failure = row + n_minima + n_saddles, mode + n_saddles, failure + n_failures
    return outcomes
