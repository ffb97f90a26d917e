"""How large an effect is over independent draws of the data, and how sure: effect sizes and confidence intervals."""

import math

import numpy as np
from scipy.special import stdtrit

from lossland.errors import InputError

#: from so many draws on there is a spread
FEWEST_DRAWS = 2
ROUNDING = 1e-12  # relative difference of numbers that are the same


def mean_effect(values, expected="> 0", confidence=0.95) -> dict:
    """Return the mean of one number from each draw, with its Student interval.

    For paired comparisons hand in the differences of each draw's two numbers.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN where a draw has no such number; it is left out.
    expected : {"> 0", "< 0"}
        The sign that a claim gives the effect.
    confidence : float

    Returns
    -------
    dict
        ``effect`` (the mean), ``low`` and ``high`` (the interval), ``effect_size`` (mean over standard deviation of
        the draws: Cohen's d of paired numbers), ``n``, ``expected`` and ``verdict``: "supported" when all of the
        interval has the expected sign, "contradicted" when all has the other, "undecided" otherwise,
        "too few draws" below two, and "no spread" where all draws agree, so that there is no interval.
    """
    values = _finite(values)
    sd = _deviation(values) if values.size >= FEWEST_DRAWS else math.nan
    return _judged(values, sd, sd / math.sqrt(max(values.size, 1)), values.size - 1, values.size, expected, confidence)


def difference_effect(values, others, expected="> 0", confidence=0.95) -> dict:
    """Return the mean of one number over draws minus that over other, independent draws, with Welch's interval.

    Welch, Biometrika 34, 28 (1947). The effect size divides by the root mean square of the two standard deviations
    (Cohen's d).

    Parameters
    ----------
    values, others : array_like, shape (n,) and (m,)
    expected, confidence
        See :func:`mean_effect`.

    Returns
    -------
    dict
        As :func:`mean_effect`; ``n`` is the smaller number of draws.
    """
    values, others = _finite(values), _finite(others)
    n = min(values.size, others.size)
    if n < FEWEST_DRAWS:
        middle = [values.mean() - others.mean()] if n else []
        return _judged(np.array(middle), math.nan, math.nan, 0, n, expected, confidence)
    parts = [_deviation(sample) ** 2 / sample.size for sample in (values, others)]
    error = math.sqrt(sum(parts))
    squares = [part**2 / (sample.size - 1) for part, sample in zip(parts, (values, others), strict=True)]
    freedom = sum(parts) ** 2 / sum(squares) if error > 0.0 else n - 1
    spread = math.sqrt((_deviation(values) ** 2 + _deviation(others) ** 2) / 2)
    return _judged(np.array([values.mean() - others.mean()]), spread, error, freedom, n, expected, confidence)


def estimate_effect(estimate, error, freedom, n, expected="> 0", confidence=0.95) -> dict:
    """Return a fitted number with Student's interval.

    Parameters
    ----------
    estimate, error : float
        The number, and its standard error.
    freedom : float
        Degrees of freedom of the fit.
    n : int
        Points that it was fitted to.
    expected, confidence
        See :func:`mean_effect`.

    Returns
    -------
    dict
        As :func:`mean_effect`; ``effect_size`` is the number over its error.
    """
    return _judged(np.array([float(estimate)]), float(error), float(error), freedom, n, expected, confidence)


def slope_effect(x, y, expected="> 0", confidence=0.95) -> dict:
    """Return the least-squares slope through independent draws, with Student's interval from their scatter about it.

    Parameters
    ----------
    x : sequence of float
    y : sequence of array_like
        The draws at each ``x``; those that are NaN are left out.
    expected, confidence
        See :func:`mean_effect`.

    Returns
    -------
    dict
        As :func:`mean_effect`; ``effect_size`` is the slope over its standard error, ``n`` the number of draws.
    """
    draws = [_finite(values) for values in y]
    x, y = np.repeat(np.asarray(x, dtype=float), [values.size for values in draws]), np.concatenate(draws)
    freedom = x.size - 2
    if freedom < 1 or np.ptp(x) == 0.0:
        return _judged(np.array([slope(x, y)]), math.nan, math.nan, 0, 0, expected, confidence)
    line = np.polyfit(x, y, 1)
    residuals = y - np.polyval(line, x)
    error = math.sqrt((residuals**2).sum() / freedom / ((x - x.mean()) ** 2).sum())
    return estimate_effect(line[0], error, freedom, x.size, expected, confidence)


def slope(x, y) -> float:
    """Return the least-squares slope of ``y`` against ``x``, NaN where a value of ``y`` is missing.

    Parameters
    ----------
    x, y : array_like, shape (n,)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.size < 2 or np.ptp(x) == 0.0 or not np.isfinite(y).all():
        return math.nan
    return float(np.polyfit(x, y, 1)[0])


def _finite(values):
    values = np.asarray(values, dtype=float).ravel()
    return values[np.isfinite(values)]


def _deviation(values):
    """Return the standard deviation of draws, zero where they differ by rounding only."""
    sd = float(values.std(ddof=1))
    return sd if sd > ROUNDING * np.abs(values).max() else 0.0


def _judged(values, sd, error, freedom, n, expected, confidence):
    if expected not in ("> 0", "< 0"):
        raise InputError(f"expected is {expected!r}, but must be '> 0' or '< 0'")
    effect = float(values.mean()) if values.size else math.nan
    result = {"effect": effect, "low": math.nan, "high": math.nan, "effect_size": math.nan, "n": int(n)}
    if n < FEWEST_DRAWS or not sd > 0.0:
        return result | {"expected": expected, "verdict": "too few draws" if n < FEWEST_DRAWS else "no spread"}
    half = stdtrit(freedom, 0.5 + confidence / 2) * error
    low, high = effect - half, effect + half
    sign = 1 if expected == "> 0" else -1
    ends = sorted((sign * low, sign * high))
    verdict = "supported" if ends[0] > 0.0 else "contradicted" if ends[1] < 0.0 else "undecided"
    result |= {"low": float(low), "high": float(high), "effect_size": float(effect / sd)}
    return result | {"expected": expected, "verdict": verdict}
