"""Paths of steepest descent, and of ascent along one mode, followed with the exact Hessian.

The minimum that a transition state falls to is defined by the steepest-descent path dx/dt = -g.  Turning the sign of
the component along one Hessian eigenvector gives a flow that rises along that mode and falls in all others and so
ends in index-1 saddles (eigenvector-following; E and Zhou, Nonlinearity 24, 1831, 2011).  Both are integrated by
solving the flow exactly on the local quadratic (Page and McIver, J. Chem. Phys. 88, 922, 1988) for as long as the
gradient at the end agrees with the quadratic's, which makes them Newton's method near a stationary point.
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import boolean, float64, int64, njit, types, void

from lossland._vector import finite, norm, rms
from lossland.objectives.base import DATA, HESSIAN, VALUE_GRADIENT, difference_hessian
from lossland.status import Status

CONVERGED = int(Status.CONVERGED)
MAX_ITERATIONS = int(Status.MAX_ITERATIONS)
STALLED = int(Status.STALLED)
NOT_FINITE = int(Status.NOT_FINITE)
WRONG_INDEX = int(Status.WRONG_INDEX)
WANDERED = int(Status.WANDERED)
DEGENERATE = int(Status.DEGENERATE)

EXPONENT_LIMIT = 40.0  # exp(-40) is zero to rounding: the end of the quadratic's path is reached
SHORTEST_STEP = 1e-13
LARGEST_GROWTH = 3.0
ENERGY_ROUNDING = 1e-14
# eigenvalues that count as zero, relative to the largest: of an exact Hessian, and of differences of gradients
EXACT_ROUNDING, DIFFERENCE_ROUNDING = 1e-13, 1e-9
LONGEST_TIME = 1e30


class FlowOptions(NamedTuple):
    """Settings of :func:`follow_flow`.

    Attributes
    ----------
    tolerance : float
        Converged when the RMS gradient is at or below this ...
    step_tolerance : float
        ... and the Newton step is no longer than this: where the Hessian is nearly singular a tiny gradient alone says
        little about the distance to the stationary point.
    max_step : float
        Longest step (Euclidean norm, units of ``x``).
    first_step : float
        Length limit of the first step.
    path_error : float
        Accepted displacement from the path in one step, estimated from the gradient at its end, relative to the step.
    max_distance : float
        The search has wandered off when it is farther than this from its start.
    max_iterations : int
        Steps before the search gives up.
    """

    tolerance: float = 1e-12
    step_tolerance: float = 1e-7
    max_step: float = 2.0
    first_step: float = 0.1
    path_error: float = 0.1
    max_distance: float = np.inf
    max_iterations: int = 1000


FLOW_OPTIONS = numba.typeof(FlowOptions())
FLOW_RESULT = types.Tuple((float64, float64, int64, int64, int64, int64))
FUNCTIONS = (types.FunctionType(VALUE_GRADIENT), types.FunctionType(HESSIAN), boolean, DATA)


@njit(void(*FUNCTIONS, float64[::1], float64[:, ::1]), cache=True, nogil=True)
def fill_hessian(value_gradient, hessian, has_hessian, data, x, matrix):
    """Overwrite ``matrix`` with the Hessian at ``x``: the objective's own, or differences of gradients."""
    if has_hessian:
        hessian(x, data, matrix)
    else:
        difference_hessian(value_gradient, data, x, matrix)


@njit(float64(float64, float64), cache=True, nogil=True)
def decay_length(eigenvalue, time):
    """Return (1 - exp(-eigenvalue * time)) / eigenvalue, the path length along a mode for a unit slope."""
    product = eigenvalue * time
    if abs(product) < 1e-6:
        return time * (1.0 - 0.5 * product)
    if product > EXPONENT_LIMIT:
        return 1.0 / eigenvalue
    return (1.0 - np.exp(-max(product, -EXPONENT_LIMIT))) / eigenvalue


@njit(float64(float64[::1], float64[::1], float64, float64[::1]), cache=True, nogil=True)
def _quadratic_shift(eigenvalues, slopes, time, shift):
    """Overwrite ``shift`` with the flow's displacement after ``time`` on the quadratic and return its length."""
    for i in range(slopes.size):
        shift[i] = -slopes[i] * decay_length(eigenvalues[i], time)
    return norm(shift)


@njit(float64(float64[::1], float64[::1], float64, float64[::1]), cache=True, nogil=True)
def _time_for_length(eigenvalues, slopes, length, shift):
    """Return the time at which the flow is ``length`` away, or that of its end if it is nearer."""
    steepest = 1e-300
    for value in eigenvalues:
        steepest = max(steepest, abs(value))
    softest = steepest
    for value in eigenvalues:
        softest = min(softest, max(abs(value), 1e-12 * steepest))
    longest = min(EXPONENT_LIMIT / softest, LONGEST_TIME)
    if _quadratic_shift(eigenvalues, slopes, longest, shift) <= length:
        return longest
    low = np.log(min(1e-8 / steepest, 1e-3 * length / norm(slopes)))
    high = np.log(longest)
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        if _quadratic_shift(eigenvalues, slopes, np.exp(middle), shift) > length:
            high = middle
        else:
            low = middle
    return np.exp(low)


@njit(float64(float64[::1], float64[::1], float64[::1], float64[::1], float64), cache=True, nogil=True)
def _path_error(end_slopes, slopes, eigenvalues, shift, time):
    """Return the displacement from the path, relative to the step, that explains the gradient at the step's end.

    All slopes are components of the flow's own gradient along the eigenvectors, shape (n_variables,).
    """
    total = 0.0
    for i in range(shift.size):
        error = end_slopes[i] - slopes[i] - eigenvalues[i] * shift[i]
        total += (error * decay_length(max(eigenvalues[i], 0.0), time)) ** 2
    return np.sqrt(total) / max(norm(shift), 1e-300)


@njit(int64(float64[::1], float64[::1, :], float64[::1]), cache=True, nogil=True)
def _mode_to_climb(values, vectors, direction):
    """Return the lowest mode if it is negative, else the one nearest to ``direction``, which is overwritten with it."""
    overlaps = vectors.T @ direction
    best = np.argmax(np.abs(overlaps)) if values[0] > 0.0 else 0
    sign = 1.0 if overlaps[best] >= 0.0 else -1.0
    direction[:] = sign * vectors[:, best]
    return best


@njit(float64(float64[::1], float64[::1]), cache=True, nogil=True)
def _newton_length(values, slopes):
    """Return the length of the Newton step, from the gradient's components along the eigenvectors."""
    total = 0.0
    for i in range(slopes.size):
        total += (slopes[i] / max(abs(values[i]), 1e-300)) ** 2
    return np.sqrt(total)


@njit(int64(float64[::1], boolean, boolean), cache=True, nogil=True)
def _final_status(values, uphill, has_hessian):
    """Judge a stationary point by its ascending Hessian eigenvalues: exactly one negative, or none, and none zero."""
    largest = max(abs(values[0]), abs(values[-1]))
    for value in values:
        if abs(value) <= largest * (EXACT_ROUNDING if has_hessian else DIFFERENCE_ROUNDING):
            return DEGENERATE
    if uphill:
        return CONVERGED if values[0] < 0.0 and (values.size == 1 or values[1] > 0.0) else WRONG_INDEX
    return CONVERGED if values[0] > 0.0 else WRONG_INDEX


@njit(FLOW_RESULT(*FUNCTIONS, float64[::1], float64[::1], boolean, FLOW_OPTIONS, float64[::1]), cache=True, nogil=True)
def follow_flow(value_gradient, hessian, has_hessian, data, x, direction, uphill, options, eigenvalues):
    """Follow the flow from ``x`` to a stationary point.

    Parameters
    ----------
    value_gradient, hessian, has_hessian, data
        The objective.
    x : ndarray of float64, shape (n_variables,)
        Start; overwritten with the end point.
    direction : ndarray of float64, shape (n_variables,)
        Unit vector; with ``uphill`` the mode to climb, overwritten with the mode climbed last. Not used downhill.
    uphill : bool
        Climb one mode, to a transition state; otherwise steepest descent, to a minimum.
    options : FlowOptions
    eigenvalues : ndarray of float64, shape (n_variables,)
        Overwritten with the Hessian eigenvalues at the end point, ascending.

    Returns
    -------
    energy, rms_gradient : float
    n_iterations, n_evaluations, n_hessians, status : int
        ``WRONG_INDEX`` where the path ends with other than one (uphill) or no negative eigenvalue, ``DEGENERATE``
        where an eigenvalue is zero to rounding.
    """
    n = x.size
    start, gradient, trial, trial_gradient = x.copy(), np.empty(n), np.empty(n), np.empty(n)
    matrix, shift = np.empty((n, n)), np.empty(n)
    energy = value_gradient(x, data, gradient)
    n_evaluations, n_hessians, radius = 1, 0, options.first_step
    rms_gradient = rms(gradient)
    eigenvalues[:] = np.nan
    if not finite(energy, gradient):
        return energy, np.inf, 0, n_evaluations, n_hessians, NOT_FINITE
    for iteration in range(options.max_iterations + 1):
        fill_hessian(value_gradient, hessian, has_hessian, data, x, matrix)
        n_hessians += 1
        if not np.isfinite(matrix.sum()):
            return energy, rms_gradient, iteration, n_evaluations, n_hessians, NOT_FINITE
        values, vectors = np.linalg.eigh(matrix)
        eigenvalues[:] = values
        climbed = _mode_to_climb(values, vectors, direction) if uphill else -1
        slopes = vectors.T @ gradient
        if rms_gradient <= options.tolerance and _newton_length(values, slopes) <= options.step_tolerance:
            return (
                energy,
                rms_gradient,
                iteration,
                n_evaluations,
                n_hessians,
                _final_status(values, uphill, has_hessian),
            )
        if iteration == options.max_iterations:
            break
        if uphill:
            values[climbed] *= -1.0
            slopes[climbed] *= -1.0
        while True:
            time = _time_for_length(values, slopes, radius, shift)
            length = _quadratic_shift(values, slopes, time, shift)
            trial[:] = x + vectors @ shift
            trial_energy = value_gradient(trial, data, trial_gradient)
            n_evaluations += 1
            if finite(trial_energy, trial_gradient):
                end_slopes = vectors.T @ trial_gradient
                if uphill:
                    end_slopes[climbed] *= -1.0
                error = _path_error(end_slopes, slopes, values, shift, time)
                trial_rms = rms(trial_gradient)
                falls = uphill or trial_energy <= energy + ENERGY_ROUNDING * abs(energy) or trial_rms < rms_gradient
                if falls and (error <= options.path_error or trial_rms <= options.tolerance):
                    growth = min(LARGEST_GROWTH, 0.9 * options.path_error / max(error, 1e-3))
                    radius = min(options.max_step, length * growth)
                    break
                radius = length * max(0.1, min(0.5, 0.8 * options.path_error / max(error, 1e-300)))
            else:
                radius = 0.1 * length
            if not radius > SHORTEST_STEP * max(1.0, norm(x)):
                return energy, rms_gradient, iteration, n_evaluations, n_hessians, STALLED
        x[:] = trial
        gradient[:] = trial_gradient
        energy, rms_gradient = trial_energy, trial_rms
        if norm(x - start) > options.max_distance:
            return energy, rms_gradient, iteration + 1, n_evaluations, n_hessians, WANDERED
    return energy, rms_gradient, options.max_iterations, n_evaluations, n_hessians, MAX_ITERATIONS


@njit(types.Tuple((float64[::1], float64[::1, :]))(float64[:, ::1], float64[:, ::1]), cache=True, nogil=True)
def modes_apart_from(matrix, idle):
    """Return eigenvalues (n,) and eigenvectors (n, n) of ``matrix`` with ``idle`` directions (k, n) lifted to the end.

    The last k of them span the idle directions. In a kernel, because kernels use SciPy's linear algebra, which is
    pinned to one processor level, whatever NumPy's does.
    """
    lifted = matrix.copy()
    if idle.shape[0] > 0:
        lifted += 10.0 * np.abs(matrix).sum() * (idle.T @ idle)
    return np.linalg.eigh(lifted)
