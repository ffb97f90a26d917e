"""How complete a list of stationary points is, judged from how often each was found.

All estimates take the searches counted in ``hits`` as independent draws from one fixed distribution over stationary
points (not a uniform one: each point has its own chance), so they speak of what these searches, with these settings,
can find. Searches that were planned from what was known, none twice in the same way, are no such draws: their counts go
in ``others``, where they only say what else is known. Count only searches that ended in an accepted stationary point,
and all of them. A point that no search of this kind ever reaches is beyond any such estimate.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from lossland.errors import InputError


class Coverage(NamedTuple):
    """Chance that the next search finds something known.

    Attributes
    ----------
    value : float
        Good-Turing estimate.
    standard_error : float
        Of that estimate as a prediction of the true coverage.
    n_searches : int
        Searches it rests on.
    """

    value: float
    standard_error: float
    n_searches: int


class Richness(NamedTuple):
    """Lower bound on how many stationary points these searches can find.

    Attributes
    ----------
    n_found : int
        Distinct points found.
    estimate : float
        Chao1, at least ``n_found``.
    standard_error : float
    low, high : float
        Confidence interval; ``low`` is at least ``n_found``.
    """

    n_found: int
    estimate: float
    standard_error: float
    low: float
    high: float


def _counts(hits, others):
    """Return the hits (k,) of all points known from nothing else, the sum of all hits, and the number of points."""
    arrays = [np.asarray(hits), np.zeros(np.shape(hits), dtype=np.int64) if others is None else np.asarray(others)]
    for name, counts in zip(("hits", "others"), arrays, strict=True):
        whole = np.issubdtype(counts.dtype, np.integer) or counts.size == 0
        if counts.ndim != 1 or not whole or (counts < 0).any() or counts.shape != arrays[0].shape:
            raise InputError(f"{name} must be one whole number >= 0 for each stationary point, shape (n,)")
    hits, others = arrays
    return hits[(hits > 0) & (others == 0)], int(hits.sum()), int(np.count_nonzero(hits + others))


def good_turing_coverage(hits, others=None) -> Coverage:
    """Estimate the chance that the next search of the same kind finds a stationary point already known.

    1 - f1/n, f1 being the points found once in n searches (Good, Biometrika 40, 237 (1953)); its standard error is that
    of Esty, Ann. Stat. 11, 905 (1983): sqrt(f1 + 2 f2 - f1**2/n)/n. With ``others``, f1 and f2 count only points that
    no other search has found: each search is judged by whether all the rest knew what it found, and the derivation of
    both formulae carries over point by point. The population is the one the searches were drawn from: see the top of
    this module.

    Parameters
    ----------
    hits : array_like of int, shape (n_found,)
        How often these searches found each stationary point.
    others : array_like of int, shape (n_found,), optional
        How often each was found otherwise.

    Returns
    -------
    Coverage
        Zero without any search, as nothing is known then. Where no point was found less than three times the standard
        error comes out as zero, which says that it is small, not that it vanishes: one more point of chance 3/n would
        have been missed by all n searches in one case of twenty.
    """
    hits, n, _ = _counts(hits, others)
    if n == 0:
        return Coverage(0.0, 0.0, 0)
    once, twice = np.count_nonzero(hits == 1), np.count_nonzero(hits == 2)
    return Coverage(1.0 - once / n, float(np.sqrt(once + 2 * twice - once**2 / n) / n), n)


def chao1(hits, others=None, confidence=0.95) -> Richness:
    """Estimate a lower bound on the number of stationary points that searches of this kind can find.

    The bias-corrected Chao1 estimator, n_found + (n-1)/n f1 (f1-1) / (2 (f2+1)), f1 and f2 being the points found once
    and twice in n searches, with its variance and log-normal confidence interval (Chao, Scand. J. Stat. 11, 265 (1984);
    Biometrics 43, 783 (1987)). With ``others``, f1 and f2 count only points that no other search has found: the same
    inequality (Cauchy and Schwarz) then bounds the number of points that neither has. Where f1 <= 1 the estimate is
    n_found and the interval rests on the chance of missing points as common as those found (as in the program SPADE).
    The population is the one the searches were drawn from.

    Parameters
    ----------
    hits : array_like of int, shape (n_found,)
        How often these searches found each stationary point.
    others : array_like of int, shape (n_found,), optional
        How often each was found otherwise.
    confidence : float
        Of the interval.

    Returns
    -------
    Richness
        Without any search: zero, and an interval from zero to infinity.
    """
    hits, n, found = _counts(hits, others)
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}, but must lie between 0 and 1")
    if n == 0:
        return Richness(found, float(found), np.nan, float(found), np.inf)
    z = ndtri(0.5 + confidence / 2)
    f1, f2 = int(np.count_nonzero(hits == 1)), int(np.count_nonzero(hits == 2))
    k = (n - 1) / n
    unseen = k * f1 * (f1 - 1) / (2 * (f2 + 1))
    if unseen == 0:
        return _all_seen(hits, n, z, found)
    variance = unseen + k**2 * f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
    if f2:
        variance += k**2 * f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
    else:
        variance -= k**2 * f1**4 / (4 * (hits.size + unseen))
    spread = np.exp(z * np.sqrt(np.log1p(variance / unseen**2)))
    low, high = found + unseen / spread, found + unseen * spread
    return Richness(found, found + unseen, float(np.sqrt(variance)), float(low), float(high))


def known_coverages(landscape) -> dict:
    """Return ``coverage_minima`` and ``coverage_transition_states`` of a landscape.

    NaN where no survey search arrived at any such point: the 0 in ``landscape.search`` says nothing then.
    """
    tables = {"coverage_minima": landscape.minima, "coverage_transition_states": landscape.transition_states}
    return {name: landscape.search[name] if table.survey_hits.any() else np.nan for name, table in tables.items()}


def _all_seen(hits, n, z, found):
    """Interval where nothing seems unseen, from the chance exp(-h) of missing a point hit h times on average."""
    if hits.size == 0:
        return Richness(found, float(found), 0.0, float(found), float(found))
    missed = np.exp(-hits.astype(float))
    variance = max((missed - missed**2).sum() - (hits * missed).sum() ** 2 / n, 0.0)
    share = missed.mean()
    centre, error = hits.size / (1 - share), np.sqrt(variance) / (1 - share)
    elsewhere = found - hits.size
    low, high = elsewhere + max(float(hits.size), centre - z * error), elsewhere + centre + z * error
    return Richness(found, float(found), float(np.sqrt(variance)), low, float(high))


def distinct_found(rows) -> np.ndarray:
    """Count the distinct points among the first 1, 2, ... arrivals: the growth curve of a sequence of searches.

    Parameters
    ----------
    rows : array_like of int, shape (n,)
        Which point each arrival was at, in the order of the searches; negative where it was at none.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    rows = np.asarray(rows, dtype=np.int64)
    first = np.zeros(rows.size, dtype=np.int64)
    first[np.unique(rows, return_index=True)[1]] = 1
    return np.cumsum(first * (rows >= 0))


#: what an exploration records of its growth, one row a round: name -> type
GROWTH_COLUMNS = {
    "n_searches": np.int64,
    "n_evaluations": np.int64,
    "n_hessians": np.int64,
    "n_minima": np.int64,
    "n_transition_states": np.int64,
    "hits_minima": np.int64,
    "hits_transition_states": np.int64,
    "coverage_minima": np.float64,
    "coverage_transition_states": np.float64,
}


def growth_table(columns) -> pd.DataFrame:
    """Return the growth of an exploration as a table, one row a round, and refuse what cannot be one.

    Parameters
    ----------
    columns : mapping
        Name -> array_like, shape (n_rounds,), for every name in :data:`GROWTH_COLUMNS`; all are totals so far but the
        coverages, which are estimates at that time.

    Raises
    ------
    InputError
        When a column is missing or of another length, a total falls, or a coverage is not between 0 and 1.
    """
    missing = [name for name in GROWTH_COLUMNS if name not in columns]
    if missing:
        raise InputError(f"the growth of an exploration lacks the column {missing[0]}")
    arrays = {name: np.asarray(columns[name], dtype=dtype) for name, dtype in GROWTH_COLUMNS.items()}
    length = arrays["n_searches"].shape
    for name, values in arrays.items():
        if values.ndim != 1 or values.shape != length:
            raise InputError(f"growth: {name} has shape {values.shape}; expected one number a round, {length}")
        if name.startswith("coverage"):
            if not ((values >= 0.0) & (values <= 1.0)).all():
                raise InputError(f"growth: {name} must lie between 0 and 1")
        elif values.size and (values[0] < 0 or (np.diff(values) < 0).any()):
            raise InputError(f"growth: {name} is a total, but falls or is negative")
    return pd.DataFrame(arrays)
