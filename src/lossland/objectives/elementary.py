"""Branch-free exponential, hyperbolic tangent, sine and cosine, vectorised by the compiler or written for lanes.

The wheels of Numba come without a vector mathematics library, and the last bits of the system's one differ between
machines.  The functions reduce the range, to |r| <= ln(2)/2 or pi/4, take a polynomial for exp(r) - 1, sin(r) or
cos(r), or a ratio of two for tanh(r / 2), and a power of two made through integer bits.  They are within a few units in
the last place, keep NaN, and are exact at zero; exp and tanh also at infinity, where sine and cosine are NaN.
"""

import numpy as np
from numba import float64, types

from lossland._kernel import kernel
from lossland.objectives.lanes import LANES, fma, larger, low_bits_as_exponent, smaller, unless_below

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # ln(2) in two parts; n * LN2_HIGH is exact for |n| < 2**20
LN2_LOW = 1.90821492927058770002e-10
# (exp(r) - 1 - r) / r**2 interpolated at ten Chebyshev nodes of |r| <= 1.0005 ln(2)/2: exp(r) - 1 to 4e-17 of itself
C = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662399,
    0.008333333333330051,
    0.0013888888917281794,
    0.00019841269863105968,
    2.480152119021773e-05,
    2.7557268378684192e-06,
    2.7620138719733994e-07,
    2.5100424157005067e-08,
)
ROUNDER = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to the nearest integer, kept in the low bits
BIASED_ROUNDER = ROUNDER + 1023.0  # the same with the bias of an exponent: the low bits, shifted, make 2**n
# tanh(r) = r (1 + Q0 r**2 + Q1 r**4) / (1 + P0 r**2 + P1 r**4), interpolated likewise for |r| <= 1.0005 ln(2)/4, to
# 1e-17 of itself
Q = (0.111099058684589, 0.0010573981667464575)
P = (0.44443239201791424, 0.015868195508212047)
TWO_OVER_PI = 0.6366197723675814
HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)  # pi/2 in three parts
# (sin(r)/r - 1) / r**2 and (cos(r) - 1 + r**2/2) / r**4 interpolated likewise in r**2 for |r| <= 1.001 pi/4, to 1e-17
SINE = (
    -0.16666666666666666,
    0.008333333333330925,
    -0.00019841269836722418,
    2.755731608381636e-06,
    -2.5051127944014188e-08,
    1.5917848524808262e-10,
)
COSINE = (
    0.041666666666666664,
    -0.0013888888888887382,
    2.480158729874307e-05,
    -2.7557317260008837e-07,
    2.0876143827993133e-09,
    -1.1382456778061306e-11,
)

BOTH = [float64(float64), LANES(LANES)]


@kernel(BOTH, error_model="numpy")
def _expm1_polynomial(r):
    """Return exp(r) - 1 for |r| <= 0.35, to about one unit in the last place."""
    r2 = r * r
    r4 = r2 * r2
    low = fma(r2, fma(r, C[3], C[2]), fma(r, C[1], C[0]))
    middle = fma(r2, fma(r, C[7], C[6]), fma(r, C[5], C[4]))
    return fma(r2, fma(r4, fma(r4, fma(r, C[9], C[8]), middle), low), r)


@kernel(float64(float64), error_model="numpy")
def exp(x):
    """Return e**x; 0 below -708, infinity above 709."""
    y = x if not (x < -708.4) else -708.4
    y = y if not (y > 709.5) else 709.5
    shifted = fma(y, LOG2_E, ROUNDER)
    n = shifted - ROUNDER
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, y))
    bits = np.float64(shifted).view(np.int64)
    half = np.int64(((bits + 1023) << 52) - (np.int64(1) << 52)).view(np.float64)  # 2**(n-1): 2**1024 has no bits
    result = (1.0 + _expm1_polynomial(r)) * half * 2.0
    result = result if not (x > 709.5) else np.inf
    return result if not (x < -708.4) else 0.0


@kernel(BOTH, error_model="numpy")
def exp_of_negative(x):
    """Return e**x for x <= 0, as :func:`exp` does; anything for x > 1."""
    y = larger(-708.4, x)
    shifted = fma(y, LOG2_E, BIASED_ROUNDER)
    n = shifted - BIASED_ROUNDER
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, y))
    power = low_bits_as_exponent(shifted)  # 2**n
    return unless_below(x, -708.4, fma(_expm1_polynomial(r), power, power))


@kernel(BOTH, error_model="numpy")
def tanh(x):
    """Return tanh(x), clipped at |x| = 20 where it is 1 to rounding; tanh(-x) is -tanh(x) to the last bit.

    With 2x = n ln(2) + 2r, P = 2**n and tanh(r) = q / p, it is ((P - 1) p + (P + 1) q) / ((P + 1) p + (P - 1) q).
    """
    y = larger(-20.0, smaller(20.0, x))
    shifted = fma(y, 2.0 * LOG2_E, BIASED_ROUNDER)
    n = shifted - BIASED_ROUNDER
    r = fma(n, -0.5 * LN2_LOW, fma(n, -0.5 * LN2_HIGH, y))
    power = low_bits_as_exponent(shifted)  # 2**n
    s = r * r
    q = fma(r * s, fma(s, Q[1], Q[0]), r)
    p = fma(s, fma(s, P[1], P[0]), 1.0)
    less, more = power - 1.0, power + 1.0
    return fma(more, q, less * p) / fma(more, p, less * q)


@kernel(float64(float64, types.UniTuple(float64, 6)), inline="always", error_model="numpy")
def _polynomial(s, c):
    """Return c[0] + c[1] s + ... + c[5] s**5."""
    s2 = s * s
    return fma(s2 * s2, fma(s, c[5], c[4]), fma(s2, fma(s, c[3], c[2]), fma(s, c[1], c[0])))


@kernel(types.UniTuple(float64, 2)(float64), error_model="numpy")
def sine_cosine(x):
    """Return sin(x) and cos(x), for |x| up to 1e9; sin(-x) is -sin(x) to the last bit."""
    n = fma(x, TWO_OVER_PI, ROUNDER) - ROUNDER
    r = fma(n, -HALF_PI[2], fma(n, -HALF_PI[1], fma(n, -HALF_PI[0], x)))
    s = r * r
    sine = fma(r * s, _polynomial(s, SINE), r)
    cosine = fma(s * s, _polynomial(s, COSINE), fma(-0.5, s, 1.0))
    quarter = np.int64(n) & 3
    swapped = quarter & 1
    first, second = (cosine, sine) if swapped else (sine, cosine)
    first = -first if quarter >= 2 else first
    second = -second if quarter in (1, 2) else second
    return first, second
