"""How much two landscapes of one objective, found independently, have in common."""

from typing import NamedTuple

import numpy as np

from lossland.errors import InputError
from lossland.landscape import Landscape
from lossland.recorded import same_objective


class Shared(NamedTuple):
    """Points of one kind in two landscapes.

    Attributes
    ----------
    n_first, n_second : int
        Points of each landscape.
    n_common : int
        Points in both.
    """

    n_first: int
    n_second: int
    n_common: int

    @property
    def n_union(self) -> int:
        """Points in either."""
        return self.n_first + self.n_second - self.n_common

    @property
    def of_first(self) -> float:
        """Share of the first landscape's points that the second has; NaN without any."""
        return _share(self.n_common, self.n_first)

    @property
    def of_second(self) -> float:
        """Share of the second landscape's points that the first has; NaN without any."""
        return _share(self.n_common, self.n_second)

    @property
    def of_union(self) -> float:
        """Share of all points that both have; NaN without any."""
        return _share(self.n_common, self.n_union)


class Agreement(NamedTuple):
    """What two landscapes share: ``minima``, ``transition_states`` and of these the ``degenerate`` ones."""

    minima: Shared
    transition_states: Shared
    degenerate: Shared


def agreement(first: Landscape, second: Landscape) -> Agreement:
    """Count what two landscapes of one objective have in common.

    Points are the same by the tolerances of ``second`` (:meth:`~lossland.landscape.Landscape.find_minimum`), symmetry
    copies among them.

    Raises
    ------
    InputError
        When the landscapes belong to different objectives.
    """
    if not same_objective(first.objective, second.objective):
        raise InputError("the landscapes belong to different objectives; expected two of one")
    minima = _found(first.minima, second.find_minimum)
    states = _found(first.transition_states, second.find_transition_state)
    loops, other_loops = _is_loop(first), _is_loop(second)
    return Agreement(
        Shared(len(first.minima.energy), len(second.minima.energy), int(minima.sum())),
        Shared(loops.size, other_loops.size, int(states.sum())),
        Shared(int(loops.sum()), int(other_loops.sum()), int((states & loops).sum())),
    )


def _found(table, find):
    """Return for each row of a table whether ``find`` knows it, shape (n,) of bool."""
    points = zip(table.x, table.energy.tolist(), strict=True)
    return np.array([find(x.copy(), energy) >= 0 for x, energy in points], dtype=bool)


def _is_loop(landscape):
    ends = landscape.transition_states.minima
    return ends[:, 0] == ends[:, 1]


def _share(part, whole):
    return part / whole if whole else float("nan")
