"""Exact Hessian of the multilayer perceptron's loss, for any number of layers.

The Hessian follows from one directional derivative (the R-operator of Pearlmutter, Neural Comput. 6, 147, 1994) for
each node instead of one for each weight: with z the input of a node, delta the derivative of the loss with respect to
it and R_o the derivative with respect to z_o, the second derivative between the weight from i into o and the weight
from j into q, in the same layer or later, is the sum over data of

    a_i a_j R_o delta_q + a_i delta_q R_o a_j,

that is, two products of panels (``panels.py``): the tangents of pairs of nodes times products of pairs of activations,
and the tangents of activations times delta_q a_i.  The second is absent within a layer and has only j = o in the next.
Each unordered pair of nodes or activations is taken once.  The outputs' delta sum to zero, so that the last output's
part follows from the others'.
"""

import numpy as np
from numba import boolean, float64, int64, void

from lossland._kernel import kernel
from lossland.objectives.base import DATA, HESSIAN
from lossland.objectives.hessian_places import count_sums, finish_hessian, nodes_at_once, place_hessian, same_layer_rows
from lossland.objectives.mlp_tangents import node_tangents, set_slopes, softmax_pairs
from lossland.objectives.mlp_value import (
    all_weights,
    block_length,
    count_weights,
    forward_backward,
    input_row,
    set_ones,
)
from lossland.objectives.panels import SPARE, add_products

PAIRS = 36  # rows of products of activations at once: they stay in the first-level cache


@kernel(
    int64(
        float64[:, ::1],
        int64,
        int64,
        float64[:, ::1],
        int64,
        int64,
        float64[:, ::1],
        int64,
        int64,
        boolean,
        float64[:, ::1],
        float64[::1],
        int64,
    ),
)
def _add_pair_products(left, l0, n_left, a, a0, n_a, b, b0, n_b, unordered, pairs, sums, place):
    """Add products of each row of ``left`` with all products a_i b_j (``unordered``: j >= i); return the next place.

    The sums stand from ``place`` on, one line for each row of ``left``.
    """
    n = pairs.shape[1]
    n_pairs = n_a * (n_a + 1) // 2 if unordered else n_a * n_b
    filled, done = 0, 0
    for i in range(n_a):
        for j in range(i if unordered else 0, n_b):
            for k in range(n):
                pairs[filled, k] = a[a0 + i, k] * b[b0 + j, k]
            filled += 1
            if filled == PAIRS or done + filled == n_pairs:
                add_products(left, l0, n_left, pairs, 0, filled, n, sums, place + done, n_pairs)
                done += filled
                filled = 0
    return place + n_left * n_pairs


@kernel(
    int64(
        int64[::1],
        int64,
        int64,
        float64[:, ::1],
        int64,
        int64,
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[::1],
        int64,
    ),
)
def _add_group(
    sizes, layer, first, inputs, at, low, high, activations, delta, slopes, tangents, moved, pairs, sums, place
):
    """Add a block's sums for nodes ``low`` to ``high`` of the layer that ``layer`` feeds and all nodes from them on.

    ``first`` is the row of the layer's inputs among all nodes; they stand in ``inputs`` from row ``at`` on.  Return the
    next place in ``sums``.
    """
    n_in, last, group = sizes[layer], sizes.size - 2, high - low
    rows = same_layer_rows(sizes, layer, low, high)
    place = _add_pair_products(moved, 0, rows, inputs, at, n_in + 1, inputs, at, n_in + 1, True, pairs, sums, place)
    row, source, before = sizes[layer + 1] * group, first + n_in + 1, 0
    for m in range(layer + 1, last + 1):
        m_in, m_out = sizes[m], sizes[m + 1]
        n_free = m_out - 1 if m == last else m_out  # of the outputs, the last one follows from the others
        place = _add_pair_products(
            moved,
            row,
            n_free * group,
            inputs,
            at,
            n_in + 1,
            activations,
            source,
            m_in + 1,
            False,
            pairs,
            sums,
            place,
        )
        target = source + m_in + 1
        if m == layer + 1:
            place = _add_pair_products(
                delta,
                target,
                n_free,
                slopes,
                source + low,
                group,
                inputs,
                at,
                n_in + 1,
                False,
                pairs,
                sums,
                place,
            )
        else:
            place = _add_pair_products(
                tangents,
                before,
                m_in * group,
                delta,
                target,
                n_free,
                inputs,
                at,
                n_in + 1,
                False,
                pairs,
                sums,
                place,
            )
        before = row
        row += m_out * group
        source = target
    return place


@kernel(
    void(
        int64[::1],
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
def _add_block(sizes, weights, table, block, activations, delta, slopes, bends, tangents, moved, pairs, sums):
    """Add a block's part of all sums."""
    last = sizes.size - 2
    first, offset, place = 0, 0, 0
    for layer in range(last + 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        offset += (n_in + 1) * n_out
        inputs, at = (table, block) if layer == 0 else (activations, first)
        step = nodes_at_once(sizes, layer)
        for low in range(0, n_out, step):
            high = min(low + step, n_out)
            if layer == last:
                softmax_pairs(activations, first + n_in + 1, low, high, n_out, moved)
            else:
                node_tangents(
                    sizes,
                    weights,
                    layer,
                    first + n_in + 1,
                    offset,
                    low,
                    high,
                    activations,
                    slopes,
                    bends,
                    tangents,
                    moved,
                )
            place = _add_group(
                sizes,
                layer,
                first,
                inputs,
                at,
                low,
                high,
                activations,
                delta,
                slopes,
                tangents,
                moved,
                pairs,
                sums,
                place,
            )
        first += n_in + 1


@kernel(void(DATA, float64[::1], int64, int64, int64, float64[::1]))
def add_hessians(data, weights, begin, end, n, sums):
    """Add the Hessian's sums over data from ``begin`` to ``end``, in blocks of ``n``."""
    sizes, n_rows = data.structure, data.structure.sum() + data.structure.size + SPARE
    activations, delta = np.empty((n_rows, n)), np.empty((n_rows, n))
    slopes, bends = np.empty((n_rows, n)), np.empty((n_rows, n))
    n_moved = count_sums(sizes)[1]
    tangents, moved = np.empty((n_moved + SPARE, n)), np.empty((n_moved + SPARE, n))
    pairs = np.empty((PAIRS + SPARE, n))
    set_ones(sizes, activations)
    for start in range(begin, end, n):
        forward_backward(data, weights, start, min(n, end - start), activations, delta)
        set_slopes(sizes, weights, activations, delta, slopes, bends)
        _add_block(
            sizes,
            weights,
            data.table,
            input_row(data, start, n),
            activations,
            delta,
            slopes,
            bends,
            tangents,
            moved,
            pairs,
            sums,
        )


@kernel(void(float64[::1], DATA, float64[::1], float64[:, ::1]))
def hessian_of_sums(x, data, sums, matrix):
    """Overwrite ``matrix`` (n_variables, n_variables) with what the sums over all data make."""
    n_weights = count_weights(data.structure)
    full = matrix if x.size == n_weights else np.empty((n_weights, n_weights))
    full[:] = 0.0
    place_hessian(data.structure, sums, full)
    finish_hessian(x, data, full, matrix)


@kernel(HESSIAN)
def hessian(x, data, matrix):
    """Overwrite ``matrix`` (n_variables, n_variables) with the exact Hessian of the regularised cross-entropy."""
    n_data, weights = data.labels.size, np.empty(count_weights(data.structure))
    all_weights(x, data, weights)
    sums = np.zeros(count_sums(data.structure)[0])
    add_hessians(data, weights, 0, n_data, block_length(n_data), sums)
    hessian_of_sums(x, data, sums, matrix)
