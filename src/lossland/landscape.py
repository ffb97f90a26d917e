"""The landscape: minima and the transition states that join them, each once, in columns that grow.

Nothing unverified comes in: a minimum has only positive Hessian eigenvalues, a transition state exactly one negative
one, and both its ends are minima that are already there.  Two points are the same when the objective's symmetry
carries one onto the other (:mod:`lossland.symmetry`); finding a known one again only adds to its ``hits``.
"""

from typing import NamedTuple

import networkx as nx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lossland import landscape_file, symmetry
from lossland._table import Table
from lossland.completeness import GROWTH_COLUMNS, good_turing_coverage
from lossland.errors import FileFormatError, InputError
from lossland.landscape_file import FAILURES, MINIMUM_COLUMNS, TRANSITION_STATE_COLUMNS, FileContents
from lossland.objectives.base import Objective
from lossland.point_index import PointIndex
from lossland.recorded import recorded_objective, same_objective
from lossland.status import StationaryPoint
from lossland.verified import minimum_columns, transition_state_columns

#: settings of a landscape that its file keeps inside ``config``
TOLERANCES = ("energy_tolerance", "distance_tolerance", "rms_tolerance")
SUMMED = ("n_searches", "n_evaluations", "n_hessians")


class Minima(NamedTuple):
    """Read-only columns of the minima: ``x`` (n, n_variables), the others (n,)."""

    x: np.ndarray
    energy: np.ndarray
    rms_gradient: np.ndarray
    log_det_hessian: np.ndarray
    smallest_eigenvalue: np.ndarray
    hits: np.ndarray
    survey_hits: np.ndarray


class TransitionStates(NamedTuple):
    """Read-only columns of the transition states: ``x`` (n, n_variables), ``minima`` (n, 2), the others (n,)."""

    x: np.ndarray
    energy: np.ndarray
    rms_gradient: np.ndarray
    negative_eigenvalue: np.ndarray
    log_det_hessian: np.ndarray
    hits: np.ndarray
    survey_hits: np.ndarray
    minima: np.ndarray


class Landscape:
    """Minima and transition states of one objective.

    Rows are numbered in the order of finding and keep their number while the landscape grows; a file is sorted by
    energy, so rows are renumbered by writing and reading.

    Parameters
    ----------
    objective : Objective
    energy_tolerance, distance_tolerance : float
        Two points are the same when they differ by no more than this in energy, and in Euclidean distance after
        alignment.
    rms_tolerance : float
        Largest ``rms_gradient`` of a point that is let in.
    seed : int
        Recorded in the file.
    config : dict, optional
        Everything that defines the landscape, as JSON types; recorded in the file, the tolerances added.
    dataset_sha256 : str
        Digest of the data behind the objective, where there are any; recorded in the file.

    Attributes
    ----------
    search : dict
        What was done: ``n_searches``, ``n_failed`` (dict by lower-case status name), ``n_evaluations``,
        ``n_hessians``, ``coverage_minima``, ``coverage_transition_states`` (Good-Turing), ``stop_reason``.
    growth : dict of ndarray
        How an exploration grew: the columns of :data:`~lossland.completeness.GROWTH_COLUMNS`, one row a round.
    """

    def __init__(
        self,
        objective: Objective,
        *,
        energy_tolerance: float = 1e-9,
        distance_tolerance: float = 1e-5,
        rms_tolerance: float = 1e-9,
        seed: int = 0,
        config: dict | None = None,
        dataset_sha256: str = "",
    ):
        self.objective = objective
        self.energy_tolerance, self.distance_tolerance = float(energy_tolerance), float(distance_tolerance)
        self.rms_tolerance = float(rms_tolerance)
        self.seed, self.dataset_sha256 = int(seed), dataset_sha256
        self.config = dict(config or {})
        for name in TOLERANCES:
            value = getattr(self, name)
            if not value > 0.0:
                raise InputError(f"{name} is {value}; expected a positive number")
            if self.config.setdefault(name, value) != value:
                raise InputError(f"{name} is {value}, but config[{name!r}] is {self.config[name]}; give it once")
        self.symmetry = symmetry.for_objective(objective)
        self.search = {
            "n_searches": 0,
            "n_failed": dict.fromkeys(FAILURES, 0),
            "n_evaluations": 0,
            "n_hessians": 0,
            "coverage_minima": 0.0,
            "coverage_transition_states": 0.0,
            "stop_reason": "",
        }
        self.growth = _no_growth()
        self._minima = Table(MINIMUM_COLUMNS, objective.n_variables)
        self._states = Table(TRANSITION_STATE_COLUMNS, objective.n_variables)

    @property
    def minima(self) -> Minima:
        """Columns of the minima found so far; take them anew after adding."""
        return Minima(**self._minima.columns())

    @property
    def transition_states(self) -> TransitionStates:
        """Columns of the transition states found so far; take them anew after adding."""
        return TransitionStates(**self._states.columns())

    def find_minimum(self, x, energy: float) -> int:
        """Return the row of the minimum that is the same point as ``x`` (n_variables,), or -1."""
        return self._index(self._minima).find(x, energy)

    def find_transition_state(self, x, energy: float) -> int:
        """Return the row of the transition state that is the same point as ``x`` (n_variables,), or -1."""
        return self._index(self._states).find(x, energy)

    def add_minimum(self, point: StationaryPoint, hits: int = 1, survey_hits: int = 0) -> tuple[int, bool]:
        """Add a minimum, or add to the hits of one that is known.

        Parameters
        ----------
        point : StationaryPoint
            Converged, with all its Hessian eigenvalues.
        hits, survey_hits : int
            How many times it was found, and how many of these by survey searches (:mod:`lossland.survey`).

        Returns
        -------
        row : int
        is_new : bool

        Raises
        ------
        InputError
            When the point is not a verified minimum.
        """
        columns = minimum_columns(point, self.objective.n_variables, self.rms_tolerance)
        return self.insert_minimum(columns, hits, survey_hits)

    def insert_minimum(self, columns: dict, hits: int = 1, survey_hits: int = 0) -> tuple[int, bool]:
        """Do as :meth:`add_minimum` with a minimum that :func:`~lossland.verified.minimum_columns` has verified."""
        return self._insert(self._minima, **columns, **_checked_hits(hits, survey_hits))

    def add_hit_minimum(self, row: int, hits: int = 1, survey_hits: int = 0) -> None:
        """Count a known minimum as found again."""
        self._minima.add_hits(self._checked_row(row), hits, survey_hits)

    def add_hit_transition_state(self, row: int, hits: int = 1, survey_hits: int = 0) -> None:
        """Count a known transition state as found again."""
        if not 0 <= row < self._states.size:
            raise InputError(f"{row} is not a row of the transition states; expected 0 to {self._states.size - 1}")
        self._states.add_hits(row, hits, survey_hits)

    def add_transition_state(
        self, point: StationaryPoint, row_a: int, row_b: int, hits: int = 1, survey_hits: int = 0
    ) -> tuple[int, bool]:
        """Add a transition state, or add to the hits of one that is known (whose ends stay as first found).

        Parameters
        ----------
        point : StationaryPoint
            Converged, with all its Hessian eigenvalues.
        row_a, row_b : int
            The minima at its two ends; the same row twice for a degenerate rearrangement.
        hits, survey_hits : int
            How many times it was found, and how many of these by survey searches (:mod:`lossland.survey`).

        Returns
        -------
        row : int
        is_new : bool

        Raises
        ------
        InputError
            When the point is not a verified transition state, or an end is not a row of the minima.
        """
        columns = transition_state_columns(point, self.objective.n_variables, self.rms_tolerance)
        return self.insert_transition_state(columns, row_a, row_b, hits, survey_hits)

    def insert_transition_state(
        self, columns: dict, row_a: int, row_b: int, hits: int = 1, survey_hits: int = 0
    ) -> tuple[int, bool]:
        """Do as :meth:`add_transition_state` with columns of :func:`~lossland.verified.transition_state_columns`."""
        ends = (self._checked_row(row_a), self._checked_row(row_b))
        return self._insert(self._states, **columns, **_checked_hits(hits, survey_hits), minima=ends)

    def update_coverage(self) -> None:
        """Judge the coverages in ``search`` by the hits of survey searches, those of all others telling what is known.

        See :func:`lossland.completeness.good_turing_coverage`.
        """
        for name, table in (("minima", self._minima), ("transition_states", self._states)):
            columns = table.columns()
            ours, others = columns["survey_hits"], columns["hits"] - columns["survey_hits"]
            self.search[f"coverage_{name}"] = float(good_turing_coverage(ours, others).value)

    def merge(self, other: "Landscape") -> None:
        """Add everything that ``other`` holds, in the order of its rows, hits and search counts included.

        Coverages become those of the merged hits. What is merged has not grown round by round, so ``growth`` becomes
        empty.

        Raises
        ------
        InputError
            When ``other`` belongs to another objective or has other tolerances.
        """
        self._refuse_foreign(other)
        minima, states = other._minima.columns(), other._states.columns()
        rows = [self._insert(self._minima, **_row(minima, row))[0] for row in range(other._minima.size)]
        for row in range(other._states.size):
            values = _row(states, row)
            values["minima"] = [rows[end] for end in values["minima"]]
            self._insert(self._states, **values)
        _merge_search(self.search, other.search)
        self.update_coverage()
        self.growth = _no_growth()

    def __repr__(self):
        return f"<Landscape of {self._minima.size} minima and {self._states.size} transition states>"

    def counts(self) -> dict:
        """Return ``n_minima``, ``n_transition_states`` and ``n_degenerate`` (of these, both ends the same minimum)."""
        ends = self.transition_states.minima
        return {
            "n_minima": self._minima.size,
            "n_transition_states": self._states.size,
            "n_degenerate": int(np.count_nonzero(ends[:, 0] == ends[:, 1])),
        }

    @property
    def n_components(self) -> int:
        """Sets of minima that are joined by transition states; 1 for a connected landscape."""
        if self._minima.size == 0:
            return 0
        a, b = self.transition_states.minima.T
        joined = coo_array((np.ones(a.size, dtype=bool), (a, b)), shape=(self._minima.size,) * 2)
        return int(connected_components(joined, directed=False)[0])

    def graph(self) -> nx.MultiGraph:
        """Return the minima as nodes (their rows) and every transition state as an edge (its row as key).

        Nodes and edges carry ``energy`` and ``hits``; a degenerate rearrangement is a loop.
        """
        minima, states = self.minima, self.transition_states
        graph = nx.MultiGraph()
        for row, (energy, hits) in enumerate(zip(minima.energy.tolist(), minima.hits.tolist(), strict=True)):
            graph.add_node(row, energy=energy, hits=hits)
        columns = zip(states.minima.tolist(), states.energy.tolist(), states.hits.tolist(), strict=True)
        for row, ((a, b), energy, hits) in enumerate(columns):
            graph.add_edge(a, b, key=row, energy=energy, hits=hits)
        return graph

    def write(self, path) -> None:
        """Write the landscape, sorted by energy, atomically; equal landscapes give equal bytes.

        Raises
        ------
        LosslandError
            When the file cannot be written; what was there before is untouched.
        """
        contents = FileContents(
            kind=self.objective.kind,
            objective_attributes=self.objective.attributes,
            objective_arrays=self.objective.arrays,
            minima=self._minima.columns(),
            transition_states=self._states.columns(),
            search=self.search,
            growth=self.growth,
            seed=self.seed,
            config=self.config,
            dataset_sha256=self.dataset_sha256,
        )
        landscape_file.write_contents(path, contents, self._minima.order(), self._states.order())

    @classmethod
    def read(cls, path, objective: Objective | None = None) -> "Landscape":
        """Read a landscape file.

        Parameters
        ----------
        path : path-like
        objective : Objective, optional
            For files of a user's own function, which cannot be rebuilt from a file; without it such a landscape can be
            looked at and merged, but not evaluated.

        Raises
        ------
        FileFormatError
            When the file is missing, truncated, foreign, damaged, of a newer format or inconsistent.
        InputError
            When ``objective`` is not the one that the file describes.
        """
        contents = landscape_file.read_contents(path)
        recorded = recorded_objective(path, contents)
        if objective is None:
            objective = recorded
        elif not same_objective(objective, recorded):
            raise InputError(f"{path} was made with another objective (kind {contents.kind!r}) than the one given")
        missing = [name for name in TOLERANCES if not isinstance(contents.config.get(name), float)]
        if missing:
            raise FileFormatError(f"{path}: the key {missing[0]} of the attribute config is missing; expected a number")
        ends = contents.transition_states["minima"]
        if ends.size and not 0 <= ends.min() <= ends.max() < contents.minima["energy"].size:
            raise FileFormatError(
                f"{path}: /transition_states/minima names rows {ends.min()} to {ends.max()}; "
                f"expected rows of /minima, which has {contents.minima['energy'].size}"
            )
        landscape = cls(
            objective,
            seed=contents.seed,
            config=contents.config,
            dataset_sha256=contents.dataset_sha256,
            **{name: contents.config[name] for name in TOLERANCES},
        )
        landscape.search, landscape.growth = contents.search, contents.growth
        landscape._minima.fill(contents.minima)
        landscape._states.fill(contents.transition_states)
        return landscape

    def _index(self, table):
        if table.index is None:  # built at the first look-up: a landscape that is only analysed needs none
            columns = table.columns()
            index = PointIndex(self.symmetry, self.energy_tolerance, self.distance_tolerance, len(columns["x"]))
            index.add_many(columns["x"], columns["energy"])
            table.index = index  # complete: other threads may look up too
        return table.index

    def _insert(self, table, **values):
        row, is_new = self._index(table).find_or_add(values["x"], values["energy"])
        if is_new:
            values["x"] = self.symmetry.canonical(values["x"])
            table.append(values)
        else:
            table.add_hits(row, values["hits"], values["survey_hits"])
        return row, is_new

    def _checked_row(self, row):
        if not 0 <= row < self._minima.size:
            raise InputError(f"{row} is not a row of the minima; expected 0 to {self._minima.size - 1}")
        return int(row)

    def _refuse_foreign(self, other):
        if not same_objective(self.objective, other.objective):
            raise InputError("landscapes of different objectives cannot be merged")
        for name in TOLERANCES:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                raise InputError(f"landscapes with {name} {mine} and {theirs} cannot be merged")


def _checked_hits(hits, survey_hits):
    if hits < 1:
        raise InputError(f"hits is {hits}; expected at least 1")
    if not 0 <= survey_hits <= hits:
        raise InputError(f"survey_hits is {survey_hits}; expected 0 to {hits}, the number of all hits")
    return {"hits": hits, "survey_hits": survey_hits}


def _no_growth():
    return {name: np.zeros(0, dtype=dtype) for name, dtype in GROWTH_COLUMNS.items()}


def _row(columns, row):
    return {name: column[row] for name, column in columns.items()}


def _merge_search(search, other):
    """Add the counts of ``other`` to ``search``; different reasons for stopping are all given."""
    for name in SUMMED:
        search[name] += other[name]
    search["n_failed"] = {name: search["n_failed"].get(name, 0) + other["n_failed"].get(name, 0) for name in FAILURES}
    reasons = [reason for reason in (search["stop_reason"], other["stop_reason"]) if reason]
    search["stop_reason"] = "; ".join(dict.fromkeys("; ".join(reasons).split("; ")))
