"""What a user of a peer would write: loss and gradient in vectorised NumPy, and the alignment of two networks."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def places(layer_sizes):
    """Return, for each layer, where its matrix begins and ends and its biases end, and the matrix' shape."""
    layers, start = [], 0
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False):
        layers.append((start, start + n_in * n_out, start + (n_in + 1) * n_out, (n_out, n_in)))
        start += (n_in + 1) * n_out
    return layers


class NumpyLoss:
    """Mean cross-entropy plus ``regularisation`` times the sum of squares, for tanh hidden layers and softmax outputs.

    Data are columns: reductions over the classes then run over long rows, which is faster than :class:`NumpyRowsLoss`.
    """

    def __init__(self, layer_sizes, inputs, labels, regularisation):
        self.inputs, self.labels, self.regularisation = np.ascontiguousarray(inputs.T), labels, regularisation
        self.columns = np.arange(len(labels))
        self.one_hot = np.zeros((layer_sizes[-1], len(labels)))
        self.one_hot[labels, self.columns] = 1.0
        self.layers = places(layer_sizes)

    def energy_gradient(self, x):
        """Return loss and gradient, shape (n_variables,)."""
        weights = [(x[start:end].reshape(shape), x[end:stop, None]) for start, end, stop, shape in self.layers]
        activations = [self.inputs]
        for matrix, biases in weights[:-1]:
            activations.append(np.tanh(matrix @ activations[-1] + biases))
        matrix, biases = weights[-1]
        log_odds = matrix @ activations[-1] + biases
        log_odds -= log_odds.max(axis=0)
        odds = np.exp(log_odds)
        total = odds.sum(axis=0)
        n_data = len(self.labels)
        loss = (np.log(total).sum() - log_odds[self.labels, self.columns].sum()) / n_data
        delta = (odds / total - self.one_hot) / n_data
        gradient = 2.0 * self.regularisation * x
        for layer in range(len(weights) - 1, -1, -1):
            start, end, stop, _ = self.layers[layer]
            gradient[start:end] += (delta @ activations[layer].T).ravel()
            gradient[end:stop] += delta.sum(axis=1)
            if layer:
                delta = (weights[layer][0].T @ delta) * (1.0 - activations[layer] ** 2)
        return loss + self.regularisation * (x @ x), gradient


class NumpyRowsLoss:
    """The loss of :class:`NumpyLoss` as it is commonly written: data are rows, reductions run along ``axis=1``."""

    def __init__(self, layer_sizes, inputs, labels, regularisation):
        self.inputs, self.labels, self.regularisation = np.ascontiguousarray(inputs), labels, regularisation
        self.rows, self.layers = np.arange(len(labels)), places(layer_sizes)

    def energy_gradient(self, x):
        """Return loss and gradient, shape (n_variables,)."""
        weights = [(x[start:end].reshape(shape), x[end:stop]) for start, end, stop, shape in self.layers]
        activations = [self.inputs]
        for matrix, biases in weights[:-1]:
            activations.append(np.tanh(activations[-1] @ matrix.T + biases))
        matrix, biases = weights[-1]
        log_odds = activations[-1] @ matrix.T + biases
        log_odds -= log_odds.max(axis=1, keepdims=True)
        odds = np.exp(log_odds)
        total = odds.sum(axis=1, keepdims=True)
        n_data = len(self.labels)
        loss = (np.log(total).sum() - log_odds[self.rows, self.labels].sum()) / n_data
        delta = odds / total
        delta[self.rows, self.labels] -= 1.0
        delta /= n_data
        gradient = 2.0 * self.regularisation * x
        for layer in range(len(weights) - 1, -1, -1):
            start, end, stop, _ = self.layers[layer]
            gradient[start:end] += (delta.T @ activations[layer]).ravel()
            gradient[end:stop] += delta.sum(axis=0)
            if layer:
                delta = (delta @ weights[layer][0]) * (1.0 - activations[layer] ** 2)
        return loss + self.regularisation * (x @ x), gradient


def aligned(x, onto, layer_sizes):
    """Return the copy of ``x`` nearest to ``onto`` by node permutation and signs; for one hidden layer, exact."""
    n_in, n_hidden, n_out = layer_sizes
    split = (n_in + 1) * n_hidden

    def nodes(point):
        """Return everything that enters or leaves each hidden node, shape (n_hidden, n_in + 1 + n_out)."""
        outgoing = point[split : split + n_hidden * n_out].reshape(n_out, n_hidden).T
        return np.hstack(
            [point[: n_in * n_hidden].reshape(n_hidden, n_in), point[n_in * n_hidden : split, None], outgoing]
        )

    source = nodes(x)
    overlap = nodes(onto) @ source.T
    order = linear_sum_assignment(-np.abs(overlap))[1]
    sign = np.where(overlap[np.arange(n_hidden), order] < 0.0, -1.0, 1.0)
    moved = source[order] * sign[:, None]
    parts = moved[:, :n_in].ravel(), moved[:, n_in], moved[:, n_in + 1 :].T.ravel()
    return np.concatenate([*parts, x[split + n_hidden * n_out :]])
