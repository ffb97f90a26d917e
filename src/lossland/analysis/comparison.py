"""A published number beside the spread over independent draws of the data, or beside an exact one."""

import math

import numpy as np
from scipy.special import stdtrit

from lossland.errors import InputError


def compare(values, published, confidence=0.95) -> dict:
    """Say whether a published number could be one more draw.

    Both the draws and the published number are taken as single draws from one normal distribution, so that
    z = (published - mean) / (sd sqrt(1 + 1/n)) follows Student's t distribution with n - 1 degrees of freedom: the
    prediction interval for one further observation.

    Parameters
    ----------
    values : array_like, shape (n,)
        The number from each independent draw of the data.
    published : float or None
        The published number; None or NaN where there is none.
    confidence : float
        Share of further draws that would count as inside.

    Returns
    -------
    dict
        ``mean``, ``sd`` (n - 1 in the denominator), ``n``, ``z`` and ``verdict``:
        "inside" or "outside" for n >= 2 (with few draws the interval is wide: n is part of the answer);
        "no spread" where all draws agree with one another, but not with the published number: then no distance can be
        told (z is NaN), while full agreement is "inside" with z = 0;
        "one draw" (sd and z NaN), "too few draws" (no draw at all), "not published".

    Raises
    ------
    InputError
        When a value is not a finite number.
    """
    values = np.asarray(values, dtype=float).ravel()
    if not np.isfinite(values).all():
        raise InputError(f"values of the draws are {values.tolist()}, but must all be finite numbers")
    n = values.size
    result = {"mean": math.nan, "sd": math.nan, "n": n, "z": math.nan, "verdict": "too few draws"}
    if n:
        result["mean"] = float(values.mean())
    if n > 1:
        result["sd"] = 0.0 if (values == values[0]).all() else float(values.std(ddof=1))
    if published is None or math.isnan(published):
        return result | {"verdict": "not published"}
    if n < 2:
        return result | {"verdict": "one draw" if n else "too few draws"}
    if result["sd"] == 0.0:
        return result | ({"z": 0.0, "verdict": "inside"} if published == values[0] else {"verdict": "no spread"})
    z = (published - result["mean"]) / (result["sd"] * math.sqrt(1 + 1 / n))
    limit = stdtrit(n - 1, 0.5 + confidence / 2)
    return result | {"z": float(z), "verdict": "inside" if abs(z) <= limit else "outside"}


def compare_exact(value, published) -> str:
    """Say whether a number that has no spread is the published one, as far as that is printed.

    Parameters
    ----------
    value : float
    published : str or None
        The published number as it is printed, in decimals such as "1.633"; None where there is none.

    Returns
    -------
    str
        "agrees" where ``value``, rounded to as many decimals, reads the same, "differs", or "not published".
    """
    if published is None:
        return "not published"
    return "agrees" if f"{value:z.{len(published.partition('.')[2])}f}" == published else "differs"
