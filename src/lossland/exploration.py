"""Exploration: from an objective to its landscape.

Rounds of searches are planned from what is known, run in chunks by any number of threads and processes, and merged in
the order of their plan, so the landscape depends on the objective, the options and the seed alone.  First random starts
and basin-hopping; then, round after round, searches for transition states from the minima that have been searched
least, and between minima that are not yet connected, until the coverage that was asked for or the budget of searches is
reached.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from numbers import Integral

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from lossland.chunk import run_chunk
from lossland.errors import InputError
from lossland.explore_options import ExploreOptions
from lossland.journal import Journal, run_digest
from lossland.landscape import Landscape
from lossland.landscape_file import config_as_json
from lossland.merging import merge_chunk
from lossland.objectives.base import Objective
from lossland.objectives.mlp import share_threads
from lossland.planning import Planner, cut
from lossland.sharing import Sharing
from lossland.status import MAX_DENSE

log = logging.getLogger(__name__)

ROUNDS_PER_LINE = 5  # of the log


def explore(
    objective: Objective,
    options: ExploreOptions = ExploreOptions(),
    *,
    seed: int = 0,
    threads: int = 1,
    checkpoint=None,
    shard: tuple[int, int] = (0, 1),
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
        Folder in which finished chunks are kept: a killed run resumes from it and loses at most the chunk that each
        thread was busy with. Delete it once the result is written.
    shard : tuple (int, int)
        ``(i, n)``: this is process i, from 0, of n that explore one landscape together, with the same arguments and
        the same checkpoint folder, which may be on a shared file system. Each returns the whole landscape. One that is
        started late, or alone, does whatever the others have not done.
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
        When something else than an objective or options is given, an option is out of range, the objective too large
        for dense Hessians but transition states are to be searched for, there is no such shard, or ``config`` holds
        anything but JSON types.
    LosslandError
        When the checkpoint folder cannot be written.
    """
    if not isinstance(objective, Objective):
        raise InputError(
            f"the objective is {_kind_of(objective)}; expected a lossland Objective, such as "
            "lossland.objectives.from_function(function, n_variables) makes of a function"
        )
    if not isinstance(options, ExploreOptions):
        raise InputError(f"options is {_kind_of(options)}; expected ExploreOptions, such as ExploreOptions(n_starts=9)")
    if not isinstance(threads, Integral) or threads < 1:
        raise InputError(f"threads is {threads!r}; expected a whole number from 1 on")
    objective, workers = share_threads(objective, threads)
    exploration = Exploration(objective, options, seed, checkpoint, config, dataset_sha256, shard)
    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=options.max_searches, disable=not progress, unit="search", smoothing=0.05) as bar,
    ):
        run, start = pool.map if workers > 1 else map, time.monotonic()
        while exploration.advance(run, workers):
            bar.update(exploration.n_searches - bar.n)
            bar.set_postfix(exploration.progress(), refresh=False)
            if exploration.n_rounds % ROUNDS_PER_LINE == 0:
                rate = exploration.n_searches / (time.monotonic() - start)
                log.info("%d searches, %.1f a second; %s", exploration.n_searches, rate, exploration.progress())
        bar.update(exploration.n_searches - bar.n)
    log.info("%s; %s", exploration.landscape.search["stop_reason"], exploration.progress())
    return exploration.landscape


def _kind_of(thing):
    return f"the class {thing.__name__}" if isinstance(thing, type) else f"of type {type(thing).__name__}"


class Exploration:
    """State of one exploration between rounds; :func:`explore` drives it."""

    def __init__(self, objective, options, seed=0, checkpoint=None, config=None, dataset_sha256="", shard=(0, 1)):
        options = options.checked()
        if not isinstance(seed, Integral) or not 0 <= seed < 2**63:
            raise InputError(f"seed is {seed!r}; expected a whole number from 0 to 2**63 - 1")
        if objective.n_variables > MAX_DENSE and options.max_searches > options.n_starts + options.n_hops:
            raise InputError(
                f"the objective has {objective.n_variables} variables, and transition states are searched for up to "
                f"{MAX_DENSE}; expected max_searches of at most {options.n_starts + options.n_hops}, n_starts + n_hops"
            )
        self.objective, self.options = objective, options
        settings = {**(config or {}), "explore": options._asdict()}
        config_as_json(settings)  # before hours of work, not after them
        self.landscape = Landscape(
            objective,
            energy_tolerance=options.energy_tolerance,
            distance_tolerance=options.distance_tolerance,
            rms_tolerance=options.tolerance,
            seed=int(seed),
            config=settings,
            dataset_sha256=dataset_sha256,
        )
        self.journal = Journal(checkpoint, run_digest(objective, {**settings, "seed": seed}))
        self.sharing = Sharing(self.journal, shard)
        self.planner = Planner(objective, self.landscape, options, seed)
        self.n_rounds = self.n_searches = 0

    def advance(self, run=map, n_workers=1) -> bool:
        """Plan, run and merge one round; return False when there is nothing more to do.

        ``run``, a map, runs ``n_workers`` workers, one after the other or as threads.
        """
        reason = self._stop_reason()
        plan = [] if reason else self.planner.plan(self.n_searches)
        if not plan:
            self.landscape.search["stop_reason"] = reason or "nothing left to search"
            return False
        parts, options = cut(plan, self.options.chunk_size), self.options.saddle_options()
        functions = [
            partial(run_chunk, self.objective, self.landscape, [search.task for search in part], options)
            for part in parts
        ]
        chunks = self.sharing.chunks(self.n_rounds, functions, run, n_workers)
        self.planner.yields.forget()
        for part, chunk in zip(parts, chunks, strict=True):
            n_new = merge_chunk(self.landscape, chunk, part)
            self.planner.yields.add([search.kind for search in part], n_new, chunk.events[:, 2:])
        self._count(len(plan))
        return True

    def progress(self) -> dict:
        """Return what a progress bar shows."""
        counts, search = self.landscape.counts(), self.landscape.search
        return {
            "minima": counts["n_minima"],
            "transition states": counts["n_transition_states"],
            "coverage": f"{search['coverage_minima']:.3f}/{search['coverage_transition_states']:.3f}",
        }

    def _stop_reason(self):
        options, search, searched = self.options, self.landscape.search, self.planner.searched
        if self.n_searches >= options.max_searches:
            return "budget of searches used up"
        if self.n_searches < options.n_starts:
            return ""
        if searched.size == 0:
            return "no minimum found from any start"
        enough = (
            search["coverage_minima"] >= options.coverage_minima
            and search["coverage_transition_states"] >= options.coverage_transition_states
            and searched.min() >= max(1, options.searches_per_minimum)  # the first is a survey search
        )
        connected = options.strategy == "single-ended" or self.planner.connections.n_components == 1
        return "coverage reached" if enough and connected else ""

    def _count(self, n_searches):
        """Take note of a round that has been merged."""
        search = self.landscape.search
        self.n_rounds += 1
        self.n_searches += n_searches
        search["n_searches"] = self.n_searches
        self.landscape.update_coverage()
        self._note_growth()
        self.planner.update()

    def _note_growth(self):
        landscape = self.landscape
        row = {**landscape.search, **landscape.counts()}
        row["hits_minima"] = landscape.minima.hits.sum()
        row["hits_transition_states"] = landscape.transition_states.hits.sum()
        landscape.growth = {name: np.append(column, row[name]) for name, column in landscape.growth.items()}
