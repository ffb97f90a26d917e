"""Exploration: from an objective to its landscape.

Rounds of searches are planned from what is known, run on any number of threads, and merged in the order of their
plan, so the landscape depends on the objective, the options and the seed alone.  First random starts and
basin-hopping; then, round after round, searches for transition states from the minima that have been searched least,
and between minima that are not yet connected, until the coverage that was asked for or the budget of searches is
reached.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from lossland import searches
from lossland.completeness import good_turing_coverage
from lossland.connections import Connections
from lossland.errors import InputError
from lossland.explore_options import ExploreOptions
from lossland.journal import Journal, run_digest
from lossland.landscape import Landscape
from lossland.objectives.base import Objective
from lossland.path import BandOptions
from lossland.point_index import PointIndex

log = logging.getLogger(__name__)

ROUNDS_PER_LINE = 5  # of the log
MAX_DENSE = 4000  # variables: the eigenvectors of one Hessian take 128 MB there, and minutes


def explore(
    objective: Objective,
    options: ExploreOptions = ExploreOptions(),
    *,
    seed: int = 0,
    threads: int = 1,
    checkpoint=None,
    progress: bool = False,
    config: dict | None = None,
    dataset_sha256: str = "",
) -> Landscape:
    """Explore an objective and return its landscape.

    Parameters
    ----------
    objective : Objective
        From :func:`lossland.objectives.mlp_cross_entropy`, :func:`lossland.objectives.from_function`, ...
    options : ExploreOptions
    seed : int
        Search i draws its random numbers from ``SeedSequence(seed, spawn_key=(i,))``.
    threads : int
        Has no influence on the result.
    checkpoint : path-like, optional
        Folder in which finished rounds are kept; a killed run resumes from it. Delete it once the result is written.
    progress : bool
        Show a progress bar.
    config : dict, optional
        Recorded in the landscape besides the options, as JSON types.
    dataset_sha256 : str
        Recorded in the landscape.

    Returns
    -------
    Landscape

    Raises
    ------
    InputError
        When an option is out of range, or the objective too large for dense Hessians.
    """
    exploration = Exploration(objective, options, seed, checkpoint, config, dataset_sha256)
    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(max(1, threads)) as pool,
        tqdm(total=options.max_searches, disable=not progress, unit="search", smoothing=0.05) as bar,
    ):
        run, start = pool.map if threads > 1 else map, time.monotonic()
        while exploration.advance(run):
            bar.update(exploration.n_searches - bar.n)
            bar.set_postfix(exploration.progress(), refresh=False)
            if exploration.n_rounds % ROUNDS_PER_LINE == 0:
                rate = exploration.n_searches / (time.monotonic() - start)
                log.info("%d searches, %.1f a second; %s", exploration.n_searches, rate, exploration.progress())
        bar.update(exploration.n_searches - bar.n)
    log.info("%s; %s", exploration.landscape.search["stop_reason"], exploration.progress())
    return exploration.landscape


class Exploration:
    """State of one exploration between rounds; :func:`explore` drives it."""

    def __init__(self, objective, options, seed=0, checkpoint=None, config=None, dataset_sha256=""):
        options.check()
        if objective.n_variables > MAX_DENSE:
            raise InputError(
                f"the objective has {objective.n_variables} variables; exploration takes at most {MAX_DENSE}"
            )
        self.objective, self.options, self.seed = objective, options, seed
        settings = {**(config or {}), "explore": options._asdict()}
        self.landscape = Landscape(
            objective,
            energy_tolerance=options.energy_tolerance,
            distance_tolerance=options.distance_tolerance,
            rms_tolerance=options.tolerance,
            seed=seed,
            config=settings,
            dataset_sha256=dataset_sha256,
        )
        self.journal = Journal(checkpoint, run_digest(objective, {**settings, "seed": seed}))
        self.connections = Connections(self.landscape.symmetry, max_attempts=options.max_attempts)
        self.n_rounds = self.n_searches = 0
        self.searched = np.zeros(0, dtype=np.int64)  # searches made from each minimum

    def advance(self, run) -> bool:
        """Plan, run (with ``run``, a map) and merge one round; return False when there is nothing more to do."""
        reason = self._stop_reason()
        if reason:
            self.landscape.search["stop_reason"] = reason
            return False
        tasks = self._plan()
        if not tasks:
            self.landscape.search["stop_reason"] = "nothing left to search"
            return False
        found = self._outcomes(f"round-{self.n_rounds:06d}-search", run, [task for _, task in tasks])
        saddles = [saddle for outcome in found for saddle in outcome.saddles]
        fresh = self._fresh(saddles)
        options = self.options.saddle_options()
        falls = [partial(searches.find_ends, self.objective, saddles[i], options) for i in fresh]
        ends = dict(zip(fresh, self._outcomes(f"round-{self.n_rounds:06d}-ends", run, falls), strict=True))
        self._merge(tasks, found, ends)
        self.n_rounds += 1
        return True

    def progress(self) -> dict:
        """Return what a progress bar shows."""
        counts, search = self.landscape.counts(), self.landscape.search
        return {
            "minima": counts["n_minima"],
            "transition states": counts["n_transition_states"],
            "coverage": f"{search['coverage_minima']:.3f}/{search['coverage_transition_states']:.3f}",
        }

    def _outcomes(self, name, run, tasks):
        """Return the outcomes of a round's tasks, from the journal if they are there."""
        outcomes = self.journal.read(name)
        if outcomes is None or len(outcomes) != len(tasks):
            outcomes = list(run(lambda task: task(), tasks))
            self.journal.write(name, outcomes)
        return outcomes

    def _stop_reason(self):
        options, search = self.options, self.landscape.search
        if self.n_searches >= options.max_searches:
            return "budget of searches used up"
        if self.n_searches < options.n_starts or self.searched.size == 0 and self.n_rounds == 0:
            return ""
        if self.searched.size == 0:
            return "no minimum found from any start"
        enough = (
            search["coverage_minima"] >= options.coverage_minima
            and search["coverage_transition_states"] >= options.coverage_transition_states
            and self.searched.min() >= options.searches_per_minimum
        )
        return "coverage reached" if enough and (not options.connect or self.landscape.n_components == 1) else ""

    def _plan(self):
        """Return (origins, task) for each search of the next round; origins are rows of the minima it starts from."""
        options = self.options
        room = min(options.round_size, options.max_searches - self.n_searches)
        if self.n_searches < options.n_starts:
            room = min(room, options.n_starts - self.n_searches)
            return [self._start(self.n_searches + i) for i in range(room)]
        if self.n_searches < options.n_starts + options.n_hops:
            return self._plan_hops(min(room, options.n_starts + options.n_hops - self.n_searches))
        pairs = self._pairs(max(1, room // 2)) if options.connect else []
        tasks = [self._connect(pair) for pair in pairs]
        rows = self._least_searched(room - len(tasks))
        return tasks + [self._follow(row, self.n_searches + len(tasks) + i) for i, row in enumerate(rows)]

    def _rng(self, search):
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(search,)))

    def _start(self, search):
        options = self.options.minimise_options()
        return (), partial(searches.random_start, self.objective, self._rng(search), options)

    def _plan_hops(self, number):
        lowest = np.argsort(self.landscape.minima.energy, kind="stable")
        return [self._hop(lowest, self.n_searches + i) for i in range(number)]

    def _hop(self, lowest, search):
        options = self.options
        row = int(lowest[(search - options.n_starts) % len(lowest)])
        x = self.landscape.minima.x[row].copy()
        chain = (options.hop_steps, options.kT, options.hop_step)
        return (row,), partial(searches.hop, self.objective, x, *chain, self._rng(search), options.minimise_options())

    def _least_searched(self, number):
        """Return rows of minima to search from: the least searched first, low before high, repeated if need be."""
        planned, energy = self.searched.copy(), self.landscape.minima.energy
        rows = []
        while len(rows) < number and planned.size:
            order = np.lexsort((energy, planned))
            level = planned[order[0]]
            chosen = [int(row) for row in order if planned[row] == level][: number - len(rows)]
            planned[chosen] += 1
            rows += chosen
        return rows

    def _follow(self, row, search):
        options, x = self.options, self.landscape.minima.x[row].copy()
        rank = int(self.searched[row])
        self.searched[row] += 1
        rank = rank if rank < 2 * options.soft_modes else -1
        leave = (x, rank, options.displacement, self._rng(search), options.saddle_options())
        return (row,), partial(searches.follow_mode, self.objective, *leave)

    def _pairs(self, limit):
        minima, ends = self.landscape.minima, self.landscape.transition_states.minima
        return self.connections.pairs(minima.x, minima.energy, ends, limit)

    def _connect(self, pair):
        attempt, minima = self.connections.record(pair), self.landscape.minima
        start, end = minima.x[pair[0]].copy(), minima.x[pair[1]].copy()
        options = self.options.saddle_options()

        def task():
            aligned = self.landscape.symmetry.align(end, start)[0]
            return searches.connect(self.objective, start, aligned, attempt, options, BandOptions())

        return pair, task

    def _fresh(self, saddles):
        """Return the positions of the saddles that are neither known nor met earlier in the list."""
        options = self.options
        fresh, seen = [], PointIndex(self.landscape.symmetry, options.energy_tolerance, options.distance_tolerance)
        for position, (point, _) in enumerate(saddles):
            known = self.landscape.find_transition_state(point.x, point.energy) >= 0
            if not known and seen.find_or_add(point.x, point.energy)[1]:
                fresh.append(position)
        return fresh

    def _merge(self, tasks, found, ends):
        """Add a round's outcomes in the order of its plan."""
        search = self.landscape.search
        position = 0
        for (origins, _), outcome in zip(tasks, found, strict=True):
            self._add_minima(outcome.minima, origins)
            for saddle, _ in outcome.saddles:
                self._add_saddle(saddle, origins, ends.get(position))
                position += 1
            self._count(outcome)
        for outcome in ends.values():
            self._count(outcome)
        self.n_searches += len(tasks)
        search["n_searches"] = self.n_searches
        n_new = self.landscape.counts()["n_minima"] - self.searched.size
        self.searched = np.concatenate([self.searched, np.zeros(n_new, dtype=np.int64)])
        search["coverage_minima"] = float(good_turing_coverage(self.landscape.minima.hits).value)
        search["coverage_transition_states"] = float(good_turing_coverage(self.landscape.transition_states.hits).value)

    def _count(self, outcome):
        search = self.landscape.search
        search["n_evaluations"] += outcome.n_evaluations
        search["n_hessians"] += outcome.n_hessians
        for status in outcome.failures:
            search["n_failed"][status.name.lower()] += 1

    def _add_minima(self, points, origins):
        """Add the minima of a start or a chain; a chain that falls back to where it just was has found nothing."""
        before = origins[0] if origins else -1
        for point in points:
            row = self.landscape.find_minimum(point.x, point.energy)
            if row < 0 or row != before:
                row, _ = self.landscape.add_minimum(point)
            before = row

    def _add_saddle(self, point, origins, ends):
        """Add a transition state with its ends; of these the one that the search came from is not counted as found."""
        row = self.landscape.find_transition_state(point.x, point.energy)
        if row >= 0:
            rows = self.landscape.transition_states.minima[row].tolist()
            self.landscape.add_hit_transition_state(row)
            for end in _arrivals(rows, origins):
                self.landscape.add_hit_minimum(end)
            return
        if ends is None or len(ends.minima) != 2:
            return
        rows = [self.landscape.find_minimum(end.x, end.energy) for end in ends.minima]
        for end in _arrivals(rows, origins):
            if end >= 0:
                self.landscape.add_hit_minimum(end)
        for i, end in enumerate(ends.minima):
            if rows[i] < 0:  # the other end may have been the same new minimum
                known = self.landscape.find_minimum(end.x, end.energy)
                rows[i] = known if known >= 0 else self.landscape.add_minimum(end)[0]
        self.landscape.add_transition_state(point, *rows)


def _arrivals(ends, origins):
    """Return the ends that a search from the minima ``origins`` arrived at: those it did not start from.

    A degenerate rearrangement of an origin counts as an arrival: at its symmetry copy.
    """
    if ends[0] == ends[1]:
        return [ends[0]]
    return [end for end in ends if end not in origins]
