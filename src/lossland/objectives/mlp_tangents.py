"""Derivatives of a network's activations and deltas with respect to single nodes' inputs, for a block of data.

A group of nodes of one layer is moved at once.  Its tangents stand as rows ``q * group + o``, q the node
that responds and o the node that is moved; behind the rows of one layer follow those of the next.  In the group's own
layer only q >= o is kept, without gaps: R_o delta_q is symmetric there.
"""

import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland._vector import FASTMATH
from lossland.objectives.panels import linear_map


@kernel(
    void(int64[::1], float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1]),
    fastmath=FASTMATH,
)
def set_slopes(sizes, weights, activations, delta, slopes, bends):
    """Write, for hidden nodes, the slope a' = 1 - a**2 and the bend of delta, dL/da * a'' / a' = -2 a dL/da."""
    n = activations.shape[1]
    row, offset = sizes[0] + 1, (sizes[0] + 1) * sizes[1]
    for layer in range(1, sizes.size - 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        linear_map(weights, offset, 1, n_in, -1, n_in, n_out, delta, row + n_in + 1, bends, row, n)
        for j in range(row, row + n_in):
            for k in range(n):
                a = activations[j, k]
                slopes[j, k] = 1.0 - a * a
                bends[j, k] *= -2.0 * a
        row += n_in + 1
        offset += (n_in + 1) * n_out


@kernel(void(float64[:, ::1], int64, int64, int64, int64, float64[:, ::1]), fastmath=FASTMATH)
def softmax_pairs(activations, first, low, high, n_out, moved):
    """Write -R_o delta_q = p_o p_q of outputs q > o, low <= o < high, q by q without gaps."""
    n, row = activations.shape[1], 0
    for q in range(low + 1, n_out):
        for o in range(low, min(q, high)):
            for k in range(n):
                moved[row, k] = activations[first + q, k] * activations[first + o, k]
            row += 1


@kernel(void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64), fastmath=FASTMATH)
def softmax_tangent(activations, first, n_out, values, row, group):
    """Turn the outputs' R z, rows from ``row`` on, into R delta_q = p_q (R z_q - sum p R z)."""
    n = activations.shape[1]
    mean = np.empty((1, n))
    for o in range(row, row + group):
        for k in range(n):
            mean[0, k] = activations[first, k] * values[o, k]
        for q in range(1, n_out):
            for k in range(n):
                mean[0, k] += activations[first + q, k] * values[o + q * group, k]
        for q in range(n_out):
            for k in range(n):
                values[o + q * group, k] = activations[first + q, k] * (values[o + q * group, k] - mean[0, k])


@kernel(void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64), fastmath=FASTMATH)
def _times_slopes(slopes, first, n_nodes, values, row, group):
    """Turn a hidden layer's R z, rows from ``row`` on, into R a."""
    for q in range(n_nodes):
        for o in range(row + q * group, row + (q + 1) * group):
            for k in range(slopes.shape[1]):
                values[o, k] *= slopes[first + q, k]


@kernel(
    void(
        float64[:, ::1],
        float64[:, ::1],
        int64,
        int64,
        float64[:, ::1],
        float64[:, ::1],
        int64,
        int64,
    ),
    fastmath=FASTMATH,
)
def _finish_delta(slopes, bends, first, n_nodes, tangents, values, row, group):
    """Turn W^T R delta, rows from ``row`` on, into R delta_q = a' W^T R delta - 2 a dL/da R a."""
    for q in range(n_nodes):
        for o in range(row + q * group, row + (q + 1) * group):
            for k in range(slopes.shape[1]):
                values[o, k] = slopes[first + q, k] * values[o, k] + bends[first + q, k] * tangents[o, k]


@kernel(
    void(float64[::1], int64, int64, int64, int64, int64, float64[:, ::1], int64, float64[:, ::1], int64),
    fastmath=FASTMATH,
)
def _leave_group(weights, offset, n_in, n_out, low, high, slopes, first, values, row):
    """Write R z of the layer behind the group's, whose nodes alone move there: W[q, o] a'_o."""
    for q in range(n_out):
        for o in range(low, high):
            w = weights[offset + q * n_in + o]
            for k in range(slopes.shape[1]):
                values[row, k] = w * slopes[first + o, k]
            row += 1


@kernel(
    void(float64[:, ::1], float64[:, ::1], int64, int64, int64, int64, float64[:, ::1], int64, float64[:, ::1], int64),
    fastmath=FASTMATH,
)
def _finish_own(slopes, bends, first, q, low, high, pulled, start, own, row):
    """Write R_o delta_q of one node of the group's own layer, low <= o < high, from W^T R delta."""
    n = slopes.shape[1]
    for o in range(low, high):
        if o == q:
            for k in range(n):
                own[row, k] = slopes[first + q, k] * (pulled[start, k] + bends[first + q, k])
        else:
            for k in range(n):
                own[row, k] = slopes[first + q, k] * pulled[start, k]
        row += 1
        start += 1


@kernel(float64[:, ::1](float64[:, ::1], int64, int64, int64))
def _as_nodes(rows, start, n_nodes, group):
    """Return the rows of ``n_nodes`` nodes as one long row each."""
    return rows[start : start + n_nodes * group].reshape(n_nodes, group * rows.shape[1])


@kernel(
    void(
        float64[::1],
        int64,
        int64,
        int64,
        int64,
        int64,
        float64[:, ::1],
        float64[:, ::1],
        int64,
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
    ),
)
def _own_layer(weights, offset, n_in, n_out, low, high, slopes, bends, first, later, spare, own):
    """Write R_o delta_q of the group's own layer, q >= o; ``later`` holds R delta of the next, a long row for a node.

    The first rows of ``spare`` are overwritten.
    """
    n, row, group, n_pair = slopes.shape[1], 0, high - low, min(2, n_in)
    pulled = _as_nodes(spare, 0, n_pair, group)
    for even in range(low, n_in, 2):
        top = min(even, n_in - n_pair)  # the first of two nodes that are done together
        length = (min(top + n_pair, high) - low) * n
        linear_map(weights, offset + top, 1, n_in, -1, n_pair, n_out, later, 0, pulled, 0, length)
        for q in range(even, min(even + 2, n_in)):
            end = min(q + 1, high)
            _finish_own(slopes, bends, first, q, low, end, spare, (q - top) * group, own, row)
            row += end - low


@kernel(
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
)
def node_tangents(sizes, weights, layer, first, offset, low, high, activations, slopes, bends, tangents, moved):
    """Write R a and R delta (``moved``) for nodes ``low`` to ``high`` of the hidden layer whose first row is ``first``.

    ``offset`` is the place of the next layer's weights.
    """
    n, last, group = activations.shape[1], sizes.size - 2, high - low
    row, at, start = first, offset, sizes[layer + 1] * group
    for m in range(layer + 1, last + 1):
        n_in, n_out = sizes[m], sizes[m + 1]
        target = moved if m == last else tangents
        if m == layer + 1:
            _leave_group(weights, at, n_in, n_out, low, high, slopes, row, target, start)
        else:
            source = _as_nodes(tangents, start - n_in * group, n_in, group)
            values = _as_nodes(target, start, n_out, group)
            linear_map(weights, at, n_in, 1, -1, n_out, n_in, source, 0, values, 0, group * n)
        row += n_in + 1
        at += (n_in + 1) * n_out
        if m == last:
            softmax_tangent(activations, row, n_out, moved, start, group)
        else:
            _times_slopes(slopes, row, n_out, tangents, start, group)
            start += n_out * group
    later = _as_nodes(moved, start, sizes[last + 1], group)
    for m in range(last, layer, -1):
        n_in, n_out = sizes[m], sizes[m + 1]
        at -= (n_in + 1) * n_out
        row -= n_in + 1
        if m == layer + 1:
            _own_layer(weights, at, n_in, n_out, low, high, slopes, bends, row, later, tangents, moved)
        else:
            start -= n_in * group
            values = _as_nodes(moved, start, n_in, group)
            linear_map(weights, at, 1, n_in, -1, n_in, n_out, later, 0, values, 0, group * n)
            _finish_delta(slopes, bends, row, n_in, tangents, moved, start, group)
            later = values
