"""From the result of a search to the columns of a stationary point, which only a verified one has."""

import numpy as np

from lossland.errors import InputError
from lossland.status import MAX_DENSE, StationaryPoint


def minimum_columns(point: StationaryPoint, n_variables: int, rms_tolerance: float) -> dict:
    """Return what a landscape keeps of a minimum: ``x`` and four numbers.

    Parameters
    ----------
    point : StationaryPoint
        Converged, with all its Hessian eigenvalues; beyond :data:`~lossland.status.MAX_DENSE` variables with the
        smallest alone, and then ln det is NaN.
    n_variables : int
    rms_tolerance : float
        Largest ``rms_gradient`` that is let in.

    Raises
    ------
    InputError
        When the point is not a verified minimum.
    """
    known = 1 if n_variables > MAX_DENSE else n_variables
    _refuse_unverified(point, "minimum", n_variables, rms_tolerance, known)
    smallest = float(point.eigenvalues[0])
    if not smallest > 0.0:
        raise InputError(f"not a minimum: its smallest Hessian eigenvalue is {smallest:.6g}; expected above 0")
    return {
        "x": point.x,
        "energy": float(point.energy),
        "rms_gradient": float(point.rms_gradient),
        "log_det_hessian": float(np.log(point.eigenvalues).sum()) if point.eigenvalues.size == n_variables else np.nan,
        "smallest_eigenvalue": smallest,
    }


def transition_state_columns(point: StationaryPoint, n_variables: int, rms_tolerance: float) -> dict:
    """Return what a landscape keeps of a transition state, its ends apart; parameters as :func:`minimum_columns`.

    Raises
    ------
    InputError
        When the point is not a verified transition state.
    """
    _refuse_unverified(point, "transition state", n_variables, rms_tolerance, n_variables)
    n_negative = int(np.count_nonzero(point.eigenvalues < 0.0))
    n_positive = int(np.count_nonzero(point.eigenvalues > 0.0))
    if n_negative != 1 or n_positive != point.eigenvalues.size - 1:
        raise InputError(
            f"not a transition state: {n_negative} negative and {n_positive} positive Hessian eigenvalues; "
            f"expected 1 and {point.eigenvalues.size - 1}"
        )
    return {
        "x": point.x,
        "energy": float(point.energy),
        "rms_gradient": float(point.rms_gradient),
        "log_det_hessian": float(np.log(point.eigenvalues[1:]).sum()),
        "negative_eigenvalue": float(point.eigenvalues[0]),
    }


def _refuse_unverified(point, name, n_variables, rms_tolerance, n_eigenvalues):
    """Refuse whatever does not have the form, the convergence and the eigenvalues of a stationary point."""
    if not point.converged:
        raise InputError(f"not a {name}: the search ended with {point.status!s}; expected CONVERGED")
    if point.x.shape != (n_variables,) or point.eigenvalues.shape != (n_eigenvalues,):
        found = f"x of shape {point.x.shape} and eigenvalues of shape {point.eigenvalues.shape}"
        raise InputError(f"not a {name}: it has {found}; expected {(n_variables,)} and {(n_eigenvalues,)}")
    if not all(np.isfinite(values).all() for values in (point.energy, point.x, point.eigenvalues)):
        raise InputError(f"not a {name}: x, energy or a Hessian eigenvalue is not finite")
    if not point.rms_gradient <= rms_tolerance:
        raise InputError(
            f"not a {name}: its rms_gradient is {point.rms_gradient:.3g}; expected at most {rms_tolerance:.3g}"
        )
