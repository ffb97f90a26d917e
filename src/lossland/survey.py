"""Surveys: searches of one fixed kind that measure how complete a landscape is.

A survey search leaves a known minimum in a random direction in which soft modes weigh more, and climbs to a transition
state. Minima take turns (in a random order), so that each counts alike, and every search draws its numbers from its own
seed: given the landscape the searches are independent. The share of them that arrive at something known is the coverage
that :mod:`lossland.completeness` speaks of. An exploration makes such searches too, from each minimum the first and
every fourth (:mod:`lossland.planning`); the others are planned from what is known and are no random draws.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import beta

from lossland import searches
from lossland.errors import InputError
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape

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
        low = beta.ppf(tail, known, n - known + 1) if known else 0.0
        high = beta.ppf(1.0 - tail, known + 1, n - known) if known < n else 1.0
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
        When there is no minimum to start from, ``start`` holds no rows of the minima, or ``n_searches`` is negative.
    """
    x = landscape.minima.x.copy()
    start = np.arange(len(x)) if start is None else np.asarray(start, dtype=np.int64)
    if n_searches < 0 or start.size == 0 or start.min() < 0 or start.max() >= len(x):
        raise InputError(f"a survey of {n_searches} searches from {start.size} of {len(x)} minima cannot be made")
    origins = _origins(start, n_searches, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM,))))
    limits = options.saddle_options()
    landscape.find_minimum(x[0], 0.0)  # look-ups build their index at the first call, which threads must not share
    landscape.find_transition_state(x[0], 0.0)
    seeds = [np.random.SeedSequence(seed, spawn_key=(STREAM, i)) for i in range(n_searches)]
    tasks = [
        partial(_search, landscape, x[row], options.first_steps, np.random.default_rng(one), limits)
        for row, one in zip(origins, seeds, strict=True)
    ]
    states, arrivals = np.full(n_searches, FAILED, dtype=np.int64), []
    for i, found in enumerate(run(lambda task: task(), tasks)):
        for saddle, ends in found:
            states[i], rows = _recognise(landscape, saddle, ends, int(origins[i]), add)
            arrivals += rows
    if add:
        landscape.update_coverage()
    return Survey(origins, states, np.array(arrivals, dtype=np.int64))


def _origins(start, n_searches, rng):
    """Return rows of minima in turn, each turn in an order of its own."""
    turns = [rng.permutation(start) for _ in range(-(-n_searches // start.size))]
    return np.concatenate([np.zeros(0, dtype=np.int64), *turns])[:n_searches]


def _search(landscape, x, lengths, rng, limits):
    """Return the transition states that one search found, each with its ends unless it is known."""
    outcome = searches.follow_mode(landscape.objective, x, -1, lengths, rng, limits)
    known = [landscape.find_transition_state(point.x, point.energy) >= 0 for point, _ in outcome.saddles]
    return [
        (saddle, None if old else searches.find_ends(landscape.objective, saddle, limits).minima)
        for saddle, old in zip(outcome.saddles, known, strict=True)
    ]


def _recognise(landscape, saddle, ends, origin, add):
    """Return the row of a transition state, or what stands for it, and those of the minima arrived at."""
    point = saddle[0]
    row = landscape.find_transition_state(point.x, point.energy)
    if row >= 0:
        rows = landscape.transition_states.minima[row].tolist()
        same = rows[0] == rows[1]
    elif ends is None or len(ends) != 2:
        return FAILED, []
    else:
        rows = [landscape.find_minimum(end.x, end.energy) for end in ends]
        same = rows[0] == rows[1] and abs(ends[0].energy - ends[1].energy) <= landscape.energy_tolerance
    if add:
        row, rows, same = _add(landscape, point, row, ends, rows, origin)
    arrived = rows[:1] if same else [end for end in rows if end != origin]
    return (row if row >= 0 else NEW), arrived


def _add(landscape, point, row, ends, rows, origin):
    """Add what was found, count the arrivals, and return the rows of everything."""
    same = rows[0] == rows[1] >= 0
    for end in rows[:1] if same else rows:
        if end >= 0 and (same or end != origin):
            landscape.add_hit_minimum(end, survey_hits=1)
    if row >= 0:
        landscape.add_hit_transition_state(row, survey_hits=1)
        return row, rows, same
    for i, end in enumerate(ends):
        if rows[i] < 0:  # the other end may have been the same new minimum
            known = landscape.find_minimum(end.x, end.energy)
            rows[i] = known if known >= 0 else landscape.add_minimum(end, survey_hits=1)[0]
    return landscape.add_transition_state(point, *rows, survey_hits=1)[0], rows, rows[0] == rows[1]
