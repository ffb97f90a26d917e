"""Which nodes of a masked network may change places: twins inside a layer and joint exchanges across layers.

A permutation of hidden nodes is a symmetry when it maps the mask onto itself. Nodes of one layer with equal incoming
and equal outgoing mask (twins) permute freely. What remains are the automorphisms of the quotient graph, whose vertices
are the classes of twins; the whole group is the product of the two. Inputs and outputs stay where they are.
"""

from typing import NamedTuple

import numpy as np

from lossland.errors import InputError

#: more joint exchanges than this are refused, because a canonical form tries them all
MAX_AUTOMORPHISMS = 5040


class MaskSymmetry(NamedTuple):
    """Permutations of hidden nodes that map a mask onto itself.

    Attributes
    ----------
    classes : list of list of ndarray of int64
        For every hidden layer its classes of twins, each the ascending positions of its nodes in the layer.
    automorphisms : ndarray of int64, shape (n_automorphisms, n_nodes)
        Joint exchanges of whole classes, the identity first. Entry ``[a, g]`` is the node (counted inside its layer)
        that comes to stand at node ``g`` (counted through all layers, inputs first).
    """

    classes: list
    automorphisms: np.ndarray


def layer_matrices(layer_sizes, weights):
    """Return views of a full weight vector, shape (n_weights,): a list of (matrix (n_out, n_in), biases (n_out,))."""
    layers, start = [], 0
    for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):
        stop = start + n_in * n_out
        layers.append((weights[start:stop].reshape(n_out, n_in), weights[stop : stop + n_out]))
        start = stop + n_out
    return layers


def mask_symmetry(layer_sizes, mask) -> MaskSymmetry:
    """Find the classes of twins and the joint exchanges that a mask, shape (n_weights,) bool, allows.

    Raises
    ------
    InputError
        When there are more than :data:`MAX_AUTOMORPHISMS` joint exchanges.
    """
    layers = layer_matrices(layer_sizes, mask)
    classes = [_twins(*layers[k], layers[k + 1][0]) for k in range(len(layers) - 1)]
    first_node = np.concatenate([[0], np.cumsum(layer_sizes)])
    identity = np.concatenate([np.arange(size) for size in layer_sizes])
    vertices = [(layer, members) for layer, found in enumerate(classes) for members in found]
    automorphisms = []
    for images in _automorphisms(layers, vertices):
        automorphism = identity.copy()
        for vertex, image in enumerate(images):
            layer, members = vertices[vertex]
            automorphism[first_node[layer + 1] + vertices[image][1]] = members
        automorphisms.append(automorphism)
    return MaskSymmetry(classes, np.array(automorphisms, dtype=np.int64))


def _twins(incoming, biases, outgoing):
    """Group the nodes of a layer by their incoming row, bias and outgoing column of the mask."""
    found = {}
    for node in range(biases.size):
        pattern = (incoming[node].tobytes(), bool(biases[node]), outgoing[:, node].tobytes())
        found.setdefault(pattern, []).append(node)
    return [np.array(members, dtype=np.int64) for members in found.values()]


def _automorphisms(layers, vertices):
    """Yield every automorphism of the quotient graph as the list of images of its vertices, the identity first."""
    follows = _edges(layers, vertices)
    colours = _refined_colours(_first_colours(layers, vertices), follows)
    peers = [[other for other in range(len(vertices)) if colours[other] == colours[v]] for v in range(len(vertices))]
    # only vertices that share their colour can move; the others are fixed from the start
    moving = [v for v in range(len(vertices)) if len(peers[v]) > 1]
    images = {v: v for v in range(len(vertices)) if len(peers[v]) == 1}
    for count, found in enumerate(_extensions(moving, peers, follows.tolist(), images)):
        if count == MAX_AUTOMORPHISMS:
            raise InputError(
                f"mask: it allows more than {MAX_AUTOMORPHISMS} exchanges that move nodes of several layers together; "
                "expected a mask with fewer"
            )
        yield [found[v] for v in range(len(vertices))]


def _extensions(moving, peers, follows, images):
    """Yield all completions of a partial automorphism; lowest images first, so that the identity comes first."""
    if not moving:
        yield images
        return
    vertex, rest = moving[0], moving[1:]
    taken = set(images.values())
    for image in sorted(set(peers[vertex]) - taken):
        extended = {**images, vertex: image}
        if all(
            follows[vertex][v] == follows[image][w] and follows[v][vertex] == follows[w][image]
            for v, w in extended.items()
        ):
            yield from _extensions(rest, peers, follows, extended)


def _edges(layers, vertices):
    """Return the matrix (n_vertices, n_vertices) of bool: whether the first class feeds the second."""
    follows = np.zeros((len(vertices), len(vertices)), dtype=bool)
    for v, (layer, members) in enumerate(vertices):
        for w, (next_layer, next_members) in enumerate(vertices):
            if next_layer == layer + 1:
                follows[v, w] = layers[next_layer][0][next_members[0], members[0]]
    return follows


def _first_colours(layers, vertices):
    """Colour each class by layer, size, bias and its wiring to inputs and outputs, which are fixed."""
    colours = []
    for layer, members in vertices:
        matrix, biases = layers[layer]
        to_inputs = matrix[members[0]].tobytes() if layer == 0 else b""
        to_outputs = layers[-1][0][:, members[0]].tobytes() if layer == len(layers) - 2 else b""
        colours.append((layer, members.size, bool(biases[members[0]]), to_inputs, to_outputs))
    return colours


def _refined_colours(colours, follows):
    """Split colours by the colours of the neighbours until nothing changes (Weisfeiler and Leman 1968)."""
    n_colours = 0
    while True:
        rank = {colour: number for number, colour in enumerate(sorted(set(colours)))}
        numbers = [rank[colour] for colour in colours]
        if len(rank) == n_colours:
            return numbers
        n_colours = len(rank)
        colours = [
            (numbers[v], _numbers_at(follows[v], numbers), _numbers_at(follows[:, v], numbers))
            for v in range(len(numbers))
        ]


def _numbers_at(chosen, numbers):
    return tuple(sorted(numbers[w] for w in np.flatnonzero(chosen)))
