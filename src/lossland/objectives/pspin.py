"""The spherical p-spin glass: a random homogeneous polynomial on a sphere (Ballard et al. 2017, equations 11 to 14).

    H(w) = N**(-(p - 1) / 2) sum over all i1, ..., ip of c[i1 ... ip] w[i1] ... w[ip],    |w|**2 = N,

with N**p independent couplings of variance 1, so that the variance of H at any w is N. Of the couplings only the
average over the orders of the indices counts. Everything comes from one table: what each monomial of degree p - 1 adds
to every component of the gradient.

The searches know nothing of spheres. They are given

    f(w) = H(sqrt(N) w / |w|) + stiffness / 2 (|w| - sqrt(N))**2,

whose stationary points are those of H on the sphere, with the same energies and, in the tangent space, the same
eigenvalues; the radial one is the stiffness. Steepest-descent paths that start on the sphere stay on it. With even p
every point has its negative as a copy.
"""

from math import comb, factorial, sqrt
from numbers import Integral

import numpy as np
from numba import float64, int64, types, void

from lossland._kernel import kernel
from lossland._vector import FASTMATH, add_scaled, dot
from lossland.errors import InputError
from lossland.objectives.base import DATA, HESSIAN, VALUE_GRADIENT, Isometries, Objective, objective_data
from lossland.objectives.memory import check_room

KIND = "p_spin"
MOST_P = 170  # beyond, the number of orders of the indices is no floating-point number


@kernel(float64(float64, int64))
def whole_power(x, p):
    """Return x**p by multiplications: the last bits of the system's power differ between machines."""
    result = 1.0
    for _ in range(p):
        result *= x
    return result


@kernel(void(float64[::1], DATA, float64[::1]), fastmath=FASTMATH)
def polynomial_gradient(w, data, gradient):
    """Overwrite ``gradient`` (n_spins,) with that of H itself, for any length of ``w``."""
    table, indices, degree = data.table, data.structure, int(data.parameters[0]) - 1
    gradient[:] = 0.0
    for m in range(table.shape[0]):
        monomial = 1.0
        for place in range(m * degree, (m + 1) * degree):
            monomial *= w[indices[place]]
        for k in range(gradient.size):
            gradient[k] += monomial * table[m, k]


@kernel(VALUE_GRADIENT, error_model="numpy")
def value_gradient(w, data, gradient):
    """Return f at ``w``, shape (n_spins,), and overwrite its gradient; NaN at the origin."""
    p, stiffness = data.parameters
    length, radius = np.sqrt(dot(w, w)), np.sqrt(w.size)
    polynomial_gradient(w, data, gradient)
    ratio = whole_power(radius / length, int(p))
    energy = ratio * dot(w, gradient) / p  # Euler's theorem on homogeneous functions
    gradient *= ratio
    add_scaled(stiffness * (1.0 - radius / length) - p * energy / length**2, w, gradient)
    return energy + 0.5 * stiffness * (length - radius) ** 2


@kernel(void(float64[::1], DATA, float64[:, ::1]), fastmath=FASTMATH)
def polynomial_hessian(w, data, matrix):
    """Overwrite ``matrix`` (n_spins, n_spins) with the Hessian of H itself."""
    table, indices, degree = data.table, data.structure, int(data.parameters[0]) - 1
    matrix[:] = 0.0
    for m in range(table.shape[0]):
        first = m * degree
        for place in range(first, first + degree):
            others = 1.0
            for other in range(first, first + degree):
                if other != place:
                    others *= w[indices[other]]
            row = indices[place]
            for k in range(w.size):
                matrix[row, k] += others * table[m, k]
    for i in range(w.size):  # symmetric but for rounding
        for j in range(i):
            matrix[i, j] = matrix[j, i] = 0.5 * (matrix[i, j] + matrix[j, i])


@kernel(HESSIAN, error_model="numpy")
def hessian(w, data, matrix):
    """Overwrite ``matrix`` (n_spins, n_spins) with the Hessian of f at ``w``."""
    p, stiffness = data.parameters
    squared, radius, gradient = dot(w, w), np.sqrt(w.size), np.empty(w.size)
    length = np.sqrt(squared)
    polynomial_gradient(w, data, gradient)
    polynomial_hessian(w, data, matrix)
    ratio = whole_power(radius / length, int(p))
    energy = ratio * dot(w, gradient) / p
    diagonal = stiffness * (1.0 - radius / length) - p * energy / squared
    radial = p * (p + 2.0) * energy / squared**2 + stiffness * radius / length**3
    mixed = -p * ratio / squared
    for i in range(w.size):
        for j in range(w.size):
            matrix[i, j] = ratio * matrix[i, j] + mixed * (gradient[i] * w[j] + w[i] * gradient[j])
            matrix[i, j] += radial * w[i] * w[j]
        matrix[i, i] += diagonal


def draw_couplings(n_spins: int, rng: np.random.Generator, p: int = 3) -> np.ndarray:
    """Draw one realisation of the couplings, each averaged over the orders of its indices.

    Such an average has variance 1/m where the indices have m different orders.

    Parameters
    ----------
    n_spins : int
        N, from 1 on.
    rng : numpy.random.Generator
    p : int
        Degree, from 1 to 170.

    Returns
    -------
    ndarray, shape (binomial(n_spins + p - 1, p),)
        Of indices i1 >= i2 >= ... >= ip, in the order of i1, then of i2, and so on.

    Raises
    ------
    InputError
        When ``n_spins`` or ``p`` is no such whole number, or the couplings do not fit in memory.
    """
    check_size(n_spins, p)
    orders = n_orders(descending_indices(n_spins, p))
    return rng.normal(size=orders.size) / np.sqrt(orders)


def p_spin(couplings, n_spins: int, p: int = 3, *, stiffness: float | None = None) -> Objective:
    """Return the spherical p-spin glass as an objective; its energies are those of H, of order ``n_spins``.

    Parameters
    ----------
    couplings : array_like, shape (binomial(n_spins + p - 1, p),)
        As :func:`draw_couplings` returns them.
    n_spins : int
        N, the number of variables.
    p : int
        Degree, from 1 to 170.
    stiffness : float, optional
        Of the spring that holds ``w`` on the sphere; no influence on energies or tangential eigenvalues. By default
        the mean eigenvalue at the threshold energy of minima, 2 sqrt(p (p - 1)), and 1 where that is zero.

    Raises
    ------
    InputError
        When the numbers do not fit together, or the table does not fit in memory.
    """
    check_size(n_spins, p)
    couplings = np.array(couplings, dtype=np.float64)
    expected = (comb(n_spins + p - 1, p),)
    if couplings.shape != expected or not np.isfinite(couplings).all():
        raise InputError(f"couplings have shape {couplings.shape}; expected {expected} finite ones for {n_spins} spins")
    stiffness = float((2.0 * sqrt(p * (p - 1)) or 1.0) if stiffness is None else stiffness)
    if not 0.0 < stiffness < np.inf:
        raise InputError(f"stiffness is {stiffness}; expected a positive number")
    indices = descending_indices(n_spins, p - 1)
    return Objective(
        kind=KIND,
        n_variables=int(n_spins),
        value_gradient=value_gradient,
        hessian=hessian,
        data=objective_data(gradient_table(couplings, indices, n_spins), None, [p, stiffness], indices.ravel()),
        start_low=-sqrt(3.0),  # so that starts are about as long as the sphere is wide
        start_high=sqrt(3.0),
        isometries=_inversion(n_spins) if p % 2 == 0 else None,
        attributes={"p": int(p), "n_spins": int(n_spins), "stiffness": stiffness},
        arrays={"couplings": couplings},
    )


def _inversion(n):
    """Return the group of w -> -w."""
    return Isometries(np.array([np.eye(n), -np.eye(n)]), np.zeros((2, n)), np.zeros((0, n)))


@kernel(types.Tuple((float64[::1], float64[:, ::1]))(float64[:, ::1], DATA))
def gradients(points, data):
    """Return energies (n,) and gradients (n, n_spins) of H at many points (n, n_spins), by one matrix product.

    They hold for any length of the points: nothing is projected onto the sphere. A kernel, because kernels use SciPy's
    linear algebra, which is pinned to one processor level.

    Parameters
    ----------
    points : ndarray of float64, shape (n, n_spins)
    data : ObjectiveData
        Of :func:`p_spin`.
    """
    degree, n_monomials = int(data.parameters[0]) - 1, data.table.shape[0]
    spins, monomials = points.T.copy(), np.ones((n_monomials, points.shape[0]))
    for m in range(n_monomials):
        for place in range(m * degree, (m + 1) * degree):
            row = data.structure[place]
            for b in range(points.shape[0]):
                monomials[m, b] *= spins[row, b]
    found, energies = np.dot(monomials.T, data.table), np.empty(points.shape[0])
    for b in range(points.shape[0]):
        energies[b] = dot(points[b], found[b]) / (degree + 1)
    return energies, found


def check_size(n_spins, p):
    """Refuse what is no number of spins, no degree, or more than memory holds; see :func:`draw_couplings`."""
    check_count("n_spins", n_spins)
    check_count("p", p)
    if p > MOST_P:
        raise InputError(f"p is {p}; expected at most {MOST_P}")
    n_spins, p = int(n_spins), int(p)  # of NumPy they would overflow
    # the couplings and, for a moment, their indices twice; the table of the gradient
    numbers = (2 * p + 2) * comb(n_spins + p - 1, p) + (n_spins + 2 * p) * comb(n_spins + p - 2, p - 1)
    check_room(numbers, f"{n_spins} spins with p = {p}")


def check_count(name, number):
    """Refuse what is no whole number from 1 on."""
    if not isinstance(number, Integral) or number < 1:
        raise InputError(f"{name} is {number!r}; expected a whole number from 1 on")


def descending_indices(n: int, degree: int) -> np.ndarray:
    """Return all indices n > i1 >= i2 >= ... >= 0, shape (binomial(n + degree - 1, degree), degree), in order."""
    found = np.zeros((1, 0), dtype=np.int64)
    for d in range(1, degree + 1):
        # with i1 = i go the indices of one degree less that are at most i: the first of them
        counts = [comb(i + d - 1, d - 1) for i in range(n)]
        rest = np.concatenate([found[:count] for count in counts])
        found = np.column_stack([np.repeat(np.arange(n), counts), rest])
    return found


def n_orders(indices) -> np.ndarray:
    """Return how many different orders each row of descending ``indices``, shape (n, degree), has."""
    orders, run = np.full(len(indices), float(factorial(indices.shape[1]))), np.ones(len(indices))
    for place in range(1, indices.shape[1]):
        run = np.where(indices[:, place] == indices[:, place - 1], run + 1.0, 1.0)
        orders /= run
    return orders


def gradient_table(couplings, indices, n_spins) -> np.ndarray:
    """Return what monomials of degree p - 1 add to the gradient of H, shape (n_monomials, n_spins).

    Parameters
    ----------
    couplings : ndarray
        As :func:`draw_couplings` returns them.
    indices : ndarray of int64, shape (n_monomials, p - 1)
        Of the monomials, descending.
    n_spins : int
    """
    p = indices.shape[1] + 1
    # the rank of descending indices is a sum of binomials (the combinatorial number system)
    ranks = np.array([[comb(i + p - 1 - place, p - place) for i in range(n_spins)] for place in range(p)])
    factors = p * n_orders(indices) * float(n_spins) ** (-0.5 * (p - 1))
    table = np.empty((len(indices), n_spins))
    for k in range(n_spins):
        joined = -np.sort(-np.column_stack([indices, np.full(len(indices), k)]), axis=1)
        table[:, k] = factors * couplings[ranks[np.arange(p), joined].sum(axis=1)]
    return table
