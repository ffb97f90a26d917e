"""The lowest Hessian eigenvalues and their mode from gradients or Hessian-vector products, without the Hessian."""

import numpy as np
from numba import float64, int64, types
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh

from lossland._kernel import kernel
from lossland._vector import add_scaled, dot, norm, scale
from lossland.objectives.base import DATA, VALUE_GRADIENT, Objective
from lossland.status import Status

SMALL_LANCZOS = 40  # variables up to which the dense Hessian is cheaper than Lanczos
LANCZOS_VECTORS = 40
LANCZOS_TOLERANCE = 1e-6  # relative error of an eigenvalue
FUNCTION = types.FunctionType(VALUE_GRADIENT)


@kernel(types.void(FUNCTION, DATA, float64[::1], float64[::1], float64, float64[::1]))
def difference_product(value_gradient, data, x, direction, difference, product):
    """Overwrite ``product`` with the Hessian times a unit ``direction``: a central difference of two gradients."""
    behind, point = np.empty(x.size), x.copy()
    add_scaled(difference, direction, point)
    value_gradient(point, data, product)
    point[:] = x
    add_scaled(-difference, direction, point)
    value_gradient(point, data, behind)
    for i in range(x.size):
        product[i] = (product[i] - behind[i]) / (2.0 * difference)


@kernel(types.boolean(float64[:, ::1], float64[:, ::1], int64))
def _orthonormalise(basis, images, row):
    """Make ``basis[row]`` a unit vector orthogonal to the rows before it, and keep ``images`` its Hessian products.

    Returns False when nothing but rounding is left of it.
    """
    before = norm(basis[row])
    for _ in range(2):  # once more against cancellation
        for k in range(row):
            overlap = dot(basis[k], basis[row])
            add_scaled(-overlap, basis[k], basis[row])
            add_scaled(-overlap, images[k], images[row])
    length = norm(basis[row])
    if not length > 1e-6 * before:
        return False
    scale(1.0 / length, basis[row])
    scale(1.0 / length, images[row])
    return True


@kernel(float64(float64[:, ::1], float64[:, ::1], int64))
def _rayleigh_ritz(basis, images, size):
    """Replace row 0 by the vector of lowest quotient in the span of ``size`` orthonormal rows, row 2 by its change."""
    matrix = np.empty((size, size))
    for i in range(size):
        for j in range(i + 1):
            matrix[i, j] = matrix[j, i] = 0.5 * (dot(basis[i], images[j]) + dot(basis[j], images[i]))
    if not np.isfinite(matrix.sum()):
        return np.nan
    values, vectors = np.linalg.eigh(matrix)
    if vectors[0, 0] < 0.0:  # the orientation of the mode is kept
        vectors[:, 0] *= -1.0
    for rows in (basis, images):
        if size == 3:
            scale(vectors[2, 0], rows[2])
        else:
            rows[2] = 0.0
        add_scaled(vectors[1, 0], rows[1], rows[2])
        scale(vectors[0, 0], rows[0])
        add_scaled(1.0, rows[2], rows[0])
    return values[0]


@kernel(
    types.Tuple((float64, int64))(FUNCTION, DATA, float64[::1], float64[::1], int64, float64, float64),
)
def lowest_mode(value_gradient, data, x, mode, max_products, tolerance, difference):
    """Minimise the Rayleigh quotient by the locally optimal conjugate gradient.

    Every iteration finds the exact minimum in the span of the mode, its residual and the last change, for one product
    (Knyazev, SIAM J. Sci. Comput. 23, 517, 2001, with blocks of one and without preconditioner).

    Parameters
    ----------
    value_gradient : first-class function of signature VALUE_GRADIENT
    data : ObjectiveData
    x : ndarray of float64, shape (n_variables,)
    mode : ndarray of float64, shape (n_variables,)
        Unit vector to start from; overwritten with the mode found, which keeps its orientation.
    max_products : int
        Limit to the Hessian-vector products.
    tolerance : float
        Good enough when |H y - c y| <= tolerance * |c|, with mode y and its curvature c.
    difference : float
        Length of the central differences.

    Returns
    -------
    curvature : float
        The quotient reached; NaN where a gradient is not finite.
    n_evaluations : int
    """
    n = x.size
    basis, images = np.zeros((3, n)), np.zeros((3, n))
    basis[0] = mode
    difference_product(value_gradient, data, x, basis[0], difference, images[0])
    curvature, n_products = dot(basis[0], images[0]), 1
    while n_products < max_products and n > 1:
        basis[1] = images[0]
        add_scaled(-curvature, basis[0], basis[1])
        residual = norm(basis[1])
        if not residual > tolerance * abs(curvature):
            break
        images[1] = 0.0
        if not _orthonormalise(basis, images, 1):
            break
        difference_product(value_gradient, data, x, basis[1], difference, images[1])
        n_products += 1
        size = 3 if n_products > 2 and n > 2 and _orthonormalise(basis, images, 2) else 2
        curvature = _rayleigh_ritz(basis, images, size)
        if np.isnan(curvature):
            break
    mode[:] = basis[0]
    scale(1.0 / norm(mode), mode)
    return curvature, 2 * n_products


class HessianProducts:
    """Products of the Hessian at one point with vectors, counted.

    Parameters
    ----------
    objective : Objective
    x : ndarray, shape (n_variables,)

    Attributes
    ----------
    n_evaluations : int
        What they cost: a product costs about as much as two evaluations of energy and gradient.
    """

    def __init__(self, objective: Objective, x):
        self.objective, self.x, self.n_evaluations = objective, x, 0

    def __call__(self, direction) -> np.ndarray:
        """Return the product with ``direction``, shape (n_variables,)."""
        self.n_evaluations += 2
        return self.objective.hessian_product(self.x, direction)


def lowest_eigenvalues(
    products: HessianProducts, k: int | None = None, tolerance: float = LANCZOS_TOLERANCE
) -> np.ndarray:
    """Return the ``k`` lowest Hessian eigenvalues at a point in ascending order, by Lanczos on Hessian-vector products.

    ``tolerance`` is the relative error of an eigenvalue. Of few variables, or for all eigenvalues (the default), the
    whole Hessian is taken.

    Raises
    ------
    scipy.sparse.linalg.ArpackError
        When Lanczos overflows; ``ArpackNoConvergence``, one of its kind, when it does not converge.
    numpy.linalg.LinAlgError
        When the eigenvalues of a whole Hessian do not converge.
    FloatingPointError
        When the Hessian or a product is not finite.
    """
    n = products.objective.n_variables
    k = n if k is None else k
    if not 1 <= k <= n:
        raise ValueError(f"k is {k}, but must be between 1 and the number of variables, {n}")
    if n <= SMALL_LANCZOS or k >= n:
        hessian = products.objective.hessian_matrix(products.x)
        if not np.isfinite(hessian).all():
            raise FloatingPointError("the Hessian is not finite")
        return np.linalg.eigvalsh(hessian)[:k]
    return extreme_eigenvalues(products, n, k, tolerance=tolerance)


def eigenvalues_or_status(
    products: HessianProducts, k: int | None = None, tolerance: float = LANCZOS_TOLERANCE
) -> tuple[np.ndarray, Status]:
    """Return what :func:`lowest_eigenvalues` does and ``CONVERGED``; or no eigenvalues, and why there are none.

    That is ``MAX_ITERATIONS`` where they do not converge, and ``NOT_FINITE`` where the Hessian or a product is not
    finite or so large that Lanczos overflows.
    """
    try:
        return lowest_eigenvalues(products, k, tolerance), Status.CONVERGED
    except ArpackNoConvergence:
        return np.empty(0), Status.MAX_ITERATIONS
    except (ArpackError, np.linalg.LinAlgError, FloatingPointError):
        return np.empty(0), Status.NOT_FINITE


def lowest_to_scale(product, n: int, k: int = 1, *, tolerance: float) -> tuple[np.ndarray, float]:
    """Return the ``k`` lowest eigenvalues of a symmetric operator, ascending, and the largest one.

    Errors are about ``tolerance`` times the largest one's size, for eigenvalues that are small beside it. For Hessians
    with directions without any curvature: there the lowest eigenvalues are zero, and no error relative to themselves
    can be asked for.

    Parameters
    ----------
    product, n, k
        As for :func:`extreme_eigenvalues`.
    tolerance : float

    Raises
    ------
    scipy.sparse.linalg.ArpackError
        When Lanczos overflows; ``ArpackNoConvergence``, one of its kind, when it does not converge.
    FloatingPointError
        When a product is not finite.
    """
    largest = float(extreme_eigenvalues(product, n, which="LA", tolerance=tolerance)[0])
    scale = abs(largest)
    shifted = extreme_eigenvalues(lambda v: product(v) + scale * v, n, k, which="SA", tolerance=tolerance)
    return shifted - scale, largest


def extreme_eigenvalues(product, n: int, k: int = 1, *, which="SA", tolerance: float) -> np.ndarray:
    """Return the ``k`` lowest (``which`` "SA") or highest ("LA") eigenvalues of a symmetric operator, ascending.

    Parameters
    ----------
    product : callable
        Takes a vector, shape (n,), to the operator's product with it.
    n, k : int
    which : {"SA", "LA"}
    tolerance : float
        Relative error of an eigenvalue.

    Raises
    ------
    scipy.sparse.linalg.ArpackError
        When Lanczos overflows; ``ArpackNoConvergence``, one of its kind, when it does not converge.
    FloatingPointError
        When a product is not finite.
    """
    flat = True

    def finite_product(vector):
        nonlocal flat
        image = product(vector.ravel())
        if not np.isfinite(image).all():
            raise FloatingPointError("the product of the Hessian and a vector is not finite")
        flat = flat and not image.any()
        return image

    operator = LinearOperator((n, n), matvec=finite_product, dtype=np.float64)
    # equal calls must give equal bits: fixed generators, and a start without structure, which must not be orthogonal
    # to a mode (no cosines, whose last bits differ between processors)
    start = np.random.default_rng(1).random(n) - 0.5
    settings = {"v0": start, "ncv": min(n, max(LANCZOS_VECTORS, 2 * k + 1)), "rng": np.random.default_rng(0)}
    try:
        return np.sort(eigsh(operator, k, which=which, tol=tolerance, return_eigenvectors=False, **settings))
    except ArpackError:
        if flat:  # all products are zero, which ARPACK takes for a bad start
            return np.zeros(k)
        raise
