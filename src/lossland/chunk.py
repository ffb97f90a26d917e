"""A chunk: some searches of one round, run one after the other; the unit of work, of checkpoints and of sharing.

A chunk is a pure function of the objective, the landscape as it was when its round was planned, and its tasks.  What it
found is kept in a few arrays.  Points that the landscape knew are rows of it; only others are kept in full.
"""

import logging
from typing import NamedTuple

import numpy as np

from lossland import searches
from lossland.errors import InputError
from lossland.landscape import Landscape
from lossland.point_index import PointIndex
from lossland.searches import Outcome
from lossland.status import Status
from lossland.verified import minimum_columns, transition_state_columns

#: what is kept of a new point after its ``x``
MINIMUM_NUMBERS = ("energy", "rms_gradient", "log_det_hessian", "smallest_eigenvalue")
STATE_NUMBERS = ("energy", "rms_gradient", "log_det_hessian", "negative_eigenvalue")
#: what kernels and linear algebra raise where a user's function leaves the numbers
NUMERICAL = (np.linalg.LinAlgError, ArithmeticError)

log = logging.getLogger(__name__)


class Chunk(NamedTuple):
    """What the searches of one chunk found.

    A reference is a row of the landscape that the round was planned from, or -1 - k for the k-th new point below.

    Attributes
    ----------
    events : ndarray of int64, shape (n_searches, 4)
        How many of ``minima`` and of ``states`` belong to each search, in order; the evaluations of energy and gradient
        and the Hessians that it took, both ends of new transition states included.
    minima : ndarray of int64, shape (n,)
        References: minima that starts and chains arrived at.
    states : ndarray of int64, shape (m,)
        References: transition states that were climbed to.
    ends : ndarray of int64, shape (n_new_states, 2)
        References: minima at the ends of each new transition state.
    new_minima, new_states : ndarray of float64, shape (n_new, n_variables + 4)
        ``x`` and then the numbers of :data:`MINIMUM_NUMBERS` or :data:`STATE_NUMBERS`.
    failures : ndarray of int64, shape (n_status,)
        Attempts that came to nothing, by the value of their status.
    """

    events: np.ndarray
    minima: np.ndarray
    states: np.ndarray
    ends: np.ndarray
    new_minima: np.ndarray
    new_states: np.ndarray
    failures: np.ndarray


def run_chunk(objective, landscape: Landscape, tasks, options) -> Chunk:
    """Run the searches of a chunk.

    Parameters
    ----------
    objective : Objective
    landscape : Landscape
        As it was when the round was planned; nothing may be added to it meanwhile.
    tasks : sequence of callables
        Each returns the :class:`~lossland.searches.Outcome` of one search.
    options : SaddleOptions
        Of the descents from new transition states.
    """
    recorder = _Recorder(objective, landscape, options)
    for task in tasks:
        recorder.search(task)
    return recorder.chunk()


class _Recorder:
    """Collects the columns of a :class:`Chunk`."""

    def __init__(self, objective, landscape, options):
        self.objective, self.options = objective, options
        self.minima = _Names(landscape, landscape.find_minimum, minimum_columns, MINIMUM_NUMBERS)
        self.states = _Names(landscape, landscape.find_transition_state, transition_state_columns, STATE_NUMBERS)
        self.events, self.arrivals, self.climbed, self.ends = [], [], [], []
        self.cost, self.failures = [0, 0], np.zeros(max(Status) + 1, dtype=np.int64)

    def guarded(self, task, *arguments) -> Outcome:
        """Return what a search found; numbers that linear algebra refuses end that search and no other."""
        try:
            outcome = task(*arguments)
        except NUMERICAL as error:
            log.warning("a search ended: %s", error)
            outcome = Outcome(failures=[Status.NOT_FINITE])
        self.cost[0] += outcome.n_evaluations
        self.cost[1] += outcome.n_hessians
        for status in outcome.failures:
            self.failures[status] += 1
        return outcome

    def search(self, task):
        """Run and record one search, its new transition states with their ends."""
        self.cost = [0, 0]
        outcome = self.guarded(task)
        arrivals = [name for name in map(self._named_minimum, outcome.minima) if name is not None]
        climbed = [name for name in map(self._named_state, outcome.saddles) if name is not None]
        self.arrivals += arrivals
        self.climbed += climbed
        self.events.append((len(arrivals), len(climbed), *self.cost))

    def chunk(self) -> Chunk:
        """Return everything recorded."""
        return Chunk(
            events=np.array(self.events, dtype=np.int64).reshape(-1, 4),
            minima=np.array(self.arrivals, dtype=np.int64),
            states=np.array(self.climbed, dtype=np.int64),
            ends=np.array(self.ends, dtype=np.int64).reshape(-1, 2),
            new_minima=self.minima.table(),
            new_states=self.states.table(),
            failures=self.failures,
        )

    def _named_minimum(self, point):
        return self._named(self.minima, point, lambda: True)

    def _named_state(self, saddle):
        return self._named(self.states, saddle[0], lambda: self._fall(saddle))

    def _named(self, names, point, accepted):
        try:
            row = names.find(point.x, point.energy)
        except InputError as error:  # it converged so far away that it cannot be told from its neighbours
            log.warning("a search ended: %s", error)
            self.failures[Status.WANDERED] += 1
            return None
        if row >= 0:
            return row
        columns = names.columns(point, self.objective.n_variables, names.landscape.rms_tolerance)
        return names.new_name(columns, accepted)

    def _fall(self, saddle):
        """Follow both descents of a new transition state; return whether both reached a minimum."""
        found = self.guarded(searches.find_ends, self.objective, saddle, self.options).minima
        ends = [self._named_minimum(point) for point in found]
        if len(ends) != 2 or None in ends:
            return False
        self.ends.append(ends)
        return True


class _Names:
    """References of points: rows of the landscape, and numbers of the chunk's own new points."""

    def __init__(self, landscape, find, columns, numbers):
        self.landscape, self.find, self.columns, self.numbers = landscape, find, columns, numbers
        self.index = PointIndex(landscape.symmetry, landscape.energy_tolerance, landscape.distance_tolerance, 16)
        self.references, self.rows = [], []  # of each point of the index; None where it was not accepted

    def new_name(self, columns, accepted):
        """Return the reference of a point that the landscape does not know, or None of one that is not accepted.

        A new one is asked about once.
        """
        number, is_new = self.index.find_or_add(columns["x"], columns["energy"])
        if is_new:
            self.references.append(None)
            if accepted():
                self.references[number] = -1 - len(self.rows)
                self.rows.append([*columns["x"], *(columns[name] for name in self.numbers)])
        return self.references[number]

    def table(self):
        """Return the new points, shape (n_new, n_variables + 4)."""
        return np.array(self.rows).reshape(-1, self.landscape.objective.n_variables + len(self.numbers))
