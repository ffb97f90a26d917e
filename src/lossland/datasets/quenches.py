"""Where random triatomic clusters end up: quenches of the LJAT3 potential, their outcomes and their paths.

Chitturi et al. 2020, section 4: starts are uniform in a cube, every start is minimised to an RMS gradient of 1e-10, and
the outcome is one of four minima: the equilateral triangle or a linear chain with atom 1, 2 or 3 in the centre.

The outcome of a start is a property of the minimiser as well as of the surface, because L-BFGS does not follow the path
of steepest descent; that is why the settings travel with the data.  Of 20,000 starts in the cube of side 2 sqrt(3),
17 to 21 % end in the triangle with L-BFGS, depending on its history and step limit, and 9 % along steepest descent.
"""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd
from numba import float64, int64, types, void

from lossland._kernel import kernel
from lossland.datasets.table import Dataset
from lossland.errors import InputError, LosslandError
from lossland.lbfgs import LBFGS_OPTIONS, LbfgsOptions, lbfgs
from lossland.objectives.base import DATA, VALUE_GRADIENT
from lossland.objectives.ljat3 import N_VARIABLES, ljat3
from lossland.status import Status

PAIR_NAMES = ("r12", "r13", "r23")
OUTCOME_NAMES = ("triangle", "linear, atom 1 central", "linear, atom 2 central", "linear, atom 3 central")
#: L-BFGS with the molecular programs' short history and a step limit small enough for the repulsive core
QUENCH_OPTIONS = LbfgsOptions(
    history=4, max_step=0.1, max_rise=1e-10, first_step=0.1, tolerance=1e-10, max_iterations=2000
)
#: above this energy (a pair closer than 0.11 sigma) steps go along the force alone: L-BFGS pairs of steps and gradient
#: changes collected there give curvatures so large that every later step would be lost in rounding
CORE_ENERGY = 1e12
MAX_CORE_STEPS = 100
#: distances that agree within this are equal; unit sigma
SHAPE_TOLERANCE = 1e-4
#: longest bond of an outcome; unit sigma
MAX_BOND = 1.5
CHUNK = 1000

FUNCTION = types.FunctionType(VALUE_GRADIENT)


class QuenchError(LosslandError):
    """A quench did not converge, or not to one of the four minima."""


@kernel(void(float64[::1], float64[::1]))
def pair_distances(x, distances):
    """Overwrite ``distances`` (3,) with r12, r13, r23 of the atoms in ``x`` (9,)."""
    for k in range(3):
        i, j = (0, 1) if k == 0 else (0, 2) if k == 1 else (1, 2)
        total = 0.0
        for axis in range(3):
            total += (x[3 * i + axis] - x[3 * j + axis]) ** 2
        distances[k] = np.sqrt(total)


@kernel(int64(FUNCTION, DATA, float64[::1], float64, float64[:, ::1]))
def leave_core(value_gradient, data, x, step_length, path):
    """Move ``x`` (in place) along the force, ``step_length`` a time, until no atoms overlap; return the steps taken.

    Row i of ``path``, shape (MAX_CORE_STEPS + 1, n_variables), receives ``x`` after i steps. The force is scaled by its
    largest element first, so nothing overflows while the force itself is finite (a pair closer than 1e-22 sigma).
    """
    gradient = np.empty(x.size)
    path[0] = x
    for n_steps in range(MAX_CORE_STEPS):
        energy = value_gradient(x, data, gradient)
        largest = np.max(np.abs(gradient))
        if not energy > CORE_ENERGY or not np.isfinite(largest):
            return n_steps
        gradient /= largest
        gradient *= step_length / np.sqrt(np.sum(gradient**2))
        x -= gradient
        path[n_steps + 1] = x
    return MAX_CORE_STEPS


@kernel(
    void(
        FUNCTION,
        DATA,
        float64[:, ::1],
        LBFGS_OPTIONS,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, :, ::1],
        int64[:, ::1],
    ),
)
def quench_batch(value_gradient, data, points, options, starts, ends, steps, results):
    """Quench every row of ``points``, shape (n, 9), in place.

    Parameters
    ----------
    starts, ends : ndarray of float64, shape (n, 3)
        Overwritten with the pair distances before and after.
    steps : ndarray of float64, shape (n, k, 3)
        ``steps[i, s]`` receives the pair distances s steps before the end, those of the start if there were fewer.
    results : ndarray of int64, shape (n, 2)
        Overwritten with iterations and status.
    """
    n_kept, nothing = steps.shape[1], np.empty((0, 0))
    ring = np.empty((n_kept, points.shape[1]))
    core = np.empty((MAX_CORE_STEPS + 1, points.shape[1]))
    for i in range(points.shape[0]):
        x = points[i]
        pair_distances(x, starts[i])
        n_core = leave_core(value_gradient, data, x, options.max_step, core)
        _, _, n_iterations, _, status = lbfgs(value_gradient, data, x, options, nothing, ring)
        pair_distances(x, ends[i])
        results[i, 0] = n_core + n_iterations
        results[i, 1] = status
        for s in range(n_kept):
            if s <= n_iterations:
                pair_distances(ring[(n_iterations - s) % n_kept], steps[i, s])
            else:
                pair_distances(core[max(0, n_core + n_iterations - s)], steps[i, s])


@dataclass(frozen=True, eq=False)
class QuenchSet:
    """Quenches of random clusters.

    Attributes
    ----------
    name : str
    starts : ndarray of float64, shape (n, 3)
        r12, r13, r23 of the start; unit sigma.
    outcomes : ndarray of int64, shape (n,)
        0 the triangle, 1, 2, 3 the linear chain with that atom in the centre.
    iterations : ndarray of int64, shape (n,)
        Steps of the minimiser.
    steps : ndarray of float64, shape (n, k, 3)
        ``steps[i, s]``: r12, r13, r23 s steps before convergence; quenches of fewer steps are padded with their start
        (Ballard et al. 2017, figure 4). k = 0 when none were kept.
    settings : dict
        All that defines the set: potential, cube, seed and the settings of the minimiser.
    """

    name: str
    starts: np.ndarray
    outcomes: np.ndarray
    iterations: np.ndarray
    steps: np.ndarray
    settings: dict

    def __len__(self):
        return self.outcomes.size

    @property
    def sha256(self) -> str:
        """Digest of everything in the set."""
        digest = hashlib.sha256(json.dumps([self.name, self.settings], sort_keys=True).encode())
        for values in (self.starts, self.outcomes, self.iterations, self.steps):
            little_endian = np.asarray(values).astype(values.dtype.newbyteorder("<"))
            digest.update(f"{little_endian.dtype.str} {values.shape}".encode() + little_endian.tobytes())
        return digest.hexdigest()

    def dataset(self, inputs: Sequence[str] = ("r12", "r13"), *, step: int | None = None) -> Dataset:
        """Return the classification problem: the outcome from some of the distances.

        Parameters
        ----------
        inputs : sequence of str
            Among r12, r13 and r23.
        step : int, optional
            Take the distances that many steps before convergence instead of those of the start.

        Raises
        ------
        InputError
            When an input is unknown or named twice, or the step was not kept.
        """
        unknown = [name for name in inputs if name not in PAIR_NAMES]
        if unknown:
            raise InputError(f"{self.name} has no input {unknown[0]!r}, but expected some of: {', '.join(PAIR_NAMES)}")
        if step is not None and not 0 <= step < self.steps.shape[1]:
            raise InputError(
                f"step {step} of {self.name} was not kept, but expected one of the last {self.steps.shape[1]}"
            )
        distances = self.starts if step is None else self.steps[:, step]
        columns = [PAIR_NAMES.index(name) for name in inputs]
        return Dataset(distances[:, columns], self.outcomes, len(OUTCOME_NAMES), tuple(inputs), self.name)


def random_starts(cube_side: float, n_quenches: int, seed: int) -> np.ndarray:
    """Return clusters, shape (n_quenches, 9), of atoms independent and uniform in a cube of side ``cube_side``.

    One generator draws them in order: a longer set begins with the shorter one of the same seed.
    """
    return float(cube_side) * np.random.default_rng(np.random.SeedSequence(seed)).random((n_quenches, N_VARIABLES))


def classify(distances) -> np.ndarray:
    """Return the outcome, shape (n,), of end points with pair distances r12, r13, r23, shape (n, 3).

    0 equilateral triangle, 1, 2, 3 linear with that atom half-way between the others, -1 neither.
    """
    ordered = np.sort(distances, axis=1)
    short, middle, long = ordered.T
    triangle = (long - short < SHAPE_TOLERANCE) & (long < MAX_BOND)
    linear = (middle - short < SHAPE_TOLERANCE) & (abs(long - middle - short) < SHAPE_TOLERANCE) & (middle < MAX_BOND)
    centre = 3 - np.argmax(distances, axis=1)  # the atom that does not belong to the longest pair
    return np.where(triangle, 0, np.where(linear, centre, -1)).astype(np.int64)


def quench_starts(points, *, z=2.0, options=QUENCH_OPTIONS, n_steps_kept=0, threads=1, name="quenches"):
    """Quench given clusters.

    Parameters
    ----------
    points : ndarray, shape (n, 9)
        Coordinates of atoms 1, 2 and 3; unit sigma. Not modified.
    z : float
        Strength of the Axilrod-Teller term, unit epsilon sigma^9.
    options : LbfgsOptions
    n_steps_kept : int or "all"
        Pair distances at that many last points of each quench are kept, the end point included.
    threads : int
        The result does not depend on it.
    name : str
        What the error message calls the set.

    Returns
    -------
    starts, outcomes, iterations, steps : ndarray
        As in :class:`QuenchSet`.

    Raises
    ------
    QuenchError
        When a quench does not converge or ends in none of the four minima; the sentence says how many, the first
        one's index and its start. Atoms that start at exactly the same place are such a case.
    InputError
        When ``points`` or ``n_steps_kept`` are not as above.

    Notes
    -----
    Atoms that start almost on top of one another (energies up to 1e200) are no error: they are first moved apart along
    the force, ``max_step`` a time, until the energy is below :data:`CORE_ENERGY`; these steps are counted and kept too.
    """
    points = np.array(points, dtype=np.float64, order="C")
    if points.ndim != 2 or points.shape[1] != N_VARIABLES:
        raise InputError(f"points of {name} has shape {points.shape}, but expected (n, {N_VARIABLES})")
    if n_steps_kept == "all":
        iterations = quench_starts(points, z=z, options=options, threads=threads, name=name)[2]
        n_steps_kept = int(iterations.max(initial=-1)) + 1
    if not isinstance(n_steps_kept, Integral) or n_steps_kept < 0:
        raise InputError(f"n_steps_kept is {n_steps_kept!r}, but expected a whole number from 0 up, or 'all'")
    n, objective, options = len(points), ljat3(z), _coerced(options)
    starts, ends, steps = np.empty((n, 3)), np.empty((n, 3)), np.empty((n, n_steps_kept, 3))
    results = np.empty((n, 2), dtype=np.int64)

    def work(first):
        part = slice(first, first + CHUNK)
        arrays = starts[part], ends[part], steps[part], results[part]
        quench_batch(objective.value_gradient, objective.data, points[part].copy(), options, *arrays)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, n, CHUNK)))
    outcomes = classify(ends)
    _check_quenches(points, results[:, 1], outcomes, name)
    return starts, outcomes, results[:, 0].copy(), steps


def _check_quenches(points, statuses, outcomes, name):
    failed = statuses != Status.CONVERGED
    bad = np.flatnonzero(failed | (outcomes < 0))
    if bad.size:
        first = bad[0]
        how = f"status {Status(int(statuses[first])).name}" if failed[first] else "converged to another shape"
        start = ", ".join(f"{value!r}" for value in points[first].tolist())
        raise QuenchError(
            f"{bad.size} of {len(points)} quenches of {name} did not end in one of the four minima; "
            f"the first is number {first} ({how}), start x = [{start}]"
        )


def quench_many(
    cube_side, n_quenches, seed, *, name="LJAT3", z=2.0, options=QUENCH_OPTIONS, n_steps_kept=0, threads=1
) -> QuenchSet:
    """Generate a set of quenches from random starts (Chitturi et al. 2020, section 4).

    Parameters
    ----------
    cube_side : float
        Side of the cube in which the atoms start, unit sigma: 2 sqrt(3) for D1, 1.385 for D2, 2 sqrt(2) for D3.
    n_quenches : int
    seed : int
        Non-negative; the same seed gives the same bits with any number of threads.
    name, z, options, n_steps_kept, threads
        See :func:`quench_starts`.

    Raises
    ------
    QuenchError
        See :func:`quench_starts`.
    InputError
        When the side is not positive, or the number of quenches or the seed not such a whole number.
    """
    if not np.isfinite(cube_side) or cube_side <= 0.0:
        raise InputError(f"cube_side of {name} is {cube_side!r}, but expected a positive length in sigma")
    for key, value, least in (("n_quenches", n_quenches, 1), ("seed", seed, 0)):
        if not isinstance(value, Integral) or value < least:
            raise InputError(f"{key} of {name} is {value!r}, but expected a whole number of at least {least}")
    points = random_starts(cube_side, n_quenches, seed)
    columns = quench_starts(points, z=z, options=options, n_steps_kept=n_steps_kept, threads=threads, name=name)
    settings = {
        "potential": "ljat3",
        "z": float(z),
        "cube_side": float(cube_side),
        "n_quenches": int(n_quenches),
        "seed": int(seed),
        "lbfgs": _coerced(options)._asdict(),
        "core_energy": CORE_ENERGY,
        "shape_tolerance": SHAPE_TOLERANCE,
        "n_steps_kept": int(columns[3].shape[1]),
    }
    return QuenchSet(name, *columns, settings)


def _coerced(options):
    # the kernels are compiled for one type of each setting: 1 must become 1.0
    return LbfgsOptions(*(type(default)(value) for value, default in zip(options, LbfgsOptions(), strict=True)))


def outcome_table(datasets: Sequence[QuenchSet]) -> pd.DataFrame:
    """Return one row per set and outcome: count, share with its binomial standard error, mean iterations.

    Columns: dataset, cube_side (sigma), outcome, outcome_name, n, n_quenches, share, share_se, mean_iterations (of the
    quenches with this outcome; NaN if there are none).
    """
    rows = []
    for quenches in datasets:
        n = len(quenches)
        for outcome, outcome_name in enumerate(OUTCOME_NAMES):
            chosen = quenches.outcomes == outcome
            share = chosen.mean()
            rows.append(
                {
                    "dataset": quenches.name,
                    "cube_side": quenches.settings["cube_side"],
                    "outcome": outcome,
                    "outcome_name": outcome_name,
                    "n": int(chosen.sum()),
                    "n_quenches": n,
                    "share": share,
                    "share_se": np.sqrt(share * (1.0 - share) / n),
                    "mean_iterations": quenches.iterations[chosen].mean() if chosen.any() else np.nan,
                }
            )
    return pd.DataFrame(rows)
