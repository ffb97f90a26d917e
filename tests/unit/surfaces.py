"""Surfaces whose stationary points are known exactly, as users would write them."""

import numpy as np
from numba import njit

from lossland.objectives import from_function

TILT = 0.3


@njit
def double_wells(x, data, gradient):
    """Sum of one-dimensional double wells x**4 - 2 x**2 + TILT x: 2**d minima, d 2**(d-1) transition states."""
    energy = 0.0
    for i in range(x.size):
        energy += x[i] ** 4 - 2.0 * x[i] ** 2 + TILT * x[i]
        gradient[i] = 4.0 * x[i] ** 3 - 4.0 * x[i] + TILT
    return energy


@njit
def double_wells_hessian(x, data, matrix):
    """Overwrite the matrix with the Hessian of :func:`double_wells`."""
    matrix[:] = 0.0
    for i in range(x.size):
        matrix[i, i] = 12.0 * x[i] ** 2 - 4.0


def double_well_objective(n_variables, with_hessian=True):
    """Return the sum of double wells as an objective."""
    hessian = double_wells_hessian if with_hessian else None
    return from_function(double_wells, n_variables, hessian=hessian, low=-1.5, high=1.5)


def double_well_roots():
    """Return the left minimum, the maximum and the right minimum of one double well."""
    return np.sort(np.roots([4.0, 0.0, -4.0, TILT]).real)[[0, 1, 2]]


@njit
def mueller_brown(x, data, gradient):
    """Mueller and Brown, Theor. Chim. Acta 53, 75 (1979): 3 minima, 2 transition states."""
    height = np.array([-200.0, -100.0, -170.0, 15.0])
    a = np.array([-1.0, -1.0, -6.5, 0.7])
    b = np.array([0.0, 0.0, 11.0, 0.6])
    c = np.array([-10.0, -10.0, -6.5, 0.7])
    centre_x = np.array([1.0, 0.0, -0.5, -1.0])
    centre_y = np.array([0.0, 0.5, 1.5, 1.0])
    energy = 0.0
    gradient[:] = 0.0
    for k in range(4):
        dx, dy = x[0] - centre_x[k], x[1] - centre_y[k]
        term = height[k] * np.exp(a[k] * dx**2 + b[k] * dx * dy + c[k] * dy**2)
        energy += term
        gradient[0] += term * (2.0 * a[k] * dx + b[k] * dy)
        gradient[1] += term * (b[k] * dx + 2.0 * c[k] * dy)
    return energy


def mueller_brown_objective():
    """Return the Mueller-Brown surface as an objective without a Hessian of its own."""
    return from_function(mueller_brown, 2, low=[-1.5, -0.2], high=[1.2, 2.0])
