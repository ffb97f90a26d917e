"""How a search ended, and the one result that every search returns."""

import enum
from dataclasses import dataclass, replace

import numpy as np

MAX_DENSE = 4000  # variables: the eigenvectors of one Hessian take 128 MB there, and minutes
SIGN_TOLERANCE = 1e-3  # relative error of the smallest eigenvalue of larger objectives, of which only the sign matters


class Status(enum.IntEnum):
    """Outcome of one search. Kernels return the integer; nothing is signalled by exceptions or None."""

    CONVERGED = 0
    MAX_ITERATIONS = 1  # the iteration limit was reached first
    STALLED = 2  # no acceptable step, however short
    NOT_FINITE = 3  # energy or gradient overflowed or is NaN
    WRONG_INDEX = 4  # stationary, but with the wrong number of negative Hessian eigenvalues
    WANDERED = 7  # left the region that was to be searched
    NO_CANDIDATE = 8  # a path without an interior maximum
    DEGENERATE = 10  # stationary, but a Hessian eigenvalue is zero to rounding: no isolated point


@dataclass(frozen=True, slots=True)
class StationaryPoint:
    """Result of a search for a minimum or a transition state.

    Attributes
    ----------
    x : ndarray, shape (n_variables,)
        Variables where the search ended.
    energy : float
        Value of the objective there.
    rms_gradient : float
        Euclidean norm of the gradient divided by sqrt(n_variables).
    eigenvalues : ndarray, shape (n_variables,)
        Hessian eigenvalues in ascending order; empty where the Hessian was not computed.
    status : Status
        How the search ended; only ``Status.CONVERGED`` marks a verified stationary point.
    n_evaluations : int
        Evaluations of energy and gradient.
    n_hessians : int
        Evaluations of the Hessian (or, without an analytic one, sets of gradient differences).
    n_iterations : int
        Steps taken.
    """

    x: np.ndarray
    energy: float
    rms_gradient: float
    eigenvalues: np.ndarray
    status: Status
    n_evaluations: int
    n_hessians: int
    n_iterations: int

    @property
    def converged(self) -> bool:
        """Whether the search reached what it looked for."""
        return self.status == Status.CONVERGED

    def after(self, earlier: "StationaryPoint") -> "StationaryPoint":
        """Return this point with the evaluations, Hessians and steps of an earlier part of its search added."""
        return replace(
            self,
            n_evaluations=earlier.n_evaluations + self.n_evaluations,
            n_hessians=earlier.n_hessians + self.n_hessians,
            n_iterations=earlier.n_iterations + self.n_iterations,
        )
