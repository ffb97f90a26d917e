"""Where the sums of a network's Hessian stand, and how they become the matrix."""

import numpy as np
from numba import boolean, float64, int64, types, void

from lossland._kernel import kernel
from lossland.objectives.base import DATA
from lossland.objectives.mlp_value import LOSS_SCALE, RATES

ROWS = 512  # tangents of one group of nodes at most, about: they stay in the second-level cache


@kernel(int64(int64[::1], int64))
def nodes_at_once(sizes, layer):
    """Return how many nodes of the layer that ``layer`` feeds are moved together."""
    return min(sizes[layer + 1], max(1, ROWS // sizes[layer + 1 :].sum()))


@kernel(int64(int64[::1], int64, int64, int64))
def same_layer_rows(sizes, layer, low, high):
    """Return the number of pairs of nodes o <= q of one layer, low <= o < high; outputs: of pairs o < q."""
    own = 0 if layer == sizes.size - 2 else 1
    return (high - low) * (sizes[layer + 1] - high) + (high - low) * (high - low - 1) // 2 + own * (high - low)


@kernel(types.UniTuple(int64, 2)(int64[::1]))
def count_sums(sizes):
    """Return the number of sums of the whole Hessian and the most tangents that one group of nodes has."""
    n_sums, n_rows, last = 0, 2, sizes.size - 2
    for layer in range(last + 1):
        n_in, n_out, step = sizes[layer] + 1, sizes[layer + 1], nodes_at_once(sizes, layer)
        for low in range(0, n_out, step):
            high = min(low + step, n_out)
            group = high - low
            n_rows = max(n_rows, group * sizes[layer + 1 :].sum())
            n_sums += same_layer_rows(sizes, layer, low, high) * (n_in * (n_in + 1) // 2)
            for m in range(layer + 1, last + 1):
                n_free = sizes[m + 1] - 1 if m == last else sizes[m + 1]
                n_sums += n_free * group * n_in * (sizes[m] + 1)
                n_sums += n_free * group * n_in * (1 if m == layer + 1 else sizes[m])
    return n_sums, n_rows


@kernel(void(int64, int64, int64, int64, int64[::1]))
def _weights_into(offset, n_in, n_out, o, places):
    """Write the places of the weights into node o of one layer, its bias last."""
    for i in range(n_in):
        places[i] = offset + o * n_in + i
    places[n_in] = offset + n_in * n_out + o


@kernel(int64(float64[::1], int64, int64, int64, int64, int64, int64, boolean, float64[:, ::1]))
def _place_same_layer(sums, place, offset, n_in, n_out, low, high, is_last, full):
    """Place second derivatives between weights of one layer; return the next place."""
    at_o, at_q = np.empty(n_in + 1, np.int64), np.empty(n_in + 1, np.int64)
    for q in range(low, n_out):
        _weights_into(offset, n_in, n_out, q, at_q)
        for o in range(low, min(q if is_last else q + 1, high)):
            _weights_into(offset, n_in, n_out, o, at_o)
            for i in range(n_in + 1):
                for j in range(i, n_in + 1):
                    value = sums[place]
                    place += 1
                    if is_last:  # the sums are those of p_o p_q; each row of d2L/dz2 adds up to zero
                        full[at_o[i], at_o[j]] += value
                        full[at_q[i], at_q[j]] += value
                        value = -value
                    full[at_o[i], at_q[j]] = value
                    if o != q:  # a bias of o stands behind the weights of q: this may be the lower triangle
                        full[at_q[j], at_o[i]] = value
                        full[at_o[j], at_q[i]] = value
                        full[at_q[i], at_o[j]] = value
    return place


@kernel(
    int64(float64[::1], int64, int64[::1], int64, int64, int64, int64, int64, int64, float64[:, ::1]),
)
def _place_coupling(sums, place, sizes, layer, offset, m, at, low, high, full):
    """Add the sums with delta_q R_o a_j between a group and layer ``m``; return the next place."""
    n_in, n_out, m_in = sizes[layer], sizes[layer + 1], sizes[m]
    n_free = sizes[m + 1] - 1 if m == sizes.size - 2 else sizes[m + 1]
    if m == layer + 1:
        for q in range(n_free):
            for o in range(low, high):
                for i in range(n_in):
                    full[offset + o * n_in + i, at + q * m_in + o] += sums[place + i]
                full[offset + n_in * n_out + o, at + q * m_in + o] += sums[place + n_in]
                place += n_in + 1
    else:
        for j in range(m_in):
            for o in range(low, high):
                for q in range(n_free):
                    for i in range(n_in):
                        full[offset + o * n_in + i, at + q * m_in + j] += sums[place + i]
                    full[offset + n_in * n_out + o, at + q * m_in + j] += sums[place + n_in]
                    place += n_in + 1
    return place


@kernel(void(float64[:, ::1], int64, int64, int64, int64))
def _close_outputs(full, u, at, m_in, m_out):
    """Write the last output's part of one row, minus the sum of all others'."""
    end = at + m_in * m_out
    for j in range(m_in):
        total = 0.0
        for q in range(m_out - 1):
            total += full[u, at + q * m_in + j]
        full[u, at + (m_out - 1) * m_in + j] = -total
    total = 0.0
    for q in range(m_out - 1):
        total += full[u, end + q]
    full[u, end + m_out - 1] = -total


@kernel(
    int64(float64[::1], int64, int64[::1], int64, int64, int64, int64, int64, int64, float64[:, ::1]),
)
def _place_layers(sums, place, sizes, layer, offset, m, at, low, high, full):
    """Place second derivatives between weights into nodes of a group and of layer ``m``; return the next place."""
    n_in, n_out, m_in, m_out = sizes[layer], sizes[layer + 1], sizes[m], sizes[m + 1]
    n_free = m_out - 1 if m == sizes.size - 2 else m_out
    at_o = np.empty(n_in + 1, np.int64)
    for q in range(n_free):
        for o in range(low, high):
            _weights_into(offset, n_in, n_out, o, at_o)
            for i in range(n_in + 1):
                u = at_o[i]
                for j in range(m_in):
                    full[u, at + q * m_in + j] = sums[place + j]
                full[u, at + m_in * m_out + q] = sums[place + m_in]
                place += m_in + 1
    place = _place_coupling(sums, place, sizes, layer, offset, m, at, low, high, full)
    if n_free < m_out:
        for o in range(low, high):
            _weights_into(offset, n_in, n_out, o, at_o)
            for u in at_o:
                _close_outputs(full, u, at, m_in, m_out)
    return place


@kernel(void(int64[::1], float64[::1], float64[:, ::1]))
def place_hessian(sizes, sums, full):
    """Add the sums, in the order in which they were made, to the upper triangle of ``full`` (n_weights, n_weights)."""
    last, place, offset = sizes.size - 2, 0, 0
    for layer in range(last + 1):
        n_in, n_out, step = sizes[layer], sizes[layer + 1], nodes_at_once(sizes, layer)
        for low in range(0, n_out, step):
            high = min(low + step, n_out)
            place = _place_same_layer(sums, place, offset, n_in, n_out, low, high, layer == last, full)
            at = offset + (n_in + 1) * n_out
            for m in range(layer + 1, last + 1):
                place = _place_layers(sums, place, sizes, layer, offset, m, at, low, high, full)
                at += (sizes[m] + 1) * sizes[m + 1]
        offset += (n_in + 1) * n_out


@kernel(void(float64[::1], DATA, float64[:, ::1], float64[:, ::1]))
def finish_hessian(x, data, full, matrix):
    """Gather the scaled upper triangle of the variables, mirror it and add the regulariser's part."""
    scale, n = data.parameters[LOSS_SCALE], x.size
    if n < full.shape[0]:
        for v in range(n):
            for u in range(v, n):
                matrix[v, u] = full[data.free[v], data.free[u]]
    for v in range(n):
        for u in range(v):
            matrix[v, u] = matrix[u, v]
        for u in range(v, n):
            matrix[v, u] *= scale
        matrix[v, v] += 2.0 * data.parameters[RATES + v]
