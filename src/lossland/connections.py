"""Which pairs of minima to search between: the missing-connection algorithm.

Carr, Trygubenko and Wales, J. Chem. Phys. 122, 234903 (2005): the cheapest path from an unconnected minimum to the
global minimum on a graph in which known connections cost nothing and unexplored ones a function of the distance; its
unexplored steps are searched next.  Minima that are joined already are one node here, and only some of the loose ones
are looked at in one round, so that its cost does not grow with the square of what is known.
"""

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

FREE = 1e-12  # sparse graphs take a weight of zero for a missing edge
ATTEMPT_FACTOR = 10.0  # how much dearer a pair becomes with each attempt that did not join it
FEWEST_COMPARED, MOST_COMPARED = 32, 1024  # minima whose neighbours are looked for in one round: aligning them is dear
BLOCK = 64  # rows of a block of distances
REMEMBERED = 4  # times as many neighbours as are used, since some join the own component later
ROUNDING = 1e-9  # of squared distances from a matrix product, relative to squared lengths, generously


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

    Attributes
    ----------
    labels : ndarray of int64, shape (n_minima,)
        Number of the connected component of each minimum, from 0 without gaps.
    """

    def __init__(self, symmetry, n_neighbours=10, max_attempts=4):
        self.symmetry, self.n_neighbours, self.max_attempts = symmetry, n_neighbours, max_attempts
        self.attempts = {}
        self.labels = np.zeros(0, dtype=np.int64)
        # attempts at pairs that a minimum is in, and more where none was left
        self._tried = np.zeros(0, dtype=np.int64)
        self._n_edges, self._distances, self._nearest = 0, {}, {}

    @property
    def n_components(self) -> int:
        """Sets of minima that are joined by transition states."""
        return int(self.labels.max()) + 1 if self.labels.size else 0

    def update(self, n_minima: int, ends) -> None:
        """Take note of new minima and transition states.

        Parameters
        ----------
        n_minima : int
        ends : ndarray, shape (m, 2)
            Minima joined by the transition states, the known ones first.
        """
        n_labels = self.n_components + n_minima - self.labels.size
        labels = np.concatenate([self.labels, np.arange(self.n_components, n_labels)])
        a, b = labels[ends[self._n_edges :].T.astype(np.int64)]
        joined = coo_array((np.ones(a.size, dtype=bool), (a, b)), shape=(n_labels, n_labels))
        self.labels = connected_components(joined, directed=False)[1].astype(np.int64)[labels]
        self._n_edges = len(ends)
        self._tried = np.concatenate([self._tried, np.zeros(n_minima - self._tried.size, dtype=np.int64)])

    def pairs(self, x, energy, limit) -> list[tuple[int, int]]:
        """Return up to ``limit`` pairs of rows to search between, those on the cheapest paths first.

        Parameters
        ----------
        x : ndarray, shape (n, n_variables)
            Canonical forms of the minima.
        energy : ndarray, shape (n,)
        limit : int
        """
        if self.n_components < 2:
            return []
        compared, loose, bottom = self._compared(energy, limit)
        edges = self._edges(x, compared)
        cheapest = _cheapest_of_each(edges)
        for label in loose.keys() - cheapest.keys():
            self._tried[loose[label]] += self.max_attempts  # nothing to try here: others first
        if not edges:
            return []
        costs, previous = self._paths(edges, bottom)
        chosen = {}
        for label in sorted(loose.keys() & cheapest.keys(), key=lambda label: (costs[label], energy[loose[label]])):
            if not np.isfinite(costs[label]) and len(chosen) < limit:  # no path yet: a step to a neighbour
                chosen[cheapest[label][1]] = None
            while np.isfinite(costs[label]) and label != bottom and len(chosen) < limit:
                before = int(previous[label])
                chosen[edges[min(label, before), max(label, before)][1]] = None
                label = before  # noqa: PLW2901
        return list(chosen)

    def record(self, pair) -> int:
        """Count one more attempt at a pair and return how many there had been before."""
        before = self.attempts.get(pair, 0)
        self.attempts[pair] = before + 1
        self._tried[list(pair)] += 1
        return before

    def _compared(self, energy, limit):
        """Return (rows of loose minima to compare with others, {their component: its lowest row}, main component).

        Components that have been tried least come first, the lowest of them before the others, and of each its lowest
        minima.
        """
        bottom = int(self.labels[np.argmin(energy)])
        loose = np.flatnonzero(self.labels != bottom)
        loose = loose[np.argsort(energy[loose], kind="stable")]
        labels, first, sizes = np.unique(self.labels[loose], return_index=True, return_counts=True)
        tried = np.bincount(self.labels, self._tried)[labels]
        room = min(MOST_COMPARED, max(2 * limit, FEWEST_COMPARED))
        selected = np.lexsort((first, tried))[:room]
        of_each = max(1, room // len(selected))
        rank = np.full(self.n_components, -1)
        rank[labels[selected]] = np.arange(len(selected))
        loose = loose[rank[self.labels[loose]] >= 0]
        rows = loose[np.argsort(rank[self.labels[loose]], kind="stable")]
        sizes = sizes[selected]
        place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # within its component
        lowest = dict(zip(labels[selected].tolist(), rows[place == 0].tolist(), strict=True))
        return rows[place < of_each], lowest, bottom

    def _edges(self, x, rows):
        """Return {(component, component): (cost, pair of rows)}, the cheapest pair not given up for each."""
        edges = {}
        for row, others in zip(rows.tolist(), self._neighbours(x, rows), strict=True):
            for other in others.tolist():
                pair = (min(row, other), max(row, other))
                tried = self.attempts.get(pair, 0)
                if tried < self.max_attempts:
                    labels = int(self.labels[row]), int(self.labels[other])
                    cost = FREE + self._distance(x, pair) ** 2 * ATTEMPT_FACTOR**tried
                    key = min(labels), max(labels)
                    edges[key] = min(edges.get(key, (np.inf, pair)), (cost, pair))
        return edges

    def _paths(self, edges, bottom):
        """Return cost and predecessor of every component on its cheapest path to ``bottom``."""
        a, b = np.array(list(edges), dtype=np.int64).T
        costs = np.array([cost for cost, _ in edges.values()])
        graph = csr_array((costs, (a, b)), shape=(self.n_components,) * 2)
        return dijkstra(graph, directed=False, indices=bottom, return_predecessors=True)

    def _neighbours(self, x, rows):
        """Return for each of ``rows`` the nearest minima of other components, the nearest first."""
        fresh = [row for row in rows.tolist() if not self._still_known(x, row)]
        if fresh:
            squares = np.einsum("ij,ij->i", x, x)
        for start in range(0, len(fresh), BLOCK):
            block = fresh[start : start + BLOCK]
            distances = squares - 2.0 * (x[block] @ x.T)
            for row, distance in zip(block, distances, strict=True):
                distance[self.labels == self.labels[row]] = np.inf
                near = self._reach(distance, ROUNDING * (squares[row] + squares.max()))
                self._remember(x, row, near, np.inf)
        return [self._nearest[row][0][: self.n_neighbours] for row in rows.tolist()]

    def _still_known(self, x, row):
        """Bring the remembered neighbours of a minimum up to date; return whether enough are left of them."""
        near, n_seen, radius = self._nearest.get(row, (np.zeros(0, dtype=np.int64), 0, 0.0))
        new = np.arange(n_seen, len(x)) if n_seen else near
        new = new[((x[new] - x[row]) ** 2).sum(axis=1) < radius]
        near = np.concatenate([near, new])
        near = near[self.labels[near] != self.labels[row]]
        self._remember(x, row, near, radius)
        return len(near) >= self.n_neighbours or radius == np.inf

    def _remember(self, x, row, near, radius):
        """Remember the nearest of ``near``, which are all that lie within the squared distance ``radius``."""
        exact = ((x[near] - x[row]) ** 2).sum(axis=1)
        order = np.lexsort((near, exact))
        most = REMEMBERED * self.n_neighbours
        if len(order) >= most:  # there may be more beyond
            order = order[:most]
            radius = exact[order[-1]]
        self._nearest[row] = near[order], len(x), radius

    def _reach(self, distance, rounding):
        """Return the rows that can be among those to remember, when ``distance`` is right to within rounding."""
        last = min(REMEMBERED * self.n_neighbours, distance.size) - 1
        reach = np.partition(distance, last)[last]
        return np.flatnonzero((distance <= reach + rounding) & (distance < np.inf))

    def _distance(self, x, pair):
        if pair not in self._distances:
            self._distances[pair] = self.symmetry.align(x[pair[1]], x[pair[0]])[1]
        return self._distances[pair]


def _cheapest_of_each(edges):
    """Return {component: (cost, pair of rows)}, the cheapest edge of each component that has one."""
    cheapest = {}
    for labels, edge in edges.items():
        for label in labels:
            cheapest[label] = min(cheapest.get(label, edge), edge)
    return cheapest
