"""Gradient descent with a constant step on a sphere, or a product of spheres, from many starts at a time.

The method of Ballard et al. 2017, section VII: its end points are a random sample of minima, weighed by their basins of
attraction, and no survey of all of them.
"""

from typing import NamedTuple

import numpy as np
from numba import float64, void

from lossland._kernel import kernel
from lossland._vector import add_scaled, dot, scale
from lossland.errors import InputError


class Descents(NamedTuple):
    """End points of many descents.

    Attributes
    ----------
    energies : ndarray, shape (n,)
    points : ndarray, shape (n, n_spheres, n_spins)
    gradient_norms : ndarray, shape (n,)
        Euclidean norm of the gradient's part in the tangent space.
    n_iterations : ndarray of int64, shape (n,)
    """

    energies: np.ndarray
    points: np.ndarray
    gradient_norms: np.ndarray
    n_iterations: np.ndarray


def stable_step(p: int) -> float:
    """Return a step with which descents of p-spin glasses converge, 0.12 for p = 3.

    At the threshold energy the largest eigenvalue tends to 4 sqrt(p (p - 1)) as N grows; the step is 0.6 of the limit
    of stability there, 2 over that. Minima below have larger eigenvalues, small glasses too.

    Parameters
    ----------
    p : int
        From 2 on.
    """
    return 0.3 / float(np.sqrt(p * (p - 1)))


def random_points(n_points: int, n_spheres: int, n_spins: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points uniformly from spheres of squared radius ``n_spins``, shape (n_points, n_spheres, n_spins)."""
    points = rng.normal(size=(n_points, n_spheres, n_spins))
    for spins in points.reshape(-1, n_spins):
        scale(np.sqrt(n_spins / dot(spins, spins)), spins)
    return points


def descend_on_spheres(gradients, starts, *, step=0.12, tolerance=1e-6, max_iterations=60_000) -> Descents:
    """Go downhill from every start until the tangential gradient is as short as asked for.

    Parameters
    ----------
    gradients : callable
        ``energies, gradients = gradients(points)``, of shapes (n,) and (n, n_spheres, n_spins), as ``points`` are.
    starts : ndarray, shape (n, n_spheres, n_spins)
        On spheres of squared radius ``n_spins``; not modified.
    step : float
        The points move by this times the tangential gradient, and back to their spheres.
    tolerance : float
        A descent has arrived when the Euclidean norm of its tangential gradient is at or below this.
    max_iterations : int
        Steps after which a descent is left where it is.

    Raises
    ------
    InputError
        When the step or the tolerance is not positive, or ``starts`` have another shape.
    """
    points = np.array(starts, dtype=np.float64)
    if points.ndim != 3:
        raise InputError(f"starts have shape {points.shape}; expected (n, n_spheres, n_spins)")
    if not (step > 0.0 and tolerance > 0.0):
        raise InputError(f"step is {step} and tolerance {tolerance}; expected positive numbers")
    energies, norms = np.full(len(points), np.nan), np.full(len(points), np.inf)
    n_iterations, moving = np.zeros(len(points), dtype=np.int64), np.arange(len(points))
    for iteration in range(max_iterations + 1):
        here = points[moving]
        energies[moving], slopes = gradients(here)
        norms[moving] = project(here, slopes)
        n_iterations[moving] = iteration
        going_on = norms[moving] > tolerance
        if iteration == max_iterations or not going_on.any():
            break
        advance(here, slopes, step)
        points[moving[going_on]] = here[going_on]
        moving = moving[going_on]
    return Descents(energies, points, norms, n_iterations)


@kernel(float64[::1](float64[:, :, ::1], float64[:, :, ::1]))
def project(points, gradients):
    """Take the radial parts out of ``gradients``, in place; return the norms of what is left, shape (n,)."""
    norms = np.zeros(points.shape[0])
    for b in range(points.shape[0]):
        for s in range(points.shape[1]):
            spins, slope = points[b, s], gradients[b, s]
            add_scaled(-dot(spins, slope) / dot(spins, spins), spins, slope)
            norms[b] += dot(slope, slope)
        norms[b] = np.sqrt(norms[b])
    return norms


@kernel(void(float64[:, :, ::1], float64[:, :, ::1], float64))
def advance(points, gradients, step):
    """Move ``points`` against tangential ``gradients`` and back to their spheres, in place."""
    for b in range(points.shape[0]):
        for s in range(points.shape[1]):
            spins = points[b, s]
            add_scaled(-step, gradients[b, s], spins)
            scale(np.sqrt(spins.size / dot(spins, spins)), spins)
