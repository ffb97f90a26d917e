"""Basin-hopping: a Monte Carlo walk on the energies of the minima, and minimisation of random starts.

Li and Scheraga, PNAS 84, 6611 (1987); Wales and Doye, J. Phys. Chem. A 101, 5111 (1997).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lossland.minimise import MinimiseOptions, minimise
from lossland.objectives.base import Objective
from lossland.status import StationaryPoint, Status


@dataclass(frozen=True, slots=True)
class BasinHoppingResult:
    """Every minimum that a walk came upon.

    Attributes
    ----------
    minima : list of StationaryPoint
        Minima in the order found, the one of the start first; converged ones only, known ones again.
    accepted : list of bool
        Whether the walk moved to the minimum of the same position in ``minima``.
    failures : dict of Status to int
        Number of minimisations that did not converge, by status.
    n_evaluations, n_hessians : int
        Failed minimisations included.
    start_converged : bool
        Whether the first of ``minima`` is that of the start.
    """

    minima: list[StationaryPoint]
    accepted: list[bool]
    failures: dict[Status, int]
    n_evaluations: int
    n_hessians: int
    start_converged: bool

    @property
    def lowest(self) -> StationaryPoint | None:
        """The minimum of lowest energy, the earliest among equals; None when no minimisation converged."""
        return min(self.minima, key=lambda point: point.energy, default=None)


def basin_hopping(
    objective: Objective,
    x,
    n_steps: int,
    *,
    kT: float,
    step: float,
    rng: np.random.Generator,
    options: MinimiseOptions = MinimiseOptions(),
    is_known: Callable[[np.ndarray, float], bool] | None = None,
) -> BasinHoppingResult:
    """Walk from minimum to minimum with Metropolis acceptance (Wales and Doye 1997, section 2).

    Parameters
    ----------
    objective : Objective
    x : array_like, shape (n_variables,)
        Start, which is minimised first.
    n_steps : int
        Moves that are proposed.
    kT : float
        Fictitious temperature, in units of the energy; 0 accepts only what is not higher.
    step : float
        Half the edge of the cube, in units of ``x``: every variable is moved by a number uniform in [-step, step].
    rng : numpy.random.Generator
        Every step draws ``n_variables`` numbers for the move and one for the acceptance, whatever comes of it.
    options : MinimiseOptions
    is_known : callable, optional
        As for :func:`~lossland.minimise.minimise`.

    Returns
    -------
    BasinHoppingResult
        A minimisation that fails is counted and leaves the walk where it is.

    Raises
    ------
    ValueError
        When ``kT`` is negative, ``step`` is not positive or ``n_steps`` is negative.
    """
    _check_settings(n_steps, kT, step)
    point = minimise(objective, x, options, is_known)
    failures, n_evaluations, n_hessians, start_converged = (
        Counter(),
        point.n_evaluations,
        point.n_hessians,
        point.converged,
    )
    minima, accepted = [], []
    # a failed start counts as infinitely high, so that the first minimum found is accepted
    position, energy = np.array(x, dtype=np.float64), math.inf
    for n_done in range(n_steps + 1):
        if n_done > 0:
            move, lot = rng.uniform(-step, step, objective.n_variables), rng.random()
            point = minimise(objective, position + move, options, is_known)
            n_evaluations += point.n_evaluations
            n_hessians += point.n_hessians
        if not point.converged:
            failures[point.status] += 1
            continue
        minima.append(point)
        accepted.append(math.isinf(energy) or _accepts(point.energy - energy, kT, lot))
        if accepted[-1]:
            position, energy = point.x, point.energy
    return BasinHoppingResult(minima, accepted, dict(failures), n_evaluations, n_hessians, start_converged)


def random_starts(
    objective: Objective, n: int, rng: np.random.Generator, options: MinimiseOptions = MinimiseOptions()
) -> Iterator[StationaryPoint]:
    """Minimise ``n`` starts drawn from the objective's box, one at a time; yield every result, converged or not."""
    for _ in range(n):
        yield minimise(objective, objective.random_start(rng), options)


def _accepts(rise, kT, lot) -> bool:
    """Metropolis criterion for a number ``lot`` uniform in [0, 1)."""
    return rise <= 0.0 or (kT > 0.0 and lot < math.exp(-rise / kT))


def _check_settings(n_steps, kT, step):
    if not (math.isfinite(kT) and kT >= 0.0):
        raise ValueError(f"kT is {kT}, but must be a finite number >= 0")
    if not (math.isfinite(step) and step > 0.0):
        raise ValueError(f"step is {step}, but must be a finite number > 0")
    if n_steps < 0:
        raise ValueError(f"n_steps is {n_steps}, but must be >= 0")
