"""A symmetric matrix as Q T Q^T with T tridiagonal: what a step needs, at a fraction of the cost of eigenvectors.

Householder's reduction (Golub and Van Loan, Matrix Computations, 4th ed., section 8.3.1); afterwards a shifted system
is solved in O(n) operations, so that many shifts can be tried, and single eigenpairs come from bisection with Sturm
counts and inverse iteration.
"""

import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland._vector import FASTMATH, add_scaled, dot, norm, scale

TINY = 1e-300
EPSILON = 2.220446049250313e-16
BRACKET = 1.02  # how closely an eigenvalue is enclosed before inverse iteration
MAX_REFINEMENTS = 12
RESIDUAL = 1e-12  # of an eigenpair, relative to the largest element


@kernel(
    void(float64[:, ::1], int64, float64[::1], float64[::1], float64[::1], float64[::1]),
    fastmath=FASTMATH,
)
def _update_and_multiply(matrix, first, v, w, ahead, product):
    """Subtract v w^T + w v^T from the rows and columns from ``first`` on, and write the result times ``ahead``."""
    v_rest, w_rest, ahead_rest = v[first:], w[first:], ahead[first:]
    for i in range(first, v.size):
        row, vi, wi, total = matrix[i, first:], v[i], w[i], 0.0
        for j in range(v_rest.size):  # from 0 on: otherwise the loop does not vectorise
            value = row[j] - (vi * w_rest[j] + wi * v_rest[j])
            row[j] = value
            total += value * ahead_rest[j]
        product[i] = total


@kernel(
    void(float64[:, ::1], float64[::1], float64[::1], float64[:, ::1], float64[::1]),
)
def tridiagonalise(matrix, diagonal, beside, reflectors, factors):
    """Reduce a symmetric matrix, which is overwritten.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n, n)
    diagonal, beside : ndarray of float64, shape (n,)
        Overwritten with the diagonal of T and, in ``beside[i]``, the element between ``i`` and ``i + 1``; 0 at the end.
    reflectors : ndarray of float64, shape (n, n)
    factors : ndarray of float64, shape (n,)
        Overwritten: Q is the product of ``1 - factors[k] * outer(reflectors[k], reflectors[k])``.
    """
    n = diagonal.size
    v, w, ahead, product = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    factors[:] = 0.0
    beside[:] = 0.0
    for k in range(n - 2):
        # the column to be annihilated, with the last update
        for i in range(k, n):
            ahead[i] = matrix[i, k] - (v[i] * w[k] + w[i] * v[k])
        diagonal[k] = ahead[k]
        ahead[: k + 1] = 0.0
        length = norm(ahead)
        beside[k] = -length if ahead[k + 1] >= 0.0 else length
        ahead[k + 1] -= beside[k]
        square = dot(ahead, ahead)
        factors[k] = 2.0 / square if square > TINY else 0.0
        reflectors[k, :] = ahead
        _update_and_multiply(matrix, k + 1, v, w, ahead, product)
        product[: k + 1] = 0.0
        scale(factors[k], product)
        add_scaled(-0.5 * factors[k] * dot(product, ahead), ahead, product)
        v[:] = ahead
        w[:] = product
    for k in range(max(0, n - 2), n):
        diagonal[k] = matrix[k, k] - 2.0 * v[k] * w[k]
    if n > 1:
        beside[n - 2] = matrix[n - 1, n - 2] - (v[n - 1] * w[n - 2] + w[n - 1] * v[n - 2])


@kernel(void(float64[:, ::1], float64[::1], float64[::1]))
def to_basis(reflectors, factors, vector):
    """Overwrite ``vector`` (n,) with Q^T times it."""
    for k in range(vector.size - 2):
        add_scaled(-factors[k] * dot(reflectors[k], vector), reflectors[k], vector)


@kernel(void(float64[:, ::1], float64[::1], float64[::1]))
def from_basis(reflectors, factors, vector):
    """Overwrite ``vector`` (n,) with Q times it."""
    for k in range(vector.size - 3, -1, -1):
        add_scaled(-factors[k] * dot(reflectors[k], vector), reflectors[k], vector)


@kernel(
    void(float64[::1], float64[::1], float64, float64[:, ::1]),
    error_model="numpy",
)
def factorise(diagonal, beside, shift, factors):
    """Overwrite ``factors`` (5, n) with the LU factors of T + ``shift``, rows exchanged where that is more stable."""
    n = diagonal.size
    below, pivots, above, far, exchanged = factors[0], factors[1], factors[2], factors[3], factors[4]
    for i in range(n):
        pivots[i] = diagonal[i] + shift
        below[i] = above[i] = beside[i]
        far[i] = exchanged[i] = 0.0
    least = EPSILON * (np.abs(diagonal).max() + np.abs(beside).max() + abs(shift)) + TINY
    for i in range(n - 1):
        if abs(pivots[i]) >= abs(below[i]):
            if abs(pivots[i]) < least:
                pivots[i] = least
            below[i] /= pivots[i]
            pivots[i + 1] -= below[i] * above[i]
        else:
            exchanged[i] = 1.0
            ratio = pivots[i] / below[i]
            pivots[i] = below[i]
            below[i] = ratio
            upper = above[i]
            above[i] = pivots[i + 1]
            pivots[i + 1] = upper - ratio * pivots[i + 1]
            if i < n - 2:
                far[i] = above[i + 1]
                above[i + 1] = -ratio * above[i + 1]
    if abs(pivots[n - 1]) < least:
        pivots[n - 1] = least


@kernel(void(float64[:, ::1], float64[::1]), error_model="numpy")
def solve(factors, vector):
    """Overwrite ``vector`` (n,) with the solution of the system factorised before, ``vector`` its right-hand side."""
    n = vector.size
    below, pivots, above, far, exchanged = factors[0], factors[1], factors[2], factors[3], factors[4]
    for i in range(n - 1):
        if exchanged[i] == 0.0:
            vector[i + 1] -= below[i] * vector[i]
        else:
            first = vector[i]
            vector[i] = vector[i + 1]
            vector[i + 1] = first - below[i] * vector[i]
    vector[n - 1] /= pivots[n - 1]
    if n > 1:
        vector[n - 2] = (vector[n - 2] - above[n - 2] * vector[n - 1]) / pivots[n - 2]
    for i in range(n - 3, -1, -1):
        vector[i] = (vector[i] - above[i] * vector[i + 1] - far[i] * vector[i + 2]) / pivots[i]


@kernel(void(float64[::1], float64[::1], float64[::1], float64[::1]))
def multiply(diagonal, beside, vector, product):
    """Overwrite ``product`` (n,) with T times ``vector``."""
    n = vector.size
    for i in range(n):
        product[i] = diagonal[i] * vector[i]
    for i in range(n - 1):
        product[i] += beside[i] * vector[i + 1]
        product[i + 1] += beside[i] * vector[i]


@kernel(int64(float64[::1], float64[::1], float64), error_model="numpy")
def count_below(diagonal, beside, bound):
    """Return the number of eigenvalues below ``bound`` (Sturm's sequence)."""
    count, last = 0, 1.0
    for i in range(diagonal.size):
        last = diagonal[i] - bound - (beside[i - 1] * beside[i - 1] / last if i > 0 else 0.0)
        if abs(last) < TINY:
            last = -TINY
        if last < 0.0:
            count += 1
    return count


@kernel(float64(float64[::1], float64[::1], int64))
def depth(diagonal, beside, rank):
    """Return a bound, at most ``BRACKET`` times as large, of minus eigenvalue number ``rank``, a negative one."""
    above = TINY
    for i in range(diagonal.size):
        above = max(above, abs(diagonal[i]) + abs(beside[i]) + (abs(beside[i - 1]) if i > 0 else 0.0))
    above *= 1.0 + 1e-12
    below = EPSILON * above
    while above > BRACKET * below and above < np.inf:
        middle = np.sqrt(above) * np.sqrt(below)  # their product may overflow
        if count_below(diagonal, beside, -middle) > rank:
            below = middle
        else:
            above = middle
    return above


@kernel(float64(float64[::1], float64[::1], float64, float64[:, ::1], float64[::1]))
def refine_pair(diagonal, beside, value, factors, vector):
    """Find the eigenpair next to ``value`` by inverse iteration and return its eigenvalue.

    ``vector`` (n,), a first guess that is not zero, is overwritten with the unit eigenvector, ``factors`` (5, n) too.
    """
    product = np.empty(vector.size)
    size = np.abs(diagonal).max() + np.abs(beside).max() + TINY
    scale(1.0 / max(norm(vector), TINY), vector)
    factorise(diagonal, beside, -value, factors)
    quotient = value
    for _ in range(MAX_REFINEMENTS):
        solve(factors, vector)
        scale(1.0 / max(norm(vector), TINY), vector)
        multiply(diagonal, beside, vector, product)
        quotient = dot(vector, product)
        add_scaled(-quotient, vector, product)
        if norm(product) <= RESIDUAL * size:
            break
    return quotient
