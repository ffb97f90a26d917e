"""What tanh makes of panels of nodes on the way forward, and its slope and the weights of derivatives on the way back.

The terms of a sum are added in order, each fused with its product, as :func:`~lossland.objectives.panels.linear_map`
does.
"""

from numba import float64, int64, void

from lossland._kernel import kernel
from lossland.objectives.elementary import tanh
from lossland.objectives.lanes import LANES, WIDTH, fma, load, store
from lossland.objectives.panels import linear_map

IN_REGISTERS = 4  # terms at most of a sum that is made and finished in registers


@kernel(void(float64[:, ::1], int64, int64))
def tanh_rows(values, row, n_rows):
    """Replace the rows by their hyperbolic tangents."""
    for o in range(row, row + n_rows):
        for k in range(0, values.shape[1], WIDTH):
            store(values, o, k, tanh(load(values, o, k)))


@kernel(LANES(LANES))
def _slope(a):
    """Return the slope of tanh where it is a."""
    return fma(0.0 - a, a, 1.0)


@kernel(
    void(float64[::1], int64, int64, int64, float64[:, ::1], int64, float64[:, ::1], int64),
)
def _pulled_row(weights, at, n_in, n_out, delta, first, activations, row):
    """Write one row of :func:`pull_back` for one to four outputs."""
    n, v = delta.shape[1], weights[at]
    if n_out == 1:
        for k in range(0, n, WIDTH):
            store(delta, row, k, v * load(delta, first, k) * _slope(load(activations, row, k)))
        return
    w = weights[at + n_in]
    if n_out == 2:
        for k in range(0, n, WIDTH):
            z = fma(w, load(delta, first + 1, k), v * load(delta, first, k))
            store(delta, row, k, z * _slope(load(activations, row, k)))
        return
    x = weights[at + 2 * n_in]
    if n_out == 3:
        for k in range(0, n, WIDTH):
            z = fma(w, load(delta, first + 1, k), v * load(delta, first, k))
            store(delta, row, k, fma(x, load(delta, first + 2, k), z) * _slope(load(activations, row, k)))
        return
    y = weights[at + 3 * n_in]
    for k in range(0, n, WIDTH):
        z = fma(w, load(delta, first + 1, k), v * load(delta, first, k))
        z = fma(y, load(delta, first + 3, k), fma(x, load(delta, first + 2, k), z))
        store(delta, row, k, z * _slope(load(activations, row, k)))


@kernel(void(float64[:, ::1], float64[:, ::1], int64, int64))
def _times_slopes(values, activations, row, n_rows):
    """Multiply rows of ``values`` by the slopes of the same rows of ``activations``."""
    for o in range(row, row + n_rows):
        for k in range(0, values.shape[1], WIDTH):
            store(values, o, k, load(values, o, k) * _slope(load(activations, o, k)))


@kernel(
    void(float64[::1], int64, int64, int64, float64[:, ::1], int64, float64[:, ::1], int64),
)
def pull_back(weights, at, n_in, n_out, delta, first, activations, row):
    """Write ``delta[row + i]``, i < n_in: the sum of ``w[o, i] * delta[first + o]`` times the slope of node i.

    The slope is 1 - a**2, a being ``activations[row + i]``; the weights, in the order of a network's, begin at ``at``.
    """
    if n_out <= IN_REGISTERS:
        for i in range(n_in):
            _pulled_row(weights, at + i, n_in, n_out, delta, first, activations, row + i)
    else:
        linear_map(weights, at, 1, n_in, -1, n_in, n_out, delta, first, delta, row, delta.shape[1])
        _times_slopes(delta, activations, row, n_in)
