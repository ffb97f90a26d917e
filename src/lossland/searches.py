"""The searches that an exploration is made of: each a pure function of the objective, its own seed and its start.

Starts and chains are also told which minima were known when they were planned (``is_known``).

None of them adds to the landscape, so any number may run at once and their results can be merged in any fixed order.
"""

from dataclasses import dataclass, field

import numpy as np

from lossland._vector import norm
from lossland.basin_hopping import basin_hopping
from lossland.gradient_flow import modes_apart_from
from lossland.minimise import MinimiseOptions, minimise
from lossland.objectives.base import Objective
from lossland.path import connect_path
from lossland.saddle import SaddleOptions, climb, fall
from lossland.status import StationaryPoint


@dataclass(slots=True)
class Outcome:
    """What one search found.

    Attributes
    ----------
    minima : list of StationaryPoint
        In the order of finding.
    saddles : list of tuple (StationaryPoint, ndarray)
        Transition states with their negative modes.
    failures : list of Status
        One for each attempt that came to nothing.
    n_evaluations, n_hessians : int
    """

    minima: list = field(default_factory=list)
    saddles: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    n_evaluations: int = 0
    n_hessians: int = 0

    def count(self, point: StationaryPoint) -> None:
        """Add the cost of one point."""
        self.n_evaluations += point.n_evaluations
        self.n_hessians += point.n_hessians


def random_start(objective: Objective, rng: np.random.Generator, options: MinimiseOptions, is_known) -> Outcome:
    """Minimise from a random point of the objective's start box."""
    outcome = Outcome()
    _add_minimum(outcome, minimise(objective, objective.random_start(rng), options, is_known))
    return outcome


def hop(objective: Objective, x, n_steps, kT, step, rng, options: MinimiseOptions, is_known) -> Outcome:
    """Run one basin-hopping chain from the minimum ``x``; every minimum on the way is kept."""
    chain = basin_hopping(objective, x, n_steps, kT=kT, step=step, rng=rng, options=options, is_known=is_known)
    outcome = Outcome(n_evaluations=chain.n_evaluations, n_hessians=chain.n_hessians)
    outcome.minima.extend(chain.minima[1:] if chain.start_converged else chain.minima)
    for status, number in chain.failures.items():
        outcome.failures.extend([status] * number)
    return outcome


def follow_mode(objective: Objective, x, rank, lengths, rng, options: SaddleOptions) -> Outcome:
    """Leave the minimum ``x`` along one of its modes and climb to a transition state.

    Parameters
    ----------
    objective : Objective
    x : ndarray, shape (n_variables,)
    rank : int
        Even and odd ranks are the two senses of one mode, counted from the softest; beyond the last mode, and for
        ``rank < 0``, a random direction in which a mode weighs as much as its eigenvalue to the power -1/4, half way
        between isotropic and thermal (harmonic approximation).
    lengths : tuple (float, float)
        Of the first step, which is drawn between them, evenly in its logarithm: near transition states are found by
        short steps, those behind wide basins by long ones.
    rng : numpy.random.Generator
    options : SaddleOptions
    """
    values, vectors = _modes(objective, x)
    if 0 <= rank < 2 * len(values):
        direction = _with_fixed_sign(vectors[:, rank // 2], rank % 2 == 0)
    else:
        # roots, and below a rounded power: the last bit of a power depends on the machine
        stiffness = np.sqrt(np.sqrt(np.maximum(values, 1e-12 * values[-1])))
        direction = (vectors * (rng.normal(size=len(values)) / stiffness)).sum(axis=1)
        direction /= norm(direction)
    outcome = Outcome(n_hessians=1)
    length = float(np.float32(lengths[0] * (lengths[1] / lengths[0]) ** rng.random()))
    _climb(objective, outcome, x + length * direction, direction, options, anchor=x)
    return outcome


def connect(objective: Objective, start, end, attempt, options: SaddleOptions, band, bend=None) -> Outcome:
    """Search between two aligned minima: every maximum of an elastic band is climbed from."""
    path = connect_path(objective, start, end, band, attempt=attempt, bend=bend)
    outcome = Outcome(n_evaluations=path.n_evaluations)
    if not path.candidates:
        outcome.failures.append(path.status)
    for x, tangent in path.candidates:
        _climb(objective, outcome, x, tangent, options)
    return outcome


def find_ends(objective: Objective, saddle, options: SaddleOptions) -> Outcome:
    """Follow the steepest-descent paths of a transition state, given as (point, mode), to its two minima."""
    outcome = Outcome()
    for end in fall(objective, *saddle, options):
        _add_minimum(outcome, end)
    return outcome


def _modes(objective, x):
    """Return eigenvalues and eigenvectors of the Hessian, ascending, without the objective's idle directions."""
    idle = np.zeros((0, len(x))) if objective.idle is None else objective.idle
    values, vectors = modes_apart_from(objective.hessian_matrix(x), np.ascontiguousarray(idle))
    return values[: len(x) - len(idle)], vectors[:, : len(x) - len(idle)]


def _with_fixed_sign(vector, positive):
    """Give an eigenvector a sign of its own, not the library's: its largest component is positive, or negative."""
    largest = vector[np.argmax(np.abs(vector))]
    return vector if (largest > 0.0) == positive else -vector


def _climb(objective, outcome, x, direction, options, anchor=None):
    point, mode = climb(objective, x, direction, options.climb, anchor)
    outcome.count(point)
    if point.converged:
        outcome.saddles.append((point, mode))
    else:
        outcome.failures.append(point.status)


def _add_minimum(outcome, point):
    outcome.count(point)
    if point.converged:
        outcome.minima.append(point)
    else:
        outcome.failures.append(point.status)
