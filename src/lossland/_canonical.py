"""Kernels behind the canonical form of a network's weight vector.

Layer by layer from the input, every hidden node gets the key p . (its incoming weights and bias), p being one fixed
generic unit vector per layer and the previous layer being canonical already. The sign of a node is turned so that its
key is positive, and the nodes of a class are sorted by descending key. Because |p| = 1, a key moves by no more than the
point does: copies of two points closer than d get the same order unless some gap between keys is below 2 d. That is
what the ``margin`` tells.
"""

from typing import NamedTuple

import numba
import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland.mask_symmetry import mask_symmetry


class Plan(NamedTuple):
    """A network's symmetry, laid out for kernels. Nodes are counted through all layers, inputs first.

    Attributes
    ----------
    sizes : ndarray of int64, shape (n_layers,)
        Layer sizes.
    free : ndarray of int64, shape (n_variables,)
        Positions of the variables among all weights.
    first_class : ndarray of int64, shape (n_layers + 1,)
        Layer k owns the classes first_class[k] to first_class[k + 1]; inputs and outputs own none.
    bounds : ndarray of int64, shape (n_classes + 1,)
        Class c owns members[bounds[c]:bounds[c + 1]].
    members : ndarray of int64, shape (n_hidden,)
        Nodes, class by class.
    automorphisms : ndarray of int64, shape (n_automorphisms, n_nodes)
        See :class:`lossland.mask_symmetry.MaskSymmetry`.
    projection : ndarray of float64, shape (sum of (n_in + 1) over all layers,)
        The vectors p, layer after layer.
    score : ndarray of float64, shape (n_variables,)
        Generic unit vector that ranks automorphisms.
    """

    sizes: np.ndarray
    free: np.ndarray
    first_class: np.ndarray
    bounds: np.ndarray
    members: np.ndarray
    automorphisms: np.ndarray
    projection: np.ndarray
    score: np.ndarray


def generic_direction(size) -> np.ndarray:
    """Return a unit vector, shape (size,), of +-(1 + fractional part of a prime's square root).

    Square roots of primes are linearly independent over the rationals, so no vector of rational weights but zero
    projects to zero.
    """
    if size == 0:
        return np.zeros(0)
    limit = max(20, int(2 * size * np.log(size + 2.0)))
    sieve = np.ones(limit, dtype=bool)
    sieve[:2] = False
    for number in range(2, int(limit**0.5) + 1):
        sieve[number * number :: number] = False
    roots = np.sqrt(np.flatnonzero(sieve)[:size])
    # the sign follows a second digit of the root, so that it does not simply alternate
    vector = np.where(np.floor(16 * roots) % 2 == 0, 1.0, -1.0) * (1.0 + roots % 1.0)
    return vector / np.linalg.norm(vector)


def make_plan(layer_sizes, mask, symmetry) -> Plan:
    """Lay out the :class:`~lossland.mask_symmetry.MaskSymmetry` of a mask, shape (n_weights,) bool."""
    classes, automorphisms = symmetry
    first_node = np.concatenate([[0], np.cumsum(layer_sizes)])
    found = [
        first_node[layer + 1] + members for layer, layer_classes in enumerate(classes) for members in layer_classes
    ]
    counts = [0, *(len(layer_classes) for layer_classes in classes), 0]
    free = np.flatnonzero(mask)
    return Plan(
        sizes=np.array(layer_sizes, dtype=np.int64),
        free=free.astype(np.int64),
        first_class=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        bounds=np.concatenate([[0], np.cumsum([members.size for members in found])]).astype(np.int64),
        members=np.concatenate([*found, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        automorphisms=automorphisms,
        projection=np.concatenate([generic_direction(n_in + 1) for n_in in layer_sizes[:-1]]),
        score=generic_direction(free.size),
    )


_ONES = np.ones(4, dtype=bool)
PLAN = numba.typeof(make_plan((1, 1, 1), _ONES, mask_symmetry((1, 1, 1), _ONES)))


@kernel(
    void(float64[::1], int64, int64, int64, int64, float64[::1], int64[::1], float64[::1], float64[::1]),
)
def node_keys(weights, start, n_in, n_out, first_in, projection, source, sign, keys):
    """Fill ``keys`` for the layer whose matrix begins at ``start`` and whose inputs begin at node ``first_in``."""
    first_out = first_in + n_in
    for place in range(first_out, first_out + n_out):
        row = start + source[place] * n_in
        key = projection[n_in] * weights[start + n_in * n_out + source[place]]
        for j in range(n_in):
            key += projection[j] * (sign[first_in + j] * weights[row + source[first_in + j]])
        keys[place] = key


@kernel(void(int64[::1], float64[::1], int64[::1], float64[::1]))
def sort_class(places, keys, source, sign):
    """Sort the nodes that stand at ``places`` by descending key (insertion sort; classes are small)."""
    for i in range(1, places.size):
        here = places[i]
        key, node, turn = keys[here], source[here], sign[here]
        j = i
        while j > 0 and keys[places[j - 1]] < key:
            to, origin = places[j], places[j - 1]
            keys[to], source[to], sign[to] = keys[origin], source[origin], sign[origin]
            j -= 1
        to = places[j]
        keys[to], source[to], sign[to] = key, node, turn


@kernel(
    float64(float64[::1], int64, int64, int64, int64, int64, float64, int64, float64),
)
def node_distance(weights, start, n_in, n_out, n_next, node, turn, other, other_turn):
    """Return the distance between two signed nodes of a layer: incoming weights, biases and outgoing weights."""
    biases = start + n_in * n_out
    total = (turn * weights[biases + node] - other_turn * weights[biases + other]) ** 2
    for j in range(n_in):
        total += (turn * weights[start + node * n_in + j] - other_turn * weights[start + other * n_in + j]) ** 2
    for k in range(n_next):
        row = biases + n_out + k * n_out
        total += (turn * weights[row + node] - other_turn * weights[row + other]) ** 2
    return np.sqrt(total)


@kernel(float64(float64[::1], PLAN, int64[::1], float64, int64[::1], float64[::1], float64[::1]))
def arrange(weights, plan, automorphism, tolerance, source, sign, keys):
    """Find the canonical order and signs after one automorphism; return the margin.

    Overwritten, shape (n_nodes,): ``source``, the node (counted inside its layer) that comes to stand at each place;
    ``sign``, its sign; ``keys``. Gaps between nodes that are equal within ``tolerance``, and signs of nodes that are
    zero within it, do not count in the margin, because either choice gives the same point.
    """
    source[:] = automorphism
    sign[:] = 1.0
    margin = np.inf
    start, first_in, first_projection = 0, 0, 0
    for layer in range(1, plan.sizes.size - 1):
        n_in, n_out, n_next = plan.sizes[layer - 1], plan.sizes[layer], plan.sizes[layer + 1]
        node_keys(weights, start, n_in, n_out, first_in, plan.projection[first_projection:], source, sign, keys)
        for place in range(first_in + n_in, first_in + n_in + n_out):
            if keys[place] < 0.0:
                keys[place], sign[place] = -keys[place], -1.0
            node = source[place]
            gap = 2.0 * keys[place]
            if gap < margin and (
                gap > 2.0 * tolerance
                or node_distance(weights, start, n_in, n_out, n_next, node, 1.0, node, 0.0) > tolerance
            ):
                margin = gap
        for c in range(plan.first_class[layer], plan.first_class[layer + 1]):
            places = plan.members[plan.bounds[c] : plan.bounds[c + 1]]
            sort_class(places, keys, source, sign)
            for i in range(1, places.size):
                a, b = places[i - 1], places[i]
                gap = keys[a] - keys[b]
                if gap < margin and (
                    gap > tolerance
                    or node_distance(weights, start, n_in, n_out, n_next, source[a], sign[a], source[b], sign[b])
                    > tolerance
                ):
                    margin = gap
        start += (n_in + 1) * n_out
        first_in += n_in
        first_projection += n_in + 1
    return margin


@kernel(void(float64[::1], int64[::1], int64[::1], float64[::1], float64[::1]))
def move_nodes(weights, sizes, source, sign, moved):
    """Write to ``moved`` the weights, shape (n_weights,), with node ``source[g]`` times ``sign[g]`` at place g."""
    start, first_in = 0, 0
    for layer in range(1, sizes.size):
        n_in, n_out = sizes[layer - 1], sizes[layer]
        biases = start + n_in * n_out
        for i in range(n_out):
            place = first_in + n_in + i
            row = start + source[place] * n_in
            for j in range(n_in):
                turn = sign[place] * sign[first_in + j]
                # adding zero turns -0.0 into 0.0
                moved[start + i * n_in + j] = turn * weights[row + source[first_in + j]] + 0.0
            moved[biases + i] = sign[place] * weights[biases + source[place]] + 0.0
        start = biases + n_out
        first_in += n_in


@kernel(float64(float64[::1], PLAN, float64, float64[::1], int64[::1], float64[::1]))
def canonical_form(x, plan, tolerance, form, source, sign):
    """Write the canonical form of ``x``, shape (n_variables,), and the node moves that lead to it; return the margin.

    ``form`` (n_variables,), ``source`` and ``sign`` (n_nodes,) are overwritten; see :func:`arrange`. Among several
    automorphisms the one with the largest score wins, and the lead over the next different form is part of the margin.
    """
    n_weights = 0
    for layer in range(1, plan.sizes.size):
        n_weights += (plan.sizes[layer - 1] + 1) * plan.sizes[layer]
    weights, moved, keys = np.zeros(n_weights), np.empty(n_weights), np.empty(source.size)
    for v in range(x.size):
        weights[plan.free[v]] = x[v]
    margin = arrange(weights, plan, plan.automorphisms[0], tolerance, source, sign, keys)
    move_nodes(weights, plan.sizes, source, sign, moved)
    for v in range(x.size):
        form[v] = moved[plan.free[v]]
    if plan.automorphisms.shape[0] == 1:
        return margin
    other, other_source, other_sign = np.empty(x.size), np.empty_like(source), np.empty_like(sign)
    best = 0.0
    for v in range(x.size):
        best += plan.score[v] * form[v]
    for a in range(1, plan.automorphisms.shape[0]):
        margin = min(margin, arrange(weights, plan, plan.automorphisms[a], tolerance, other_source, other_sign, keys))
        move_nodes(weights, plan.sizes, other_source, other_sign, moved)
        score, distance = 0.0, 0.0
        for v in range(x.size):
            other[v] = moved[plan.free[v]]
            score += plan.score[v] * other[v]
            distance += (other[v] - form[v]) ** 2
        if np.sqrt(distance) > tolerance:
            margin = min(margin, abs(score - best))
        if score > best:
            best = score
            form[:], source[:], sign[:] = other, other_source, other_sign
    return margin


@kernel(void(float64[:, ::1], PLAN, float64, float64[:, ::1], float64[::1]))
def canonical_forms(points, plan, tolerance, forms, margins):
    """Apply :func:`canonical_form` to every row of ``points``; ``forms`` and ``margins`` are overwritten."""
    n_nodes = plan.sizes.sum()
    source, sign = np.empty(n_nodes, dtype=np.int64), np.empty(n_nodes)
    for i in range(points.shape[0]):
        margins[i] = canonical_form(points[i], plan, tolerance, forms[i], source, sign)
