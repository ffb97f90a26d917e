"""Disconnectivity graphs: which minima are mutually accessible below a regular series of energy thresholds.

Becker and Karplus, J. Chem. Phys. 106, 1495 (1997); Wales, Miller and Walsh, Nature 394, 758 (1998). Branches are drawn
as in the program disconnectionDPS: upright from a minimum's energy, then slanted over one spacing to the threshold at
which they join others.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import float64, int64, void

from lossland._kernel import kernel
from lossland.analysis.superbasins import (
    barrier_to_global_minimum,
    check_stationary_points,
    merge_tree,
    superbasins,
)
from lossland.errors import InputError

__all__ = ["DisconnectivityGraph", "barrier_to_global_minimum", "disconnectivity_graph", "superbasins"]

MAX_LEVELS = 1_000_000


@dataclass(frozen=True)
class DisconnectivityGraph:
    """A disconnectivity graph, laid out and ready to draw.

    Nodes 0..n_leaves-1 are minima; the others are superbasins, those of lower thresholds first. A node's branch goes up
    from its energy to the node it becomes part of. The horizontal axis counts leaves: 0 to n_leaves.

    Attributes
    ----------
    minima : ndarray of int64, shape (n_leaves,)
        Row of each leaf among the minima handed in.
    energies : ndarray, shape (n_nodes,)
        A leaf's own energy; for a superbasin the threshold at which its parts are joined.
    parent : ndarray of int64, shape (n_nodes,)
        Node that each node becomes part of; -1 where none is, at the highest threshold.
    n_minima : ndarray of int64, shape (n_nodes,)
        Leaves below each node.
    lowest : ndarray of int64, shape (n_nodes,)
        Row, among the minima handed in, of the lowest minimum below each node.
    x : ndarray, shape (n_nodes,)
        Horizontal position of each node.
    levels : ndarray, shape (n_levels,)
        Thresholds, ascending, regularly spaced.
    spacing : float
        Distance between thresholds.
    branches : ndarray, shape (n_nodes, 3, 2)
        (x, energy) of the node, of the upper end of the upright part, and of the upper end of the slanted part.
    n_unconnected : int
        Minima not joined to the global minimum by transition states at or below the highest threshold.
    n_left_out : int
        Minima handed in that are no leaf, whatever the reason.
    """

    minima: np.ndarray
    energies: np.ndarray
    parent: np.ndarray
    n_minima: np.ndarray
    lowest: np.ndarray
    x: np.ndarray
    levels: np.ndarray
    spacing: float
    branches: np.ndarray
    n_unconnected: int
    n_left_out: int

    @property
    def n_leaves(self) -> int:
        """Minima drawn."""
        return self.minima.size

    @property
    def leaf_positions(self) -> np.ndarray:
        """(x, energy) of each leaf, shape (n_leaves, 2)."""
        return self.branches[: self.n_leaves, 0]

    @property
    def uprights(self) -> np.ndarray:
        """Upright parts of the branches, shape (n_nodes, 2, 2); of length zero where a branch only slants."""
        return self.branches[:, :2]

    @property
    def connectors(self) -> np.ndarray:
        """Slanted parts of the branches, shape (n_nodes, 2, 2); of length zero at the top."""
        return self.branches[:, 1:]

    @property
    def roots(self) -> np.ndarray:
        """Nodes that are part of no other."""
        return np.flatnonzero(self.parent < 0)

    @cached_property
    def _children(self):
        order = np.lexsort((self.x, self.parent))
        return order, np.searchsorted(self.parent[order], np.arange(self.parent.size + 1))

    def children(self, node: int) -> np.ndarray:
        """Nodes that ``node`` falls into below its threshold, from left to right; none for a leaf."""
        order, start = self._children
        return order[start[node] : start[node + 1]]

    def merge_energy(self, leaf_a: int, leaf_b: int) -> float:
        """Threshold at which two leaves are first in one superbasin; infinity when they never are."""
        a, b = leaf_a, leaf_b
        while a != b:
            if min(a, b) < 0:
                return np.inf
            a, b = (self.parent[a], b) if a < b else (a, self.parent[b])  # parents have larger numbers
        return float(self.energies[a])

    def as_text(self, max_lines: int = 200) -> str:
        """Write the tree as indented lines, highest threshold first, cut off after ``max_lines``."""
        lines, stack = [], [(node, 0) for node in self.roots[::-1]]
        while stack and len(lines) < max_lines:
            node, depth = stack.pop()
            name = f"minimum {self.lowest[node]}" if node < self.n_leaves else f"{self.n_minima[node]} minima"
            lines.append(f"{'  ' * depth}{self.energies[node]:.10g}  {name}")
            stack.extend((child, depth + 1) for child in self.children(node)[::-1])
        return "\n".join(lines + ["..."] * bool(stack))


def disconnectivity_graph(
    minimum_energies,
    transition_state_energies,
    ends,
    *,
    n_levels=50,
    spacing=None,
    top=None,
    n_lowest=None,
    max_energy=None,
    unconnected="drop",
    centre="lowest",
) -> DisconnectivityGraph:
    """Compute a disconnectivity graph and lay it out without crossings.

    At every node the part with the lowest minimum (or the largest part) stands in the centre and the others on
    alternating sides, large ones and low ones inside, so that the main funnel stays in the middle of the picture.

    Parameters
    ----------
    minimum_energies : array_like, shape (n,)
    transition_state_energies : array_like, shape (m,)
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state.
    n_levels : int
        Number of thresholds from the highest down to just above the lowest minimum; ignored with ``spacing``.
    spacing : float, optional
        Distance between thresholds.
    top : float, optional
        Highest threshold: minima above it are left out, and higher transition states join nothing. Default: half a
        spacing above everything drawn.
    n_lowest : int, optional
        Keep only so many minima, the lowest. The barriers between them still follow paths through all minima.
    max_energy : float, optional
        Keep only minima at or below this energy (barriers as for ``n_lowest``).
    unconnected : {"drop", "draw"}
        What to do with minima that are not joined to the global minimum: count them only, or draw them as separate
        branches that reach the top.
    centre : {"lowest", "largest"}
        Which part of a superbasin stands in its centre.

    Raises
    ------
    InputError
        When an option or array is not what is expected.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    _check_options(n_levels, spacing, top, n_lowest, unconnected, centre, minima)
    if top is not None:
        ends, barriers = ends[barriers <= top], barriers[barriers <= top]
    joined = superbasins(minima, barriers, ends, np.inf) == 0
    kept = _select(minima, joined | (unconnected == "draw"), n_lowest, max_energy, top)
    tree = merge_tree(minima, barriers, ends, kept)
    leaf_energies = minima[tree.leaves]
    levels, spacing = _levels(leaf_energies, tree.energies, n_levels, spacing, top)
    parent, level_of_node = _collapse(tree, np.searchsorted(levels, tree.energies), levels.size)
    rank = np.empty(tree.leaves.size, dtype=np.int64)
    by_energy = np.argsort(leaf_energies, kind="stable")
    rank[by_energy] = np.arange(by_energy.size)
    size, lowest_rank, x = _lay_out(parent, rank, centre == "largest")
    energies = np.concatenate((leaf_energies, levels[level_of_node]))
    parent = np.where(parent[:-1] == parent.size - 1, -1, parent[:-1])
    return DisconnectivityGraph(
        minima=tree.leaves,
        energies=energies,
        parent=parent,
        n_minima=size,
        lowest=tree.leaves[by_energy[lowest_rank]],
        x=x,
        levels=levels,
        spacing=spacing,
        branches=_branches(x, energies, parent, levels[-1] + spacing, spacing),
        n_unconnected=int(np.count_nonzero(~joined)),
        n_left_out=int(minima.size - tree.leaves.size),
    )


def _check_options(n_levels, spacing, top, n_lowest, unconnected, centre, minima):
    if unconnected not in ("drop", "draw"):
        raise InputError(f"unconnected is {unconnected!r}, but must be 'drop' or 'draw'")
    if centre not in ("lowest", "largest"):
        raise InputError(f"centre is {centre!r}, but must be 'lowest' or 'largest'")
    if spacing is None and n_levels < 2:
        raise InputError(f"n_levels is {n_levels}, but a disconnectivity graph needs at least two thresholds")
    if spacing is not None and not 0 < spacing < np.inf:
        raise InputError(f"spacing is {spacing}, but must be a positive energy")
    if n_lowest is not None and n_lowest < 1:
        raise InputError(f"n_lowest is {n_lowest}, but at least one minimum must be drawn")
    if top is not None and not minima.min() < top < np.inf:
        raise InputError(f"top is {top}, but must lie above the lowest minimum, {minima.min()}")


def _select(minima, candidates, n_lowest, max_energy, top):
    """Mark the minima to draw; the global minimum is always one of them."""
    kept = candidates.copy()
    for limit in (max_energy, top):
        if limit is not None:
            kept &= minima <= limit
    kept[np.argmin(minima)] = True
    if n_lowest is not None:
        by_energy = np.argsort(np.where(kept, minima, np.inf), kind="stable")
        kept[by_energy[n_lowest:]] = False
    return kept


def _levels(leaf_energies, merge_energies, n_levels, spacing, top):
    """Return thresholds, ascending, and their spacing.

    Where the top is free, everything drawn ends half a spacing below it, and the lowest threshold is one spacing above
    the lowest minimum: neither coincides with a stationary point.
    """
    low = leaf_energies.min()
    high = max(leaf_energies.max(), merge_energies.max(initial=low)) if top is None else top
    extent = high - low
    flat = extent <= 1e-12 * max(abs(high), abs(low))
    if spacing is None and flat:  # one minimum, or all at one energy: any scale will do
        spacing = 0.1 * abs(low) or 1.0
    elif spacing is None:
        spacing = extent / (n_levels - 0.5 if top is None else n_levels)
    if top is None:
        high += 0.5 * spacing
    number = max(int(np.ceil((high - low) / spacing - 1e-9)), 1)
    if number > MAX_LEVELS:
        raise InputError(f"spacing is {spacing}, which makes {number} thresholds; at most {MAX_LEVELS} are allowed")
    return high - spacing * np.arange(number - 1, -1, -1), float(spacing)


@kernel(void(int64[::1], int64[::1], int64[::1], int64))
def _representatives(parent, level, representative, n_leaves):
    """Let merges at one threshold share the node of the highest of them; ``representative`` is overwritten."""
    for i in range(parent.size - 1, -1, -1):
        p = parent[i]
        same = i >= n_leaves and p >= 0 and level[i - n_leaves] == level[p - n_leaves]
        representative[i] = representative[p] if same else i


def _collapse(tree, level, n_levels):
    """Turn two-way merges into superbasins at the thresholds.

    Returns the parent of each node, the last node being one above all roots (its parent -1), and the threshold of each
    superbasin but that last one.
    """
    n_leaves, n_nodes = tree.leaves.size, tree.parent.size
    parent = np.append(np.where(tree.parent < 0, n_nodes, tree.parent), -1)
    level = np.append(level, n_levels).astype(np.int64)
    representative = np.empty(n_nodes + 1, dtype=np.int64)
    _representatives(parent, level, representative, n_leaves)
    stays = representative == np.arange(n_nodes + 1)
    new_number = np.cumsum(stays) - 1
    new_parent = np.full(np.count_nonzero(stays), -1, dtype=np.int64)
    new_parent[:-1] = new_number[representative[parent[stays][:-1]]]
    return new_parent, level[stays[n_leaves:]][:-1]


@kernel(void(int64[::1], int64[::1], int64[::1]))
def _count(parent, size, lowest):
    """Add up leaves and find the lowest rank below each node; both must be set at the leaves."""
    for i in range(parent.size - 1):
        size[parent[i]] += size[i]
        lowest[parent[i]] = min(lowest[parent[i]], lowest[i])


@kernel(void(int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], float64[::1]))
def _place(order, start, size, left, on_right, x):
    """Give every node its part of the horizontal axis and its position there.

    ``order[start[i]:start[i + 1]]`` are the children of node i, the central one first. ``left`` (n_nodes,) receives the
    left edges. Others go to the side with fewer leaves, counted along the central line of descent, so that its end
    stays in the middle: ``on_right`` (n_nodes,), zero at first, holds leaves on the right minus leaves on the left. At
    most a tenth of a part makes up for what is missing above it, lest the part itself become one-sided.
    """
    for node in range(size.size - 1, -1, -1):
        first, last = start[node], start[node + 1]
        if first == last:
            continue
        balance, n_left = on_right[node], 0
        for k in range(first + 1, last):
            goes_left = balance > 0
            balance += -size[order[k]] if goes_left else size[order[k]]
            left[order[k]] = -1 if goes_left else 0
            n_left += size[order[k]] if goes_left else 0
        centre = order[first]
        most = max(size[centre] // 10, 1)
        on_right[centre] = min(max(balance, -most), most)
        left[centre] = left[node] + n_left
        left_edge, right_edge = left[centre], left[centre] + size[centre]
        for k in range(first + 1, last):
            child = order[k]
            if left[child] < 0:
                left_edge -= size[child]
                left[child] = left_edge
            else:
                left[child] = right_edge
                right_edge += size[child]
    for node in range(size.size):
        first = start[node]
        # a part with more than half of the leaves carries its superbasin: a straight trunk with side branches
        if first < start[node + 1] and 2 * size[order[first]] > size[node]:
            x[node] = x[order[first]]
        else:
            x[node] = left[node] + 0.5 * size[node]


def _lay_out(parent, rank, largest_in_centre):
    """Return number of leaves, rank of the lowest leaf and x of each node but the last, which is above all roots."""
    n_nodes, n_leaves = parent.size, rank.size
    size = np.zeros(n_nodes, dtype=np.int64)
    lowest = np.full(n_nodes, n_leaves, dtype=np.int64)
    size[:n_leaves], lowest[:n_leaves] = 1, rank
    _count(parent, size, lowest)
    outer = np.zeros(n_nodes, dtype=bool) if largest_in_centre else lowest != lowest[parent]
    order = np.lexsort((lowest, -size, outer, parent))
    start = np.searchsorted(parent[order], np.arange(n_nodes + 1))
    x = np.empty(n_nodes)
    _place(order, start, size, np.zeros(n_nodes, dtype=np.int64), np.zeros(n_nodes, dtype=np.int64), x)
    return size[:-1], lowest[:-1], x[:-1]


def _branches(x, energies, parent, top, spacing):
    """Return the three points of every branch, shape (n_nodes, 3, 2)."""
    root = parent < 0
    upper_x = np.where(root, x, x[parent])
    upper_energy = np.where(root, top, energies[parent])
    bend = np.where(root, top, np.maximum(upper_energy - spacing, energies))
    lower, middle, upper = (x, energies), (x, bend), (upper_x, upper_energy)
    return np.stack([np.stack(point, axis=1) for point in (lower, middle, upper)], axis=1)
