"""Paths of steepest descent, and of ascent along one mode, followed with the exact Hessian.

The minimum that a transition state falls to is defined by the steepest-descent path dx/dt = -g.  Turning the sign of
the component along the lowest Hessian eigenvector gives a flow that rises along that mode and falls in all others and
so ends in index-1 saddles (eigenvector-following; E and Zhou, Nonlinearity 24, 1831, 2011).  Both are followed on the
local quadratic (Page and McIver, J. Chem. Phys. 88, 922, 1988; see :mod:`lossland._quadratic`) for as long as what is
found at the end of a step agrees with it, which makes them Newton's method near a stationary point.  Where no
eigenvalue is negative there is nothing to climb yet: the search moves straight away from where it came from and relaxes
in the hyperplane across that line (reduced gradient following; Quapp et al., Theor. Chem. Acc. 100, 285, 1998).
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import boolean, float64, int64, types, void

from lossland._kernel import kernel
from lossland._quadratic import (
    QUADRATIC,
    Quadratic,
    changes_by_size,
    end_displacement,
    lowest_mode,
    newton_length,
    predicted_change,
    prepare_quadratic,
    soften,
    step_outward,
    step_within,
)
from lossland._tridiagonal import count_below, from_basis, to_basis, tridiagonalise
from lossland._vector import distance, dot, finite, norm, rms
from lossland.objectives.base import DATA, HESSIAN, VALUE_GRADIENT, difference_hessian
from lossland.status import Status

CONVERGED = int(Status.CONVERGED)
MAX_ITERATIONS = int(Status.MAX_ITERATIONS)
STALLED = int(Status.STALLED)
NOT_FINITE = int(Status.NOT_FINITE)
WRONG_INDEX = int(Status.WRONG_INDEX)
WANDERED = int(Status.WANDERED)
DEGENERATE = int(Status.DEGENERATE)

SHORTEST_STEP = 1e-13
LARGEST_GROWTH = 3.0
# changes in energy below this fraction of the energy are too near to rounding to be compared
ENERGY_ROUNDING, COMPARABLE = 1e-14, 1e-11
# eigenvalues that count as zero, relative to the largest: of an exact Hessian, and of differences of gradients
EXACT_ROUNDING, DIFFERENCE_ROUNDING = 1e-13, 1e-9
REFUSED = np.inf
LARGEST_SURPRISE = 0.05  # a step outward may change the energy by that much more or less than the quadratic's parts say


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
    energy_error : float
        Downhill: accepted difference between a step's change in energy and the quadratic's, relative to the latter.
    path_error : float
        Uphill, and where changes in energy are lost in rounding: accepted displacement from the flow in one step,
        estimated from the gradient at its end, relative to the step.
    growth : float
        Uphill, as long as no Hessian eigenvalue is negative: length of a step relative to the distance from the anchor.
    max_distance : float
        The search has wandered off when it is farther than this from its start.
    max_iterations : int
        Steps before the search gives up.
    """

    tolerance: float = 1e-12
    step_tolerance: float = 1e-7
    max_step: float = 2.0
    first_step: float = 0.1
    energy_error: float = 0.05
    path_error: float = 0.4
    growth: float = 1.0
    max_distance: float = np.inf
    max_iterations: int = 1000


FLOW_OPTIONS = numba.typeof(FlowOptions())
FLOW_RESULT = types.Tuple((float64, float64, int64, int64, int64, int64))
FUNCTIONS = (types.FunctionType(VALUE_GRADIENT), types.FunctionType(HESSIAN), boolean, DATA)


@kernel(void(*FUNCTIONS, float64[::1], float64[:, ::1]))
def fill_hessian(value_gradient, hessian, has_hessian, data, x, matrix):
    """Overwrite ``matrix`` with the Hessian at ``x``: the objective's own, or differences of gradients."""
    if has_hessian:
        hessian(x, data, matrix)
    else:
        difference_hessian(value_gradient, data, x, matrix)


@kernel(int64(float64[::1], boolean, boolean))
def _final_status(values, uphill, has_hessian):
    """Judge a stationary point by its ascending Hessian eigenvalues: exactly one negative, or none, and none zero."""
    largest = max(abs(values[0]), abs(values[-1]))
    for value in values:
        if abs(value) <= largest * (EXACT_ROUNDING if has_hessian else DIFFERENCE_ROUNDING):
            return DEGENERATE
    if uphill:
        return CONVERGED if values[0] < 0.0 and (values.size == 1 or values[1] > 0.0) else WRONG_INDEX
    return CONVERGED if values[0] > 0.0 else WRONG_INDEX


@kernel(
    float64(QUADRATIC, float64[::1], float64, float64, float64, float64, float64[::1], boolean, FLOW_OPTIONS),
)
def _error(q, shift, time, energy, trial_energy, trial_rms, end_slopes, uphill, options):
    """Return the disagreement of a step with the quadratic, relative to what is accepted; ``end_slopes`` is lost."""
    if trial_rms <= options.tolerance:
        return 0.0
    expected = predicted_change(q, shift)
    if uphill or abs(expected) <= COMPARABLE * abs(energy):
        rises = trial_energy > energy + ENERGY_ROUNDING * abs(energy) and trial_rms >= rms(q.slopes)
        if rises and not uphill:
            return REFUSED
        return end_displacement(q, shift, time, end_slopes) / max(norm(shift), 1e-300) / options.path_error
    return abs(trial_energy - energy - expected) / abs(expected) / options.energy_error


@kernel(float64(QUADRATIC, float64[::1], float64, float64))
def _surprise(q, shift, energy, trial_energy):
    """Return the disagreement of a step away from the anchor with the quadratic, relative to what is accepted."""
    accepted = LARGEST_SURPRISE * changes_by_size(q, shift) + ENERGY_ROUNDING * abs(energy)
    return abs(trial_energy - energy - predicted_change(q, shift)) / max(accepted, 1e-300)


@kernel(
    void(QUADRATIC, float64[:, ::1], float64[::1], float64[::1], float64[::1], boolean, int64),
)
def _split_off_mode(q, reflectors, factors, outward, direction, uphill, n_negative):
    """Split off the lowest mode where it is negative; uphill ``direction`` becomes the mode that is climbed.

    That is the lowest mode if it is negative; otherwise ``direction`` becomes ``outward``.
    """
    q.mode[:], value = 0.0, 0.0
    if n_negative > 0:
        q.mode[:] = direction if uphill else q.slopes
        if uphill:
            to_basis(reflectors, factors, q.mode)
        q.second[:] = q.mode
        value = lowest_mode(q)
        if uphill:
            sign = 1.0 if dot(q.mode, q.second) >= 0.0 else -1.0
            direction[:] = sign * q.mode
            from_basis(reflectors, factors, direction)
    elif uphill:
        direction[:] = outward
    prepare_quadratic(q, value, n_negative, uphill)


@kernel(void(float64[::1], float64[::1], float64[::1], float64[::1]))
def _point_outward(x, anchor, direction, outward):
    """Overwrite ``outward`` with the unit vector from ``anchor`` to ``x``; at the anchor itself with ``direction``."""
    for i in range(x.size):
        outward[i] = x[i] - anchor[i]
    length = norm(outward)
    outward[:] = outward / length if length > SHORTEST_STEP * max(1.0, norm(x)) else direction


@kernel(int64(QUADRATIC, float64[:, ::1], float64[::1], float64[:, ::1], float64[::1]))
def _reduce(q, matrix, gradient, reflectors, factors):
    """Fill the quadratic from Hessian, which is lost, and gradient.

    Returns the number of negative eigenvalues, or -1 where the Hessian is not finite.
    """
    tridiagonalise(matrix, q.diagonal, q.beside, reflectors, factors)
    if not np.isfinite(q.diagonal.sum() + q.beside.sum()):
        return -1
    q.slopes[:] = gradient
    to_basis(reflectors, factors, q.slopes)
    return count_below(q.diagonal, q.beside, 0.0)


@kernel(int64(float64[:, ::1], boolean, boolean, float64[::1], float64[::1]))
def _judged(matrix, uphill, has_hessian, eigenvalues, direction):
    """Return the status of a stationary point; fill ``eigenvalues`` and, uphill, ``direction`` with the lowest mode."""
    values, vectors = np.linalg.eigh(matrix)
    eigenvalues[:] = values
    if uphill:
        sign = 1.0 if (vectors[:, 0] * direction).sum() >= 0.0 else -1.0
        direction[:] = sign * vectors[:, 0]
    return _final_status(values, uphill, has_hessian)


@kernel(
    types.Tuple((float64, float64, float64, int64))(
        types.FunctionType(VALUE_GRADIENT),
        DATA,
        QUADRATIC,
        float64[:, ::1],
        float64[::1],
        float64[::1],
        float64,
        float64[::1],
        boolean,
        boolean,
        float64,
        FLOW_OPTIONS,
        float64[::1],
        float64[::1],
    ),
)
def _advance(
    value_gradient, data, q, reflectors, factors, x, energy, outward, leaving, uphill, radius, options, trial, gradient
):
    """Try shorter and shorter steps from ``x``, of at most ``radius``, until one does what the quadratic says.

    ``trial`` and ``gradient`` (n,) are overwritten with its end and the gradient there. Returns the energy there, the
    RMS gradient, the radius for the next step, and the number of trials; a radius of zero where no step would do, the
    energy then being that of ``x``.
    """
    n, shortest, n_trials = x.size, SHORTEST_STEP * max(1.0, norm(x)), 0
    shift, end_slopes = np.empty(n), np.empty(n)
    while radius > shortest:
        time = step_outward(q, outward, radius, shift) if leaving else step_within(q, radius, shift)
        length = norm(shift)
        trial[:] = shift
        from_basis(reflectors, factors, trial)
        for i in range(n):
            trial[i] += x[i]
        trial_energy = value_gradient(trial, data, gradient)
        n_trials += 1
        if time > 0.0 and finite(trial_energy, gradient):
            trial_rms = rms(gradient)
            if leaving:
                error = _surprise(q, shift, energy, trial_energy)
            else:
                end_slopes[:] = gradient
                to_basis(reflectors, factors, end_slopes)
                error = _error(q, shift, time, energy, trial_energy, trial_rms, end_slopes, uphill, options)
            if error <= 1.0:
                growth = min(LARGEST_GROWTH, max(0.5, 0.9 / max(error, 1e-3)))
                next_radius = options.first_step if leaving else min(options.max_step, length * growth)
                return trial_energy, trial_rms, next_radius, n_trials
            radius = (radius if leaving else length) * max(0.1, min(0.5, 0.8 / error))
        else:
            radius = 0.1 * min(radius, length) if length > 0.0 else 0.1 * radius
    return energy, np.inf, 0.0, n_trials


@kernel(
    FLOW_RESULT(*FUNCTIONS, float64[::1], float64[::1], float64[::1], boolean, FLOW_OPTIONS, float64[::1]),
)
def follow_flow(value_gradient, hessian, has_hessian, data, x, anchor, direction, uphill, options, eigenvalues):
    """Follow the flow from ``x`` to a stationary point.

    Parameters
    ----------
    value_gradient, hessian, has_hessian, data
        The objective.
    x : ndarray of float64, shape (n_variables,)
        Start; overwritten with the end point.
    anchor : ndarray of float64, shape (n_variables,)
        Uphill, and as long as no Hessian eigenvalue is negative, the search moves away from here and relaxes in all
        directions perpendicular to that. Not used downhill.
    direction : ndarray of float64, shape (n_variables,)
        Unit vector; with ``uphill`` the way to go from the anchor, overwritten with the mode climbed last.
    uphill : bool
        Climb one mode, to a transition state; otherwise steepest descent, to a minimum.
    options : FlowOptions
    eigenvalues : ndarray of float64, shape (n_variables,)
        Overwritten with the Hessian eigenvalues at the end point, ascending, if it was reached.

    Returns
    -------
    energy, rms_gradient : float
    n_iterations, n_evaluations, n_hessians, status : int
        ``WRONG_INDEX`` where the path ends with other than one (uphill) or no negative eigenvalue, ``DEGENERATE``
        where an eigenvalue is zero to rounding.
    """
    n = x.size
    start, gradient, trial, trial_gradient = x.copy(), np.empty(n), np.empty(n), np.empty(n)
    matrix, reduced, reflectors, factors = np.empty((n, n)), np.empty((n, n)), np.zeros((n, n)), np.empty(n)
    outward, no_vectors = np.empty(n), (np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n))
    q = Quadratic(*no_vectors, np.empty(5), np.empty((5, n)), np.empty(n), np.empty(n))
    energy = value_gradient(x, data, gradient)
    n_evaluations, n_hessians, radius = 1, 0, options.first_step
    rms_gradient = rms(gradient)
    eigenvalues[:] = np.nan
    if not finite(energy, gradient):
        return energy, np.inf, 0, n_evaluations, n_hessians, NOT_FINITE
    for iteration in range(options.max_iterations + 1):
        fill_hessian(value_gradient, hessian, has_hessian, data, x, matrix)
        n_hessians += 1
        reduced[:] = matrix
        n_negative = _reduce(q, reduced, gradient, reflectors, factors)
        if n_negative < 0:
            return energy, rms_gradient, iteration, n_evaluations, n_hessians, NOT_FINITE
        leaving = uphill and n_negative == 0
        if leaving:
            _point_outward(x, anchor, direction, outward)
        _split_off_mode(q, reflectors, factors, outward, direction, uphill, n_negative)
        if rms_gradient <= options.tolerance and newton_length(q) <= options.step_tolerance:
            status = _judged(matrix, uphill, has_hessian, eigenvalues, direction)
            return energy, rms_gradient, iteration, n_evaluations, n_hessians, status
        if iteration == options.max_iterations:
            break
        if leaving:
            to_basis(reflectors, factors, outward)
            soften(q, outward)
            radius = min(options.max_step, max(options.first_step, options.growth * distance(x, anchor)))
        energy, trial_rms, radius, n_trials = _advance(
            value_gradient,
            data,
            q,
            reflectors,
            factors,
            x,
            energy,
            outward,
            leaving,
            uphill,
            radius,
            options,
            trial,
            trial_gradient,
        )
        n_evaluations += n_trials
        if radius == 0.0:
            return energy, rms_gradient, iteration, n_evaluations, n_hessians, STALLED
        x[:] = trial
        gradient[:] = trial_gradient
        rms_gradient = trial_rms
        if distance(x, start) > options.max_distance:
            return energy, rms_gradient, iteration + 1, n_evaluations, n_hessians, WANDERED
    return energy, rms_gradient, options.max_iterations, n_evaluations, n_hessians, MAX_ITERATIONS


@kernel(types.Tuple((float64[::1], float64[::1, :]))(float64[:, ::1], float64[:, ::1]))
def modes_apart_from(matrix, idle):
    """Return eigenvalues (n,) and eigenvectors (n, n) of ``matrix`` with ``idle`` directions (k, n) lifted to the end.

    The last k of them span the idle directions. In a kernel, because kernels use SciPy's linear algebra, which is
    pinned to one processor level, whatever NumPy's does.
    """
    lifted = matrix.copy()
    if idle.shape[0] > 0:
        lifted += 10.0 * np.abs(matrix).sum() * (idle.T @ idle)
    return np.linalg.eigh(lifted)
