"""How complete a list of stationary points is, judged from how often each was found.

All estimates take the searches as independent draws from one fixed distribution over stationary points (not a
uniform one: each point has its own chance), so they speak of what these searches, with these settings, can find.
Count only searches that ended in an accepted stationary point, and all of them. A point that no search of this kind
ever reaches is beyond any such estimate, and searches whose starts depend on what was found before are not quite
independent.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import norm

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


def _counts(hits):
    """Return hits (n,) without the points never found, and their sum."""
    hits = np.asarray(hits)
    if hits.ndim != 1 or (hits.size and not np.issubdtype(hits.dtype, np.integer)) or (hits < 0).any():
        raise InputError("hits must be one whole number >= 0 for each stationary point, shape (n,)")
    hits = hits[hits > 0]
    return hits, int(hits.sum())


def good_turing_coverage(hits) -> Coverage:
    """Estimate the chance that the next search of the same kind finds a stationary point already known.

    1 - f1/n, f1 being the points found once in n searches (Good, Biometrika 40, 237 (1953)); its standard error is that
    of Esty, Ann. Stat. 11, 905 (1983): sqrt(f1 + 2 f2 - f1**2/n)/n. The population is the one the searches were drawn
    from: see the top of this module.

    Parameters
    ----------
    hits : array_like of int, shape (n_found,)
        How often each stationary point was found; zeros are ignored.

    Returns
    -------
    Coverage
        Zero without any search, as nothing is known then. Where every point was found at least three times the standard
        error comes out as zero, which says that it is small, not that it vanishes.
    """
    hits, n = _counts(hits)
    if n == 0:
        return Coverage(0.0, 0.0, 0)
    once, twice = np.count_nonzero(hits == 1), np.count_nonzero(hits == 2)
    return Coverage(1.0 - once / n, float(np.sqrt(once + 2 * twice - once**2 / n) / n), n)


def chao1(hits, confidence=0.95) -> Richness:
    """Estimate a lower bound on the number of stationary points that searches of this kind can find.

    The bias-corrected Chao1 estimator, n_found + (n-1)/n f1 (f1-1) / (2 (f2+1)), f1 and f2 being the points found once
    and twice in n searches, with its variance and log-normal confidence interval (Chao, Scand. J. Stat. 11, 265 (1984);
    Biometrics 43, 783 (1987)). Where f1 <= 1 the estimate is n_found and the interval rests on the chance of missing
    points as common as those found (as in the program SPADE). The population is the one the searches were drawn from.

    Parameters
    ----------
    hits : array_like of int, shape (n_found,)
        How often each stationary point was found; zeros are ignored.
    confidence : float
        Of the interval.

    Returns
    -------
    Richness
        Without any search: zero, and an interval from zero to infinity.
    """
    hits, n = _counts(hits)
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}, but must lie between 0 and 1")
    if n == 0:
        return Richness(0, 0.0, np.nan, 0.0, np.inf)
    z = norm.ppf(0.5 + confidence / 2)
    found = hits.size
    f1, f2 = int(np.count_nonzero(hits == 1)), int(np.count_nonzero(hits == 2))
    k = (n - 1) / n
    unseen = k * f1 * (f1 - 1) / (2 * (f2 + 1))
    if unseen == 0:
        return _all_seen(hits, n, z)
    variance = unseen + k**2 * f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
    if f2:
        variance += k**2 * f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
    else:
        variance -= k**2 * f1**4 / (4 * (found + unseen))
    spread = np.exp(z * np.sqrt(np.log1p(variance / unseen**2)))
    low, high = found + unseen / spread, found + unseen * spread
    return Richness(found, found + unseen, float(np.sqrt(variance)), float(low), float(high))


def _all_seen(hits, n, z):
    """Interval where nothing seems unseen, from the chance exp(-h) of missing a point hit h times on average."""
    missed = np.exp(-hits.astype(float))
    variance = max((missed - missed**2).sum() - (hits * missed).sum() ** 2 / n, 0.0)
    share = missed.mean()
    centre, error = hits.size / (1 - share), np.sqrt(variance) / (1 - share)
    low, high = max(float(hits.size), centre - z * error), centre + z * error
    return Richness(hits.size, float(hits.size), float(np.sqrt(variance)), low, float(high))
