"""Paths of steepest descent that lead to a saddle, and where they may go from there.

By symmetry a path may lead straight to a saddle and never leave it.  A computed path leaves it in whatever direction
the rounding errors have, and may end in every minimum to which paths fall from that saddle.
"""

import numpy as np

from lossland.reference.steepest_descent import (
    CAREFUL,
    NEWTON_REACH,
    STEPS_PER_CURVATURE,
    follow,
    newton_to_stationary,
    path_points,
    polished,
)

#: paths followed from a saddle, and circles of directions that they leave in where there are more than two modes
N_PATHS, N_CIRCLES = 64, 4
#: radians; arcs between paths that end apart are halved down to this, so that a narrower one in between may be missed
NARROWEST = 0.02


def saddle_passed(reference, x, side: float, distance_tolerance: float, settings=CAREFUL):
    """Return the saddle that a path from a transition state leads to, shape (n_variables,), or None.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    x : ndarray, shape (n_variables,)
        Transition state.
    side : float
        1 or -1: which side of it, in the sense of :func:`lossland.reference.both_ends`.
    distance_tolerance : float
        The path leads to a saddle when it comes nearer than this, so that it cannot be told from the saddle.
    settings : tuple
    """
    x, mode = polished(reference, x, distance_tolerance)
    push, points = settings[0] * distance_tolerance, []
    for step, point in enumerate(path_points(reference, x + side * push * mode, push, settings), 1):
        points.append(point)
        if step % STEPS_PER_CURVATURE:
            continue
        found, n_negative = newton_to_stationary(reference, point, NEWTON_REACH * float(np.linalg.norm(point - x)))
        if found is None:
            continue
        if n_negative == 0:
            return None  # it has arrived
        if np.linalg.norm(np.array(points) - found, axis=1).min() <= distance_tolerance:
            return found
    return None


def ends_beyond(reference, saddle, distance_tolerance: float, rng: np.random.Generator, settings=CAREFUL):
    """Yield the minima, shape (n_variables,), to which paths fall from a saddle; None for a path that reached none.

    Parameters
    ----------
    reference : NetworkReference or FunctionReference
    saddle : ndarray, shape (n_variables,)
    distance_tolerance : float
        Sets the length of the push-off along the negative modes; ends farther apart than this are two.
    rng : numpy.random.Generator
        Of the circles, where there are more than two negative modes.
    settings : tuple
    """
    values, vectors = np.linalg.eigh(reference.hessian(saddle))
    modes, push = vectors[:, values < 0.0], settings[0] * distance_tolerance

    def end(direction):
        return follow(reference, saddle, saddle + push * direction, push, settings)

    if modes.shape[1] == 1:
        yield end(modes[:, 0])
        yield end(-modes[:, 0])
        return
    n_circles = 1 if modes.shape[1] == 2 else N_CIRCLES
    for _ in range(n_circles):
        plane = modes @ np.linalg.qr(rng.normal(size=(modes.shape[1], 2)))[0]
        yield from _ends_around(
            lambda angle, plane=plane: end(plane @ (np.cos(angle), np.sin(angle))),
            distance_tolerance,
            N_PATHS // n_circles,
        )


def _ends_around(end, apart, n_paths):
    """Yield ``end(angle)`` all around; arcs between two ends that are ``apart`` are halved before the others."""
    angles = np.linspace(0.0, 2.0 * np.pi, 5)
    ends = [end(angle) for angle in angles[:4]]
    yield from ends
    arcs = [(angles[i], angles[i + 1], ends[i], ends[(i + 1) % 4]) for i in range(4)]
    for _ in range(n_paths - 4):
        widths = [right - left for left, right, *_ in arcs]
        urgent = [w > NARROWEST and _differ(*arc[2:], apart) for w, arc in zip(widths, arcs, strict=True)]
        left, right, end_left, end_right = arcs.pop(max(range(len(arcs)), key=lambda i: (urgent[i], widths[i])))
        middle = 0.5 * (left + right)
        between = end(middle)
        yield between
        arcs += [(left, middle, end_left, between), (middle, right, between, end_right)]


def _differ(one, other, apart):
    if one is None or other is None:
        return one is not other
    return bool(np.linalg.norm(one - other) > apart)
