"""The L-BFGS minimiser of the molecular programs: no line search, a maximum step, a limit to the rise in energy.

Liu and Nocedal, Math. Program. 45, 503 (1989), with the step control of GMIN and OPTIM (Wales, Energy Landscapes,
2003).
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import float64, int64, types

from lossland._kernel import kernel
from lossland._vector import add_scaled, dot, finite, norm, rms, scale
from lossland.objectives.base import DATA, VALUE_GRADIENT
from lossland.status import Status

CONVERGED = int(Status.CONVERGED)
MAX_ITERATIONS = int(Status.MAX_ITERATIONS)
STALLED = int(Status.STALLED)
NOT_FINITE = int(Status.NOT_FINITE)

MAX_REDUCTIONS = 12  # tenfold reductions of one step before the history is dropped


class LbfgsOptions(NamedTuple):
    """Settings of :func:`lbfgs`.

    Attributes
    ----------
    history : int
        Pairs of steps and gradient changes kept. Long histories pay off in the curved valleys of network losses.
    max_step : float
        Longest step (Euclidean norm, units of ``x``).
    max_rise : float
        Largest rise in energy that one step may cause; a step that rises more is cut to a tenth.
    first_step : float
        The first step is ``-first_step * gradient``, at most ``max_step`` long.
    tolerance : float
        Converged when the RMS gradient is at or below this.
    max_iterations : int
        Steps before the search gives up.
    """

    history: int = 40
    max_step: float = 1.0
    max_rise: float = 1e-10
    first_step: float = 0.1
    tolerance: float = 1e-6
    max_iterations: int = 10_000


LBFGS_OPTIONS = numba.typeof(LbfgsOptions())
RESULT = types.Tuple((float64, float64, int64, int64, int64))


@kernel(
    types.void(float64[:, ::1], float64[:, ::1], float64[::1], int64, float64[::1], float64[::1]),
)
def quasi_newton_step(steps, changes, curvatures, n_updates, gradient, step):
    """Overwrite ``step`` with minus the inverse-Hessian estimate times ``gradient`` (two-loop recursion)."""
    history = curvatures.size
    weights = np.empty(history)
    step[:] = gradient
    oldest = max(0, n_updates - history)
    for k in range(n_updates - 1, oldest - 1, -1):
        row = k % history
        weights[row] = dot(steps[row], step) / curvatures[row]
        add_scaled(-weights[row], changes[row], step)
    last = (n_updates - 1) % history
    scale(abs(curvatures[last]) / dot(changes[last], changes[last]), step)
    for k in range(oldest, n_updates):
        row = k % history
        add_scaled(weights[row] - dot(changes[row], step) / curvatures[row], steps[row], step)
    scale(-1.0, step)


@kernel(
    types.void(float64[:, ::1], float64[:, ::1], float64[::1], int64, float64[:, ::1], float64[::1], float64[::1]),
)
def preconditioned_step(steps, changes, curvatures, n_updates, inverse, gradient, step):
    """Do what :func:`quasi_newton_step` does from a given estimate ``inverse`` (n, n) of the inverse Hessian on."""
    history = curvatures.size
    weights, rest = np.empty(history), gradient.copy()
    oldest = max(0, n_updates - history)
    for k in range(n_updates - 1, oldest - 1, -1):
        row = k % history
        weights[row] = dot(steps[row], rest) / curvatures[row]
        add_scaled(-weights[row], changes[row], rest)
    for i in range(step.size):
        step[i] = dot(inverse[i], rest)
    for k in range(oldest, n_updates):
        row = k % history
        add_scaled(weights[row] - dot(changes[row], step) / curvatures[row], steps[row], step)
    scale(-1.0, step)


@kernel(
    RESULT(types.FunctionType(VALUE_GRADIENT), DATA, float64[::1], LBFGS_OPTIONS, float64[:, ::1], float64[:, ::1]),
)
def lbfgs(value_gradient, data, x, options, inverse, trajectory):
    """Minimise from ``x``, which is overwritten with the end point.

    Parameters
    ----------
    value_gradient : first-class function of signature VALUE_GRADIENT
    data : ObjectiveData
    x : ndarray of float64, shape (n_variables,)
        Start; modified in place.
    options : LbfgsOptions
    inverse : ndarray of float64, shape (n_variables, n_variables)
        Estimate of the inverse Hessian to start from; shape (0, 0) for the usual multiple of the identity.
    trajectory : ndarray of float64, shape (k, n_variables)
        Row ``i % k`` receives ``x`` of iteration ``i`` (0 is the start): the last ``k`` points. With ``k = 0``
        nothing is kept.

    Returns
    -------
    energy, rms_gradient : float
    n_iterations, n_evaluations, status : int
    """
    n, kept, preconditioned = x.size, trajectory.shape[0], inverse.shape[0] > 0
    gradient, trial, trial_gradient, step = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    history = max(1, options.history)
    steps, changes, curvatures = np.empty((history, n)), np.empty((history, n)), np.empty(history)
    energy = value_gradient(x, data, gradient)
    n_evaluations, n_updates = 1, 0
    if not finite(energy, gradient):
        return energy, np.inf, 0, n_evaluations, NOT_FINITE
    for iteration in range(options.max_iterations + 1):
        if kept > 0:
            trajectory[iteration % kept, :] = x
        rms_gradient = rms(gradient)
        if rms_gradient <= options.tolerance:
            return energy, rms_gradient, iteration, n_evaluations, CONVERGED
        if iteration == options.max_iterations:
            break
        if n_updates == 0 and not preconditioned:
            step[:] = gradient
            scale(-options.first_step, step)
        else:
            if preconditioned:
                preconditioned_step(steps, changes, curvatures, n_updates, inverse, gradient, step)
            else:
                quasi_newton_step(steps, changes, curvatures, n_updates, gradient, step)
            if dot(step, gradient) > 0.0:
                scale(-1.0, step)
        length = norm(step)
        if length > options.max_step:
            scale(options.max_step / length, step)
        accepted = False
        for _ in range(MAX_REDUCTIONS):
            for i in range(n):
                trial[i] = x[i] + step[i]
            trial_energy = value_gradient(trial, data, trial_gradient)
            n_evaluations += 1
            if trial_energy - energy <= options.max_rise and finite(trial_energy, trial_gradient):
                accepted = True
                break
            scale(0.1, step)
        if not accepted:
            if n_updates == 0:
                return energy, rms_gradient, iteration, n_evaluations, STALLED
            n_updates = 0
            continue
        row = n_updates % history
        for i in range(n):
            steps[row, i] = trial[i] - x[i]
            changes[row, i] = trial_gradient[i] - gradient[i]
        curvatures[row] = dot(steps[row], changes[row])
        if curvatures[row] != 0.0:
            n_updates += 1
        x[:] = trial
        gradient[:] = trial_gradient
        energy = trial_energy
    return energy, rms_gradient, options.max_iterations, n_evaluations, MAX_ITERATIONS
