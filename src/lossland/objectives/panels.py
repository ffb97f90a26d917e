"""Products of panels: few rows, one for each node or weight, and long columns, one for each datum.

All long sums of the network kernels are sums over data of products of two rows, or linear combinations of rows.  Both
are tiled so that a number that has been loaded is used several times; the vector lanes run along the data.  Whole
arrays and row numbers are passed, not rows: a view of a row costs as much as a tenth of the work on it.
"""

import numpy as np
from numba import boolean, float64, int64, void

from lossland._kernel import kernel
from lossland._vector import FASTMATH
from lossland.objectives.lanes import LANES, WIDTH, fma, load, spread, store

TALL, WIDE = 4, 3  # a tile: 12 sums, 4 + 3 loads, so all 16 vector registers are used once
SPARE = 3  # rows behind a panel that a tile may read; what it makes of them is dropped


@kernel(
    void(float64[:, ::1], int64, float64[:, ::1], int64, int64, float64[::1]),
    fastmath=FASTMATH,
)
def _tile(tall, r, wide, c, n, out):
    """Overwrite ``out[3 i + j]`` with the sum over k < n of ``tall[r + i, k] * wide[c + j, k]``, i < 4, j < 3."""
    s00, s01, s02 = 0.0, 0.0, 0.0
    s10, s11, s12 = 0.0, 0.0, 0.0
    s20, s21, s22 = 0.0, 0.0, 0.0
    s30, s31, s32 = 0.0, 0.0, 0.0
    for k in range(n):
        w0, w1, w2 = wide[c, k], wide[c + 1, k], wide[c + 2, k]
        t = tall[r, k]
        s00 += t * w0
        s01 += t * w1
        s02 += t * w2
        t = tall[r + 1, k]
        s10 += t * w0
        s11 += t * w1
        s12 += t * w2
        t = tall[r + 2, k]
        s20 += t * w0
        s21 += t * w1
        s22 += t * w2
        t = tall[r + 3, k]
        s30 += t * w0
        s31 += t * w1
        s32 += t * w2
    out[0], out[1], out[2], out[3], out[4], out[5] = s00, s01, s02, s10, s11, s12
    out[6], out[7], out[8], out[9], out[10], out[11] = s20, s21, s22, s30, s31, s32


@kernel(int64(int64, int64))
def _work(n_tall, n_wide):
    """Return the number of sums, dropped ones included, for panels of so many rows."""
    return (n_tall + TALL - 1) // TALL * TALL * ((n_wide + WIDE - 1) // WIDE * WIDE)


@kernel(
    void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64, int64, float64[::1], int64, int64, int64),
)
def _add_tiles(tall, r0, n_tall, wide, c0, n_wide, n, sums, place, r_step, c_step):
    """Do :func:`add_products` with the first panel tall, the second wide, and any strides of the sums."""
    out = np.empty(TALL * WIDE)
    for c in range(0, n_wide, WIDE):
        for r in range(0, n_tall, TALL):
            _tile(tall, r0 + r, wide, c0 + c, n, out)
            for i in range(min(TALL, n_tall - r)):
                at = place + (r + i) * r_step + c * c_step
                for j in range(min(WIDE, n_wide - c)):
                    sums[at + j * c_step] += out[WIDE * i + j]


@kernel(
    void(float64[:, ::1], int64, int64, float64[:, ::1], int64, int64, int64, float64[::1], int64, int64),
)
def add_products(a, a0, n_a, b, b0, n_b, n, sums, place, step):
    """Add to ``sums[place + r * step + c]`` the sum over k < n of ``a[a0 + r, k] * b[b0 + c, k]``, r < n_a, c < n_b.

    Up to ``SPARE`` rows behind both panels must exist; their values do not matter.
    """
    if _work(n_a, n_b) <= _work(n_b, n_a):
        _add_tiles(a, a0, n_a, b, b0, n_b, n, sums, place, step, 1)
    else:
        _add_tiles(b, b0, n_b, a, a0, n_a, n, sums, place, 1, step)


@kernel(LANES(boolean, float64, float64[:, ::1], int64, int64))
def _begun(fresh, constant, target, to, k):
    """Return what terms are added to."""
    return spread(constant) if fresh else load(target, to, k)


@kernel(
    void(
        float64[::1],
        int64,
        int64,
        int64,
        int64,
        float64,
        float64,
        boolean,
        float64[:, ::1],
        int64,
        float64[:, ::1],
        int64,
        int64,
    ),
)
def _add_terms(weights, at, out_step, in_step, count, b0, b1, fresh, source, row, target, to, n):
    """Add one to four terms to two rows of the target, or to the two constants where it is ``fresh``."""
    v0, v1 = weights[at], weights[at + out_step]
    if count == 1:
        for k in range(0, n, WIDTH):
            p = load(source, row, k)
            store(target, to, k, fma(v0, p, _begun(fresh, b0, target, to, k)))
            store(target, to + 1, k, fma(v1, p, _begun(fresh, b1, target, to + 1, k)))
        return
    w0, w1 = weights[at + in_step], weights[at + out_step + in_step]
    if count == 2:
        for k in range(0, n, WIDTH):
            p, q = load(source, row, k), load(source, row + 1, k)
            store(target, to, k, fma(w0, q, fma(v0, p, _begun(fresh, b0, target, to, k))))
            store(target, to + 1, k, fma(w1, q, fma(v1, p, _begun(fresh, b1, target, to + 1, k))))
        return
    x0, x1 = weights[at + 2 * in_step], weights[at + out_step + 2 * in_step]
    if count == 3:
        for k in range(0, n, WIDTH):
            p, q, r = load(source, row, k), load(source, row + 1, k), load(source, row + 2, k)
            store(target, to, k, fma(x0, r, fma(w0, q, fma(v0, p, _begun(fresh, b0, target, to, k)))))
            store(target, to + 1, k, fma(x1, r, fma(w1, q, fma(v1, p, _begun(fresh, b1, target, to + 1, k)))))
        return
    y0, y1 = weights[at + 3 * in_step], weights[at + out_step + 3 * in_step]
    for k in range(0, n, WIDTH):
        p, q, r, s = load(source, row, k), load(source, row + 1, k), load(source, row + 2, k), load(source, row + 3, k)
        z0, z1 = _begun(fresh, b0, target, to, k), _begun(fresh, b1, target, to + 1, k)
        store(target, to, k, fma(y0, s, fma(x0, r, fma(w0, q, fma(v0, p, z0)))))
        store(target, to + 1, k, fma(y1, s, fma(x1, r, fma(w1, q, fma(v1, p, z1)))))


@kernel(
    void(float64[::1], int64, int64, int64, int64, float64[:, ::1], int64, float64[:, ::1], int64, int64),
    fastmath=FASTMATH,
)
def _single_output(weights, at, in_step, bias, n_in, source, row, target, to, n):
    """Do :func:`linear_map` for one output alone."""
    constant = weights[bias] if bias >= 0 else 0.0
    for k in range(n):
        target[to, k] = constant
    for i in range(n_in):
        w = weights[at + i * in_step]
        for k in range(n):
            target[to, k] += w * source[row + i, k]


@kernel(
    void(
        float64[::1],
        int64,
        int64,
        int64,
        int64,
        int64,
        int64,
        float64[:, ::1],
        int64,
        float64[:, ::1],
        int64,
        int64,
    ),
)
def linear_map(weights, at, out_step, in_step, bias, n_out, n_in, source, row, target, to, n):
    """Write ``target[to + o, k]``, o < n_out, k < n: the sum over i < n_in of ``w[o, i] * source[row + i, k]``.

    ``w[o, i]`` is ``weights[at + o * out_step + i * in_step]``; ``weights[bias + o]`` is added unless ``bias`` is
    negative.  Terms are added in order, each fused with its product.  Source and target must not overlap, and n must be
    a multiple of the lanes.
    """
    if n_out == 1:
        _single_output(weights, at, in_step, bias, n_in, source, row, target, to, n)
        return
    done, chunks, odd = 0, (n_in + 3) // 4, n_out % 2
    for chunk in range(chunks):  # outside: the sources may be too many for the cache
        count = (n_in - done + chunks - chunk - 1) // (chunks - chunk)
        for o in range(0, n_out - odd, 2):
            b0, b1 = 0.0, 0.0
            if bias >= 0:
                b0, b1 = weights[bias + o], weights[bias + o + 1]
            place = at + o * out_step + done * in_step
            _add_terms(
                weights, place, out_step, in_step, count, b0, b1, chunk == 0, source, row + done, target, to + o, n
            )
        done += count
    if odd:
        last = n_out - 1
        _single_output(
            weights,
            at + last * out_step,
            in_step,
            bias + last if bias >= 0 else -1,
            n_in,
            source,
            row,
            target,
            to + last,
            n,
        )
