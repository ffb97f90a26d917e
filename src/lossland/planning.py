"""What to search next: the tasks of a round, planned from what the landscape knows."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lossland import searches
from lossland._vector import norm
from lossland.connections import Connections
from lossland.errors import InputError
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape
from lossland.partners import Partners
from lossland.path import BandOptions
from lossland.yields import Kind, Yields

SURVEY_PERIOD = 4  # of the searches from each minimum, the first and then every fourth is a survey search

SHARE_OF_REST = 4  # a chunk has at most this part of the searches that are left of a round

BEND = 0.5  # of further attempts at a pair of the double-ended strategy


class Search(NamedTuple):
    """One search of a plan.

    Attributes
    ----------
    kind : Kind
    origins : tuple of int
        Rows of the minima that it starts from.
    task : callable
        Runs it without arguments and returns its :class:`~lossland.searches.Outcome`.
    """

    kind: Kind
    origins: tuple
    task: Callable


class Planner:
    """Plans rounds: random starts, then basin-hopping, then transition states and a few more random starts.

    A plan is a list of :class:`Search`. Of the searches from each minimum the first, and then every fourth, is a survey
    search (:mod:`lossland.survey`), which coverage is judged by; the others follow one soft mode after another, and
    beyond these all are survey searches. Objectives too large for such searches are judged by random starts.

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
        Single-ended searches made from each minimum.
    yields : Yields
        What the searches have brought, which tells how many double-ended ones to make.
    """

    def __init__(self, objective, landscape: Landscape, options: ExploreOptions, seed: int):
        self.objective, self.landscape, self.options, self.seed = objective, landscape, options, seed
        self.connections = Connections(landscape.symmetry, max_attempts=options.max_attempts)
        self.partners = Partners(landscape.symmetry, options.max_attempts, options.distance_tolerance)
        self.searched = np.zeros(0, dtype=np.int64)
        self.yields = Yields(objective.n_variables)
        n_modes = objective.n_variables - (0 if objective.idle is None else len(objective.idle))
        self._n_ranks = 2 * min(options.soft_modes, n_modes)

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
        # of all searches so far, so that small rounds have their share too
        n_starts = math.floor((done + room) * options.start_share) - math.floor(done * options.start_share)
        starts = [self._start(done + i) for i in range(n_starts)]
        if options.strategy == "double-ended":
            pairs = self._plan_pairs(done + n_starts, room - n_starts)
            return starts + pairs if pairs else []
        return starts + self._plan_transition_states(done + n_starts, room - n_starts)

    def _plan_transition_states(self, done, number):
        options, minima = self.options, self.landscape.minima
        limit = min(number, max(1, int(number * self.yields.double_ended_share())))
        pairs = [] if options.strategy == "single-ended" else self.connections.pairs(minima.x, minima.energy, limit)
        plan = [self._connect(minima.x, pair) for pair in pairs]
        rows = self._least_searched(minima.energy, number - len(plan))
        return plan + [self._follow(minima.x, row, done + len(plan) + i) for i, row in enumerate(rows)]

    def _rng(self, search):
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(search,)))

    def _start(self, search):
        options = self.options.minimise_options()

        def task():
            return searches.random_start(self.objective, self._rng(search), options, self._is_known)

        return Search(Kind.START, (), task)

    def _is_known(self, x, energy):
        try:
            return self.landscape.find_minimum(x, energy) >= 0
        except InputError:  # so far away that it cannot be told from its neighbours
            return False

    def _plan_hops(self, done, number):
        minima = self.landscape.minima
        lowest = np.argsort(minima.energy, kind="stable")
        chains = np.arange(done, done + number) - self.options.n_starts
        rows = lowest[chains % len(lowest)].tolist()
        return [self._hop(minima.x, row, done + i) for i, row in enumerate(rows)]

    def _hop(self, x, row, search):
        options = self.options
        chain = (options.hop_steps, options.kT, options.hop_step)

        def task():
            how = (*chain, self._rng(search), options.minimise_options(), self._is_known)
            return searches.hop(self.objective, x[row].copy(), *how)

        return Search(Kind.HOP, (row,), task)

    def _plan_pairs(self, done, number):
        minima = self.landscape.minima
        pairs = self.connections.pairs(minima.x, minima.energy, number // 2)
        plan = [self._connect(minima.x, pair) for pair in pairs]
        partners = self.partners.pairs(minima.x, minima.energy, number - len(plan))
        first = done + len(plan)
        return plan + [self._cross(minima.x, *partner, first + i) for i, partner in enumerate(partners)]

    def _least_searched(self, energy, number):
        """Return rows of minima to search from: the least searched first, low before high, repeated if need be.

        Those that are not joined to the lowest one count as searched more often, by the handicap that is set.
        """
        rows, labels = [], self.connections.labels
        planned = self.searched.copy()
        if planned.size:
            planned[labels != labels[np.argmin(energy)]] += self.options.loose_handicap
        while len(rows) < number and planned.size:
            level = np.flatnonzero(planned == planned.min())
            chosen = _lowest(energy, level, number - len(rows))
            planned[chosen] += 1
            rows += chosen.tolist()
        return rows

    def _follow(self, x, row, search):
        options = self.options
        rank = rank_of(int(self.searched[row]), self._n_ranks)
        self.searched[row] += 1

        def task():
            leave = (x[row].copy(), rank, options.first_steps, self._rng(search), options.saddle_options())
            return searches.follow_mode(self.objective, *leave)

        return Search(Kind.SURVEY if rank < 0 else Kind.MODE, (row,), task)

    def _connect(self, x, pair):
        attempt = self.connections.record(pair)

        def task():
            start = x[pair[0]].copy()
            aligned = self.landscape.symmetry.align(x[pair[1]].copy(), start)[0]
            return searches.connect(
                self.objective, start, aligned, attempt, self.options.saddle_options(), BandOptions()
            )

        return Search(Kind.CONNECT, pair, task)

    def _cross(self, x, pair, attempt, search):
        options = self.options

        def task():
            start = x[pair.row].copy()
            end = self.partners.copies(x[pair.other].copy(), start)[pair.copy]
            bend = None if attempt == 0 else _bend(start, end, self._rng(search))
            return searches.connect(self.objective, start, end, attempt, options.saddle_options(), BandOptions(), bend)

        return Search(Kind.CONNECT, (pair.row, pair.other), task)


def _bend(start, end, rng):
    """Return a random vector, ``BEND`` times as long as the line between two minima, to start a band as an arc."""
    direction = rng.normal(size=start.size)
    return BEND * norm(end - start) / norm(direction) * direction


def cut(plan: list, chunk_size: int) -> list:
    """Cut a plan into chunks of ``chunk_size`` searches, smaller ones towards its end so that threads end together.

    A chunk is at most a quarter of what is left, down to a single search (guided self-scheduling; Polychronopoulos and
    Kuck, IEEE Trans. Comput. 36, 1425, 1987).
    """
    chunks, first = [], 0
    while first < len(plan):
        size = min(chunk_size, max(1, (len(plan) - first) // SHARE_OF_REST))
        chunks.append(plan[first : first + size])
        first += size
    return chunks


def rank_of(n, n_ranks) -> int:
    """Return which mode search ``n`` from a minimum, from 0, follows, ``n_ranks`` being the first not to; -1 for none.

    Ranks are those of :func:`lossland.searches.follow_mode`: -1 is a random direction, a survey search.
    """
    rank = n - 1 - n // SURVEY_PERIOD
    return rank if n % SURVEY_PERIOD and rank < n_ranks else -1


def _lowest(energy, rows, number):
    """Return the ``number`` rows (ascending, shape (n,)) of lowest energy, in that order; of equal ones the first."""
    if len(rows) > number:
        highest = np.partition(energy[rows], number - 1)[number - 1]
        rows = rows[energy[rows] <= highest]
    return rows[np.argsort(energy[rows], kind="stable")][:number]
