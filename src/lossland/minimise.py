"""Minimisation: L-BFGS to the neighbourhood of a minimum, then Newton steps to machine precision."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import float64

from lossland._kernel import kernel
from lossland._vector import rms
from lossland.gradient_flow import FlowOptions, follow_flow
from lossland.lbfgs import LbfgsOptions, lbfgs
from lossland.lowest_mode import HessianProducts, eigenvalues_or_status
from lossland.objectives.base import Objective
from lossland.status import MAX_DENSE, SIGN_TOLERANCE, StationaryPoint, Status

PRECONDITIONED_HISTORY = 40  # pairs at most: where few steps are needed, more pairs take longer than they save
PRECONDITIONED_PASSES = 3  # each with a smaller goal, until the gradient of x is small enough, too; one nearly always


class MinimiseOptions(NamedTuple):
    """Settings of :func:`minimise`.

    Attributes
    ----------
    lbfgs : LbfgsOptions
        Of the first part of the way.
    descent : FlowOptions
        Of the last steps, with the Hessian at each, to the final tolerance.
    coarse : float
        L-BFGS goes on from a multiple of the identity until the RMS gradient is this fraction of the start's; after
        that it starts from the inverse of the Hessian, where the objective has one.
    refresh : int
        Steps after which that Hessian is computed anew.
    softest : float
        Smaller eigenvalues of it count as this fraction of the largest; negative ones by their size.
    """

    lbfgs: LbfgsOptions = LbfgsOptions(history=80, tolerance=1e-7)
    descent: FlowOptions = FlowOptions(energy_error=0.5)
    coarse: float = 0.1
    refresh: int = 60
    softest: float = 1e-4


def minimise(
    objective: Objective,
    x,
    options: MinimiseOptions = MinimiseOptions(),
    is_known: Callable[[np.ndarray, float], bool] | None = None,
) -> StationaryPoint:
    """Find the minimum that L-BFGS and then Newton steps lead to.

    Once the gradient has fallen, L-BFGS starts from the inverse of the exact Hessian, its eigenvalues taken by their
    size (Nocedal and Wright, Numerical Optimization, 2nd ed., sections 3.4 and 7.2), computed anew now and then: the
    valleys of network losses are so long and narrow that this saves most of the steps.

    Beyond :data:`MAX_DENSE` variables no Hessian is formed: L-BFGS goes all the way, in better conditioned coordinates
    where the objective has them, and the smallest eigenvalue comes from Lanczos on Hessian-vector products.

    Parameters
    ----------
    objective : Objective
    x : array_like, shape (n_variables,)
        Start; not modified.
    options : MinimiseOptions
    is_known : callable, optional
        Whether a position and its energy are those of a minimum that has been verified before. Beyond
        :data:`MAX_DENSE` variables such a minimum is not verified again, which takes most of the whole time.

    Returns
    -------
    StationaryPoint
        ``status`` is ``CONVERGED`` only when the RMS gradient is within the tolerance of ``options.descent`` and every
        Hessian eigenvalue is positive. Beyond :data:`MAX_DENSE` variables ``eigenvalues`` holds the smallest alone; it
        is empty there of a known minimum, whose sign nobody has looked at again.
    """
    x = np.array(x, dtype=np.float64)
    if objective.n_variables > MAX_DENSE:
        return _minimise_large(objective, x, options, is_known)
    first = _approach(objective, x, options)
    if first.status == Status.NOT_FINITE:
        return first
    return descend(objective, first.x, options.descent).after(first)


def _minimise_large(objective, x, options, is_known):
    limits = options.lbfgs._replace(tolerance=options.descent.tolerance)
    n_steps = n_evaluations = 0
    preconditioned = objective.precondition() if objective.precondition else None
    if preconditioned is not None:
        n_steps, n_evaluations = _approach_preconditioned(objective, preconditioned, x, limits)
        limits = limits._replace(max_iterations=limits.max_iterations - n_steps)
    energy, rms_gradient, n_more_steps, n_more, status = _lbfgs_alone(objective, objective.data, x, limits)
    n_steps, n_evaluations = n_steps + n_more_steps, n_evaluations + n_more
    eigenvalues, products = np.empty(0), HessianProducts(objective, x)
    if status == Status.CONVERGED and not (is_known and is_known(x, energy)):
        eigenvalues, status = eigenvalues_or_status(products, 1, SIGN_TOLERANCE)
        if status == Status.CONVERGED and not eigenvalues[0] > 0.0:
            status = Status.WRONG_INDEX if eigenvalues[0] < 0.0 else Status.DEGENERATE
    n_evaluations += products.n_evaluations
    return StationaryPoint(x, energy, rms_gradient, eigenvalues, Status(status), n_evaluations, 0, n_steps)


def _approach_preconditioned(objective, preconditioned, x, limits):
    """Run L-BFGS in preconditioned coordinates from ``x``, which is overwritten unless its gradient is not finite.

    L-BFGS in the coordinates of ``x`` has the last word: it takes no step where this has converged.
    """
    inner = preconditioned.objective
    data = inner.data._replace(threads=objective.data.threads)
    z, start = preconditioned.to_z(x), limits.max_iterations
    limits = limits._replace(history=min(limits.history, PRECONDITIONED_HISTORY), tolerance=0.5 * limits.tolerance)
    n_evaluations, goal = 0, 2.0 * limits.tolerance
    for _ in range(PRECONDITIONED_PASSES):
        _, rms_of_z, n_steps, n_more, status = _lbfgs_alone(inner, data, z, limits)
        n_evaluations += n_more
        if status == Status.NOT_FINITE:
            break
        limits = limits._replace(max_iterations=limits.max_iterations - n_steps)
        x[:] = preconditioned.to_x(z)
        if status != Status.CONVERGED or limits.max_iterations == 0:
            break
        rms_gradient = rms(objective.energy_gradient(x)[1])
        n_evaluations += 1
        if not rms_gradient > goal:
            break
        limits = limits._replace(tolerance=0.5 * rms_of_z * goal / rms_gradient)
    return start - limits.max_iterations, n_evaluations


def _lbfgs_alone(objective, data, x, limits):
    return lbfgs(objective.value_gradient, data, x, limits, np.empty((0, 0)), np.empty((0, x.size)))


def _approach(objective, x, options):
    """Run L-BFGS from ``x``, which is overwritten, until its tolerance is reached."""
    limits, inverse = options.lbfgs, np.empty((0, 0))
    n_iterations = n_evaluations = n_hessians = 0
    if objective.has_hessian:
        start = objective.energy_gradient(x)[1]
        goal = max(limits.tolerance, options.coarse * rms(start))
        limits, n_evaluations = limits._replace(tolerance=goal), 1
    while True:
        energy, rms_gradient, n_steps, n_more, status = lbfgs(
            objective.value_gradient, objective.data, x, limits, inverse, np.empty((0, x.size))
        )
        n_iterations, n_evaluations = n_iterations + n_steps, n_evaluations + n_more
        room = options.lbfgs.max_iterations - n_iterations
        done = rms_gradient <= options.lbfgs.tolerance or status in (Status.STALLED, Status.NOT_FINITE)
        if done or room <= 0 or not objective.has_hessian:
            return StationaryPoint(
                x, energy, rms_gradient, np.empty(0), Status(status), n_evaluations, n_hessians, n_iterations
            )
        inverse = inverse_by_size(objective.hessian_matrix(x), options.softest)
        n_hessians += 1
        limits = options.lbfgs._replace(max_iterations=min(options.refresh, room))


@kernel(float64[:, ::1](float64[:, ::1], float64))
def inverse_by_size(matrix, softest):
    """Return the inverse of a symmetric matrix (n, n) with eigenvalues by their size, at least ``softest`` the largest.

    A matrix that is not finite gives an empty one, shape (0, 0).
    """
    if not np.isfinite(matrix.sum()):
        return np.empty((0, 0))
    values, vectors = np.linalg.eigh(matrix)
    sizes = np.abs(values)
    scaled = vectors / np.sqrt(np.maximum(sizes, max(softest * sizes.max(), 1e-300)))
    return np.ascontiguousarray(scaled) @ np.ascontiguousarray(scaled.T)


def descend(objective: Objective, x, options: FlowOptions = FlowOptions()) -> StationaryPoint:
    """Return the minimum at the end of the steepest-descent path from ``x``, shape (n_variables,)."""
    x, eigenvalues = np.array(x, dtype=np.float64), np.empty(objective.n_variables)
    energy, rms_gradient, n_iterations, n_evaluations, n_hessians, status = follow_flow(
        objective.value_gradient,
        objective.hessian,
        objective.has_hessian,
        objective.data,
        x,
        x.copy(),
        np.zeros_like(x),
        False,
        options,
        eigenvalues,
    )
    return StationaryPoint(
        x, energy, rms_gradient, eigenvalues, Status(status), n_evaluations, n_hessians, n_iterations
    )
