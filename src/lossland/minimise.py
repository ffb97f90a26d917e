"""Minimisation: L-BFGS to the neighbourhood of a minimum, then Newton steps to machine precision."""

from typing import NamedTuple

import numpy as np

from lossland.gradient_flow import FlowOptions, follow_flow
from lossland.lbfgs import LbfgsOptions, lbfgs
from lossland.objectives.base import Objective
from lossland.status import StationaryPoint, Status


class MinimiseOptions(NamedTuple):
    """Settings of :func:`minimise`: L-BFGS first, then steepest descent with the Hessian to the final tolerance."""

    lbfgs: LbfgsOptions = LbfgsOptions(history=80, tolerance=1e-7)
    descent: FlowOptions = FlowOptions(energy_error=0.5)


def minimise(objective: Objective, x, options: MinimiseOptions = MinimiseOptions()) -> StationaryPoint:
    """Find the minimum that L-BFGS and then Newton steps lead to.

    Parameters
    ----------
    objective : Objective
    x : array_like, shape (n_variables,)
        Start; not modified.
    options : MinimiseOptions

    Returns
    -------
    StationaryPoint
        ``status`` is ``CONVERGED`` only when the RMS gradient is within the tolerance of ``options.descent`` and every
        Hessian eigenvalue is positive.
    """
    x = np.array(x, dtype=np.float64)
    nothing_kept = np.empty((0, x.size))
    energy, rms_gradient, n_iterations, n_evaluations, status = lbfgs(
        objective.value_gradient, objective.data, x, options.lbfgs, nothing_kept
    )
    if status == Status.NOT_FINITE:
        return StationaryPoint(x, energy, rms_gradient, np.empty(0), Status(status), n_evaluations, 0, n_iterations)
    rest = descend(objective, x, options.descent)
    return StationaryPoint(
        rest.x,
        rest.energy,
        rest.rms_gradient,
        rest.eigenvalues,
        rest.status,
        rest.n_evaluations + n_evaluations,
        rest.n_hessians,
        rest.n_iterations + n_iterations,
    )


def descend(objective: Objective, x, options: FlowOptions = FlowOptions()) -> StationaryPoint:
    """Return the minimum at the end of the steepest-descent path from ``x``, shape (n_variables,)."""
    x, eigenvalues = np.array(x, dtype=np.float64), np.empty(objective.n_variables)
    energy, rms_gradient, n_iterations, n_evaluations, n_hessians, status = follow_flow(
        objective.value_gradient,
        objective.hessian,
        objective.has_hessian,
        objective.data,
        x,
        np.zeros_like(x),
        False,
        options,
        eigenvalues,
    )
    return StationaryPoint(
        x, energy, rms_gradient, eigenvalues, Status(status), n_evaluations, n_hessians, n_iterations
    )
