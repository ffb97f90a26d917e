"""Where a transition state falls to, by the definition: steepest-descent paths, integrated by a stiff ODE solver.

The engine follows the same paths by a Rosenbrock method; this is a second, independent route: dx/dt = -gradient with
SciPy's implicit multistep formulas and the Hessian as Jacobian.
"""

import numpy as np
from scipy.integrate import BDF

#: solver steps between two attempts to finish by Newton's method, and in all
STEPS_PER_ATTEMPT, MAX_STEPS = 15, 20_000
#: Newton steps allowed, and by how much each must be shorter than the one before, for the region to count as quadratic
NEWTON_STEPS, CONTRACTION = 8, 0.3
#: the first Newton step, as a fraction of the way from the transition state, may not be longer
NEWTON_REACH = 0.1
#: (push-off in distance tolerances, relative tolerance, absolute tolerance in push-offs) of a quick and a careful path
QUICK, CAREFUL = (100.0, 1e-4, 1e-2), (30.0, 1e-7, 1e-3)
#: the careful path and others in its place, none of them less accurate: what is certain does not hang on the choice
CLOSER = (CAREFUL, (10.0, 1e-8, 1e-3), (30.0, 1e-7, 1e-5), (3.0, 1e-9, 1e-3))
END_OF_TIME = 1e15
#: solver steps between two looks at the lowest curvature, and the time step allowed in units of its inverse
STEPS_PER_CURVATURE, LONGEST_GROWTH = 5, 0.5


def newton_to_minimum(reference, x, reach: float):
    """Return the minimum in whose quadratic region ``x`` lies, shape (n_variables,), or None if it does not.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    x : ndarray, shape (n_variables,)
    reach : float
        Longest first step.
    """
    return newton_to_stationary(reference, x, reach, most_negative=0)[0]


def newton_to_stationary(reference, x, reach: float, most_negative: int | None = None):
    """Return the stationary point in whose quadratic region ``x`` lies, and its number of negative eigenvalues.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    x : ndarray, shape (n_variables,)
    reach : float
        Longest first step.
    most_negative : int, optional
        Give up where more eigenvalues are negative.

    Returns
    -------
    point : ndarray, shape (n_variables,), or None
    n_negative : int
    """
    longest = reach
    for _ in range(NEWTON_STEPS):
        eigenvalues, vectors = np.linalg.eigh(reference.hessian(x))
        n_negative = int(np.count_nonzero(eigenvalues <= 0.0))
        if not eigenvalues.all() or (most_negative is not None and n_negative > most_negative):
            return None, n_negative
        step = -vectors @ ((vectors.T @ reference.energy_gradient(x)[1]) / eigenvalues)
        length = float(np.linalg.norm(step))
        if not length <= longest:
            return None, n_negative
        x = x + step
        if length <= 1e-9 * max(1.0, float(np.linalg.norm(x))):
            return x, n_negative
        longest = CONTRACTION * length
    return None, n_negative


def both_ends(reference, x, distance_tolerance: float, settings=QUICK, offset=0.0) -> list:
    """Follow the steepest-descent paths that leave a transition state on either side.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    x : ndarray, shape (n_variables,)
        Transition state.
    distance_tolerance : float
        Sets the length of the push-off along the negative mode.
    settings : tuple
        :data:`QUICK`, :data:`CAREFUL` or one of :data:`CLOSER`.
    offset : array_like, shape (n_variables,), optional
        Added to the transition state after it has been refined, to see what hangs on its last digits.

    Returns
    -------
    list of two
        The minimum on either side, shape (n_variables,), or None where the path did not reach one.
    """
    x, mode = polished(reference, x, distance_tolerance)
    x = x + offset
    push = settings[0] * distance_tolerance
    return [follow(reference, x, x + side * push * mode, push, settings) for side in (1.0, -1.0)]


def polished(reference, x, distance_tolerance):
    """Take one Newton step, so that the residual gradient does not outweigh a short push-off; return x and the mode."""
    eigenvalues, vectors = np.linalg.eigh(reference.hessian(x))
    step = -vectors @ ((vectors.T @ reference.energy_gradient(x)[1]) / eigenvalues)
    if np.linalg.norm(step) <= distance_tolerance:
        x = x + step
    return x, vectors[:, 0]


def follow(reference, origin, start, push, settings):
    """Integrate from ``start`` until Newton's method converges to a minimum close by; None if that never happens.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    origin, start : ndarray, shape (n_variables,)
        Stationary point that the path leaves, and a point ``push`` away from it.
    push : float
    settings : tuple
        :data:`QUICK`, :data:`CAREFUL` or one of :data:`CLOSER`.
    """
    x = start
    for step, x in enumerate(path_points(reference, start, push, settings), 1):
        if step % STEPS_PER_ATTEMPT == 0:
            minimum = newton_to_minimum(reference, x, NEWTON_REACH * float(np.linalg.norm(x - origin)))
            if minimum is not None:
                return minimum
    return newton_to_minimum(reference, x, NEWTON_REACH * float(np.linalg.norm(x - origin)))


def path_points(reference, start, push, settings):
    """Yield the points of a steepest-descent path, each of shape (n_variables,), one for every step of the solver."""
    solver = BDF(
        lambda _, x: -reference.energy_gradient(x)[1],
        0.0,
        start,
        END_OF_TIME,
        rtol=settings[1],
        atol=settings[2] * push,
        jac=lambda _, x: -reference.hessian(x),
    )
    for step in range(MAX_STEPS):
        if step % STEPS_PER_CURVATURE == 0:
            solver.max_step = _longest_time(reference, solver.y)
        solver.step()
        yield solver.y
        if solver.status != "running":
            return


def _longest_time(reference, x):
    """Limit the time step where the path is unstable: a longer implicit step would come to rest on a saddle nearby."""
    lowest = float(np.linalg.eigvalsh(reference.hessian(x))[0])
    return LONGEST_GROWTH / -lowest if lowest < 0.0 else np.inf
