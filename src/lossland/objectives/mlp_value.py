"""Loss and gradient kernel of the multilayer perceptron.

Data are worked through in blocks of equal length; within a block the data index is innermost and contiguous, so that
every loop over it vectorises and the block stays near the processor.  The last block is filled up with copies of the
last datum that are given no weight.  Blocks are summed in a fixed order.

The rows of a block's arrays are the nodes, layer by layer, inputs first; behind each layer's nodes stands a row of ones
in ``activations``, whose weights are the biases of the next layer.  The rows of the inputs and their ones are left
empty there: they never change and stand, block by block, in ``ObjectiveData.table`` (:func:`table_of_blocks`).
"""

import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland.objectives.base import DATA, VALUE_GRADIENT
from lossland.objectives.elementary import exp_of_negative
from lossland.objectives.lanes import WIDTH, as_numbers, larger, load, only_first, spread, store, where_equal
from lossland.objectives.layers import pull_back, tanh_rows
from lossland.objectives.panels import SPARE, add_products, linear_map

BLOCK = 512  # data in a block at most
LOSS_SCALE, RATES = 0, 1  # places in ObjectiveData.parameters: factor of the summed loss, then lambda of each variable


@kernel(int64(int64))
def block_length(n_data):
    """Return the common length of all blocks, filled up to whole rounds of the vector loops."""
    n_blocks = (n_data + BLOCK - 1) // BLOCK
    return ((n_data + n_blocks - 1) // n_blocks + WIDTH - 1) // WIDTH * WIDTH


def table_of_blocks(inputs, labels):
    """Return the data as blocks, shape (n_blocks * (n_inputs + 2) + SPARE, block length).

    The rows of a block are the inputs, ones, and the labels; those of copies of the last datum are -1.
    """
    n_data, n_inputs = inputs.shape
    n = int(block_length(n_data))
    n_blocks = (n_data + n - 1) // n
    padded = np.minimum(np.arange(n_blocks * n), n_data - 1)
    blocks = np.ones((n_blocks, n_inputs + 2, n))
    blocks[:, :n_inputs] = inputs[padded].reshape(n_blocks, n, n_inputs).transpose(0, 2, 1)
    blocks[:, -1] = np.where(np.arange(n_blocks * n) < n_data, labels[padded], -1).reshape(n_blocks, n)
    return np.concatenate([blocks.reshape(-1, n), np.zeros((SPARE, n))])


@kernel(int64(DATA, int64, int64))
def input_row(data, start, n):
    """Return the row of the table where the block stands that begins with datum ``start``."""
    return start // n * (data.structure[0] + 2)


@kernel(float64(float64[:, ::1], int64))
def _log_of_product(values, row):
    """Return the sum of the logarithms of a block's row, each value from 1 to 10,000, with one logarithm for 64."""
    n, total = values.shape[1], 0.0
    for begin in range(0, n, 64 * WIDTH):
        product = spread(1.0)
        for k in range(begin, min(begin + 64 * WIDTH, n), WIDTH):
            product = product * load(values, row, k)
        p0, p1, p2, p3 = as_numbers(product)
        total += (np.log(p0) + np.log(p1)) + (np.log(p2) + np.log(p3))
    return total


@kernel(void(float64[:, ::1], int64, int64, float64[:, ::1], int64))
def _write_largest(values, row, n_rows, target, to):
    """Overwrite a row of ``target`` with the largest of each column of the rows of ``values``."""
    for k in range(0, values.shape[1], WIDTH):
        top = load(values, row, k)
        for o in range(row + 1, row + n_rows):
            top = larger(load(values, o, k), top)
        store(target, to, k, top)


@kernel(float64(float64[:, ::1], float64[:, ::1], int64, int64, float64[:, ::1], int64))
def _exponentials(values, delta, row, n_out, table, own):
    """Replace outputs by exp(output - largest) and write the columns' sums; return the labels' -(output - largest).

    The largest stand in the row of ``delta`` behind the outputs, the sums come behind it.
    """
    top, total, loss = row + n_out, row + n_out + 1, 0.0
    delta[total] = 0.0
    for o in range(n_out):
        label, losses = float(o), only_first(loss)
        for k in range(0, values.shape[1], WIDTH):
            z = load(values, row + o, k) - load(delta, top, k)
            losses = losses - where_equal(load(table, own, k), label, z)
            e = exp_of_negative(z)
            store(values, row + o, k, e)
            store(delta, total, k, load(delta, total, k) + e)
        l0, l1, l2, l3 = as_numbers(losses)
        loss = (l0 + l2) + (l1 + l3)
    return loss


@kernel(
    float64(float64[:, ::1], float64[:, ::1], int64, int64, float64[:, ::1], int64, int64),
)
def softmax_rows(values, delta, row, n_out, table, own, size):
    """Replace outputs by softmax probabilities and write dLoss/dz (behind ``size``: zeros); return the loss.

    The loss is the sum of -ln p of the labels, ``table[own]``.  They are compared, not used as indices.  Two rows of
    ``delta`` behind the outputs are overwritten.
    """
    total = row + n_out + 1
    _write_largest(values, row, n_out, delta, row + n_out)
    loss = _exponentials(values, delta, row, n_out, table, own)
    delta[total, size:] = 1.0
    loss += _log_of_product(delta, total)
    delta[total, size:] = np.inf
    for k in range(0, values.shape[1], WIDTH):
        weight, labels = 1.0 / load(delta, total, k), load(table, own, k)
        for o in range(n_out):
            p = load(values, row + o, k) * weight
            store(values, row + o, k, p)
            store(delta, row + o, k, p - where_equal(labels, float(o), 1.0))
    return loss


@kernel(void(float64[::1], DATA, float64[::1]))
def all_weights(x, data, weights):
    """Overwrite ``weights`` (n_weights,) with the variables in their places and zeros where the mask is."""
    weights[:] = 0.0
    for v in range(x.size):
        weights[data.free[v]] = x[v]


@kernel(int64(int64[::1]))
def count_weights(sizes):
    """Return the number of weights and biases of a network with these layer sizes."""
    total = 0
    for layer in range(sizes.size - 1):
        total += (sizes[layer] + 1) * sizes[layer + 1]
    return total


@kernel(void(int64[::1], float64[:, ::1]))
def set_ones(sizes, activations):
    """Write the rows of ones behind the hidden layers, which stay for all blocks."""
    row = sizes[0]
    for layer in range(1, sizes.size - 1):
        row += sizes[layer] + 1
        activations[row] = 1.0


@kernel(float64(DATA, float64[::1], int64, int64, float64[:, ::1], float64[:, ::1]))
def forward_backward(data, weights, start, size, activations, delta):
    """Fill a block's activations (probabilities last) and dLoss/dz of all nodes; return its loss."""
    sizes, n = data.structure, activations.shape[1]
    last, at = sizes.size - 2, input_row(data, start, n)
    own = at + sizes[0] + 1
    first, offset = 0, 0
    for layer in range(last + 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        row, biases = first + n_in + 1, offset + n_in * n_out
        source, at = (data.table, at) if layer == 0 else (activations, first)
        linear_map(weights, offset, n_in, 1, biases, n_out, n_in, source, at, activations, row, n)
        first, offset = row, biases + n_out
        if layer < last:
            tanh_rows(activations, first, n_out)
    loss = softmax_rows(activations, delta, first, sizes[last + 1], data.table, own, size)
    for layer in range(last, 0, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        offset -= (n_in + 1) * n_out
        row = first - n_in - 1
        pull_back(weights, offset, n_in, n_out, delta, first, activations, row)
        first = row
    return loss


@kernel(void(int64[::1], float64[::1], float64[::1]))
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


@kernel(float64(float64[::1], DATA, float64[::1], float64[::1]))
def finish_gradient(x, data, full_gradient, gradient):
    """Gather the scaled gradient of the variables, add the regulariser's, and return the regulariser."""
    penalty = 0.0
    for v in range(x.size):
        rate = data.parameters[RATES + v]
        gradient[v] = full_gradient[data.free[v]] * data.parameters[LOSS_SCALE] + 2.0 * rate * x[v]
        penalty += rate * x[v] * x[v]
    return penalty


@kernel(float64(DATA, float64[::1], int64, int64, int64, float64[::1]))
def add_gradients(data, weights, begin, end, n, sums):
    """Add the gradient's sums over data from ``begin`` to ``end``, in blocks of ``n``; return their summed loss."""
    sizes, n_rows = data.structure, data.structure.sum() + data.structure.size + SPARE
    activations, delta = np.empty((n_rows, n)), np.empty((n_rows, n))
    set_ones(sizes, activations)
    loss = 0.0
    for start in range(begin, end, n):
        loss += forward_backward(data, weights, start, min(n, end - start), activations, delta)
        first, offset = 0, 0
        for layer in range(sizes.size - 1):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            row = first + n_in + 1
            source, at = (data.table, input_row(data, start, n)) if layer == 0 else (activations, first)
            add_products(delta, row, n_out, source, at, n_in + 1, n, sums, offset, n_in + 1)
            first = row
            offset += (n_in + 1) * n_out
    return loss


@kernel(VALUE_GRADIENT)
def value_gradient(x, data, gradient):
    """Return the regularised cross-entropy and overwrite its gradient.

    Chitturi et al. (2020), equations 1 to 3, for any number of hidden layers.
    """
    n_data, weights = data.labels.size, np.empty(count_weights(data.structure))
    all_weights(x, data, weights)
    sums = np.zeros(weights.size)
    loss = add_gradients(data, weights, 0, n_data, block_length(n_data), sums)
    place_sums(data.structure, sums, weights)
    return loss * data.parameters[LOSS_SCALE] + finish_gradient(x, data, weights, gradient)
