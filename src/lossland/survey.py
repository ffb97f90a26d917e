"""Surveys: searches of one fixed kind that measure how complete a landscape is.

A survey search leaves a known minimum in a random direction in which soft modes weigh more, and climbs to a transition
state. Minima take turns (in a random order), so that each counts alike, and every search draws its numbers from its own
seed: given the landscape the searches are independent. The share of them that arrive at something known is the coverage
that :mod:`lossland.completeness` speaks of. An exploration makes such searches too, from each minimum the first and
every fourth (:mod:`lossland.planning`); the others are planned from what is known and are no random draws.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from lossland import searches
from lossland.chunk import run_chunk
from lossland.errors import InputError
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape
from lossland.merging import arrivals, merge_chunk
from lossland.planning import Search
from lossland.status import MAX_DENSE
from lossland.yields import Kind

NEW, FAILED = -1, -2
STREAM = 1  # keeps the random numbers apart from those of an exploration with the same seed


@dataclass(frozen=True)
class Survey:
    """What the searches of a survey arrived at.

    Attributes
    ----------
    origins : ndarray of int64, shape (n_searches,)
        Row of the minimum that each search left.
    transition_states : ndarray of int64, shape (n_searches,)
        Row of the transition state found; :data:`NEW` for one not known, :data:`FAILED` where none was found.
    minima : ndarray of int64, shape (n_arrivals,)
        Row of each end arrived at other than the origin (the symmetry copy of the origin counts); :data:`NEW` for those
        not known.
    """

    origins: np.ndarray
    transition_states: np.ndarray
    minima: np.ndarray

    def coverage(self, what="transition_states", confidence=0.95) -> tuple[float, float, float]:
        """Return the share of successful searches that found something known, with its exact binomial interval.

        Clopper and Pearson, Biometrika 26, 404 (1934). (NaN, 0, 1) without any success.

        Parameters
        ----------
        what : {"transition_states", "minima"}
        confidence : float
        """
        rows = getattr(self, what)
        n, known = int(np.count_nonzero(rows != FAILED)), int(np.count_nonzero(rows >= 0))
        if n == 0:
            return np.nan, 0.0, 1.0
        tail = 0.5 * (1.0 - confidence)
        low = betaincinv(known, n - known + 1, tail) if known else 0.0
        high = betaincinv(known + 1, n - known, 1.0 - tail) if known < n else 1.0
        return known / n, float(low), float(high)

    def hits(self, n_rows, what="transition_states") -> np.ndarray:
        """Return how often each of the first ``n_rows`` rows was arrived at, shape (n_rows,)."""
        rows = getattr(self, what)
        return np.bincount(rows[rows >= 0], minlength=n_rows)


def survey(
    landscape: Landscape,
    n_searches: int,
    options: ExploreOptions = ExploreOptions(),
    *,
    seed: int = 0,
    start=None,
    run=map,
    add: bool = False,
) -> Survey:
    """Search from known minima in turn, in random directions, and see whether what they find is known.

    Parameters
    ----------
    landscape : Landscape
        With an objective that can be evaluated.
    n_searches : int
    options : ExploreOptions
        Those of the exploration; of them the displacements and the convergence count.
    seed : int
        Search i draws its numbers from ``SeedSequence(seed, spawn_key=(STREAM, i))``.
    start : array_like of int, optional
        Rows of the minima that searches leave; by default all.
    run : callable
        A map: the built-in one, or that of a pool of threads; no influence on the result.
    add : bool
        Add what is found to the landscape, hits and coverages included, so that the result has a row for everything.
        Searches do not start from minima that this survey added. By default the landscape is left as it is.

    Returns
    -------
    Survey

    Raises
    ------
    InputError
        When the objective is too large, there is no minimum to start from, ``start`` holds no rows of the minima, or
        ``n_searches`` is negative.
    """
    if landscape.objective.n_variables > MAX_DENSE:
        n = landscape.objective.n_variables
        raise InputError(f"the objective has {n} variables; a survey takes at most {MAX_DENSE}")
    x = landscape.minima.x.copy()
    start = np.arange(len(x)) if start is None else np.asarray(start, dtype=np.int64)
    if n_searches < 0 or start.size == 0 or start.min() < 0 or start.max() >= len(x):
        raise InputError(f"a survey of {n_searches} searches from {start.size} of {len(x)} minima cannot be made")
    origins = _origins(start, n_searches, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM,))))
    limits = options.saddle_options()
    landscape.find_minimum(x[0], 0.0)  # look-ups build their index at the first call, which threads must not share
    landscape.find_transition_state(x[0], 0.0)
    plan = [_planned(landscape, x, int(row), options.first_steps, seed, i, limits) for i, row in enumerate(origins)]
    chunks = list(run(lambda search: run_chunk(landscape.objective, landscape, [search.task], limits), plan))
    states, arrived = np.full(n_searches, FAILED, dtype=np.int64), []
    for i, (chunk, search) in enumerate(zip(chunks, plan, strict=True)):
        if add:
            merge_chunk(landscape, chunk, [search])
        states[i], ends = _found(landscape, chunk, search.origins)
        arrived += ends
    if add:
        landscape.update_coverage()
    return Survey(origins, states, np.array(arrived, dtype=np.int64))


def _origins(start, n_searches, rng):
    """Return rows of minima in turn, each turn in an order of its own."""
    turns = [rng.permutation(start) for _ in range(-(-n_searches // start.size))]
    return np.concatenate([np.zeros(0, dtype=np.int64), *turns])[:n_searches]


def _planned(landscape, x, row, lengths, seed, i, limits):
    """Return search ``i`` of a survey, from a row of the minima."""

    def task():
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, i)))
        return searches.follow_mode(landscape.objective, x[row], -1, lengths, rng, limits)

    return Search(Kind.SURVEY, (row,), task)


def _found(landscape, chunk, origins):
    """Return the row of the transition state that a search found, or what stands for it, and those of its arrivals."""
    if not chunk.states.size:
        return FAILED, []
    row = int(chunk.states[0])
    if row < 0:  # unless it has been added since
        new, n = chunk.new_states[-1 - row], landscape.objective.n_variables
        row = landscape.find_transition_state(new[:n], new[n])
    if row < 0:
        return NEW, [max(end, NEW) for end in arrivals(chunk.ends[-1 - chunk.states[0]].tolist(), origins)]
    return row, arrivals(landscape.transition_states.minima[row].tolist(), origins)
