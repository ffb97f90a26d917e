"""What every objective offers to the searches: first-class kernels and one type of data.

A search is compiled once for all objectives because it takes the objective as two first-class functions with fixed
signatures and one NamedTuple of arrays.  A new objective is one jitted function; nothing else is compiled again.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numba
import numpy as np
from numba import float64, njit, types, void

from lossland._kernel import kernel


class ObjectiveData(NamedTuple):
    """Everything that a kernel may read; what each array means is the objective's own affair.

    Attributes
    ----------
    table : ndarray of float64, shape (n_rows, n_columns), C order
        For networks the data in blocks, the data index being contiguous: inputs, ones and labels of each block.
    labels : ndarray of int64, shape (n,)
        For networks the class of each datum.
    parameters : ndarray of float64, shape (n,)
        Scalars of the objective.
    structure : ndarray of int64, shape (n,)
        For networks the layer sizes, inputs first.
    free : ndarray of int64, shape (n,)
        For networks the positions of the variables among all weights; masked weights are left out.
    threads : int
        How many threads one evaluation may use, where its kernel can; no influence on the result.
    """

    table: np.ndarray
    labels: np.ndarray
    parameters: np.ndarray
    structure: np.ndarray
    free: np.ndarray
    threads: int = 1


def objective_data(table=None, labels=None, parameters=None, structure=None, free=None) -> ObjectiveData:
    """Build an :class:`ObjectiveData` of the dtypes that kernels are compiled for; absent parts are empty."""
    table = np.zeros((0, 0)) if table is None else np.array(table, dtype=np.float64, order="C", ndmin=2)

    def vector(values, dtype):
        return np.array([] if values is None else values, dtype=dtype, ndmin=1)

    return ObjectiveData(
        table,
        vector(labels, np.int64),
        vector(parameters, np.float64),
        vector(structure, np.int64),
        vector(free, np.int64),
    )


#: numba type of ObjectiveData, the same for every objective
DATA = numba.typeof(objective_data())
#: energy = value_gradient(x, data, gradient); gradient is overwritten
VALUE_GRADIENT = float64(float64[::1], DATA, float64[::1])
#: hessian(x, data, matrix); matrix (n_variables, n_variables) is overwritten, both triangles
HESSIAN = void(float64[::1], DATA, float64[:, ::1])


N_PROBES = 3
GRADIENT_ERROR = 1e-3  # relative disagreement with difference quotients at which a gradient is called wrong


@kernel(HESSIAN)
def no_hessian(x, data, matrix):  # pragma: no cover - never called, fills the argument of objectives without a Hessian
    """Leave the matrix full of NaN."""
    matrix[:] = np.nan


@dataclass(frozen=True)
class NetworkLayout:
    """Shape of a multilayer perceptron's weight vector.

    Weights stand layer by layer from the input: the layer's matrix, row-major, shape (n_out, n_in), then its n_out
    biases.

    Attributes
    ----------
    layer_sizes : tuple of int
        Nodes of each layer, inputs first, outputs last.
    mask : ndarray of bool, shape (n_weights,)
        True where a weight is a variable; the others are frozen at zero and left out of ``x``.
    """

    layer_sizes: tuple[int, ...]
    mask: np.ndarray

    @property
    def n_weights(self) -> int:
        """All weights and biases, masked or not."""
        return sum((n_in + 1) * n_out for n_in, n_out in zip(self.layer_sizes, self.layer_sizes[1:], strict=False))

    @property
    def n_variables(self) -> int:
        """Weights and biases that are variables."""
        return int(np.count_nonzero(self.mask))


class Isometries(NamedTuple):
    """Moves x -> A x + b + a sum of lattice vectors that leave an objective unchanged; together they form a group.

    Attributes
    ----------
    matrices : ndarray, shape (k, n_variables, n_variables)
        Orthogonal matrices A, the identity first: one for each class of moves that differ by lattice vectors.
    shifts : ndarray, shape (k, n_variables)
        Vectors b, in the span of the lattice; zero for the identity.
    lattice : ndarray, shape (d, n_variables)
        Independent vectors; any whole multiples of them may be added.
    """

    matrices: np.ndarray
    shifts: np.ndarray
    lattice: np.ndarray


@dataclass(frozen=True)
class Objective:
    """A function to explore.

    Attributes
    ----------
    kind : str
        Name under which a file records it, e.g. ``"mlp_cross_entropy"``.
    n_variables : int
        Length of ``x``.
    value_gradient : first-class jitted function, signature :data:`VALUE_GRADIENT`
    hessian : first-class jitted function, signature :data:`HESSIAN`
        :func:`no_hessian` where there is none.
    data : ObjectiveData
        Handed to both on every call.
    start_low, start_high : float or ndarray, shape (n_variables,)
        Random starts are uniform in this box.
    has_hessian : bool
        False: Hessians are central differences of gradients.
    network : NetworkLayout or None
        Present when node permutations and sign flips leave the objective unchanged.
    isometries : Isometries or None
        Present when these moves do.
    product : jitted function ``f(x, data, direction, product)``, optional
        Hessian-vector product; differences of gradients without it.
    precondition : callable, optional
        Returns the function that ``data`` makes in better conditioned coordinates
        (:class:`~lossland.objectives.preconditioning.Preconditioned`), or None where there are none. Minimisations
        without Hessians take them.
    idle : ndarray, shape (k, n_variables), optional
        Orthonormal directions along which the objective is a parabola of its own, apart from everything else: no
        transition state lies that way, so searches leave them out.
    attributes, arrays : dict
        What the group ``/objective`` of a landscape file holds besides ``kind``: scalars and small lists; arrays.
    """

    kind: str
    n_variables: int
    value_gradient: object = field(repr=False)
    hessian: object = field(repr=False)
    data: ObjectiveData = field(repr=False)
    start_low: object = -1.0
    start_high: object = 1.0
    has_hessian: bool = True
    network: NetworkLayout | None = field(default=None, repr=False)
    isometries: Isometries | None = field(default=None, repr=False)
    product: object = field(default=None, repr=False)
    precondition: Callable | None = field(default=None, repr=False)
    idle: np.ndarray | None = field(default=None, repr=False)
    attributes: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict, repr=False)

    def energy_gradient(self, x) -> tuple[float, np.ndarray]:
        """Return energy and gradient, shape (n_variables,), at ``x``."""
        x = self._checked(x)
        gradient = np.empty_like(x)
        energy = self.value_gradient(x, self.data, gradient)
        return float(energy), gradient

    def energy(self, x) -> float:
        """Return the energy at ``x``."""
        return self.energy_gradient(x)[0]

    def hessian_matrix(self, x) -> np.ndarray:
        """Return the Hessian, shape (n_variables, n_variables), at ``x``."""
        x = self._checked(x)
        matrix = np.empty((self.n_variables, self.n_variables))
        if self.has_hessian:
            self.hessian(x, self.data, matrix)
        else:
            difference_hessian(self.value_gradient, self.data, x, matrix)
        return matrix

    def hessian_product(self, x, direction) -> np.ndarray:
        """Return the Hessian at ``x`` times ``direction``, shape (n_variables,), without forming the Hessian."""
        x, direction = self._checked(x), self._checked(direction)
        product = np.empty_like(x)
        if self.product is not None:
            self.product(x, self.data, direction, product)
            return product
        length = np.linalg.norm(direction)
        if length == 0.0:
            return np.zeros_like(x)
        step = 1e-5 * max(1.0, np.abs(x).max()) / length
        return (self.energy_gradient(x + step * direction)[1] - self.energy_gradient(x - step * direction)[1]) / (
            2 * step
        )

    def probe(self) -> list[float]:
        """Return the energies at a few fixed points of the start box, which tell one function from another."""
        rng = np.random.default_rng(0)
        return [float(np.nan_to_num(self.energy(self.random_start(rng)))) for _ in range(N_PROBES)]

    def random_start(self, rng: np.random.Generator) -> np.ndarray:
        """Draw one start, shape (n_variables,), uniform in the start box."""
        return rng.uniform(self.start_low, self.start_high, self.n_variables)

    def _checked(self, x):
        fits = type(x) is np.ndarray and x.dtype == np.float64 and x.flags.carray  # asked first: require takes a while
        x = x if fits else np.require(x, np.float64, ["C", "W"])  # kernels are compiled for writable arrays
        if x.shape != (self.n_variables,):
            raise ValueError(f"x has shape {x.shape}, but this objective has {self.n_variables} variables")
        return x


@kernel(void(types.FunctionType(VALUE_GRADIENT), DATA, float64[::1], float64[:, ::1]))
def difference_hessian(value_gradient, data, x, matrix):
    """Overwrite ``matrix`` (n, n) with central differences of gradients at ``x`` (n,), symmetrised; 2 n evaluations."""
    n = x.size
    ahead, behind, point = np.empty(n), np.empty(n), x.copy()
    for i in range(n):
        step = 1e-5 * max(1.0, abs(x[i]))
        point[i] = x[i] + step
        value_gradient(point, data, ahead)
        point[i] = x[i] - step
        value_gradient(point, data, behind)
        point[i] = x[i]
        for j in range(n):
            matrix[i, j] = (ahead[j] - behind[j]) / (2.0 * step)
    for i in range(n):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = 0.5 * (matrix[i, j] + matrix[j, i])


def from_function(
    value_gradient, n_variables, *, hessian=None, low=-1.0, high=1.0, kind="function", data=None
) -> Objective:
    """Make an objective of a user's function.

    Parameters
    ----------
    value_gradient : jitted function ``energy = f(x, data, gradient)``
        Writes the gradient, shape (n_variables,), into its third argument and returns the energy. A dispatcher without
        explicit signature (plain ``@numba.njit``) is compiled for :data:`VALUE_GRADIENT` here.
    n_variables : int
        Length of ``x``.
    hessian : jitted function ``h(x, data, matrix)``, optional
        Overwrites the matrix (n_variables, n_variables); central differences of gradients without it.
    low, high : float or array_like, shape (n_variables,)
        Box of the random starts.
    kind : str
        Name for the landscape file.
    data : ObjectiveData, optional
        Passed on to both functions; see :func:`objective_data`.

    Raises
    ------
    TypeError
        When a function is not jitted or cannot be compiled for the signature.
    ValueError
        When the box does not fit, the gradient disagrees with difference quotients of the energy, or the Hessian with
        those of the gradient.
    """
    if n_variables < 1:
        raise ValueError(f"n_variables is {n_variables}, but an objective needs at least one variable")
    for name, bound in (("low", low), ("high", high)):
        if np.shape(bound) not in ((), (n_variables,)):
            raise ValueError(f"{name} has shape {np.shape(bound)}; expected a number or {n_variables} of them")
    if not (np.less_equal(low, high).all() and np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError(f"the box from low {low} to high {high} is empty or endless; expected finite low <= high")
    objective = Objective(
        kind=kind,
        n_variables=int(n_variables),
        value_gradient=_compiled(value_gradient, VALUE_GRADIENT, "value_gradient(x, data, gradient) -> energy"),
        hessian=no_hessian if hessian is None else _compiled(hessian, HESSIAN, "hessian(x, data, matrix)"),
        data=objective_data() if data is None else data,
        start_low=low,
        start_high=high,
        has_hessian=hessian is not None,
    )
    _check_gradient(objective, getattr(value_gradient, "__name__", "value_gradient"))
    if hessian is not None:
        _check_hessian(objective, getattr(hessian, "__name__", "hessian"))
    return replace(objective, attributes={"probe": np.array(objective.probe())})


def _probes(objective, seed, length):
    """Yield points of the start box and, for each, a step in a random direction, ``length`` relative to the point."""
    rng = np.random.default_rng(seed)
    for _ in range(N_PROBES):
        x, direction = objective.random_start(rng), rng.normal(size=objective.n_variables)
        yield x, length * max(1.0, np.abs(x).max()) * direction / np.linalg.norm(direction)


@np.errstate(all="ignore")
def _check_gradient(objective, name):
    """Compare the gradient with difference quotients at a few points; at most of those that are finite they agree."""
    errors = []
    for x, step in _probes(objective, 1, 1e-6):
        quotient = objective.energy(x + step) - objective.energy(x - step)
        gradient = objective.energy_gradient(x)[1]
        rounding = 1e-12 * abs(objective.energy(x))
        errors.append(
            (abs(quotient - 2.0 * gradient @ step) - rounding) / (2.0 * np.linalg.norm(gradient) * np.linalg.norm(step))
        )
    errors = [error for error in errors if np.isfinite(error)]
    if errors and np.median(errors) > GRADIENT_ERROR:
        raise ValueError(
            f"the gradient that {name!r} writes disagrees with difference quotients of the energy it returns"
        )


@np.errstate(all="ignore")
def _check_hessian(objective, name):
    """Compare the Hessian with difference quotients of gradients, like :func:`_check_gradient`."""
    agreements = []
    for x, step in _probes(objective, 2, 1e-5):
        matrix = np.full((objective.n_variables,) * 2, np.nan)  # an entry that is not written stays NaN
        objective.hessian(x, objective.data, matrix)
        ahead, behind = (objective.energy_gradient(x + sign * step)[1] for sign in (1.0, -1.0))
        if np.isfinite(ahead - behind).all():
            rounding = 1e-14 * np.abs(ahead).max()
            error = np.abs(2.0 * matrix @ step - (ahead - behind)).max()
            agreements.append(error <= GRADIENT_ERROR * np.abs(ahead - behind).max() + rounding)
    if agreements and not np.median(agreements):
        raise ValueError(f"the Hessian that {name!r} writes disagrees with difference quotients of the gradient")


def _compiled(function, signature, form):
    """Return ``function`` compiled for ``signature``, whatever signatures it was compiled for before."""
    if not hasattr(function, "py_func"):
        raise TypeError(
            f"{getattr(function, '__name__', function)!r} is not jitted: decorate it with numba.njit as {form}"
        )
    try:
        return _compiled_once(function.py_func, signature)
    except (numba.core.errors.NumbaError, TypeError) as error:
        lines = [line.strip() for line in str(error).splitlines()]
        causes = [line for line in lines if line and not line.startswith("Failed in")] or lines
        message = f"{function.__name__!r} does not compile as {form}: {causes[0]}"
        raise TypeError(message) from error


@functools.cache
def _compiled_once(function, signature):
    # a division by zero gives inf or NaN, which ends one search, and not an error, which would end them all
    return njit(signature, nogil=True, error_model="numpy")(function)
