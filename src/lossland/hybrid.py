"""Hybrid eigenvector-following: transition states from gradients alone, for objectives too large for a Hessian.

Munro and Wales, Phys. Rev. B 59, 3969 (1999); Kumeda, Wales and Munro, Chem. Phys. Lett. 341, 185 (2001).  The lowest
mode minimises the Rayleigh quotient; one step goes uphill along it; L-BFGS goes downhill in the tangent space.
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import float64, int64, types

from lossland._kernel import kernel
from lossland._vector import add_scaled, dot, finite, norm, rms, scale
from lossland.lbfgs import MAX_REDUCTIONS, quasi_newton_step
from lossland.lowest_mode import HessianProducts, eigenvalues_or_status, lowest_mode
from lossland.objectives.base import DATA, VALUE_GRADIENT, Objective
from lossland.status import StationaryPoint, Status

CONVERGED = int(Status.CONVERGED)
MAX_ITERATIONS = int(Status.MAX_ITERATIONS)
NOT_FINITE = int(Status.NOT_FINITE)
WANDERED = int(Status.WANDERED)

DENSE_LIMIT = 2000  # variables up to which the index is counted with the dense Hessian
FIRST_STEP = 0.1  # of L-BFGS in the tangent space, times the projected gradient
FUNCTION = types.FunctionType(VALUE_GRADIENT)


class HybridOptions(NamedTuple):
    """Settings of :func:`hybrid_follow`; lengths are Euclidean norms in units of ``x``.

    Attributes
    ----------
    tolerance : float
        Converged when the RMS gradient is at or below this and the curvature along the mode is negative.
    max_iterations : int
        Uphill steps before the search gives up.
    push : float
        Uphill step while the curvature along the mode is positive.
    max_uphill : float
        Longest uphill step.
    max_step : float
        Longest step in the tangent space.
    max_rise : float
        Largest rise in energy that one step in the tangent space may cause.
    tangent_steps : int
        L-BFGS steps in the tangent space after one uphill step.
    history : int
        Pairs of steps and gradient changes that L-BFGS keeps.
    mode_iterations : int
        Hessian-vector products, two evaluations each, for one update of the mode.
    mode_tolerance : float
        The mode is good enough when |H y - c y| <= mode_tolerance * |c|, with unit mode y and its curvature c.
    difference : float
        Length of the central differences of gradients.
    max_distance : float
        The search has wandered off when it is farther than this from its start.
    """

    tolerance: float = 1e-6
    max_iterations: int = 300
    push: float = 0.2
    max_uphill: float = 0.5
    max_step: float = 0.5
    max_rise: float = 1e-10
    tangent_steps: int = 20
    history: int = 20
    mode_iterations: int = 60
    mode_tolerance: float = 0.1
    difference: float = 1e-4
    max_distance: float = 100.0


HYBRID_OPTIONS = numba.typeof(HybridOptions())
HYBRID_RESULT = types.Tuple((float64, float64, float64, int64, int64, int64))


@kernel(float64(float64, float64, float64, float64))
def uphill_step(slope, curvature, push, max_uphill):
    """Return the step along a mode: fixed while the curvature is positive, else towards the maximum of the quadratic.

    The second is the eigenvector-following step of Wales, J. Chem. Phys. 101, 3750 (1994), equation 9.
    """
    if curvature >= 0.0:
        # too near a minimum to tell the slope from rounding: follow the mode's own orientation
        return push if slope >= -1e-3 * curvature * push else -push
    ratio = slope / curvature
    step = -2.0 * ratio / (1.0 + np.sqrt(1.0 + 4.0 * ratio * ratio))
    return min(max_uphill, max(-max_uphill, step))


@kernel(types.void(float64[::1], float64[::1], float64[::1]))
def _project(gradient, mode, projected):
    projected[:] = gradient
    add_scaled(-dot(gradient, mode), mode, projected)


@kernel(
    types.void(
        float64[:, ::1], float64[:, ::1], float64[::1], int64, float64[::1], float64[::1], float64, float64[::1]
    ),
)
def _tangent_step(steps, changes, curvatures, n_updates, projected, mode, max_step, step):
    """Overwrite ``step`` with that of L-BFGS, orthogonal to the mode and downhill."""
    if n_updates == 0:
        step[:] = projected
        scale(-FIRST_STEP, step)
    else:
        quasi_newton_step(steps, changes, curvatures, n_updates, projected, step)
        add_scaled(-dot(step, mode), mode, step)
        if dot(step, projected) > 0.0:
            scale(-1.0, step)
    length = norm(step)
    if length > max_step:
        scale(max_step / length, step)


@kernel(
    types.Tuple((float64, int64, int64))(
        FUNCTION,
        DATA,
        float64[::1],
        float64[::1],
        float64[::1],
        HYBRID_OPTIONS,
        float64[:, ::1],
        float64[:, ::1],
        float64[::1],
        int64,
    ),
)
def _relax_tangent(value_gradient, data, x, gradient, mode, options, steps, changes, curvatures, n_updates):
    """L-BFGS from ``x`` (in place) orthogonal to the mode; returns energy, updates of the history, evaluations."""
    n = x.size
    projected, trial_projected = np.empty(n), np.empty(n)
    trial, trial_gradient, step = np.empty(n), np.empty(n), np.empty(n)
    energy, n_evaluations = value_gradient(x, data, gradient), 1
    slope = abs(dot(gradient, mode)) / np.sqrt(n)
    for _ in range(options.tangent_steps):
        _project(gradient, mode, projected)
        if not rms(projected) > max(0.5 * options.tolerance, 0.1 * slope) or not finite(energy, gradient):
            break
        _tangent_step(steps, changes, curvatures, n_updates, projected, mode, options.max_step, step)
        accepted = False
        for _ in range(MAX_REDUCTIONS):
            trial[:] = x
            add_scaled(1.0, step, trial)
            trial_energy = value_gradient(trial, data, trial_gradient)
            n_evaluations += 1
            accepted = trial_energy - energy <= options.max_rise and finite(trial_energy, trial_gradient)
            if accepted:
                break
            scale(0.1, step)
        if not accepted:
            n_updates = 0
            break
        _project(trial_gradient, mode, trial_projected)
        row = n_updates % options.history
        for i in range(n):
            steps[row, i] = trial[i] - x[i]
            changes[row, i] = trial_projected[i] - projected[i]
        curvatures[row] = dot(steps[row], changes[row])
        if curvatures[row] > 0.0:
            n_updates += 1
        x[:] = trial
        gradient[:] = trial_gradient
        energy = trial_energy
    return energy, n_updates, n_evaluations


@kernel(HYBRID_RESULT(FUNCTION, DATA, float64[::1], float64[::1], HYBRID_OPTIONS))
def hybrid_follow(value_gradient, data, x, mode, options):
    """Climb from ``x`` to a transition state along the lowest mode, which is looked for from ``mode``.

    Parameters
    ----------
    value_gradient : first-class function of signature VALUE_GRADIENT
    data : ObjectiveData
    x : ndarray of float64, shape (n_variables,)
        Start; overwritten with the end point.
    mode : ndarray of float64, shape (n_variables,)
        Direction to start with, of any length but zero; overwritten with the unit lowest mode at the end point.
    options : HybridOptions

    Returns
    -------
    energy, rms_gradient, curvature : float
        The curvature is that along ``mode``.
    n_iterations, n_evaluations, status : int
    """
    n = x.size
    start, gradient, last_mode, away = x.copy(), np.empty(n), np.empty(n), np.empty(n)
    steps, changes = np.empty((options.history, n)), np.empty((options.history, n))
    curvatures, n_updates = np.empty(options.history), 0
    energy, n_evaluations, curvature = value_gradient(x, data, gradient), 1, np.nan
    scale(1.0 / norm(mode), mode)
    for iteration in range(options.max_iterations + 1):
        rms_gradient = rms(gradient)
        if not finite(energy, gradient) or not finite(0.0, mode):
            return energy, rms_gradient, curvature, iteration, n_evaluations, NOT_FINITE
        last_mode[:] = mode
        curvature, n_more = lowest_mode(
            value_gradient, data, x, mode, options.mode_iterations, options.mode_tolerance, options.difference
        )
        n_evaluations += n_more
        if not np.isfinite(curvature):
            return energy, rms_gradient, curvature, iteration, n_evaluations, NOT_FINITE
        if rms_gradient <= options.tolerance and curvature < 0.0:
            return energy, rms_gradient, curvature, iteration, n_evaluations, CONVERGED
        for i in range(n):
            away[i] = x[i] - start[i]
        if norm(away) > options.max_distance:
            return energy, rms_gradient, curvature, iteration, n_evaluations, WANDERED
        if iteration == options.max_iterations:
            break
        if abs(dot(mode, last_mode)) < 0.9:  # the tangent space is another one
            n_updates = 0
        add_scaled(uphill_step(dot(gradient, mode), curvature, options.push, options.max_uphill), mode, x)
        energy, n_updates, n_more = _relax_tangent(
            value_gradient, data, x, gradient, mode, options, steps, changes, curvatures, n_updates
        )
        n_evaluations += n_more
    return energy, rms_gradient, curvature, options.max_iterations, n_evaluations, MAX_ITERATIONS


def follow_hybrid(objective: Objective, x, direction, options: HybridOptions = HybridOptions()) -> StationaryPoint:
    """Find the transition state uphill of ``x`` and count its negative eigenvalues.

    Parameters
    ----------
    objective : Objective
    x : array_like, shape (n_variables,)
        Start: a candidate from a path, or a minimum; not modified.
    direction : array_like, shape (n_variables,)
        Where the lowest mode is looked for; from a minimum, the way to leave it. For networks it should be orthogonal
        to the softmax-shift modes, whose curvature is positive everywhere; the search then stays orthogonal to them.
    options : HybridOptions

    Returns
    -------
    StationaryPoint
        ``CONVERGED`` only with exactly one negative eigenvalue. Above ``DENSE_LIMIT`` variables ``eigenvalues`` holds
        only the lowest two; they are empty, with ``MAX_ITERATIONS``, when Lanczos does not find them, and with
        ``NOT_FINITE`` when the Hessian or its products with vectors overflow.

    Raises
    ------
    ValueError
        When ``direction`` is zero, not finite or of the wrong shape.
    """
    x, mode = np.array(x, dtype=np.float64), np.array(direction, dtype=np.float64)
    if x.shape != (objective.n_variables,) or mode.shape != x.shape:
        raise ValueError(f"x and direction have shapes {x.shape} and {mode.shape}, but need ({objective.n_variables},)")
    if not (np.isfinite(mode).all() and mode.any()):
        raise ValueError("direction must be finite and not zero")
    energy, rms_gradient, _, n_iterations, n_evaluations, status = hybrid_follow(
        objective.value_gradient, objective.data, x, mode, options
    )
    eigenvalues, n_hessians, products = np.empty(0), 0, HessianProducts(objective, x)
    if status == CONVERGED:
        dense = objective.n_variables <= DENSE_LIMIT
        eigenvalues, status = eigenvalues_or_status(products, None if dense else 2)
        n_hessians = int(dense)
    if status == CONVERGED and np.count_nonzero(eigenvalues < 0.0) != 1:
        status = Status.WRONG_INDEX
    n_evaluations += products.n_evaluations
    return StationaryPoint(
        x, energy, rms_gradient, eigenvalues, Status(status), n_evaluations, n_hessians, n_iterations
    )
