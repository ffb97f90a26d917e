"""Hessian-vector product of the multilayer perceptron's loss, without the Hessian, in about two gradients.

Pearlmutter, Neural Comput. 6, 147 (1994).
"""

import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland._vector import FASTMATH
from lossland.objectives.base import DATA
from lossland.objectives.mlp_tangents import set_slopes, softmax_tangent
from lossland.objectives.mlp_value import (
    LOSS_SCALE,
    RATES,
    all_weights,
    block_length,
    count_weights,
    forward_backward,
    input_row,
    place_sums,
    set_ones,
)
from lossland.objectives.panels import SPARE, add_products, linear_map


@kernel(void(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64), fastmath=FASTMATH)
def _add_times_slopes(shifted, slopes, tangent, row, n_rows):
    """Add R z's second part to its first in ``tangent`` and turn the sum into R a = a' R z."""
    for o in range(row, row + n_rows):
        for k in range(slopes.shape[1]):
            tangent[o, k] = slopes[o, k] * (tangent[o, k] + shifted[o, k])


@kernel(
    void(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64),
    fastmath=FASTMATH,
)
def _finish_delta(shifted, slopes, bends, tangent, tangent_delta, row, n_rows):
    """Turn the two parts of R dL/da into R delta = a' R dL/da - 2 a dL/da R a."""
    for o in range(row, row + n_rows):
        for k in range(slopes.shape[1]):
            pulled = tangent_delta[o, k] + shifted[o, k]
            tangent_delta[o, k] = slopes[o, k] * pulled + bends[o, k] * tangent[o, k]


@kernel(
    void(
        int64[::1],
        float64[::1],
        float64[::1],
        float64[:, ::1],
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
    ),
)
def _forward_tangents(sizes, weights, moved, table, block, activations, slopes, shifted, tangent, tangent_delta):
    """Write R a of all nodes and R delta of the outputs."""
    n, last = activations.shape[1], sizes.size - 2
    first, offset = 0, 0
    for layer in range(last + 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        row, biases = first + n_in + 1, offset + n_in * n_out
        source, at = (table, block) if layer == 0 else (activations, first)
        linear_map(moved, offset, n_in, 1, biases, n_out, n_in, source, at, tangent, row, n)
        if layer > 0:
            linear_map(weights, offset, n_in, 1, -1, n_out, n_in, tangent, first, shifted, row, n)
        else:
            shifted[row : row + n_out] = 0.0  # inputs do not move
        if layer < last:
            _add_times_slopes(shifted, slopes, tangent, row, n_out)
        first, offset = row, biases + n_out
    for o in range(first, first + sizes[last + 1]):
        for k in range(n):
            tangent_delta[o, k] = tangent[o, k] + shifted[o, k]
    softmax_tangent(activations, first, sizes[last + 1], tangent_delta, first, 1)


@kernel(
    void(
        int64[::1],
        float64[::1],
        float64[::1],
        float64[:, ::1],
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[::1],
    ),
)
def _add_backward(
    sizes, weights, moved, table, block, activations, delta, slopes, bends, shifted, tangent, tangent_delta, sums
):
    """Write R delta of all nodes and add the block's part of the product."""
    n, first, offset = activations.shape[1], sizes[:-1].sum() + sizes.size - 1, weights.size
    for layer in range(sizes.size - 2, -1, -1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        offset -= (n_in + 1) * n_out
        row = first - n_in - 1
        source, at = (table, block) if layer == 0 else (activations, row)
        add_products(tangent_delta, first, n_out, source, at, n_in + 1, n, sums, offset, n_in + 1)
        if layer > 0:
            add_products(delta, first, n_out, tangent, row, n_in + 1, n, sums, offset, n_in + 1)
            linear_map(weights, offset, 1, n_in, -1, n_in, n_out, tangent_delta, first, tangent_delta, row, n)
            linear_map(moved, offset, 1, n_in, -1, n_in, n_out, delta, first, shifted, row, n)
            _finish_delta(shifted, slopes, bends, tangent, tangent_delta, row, n_in)
        first = row


@kernel(void(float64[::1], DATA, float64[::1], float64[::1]))
def hessian_product(x, data, direction, product):
    """Overwrite ``product`` (n_variables,) with the Hessian times ``direction``, without forming the Hessian."""
    sizes, n_data = data.structure, data.labels.size
    n, n_rows = block_length(n_data), sizes.sum() + sizes.size + SPARE
    weights, moved = np.empty(count_weights(sizes)), np.empty(count_weights(sizes))
    all_weights(x, data, weights)
    all_weights(direction, data, moved)
    sums = np.zeros(weights.size)
    activations, delta = np.empty((n_rows, n)), np.empty((n_rows, n))
    slopes, bends = np.empty((n_rows, n)), np.empty((n_rows, n))
    shifted, tangent_delta = np.empty((n_rows, n)), np.empty((n_rows, n))
    tangent = np.zeros((n_rows, n))  # neither the inputs nor the ones move
    set_ones(sizes, activations)
    for start in range(0, n_data, n):
        block = input_row(data, start, n)
        forward_backward(data, weights, start, min(n, n_data - start), activations, delta)
        set_slopes(sizes, weights, activations, delta, slopes, bends)
        _forward_tangents(
            sizes, weights, moved, data.table, block, activations, slopes, shifted, tangent, tangent_delta
        )
        _add_backward(
            sizes,
            weights,
            moved,
            data.table,
            block,
            activations,
            delta,
            slopes,
            bends,
            shifted,
            tangent,
            tangent_delta,
            sums,
        )
    place_sums(sizes, sums, weights)
    for v in range(x.size):
        rate = data.parameters[RATES + v]
        product[v] = weights[data.free[v]] * data.parameters[LOSS_SCALE] + 2.0 * rate * direction[v]
