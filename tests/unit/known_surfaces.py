"""Surfaces whose stationary points are known, and how they are compiled once, for the tests of the searches."""

import numba
import numpy as np

from lossland.objectives.base import from_function, objective_data
from lossland.objectives.mlp import mlp_cross_entropy

# Mueller and Brown, Theor. Chim. Acta 53, 75 (1979): minima, and the two transition states between neighbours
MINIMA = np.array([[-0.558223635, 1.441725842], [-0.050010823, 0.466694105], [0.623499405, 0.028037759]])
SADDLES = np.array([[-0.822001558, 0.624312802], [0.212486582, 0.292988325]])
SADDLE_ENERGIES = np.array([-40.664843509, -72.248940112])
TILT = 0.3
MINIMUM_ENERGIES = np.array([-146.699517210, -80.767818130, -108.166724117])


def mueller_brown_value_gradient(x, data, gradient):
    energy = gradient[0] = gradient[1] = 0.0
    for k in range(4):
        factor, a, b, c, x0, y0 = data.table[k]
        dx, dy = x[0] - x0, x[1] - y0
        value = factor * np.exp(a * dx * dx + b * dx * dy + c * dy * dy)
        energy += value
        gradient[0] += value * (2.0 * a * dx + b * dy)
        gradient[1] += value * (b * dx + 2.0 * c * dy)
    return energy


def double_wells_value_gradient(x, data, gradient):
    """Sum of k (x**4 / 4 - x**2 / 2): minima at +-1, a barrier of k / 4 at 0."""
    energy = 0.0
    for i in range(x.size):
        k = data.parameters[i]
        energy += k * (0.25 * x[i] ** 4 - 0.5 * x[i] ** 2)
        gradient[i] = k * (x[i] ** 3 - x[i])
    return energy


def tilted_wells_value_gradient(x, data, gradient):
    """Sum of x**4 - 2 x**2 + TILT x: 2**d minima of different energies, d 2**(d-1) transition states."""
    energy = 0.0
    for i in range(x.size):
        energy += x[i] ** 4 - 2.0 * x[i] ** 2 + TILT * x[i]
        gradient[i] = 4.0 * x[i] ** 3 - 4.0 * x[i] + TILT
    return energy


def tilted_wells_hessian(x, data, matrix):
    matrix[:] = 0.0
    for i in range(x.size):
        matrix[i, i] = 12.0 * x[i] ** 2 - 4.0


def ring_value_gradient(x, data, gradient):
    """(x**2 + y**2 - 1)**2: a circle of minima."""
    stretch = x[0] ** 2 + x[1] ** 2 - 1.0
    gradient[0], gradient[1] = 4.0 * stretch * x[0], 4.0 * stretch * x[1]
    return stretch**2


def soft_sphere_spins_value_gradient(x, data, gradient):
    """Two-spin energy -x^T J x / 2 with a spring that holds x near the unit sphere."""
    stretch = np.sum(x * x) - 1.0
    field = np.dot(data.table, x)
    gradient[:] = data.parameters[0] * stretch * x - field
    return 0.25 * data.parameters[0] * stretch**2 - 0.5 * np.dot(x, field)


def spin_variance_value_gradient(x, data, gradient):
    """Squared gradient of the two-spin energy -x^T J x / 2 on the sphere, and a spring that holds x near it.

    The variance <J^2> - <J>^2 in the state x/|x|: no function of |x|, zero at the eigenvectors alone.
    """
    a, b = np.dot(data.table, x), np.dot(data.table, np.dot(data.table, x))
    r = np.sum(x * x)
    mean, square = np.dot(x, a) / r, np.dot(x, b) / r
    gradient[:] = 2.0 * (b - 2.0 * mean * a + (2.0 * mean**2 - square) * x) / r + 4.0 * (r - 1.0) * x
    return square - mean**2 + (r - 1.0) ** 2


def spin_variance_hessian(x, data, matrix):
    a, b = np.dot(data.table, x), np.dot(data.table, np.dot(data.table, x))
    r = np.sum(x * x)
    mean, square = np.dot(x, a) / r, np.dot(x, b) / r
    matrix[:] = np.dot(data.table, data.table) - 2.0 * mean * data.table
    for i in range(x.size):
        for j in range(x.size):
            matrix[i, j] += (8.0 * mean * (a[i] * x[j] + x[i] * a[j]) - 2.0 * (b[i] * x[j] + x[i] * b[j])) / r
            matrix[i, j] += ((4.0 * square - 12.0 * mean**2) * x[i] * x[j] - 4.0 * a[i] * a[j]) / r
        matrix[i, i] += 2.0 * mean**2 - square
    matrix *= 2.0 / r
    for i in range(x.size):
        for j in range(x.size):
            matrix[i, j] += 8.0 * x[i] * x[j]
        matrix[i, i] += 4.0 * (r - 1.0)


def quadratic_value_gradient(x, data, gradient):
    """Half x^T A x with the symmetric matrix A of the table."""
    gradient[:] = np.dot(data.table, x)
    return 0.5 * np.dot(x, gradient)


def not_a_number_value_gradient(x, data, gradient):
    """A parabola that is NaN beyond a distance of 1/2 in its first variable."""
    gradient[:] = x
    return np.nan if abs(x[0]) > 0.5 else 0.5 * np.sum(x * x)


def surface(function, n_variables=2, *, hessian=None, **more):
    """Return a plain function as an objective; it is compiled once for all tests of a process."""
    return from_function(numba.njit(function), n_variables, hessian=hessian and numba.njit(hessian), **more)


def mueller_brown():
    table = [
        [-200.0, -1.0, 0.0, -10.0, 1.0, 0.0],
        [-100.0, -1.0, 0.0, -10.0, 0.0, 0.5],
        [-170.0, -6.5, 11.0, -6.5, -0.5, 1.5],
        [15.0, 0.7, 0.6, 0.7, -1.0, 1.0],
    ]
    box = {"low": np.array([-1.5, -0.5]), "high": np.array([1.2, 2.0])}
    return surface(mueller_brown_value_gradient, data=objective_data(table=table), **box)


def double_wells(stiffness):
    data = objective_data(parameters=stiffness)
    return surface(double_wells_value_gradient, len(stiffness), data=data)


def tilted_wells(n_variables, with_hessian=True):
    hessian = tilted_wells_hessian if with_hessian else None
    return surface(tilted_wells_value_gradient, n_variables, hessian=hessian, low=-1.5, high=1.5)


def tilted_well_roots():
    """Return the left minimum, the maximum and the right minimum of one tilted well."""
    return np.sort(np.roots([4.0, 0.0, -4.0, TILT]).real)


def ring():
    return surface(ring_value_gradient)


def soft_sphere_spins(n_spins, stiffness=10.0):
    """Return the objective with the eigenvalues and eigenvectors of J, and the stiffness.

    Its stationary points are the eigenvectors v_i, of squared length 1 + j_i / stiffness, with as many negative
    curvatures as there are larger eigenvalues; and the origin.
    """
    couplings = np.random.default_rng(2).normal(size=(n_spins, n_spins)) / np.sqrt(n_spins)
    couplings = 0.5 * (couplings + couplings.T)
    data = objective_data(table=couplings, parameters=[stiffness])
    objective = surface(soft_sphere_spins_value_gradient, n_spins, data=data)
    return objective, *np.linalg.eigh(couplings), stiffness


def spin_variance(n_spins, seed=2):
    """Return the squared gradient of a two-spin glass as an objective, with the eigenvectors of J as columns.

    Its minima are the 2 n stationary points of the glass, +-v_i, and its transition states the 4 (n - 1) points
    (+-v_i +- v_(i+1)) / sqrt(2) between neighbours in energy: a point between i and j has one negative curvature, and
    one more for each eigenvalue between the two.
    """
    couplings = np.random.default_rng(seed).normal(size=(n_spins, n_spins)) / np.sqrt(n_spins)
    couplings = 0.5 * (couplings + couplings.T)
    objective = surface(
        spin_variance_value_gradient,
        n_spins,
        hessian=spin_variance_hessian,
        data=objective_data(table=couplings),
        low=-1.0 / np.sqrt(n_spins),
        high=1.0 / np.sqrt(n_spins),
    )
    return objective, np.linalg.eigh(couplings)[1]


def quadratic(matrix):
    return surface(quadratic_value_gradient, len(matrix), data=objective_data(table=matrix))


def broken():
    return surface(not_a_number_value_gradient)


def small_network():
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(60, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1.0)
    return mlp_cross_entropy([2, 3, 3], inputs, labels, 1e-2)
