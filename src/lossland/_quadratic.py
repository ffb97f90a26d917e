"""The flow of one step on the local quadratic, in the basis in which the Hessian is tridiagonal.

The mode that is climbed, or the lowest one where it is negative, moves by its exact exponential; the rest by the
implicit two-stage Runge-Kutta method of second order that damps stiff modes completely (SDIRK2; Alexander, SIAM
Journal on Numerical Analysis 14, 1006, 1977): two tridiagonal solutions for each time that is tried.
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import boolean, float64, int64, void

from lossland._kernel import kernel
from lossland._tridiagonal import depth, factorise, multiply, refine_pair, solve
from lossland._vector import add_scaled, dot, norm, scale

EXPONENT_LIMIT = 40.0  # exp(-40) is zero to rounding: the end of the quadratic's path is reached
GROWTH_LIMIT = 1.5  # of the exponent of negative modes that are not split off: the implicit method has a pole at 3.4
LONGEST_TIME = 1e30
GAMMA = 1.0 - np.sqrt(0.5)
SECOND = (1.0 - GAMMA) / GAMMA
MAX_TRIALS = 60
SOFTENINGS = 3
CLOSE = 0.8  # a step of this fraction of the radius is long enough

MODE_VALUE, MODE_SLOPE, TIME_LIMIT, SHIFT_FLOOR, HAS_END = range(5)


class Quadratic(NamedTuple):
    """Local quadratic and work space, all vectors of shape (n,) in the tridiagonal basis.

    Attributes
    ----------
    diagonal, beside, slopes : ndarray of float64
        Hessian and gradient.
    mode : ndarray of float64
        Unit eigenvector that is treated by itself, or zero.
    rest : ndarray of float64
        Gradient without its component along the mode.
    scalars : ndarray of float64, shape (5,)
        Eigenvalue and slope of the flow along the mode; longest time; least shift in estimates of errors; whether the
        flow comes to rest.
    factors : ndarray of float64, shape (5, n)
    first, second : ndarray of float64
        Work space.
    """

    diagonal: np.ndarray
    beside: np.ndarray
    slopes: np.ndarray
    mode: np.ndarray
    rest: np.ndarray
    scalars: np.ndarray
    factors: np.ndarray
    first: np.ndarray
    second: np.ndarray


def new_quadratic(n_variables: int) -> Quadratic:
    """Return a quadratic without content."""
    vectors = [np.empty(n_variables) for _ in range(7)]
    return Quadratic(*vectors[:5], np.empty(5), np.empty((5, n_variables)), *vectors[5:])


QUADRATIC = numba.typeof(new_quadratic(2))


@kernel(float64(float64, float64))
def decay_length(eigenvalue, time):
    """Return (1 - exp(-eigenvalue * time)) / eigenvalue, the path length along a mode for a unit slope."""
    product = eigenvalue * time
    if abs(product) < 1e-6:
        return time * (1.0 - 0.5 * product)
    if product > EXPONENT_LIMIT:
        return 1.0 / eigenvalue
    return (1.0 - np.exp(-max(product, -EXPONENT_LIMIT))) / eigenvalue


@kernel(float64(QUADRATIC))
def lowest_mode(q):
    """Make ``q.mode``, which holds a first guess, the lowest mode, which is negative, and return its eigenvalue."""
    scale(1.0 / max(norm(q.mode), 1e-300), q.mode)
    q.mode[:] += 0.1 / np.sqrt(q.mode.size)  # the lowest mode may be at right angles to the guess
    return refine_pair(q.diagonal, q.beside, -depth(q.diagonal, q.beside, 0), q.factors, q.mode)


@kernel(void(QUADRATIC, float64, int64, boolean))
def prepare_quadratic(q, value, n_negative, uphill):
    """Split off the mode, of eigenvalue ``value``, and fill in the scalars."""
    slope, sign = dot(q.mode, q.slopes), -1.0 if uphill else 1.0
    q.rest[:] = q.slopes
    add_scaled(-slope, q.mode, q.rest)
    n_split = 1 if n_negative > 0 else 0
    deepest = depth(q.diagonal, q.beside, n_split) if n_negative > n_split else 0.0
    limit = GROWTH_LIMIT / deepest if deepest > 0.0 else LONGEST_TIME
    if sign * value < 0.0:
        limit = min(limit, EXPONENT_LIMIT / abs(value))
    q.scalars[MODE_VALUE], q.scalars[MODE_SLOPE] = sign * value, sign * slope
    q.scalars[TIME_LIMIT], q.scalars[SHIFT_FLOOR] = limit, GROWTH_LIMIT * deepest
    q.scalars[HAS_END] = 1.0 if limit == LONGEST_TIME else 0.0


@kernel(float64(QUADRATIC, float64, float64[::1]))
def _join(q, along, shift):
    """Make ``shift`` perpendicular to the mode, add ``along`` times the mode, and return its length."""
    add_scaled(along - dot(q.mode, shift), q.mode, shift)
    return norm(shift)


@kernel(float64(QUADRATIC, float64[::1]))
def _end_of_flow(q, shift):
    """Overwrite ``shift`` with the displacement to the quadratic's stationary point and return its length."""
    shift[:] = q.rest
    factorise(q.diagonal, q.beside, 0.0, q.factors)
    solve(q.factors, shift)
    scale(-1.0, shift)
    value = q.scalars[MODE_VALUE]
    return _join(q, -q.scalars[MODE_SLOPE] / value if value != 0.0 else 0.0, shift)


@kernel(float64(QUADRATIC, float64, float64[::1]))
def flow_shift(q, time, shift):
    """Overwrite ``shift`` with the flow's displacement after ``time`` and return its length."""
    rate = 1.0 / (GAMMA * time)
    factorise(q.diagonal, q.beside, rate, q.factors)
    q.first[:] = q.rest
    solve(q.factors, q.first)
    for i in range(shift.size):
        q.second[i] = q.rest[i] - SECOND * (q.rest[i] - rate * q.first[i])
    solve(q.factors, q.second)
    for i in range(shift.size):
        shift[i] = -(SECOND * q.first[i] + q.second[i])
    return _join(q, -q.scalars[MODE_SLOPE] * decay_length(q.scalars[MODE_VALUE], time), shift)


@kernel(float64(QUADRATIC, float64, float64[::1]))
def step_within(q, radius, shift):
    """Overwrite ``shift`` with the flow's displacement when it is ``radius`` away, or at its end; return the time."""
    if q.scalars[HAS_END] > 0.0 and _end_of_flow(q, shift) <= radius:
        return LONGEST_TIME
    limit = q.scalars[TIME_LIMIT]
    low, high = 0.0, np.inf
    time = min(limit, radius / max(norm(q.slopes), 1e-300))
    for _ in range(MAX_TRIALS):
        length = flow_shift(q, time, shift)
        if length <= radius:
            low = time
            if length >= CLOSE * radius or time >= limit:
                return time
        else:  # not a number goes here too
            high = time
        guess = time * min(100.0, max(0.01, 0.9 * radius / max(length, 1e-300)))
        if length <= radius:
            guess = max(guess, 1.2 * time)
        if np.isfinite(high) and not low < guess < high:
            guess = np.sqrt(low * high) if low > 0.0 else 0.1 * high
        time = min(guess, limit)
    if low > 0.0:
        flow_shift(q, low, shift)
    return low


@kernel(float64(QUADRATIC, float64[::1], float64, float64[::1]))
def _relaxed_across(q, outward, shift_of_eigenvalues, shift):
    """Overwrite ``shift`` with the damped Newton step in the hyperplane across ``outward`` and return its length."""
    factorise(q.diagonal, q.beside, shift_of_eigenvalues, q.factors)
    shift[:] = q.slopes
    q.second[:] = outward
    solve(q.factors, shift)
    solve(q.factors, q.second)
    add_scaled(-dot(outward, shift) / dot(outward, q.second), q.second, shift)
    scale(-1.0, shift)
    return norm(shift)


@kernel(void(QUADRATIC, float64[::1]))
def soften(q, outward):
    """Take the stiff modes out of ``outward`` (n,), and make it a unit vector again.

    What is much stiffer than the Hessian's quotient of the vector is damped, softer modes all stay as they are.
    """
    for _ in range(SOFTENINGS):
        multiply(q.diagonal, q.beside, outward, q.first)
        quotient = dot(outward, q.first) / max(dot(outward, outward), 1e-300)
        factorise(q.diagonal, q.beside, max(quotient, 0.0), q.factors)
        solve(q.factors, outward)
        scale(1.0 / max(norm(outward), 1e-300), outward)


@kernel(float64(QUADRATIC, float64[::1], float64, float64[::1]))
def step_outward(q, outward, radius, shift):
    """Overwrite ``shift`` with ``radius`` along the unit vector ``outward`` and a step across of at most ``radius``.

    The step across relaxes the energy in the hyperplane; the Hessian has no negative eigenvalue. Returns ``radius``.
    """
    damping, length = 0.0, _relaxed_across(q, outward, 0.0, shift)
    for _ in range(MAX_TRIALS):
        if length <= radius:  # not a number is longer
            break
        damping = max(2.0 * damping, 0.1 * norm(q.slopes) / radius)
        length = _relaxed_across(q, outward, damping, shift)
    if not length <= radius:
        shift[:] = 0.0
    add_scaled(radius, outward, shift)
    return radius


@kernel(float64(QUADRATIC, float64[::1], float64, float64[::1]))
def end_displacement(q, shift, time, end_slopes):
    """Return the length of the displacement that explains the gradient found at the end of a step.

    ``end_slopes`` (n,), the gradient there in the tridiagonal basis, is overwritten.
    """
    multiply(q.diagonal, q.beside, shift, q.first)
    for i in range(shift.size):
        end_slopes[i] -= q.slopes[i] + q.first[i]
    along = dot(q.mode, end_slopes)
    add_scaled(-along, q.mode, end_slopes)
    factorise(q.diagonal, q.beside, max(1.0 / time, q.scalars[SHIFT_FLOOR]), q.factors)
    solve(q.factors, end_slopes)
    return _join(q, along * decay_length(max(q.scalars[MODE_VALUE], 0.0), time), end_slopes)


@kernel(float64(QUADRATIC, float64[::1]))
def predicted_change(q, shift):
    """Return the quadratic's change in energy over ``shift``."""
    multiply(q.diagonal, q.beside, shift, q.first)
    return dot(q.slopes, shift) + 0.5 * dot(shift, q.first)


@kernel(float64(QUADRATIC, float64[::1]))
def changes_by_size(q, shift):
    """Return the sum of the sizes of the linear and the quadratic change in energy over ``shift``."""
    multiply(q.diagonal, q.beside, shift, q.first)
    return abs(dot(q.slopes, shift)) + abs(0.5 * dot(shift, q.first))


@kernel(float64(QUADRATIC))
def newton_length(q):
    """Return the length of the Newton step."""
    q.second[:] = q.slopes
    factorise(q.diagonal, q.beside, 0.0, q.factors)
    solve(q.factors, q.second)
    return norm(q.second)
