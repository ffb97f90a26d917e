"""Exact Hessian and Hessian-vector product of the multilayer perceptron's loss, for any number of layers.

The Hessian follows from one directional derivative (the R-operator of Pearlmutter, Neural Comput. 6, 147, 1994) for
each node instead of one for each weight: with z the input of a node and delta the derivative of the loss with respect
to it, the second derivative between a weight into node o and a weight into node q needs only R delta_q and R a, the
derivatives of delta_q and of the activations with respect to z_o.
"""

import numpy as np
from numba import float64, int64, njit, void

from lossland._vector import FASTMATH
from lossland.objectives.base import DATA, HESSIAN
from lossland.objectives.mlp_value import (
    BLOCK,
    LOSS_SCALE,
    RATES,
    add_product,
    add_weight_gradient,
    add_weight_sums,
    all_weights,
    count_weights,
    forward_backward,
    set_biases,
    transposed_product,
)


@njit(
    void(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def _activation_tangent(tangent_z, activations, tangent, row, n_rows, size):
    """Write R a = (1 - a**2) R z of hidden nodes."""
    for o in range(n_rows):
        r, a, out = tangent_z[row + o], activations[row + o], tangent[row + o]
        for k in range(size):
            out[k] = (1.0 - a[k] * a[k]) * r[k]


@njit(
    void(float64[:, ::1], float64[:, ::1], int64, int64, float64[:, ::1], int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def _softmax_tangent(tangent_z, activations, row, n_out, tangent_delta, size):
    """Write R delta = p (R z - sum p R z) of the outputs."""
    mean = np.zeros(BLOCK)
    for q in range(n_out):
        p, r = activations[row + q], tangent_z[row + q]
        for k in range(size):
            mean[k] += p[k] * r[k]
    for q in range(n_out):
        p, r, out = activations[row + q], tangent_z[row + q], tangent_delta[row + q]
        for k in range(size):
            out[k] = p[k] * (r[k] - mean[k])


@njit(
    void(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64, int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def _hidden_delta_tangent(tangent_delta, tangent_z, activations, delta, row, n_rows, size):
    """Turn W^T R delta into R delta of hidden nodes: times the slope 1 - a**2, minus 2 a delta R z."""
    for j in range(n_rows):
        out, r, a, d = tangent_delta[row + j], tangent_z[row + j], activations[row + j], delta[row + j]
        for k in range(size):
            out[k] = (1.0 - a[k] * a[k]) * out[k] - 2.0 * a[k] * d[k] * r[k]


@njit(
    void(
        int64[::1],
        float64[::1],
        int64,
        int64,
        int64,
        int64,
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
    ),
    cache=True,
    nogil=True,
)
def _node_tangents(
    sizes, weights, layer, first, node, offset, size, activations, delta, tangent_z, tangent, tangent_delta
):
    """Write the derivatives with respect to one node's input: R z, R a and R delta of all nodes from its layer on.

    ``layer`` counts weight matrices from 0; ``first`` is the first row of the nodes it feeds, ``offset`` the place of
    the next layer's weights.
    """
    last = sizes.size - 2
    for o in range(sizes[layer + 1]):
        tangent_z[first + o, :size] = 1.0 if o == node else 0.0
    row, at = first, offset
    for m in range(layer, last):
        n_in, n_out = sizes[m + 1], sizes[m + 2]
        _activation_tangent(tangent_z, activations, tangent, row, n_in, size)
        tangent_z[row + n_in : row + n_in + n_out, :size] = 0.0
        if m == layer:  # only the node itself moves in its own layer
            for q in range(n_out):
                tangent_z[row + n_in + q, :size] = weights[at + q * n_in + node] * tangent[row + node, :size]
        else:
            add_product(tangent, row, n_in, n_out, weights, at, tangent_z, row + n_in, size)
        row += n_in
        at += (n_in + 1) * n_out
    _softmax_tangent(tangent_z, activations, row, sizes[last + 1], tangent_delta, size)
    for m in range(last, layer, -1):
        n_in, n_out = sizes[m], sizes[m + 1]
        at -= (n_in + 1) * n_out
        transposed_product(tangent_delta, row, n_out, n_in, weights, at, tangent_delta, row - n_in, size)
        row -= n_in
        _hidden_delta_tangent(tangent_delta, tangent_z, activations, delta, row, n_in, size)


# Whole arrays and row numbers are passed below, not rows: a view of a row costs as much as a tenth of the work on it.


@njit(void(float64[::1], float64[:, ::1], int64, int64, float64[::1], int64), cache=True, nogil=True, fastmath=FASTMATH)
def _block_sums(values, activations, first, n_in, sums, size):
    """Overwrite ``sums[i]`` with the sum over k of ``values[k] * a[i, k]``; ``sums[n_in]`` with that of ``values``."""
    i = 0
    while i + 4 <= n_in:
        row = first + i
        s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
        for k in range(size):
            s0 += values[k] * activations[row, k]
            s1 += values[k] * activations[row + 1, k]
            s2 += values[k] * activations[row + 2, k]
            s3 += values[k] * activations[row + 3, k]
        sums[i], sums[i + 1], sums[i + 2], sums[i + 3] = s0, s1, s2, s3
        i += 4
    if i + 2 <= n_in:
        row = first + i
        s0, s1 = 0.0, 0.0
        for k in range(size):
            s0 += values[k] * activations[row, k]
            s1 += values[k] * activations[row + 1, k]
        sums[i], sums[i + 1] = s0, s1
        i += 2
    if i < n_in:
        s0 = 0.0
        for k in range(size):
            s0 += values[k] * activations[first + i, k]
        sums[i] = s0
    total = 0.0
    for k in range(size):
        total += values[k]
    sums[n_in] = total


@njit(
    void(float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], float64[:, ::1], int64, float64[::1], int64),
    cache=True,
    nogil=True,
    fastmath=FASTMATH,
)
def _second_derivative(tangent_delta, delta, q, activations, tangent, j, out, size):
    """Write R(delta a) = R delta * a + delta * R a of nodes q and j."""
    for k in range(size):
        out[k] = tangent_delta[q, k] * activations[j, k] + delta[q, k] * tangent[j, k]


@njit(
    void(float64[:, ::1], int64, float64[:, ::1], int64, float64[::1], int64), cache=True, nogil=True, fastmath=FASTMATH
)
def _product_row(a, q, b, j, out, size):
    """Write the product of row q of ``a`` and row j of ``b``."""
    for k in range(size):
        out[k] = a[q, k] * b[j, k]


@njit(void(float64[:, ::1], int64, int64, int64, int64, int64, float64[::1]), cache=True, nogil=True)
def _add_column(matrix, offset, n_in, n_out, node, column, sums):
    """Add ``sums`` (inputs, then bias) to one column's entries of weights into ``node``, and mirror them."""
    for i in range(n_in + 1):
        weight = offset + node * n_in + i if i < n_in else offset + n_in * n_out + node
        matrix[weight, column] += sums[i]
        if weight != column:
            matrix[column, weight] += sums[i]


@njit(
    void(
        int64[::1],
        int64,
        int64,
        int64,
        int64,
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
    ),
    cache=True,
    nogil=True,
)
def _add_node_block(sizes, layer, first, node, offset, size, activations, delta, tangent, tangent_delta, matrix):
    """Add one block's second derivatives between the weights into one node and all weights into it and later nodes."""
    n_in, n_out = sizes[layer], sizes[layer + 1]
    values, sums = np.empty(BLOCK), np.empty(n_in + 1)
    row, at = first, offset
    for m in range(layer, sizes.size - 1):
        m_in, m_out = sizes[m], sizes[m + 1]
        source = row - m_in
        for q in range(node if m == layer else 0, m_out):
            same = m == layer and q == node
            for j in range(m_in + 1):
                column = at + q * m_in + j if j < m_in else at + m_in * m_out + q
                if j == m_in:
                    values[:size] = tangent_delta[row + q, :size]
                elif m == layer or (m == layer + 1 and j != node):  # a of the layer below does not move
                    _product_row(tangent_delta, row + q, activations, source + j, values, size)
                else:
                    _second_derivative(tangent_delta, delta, row + q, activations, tangent, source + j, values, size)
                _block_sums(values, activations, first - n_in, n_in, sums, size)
                if same:  # both triangles are met in turn
                    for i in range(n_in):
                        matrix[offset + node * n_in + i, column] += sums[i]
                    matrix[offset + n_in * n_out + node, column] += sums[n_in]
                else:
                    _add_column(matrix, offset, n_in, n_out, node, column, sums)
        row += m_out
        at += (m_in + 1) * m_out


@njit(HESSIAN, cache=True, nogil=True)
def hessian(x, data, matrix):
    """Overwrite ``matrix`` (n_variables, n_variables) with the exact Hessian of the regularised cross-entropy."""
    sizes = data.structure
    n_layers, n_data, n_nodes = sizes.size - 1, data.table.shape[1], sizes.sum()
    weights = np.empty(count_weights(sizes))
    all_weights(x, data, weights)
    full = np.zeros((weights.size, weights.size))
    activations, delta = np.empty((n_nodes, BLOCK)), np.empty((n_nodes, BLOCK))
    tangent_z, tangent, tangent_delta = (
        np.empty((n_nodes, BLOCK)),
        np.empty((n_nodes, BLOCK)),
        np.empty((n_nodes, BLOCK)),
    )
    for start in range(0, n_data, BLOCK):
        size = min(BLOCK, n_data - start)
        forward_backward(data, weights, start, size, activations, delta)
        first, offset = 0, 0
        for layer in range(n_layers):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            first += n_in
            following = offset + (n_in + 1) * n_out
            for node in range(n_out):
                _node_tangents(
                    sizes,
                    weights,
                    layer,
                    first,
                    node,
                    following,
                    size,
                    activations,
                    delta,
                    tangent_z,
                    tangent,
                    tangent_delta,
                )
                _add_node_block(
                    sizes, layer, first, node, offset, size, activations, delta, tangent, tangent_delta, full
                )
            offset = following
    for v in range(x.size):
        for u in range(x.size):
            matrix[v, u] = full[data.free[v], data.free[u]] * data.parameters[LOSS_SCALE]
        matrix[v, v] += 2.0 * data.parameters[RATES + v]


@njit(void(float64[::1], DATA, float64[::1], float64[::1]), cache=True, nogil=True)
def hessian_product(x, data, direction, product):
    """Overwrite ``product`` (n_variables,) with the Hessian times ``direction``, without forming the Hessian.

    Costs about two gradients (Pearlmutter 1994).
    """
    sizes = data.structure
    n_layers, n_data, n_nodes = sizes.size - 1, data.table.shape[1], sizes.sum()
    weights, moved = np.empty(count_weights(sizes)), np.empty(count_weights(sizes))
    all_weights(x, data, weights)
    all_weights(direction, data, moved)
    full = np.zeros(weights.size)
    activations, delta = np.empty((n_nodes, BLOCK)), np.empty((n_nodes, BLOCK))
    tangent_z, tangent_delta = np.empty((n_nodes, BLOCK)), np.empty((n_nodes, BLOCK))
    tangent = np.zeros((n_nodes, BLOCK))  # the inputs do not move
    shifted = np.empty((n_nodes, BLOCK))
    for start in range(0, n_data, BLOCK):
        size = min(BLOCK, n_data - start)
        forward_backward(data, weights, start, size, activations, delta)
        first, offset = 0, 0
        for layer in range(n_layers):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            row = first + n_in
            set_biases(moved, offset, n_in, n_out, tangent_z, row, size)
            add_product(activations, first, n_in, n_out, moved, offset, tangent_z, row, size)
            add_product(tangent, first, n_in, n_out, weights, offset, tangent_z, row, size)
            if layer < n_layers - 1:
                _activation_tangent(tangent_z, activations, tangent, row, n_out, size)
            first = row
            offset += (n_in + 1) * n_out
        _softmax_tangent(tangent_z, activations, first, sizes[n_layers], tangent_delta, size)
        for layer in range(n_layers - 1, -1, -1):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            offset -= (n_in + 1) * n_out
            add_weight_gradient(tangent_delta, first, n_out, activations, first - n_in, n_in, full, offset, size)
            add_weight_sums(delta, first, n_out, tangent, first - n_in, n_in, full, offset, size)
            if layer > 0:
                transposed_product(
                    tangent_delta, first, n_out, n_in, weights, offset, tangent_delta, first - n_in, size
                )
                transposed_product(delta, first, n_out, n_in, moved, offset, shifted, first - n_in, size)
                tangent_delta[first - n_in : first, :size] += shifted[first - n_in : first, :size]
                _hidden_delta_tangent(tangent_delta, tangent_z, activations, delta, first - n_in, n_in, size)
            first -= n_in
    for v in range(x.size):
        product[v] = full[data.free[v]] * data.parameters[LOSS_SCALE] + 2.0 * data.parameters[RATES + v] * direction[v]
