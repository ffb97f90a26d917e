"""The network's loss, gradient and Hessian for many data: chunks of data in parallel, added in a fixed order.

The data are cut into chunks whose number depends on nothing but the data and the network.  Each chunk's sums are made
apart and then added in the order of the chunks, so that the result is the same to the last bit for any number of
threads.  This is the one module with a parallel kernel: a compiled search cannot hand its chunks to a pool of Python
threads.  Numba's own threads may not be entered from several Python threads at once; those of OpenMP may, and without
OpenMP the chunks are done in turn.

Imported by :func:`~lossland.objectives.mlp.mlp_cross_entropy` when there are many data, so that nobody else waits for
the compiler.
"""

import os

import numba
import numpy as np
from numba import boolean, float64, int64, prange, types, void

from lossland._kernel import kernel
from lossland.objectives.base import DATA, HESSIAN, VALUE_GRADIENT
from lossland.objectives.hessian_places import count_sums
from lossland.objectives.mlp_hessian import add_hessians, hessian_of_sums
from lossland.objectives.mlp_value import (
    LOSS_SCALE,
    add_gradients,
    all_weights,
    block_length,
    count_weights,
    finish_gradient,
    place_sums,
)

CHUNKS = 32  # divides evenly among 2, 4, 8, 16 threads, and few enough to be added in no time
MAX_SUMS = 2**26  # numbers in all chunks' sums together: 512 MB; a very large network's Hessian has fewer chunks


def _load_threads():
    """Load Numba's threads; return whether they may be entered from several Python threads at once."""
    try:
        from numba.np.ufunc import omppool  # noqa: F401, PLC0415  (missing where there is no OpenMP library)
    except ImportError:
        pass
    else:
        if numba.config.THREADING_LAYER == "default":
            numba.config.THREADING_LAYER = "omp"
    numba.get_num_threads()
    return numba.threading_layer() in ("omp", "tbb")


THREADS, PROCESS = _load_threads(), os.getpid()
# Numba's functions of these names are refused by the cache, and what they call is not
_get_threads = types.ExternalFunction("get_num_threads", int64())
_set_threads = types.ExternalFunction("set_num_threads", void(int64))


@kernel(void(DATA, float64[::1], int64, boolean, float64[:, ::1], float64[::1]))
def _add_chunk(data, weights, chunk, second, sums, losses):
    """Add one chunk's sums, of the Hessian if ``second``, to its line of ``sums``, and its loss to ``losses``."""
    n_data = data.labels.size
    n = block_length(n_data)
    n_blocks = (n_data + n - 1) // n
    begin = chunk * n_blocks // losses.size * n
    end = min((chunk + 1) * n_blocks // losses.size * n, n_data)
    if second:
        add_hessians(data, weights, begin, end, n, sums[chunk])
    else:
        losses[chunk] = add_gradients(data, weights, begin, end, n, sums[chunk])


@kernel(void(DATA, float64[::1], boolean, float64[:, ::1], float64[::1]), parallel=THREADS)
def _add_chunks(data, weights, second, sums, losses):
    """Add all chunks' sums to their lines, in ``data.threads`` threads."""
    if data.threads > 1:
        before = _get_threads()
        _set_threads(data.threads)
        for chunk in prange(losses.size):
            _add_chunk(data, weights, chunk, second, sums, losses)
        _set_threads(before)
    else:  # without a call of OpenMP, which does not survive a fork
        for chunk in range(losses.size):
            _add_chunk(data, weights, chunk, second, sums, losses)


@kernel(float64[::1](DATA, float64[::1], int64, boolean, float64[::1]))
def _sums_over_data(data, weights, n_sums, second, losses):
    """Return the sums over all data and overwrite ``losses`` with one loss for each chunk."""
    sums = np.zeros((losses.size, n_sums))
    _add_chunks(data, weights, second, sums, losses)
    for chunk in range(1, losses.size):
        for i in range(n_sums):
            sums[0, i] += sums[chunk, i]
    return sums[0]


@kernel(VALUE_GRADIENT)
def value_gradient_of_many(x, data, gradient):
    """Do :func:`~lossland.objectives.mlp_value.value_gradient` with ``data.threads`` threads."""
    weights, losses = np.empty(count_weights(data.structure)), np.zeros(CHUNKS)
    all_weights(x, data, weights)
    sums = _sums_over_data(data, weights, weights.size, False, losses)
    place_sums(data.structure, sums, weights)
    loss = 0.0
    for chunk in range(losses.size):
        loss += losses[chunk]
    return loss * data.parameters[LOSS_SCALE] + finish_gradient(x, data, weights, gradient)


@kernel(HESSIAN)
def hessian_of_many(x, data, matrix):
    """Do :func:`~lossland.objectives.mlp_hessian.hessian` with ``data.threads`` threads."""
    weights, n_sums = np.empty(count_weights(data.structure)), count_sums(data.structure)[0]
    all_weights(x, data, weights)
    losses = np.zeros(max(1, min(CHUNKS, MAX_SUMS // n_sums)))
    hessian_of_sums(x, data, _sums_over_data(data, weights, n_sums, True, losses), matrix)


def threads_for_data(wanted):
    """Return how many of ``wanted`` threads an evaluation can have here."""
    alive = THREADS and os.getpid() == PROCESS  # GNU OpenMP does not survive a fork
    return min(wanted, numba.config.NUMBA_NUM_THREADS) if alive else 1
