"""Adding what a chunk found to the landscape, in the order of the plan."""

import numpy as np

from lossland.chunk import MINIMUM_NUMBERS, STATE_NUMBERS, Chunk
from lossland.landscape import Landscape
from lossland.objectives.base import Objective
from lossland.status import MAX_DENSE, Status
from lossland.yields import Kind


def merge_chunk(landscape: Landscape, chunk: Chunk, plan) -> np.ndarray:
    """Add a chunk to the landscape and to its counts of what was done.

    Parameters
    ----------
    landscape : Landscape
        The one that the round was planned from, and since then nothing but earlier chunks of that round added.
    chunk : Chunk
    plan : sequence
        For each search an object with ``origins``, the rows of the minima that it started from, and its ``kind``, a
        :class:`~lossland.yields.Kind`.

    Returns
    -------
    ndarray of int64, shape (n_searches,)
        Transition states that each search added.
    """
    merging = _Merging(landscape, chunk)
    minima, states, minimum, state = chunk.minima.tolist(), chunk.states.tolist(), 0, 0
    n_new, survey_kind = np.zeros(len(plan), dtype=np.int64), survey_kind_of(landscape.objective)
    for i, ((n_minima, n_states), search) in enumerate(zip(chunk.events[:, :2].tolist(), plan, strict=True)):
        merging.survey_hits = int(search.kind == survey_kind)
        merging.add_arrivals(minima[minimum : minimum + n_minima], search.origins)
        for reference in states[state : state + n_states]:
            n_new[i] += merging.add_state(reference, search.origins)
        minimum, state = minimum + n_minima, state + n_states
    counts = landscape.search
    counts["n_evaluations"] += int(chunk.events[:, 2].sum())
    counts["n_hessians"] += int(chunk.events[:, 3].sum())
    for status, number in enumerate(chunk.failures.tolist()):
        if number:
            counts["n_failed"][Status(status).name.lower()] += number
    return n_new


def survey_kind_of(objective: Objective) -> Kind:
    """Return the kind of search that coverage is judged by: random starts where there is no search from minima."""
    return Kind.SURVEY if objective.n_variables <= MAX_DENSE else Kind.START


class _Merging:
    """Rows of a chunk's new points, as far as they are known; ``survey_hits`` is 1 while a survey search is merged."""

    def __init__(self, landscape, chunk):
        self.landscape, self.chunk, self.survey_hits = landscape, chunk, 0
        self.ends, self.known_ends = chunk.ends.tolist(), landscape.transition_states.minima
        self.minimum_rows, self.state_rows = [-1] * len(chunk.new_minima), [-1] * len(chunk.new_states)

    def add_arrivals(self, references, origins):
        """Count the minima of a start or a chain; a chain that falls back to where it just was has found nothing."""
        before = origins[0] if origins else -1
        for reference in references:
            row = self._known_minimum(reference)
            if row < 0:
                row = self._new_minimum(reference)
            elif row != before:
                self._hit_minimum(row)
            before = row

    def add_state(self, reference, origins):
        """Count a transition state and its ends but the one that the search came from; return whether it is new."""
        row = self._known_state(reference)
        if row >= 0:
            self.landscape.add_hit_transition_state(row, survey_hits=self.survey_hits)
            for end in arrivals(self._ends_of(row), origins):
                self._hit_minimum(end)
            return False
        references = self.ends[-1 - reference]
        rows = [self._known_minimum(end) for end in references]
        for end in arrivals(rows, origins):
            if end >= 0:
                self._hit_minimum(end)
        for i, end in enumerate(references):
            if rows[i] < 0:  # the other end may have been the same new minimum
                known = self._known_minimum(end)
                rows[i] = known if known >= 0 else self._new_minimum(end)
        columns = _columns(self.chunk.new_states[-1 - reference], STATE_NUMBERS)
        row, is_new = self.landscape.insert_transition_state(columns, *rows, survey_hits=self.survey_hits)
        self.state_rows[-1 - reference] = row
        return is_new

    def _hit_minimum(self, row):
        self.landscape.add_hit_minimum(row, survey_hits=self.survey_hits)

    def _ends_of(self, row):
        if row >= len(self.known_ends):  # added since
            self.known_ends = self.landscape.transition_states.minima
        return self.known_ends[row].tolist()

    def _known_minimum(self, reference):
        """Return the row of a minimum, or -1 while the landscape has none."""
        if reference >= 0:
            return reference
        number = -1 - reference
        if self.minimum_rows[number] < 0:
            x, energy = _position(self.chunk.new_minima[number])
            self.minimum_rows[number] = self.landscape.find_minimum(x, energy)
        return self.minimum_rows[number]

    def _new_minimum(self, reference):
        columns = _columns(self.chunk.new_minima[-1 - reference], MINIMUM_NUMBERS)
        row, _ = self.landscape.insert_minimum(columns, survey_hits=self.survey_hits)
        self.minimum_rows[-1 - reference] = row
        return row

    def _known_state(self, reference):
        if reference >= 0:
            return reference
        number = -1 - reference
        if self.state_rows[number] < 0:
            x, energy = _position(self.chunk.new_states[number])
            self.state_rows[number] = self.landscape.find_transition_state(x, energy)
        return self.state_rows[number]


def arrivals(ends, origins) -> list[int]:
    """Return the ends that a search from the minima ``origins`` arrived at: those it did not start from.

    A degenerate rearrangement of an origin counts as an arrival: at its symmetry copy.
    """
    if ends[0] == ends[1]:
        return [ends[0]]
    return [end for end in ends if end not in origins]


def _position(row):
    return row[: -len(MINIMUM_NUMBERS)], float(row[-len(MINIMUM_NUMBERS)])


def _columns(row, names):
    """Return the columns of one new point, as the landscape takes them."""
    return {"x": row[: -len(names)], **dict(zip(names, row[-len(names) :].tolist(), strict=True))}
