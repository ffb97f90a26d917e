"""Loss and gradient kernel of the multilayer perceptron.

Data are worked through in blocks of equal length; within a block the data index is innermost and contiguous, so that
every loop over it vectorises and the block stays near the processor.  The last block is filled up with copies of the
last datum that are given no weight.  Blocks are summed in a fixed order.

The rows of a block's arrays are the nodes, layer by layer, inputs first; behind each layer's nodes stands a row of ones
in ``activations``, whose weights are the biases of the next layer.
"""

import numpy as np
from numba import float64, int64, njit, void

from lossland._vector import FASTMATH
from lossland.objectives.base import DATA, VALUE_GRADIENT
from lossland.objectives.elementary import exp, tanh
from lossland.objectives.panels import SPARE, add_products, linear_map

BLOCK, LANES = 256, 4  # data in a block at most; data in one vector
LOSS_SCALE, RATES = 0, 1  # places in ObjectiveData.parameters: factor of the summed loss, then lambda of each variable


@njit(int64(int64), cache=True, nogil=True)
def block_length(n_data):
    """Return the common length of all blocks, filled up to whole rounds of the vector loops."""
    n_blocks = (n_data + BLOCK - 1) // BLOCK
    return ((n_data + n_blocks - 1) // n_blocks + LANES - 1) // LANES * LANES


@njit(void(float64[:, ::1], int64, int64, int64), cache=True, nogil=True)
def tanh_rows(values, row, n_rows, size):
    """Replace the rows by their hyperbolic tangents."""
    for o in range(n_rows):
        line = values[row + o]
        for k in range(size):
            line[k] = tanh(line[k])


@njit(float64(float64[:, ::1], int64, int64, int64[::1], int64, int64), cache=True, nogil=True, fastmath=FASTMATH)
def softmax_rows(values, row, n_out, labels, start, size):
    """Replace outputs by softmax probabilities (behind ``size``: zeros); return the sum of -ln p of the labels."""
    n = values.shape[1]
    top = np.empty(n)
    total = np.zeros(n)
    loss = 0.0
    for k in range(n):
        top[k] = values[row, k]
    for o in range(1, n_out):
        for k in range(n):
            top[k] = values[row + o, k] if values[row + o, k] > top[k] else top[k]
    for k in range(size):
        loss += top[k] - values[row + labels[start + k], k]
    for o in range(n_out):
        for k in range(n):
            values[row + o, k] = exp(values[row + o, k] - top[k])
            total[k] += values[row + o, k]
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
    for k in range(n):
        total[k] = 1.0 / total[k]
    for o in range(n_out):
        for k in range(n):
            values[row + o, k] *= total[k]
        values[row + o, size:] = 0.0
    return loss


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


@njit(void(DATA, int64, int64, int64[::1], float64[:, ::1]), cache=True, nogil=True)
def _load(data, start, size, sizes, activations):
    """Write a block's inputs, with copies of its last datum behind them, and the ones."""
    n = activations.shape[1]
    for i in range(sizes[0]):
        for k in range(size):
            activations[i, k] = data.table[i, start + k]
        last = data.table[i, start + size - 1]
        for k in range(size, n):
            activations[i, k] = last
    row = 0
    for layer in range(sizes.size):
        row += sizes[layer]
        activations[row] = 1.0
        row += 1


@njit(float64(DATA, float64[::1], int64, int64, float64[:, ::1], float64[:, ::1]), cache=True, nogil=True)
def forward_backward(data, weights, start, size, activations, delta):
    """Fill a block's activations (inputs first, probabilities last) and dLoss/dz of all nodes; return its loss."""
    sizes, n = data.structure, activations.shape[1]
    last = sizes.size - 2
    _load(data, start, size, sizes, activations)
    first, offset = 0, 0
    for layer in range(last + 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        row, biases = first + n_in + 1, offset + n_in * n_out
        linear_map(weights, offset, n_in, 1, biases, n_out, n_in, activations, first, activations, row, n)
        first, offset = row, biases + n_out
        if layer < last:
            tanh_rows(activations, first, n_out, n)
    n_out = sizes[last + 1]
    loss = softmax_rows(activations, first, n_out, data.labels, start, size)
    for o in range(n_out):
        for k in range(n):
            delta[first + o, k] = activations[first + o, k]
    for k in range(size):
        delta[first + data.labels[start + k], k] -= 1.0
    for layer in range(last, 0, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        offset -= (n_in + 1) * n_out
        row = first - n_in - 1
        linear_map(weights, offset, 1, n_in, -1, n_in, n_out, delta, first, delta, row, n)
        first = row
        times_tanh_slope(delta, activations, first, n_in, n)
    return loss


@njit(void(int64[::1], float64[::1], float64[::1]), cache=True, nogil=True)
def place_sums(sizes, sums, gradient):
    """Write sums ordered by output and input, the bias being the last input, in the order of the weights."""
    offset = 0
    for layer in range(sizes.size - 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        for o in range(n_out):
            at = offset + o * (n_in + 1)
            for i in range(n_in):
                gradient[offset + o * n_in + i] = sums[at + i]
            gradient[offset + n_in * n_out + o] = sums[at + n_in]
        offset += (n_in + 1) * n_out


@njit(float64(float64[::1], DATA, float64[::1], float64[::1]), cache=True, nogil=True)
def finish_gradient(x, data, full_gradient, gradient):
    """Gather the scaled gradient of the variables, add the regulariser's, and return the regulariser."""
    penalty = 0.0
    for v in range(x.size):
        rate = data.parameters[RATES + v]
        gradient[v] = full_gradient[data.free[v]] * data.parameters[LOSS_SCALE] + 2.0 * rate * x[v]
        penalty += rate * x[v] * x[v]
    return penalty


@njit(float64(DATA, float64[::1], int64, int64, int64, float64[::1]), cache=True, nogil=True)
def add_gradients(data, weights, begin, end, n, sums):
    """Add the gradient's sums over data from ``begin`` to ``end``, in blocks of ``n``; return their summed loss."""
    sizes, n_rows = data.structure, data.structure.sum() + data.structure.size + SPARE
    activations, delta = np.empty((n_rows, n)), np.empty((n_rows, n))
    loss = 0.0
    for start in range(begin, end, n):
        loss += forward_backward(data, weights, start, min(n, end - start), activations, delta)
        first, offset = 0, 0
        for layer in range(sizes.size - 1):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            row = first + n_in + 1
            add_products(delta, row, n_out, activations, first, n_in + 1, n, sums, offset, n_in + 1)
            first = row
            offset += (n_in + 1) * n_out
    return loss


@njit(VALUE_GRADIENT, cache=True, nogil=True)
def value_gradient(x, data, gradient):
    """Return the regularised cross-entropy and overwrite its gradient.

    Chitturi et al. (2020), equations 1 to 3, for any number of hidden layers.
    """
    n_data, weights = data.table.shape[1], np.empty(count_weights(data.structure))
    all_weights(x, data, weights)
    sums = np.zeros(weights.size)
    loss = add_gradients(data, weights, 0, n_data, block_length(n_data), sums)
    place_sums(data.structure, sums, weights)
    return loss * data.parameters[LOSS_SCALE] + finish_gradient(x, data, weights, gradient)
