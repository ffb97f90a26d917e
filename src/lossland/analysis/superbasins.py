"""Which minima are joined below which energy: superbasins, minimax barriers and the order in which basins merge.

Everything here takes plain arrays (energies of minima, energies of transition states, ends of transition states) and
costs one sort of the transition states plus a union-find over them.  A transition state that lies below one of
its two minima (rounding of nearly equal energies) counts as lying at the higher minimum's energy.
"""

from typing import NamedTuple

import numpy as np
from numba import float64, int64, types, void

from lossland._kernel import kernel
from lossland.errors import InputError


class MergeTree(NamedTuple):
    """The order in which basins of kept minima merge as the energy rises: a forest of two-way merges.

    Nodes 0..n_leaves-1 are the kept minima; node n_leaves + i is merge i, energies ascending.

    Attributes
    ----------
    leaves : ndarray of int64, shape (n_leaves,)
        Row of each leaf among the minima.
    energies : ndarray, shape (n_merges,)
        Energy at which each merge happens.
    parent : ndarray of int64, shape (n_leaves + n_merges,)
        Node that each node becomes part of; -1 at the roots.
    """

    leaves: np.ndarray
    energies: np.ndarray
    parent: np.ndarray


@kernel(int64(int64[::1], int64))
def _find(above, i):
    """Return the root of ``i``; ``above`` is shortened on the way (path halving)."""
    while above[i] != i:
        above[i] = above[above[i]]
        i = above[i]
    return i


@kernel(int64(int64[:, ::1], int64[::1], int64[::1], int64[::1], int64[::1]))
def _merge(ends, node, n_joined, parent, merging):
    """Join minima along ``ends`` (m, 2), already sorted by energy, and record the merges of kept minima.

    ``node`` (n,) holds the leaf of each minimum, -1 for minima that are not kept; afterwards the node of the basin at
    each root. ``n_joined`` (n,) must be one everywhere. ``parent`` must be -1 everywhere; ``merging`` receives the
    transition states (rows of ``ends``) that merge two basins. Returns their number.
    """
    above = np.arange(node.size)
    n_leaves = 0
    for i in range(node.size):
        n_leaves += node[i] >= 0
    n_merges = 0
    for t in range(ends.shape[0]):
        a, b = _find(above, ends[t, 0]), _find(above, ends[t, 1])
        if a == b:
            continue
        if n_joined[a] < n_joined[b]:
            a, b = b, a
        above[b] = a
        n_joined[a] += n_joined[b]
        if node[b] < 0:
            continue
        if node[a] >= 0:  # two basins with kept minima: a merge; otherwise the basin only grows
            new = n_leaves + n_merges
            parent[node[a]] = parent[node[b]] = new
            merging[n_merges] = t
            n_merges += 1
            node[a] = new
        else:
            node[a] = node[b]
    return n_merges


@kernel(int64[::1](int64[:, ::1], int64))
def _roots(ends, n_minima):
    """Return for each minimum one representative of all minima that ``ends`` (m, 2) join to it."""
    above = np.arange(n_minima)
    for t in range(ends.shape[0]):
        a, b = _find(above, ends[t, 0]), _find(above, ends[t, 1])
        if a != b:
            above[max(a, b)] = min(a, b)
    for i in range(n_minima):
        above[i] = _find(above, i)
    return above


@kernel(void(int64[::1], types.Array(types.boolean, 1, "C"), float64[::1], float64[::1], int64))
def _highest_on_path(parent, holds_goal, merge_energy, highest, n_leaves):
    """Fill ``highest`` (n_nodes,) from the roots downwards; ``holds_goal`` marks the nodes that hold the goal."""
    for i in range(parent.size - 1, -1, -1):
        p = parent[i]
        if holds_goal[i] or p < 0:
            continue
        highest[i] = merge_energy[p - n_leaves] if holds_goal[p] else highest[p]


def check_stationary_points(minimum_energies, transition_state_energies, ends):
    """Return the three arrays as float64 (n,), float64 (m,), int64 (m, 2), and refuse what is no landscape.

    Energies of transition states are raised to those of their higher minimum where they lie below it.

    Raises
    ------
    InputError
        When there is no minimum, an energy is not finite, shapes differ or an end is no row of the minima.
    """
    minima = np.ascontiguousarray(minimum_energies, dtype=np.float64)
    barriers = np.ascontiguousarray(transition_state_energies, dtype=np.float64)
    ends = np.asarray(ends)
    if ends.size == 0:
        ends = np.zeros((0, 2), dtype=np.int64)
    if minima.ndim != 1 or minima.size == 0:
        raise InputError(
            f"energies of minima have shape {minima.shape}, but a landscape needs at least one minimum, (n,)"
        )
    if barriers.ndim != 1 or ends.shape != (barriers.size, 2):
        raise InputError(
            f"{barriers.shape} transition-state energies and ends of shape {ends.shape}: expected (m,), (m, 2)"
        )
    if not np.issubdtype(ends.dtype, np.integer):
        raise InputError(f"ends of transition states are {ends.dtype}, but must be integer rows of the minima")
    if not (np.isfinite(minima).all() and np.isfinite(barriers).all()):
        raise InputError("energies of minima and transition states must all be finite numbers")
    if ends.size and (ends.min() < 0 or ends.max() >= minima.size):
        raise InputError(
            f"ends of transition states lie in {ends.min()}..{ends.max()}, but rows are 0..{minima.size - 1}"
        )
    ends = np.ascontiguousarray(ends, dtype=np.int64)
    return minima, np.maximum(barriers, minima[ends].max(axis=1)), ends


def merge_tree(minimum_energies, transition_state_energies, ends, kept=None) -> MergeTree:
    """Compute how basins merge as the energy rises (Kruskal's algorithm; O(m log m)).

    Parameters
    ----------
    minimum_energies : array_like, shape (n,)
    transition_state_energies : array_like, shape (m,)
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state; both may be the same.
    kept : array_like of bool, shape (n,), optional
        Minima that become leaves (default all). Paths between them run through the others as well.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    kept = np.ones(minima.size, dtype=bool) if kept is None else np.asarray(kept, dtype=bool)
    leaves = np.flatnonzero(kept)
    node = np.full(minima.size, -1, dtype=np.int64)
    node[leaves] = np.arange(leaves.size)
    order = np.argsort(barriers, kind="stable")
    parent = np.full(max(2 * leaves.size - 1, 0), -1, dtype=np.int64)
    merging = np.empty(max(leaves.size - 1, 0), dtype=np.int64)
    n_merges = _merge(np.ascontiguousarray(ends[order]), node, np.ones(minima.size, dtype=np.int64), parent, merging)
    return MergeTree(leaves, barriers[order][merging[:n_merges]], parent[: leaves.size + n_merges])


def barrier_to_global_minimum(minimum_energies, transition_state_energies, ends) -> np.ndarray:
    """Energy of the highest transition state on the lowest path from each minimum to the global minimum.

    Subtract the energies of the minima for barrier heights.

    Parameters
    ----------
    minimum_energies : array_like, shape (n,)
    transition_state_energies : array_like, shape (m,)
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state.

    Returns
    -------
    ndarray, shape (n,)
        Minimax energies; the global minimum's own energy at itself, infinity where no path exists. Of several minima
        with the lowest energy the first is the global minimum.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    tree = merge_tree(minima, barriers, ends)
    holds_goal = np.zeros(tree.parent.size, dtype=bool)
    node = int(np.argmin(minima))
    while node >= 0:
        holds_goal[node] = True
        node = tree.parent[node]
    highest = np.full(tree.parent.size, np.inf)
    _highest_on_path(tree.parent, holds_goal, tree.energies, highest, minima.size)
    highest = highest[: minima.size]
    highest[np.argmin(minima)] = minima.min()
    return highest


def superbasins(minimum_energies, transition_state_energies, ends, threshold) -> np.ndarray:
    """Disjoint sets of minima that can reach one another without rising above a threshold (Becker and Karplus 1997).

    Parameters
    ----------
    minimum_energies : array_like, shape (n,)
    transition_state_energies : array_like, shape (m,)
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state.
    threshold : float
        Transition states at or below this energy join their minima; infinity gives the connected components.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of each minimum's superbasin, counted in order of their lowest minima; -1 for minima above the threshold.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    root = _roots(np.ascontiguousarray(ends[barriers <= threshold]), minima.size)
    order = np.argsort(minima, kind="stable")
    order = order[minima[order] <= threshold]
    labels = np.full(minima.size, -1, dtype=np.int64)
    _, first, inverse = np.unique(root[order], return_index=True, return_inverse=True)
    labels[order] = np.argsort(np.argsort(first))[inverse]
    return labels
