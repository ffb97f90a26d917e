"""Networks of reduced connectivity: every hidden node keeps its nearest nodes of the layers beside it."""

from fractions import Fraction

import numpy as np

from lossland.errors import InputError


def locality_mask(layer_sizes, n_neighbours: int) -> np.ndarray:
    """Return the mask of a network whose hidden nodes are joined to near nodes only.

    The nodes of each layer stand on a unit line, node i of N at (i - 1)/(N - 1) and a single one in the middle. Every
    hidden node keeps its weights to the ``n_neighbours`` nearest nodes of each layer beside it, of equally near ones
    those of lowest index; all biases stay (Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), section 5,
    equation 5). Between two hidden layers, which the paper does not have, a weight stays when either of its nodes
    keeps it.

    Parameters
    ----------
    layer_sizes : sequence of int
        Nodes of each layer, inputs first, with at least one hidden layer.
    n_neighbours : int
        From 1 on; layers with fewer nodes are kept whole.

    Returns
    -------
    ndarray of bool, shape (n_weights,)
        False where a weight is frozen at zero, in the order of the weights: layer by layer the matrix (n_out, n_in),
        row-major, then the biases.

    Raises
    ------
    InputError
        When there is no hidden layer, or a number is not such a whole number.
    """
    sizes = [int(size) for size in layer_sizes]
    if len(sizes) < 3 or min(sizes) < 1:
        raise InputError(f"layer_sizes is {sizes}, but reduced connectivity needs at least one hidden layer of nodes")
    if n_neighbours != int(n_neighbours) or n_neighbours < 1:
        raise InputError(f"n_neighbours is {n_neighbours!r}, but expected a whole number from 1 on")
    parts = []
    for layer in range(1, len(sizes)):
        n_in, n_out = sizes[layer - 1], sizes[layer]
        kept = np.zeros((n_out, n_in), dtype=bool)
        if layer > 1:  # the nodes that feed are hidden: each keeps some of those that they feed
            kept |= _nearest(n_in, n_out, n_neighbours).T
        if layer < len(sizes) - 1:
            kept |= _nearest(n_out, n_in, n_neighbours)
        parts += [kept.ravel(), np.ones(n_out, dtype=bool)]
    return np.concatenate(parts)


def _nearest(n_nodes, n_others, number):
    """Return for each node which of the others it keeps, shape (n_nodes, n_others) bool."""
    kept = np.zeros((n_nodes, n_others), dtype=bool)
    others = _positions(n_others)
    for node, position in enumerate(_positions(n_nodes)):
        # exact fractions, lest rounding decide between equally near nodes
        order = sorted(range(n_others), key=lambda other: (abs(position - others[other]), other))
        kept[node, order[:number]] = True
    return kept


def _positions(n_nodes):
    return [Fraction(i, n_nodes - 1) for i in range(n_nodes)] if n_nodes > 1 else [Fraction(1, 2)]
