"""Cross-entropy loss of a multilayer perceptron with tanh hidden layers and softmax outputs.

Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), equations 1 to 3, for any number of hidden layers.
"""

from dataclasses import replace

import numpy as np

from lossland.objectives.base import NetworkLayout, Objective, objective_data
from lossland.objectives.mlp_hessian import hessian
from lossland.objectives.mlp_product import hessian_product
from lossland.objectives.mlp_value import table_of_blocks, value_gradient
from lossland.objectives.preconditioning import NetworkPreconditioner

KIND = "mlp_cross_entropy"
MANY_DATA = 16384  # from here on evaluations are worth several threads: one takes half a millisecond or more
NORMALISATIONS = ("mean", "sum")


def mlp_cross_entropy(
    layer_sizes, inputs, labels, regularisation, *, regularise_biases=True, normalisation="mean", mask=None
) -> Objective:
    """Return the regularised training loss of a network as an objective.

    Parameters
    ----------
    layer_sizes : sequence of int
        Nodes of each layer, inputs first, classes last.
    inputs : array_like, shape (n_data, n_inputs)
    labels : array_like of int, shape (n_data,)
        Classes 0 to ``layer_sizes[-1] - 1``.
    regularisation : float
        Lambda, the factor of the sum of squared weights.
    regularise_biases : bool
        Whether the biases are part of that sum. Without that, adding a constant to all output biases changes nothing,
        so the last of them is frozen at zero (where the mask leaves them all free).
    normalisation : {"mean", "sum"}
        Whether the cross-entropy is averaged or summed over the data.
    mask : array_like of bool, shape (n_weights,), optional
        True where a weight is a variable; the others are zero and left out of ``x``.

    Returns
    -------
    Objective

    Raises
    ------
    ValueError
        When sizes, labels, inputs or mask do not fit together.
    """
    sizes, inputs, labels = _checked_data(layer_sizes, inputs, labels)
    if normalisation not in NORMALISATIONS:
        raise ValueError(f"normalisation is {normalisation!r}, but must be one of {', '.join(NORMALISATIONS)}")
    if not (np.isfinite(regularisation) and regularisation >= 0):
        raise ValueError(f"regularisation is {regularisation}, but must be a finite number >= 0")
    layout = network_layout(sizes, mask)
    if not regularise_biases and layout.mask[-sizes[-1] :].all():
        layout.mask[-1] = False
    free = np.flatnonzero(layout.mask)
    rates = np.full(layout.n_weights, float(regularisation))
    if not regularise_biases:
        rates[bias_positions(sizes)] = 0.0
    scale = 1.0 / len(labels) if normalisation == "mean" else 1.0
    kernels = _kernels_for_many() if len(labels) >= MANY_DATA else (value_gradient, hessian)
    return Objective(
        kind=KIND,
        n_variables=layout.n_variables,
        value_gradient=kernels[0],
        hessian=kernels[1],
        data=objective_data(
            table_of_blocks(inputs, labels), labels, np.concatenate([[scale], rates[free]]), sizes, free
        ),
        network=layout,
        product=hessian_product,
        precondition=NetworkPreconditioner(
            mlp_cross_entropy,
            sizes,
            inputs,
            labels,
            regularisation,
            mask=layout.mask,
            regularise_biases=regularise_biases,
            normalisation=normalisation,
        ),
        idle=softmax_shifts(layout),
        attributes={
            "layer_sizes": np.array(sizes, dtype=np.int64),
            "regularisation": float(regularisation),
            "regularise_biases": bool(regularise_biases),
            "normalisation": normalisation,
        },
        arrays={"inputs": inputs, "labels": labels, "mask": layout.mask},
    )


def share_threads(objective: Objective, threads: int) -> tuple[Objective, int]:
    """Return the objective and how many searches to run at once, so that ``threads`` processors are busy.

    With many data each evaluation uses all threads, and searches are run one at a time; results do not depend on it.
    """
    if threads <= 1 or objective.kind != KIND or len(objective.arrays["labels"]) < MANY_DATA:
        return objective, max(1, threads)
    from lossland.objectives.mlp_threads import threads_for_data  # noqa: PLC0415

    n_threads = threads_for_data(threads)
    if n_threads == 1:
        return objective, threads
    return replace(objective, data=objective.data._replace(threads=n_threads)), 1


def _kernels_for_many():
    from lossland.objectives.mlp_threads import (  # noqa: PLC0415  (starts threads, which few data do not need)
        hessian_of_many,
        value_gradient_of_many,
    )

    return value_gradient_of_many, hessian_of_many


def network_layout(layer_sizes, mask=None) -> NetworkLayout:
    """Return the layout of a network; without a mask every weight is a variable."""
    sizes = tuple(int(size) for size in layer_sizes)
    n_weights = NetworkLayout(sizes, np.ones(0, dtype=bool)).n_weights
    mask = np.ones(n_weights, dtype=bool) if mask is None else np.array(mask, dtype=bool)
    if mask.shape != (n_weights,):
        raise ValueError(f"mask has shape {mask.shape}, but layer_sizes {list(sizes)} make {n_weights} weights")
    if not mask.any():
        raise ValueError("mask leaves no variable")
    return NetworkLayout(sizes, mask)


def bias_positions(layer_sizes) -> np.ndarray:
    """Return the positions of the biases among all weights."""
    positions, end = [], 0
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False):
        positions.append(np.arange(end + n_in * n_out, end + (n_in + 1) * n_out))
        end += (n_in + 1) * n_out
    return np.concatenate(positions)


def softmax_shifts(layout: NetworkLayout) -> np.ndarray:
    """Return the directions that add one constant to every output, shape (k, n_variables), orthonormal.

    The probabilities do not change along them: one for each node of the last hidden layer, and one for the output
    biases, as far as the mask leaves all weights concerned free.
    """
    n_last, n_out = layout.layer_sizes[-2:]
    start = layout.n_weights - (n_last + 1) * n_out
    groups = [start + node + n_last * np.arange(n_out) for node in range(n_last)]
    groups.append(np.arange(layout.n_weights - n_out, layout.n_weights))
    shifts = np.zeros((len(groups), layout.n_weights))
    for shift, group in zip(shifts, groups, strict=True):
        shift[group] = 1.0 / np.sqrt(n_out)
    whole = [bool(layout.mask[group].all()) for group in groups]
    return shifts[whole][:, layout.mask]


def class_probabilities(layout: NetworkLayout, x, inputs) -> np.ndarray:
    """Return the softmax probabilities, shape (n_data, n_classes), of a network with variables ``x`` for ``inputs``."""
    weights = np.zeros(layout.n_weights)
    weights[layout.mask] = x
    activations, end = np.asarray(inputs, dtype=np.float64), 0
    for layer, (n_in, n_out) in enumerate(zip(layout.layer_sizes, layout.layer_sizes[1:], strict=False)):
        matrix = weights[end : end + n_in * n_out].reshape(n_out, n_in)
        biases = weights[end + n_in * n_out : end + (n_in + 1) * n_out]
        activations = activations @ matrix.T + biases
        if layer < len(layout.layer_sizes) - 2:
            activations = np.tanh(activations)
        end += (n_in + 1) * n_out
    odds = np.exp(activations - activations.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _checked_data(layer_sizes, inputs, labels):
    sizes = [int(size) for size in layer_sizes]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"layer_sizes is {sizes}, but needs at least inputs and outputs, all positive")
    inputs = np.array(inputs, dtype=np.float64, ndmin=2)
    labels = np.array(labels)
    if inputs.ndim != 2 or inputs.shape[1] != sizes[0]:
        raise ValueError(f"inputs have shape {inputs.shape}, but layer_sizes {sizes} expect {sizes[0]} columns")
    if labels.shape != (len(inputs),) or len(labels) == 0:
        raise ValueError(f"labels have shape {labels.shape}, but there are {len(inputs)} rows of inputs")
    if not np.isfinite(inputs).all():
        raise ValueError("inputs hold values that are not finite")
    if not np.array_equal(labels, labels.astype(np.int64)) or labels.min() < 0 or labels.max() >= sizes[-1]:
        raise ValueError(f"labels must be integers from 0 to {sizes[-1] - 1}, as layer_sizes {sizes} say")
    return sizes, np.ascontiguousarray(inputs), labels.astype(np.int64)
