"""Kullback-Leibler divergence of a network's outputs from given probabilities: a student that learns from a teacher.

Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), section VII: the loss of a network whose labels are the
outputs of another one of the same kind has its ground state at zero, at the other's weights and at all copies of these.
Networks have one hidden layer of tanh nodes and softmax outputs; there is no regulariser.
"""

import numpy as np
from numba import float64, int64

from lossland._kernel import kernel
from lossland.errors import InputError
from lossland.objectives.base import VALUE_GRADIENT, NetworkLayout, Objective, no_hessian, objective_data
from lossland.objectives.elementary import exp_of_negative, tanh

KIND = "distillation"
ROUNDING = 1e-9  # of probabilities that add up to one


@kernel(float64[:, ::1](float64[::1], int64[::1], float64[:, ::1], float64[:, ::1]))
def log_probabilities(w, sizes, inputs, hidden):
    """Return the logarithms of the outputs, shape (n, n_out), and overwrite the hidden nodes' outputs (n, n_hidden)."""
    n_in, n_hidden, n_out = sizes
    biases, second = n_hidden * n_in, n_hidden * (n_in + 1)
    hidden[:] = np.dot(inputs, w[:biases].reshape(n_hidden, n_in).T)
    for i in range(inputs.shape[0]):
        for j in range(n_hidden):
            hidden[i, j] = tanh(hidden[i, j] + w[biases + j])
    found = np.dot(hidden, w[second : second + n_out * n_hidden].reshape(n_out, n_hidden).T)
    for i in range(inputs.shape[0]):
        largest, total = -np.inf, 0.0
        for k in range(n_out):
            found[i, k] += w[second + n_out * n_hidden + k]
            largest = max(largest, found[i, k])
        for k in range(n_out):
            total += exp_of_negative(found[i, k] - largest)
        total = largest + np.log(total)
        for k in range(n_out):
            found[i, k] -= total
    return found


@kernel(
    float64(float64[::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[::1]),
    error_model="numpy",
)
def divergence_gradient(w, sizes, inputs, targets, gradient):
    """Return the mean divergence of the outputs from ``targets`` (n, n_out), and overwrite its gradient."""
    n_in, n_hidden, n_out = sizes
    biases, second = n_hidden * n_in, n_hidden * (n_in + 1)
    n, hidden = inputs.shape[0], np.empty((inputs.shape[0], n_hidden))
    outer, total = log_probabilities(w, sizes, inputs, hidden), 0.0
    for i in range(n):
        for k in range(n_out):
            p = targets[i, k]
            if p > 0.0:
                total += p * (np.log(p) - outer[i, k])
            outer[i, k] = (exp_of_negative(outer[i, k]) - p) / n  # from here on the slope
    inner = np.dot(outer, w[second : second + n_out * n_hidden].reshape(n_out, n_hidden))
    gradient[:] = 0.0
    for i in range(n):
        for j in range(n_hidden):
            inner[i, j] *= 1.0 - hidden[i, j] ** 2
            gradient[biases + j] += inner[i, j]
        for k in range(n_out):
            gradient[second + n_out * n_hidden + k] += outer[i, k]
    gradient[:biases] = np.dot(inner.T, inputs).ravel()
    gradient[second : second + n_out * n_hidden] = np.dot(outer.T, hidden).ravel()
    return total / n


@kernel(VALUE_GRADIENT, error_model="numpy")
def value_gradient(w, data, gradient):
    """Return the divergence at ``w`` and overwrite its gradient; the targets are the objective's parameters."""
    targets = data.parameters.reshape(data.table.shape[0], data.structure[2])
    return divergence_gradient(w, data.structure, data.table, targets, gradient)


@kernel(float64[:, ::1](float64[::1], int64[::1], float64[:, ::1]))
def probabilities(w, sizes, inputs):
    """Return the outputs of a network, shape (n, n_out), for ``inputs`` (n, n_in); ``w`` as in the design of `x`."""
    found = log_probabilities(w, sizes, inputs, np.empty((inputs.shape[0], sizes[1])))
    for i in range(found.shape[0]):
        for k in range(found.shape[1]):
            found[i, k] = exp_of_negative(found[i, k])
    return found


def hessian_products(w, layer_sizes, inputs, targets):
    """Return a function from a direction, shape (n_weights,), to the Hessian of the divergence at ``w`` times it.

    Exact (Pearlmutter, Neural Computation 6, 147, 1994); what does not depend on the direction is computed once.
    """
    sizes, n = checked_sizes(layer_sizes), len(inputs)
    _, (second, _) = _layers(w, sizes)
    hidden = np.empty((n, sizes[1]))
    outputs = np.exp(log_probabilities(w, np.array(sizes), inputs, hidden))
    slopes, outer = 1.0 - hidden**2, (outputs - targets) / n
    bend = -2.0 * hidden * slopes * (outer @ second)  # what the second derivative of tanh adds

    def product(direction):
        (ahead, shift), (turn, rise) = _layers(direction, sizes)
        moved = inputs @ ahead.T + shift
        raised = (slopes * moved) @ second.T + hidden @ turn.T + rise
        change = outputs * (raised - (outputs * raised).sum(axis=1, keepdims=True)) / n
        inner = slopes * (change @ second + outer @ turn) + bend * moved
        last = change.T @ hidden + outer.T @ (slopes * moved)
        return np.concatenate([(inner.T @ inputs).ravel(), inner.sum(axis=0), last.ravel(), change.sum(axis=0)])

    return product


def _layers(w, sizes):
    """Return (matrix, biases) of both layers."""
    n_in, n_hidden, n_out = sizes
    first, biases, second, rest = np.split(w, np.cumsum([n_hidden * n_in, n_hidden, n_out * n_hidden]))
    return (first.reshape(n_hidden, n_in), biases), (second.reshape(n_out, n_hidden), rest)


def distillation(layer_sizes, inputs, targets) -> Objective:
    """Return the mean Kullback-Leibler divergence of a network's outputs from given probabilities as an objective.

    Parameters
    ----------
    layer_sizes : sequence of three int
        Inputs, hidden nodes, outputs.
    inputs : array_like, shape (n_data, n_inputs)
    targets : array_like, shape (n_data, n_outputs)
        Probabilities of each datum; in nats.

    Raises
    ------
    InputError
        When sizes, inputs and targets do not fit together, or targets are no probabilities.
    """
    sizes = checked_sizes(layer_sizes)
    inputs, targets = np.array(inputs, dtype=np.float64, order="C"), np.array(targets, dtype=np.float64, order="C")
    check_data(sizes, inputs, targets)
    n_weights = sizes[1] * (sizes[0] + 1) + sizes[2] * (sizes[1] + 1)
    return Objective(
        kind=KIND,
        n_variables=n_weights,
        value_gradient=value_gradient,
        hessian=no_hessian,
        data=objective_data(inputs, None, targets.ravel(), sizes),
        has_hessian=False,
        network=NetworkLayout(sizes, np.ones(n_weights, dtype=bool)),
        attributes={"layer_sizes": list(sizes)},
        arrays={"inputs": inputs, "targets": targets},
    )


def checked_sizes(layer_sizes) -> tuple:
    """Return three layer sizes as whole numbers; see :func:`distillation`."""
    sizes = tuple(int(size) for size in layer_sizes)
    if len(sizes) != 3 or min(sizes) < 1:
        raise InputError(
            f"layer_sizes are {list(layer_sizes)}; expected inputs, hidden nodes and outputs, each above 0"
        )
    return sizes


def check_data(sizes, inputs, targets):
    """Refuse what is no data of a network of these sizes; see :func:`distillation`."""
    if inputs.ndim != 2 or inputs.shape[1] != sizes[0] or targets.shape != (len(inputs), sizes[2]) or not len(inputs):
        expected = f"expected {sizes[0]} inputs and {sizes[2]} probabilities of each datum"
        raise InputError(f"inputs and targets have shapes {inputs.shape} and {targets.shape}; {expected}")
    if not np.isfinite(inputs).all():
        raise InputError("an input is not finite")
    if not (targets >= 0.0).all() or not (np.abs(targets.sum(axis=1) - 1.0) <= ROUNDING).all():
        raise InputError("targets are no probabilities: expected numbers from 0 on that add up to 1 for each datum")
