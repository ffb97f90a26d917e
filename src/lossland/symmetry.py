"""Symmetry of the objective: node permutations and sign flips of tanh networks (canonical form, alignment, copies).

A tanh network has 2**h * h! copies of every point for each hidden layer of h nodes (Chen, Lu and Hecht-Nielsen, Neural
Computation 5, 910 (1993)). With a mask only the permutations remain that map the mask onto itself.
"""

import itertools
import math
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.optimize import linear_sum_assignment

from lossland._canonical import canonical_form, canonical_forms, make_plan, move_nodes
from lossland._vector import distance, norm
from lossland.errors import InputError
from lossland.lattice_symmetry import LatticeSymmetry
from lossland.mask_symmetry import layer_matrices, mask_symmetry

#: alignment is exact where every second hidden layer can be enumerated with at most this many trials
EXACT_TRIALS = 128
MOST_MOVED = 2**24  # variables of all elementary moves together: they are kept, at five bytes each


class Symmetry(Protocol):
    """A group of distance-preserving moves of ``x`` that leave the objective unchanged.

    Attributes
    ----------
    n_variables : int
        Length of ``x``.
    order : int
        Number of group elements; where there are translations, of those that differ by more than these.
    """

    n_variables: int
    order: int

    def canonical(self, x) -> np.ndarray:
        """Return the one copy of ``x`` that stands for all of them, shape (n_variables,)."""

    def canonical_many(self, points) -> np.ndarray:
        """Return the canonical form of every row of ``points``, shape (n_points, n_variables)."""

    def canonical_with_margin(self, x, tolerance=0.0) -> tuple[np.ndarray, float]:
        """Return the canonical form and its margin.

        Points closer than half the margin have canonical forms equally close. Choices between copies that differ by no
        more than about ``tolerance`` do not count.
        """

    def canonical_many_with_margin(self, points, tolerance=0.0) -> tuple[np.ndarray, np.ndarray]:
        """Return canonical forms, shape (n_points, n_variables), and margins, shape (n_points,)."""

    def invariants(self, x) -> tuple[float, float]:
        """Return two numbers that are equal for all copies and change by no more than ``x`` moves."""

    def align(self, x, onto) -> tuple[np.ndarray, float]:
        """Return the copy of ``x`` nearest to ``onto``, and their Euclidean distance."""

    def random_copy(self, x, rng) -> np.ndarray:
        """Return ``x`` moved by a uniformly random group element."""

    def copies(self, x):
        """Yield ``x`` moved by every group element, ``x`` itself first."""

    def neighbouring_copies(self, x) -> np.ndarray:
        """Return ``x`` and what one elementary move makes of it, shape (n_copies, n_variables)."""


def for_objective(objective) -> Symmetry:
    """Return the symmetry of an :class:`lossland.objectives.Objective`: of its network, its isometries, or none."""
    if objective.network is not None:
        return NetworkSymmetry(objective.network)
    return NoSymmetry(objective.n_variables) if objective.isometries is None else LatticeSymmetry(objective.isometries)


class NoSymmetry:
    """The group of the identity alone; see :class:`Symmetry` for the methods."""

    order = 1

    def __init__(self, n_variables):
        self.n_variables = int(n_variables)

    def canonical(self, x):
        """Return a copy of ``x`` itself."""
        return _vector(x, self.n_variables).copy()

    def canonical_many(self, points):
        """Return a copy of ``points``."""
        return _rows(points, self.n_variables).copy()

    def canonical_with_margin(self, x, tolerance=0.0):
        """Return a copy of ``x`` and an infinite margin."""
        return self.canonical(x), math.inf

    def canonical_many_with_margin(self, points, tolerance=0.0):
        """Return a copy of ``points`` and infinite margins."""
        forms = self.canonical_many(points)
        return forms, np.full(len(forms), math.inf)

    def invariants(self, x):
        """Return the norm of ``x``, twice."""
        length = norm(_vector(x, self.n_variables))
        return length, length

    def align(self, x, onto):
        """Return a copy of ``x`` and its distance from ``onto``."""
        x = self.canonical(x)
        return x, distance(x, _vector(onto, self.n_variables))

    def random_copy(self, x, rng):
        """Return a copy of ``x`` itself."""
        return self.canonical(x)

    def copies(self, x):
        """Yield a copy of ``x``."""
        yield self.canonical(x)

    def neighbouring_copies(self, x):
        """Return a copy of ``x``, shape (1, n_variables)."""
        return self.canonical(x)[None]


class NetworkSymmetry:
    """Node permutations and sign flips of a tanh multilayer perceptron; see :class:`Symmetry` for the methods.

    The canonical form is the same for all copies unless two nodes have equal keys without being equal, or a node that
    is not zero has key zero (see :mod:`lossland._canonical`); then the margin is zero. Nodes that a mask cuts off from
    all inputs and biases, and that still have outgoing weights, always have key zero.

    Parameters
    ----------
    layout : lossland.objectives.NetworkLayout
        Layer sizes and mask.

    Raises
    ------
    InputError
        When the mask does not fit the layers or allows too many joint exchanges of several layers.
    """

    def __init__(self, layout):
        self.layer_sizes = tuple(int(size) for size in layout.layer_sizes)
        mask = np.asarray(layout.mask, dtype=bool)
        if mask.shape != (layout.n_weights,):
            raise InputError(
                f"mask has shape {mask.shape}, but layer_sizes {list(self.layer_sizes)} need ({layout.n_weights},)"
            )
        found = mask_symmetry(self.layer_sizes, mask)
        self._classes, self._automorphisms = found
        self._plan = make_plan(self.layer_sizes, mask, found)
        self._n_nodes = sum(self.layer_sizes)
        self._n_weights = mask.size
        self._n_first = int(np.count_nonzero(mask[: self.layer_sizes[1] * (self.layer_sizes[0] + 1)]))
        self._first_node = np.concatenate([[0], np.cumsum(self.layer_sizes)])
        self.n_variables = int(np.count_nonzero(mask))
        twins = math.prod(math.factorial(members.size) for layer in self._classes for members in layer)
        self.order = 2 ** sum(self.layer_sizes[1:-1]) * twins * len(self._automorphisms)
        self._fixed_layers = self._layers_to_enumerate()

    def canonical(self, x):
        """Return the copy of ``x`` with all nodes in canonical order and sign, shape (n_variables,)."""
        return self.canonical_with_margin(x)[0]

    def canonical_many(self, points):
        """Return the canonical form of every row of ``points``, shape (n_points, n_variables)."""
        return self.canonical_many_with_margin(points)[0]

    def canonical_with_margin(self, x, tolerance=0.0):
        """Return the canonical form, shape (n_variables,), and its margin."""
        form, _, _, margin = self._canonical_element(_vector(x, self.n_variables), tolerance)
        return form, margin

    def canonical_many_with_margin(self, points, tolerance=0.0):
        """Return canonical forms, shape (n_points, n_variables), and margins, shape (n_points,)."""
        points = _rows(points, self.n_variables)
        forms, margins = np.empty_like(points), np.empty(len(points))
        canonical_forms(points, self._plan, tolerance, forms, margins)
        return forms, margins

    def invariants(self, x):
        """Return the norms of ``x`` and of the first layer's part of it."""
        x = _vector(x, self.n_variables)
        return norm(x), norm(x[: self._n_first])

    def align(self, x, onto):
        """Return the copy of ``x`` nearest to ``onto`` and the distance between them.

        One assignment problem per hidden layer, over the absolute overlaps of the nodes' in- and outgoing weights,
        repeated over the layers until nothing improves. Exact with one hidden layer, and with more where every second
        of them has few arrangements (:data:`EXACT_TRIALS`); else the best of several starts.
        """
        x, onto = _vector(x, self.n_variables), _vector(onto, self.n_variables)
        target = self._matrices(onto)
        best, nearest = math.inf, x
        for start, passes in self._starts(x, onto, target):
            self._descend(start, target, *passes)
            aligned = self._flat(start)
            apart = distance(aligned, onto)
            if apart < best:
                best, nearest = apart, aligned
        return nearest, best

    def random_copy(self, x, rng):
        """Return ``x`` moved by a uniformly random group element, drawn from ``rng``."""
        source = self._automorphisms[rng.integers(len(self._automorphisms))].copy()
        sign = np.ones(self._n_nodes)
        for layer, classes in enumerate(self._classes):
            first = self._first_node[layer + 1]
            sign[first : self._first_node[layer + 2]] = rng.choice([-1.0, 1.0], self.layer_sizes[layer + 1])
            for members in classes:
                source[first + members] = rng.permutation(source[first + members])
        return self._moved(_vector(x, self.n_variables), source, sign)

    def copies(self, x):
        """Yield ``x`` moved by every group element, ``x`` itself first; for small groups."""
        x = _vector(x, self.n_variables)
        hidden = range(len(self._classes))
        for automorphism in self._automorphisms:
            for choice in itertools.product(*(self._layer_elements(layer, automorphism) for layer in hidden)):
                yield self._moved(x, *self._joined(automorphism, dict(enumerate(choice))))

    def neighbouring_copies(self, x):
        """Return ``x`` and its copies after one elementary move, shape (n_copies, n_variables).

        Moves are the sign flip of one hidden node, the exchange of two that are alike with either sign of each, and the
        joint exchanges of several layers. In very wide networks only the first exchanges are among them
        (:data:`MOST_MOVED`).
        """
        index, sign = self._moves
        return sign * _vector(x, self.n_variables)[index]

    @cached_property
    def _moves(self):
        """Elementary moves as (where each variable comes from, its sign), both of shape (n_moves, n_variables)."""
        numbered = np.arange(1.0, self.n_variables + 1.0)
        most = max(1, MOST_MOVED // self.n_variables)
        moved = np.array([self._moved(numbered, *element) for element in itertools.islice(self._elementary(), most)])
        return np.abs(moved).astype(np.int32) - 1, np.sign(moved).astype(np.int8)

    def _elementary(self):
        """Yield (source, sign) of the elementary moves, the identity first."""
        identity, unchanged = self._automorphisms[0], np.ones(self._n_nodes)
        yield from ((automorphism, unchanged) for automorphism in self._automorphisms)
        yield from ((identity, _flipped(unchanged, node)) for node in range(*self._first_node[[1, -2]]))
        for layer, classes in enumerate(self._classes):
            first = self._first_node[layer + 1]
            for a, b in itertools.chain(*(itertools.combinations(first + members, 2) for members in classes)):
                exchanged = identity.copy()
                exchanged[[a, b]] = identity[[b, a]]
                yield from ((exchanged, _flipped(unchanged, nodes)) for nodes in ([], [a], [b], [a, b]))

    def _canonical_element(self, x, tolerance=0.0):
        form, source, sign = np.empty(x.size), np.empty(self._n_nodes, dtype=np.int64), np.empty(self._n_nodes)
        margin = canonical_form(x, self._plan, tolerance, form, source, sign)
        return form, source, sign, margin

    def _moved(self, x, source, sign):
        """Return the copy of ``x`` with node ``source[g]`` times ``sign[g]`` at every node g of the network."""
        weights, moved = np.zeros(self._n_weights), np.empty(self._n_weights)
        weights[self._plan.free] = x
        move_nodes(weights, self._plan.sizes, source, sign, moved)
        return moved[self._plan.free]

    def _layer_elements(self, layer, automorphism):
        """Yield (source, sign) of one hidden layer for every permutation of twins and every choice of signs."""
        here = automorphism[self._first_node[layer + 1] : self._first_node[layer + 2]]
        classes = self._classes[layer]
        orders = itertools.product(*(itertools.permutations(here[members]) for members in classes))
        for order, sign in itertools.product(list(orders), itertools.product((1.0, -1.0), repeat=here.size)):
            source = np.empty_like(here)
            for members, nodes in zip(classes, order, strict=True):
                source[members] = nodes
            yield source, np.array(sign)

    def _joined(self, automorphism, choice):
        """Return (source, sign) of all nodes, the hidden layers in ``choice`` as given there."""
        source, sign = automorphism.copy(), np.ones(self._n_nodes)
        for layer, (layer_source, layer_sign) in choice.items():
            here = slice(self._first_node[layer + 1], self._first_node[layer + 2])
            source[here], sign[here] = layer_source, layer_sign
        return source, sign

    # alignment: points are lists of (matrix, biases), changed in place

    def _matrices(self, x):
        weights = np.zeros(self._n_weights)
        weights[self._plan.free] = x
        return layer_matrices(self.layer_sizes, weights)

    def _flat(self, matrices):
        return np.concatenate([part.ravel() for layer in matrices for part in layer])[self._plan.free]

    def _layers_to_enumerate(self):
        """Return every second hidden layer if enumerating them makes alignment exact and cheap, else None.

        With those held, the remaining layers do not touch one another, so that one assignment problem each is exact.
        """
        best, least = None, EXACT_TRIALS + 1
        for first in (1, 0):
            layers = range(first, len(self._classes), 2)
            trials = len(self._automorphisms)
            for layer in layers:
                trials *= 2 ** self.layer_sizes[layer + 1]
                trials *= math.prod(math.factorial(members.size) for members in self._classes[layer])
            if trials < least:
                best, least = layers, trials
        return best

    def _starts(self, x, onto, target):
        """Yield (matrices of a copy of ``x``, (layers to match, sweeps)) for every start of an alignment."""
        if self._fixed_layers is not None:
            free = [layer for layer in range(len(self._classes)) if layer not in self._fixed_layers]
            for automorphism in self._automorphisms:
                elements = (self._layer_elements(layer, automorphism) for layer in self._fixed_layers)
                for choice in itertools.product(*elements):
                    element = self._joined(automorphism, dict(zip(self._fixed_layers, choice, strict=True)))
                    yield self._matrices(self._moved(x, *element)), (free, 1)
            return
        hidden = range(len(self._classes))
        yield self._matrices(self._from_canonical(x, onto)), (hidden, None)
        for automorphism in self._automorphisms:
            moved = self._moved(x, *self._joined(automorphism, {}))
            yield self._matrices(moved), (hidden, None)
            for order, sides in ((hidden, (True, False)), (hidden[::-1], (False, True))):
                start = self._matrices(moved)
                for layer in order:
                    self._match(start, target, layer, *sides)
                yield start, (hidden, None)

    def _from_canonical(self, x, onto):
        """Return the copy of ``x`` that arises when both canonical forms are laid on one another."""
        form, _, _, _ = self._canonical_element(x)
        _, source, sign, _ = self._canonical_element(onto)
        back, turn = np.empty_like(source), np.empty_like(sign)
        for first, stop in itertools.pairwise(self._first_node):
            back[first + source[first:stop]] = np.arange(stop - first)
            turn[first + source[first:stop]] = sign[first:stop]
        return self._moved(form, back, turn)

    def _descend(self, matrices, target, layers, n_sweeps):
        """Match the layers in turn until a whole sweep improves nothing (or ``n_sweeps`` times)."""
        overlap = -math.inf
        for _ in itertools.count() if n_sweeps is None else range(n_sweeps):
            for layer in layers:
                self._match(matrices, target, layer, True, True)
            before, overlap = overlap, _overlap(matrices, target)
            # a gain below rounding is no gain, or two equal arrangements could alternate for ever
            if overlap - before <= 1e-12 * abs(overlap):
                return

    def _match(self, matrices, target, layer, incoming, outgoing):
        """Put the nodes of one hidden layer where they overlap most with those of ``target``; changes ``matrices``."""
        # no BLAS: its last bits depend on the processor, and could turn the choice between equally good arrangements
        (weights, biases), (after, _) = matrices[layer], matrices[layer + 1]
        overlap = np.outer(target[layer][1], biases)
        if incoming:
            overlap += np.einsum("ik,jk->ij", target[layer][0], weights)
        if outgoing:
            overlap += np.einsum("ki,kj->ij", target[layer + 1][0], after)
        source = np.arange(biases.size)
        for members in self._classes[layer]:
            if members.size > 1:
                _, chosen = linear_sum_assignment(-np.abs(overlap[np.ix_(members, members)]))
                source[members] = members[chosen]
        sign = np.where(overlap[np.arange(source.size), source] < 0.0, -1.0, 1.0)
        weights[:] = sign[:, None] * weights[source]
        biases[:] = sign * biases[source]
        after[:] = sign * after[:, source]


def _flipped(sign, nodes):
    sign = sign.copy()
    sign[nodes] *= -1.0
    return sign


def _overlap(matrices, target):
    pairs = zip(itertools.chain(*matrices), itertools.chain(*target), strict=True)
    return sum(float((mine * theirs).sum()) for mine, theirs in pairs)


def _vector(x, n_variables):
    x = np.require(x, np.float64, ["C", "W"])  # kernels are compiled for writable arrays
    if x.shape != (n_variables,):
        raise InputError(f"x has shape {x.shape}, but this symmetry acts on {n_variables} variables")
    return x


def _rows(points, n_variables):
    points = np.require(points, np.float64, ["C", "W"])
    if points.ndim != 2 or points.shape[1] != n_variables:
        raise InputError(f"points have shape {points.shape}, but this symmetry acts on rows of {n_variables} variables")
    return points
