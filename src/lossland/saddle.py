"""Transition states by eigenvector-following with the exact Hessian, and the two minima that each of them joins."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lossland._vector import norm
from lossland.gradient_flow import FlowOptions, follow_flow
from lossland.minimise import descend
from lossland.objectives.base import Objective
from lossland.status import StationaryPoint, Status

MAX_PUSH_HALVINGS = 30
LONG_DESCENT, CLOSER = 120, 0.2  # steps; factor of the accepted error when such a path is followed again


class SaddleOptions(NamedTuple):
    """Settings of the search for a transition state and its ends.

    Attributes
    ----------
    climb : FlowOptions
        Eigenvector-following to the transition state. Its path has no meaning, so a large error of the path is
        accepted.
    descent : FlowOptions
        Steepest-descent paths to the two ends; a loose ``energy_error`` can end in another minimum.
    push : float
        Displacement along the negative mode from which the descents start (units of ``x``).
    """

    climb: FlowOptions = FlowOptions(max_step=2.0, first_step=0.2, path_error=1.0, max_iterations=100)
    descent: FlowOptions = FlowOptions()
    push: float = 0.02


@dataclass(frozen=True, slots=True)
class TransitionState:
    """A transition state, its negative mode (unit vector, shape (n_variables,)) and the ends of its two descents."""

    point: StationaryPoint
    mode: np.ndarray
    ends: tuple[StationaryPoint, ...]

    @property
    def status(self) -> Status:
        """Of the saddle if it failed, else ``END_FAILED`` unless both ends are minima."""
        if not self.point.converged:
            return self.point.status
        return (
            Status.CONVERGED if len(self.ends) == 2 and all(end.converged for end in self.ends) else Status.END_FAILED
        )


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

    The displacement is halved until the energy is lower there than at the transition state. A path of many steps passes
    close to ridges, where a small error is enough to end elsewhere: it is followed again with a smaller one.
    """
    return tuple(
        _descent(objective, _pushed(objective, point, sign * np.asarray(mode), options.push), options.descent)
        for sign in (1.0, -1.0)
    )


def _descent(objective, x, options):
    end = descend(objective, x, options)
    if end.n_iterations <= LONG_DESCENT:
        return end
    return descend(objective, x, options._replace(energy_error=CLOSER * options.energy_error)).after(end)


def _pushed(objective, point, direction, push):
    for _ in range(MAX_PUSH_HALVINGS):
        x = point.x + push * direction
        if objective.energy(x) < point.energy:
            break
        push *= 0.5
    return x
