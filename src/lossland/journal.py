"""The journal of an exploration: what each chunk found, so that a killed run goes on, and many share one.

Rounds are planned from what is known, so replaying their chunks in order restores the very state they led to.  A chunk
is one file, written under a temporary name and renamed: it is there in full or not at all, and whoever writes it again
writes the same.  Whoever has merged a round packs its chunks into one file.
"""

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path

import numba
import numpy as np

from lossland._runtime import PACKAGE
from lossland.chunk import Chunk
from lossland.errors import LosslandError


def run_digest(objective, settings: dict) -> str:
    """Return a digest of all that determines a run: objective, data, a few values, settings, sources, processor."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    box = (
        np.broadcast_to(objective.start_low, objective.n_variables),
        np.broadcast_to(objective.start_high, objective.n_variables),
    )
    for part in (*box, np.array(objective.probe()), *_derivatives(objective)):
        digest.update(np.ascontiguousarray(part, dtype=np.float64).tobytes())
    digest.update(str(numba.config.CPU_NAME).encode())  # kernels for another processor give other bits
    for name in sorted(objective.attributes):
        digest.update(name.encode() + repr(np.asarray(objective.attributes[name]).tolist()).encode())
    data = objective.data._asdict()
    del data["threads"]
    for name, array in sorted({**objective.arrays, **data}.items()):
        digest.update(name.encode() + str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def _derivatives(objective):
    """Return the gradient at a point of the start box, and the Hessian if it is not made of gradients."""
    x = objective.random_start(np.random.default_rng(1))
    return [objective.energy_gradient(x)[1], *([objective.hessian_matrix(x)] if objective.has_hessian else [])]


class Journal:
    """Chunks of rounds in a folder of their own; without a folder nothing is kept.

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
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LosslandError(f"the checkpoint folder {root} cannot be made ({error.strerror})") from error

    def read_round(self, number: int) -> list[Chunk]:
        """Return all chunks of a packed round, or none when it has not been packed."""
        return [] if self.folder is None else _read(self._round(number))

    def read(self, number: int, position: int) -> Chunk | None:
        """Return one chunk of a round, or None when it has not been finished (or its round has been packed)."""
        chunks = [] if self.folder is None else _read(self._chunk(number, position))
        return chunks[0] if len(chunks) == 1 else None

    def write(self, number: int, position: int, chunk: Chunk) -> None:
        """Keep a finished chunk.

        Raises
        ------
        LosslandError
            When it cannot be written; what was written before is kept.
        """
        if self.folder is not None:
            _write(self._chunk(number, position), [chunk])

    def pack(self, number: int, chunks: list[Chunk]) -> None:
        """Put one file in place of the files of a finished round; raises as :meth:`write`."""
        if self.folder is None:
            return
        if len(chunks) > 1:
            _write(self._round(number), chunks)
        self.tidy(number, len(chunks))

    def tidy(self, number: int, n_chunks: int) -> None:
        """Remove the claims and, if there are several, the files of the chunks of a packed round."""
        for position in range(n_chunks):
            self.unclaim(number, position)
            if n_chunks > 1:
                self._chunk(number, position).unlink(missing_ok=True)

    def claim(self, number: int, position: int, owner: str) -> bool:
        """Say that ``owner`` is about to run a chunk; return whether nobody else has said so before."""
        path = self._claim(number, position)
        try:
            with open(path, "x") as file:
                file.write(owner)
        except FileExistsError:
            with contextlib.suppress(OSError):
                return path.read_text() == owner  # in an earlier life
            return False
        except OSError as error:
            raise _unwritable(path, error) from error
        return True

    def unclaim(self, number: int, position: int) -> None:
        """Withdraw whatever claim there is."""
        self._claim(number, position).unlink(missing_ok=True)

    def _round(self, number):
        return self.folder / f"round-{number:06d}.npz"

    def _chunk(self, number, position):
        return self.folder / f"round-{number:06d}-chunk-{position:04d}.npz"

    def _claim(self, number, position):
        return self._chunk(number, position).with_suffix(".claim")


def _read(path):
    """Return the chunks of a file, none when it is missing or damaged: they are done again."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            return _unpacked({name: stored[name] for name in (*Chunk._fields, "sizes")})
    except Exception:  # whatever NumPy and its readers make of damaged bytes, one of many kinds
        return []


def _write(path, chunks):
    """Write a file under a temporary name, make sure that it is on the disk, and rename it."""
    temporary = path.with_suffix(f".{os.uname().nodename}-{os.getpid()}-{threading.get_ident()}.part")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **_packed(chunks))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path, error):
    return LosslandError(f"{path} cannot be written ({error.strerror}); what was found is kept, run again to go on")


def _packed(chunks):
    """Return chunks as plain arrays: those of all chunks in a row, and the rows that each has of each array."""
    columns = {name: np.concatenate([getattr(chunk, name) for chunk in chunks]) for name in Chunk._fields}
    return {**columns, "sizes": np.array([[len(column) for column in chunk] for chunk in chunks], dtype=np.int64)}


def _unpacked(columns):
    stops = np.cumsum(columns["sizes"], axis=0)
    starts = stops - columns["sizes"]
    return [
        Chunk(*(columns[name][a:b] for name, a, b in zip(Chunk._fields, first, stop, strict=True)))
        for first, stop in zip(starts.tolist(), stops.tolist(), strict=True)
    ]
