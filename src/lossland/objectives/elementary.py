"""Branch-free exponential and hyperbolic tangent that the compiler vectorises.

The wheels of Numba come without a vector mathematics library.  Both functions reduce the range to |r| <= ln(2)/2, sum a
Taylor polynomial of exp(r) - 1 and multiply by a power of two made through integer bits.  They are within a few units
in the last place, keep NaN, and are exact at zero and at infinity.  No fast-math flags: the reduction relies on
rounding.
"""

import numpy as np
from numba import float64, njit

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # ln(2) in two parts; n * LN2_HIGH is exact for |n| < 2**20
LN2_LOW = 1.90821492927058770002e-10
ROUNDER = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to the nearest integer, kept in the low bits


@njit(float64(float64), cache=True, nogil=True, inline="always", error_model="numpy")
def _expm1_polynomial(r):
    """Return exp(r) - 1 for |r| <= 0.35, to about one unit in the last place."""
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 / 2.0 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    return r + r2 * (low + r4 * (middle + r4 * high))


@njit(float64(float64), cache=True, nogil=True, error_model="numpy")
def exp(x):
    """Return e**x; 0 below -708, infinity above 709."""
    y = x if not (x < -708.4) else -708.4
    y = y if not (y > 709.5) else 709.5
    shifted = y * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (y - n * LN2_HIGH) - n * LN2_LOW
    bits = np.float64(shifted).view(np.int64)
    half = np.int64(((bits + 1023) << 52) - (np.int64(1) << 52)).view(np.float64)  # 2**(n-1): 2**1024 has no bits
    result = (1.0 + _expm1_polynomial(r)) * half * 2.0
    result = result if not (x > 709.5) else np.inf
    return result if not (x < -708.4) else 0.0


@njit(float64(float64), cache=True, nogil=True, error_model="numpy")
def tanh(x):
    """Return tanh(x) = expm1(2x) / (expm1(2x) + 2), clipped at |x| = 20 where it is 1 to rounding."""
    y = x if not (x < -20.0) else -20.0
    y = y if not (y > 20.0) else 20.0
    y = y + y
    shifted = y * LOG2_E + ROUNDER
    n = shifted - ROUNDER
    r = (y - n * LN2_HIGH) - n * LN2_LOW
    bits = np.float64(shifted).view(np.int64)
    power = np.int64((bits + 1023) << 52).view(np.float64)
    expm1 = _expm1_polynomial(r) * power + (power - 1.0)
    return expm1 / (expm1 + 2.0)
