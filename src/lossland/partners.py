"""Which pairs to search between when all searches are double-ended: each minimum and the nearest copies of minima.

A transition state joins a minimum with a copy of another one, or with a copy of itself (a degenerate rearrangement).
Partners of a minimum are therefore the copy of each near minimum that is aligned with it, itself among them, and what
one or two elementary moves of the symmetry make of those: they lie nearest of the many that there are.
"""

from typing import NamedTuple

import numpy as np

FEWEST_OTHERS = 10  # nearest other minima that a minimum is searched with, one more for each search
PRESELECTED = 2  # times as many are aligned: the nearest by unaligned distance of canonical forms
MOVED_AGAIN = 20  # nearest copies one move away that are moved once more
COPIES_KEPT = 400  # nearest copies of each of them
# Pairs take turns by the rank of the copy among the copies of one minimum.  The own copies are eight times as far on:
# half of the transition states of small networks join a minimum with one of them.
OWN_COPIES = 8.0
DEARER = 2.0  # each attempt at a pair makes its rank this much higher


class Partner(NamedTuple):
    """A pair to search between: minimum ``row``, and the copy ``copy`` of ``other`` (:meth:`Partners.copies`)."""

    row: int
    other: int
    copy: int


class Partners:
    """Pairs of all minima in turn, and how often each was tried.

    Parameters
    ----------
    symmetry : Symmetry
    max_attempts : int
        Attempts before a pair is given up.
    shortest : float
        Copies within this distance are the same point.
    """

    def __init__(self, symmetry, max_attempts, shortest):
        self.symmetry, self.max_attempts, self.shortest = symmetry, max_attempts, shortest
        self.attempts, self._distances = {}, {}
        self._turns = np.zeros(0, dtype=np.int64)

    def pairs(self, x, energy, limit) -> list[tuple[Partner, int]]:
        """Return up to ``limit`` pairs and how often each was tried before, which counts them as tried once more.

        Minima take turns, the one searched from least first, low before high. Each is searched with the nearest copy
        of every partner before the second nearest of any, and so on; every attempt doubles the rank of a pair, so that
        the near ones are tried again before the far ones are tried. Ranks are compared, not distances, because some
        minima are far from all others, and their nearest copies would have to wait for hundreds of others' copies.

        Parameters
        ----------
        x : ndarray, shape (n, n_variables)
            Canonical forms of the minima.
        energy : ndarray, shape (n,)
        limit : int
        """
        self._turns = np.concatenate([self._turns, np.zeros(len(x) - self._turns.size, dtype=np.int64)])
        chosen, exhausted = [], np.zeros(len(x), dtype=bool)
        while len(chosen) < limit and not exhausted.all():
            row = int(np.lexsort((energy, self._turns, exhausted))[0])
            pair = self._nearest(x, row)
            if pair is None:
                exhausted[row] = True
                continue
            before = self.attempts.get(pair, 0)
            self.attempts[pair] = before + 1
            self._turns[row] += 1
            chosen.append((pair, before))
        return chosen

    def copies(self, x, onto) -> np.ndarray:
        """Return the copy of ``x`` (n_variables,) aligned with ``onto``, and others one or two moves away from it."""
        near = self.symmetry.neighbouring_copies(self.symmetry.align(x, onto)[0])
        distances = ((near - onto) ** 2).sum(axis=1)
        further = np.argsort(distances, kind="stable")
        further = further[distances[further] > self.shortest**2][:MOVED_AGAIN]
        return np.concatenate([near, *(self.symmetry.neighbouring_copies(near[i])[1:] for i in further)])

    def _nearest(self, x, row):
        """Return the pair of minimum ``row`` whose turn it is; None where all are given up."""
        best, least = None, (np.inf, np.inf)
        for other in self._others(x, row):
            weight = OWN_COPIES if other == row else 1.0
            for rank, (copy, distance) in enumerate(self._copies_near(x, row, other)):
                if (rank + 1) / weight > least[0]:
                    break
                # the aligned copy is the same pair from both sides
                pair = Partner(min(row, other), max(row, other), 0) if copy == 0 else Partner(row, other, copy)
                tried = self.attempts.get(pair, 0)
                turn = (rank + 1) / weight * DEARER**tried, distance
                if tried < self.max_attempts and turn < least:
                    best, least = pair, turn
        return best

    def _others(self, x, row):
        """Return the rows of minima near ``row``, itself among them."""
        number = FEWEST_OTHERS + int(self._turns[row])
        order = np.argsort(((x - x[row]) ** 2).sum(axis=1), kind="stable")[: PRESELECTED * number + 1].tolist()
        if len(order) <= number + 1:
            return order
        nearest = [(self._copies_near(x, row, other) or [(0, np.inf)])[0][1] for other in order]
        return [order[i] for i in np.argsort(nearest, kind="stable")[: number + 1]]

    def _copies_near(self, x, row, other):
        """Return (number, distance) of the copies of ``other`` nearest to ``row``, the nearest first."""
        if (row, other) not in self._distances:
            distances = np.sqrt(((self.copies(x[other], x[row]) - x[row]) ** 2).sum(axis=1))
            order = np.argsort(distances, kind="stable")
            # several moves may lead to one copy, and copies that are equally far are mostly moved alike: one will do
            first = np.append(True, np.diff(distances[order]) > self.shortest)
            order = order[first & (distances[order] > self.shortest)][:COPIES_KEPT]
            self._distances[row, other] = list(zip(order.tolist(), distances[order].tolist(), strict=True))
        return self._distances[row, other]
