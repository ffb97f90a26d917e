"""Which pairs of minima to search between: the missing-connection algorithm.

Carr, Trygubenko and Wales, J. Chem. Phys. 122, 234903 (2005): the cheapest path from an unconnected minimum to the
global minimum on a graph in which known connections cost nothing and unexplored ones a function of the distance; its
unexplored steps are searched next.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

FREE = 1e-12  # sparse graphs take a weight of zero for a missing edge
ATTEMPT_FACTOR = 10.0  # how much dearer a pair becomes with each attempt that did not join it


class Connections:
    """Attempts made between pairs of minima, and the pairs to try next.

    Parameters
    ----------
    symmetry : Symmetry
        Aligns minima before their distance is taken.
    n_neighbours : int
        Each minimum is compared with this many nearest ones (by unaligned distance of canonical forms).
    max_attempts : int
        Attempts before a pair is given up.
    """

    def __init__(self, symmetry, n_neighbours=10, max_attempts=3):
        self.symmetry, self.n_neighbours, self.max_attempts = symmetry, n_neighbours, max_attempts
        self.attempts = {}
        self._distances = {}

    def components(self, n_minima, ends) -> np.ndarray:
        """Return the number of the connected component of each minimum, shape (n_minima,)."""
        graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n_minima, n_minima))
        return connected_components(graph, directed=False)[1]

    def pairs(self, x, energy, ends, limit) -> list[tuple[int, int]]:
        """Return up to ``limit`` pairs of rows to search between, those on the cheapest paths first.

        Parameters
        ----------
        x : ndarray, shape (n, n_variables)
            Canonical forms of the minima.
        energy : ndarray, shape (n,)
        ends : ndarray, shape (m, 2)
            Minima joined by the known transition states.
        limit : int
        """
        components = self.components(len(x), ends)
        bottom = int(np.argmin(energy))
        loose = [row for row in _lowest_of_each(components, energy) if components[row] != components[bottom]]
        if not loose:
            return []
        costs, previous = dijkstra(
            self._graph(x, ends, components, components[bottom]),
            directed=False,
            indices=bottom,
            return_predecessors=True,
        )
        chosen = {}
        for row in sorted(loose, key=lambda row: (costs[row], energy[row])):
            while np.isfinite(costs[row]) and row != bottom and len(chosen) < limit:
                before = int(previous[row])
                if components[row] != components[before]:
                    chosen[min(row, before), max(row, before)] = None
                row = before
        return list(chosen)

    def record(self, pair) -> int:
        """Count one more attempt at a pair and return how many there had been before."""
        before = self.attempts.get(pair, 0)
        self.attempts[pair] = before + 1
        return before

    def _graph(self, x, ends, components, main):
        edges = {(min(a, b), max(a, b)): FREE for a, b in ends.tolist() if a != b}
        for row in np.flatnonzero(components != main).tolist():
            others = np.flatnonzero(components != components[row])
            distances = ((x[others] - x[row]) ** 2).sum(axis=1)
            nearest = others[np.argsort(distances, kind="stable")[: self.n_neighbours]]
            for other in nearest.tolist():
                pair = (min(row, other), max(row, other))
                tried = self.attempts.get(pair, 0)
                if pair not in edges and tried < self.max_attempts:
                    edges[pair] = FREE + self._distance(x, pair) ** 2 * ATTEMPT_FACTOR**tried
        rows, columns = np.array(list(edges), dtype=np.int64).reshape(-1, 2).T
        return csr_array((np.array(list(edges.values())), (rows, columns)), shape=(len(x), len(x)))

    def _distance(self, x, pair):
        if pair not in self._distances:
            self._distances[pair] = self.symmetry.align(x[pair[1]], x[pair[0]])[1]
        return self._distances[pair]


def _lowest_of_each(components, energy):
    """Return the row of the lowest minimum of each component."""
    order = np.argsort(energy, kind="stable")
    _, first = np.unique(components[order], return_index=True)
    return order[first].tolist()
