"""Networks of many inputs in coordinates in which their losses are better conditioned.

Inputs such as pixels are correlated: some directions of the weights of the first layer are a thousand times stiffer
than others, and all searches by gradients alone are slow for it. Along the (uncentred) principal axes of the inputs,
each scaled by its own stiffness, they are nearly even: the inputs are whitened as far as the penalty allows (LeCun,
Bottou, Orr and Mueller, Efficient BackProp, 1998). It is a change of variables, so stationary points stay what they
are.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numba import float64, types

from lossland._kernel import kernel
from lossland.objectives.base import Objective
from lossland.objectives.mlp_value import RATES
from lossland.status import MAX_DENSE

CURVATURE = 0.1  # of the loss of one datum in the pre-activation of a hidden node: its order at starts and at minima
NEGLIGIBLE = 1e-12  # an axis along which all data are this small beside the largest has no influence but the penalty's
WORTHWHILE, TOO_FAR = 10.0, 1e10  # largest over smallest stiffness: it pays from there on; then rounding spoils it


@kernel(types.Tuple((float64[:, ::1], float64[:, ::1]))(float64[:, ::1]))
def principal_axes(inputs):
    """Return the uncentred principal axes of inputs (n, m) as columns (m, m), and the inputs along them (n, m).

    Both are empty, shape (0, 0), where squares of the inputs overflow.
    """
    moments = np.ascontiguousarray(inputs.T) @ inputs / inputs.shape[0]
    if not np.isfinite(np.trace(moments)):
        return np.empty((0, 0)), np.empty((0, 0))
    axes = np.ascontiguousarray(np.linalg.eigh(moments)[1])
    return axes, inputs @ axes


@kernel(float64[::1](float64[::1], float64[:, ::1], types.int64))
def map_first_layer(variables, matrix, n_nodes):
    """Return the variables with the weights of each node of the first layer, (m,), taken to ``matrix @ weights``."""
    n_out, n_in = matrix.shape
    first = variables[: n_nodes * n_in].copy().reshape(n_nodes, n_in) @ np.ascontiguousarray(matrix.T)
    mapped = np.empty(n_nodes * n_out + variables.size - n_nodes * n_in)
    mapped[: n_nodes * n_out] = first.reshape(n_nodes * n_out)
    mapped[n_nodes * n_out :] = variables[n_nodes * n_in :]
    return mapped


@dataclass(frozen=True)
class Preconditioned:
    """The same function of other variables z, of which there may be fewer: x is linear in z.

    Attributes
    ----------
    objective : Objective
        The function of z.
    axes : ndarray, shape (n_inputs, n_axes)
        Scaled axes: the weights of a node of the first layer are ``axes @ z``.
    pseudoinverse : ndarray, shape (n_axes, n_inputs)
        Of ``axes``: the way back. It loses the part of the weights that acts on no datum, which is zero at every
        stationary point.
    n_nodes : int
        Nodes of the first layer, whose weights stand in front of all other variables, which are those of x.
    """

    objective: Objective
    axes: np.ndarray
    pseudoinverse: np.ndarray
    n_nodes: int

    def to_x(self, z) -> np.ndarray:
        """Return the variables of the original function, shape (n_variables,)."""
        return map_first_layer(z, self.axes, self.n_nodes)

    def to_z(self, x) -> np.ndarray:
        """Return the variables of :attr:`objective`, shape (objective.n_variables,)."""
        return map_first_layer(x, self.pseudoinverse, self.n_nodes)


class NetworkPreconditioner:
    """Makes a network's loss along the scaled principal axes of its inputs, when it is first asked for.

    Parameters
    ----------
    make : callable
        Makes the objective: :func:`~lossland.objectives.mlp.mlp_cross_entropy`, whose parameters the others are.
    layer_sizes : list of int
    inputs : ndarray of float64, shape (n_data, n_inputs)
    labels : ndarray of int64, shape (n_data,)
    regularisation : float
    mask : ndarray of bool, shape (n_weights,)
    settings : dict
        ``normalisation`` and ``regularise_biases``.
    """

    def __init__(
        self, make: Callable[..., Objective], layer_sizes, inputs, labels, regularisation, *, mask, **settings
    ):
        self._network = make, list(layer_sizes), inputs, labels, float(regularisation)
        self._mask, self._settings = mask, settings
        self._made, self._lock = [], threading.Lock()

    def __getstate__(self):
        return self.__dict__ | {"_made": [], "_lock": None}

    def __setstate__(self, state):
        self.__dict__.update(state | {"_lock": threading.Lock()})

    def __call__(self) -> Preconditioned | None:
        """Return the preconditioned loss, the same at every call.

        None where there is none, or where it would not pay: the network has no hidden layer or more inputs than
        :data:`~lossland.status.MAX_DENSE`, some weight of its first layer is masked, nothing holds the weights of
        inputs that are always zero, squares of inputs overflow, or the axes are nearly even, or too uneven for double
        precision.
        """
        with self._lock:
            if not self._made:
                self._made.append(self._preconditioned())
            return self._made[0]

    def _preconditioned(self):
        _, layer_sizes, inputs, _, regularisation = self._network
        n_inputs, n_nodes = layer_sizes[:2]
        first_is_free = self._mask[: n_inputs * n_nodes].all()
        if len(layer_sizes) < 3 or n_inputs > MAX_DENSE or not regularisation > 0.0 or not first_is_free:
            return None
        axes, along = principal_axes(inputs)
        largest = np.abs(along).max(axis=0, initial=0.0)
        kept = largest > NEGLIGIBLE * largest.max(initial=0.0)
        if not kept.any():
            return None
        axes, along = axes[:, kept], np.ascontiguousarray(along[:, kept])
        lengths = self._lengths(along)
        if not WORTHWHILE <= (lengths.max() / lengths.min()) ** 2 <= TOO_FAR:
            return None
        along *= lengths
        objective = self._objective(along, lengths)
        return Preconditioned(
            objective,
            np.ascontiguousarray(axes * lengths),
            np.ascontiguousarray((axes / lengths).T),
            n_nodes,
        )

    def _lengths(self, along):
        """Return the units of z along the axes: the square roots of inverse stiffnesses."""
        scale = 1.0 if self._settings["normalisation"] == "mean" else float(len(along))
        penalty, curvature = 2.0 * self._network[-1], CURVATURE * scale
        squares = np.einsum("ij,ij->j", along, along) / len(along)
        return np.sqrt((penalty + curvature) / (penalty + curvature * squares))

    def _objective(self, inputs, lengths):
        """Return the objective of z."""
        make, layer_sizes, _, labels, regularisation = self._network
        n_first, n_nodes = layer_sizes[0] * layer_sizes[1], layer_sizes[1]
        mask = np.concatenate([np.ones(len(lengths) * n_nodes, dtype=bool), self._mask[n_first:]])
        objective = make([len(lengths), *layer_sizes[1:]], inputs, labels, regularisation, mask=mask, **self._settings)
        parameters = objective.data.parameters.copy()
        parameters[RATES : RATES + len(lengths) * n_nodes] *= np.tile(lengths**2, n_nodes)
        data = objective.data._replace(parameters=parameters)
        # what describes a network of one lambda for all weights does not describe this one
        return replace(objective, data=data, precondition=None, attributes={}, arrays={})
