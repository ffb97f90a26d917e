"""How well the networks of many minima predict, compiled: the measures of :mod:`lossland.analysis.performance`.

One pass over the data for each minimum gives all of them; nothing but three numbers is kept, so a million minima
take no more memory than their variables.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import float64, int64, uint64, void

from lossland._kernel import kernel
from lossland.errors import InputError
from lossland.objectives.base import NetworkLayout
from lossland.objectives.elementary import exp, tanh

BLOCK = 256  # data worked through at a time: the rows of all nodes stay in the first-level cache
MINIMA_PER_TASK = 2048


@kernel(
    void(float64[:, ::1], int64, int64, int64, float64[::1], int64, int64),
    error_model="numpy",
)
def layer_rows(values, first, n_in, n_out, weights, offset, size):
    """Write W a + b of one layer below its inputs: ``values[first + n_in + o, k]`` for k < size."""
    for o in range(n_out):
        out, w = values[first + n_in + o], weights[offset + o * n_in : offset + (o + 1) * n_in]
        bias = weights[offset + n_in * n_out + o]
        for k in range(size):
            out[k] = bias
        i = 0
        while i + 2 <= n_in:
            a, b, u, v = values[first + i], values[first + i + 1], w[i], w[i + 1]
            for k in range(size):
                out[k] += u * a[k] + v * b[k]
            i += 2
        if i < n_in:
            a, u = values[first + i], w[i]
            for k in range(size):
                out[k] += u * a[k]


@kernel(void(float64[:, ::1], int64, int64, int64), error_model="numpy")
def tanh_rows(values, first, n_rows, size):
    """Replace rows by their hyperbolic tangents."""
    for o in range(first, first + n_rows):
        line = values[o]
        for k in range(size):
            line[k] = tanh(line[k])


@kernel(
    void(
        float64[:, ::1],
        int64,
        int64,
        int64[::1],
        int64,
        int64,
        int64[::1],
        float64[:, ::1],
        float64[::1],
        float64[:, ::1],
    ),
    error_model="numpy",
)
def softmax_block(values, first, n_out, labels, start, size, targets, scores, sums, work):
    """Turn the outputs of a block into scores of the target classes, and add its loss and its hits to ``sums`` (2,)."""
    top, total, best = work[0], work[1], work[2]
    for k in range(size):
        top[k], total[k], best[k] = values[first, k], 0.0, 0.0
    for o in range(1, n_out):
        line = values[first + o]
        for k in range(size):
            higher = line[k] > top[k]
            top[k] = line[k] if higher else top[k]
            best[k] = float(o) if higher else best[k]
    loss = 0.0
    for k in range(size):
        loss += top[k] - values[first + labels[start + k], k]
        sums[1] += best[k] == labels[start + k]
    for o in range(n_out):
        line = values[first + o]
        for k in range(size):
            line[k] = exp(line[k] - top[k])
            total[k] += line[k]
    for t in range(targets.size):
        chosen, line = scores[t, start : start + size], values[first + targets[t]]
        for k in range(size):
            chosen[k] = line[k] / total[k]
    # each total lies in [1, n_out]: products of eight cannot overflow and cost one logarithm for eight data
    product = 1.0
    for k in range(size):
        product *= total[k]
        if k % 8 == 7:
            loss += np.log(product)
            product = 1.0
    sums[0] += loss + np.log(product)


@kernel(void(uint64[::1], uint64[::1], int64[:, ::1]))
def sort_keys(keys, spare, counts):
    """Sort ``keys`` (n,) in ascending order; ``spare`` (n,) and ``counts`` (4, 256) are scratch.

    A radix sort by the upper 32 bits, whose cost does not depend on what no processor can predict, and insertion for
    what is left.
    """
    counts[:] = 0
    for key in keys:
        for digit in range(4):
            counts[digit, (key >> uint64(32 + 8 * digit)) & uint64(255)] += 1
    source, goal = keys, spare
    for digit in range(4):
        total = 0
        for value in range(256):
            total, counts[digit, value] = total + counts[digit, value], total
        shift = uint64(32 + 8 * digit)
        for key in source:
            value = (key >> shift) & uint64(255)
            goal[counts[digit, value]] = key
            counts[digit, value] += 1
        source, goal = goal, source
    for i in range(1, keys.size):
        key, at = keys[i], i
        while at > 0 and keys[at - 1] > key:
            keys[at] = keys[at - 1]
            at -= 1
        keys[at] = key


@kernel(int64(float64[::1], uint64[::1], uint64[::1], uint64[::1], int64[:, ::1]))
def twice_wins(scores, is_target, keys, spare, counts):
    """Count pairs of a target's and another's score in which the target's is higher, twice, and ties once.

    Scores lie in 0..1: the bits of such numbers ascend with them and leave room for two more, of which the lowest
    holds ``is_target`` (0 or 1).
    """
    bits = scores.view(np.uint64)
    for i in range(scores.size):
        keys[i] = (bits[i] << uint64(2)) | is_target[i]
    sort_keys(keys, spare, counts)
    twice, below, i = 0, 0, 0
    while i < keys.size:
        score, n_targets, n_others = keys[i] >> uint64(2), 0, 0
        while i < keys.size and keys[i] >> uint64(2) == score:
            n_targets += int64(keys[i] & uint64(1))
            n_others += int64(uint64(1) - (keys[i] & uint64(1)))
            i += 1
        twice += n_targets * (2 * below + n_others)
        below += n_others
    return twice


@kernel(
    void(float64[:, ::1], int64[::1], int64[::1], float64[:, ::1], int64[::1], int64[::1], float64[:, ::1]),
    error_model="numpy",
)
def measure(points, free, sizes, inputs, labels, targets, results):
    """Fill ``results`` (n_minima, 2 + n_targets): mean cross-entropy, accuracy, AUC of each target (NaN without pairs).

    ``inputs`` is (n_inputs, n_data); ``free`` (n_variables,) the position of each variable among all weights.
    """
    n_data, n_layers, n_weights = labels.size, sizes.size - 1, 0
    for layer in range(n_layers):
        n_weights += (sizes[layer] + 1) * sizes[layer + 1]
    weights, values, work = np.zeros(n_weights), np.empty((sizes.sum(), BLOCK)), np.empty((3, BLOCK))
    scores, sums = np.empty((targets.size, n_data)), np.empty(2)
    is_target, counts = np.empty(n_data, dtype=np.uint64), np.empty((4, 256), dtype=np.int64)
    keys, spare = np.empty(n_data, dtype=np.uint64), np.empty(n_data, dtype=np.uint64)
    for point in range(points.shape[0]):
        for v in range(free.size):
            weights[free[v]] = points[point, v]
        sums[:] = 0.0
        for start in range(0, n_data, BLOCK):
            size = min(BLOCK, n_data - start)
            values[: sizes[0], :size] = inputs[:, start : start + size]
            first, offset = 0, 0
            for layer in range(n_layers):
                n_in, n_out = sizes[layer], sizes[layer + 1]
                layer_rows(values, first, n_in, n_out, weights, offset, size)
                first += n_in
                offset += (n_in + 1) * n_out
                if layer < n_layers - 1:
                    tanh_rows(values, first, n_out, size)
            softmax_block(values, first, sizes[n_layers], labels, start, size, targets, scores, sums, work)
        results[point] = np.nan
        if not np.isfinite(sums[0]):  # outputs have overflown
            continue
        results[point, 0], results[point, 1] = sums[0] / n_data, sums[1] / n_data
        for t in range(targets.size):
            n_targets = 0
            for k in range(n_data):
                is_target[k] = labels[k] == targets[t]
                n_targets += labels[k] == targets[t]
            n_pairs = n_targets * (n_data - n_targets)
            if n_pairs > 0:
                results[point, 2 + t] = twice_wins(scores[t], is_target, keys, spare, counts) / (2 * n_pairs)


def network_performance(layout: NetworkLayout, points, inputs, labels, target=0, *, threads=1) -> dict:
    """Measure how well the network of each minimum predicts a set of data.

    Parameters
    ----------
    layout : NetworkLayout
    points : array_like, shape (n_minima, n_variables)
    inputs : array_like, shape (n_data, n_inputs)
    labels : array_like of int, shape (n_data,)
    target : int or sequence of int
        Class of the AUC, or classes.
    threads : int
        No influence on the result.

    Returns
    -------
    dict of ndarray, shape (n_minima,)
        ``cross_entropy``, ``auc`` (for several classes of shape (n_minima, n_classes)) and ``accuracy`` as in
        :mod:`lossland.analysis.performance`. All are NaN without data and where outputs overflow; the AUC also where
        the data lack the class or any other. The cross-entropy is taken from the outputs before softmax, so that it
        stays finite where a probability is too small for a number.

    Raises
    ------
    InputError
        When shapes or labels do not fit, or an input or a variable is not finite.
    """
    targets = np.atleast_1d(np.asarray(target, dtype=np.int64))
    points, inputs, labels = _checked(layout, points, inputs, labels, targets)
    results = np.full((len(points), 2 + targets.size), np.nan)
    if labels.size:
        free, sizes = np.flatnonzero(layout.mask), np.array(layout.layer_sizes, dtype=np.int64)
        table = np.array(inputs.T, order="C")  # kernels are compiled for writable arrays

        def task(start):
            block = slice(start, start + MINIMA_PER_TASK)
            measure(points[block].copy(), free, sizes, table, labels, targets, results[block])

        with ThreadPoolExecutor(max(1, threads)) as pool:
            list(pool.map(task, range(0, len(points), MINIMA_PER_TASK)))
    aucs = results[:, 2].copy() if np.ndim(target) == 0 else results[:, 2:].copy()
    return {"cross_entropy": results[:, 0].copy(), "auc": aucs, "accuracy": results[:, 1].copy()}


def _checked(layout, points, inputs, labels, targets):
    points, inputs = np.asarray(points, dtype=np.float64), np.asarray(inputs, dtype=np.float64)
    labels, sizes = np.asarray(labels), layout.layer_sizes
    if points.ndim != 2 or points.shape[1] != layout.n_variables:
        raise InputError(f"points have shape {points.shape}; expected (n_minima, {layout.n_variables})")
    if labels.ndim != 1 or inputs.shape != (labels.size, sizes[0]):
        raise InputError(
            f"inputs of shape {inputs.shape} and labels of shape {labels.shape}: "
            f"expected (n_data, {sizes[0]}) and (n_data,)"
        )
    if labels.size and (not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() >= sizes[-1]):
        raise InputError(f"labels must be integers 0..{sizes[-1] - 1}, one for each output")
    for target in targets[(targets < 0) | (targets >= sizes[-1])]:
        raise InputError(f"target is {target}, but classes are 0..{sizes[-1] - 1}")
    if not (np.isfinite(inputs).all() and np.isfinite(points).all()):
        raise InputError("inputs and variables of minima must all be finite numbers")
    return points, inputs, labels.astype(np.int64)
