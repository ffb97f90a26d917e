"""The network loss in plain NumPy: energy, gradient and exact Hessian, for any depth and mask."""

import numpy as np

#: numbers in one block of layer Jacobians; keeps memory bounded for many data
BLOCK = 4_000_000


class NetworkReference:
    """Regularised cross-entropy of a multilayer perceptron with tanh hidden layers and softmax outputs.

    Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), equations 1 to 3, for any depth.

    Parameters
    ----------
    attributes, arrays : dict
        What the group ``/objective`` of a landscape file holds: ``layer_sizes``, ``regularisation``,
        ``regularise_biases``, ``normalisation``; ``inputs`` (n_data, n_inputs), ``labels`` (n_data,),
        ``mask`` (n_weights,).

    Attributes
    ----------
    n_variables : int
    hessian_accuracy : float
        Relative accuracy of the Hessian's eigenvalues, in units of the largest.
    """

    hessian_accuracy = 1e-11

    def __init__(self, attributes: dict, arrays: dict):
        self.layer_sizes = [int(size) for size in attributes["layer_sizes"]]
        self.inputs, self.labels = arrays["inputs"], arrays["labels"]
        self.free = np.flatnonzero(arrays["mask"])
        self.n_weights, self.n_variables = len(arrays["mask"]), self.free.size
        self._scale = 1.0 / len(self.labels) if attributes["normalisation"] == "mean" else 1.0
        pairs = zip(self.layer_sizes, self.layer_sizes[1:], strict=False)
        self._starts = np.cumsum([0] + [(n_in + 1) * n_out for n_in, n_out in pairs])
        rates = np.full(self.n_weights, float(attributes["regularisation"]))
        if not attributes["regularise_biases"]:
            for end, n_out in zip(self._starts[1:], self.layer_sizes[1:], strict=True):
                rates[end - n_out : end] = 0.0
        self._rates = rates[self.free]

    def energy_gradient(self, x) -> tuple[float, np.ndarray]:
        """Return loss and gradient, shape (n_variables,), at ``x`` (n_variables,)."""
        layers = self._layers(x)
        activations, log_odds = self._forward(layers, self.inputs)
        loss, delta = self._loss(log_odds, self.labels)
        gradient = np.empty(self.n_weights)
        for layer in range(len(layers) - 1, -1, -1):
            start, stop = self._starts[layer], self._starts[layer + 1]
            n_out = delta.shape[1]
            gradient[start : stop - n_out] = (delta.T @ activations[layer]).ravel()
            gradient[stop - n_out : stop] = delta.sum(axis=0)
            if layer:
                delta = (delta @ layers[layer][0]) * (1.0 - activations[layer] ** 2)
        energy = loss + float(self._rates @ (x * x))
        return energy, gradient[self.free] + 2.0 * self._rates * x

    def hessian(self, x) -> np.ndarray:
        """Return the exact Hessian, shape (n_variables, n_variables), at ``x`` (n_variables,)."""
        layers = self._layers(x)
        matrix = np.zeros((self.n_weights, self.n_weights))
        rows = max(1, BLOCK // (self.n_weights * max(self.layer_sizes[1:])))
        for start in range(0, len(self.labels), rows):
            block = slice(start, start + rows)
            self._add_hessian(matrix, layers, self.inputs[block], self.labels[block])
        matrix = matrix[np.ix_(self.free, self.free)]
        matrix = 0.5 * (matrix + matrix.T)
        matrix[np.diag_indices_from(matrix)] += 2.0 * self._rates
        return matrix

    def _layers(self, x):
        """Return the list of (matrix (n_out, n_in), biases (n_out,)) that ``x`` stands for."""
        weights = np.zeros(self.n_weights)
        weights[self.free] = x
        layers = []
        for layer, (n_in, n_out) in enumerate(zip(self.layer_sizes, self.layer_sizes[1:], strict=False)):
            start, stop = self._starts[layer], self._starts[layer + 1]
            layers.append((weights[start : stop - n_out].reshape(n_out, n_in), weights[stop - n_out : stop]))
        return layers

    @staticmethod
    def _forward(layers, inputs):
        """Return what enters each layer, list of (n_data, n_in), and the log-odds (n_data, n_classes)."""
        activations = [inputs]
        for matrix, biases in layers[:-1]:
            activations.append(np.tanh(activations[-1] @ matrix.T + biases))
        matrix, biases = layers[-1]
        return activations, activations[-1] @ matrix.T + biases

    def _loss(self, log_odds, labels):
        """Return the cross-entropy and its derivatives by the log-odds, shape (n_data, n_classes)."""
        shifted = log_odds - log_odds.max(axis=1, keepdims=True)
        odds = np.exp(shifted)
        total = odds.sum(axis=1)
        rows = np.arange(len(labels))
        loss = self._scale * float(np.sum(np.log(total) - shifted[rows, labels]))
        delta = odds / total[:, None]
        delta[rows, labels] -= 1.0
        return loss, self._scale * delta

    def _add_hessian(self, matrix, layers, inputs, labels):
        """Add the Hessian of the cross-entropy of some data to ``matrix`` (n_weights, n_weights), up to symmetrisation.

        With z_l the weighted sums of layer l and J_l = dz_l/dw, shape (n_data, n_l, weights up to layer l), the chain
        rule gives

            H = sum J_L' (d2L/dz_L2) J_L + sum_l J_l' diag(dL/da_l tanh''(z_l)) J_l + sum_l (B_l + B_l')

        where B_l couples the matrix of layer l to all earlier weights, dL/dz_l[i] tanh'(z_(l-1)[j]) J_(l-1)[j].
        """
        activations, log_odds = self._forward(layers, inputs)
        jacobians = self._jacobians(layers, activations)
        delta = self._loss(log_odds, labels)[1]
        _add_square(matrix, jacobians[-1], self._softmax_factor(log_odds))
        for layer in range(len(layers) - 1, 0, -1):
            weights, a = layers[layer][0], activations[layer]
            slope = 1.0 - a * a
            n_out, n_in = weights.shape
            earlier = jacobians[layer - 1]
            # twice B, because the matrix is symmetrised at the end
            start, width = self._starts[layer], earlier.shape[2]
            coupling = delta.T @ (slope[:, :, None] * earlier).reshape(len(a), -1)
            matrix[start : start + n_out * n_in, :width] += 2.0 * coupling.reshape(n_out * n_in, width)
            pulled = delta @ weights
            curvature = -2.0 * a * slope * pulled
            matrix[:width, :width] += _weighted_gram(earlier, curvature)
            delta = pulled * slope

    def _jacobians(self, layers, activations):
        """Return J_l for every layer, shape (n_data, n_out, weights up to and including the layer)."""
        jacobians = []
        for layer, (weights, _) in enumerate(layers):
            a, n_out = activations[layer], weights.shape[0]
            start, stop, n_in = self._starts[layer], self._starts[layer + 1], weights.shape[1]
            jacobian = np.zeros((len(a), n_out, stop))
            if layer:
                slope = 1.0 - a * a
                jacobian[:, :, :start] = np.matmul(weights[None] * slope[:, None, :], jacobians[-1])
            for node in range(n_out):
                jacobian[:, node, start + node * n_in : start + (node + 1) * n_in] = a
                jacobian[:, node, stop - n_out + node] = 1.0
            jacobians.append(jacobian)
        return jacobians

    def _softmax_factor(self, log_odds):
        """Return F = diag(sqrt(scale p)) (1 - 1 p'), (n_data, n_classes, n_classes): F' F is d2L/dz2 of the outputs."""
        odds = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
        p = odds / odds.sum(axis=1, keepdims=True)
        return np.sqrt(self._scale * p)[:, :, None] * (np.eye(p.shape[1])[None] - p[:, None, :])


def _add_square(matrix, jacobian, factor):
    root = np.matmul(factor, jacobian).reshape(-1, jacobian.shape[2])
    matrix += root.T @ root


def _weighted_gram(jacobian, weights):
    """Return sum over data and nodes of weight * outer(J, J), shape (width, width)."""
    flat = jacobian.reshape(-1, jacobian.shape[2])
    return flat.T @ (weights.reshape(-1, 1) * flat)
