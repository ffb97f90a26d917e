"""Networks of many inputs in coordinates in which their losses are better conditioned.

Inputs such as pixels are correlated: some directions of the weights of the first layer are a thousand times stiffer
than others, and all searches by gradients alone are slow for it. Along the principal axes of the inputs, each scaled by
its own stiffness, they are nearly even. It is a change of variables, so stationary points stay what they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lossland.objectives.base import Objective
from lossland.objectives.mlp_value import RATES

CURVATURE = 0.1  # of the loss of one datum along the input of a hidden node: its order at starts and at minima
NEGLIGIBLE = 1e-12  # an axis along which all data are this small beside the largest has no influence but the penalty's


@dataclass(frozen=True)
class Preconditioned:
    """The same function of other variables z, of which there may be fewer: x is linear in z.

    Attributes
    ----------
    objective : Objective
        The function of z.
    axes : ndarray, shape (n_inputs, n_axes)
        Weights of a node of the first layer from those of z: ``axes @ z``.
    inverse : ndarray, shape (n_axes, n_inputs)
        The way back, for weights without a part that acts on no datum. That part is zero at every stationary point.
    n_nodes : int
        Nodes of the first layer, whose weights stand in front of all other variables, which are those of x.
    """

    objective: Objective
    axes: np.ndarray
    inverse: np.ndarray
    n_nodes: int

    def to_x(self, z) -> np.ndarray:
        """Return the variables of the original function, shape (n_variables,)."""
        return self._mapped(z, self.axes)

    def to_z(self, x) -> np.ndarray:
        """Return the variables of :attr:`objective`, shape (objective.n_variables,)."""
        return self._mapped(x, self.inverse)

    def _mapped(self, variables, matrix):
        first = variables[: self.n_nodes * matrix.shape[1]].reshape(self.n_nodes, matrix.shape[1])
        return np.concatenate([(first @ matrix.T).ravel(), variables[first.size :]])


def preconditioned_network(
    make: Callable[..., Objective], layer_sizes, inputs, labels, regularisation, *, mask, **settings
) -> Preconditioned | None:
    """Return a network's loss along the scaled principal axes of its inputs.

    Parameters
    ----------
    make : callable
        Makes the objective; the other parameters are its own (:func:`~lossland.objectives.mlp.mlp_cross_entropy`).

    Returns
    -------
    Preconditioned or None
        None where there is no such change of variables: some weight of the first layer is masked, nothing holds the
        weights of inputs that are always zero, or the inputs' squares overflow.
    """
    n_inputs, n_nodes = layer_sizes[0], layer_sizes[1]
    n_first = n_inputs * n_nodes
    if len(layer_sizes) < 3 or not regularisation > 0.0 or not mask[:n_first].all():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        correlation = inputs.T @ inputs / len(inputs)
    if not np.isfinite(correlation).all() or not correlation.any():
        return None
    axes = np.linalg.eigh(correlation)[1]
    along = inputs @ axes
    sizes = np.abs(along).max(axis=0)
    kept = sizes > NEGLIGIBLE * sizes.max()
    axes, along = axes[:, kept], along[:, kept]
    scale = 1.0 if settings["normalisation"] == "mean" else float(len(inputs))
    penalty, curvature = 2.0 * regularisation, CURVATURE * scale
    lengths = np.sqrt((penalty + curvature) / (penalty + curvature * (along**2).mean(axis=0)))
    n_axes = len(lengths)
    rest = mask[n_first:]
    objective = make(
        [n_axes, *layer_sizes[1:]],
        along * lengths,
        labels,
        regularisation,
        mask=np.concatenate([np.ones(n_axes * n_nodes, dtype=bool), rest]),
        **settings,
    )
    parameters = objective.data.parameters.copy()
    parameters[RATES : RATES + n_axes * n_nodes] *= np.tile(lengths**2, n_nodes)
    objective = replace(objective, data=objective.data._replace(parameters=parameters))
    return Preconditioned(objective, axes * lengths, (axes / lengths).T, n_nodes)
