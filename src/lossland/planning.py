"""What to search next: the tasks of a round, planned from what the landscape knows."""

import numpy as np

from lossland import searches
from lossland.connections import Connections
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape
from lossland.path import BandOptions


class Planner:
    """Plans rounds: random starts, then basin-hopping, then transition states.

    A plan is a list of (origins, task): the rows of the minima that a search starts from, and a function without
    arguments that runs it and returns its :class:`~lossland.searches.Outcome`.

    Parameters
    ----------
    objective : Objective
    landscape : Landscape
        Grows between plans.
    options : ExploreOptions
    seed : int
        Search i draws its random numbers from ``SeedSequence(seed, spawn_key=(i,))``.

    Attributes
    ----------
    searched : ndarray of int64, shape (n_minima,)
        Searches made from each minimum.
    """

    def __init__(self, objective, landscape: Landscape, options: ExploreOptions, seed: int):
        self.objective, self.landscape, self.options, self.seed = objective, landscape, options, seed
        self.connections = Connections(landscape.symmetry, max_attempts=options.max_attempts)
        self.searched = np.zeros(0, dtype=np.int64)

    def update(self) -> None:
        """Take note of what has been added to the landscape."""
        n_new = len(self.landscape.minima.energy) - self.searched.size
        self.searched = np.concatenate([self.searched, np.zeros(n_new, dtype=np.int64)])
        self.connections.update(self.searched.size, self.landscape.transition_states.minima)

    def plan(self, done: int) -> list:
        """Plan the round that begins with search ``done``; searches from minima are counted as made."""
        options = self.options
        room = min(options.round_size, options.max_searches - done)
        if done < options.n_starts:
            return [self._start(done + i) for i in range(min(room, options.n_starts - done))]
        if done < options.n_starts + options.n_hops:
            return self._plan_hops(done, min(room, options.n_starts + options.n_hops - done))
        minima = self.landscape.minima
        pairs = self.connections.pairs(minima.x, minima.energy, max(1, room // 2)) if options.connect else []
        tasks = [self._connect(minima.x, pair) for pair in pairs]
        rows = self._least_searched(minima.energy, room - len(tasks))
        return tasks + [self._follow(minima.x, row, done + len(tasks) + i) for i, row in enumerate(rows)]

    def _rng(self, search):
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(search,)))

    def _start(self, search):
        options = self.options.minimise_options()
        return (), lambda: searches.random_start(self.objective, self._rng(search), options)

    def _plan_hops(self, done, number):
        minima = self.landscape.minima
        lowest = np.argsort(minima.energy, kind="stable")
        chains = np.arange(done, done + number) - self.options.n_starts
        rows = lowest[chains % len(lowest)].tolist() if len(lowest) else []
        return [self._hop(minima.x, row, done + i) for i, row in enumerate(rows)]

    def _hop(self, x, row, search):
        options = self.options
        chain = (options.hop_steps, options.kT, options.hop_step)

        def task():
            return searches.hop(self.objective, x[row].copy(), *chain, self._rng(search), options.minimise_options())

        return (row,), task

    def _least_searched(self, energy, number):
        """Return rows of minima to search from: the least searched first, low before high, repeated if need be."""
        rows = []
        planned = self.searched.copy()
        while len(rows) < number and planned.size:
            level = np.flatnonzero(planned == planned.min())
            chosen = _lowest(energy, level, number - len(rows))
            planned[chosen] += 1
            rows += chosen.tolist()
        return rows

    def _follow(self, x, row, search):
        options = self.options
        rank = int(self.searched[row])
        self.searched[row] += 1
        rank = rank if rank < 2 * options.soft_modes else -1

        def task():
            leave = (x[row].copy(), rank, options.displacement, self._rng(search), options.saddle_options())
            return searches.follow_mode(self.objective, *leave)

        return (row,), task

    def _connect(self, x, pair):
        attempt = self.connections.record(pair)

        def task():
            start = x[pair[0]].copy()
            aligned = self.landscape.symmetry.align(x[pair[1]].copy(), start)[0]
            return searches.connect(
                self.objective, start, aligned, attempt, self.options.saddle_options(), BandOptions()
            )

        return pair, task


def _lowest(energy, rows, number):
    """Return the ``number`` rows (ascending, shape (n,)) of lowest energy, in that order; of equal ones the first."""
    if len(rows) > number:
        highest = np.partition(energy[rows], number - 1)[number - 1]
        rows = rows[energy[rows] <= highest]
    return rows[np.argsort(energy[rows], kind="stable")][:number]
