"""Adding what a chunk found to the landscape, in the order of the plan."""

from lossland.chunk import MINIMUM_NUMBERS, STATE_NUMBERS, Chunk
from lossland.landscape import Landscape
from lossland.status import Status


def merge_chunk(landscape: Landscape, chunk: Chunk, origins) -> None:
    """Add a chunk to the landscape and to its counts of what was done.

    Parameters
    ----------
    landscape : Landscape
        The one that the round was planned from, and since then nothing but earlier chunks of that round added.
    chunk : Chunk
    origins : sequence of tuple of int
        For each search the rows of the minima that it started from.
    """
    merging = _Merging(landscape, chunk)
    minima, states, minimum, state = chunk.minima.tolist(), chunk.states.tolist(), 0, 0
    for (n_minima, n_states), rows in zip(chunk.events.tolist(), origins, strict=True):
        merging.add_arrivals(minima[minimum : minimum + n_minima], rows)
        for reference in states[state : state + n_states]:
            merging.add_state(reference, rows)
        minimum, state = minimum + n_minima, state + n_states
    search = landscape.search
    search["n_evaluations"] += int(chunk.cost[0])
    search["n_hessians"] += int(chunk.cost[1])
    for status, number in enumerate(chunk.failures.tolist()):
        if number:
            search["n_failed"][Status(status).name.lower()] += number


class _Merging:
    """Rows of a chunk's new points, as far as they are known."""

    def __init__(self, landscape, chunk):
        self.landscape, self.chunk = landscape, chunk
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
                self.landscape.add_hit_minimum(row)
            before = row

    def add_state(self, reference, origins):
        """Count a transition state and its ends; of these the one that the search came from is not counted as found."""
        row = self._known_state(reference)
        if row >= 0:
            self.landscape.add_hit_transition_state(row)
            for end in arrivals(self._ends_of(row), origins):
                self.landscape.add_hit_minimum(end)
            return
        references = self.ends[-1 - reference]
        rows = [self._known_minimum(end) for end in references]
        for end in arrivals(rows, origins):
            if end >= 0:
                self.landscape.add_hit_minimum(end)
        for i, end in enumerate(references):
            if rows[i] < 0:  # the other end may have been the same new minimum
                known = self._known_minimum(end)
                rows[i] = known if known >= 0 else self._new_minimum(end)
        columns = _columns(self.chunk.new_states[-1 - reference], STATE_NUMBERS)
        self.state_rows[-1 - reference], _ = self.landscape.insert_transition_state(columns, *rows)

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
        row, _ = self.landscape.insert_minimum(_columns(self.chunk.new_minima[-1 - reference], MINIMUM_NUMBERS))
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
