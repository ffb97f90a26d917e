"""Transition states by eigenvector-following with the exact Hessian, and the two minima that each of them joins."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lossland._vector import distance, norm
from lossland.gradient_flow import FlowOptions, follow_flow
from lossland.minimise import descend
from lossland.objectives.base import Objective
from lossland.status import StationaryPoint, Status
from lossland.steepest_descent import follow_closely

MAX_PUSH_HALVINGS = 30
#: Paths of more steps, or along which an error may grow by exp(``MOST_GROWTH``), are followed again with ``CLOSER``
#: times the accepted error, at most so often, until two in a row end at places less than ``SAME_END`` apart: they may
#: pass so near a ridge that a small error decides where they end.
LONG_PATH, MOST_GROWTH, CLOSER, MOST_REPEATS, SAME_END = 80, 10.0, 0.1, 3, 1e-4
MOST_STEPS = 3000  # of a path, refused ones included


class SaddleOptions(NamedTuple):
    """Settings of the search for a transition state and its ends.

    Attributes
    ----------
    climb : FlowOptions
        Eigenvector-following to the transition state. Its path has no meaning, so a large error of the path is
        accepted.
    path_error : float
        Accepted error of a step of the steepest-descent paths to the two ends, relative to its length.
    descent : FlowOptions
        The last steps of these.
    push : float
        Displacement along the negative mode from which the descents start, and the length of the Newton step from which
        their last steps take over (units of ``x``).
    """

    climb: FlowOptions = FlowOptions(max_step=2.0, first_step=0.2, path_error=1.0, max_iterations=100)
    path_error: float = 0.01
    descent: FlowOptions = FlowOptions()
    push: float = 0.02


def climb(objective: Objective, x, direction, options: FlowOptions = SaddleOptions().climb, anchor=None):
    """Follow the lowest mode uphill, and all others downhill, to a transition state.

    Parameters
    ----------
    objective : Objective
    x : array_like, shape (n_variables,)
        Start: a candidate, or a point displaced from a minimum.
    direction : array_like, shape (n_variables,)
        Where to go from the anchor; any length but zero.
    options : FlowOptions
    anchor : array_like, shape (n_variables,), optional
        The minimum that the search leaves: it moves away from there as long as no Hessian eigenvalue is negative. By
        default ``x`` itself.

    Returns
    -------
    point : StationaryPoint
        ``CONVERGED`` only with exactly one negative eigenvalue.
    mode : ndarray, shape (n_variables,)
        Unit vector, the mode climbed last.
    """
    x, eigenvalues = np.array(x, dtype=np.float64), np.empty(objective.n_variables)
    mode = np.array(direction, dtype=np.float64)
    mode /= norm(mode)
    anchor = x.copy() if anchor is None else np.array(anchor, dtype=np.float64)
    energy, rms_gradient, n_iterations, n_evaluations, n_hessians, status = follow_flow(
        objective.value_gradient,
        objective.hessian,
        objective.has_hessian,
        objective.data,
        x,
        anchor,
        mode,
        True,
        options,
        eigenvalues,
    )
    point = StationaryPoint(
        x, energy, rms_gradient, eigenvalues, Status(status), n_evaluations, n_hessians, n_iterations
    )
    return point, mode


def fall(objective: Objective, point: StationaryPoint, mode, options: SaddleOptions = SaddleOptions()):
    """Return the two minima at the ends of the steepest-descent paths that leave a transition state.

    The displacement is halved until the energy is lower there than at the transition state. A long path, or one along
    which errors grow, may pass close to ridges, where a small error is enough to end elsewhere: it is followed again
    more closely, at most ``MOST_REPEATS`` times, until two ends in a row are the same.
    """
    return tuple(
        _descent(objective, _pushed(objective, point, sign * np.asarray(mode), options.push), options)
        for sign in (1.0, -1.0)
    )


def _descent(objective, x, options):
    """Return the end of a path; of a long or unstable one when two agree that were followed ever more closely."""
    end, n_steps, growth = _followed(objective, x, options.path_error, options)
    if n_steps <= LONG_PATH and growth <= MOST_GROWTH:
        return end
    for i in range(MOST_REPEATS):
        before, (again, *_) = end, _followed(objective, x, options.path_error * CLOSER ** (i + 1), options)
        end = again.after(before)
        if end.status == before.status and distance(end.x, before.x) < SAME_END:
            break
    return end


def _followed(objective, x, path_error, options):
    """Return the end of a path from ``x``, the Hessians that it took to get near it, and the growth of errors."""
    x = x.copy()
    _, n_evaluations, n_hessians, growth = follow_closely(
        objective.value_gradient,
        objective.hessian,
        objective.has_hessian,
        objective.data,
        x,
        path_error,
        options.push,
        MOST_STEPS,
    )
    end = descend(objective, x, options.descent)
    costs = {"n_evaluations": n_evaluations, "n_hessians": n_hessians, "n_iterations": n_hessians}
    return replace(end, **{name: getattr(end, name) + number for name, number in costs.items()}), n_hessians, growth


def _pushed(objective, point, direction, push):
    for _ in range(MAX_PUSH_HALVINGS):
        x = point.x + push * direction
        if objective.energy(x) < point.energy:
            break
        push *= 0.5
    return x
