"""Loss and gradient kernel of the multilayer perceptron.

Data are worked through in blocks; within a block the data index is innermost and contiguous, so that every loop over it
vectorises and the block stays in the first-level cache.  Blocks are summed in a fixed order.
"""

import numpy as np
from numba import float64, int64, njit, void

from lossland._vector import FASTMATH
from lossland.objectives.base import DATA, VALUE_GRADIENT
from lossland.objectives.elementary import exp, tanh

BLOCK = 256
LOSS_SCALE, RATES = 0, 1  # places in ObjectiveData.parameters: factor of the summed loss, then lambda of each variable


@njit(
    void(float64[:, ::1], int64, int64, int64, float64[::1], int64, float64[:, ::1], int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def add_product(source, first, n_in, n_out, weights, offset, target, row, size):
    """Add ``W a`` of one layer for a block to ``target[row + o, k]``; a is ``source[first + i, k]``, k < size."""
    for o in range(n_out):
        out = target[row + o]
        w = weights[offset + o * n_in : offset + (o + 1) * n_in]
        i = 0
        while i + 4 <= n_in:
            a0, a1, a2, a3 = source[first + i], source[first + i + 1], source[first + i + 2], source[first + i + 3]
            w0, w1, w2, w3 = w[i], w[i + 1], w[i + 2], w[i + 3]
            for k in range(size):
                out[k] += (w0 * a0[k] + w1 * a1[k]) + (w2 * a2[k] + w3 * a3[k])
            i += 4
        while i < n_in:
            a0, w0 = source[first + i], w[i]
            for k in range(size):
                out[k] += w0 * a0[k]
            i += 1


@njit(void(float64[::1], int64, int64, int64, float64[:, ::1], int64, int64), cache=True, nogil=True)
def set_biases(weights, offset, n_in, n_out, target, row, size):
    """Write the biases of one layer to ``target[row + o, k]``."""
    for o in range(n_out):
        target[row + o, :size] = weights[offset + n_in * n_out + o]


@njit(void(float64[:, ::1], int64, int64, int64), cache=True, nogil=True)
def tanh_rows(values, row, n_rows, size):
    """Replace the rows by their hyperbolic tangents."""
    for o in range(n_rows):
        line = values[row + o]
        for k in range(size):
            line[k] = tanh(line[k])


@njit(float64(float64[:, ::1], int64, int64, int64[::1], int64, int64), cache=True, nogil=True, fastmath=FASTMATH)
def softmax_rows(values, row, n_out, labels, start, size):
    """Replace outputs by softmax probabilities and return the block's sum of -ln p of the labels."""
    top = np.empty(BLOCK)
    total = np.zeros(BLOCK)
    loss = 0.0
    for k in range(size):
        top[k] = values[row, k]
    for o in range(1, n_out):
        line = values[row + o]
        for k in range(size):
            top[k] = line[k] if line[k] > top[k] else top[k]
    for k in range(size):
        loss += top[k] - values[row + labels[start + k], k]
    for o in range(n_out):
        line = values[row + o]
        for k in range(size):
            line[k] = exp(line[k] - top[k])
            total[k] += line[k]
    # each sum lies in [1, n_out]: products of eight cannot overflow and cost one logarithm for eight data
    k = 0
    while k + 8 <= size:
        product = ((total[k] * total[k + 1]) * (total[k + 2] * total[k + 3])) * (
            (total[k + 4] * total[k + 5]) * (total[k + 6] * total[k + 7])
        )
        loss += np.log(product)
        k += 8
    while k < size:
        loss += np.log(total[k])
        k += 1
    for k in range(size):
        total[k] = 1.0 / total[k]
    for o in range(n_out):
        line = values[row + o]
        for k in range(size):
            line[k] *= total[k]
    return loss


@njit(
    void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64, float64[::1], int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def add_weight_sums(delta, row, n_out, source, first, n_in, gradient, offset, size):
    """Add the block's gradient of one layer's weights: sums over k of ``delta[o, k] * a[i, k]``."""
    for o in range(n_out):
        d = delta[row + o]
        at = offset + o * n_in
        i = 0
        while i + 4 <= n_in:
            a0, a1, a2, a3 = source[first + i], source[first + i + 1], source[first + i + 2], source[first + i + 3]
            s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
            for k in range(size):
                s0 += d[k] * a0[k]
                s1 += d[k] * a1[k]
                s2 += d[k] * a2[k]
                s3 += d[k] * a3[k]
            gradient[at + i] += s0
            gradient[at + i + 1] += s1
            gradient[at + i + 2] += s2
            gradient[at + i + 3] += s3
            i += 4
        while i < n_in:
            a0 = source[first + i]
            s0 = 0.0
            for k in range(size):
                s0 += d[k] * a0[k]
            gradient[at + i] += s0
            i += 1


@njit(
    void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64, float64[::1], int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def add_weight_gradient(delta, row, n_out, source, first, n_in, gradient, offset, size):
    """Add the block's gradient of one layer's weights and biases."""
    add_weight_sums(delta, row, n_out, source, first, n_in, gradient, offset, size)
    for o in range(n_out):
        d = delta[row + o]
        total = 0.0
        for k in range(size):
            total += d[k]
        gradient[offset + n_in * n_out + o] += total


@njit(
    void(float64[:, ::1], int64, int64, int64, float64[::1], int64, float64[:, ::1], int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def transposed_product(delta, row, n_out, n_in, weights, offset, target, first, size):
    """Write ``W^T delta`` of one layer: ``target[first + i, k]`` = sum over o of ``W[o, i] * delta[row + o, k]``."""
    for i in range(n_in):
        out = target[first + i]
        for k in range(size):
            out[k] = 0.0
        o = 0
        while o + 4 <= n_out:
            d0, d1, d2, d3 = delta[row + o], delta[row + o + 1], delta[row + o + 2], delta[row + o + 3]
            at = offset + o * n_in + i
            w0, w1, w2, w3 = weights[at], weights[at + n_in], weights[at + 2 * n_in], weights[at + 3 * n_in]
            for k in range(size):
                out[k] += (w0 * d0[k] + w1 * d1[k]) + (w2 * d2[k] + w3 * d3[k])
            o += 4
        while o < n_out:
            d0, w0 = delta[row + o], weights[offset + o * n_in + i]
            for k in range(size):
                out[k] += w0 * d0[k]
            o += 1


@njit(void(float64[:, ::1], float64[:, ::1], int64, int64, int64), cache=True, nogil=True, fastmath=FASTMATH)
def times_tanh_slope(values, activations, row, n_rows, size):
    """Multiply rows of ``values`` by 1 - a**2 of the same rows of ``activations``."""
    for o in range(n_rows):
        v, a = values[row + o], activations[row + o]
        for k in range(size):
            v[k] *= 1.0 - a[k] * a[k]


@njit(void(float64[::1], DATA, float64[::1]), cache=True, nogil=True)
def all_weights(x, data, weights):
    """Overwrite ``weights`` (n_weights,) with the variables in their places and zeros where the mask is."""
    weights[:] = 0.0
    for v in range(x.size):
        weights[data.free[v]] = x[v]


@njit(int64(int64[::1]), cache=True, nogil=True)
def count_weights(sizes):
    """Return the number of weights and biases of a network with these layer sizes."""
    total = 0
    for layer in range(sizes.size - 1):
        total += (sizes[layer] + 1) * sizes[layer + 1]
    return total


@njit(float64(DATA, float64[::1], int64, int64, float64[:, ::1], float64[:, ::1]), cache=True, nogil=True)
def forward_backward(data, weights, start, size, activations, delta):
    """Fill a block's activations (inputs first, probabilities last) and dLoss/dz of all nodes; return its loss."""
    sizes = data.structure
    n_layers = sizes.size - 1
    for i in range(sizes[0]):
        activations[i, :size] = data.table[i, start : start + size]
    first, offset = 0, 0
    for layer in range(n_layers):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        set_biases(weights, offset, n_in, n_out, activations, first + n_in, size)
        add_product(activations, first, n_in, n_out, weights, offset, activations, first + n_in, size)
        first += n_in
        offset += (n_in + 1) * n_out
        if layer < n_layers - 1:
            tanh_rows(activations, first, n_out, size)
    n_out = sizes[n_layers]
    loss = softmax_rows(activations, first, n_out, data.labels, start, size)
    for o in range(n_out):
        delta[first + o, :size] = activations[first + o, :size]
    for k in range(size):
        delta[first + data.labels[start + k], k] -= 1.0
    for layer in range(n_layers - 1, 0, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        offset -= (n_in + 1) * n_out
        transposed_product(delta, first, n_out, n_in, weights, offset, delta, first - n_in, size)
        first -= n_in
        times_tanh_slope(delta, activations, first, n_in, size)
    return loss


@njit(float64(float64[::1], DATA, float64[::1], float64[::1]), cache=True, nogil=True)
def finish_gradient(x, data, full_gradient, gradient):
    """Gather the scaled gradient of the variables, add the regulariser's, and return the regulariser."""
    penalty = 0.0
    for v in range(x.size):
        rate = data.parameters[RATES + v]
        gradient[v] = full_gradient[data.free[v]] * data.parameters[LOSS_SCALE] + 2.0 * rate * x[v]
        penalty += rate * x[v] * x[v]
    return penalty


@njit(VALUE_GRADIENT, cache=True, nogil=True)
def value_gradient(x, data, gradient):
    """Return the regularised cross-entropy and overwrite its gradient.

    Chitturi et al. (2020), equations 1 to 3, for any number of hidden layers.
    """
    sizes = data.structure
    n_layers, n_data = sizes.size - 1, data.table.shape[1]
    weights = np.empty(count_weights(sizes))
    all_weights(x, data, weights)
    full_gradient = np.zeros(weights.size)
    activations = np.empty((sizes.sum(), BLOCK))
    delta = np.empty((sizes.sum(), BLOCK))
    loss = 0.0
    for start in range(0, n_data, BLOCK):
        size = min(BLOCK, n_data - start)
        loss += forward_backward(data, weights, start, size, activations, delta)
        first, offset = 0, 0
        for layer in range(n_layers):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            add_weight_gradient(delta, first + n_in, n_out, activations, first, n_in, full_gradient, offset, size)
            first += n_in
            offset += (n_in + 1) * n_out
    return loss * data.parameters[LOSS_SCALE] + finish_gradient(x, data, full_gradient, gradient)
