"""The settings of an exploration."""

import difflib
import sys
from functools import wraps
from numbers import Integral, Real
from typing import NamedTuple

from lossland.errors import InputError
from lossland.lbfgs import LbfgsOptions
from lossland.minimise import MinimiseOptions
from lossland.saddle import SaddleOptions

STRATEGIES = ("mixed", "single-ended", "double-ended")
MOST = 10**12  # of anything counted
TINY, LARGEST = sys.float_info.min, sys.float_info.max  # what a positive number can be: neither infinity nor NaN
POSITIVE = (TINY, LARGEST)
#: least and greatest value of the settings that may be zero, or may not be any positive number
RANGES = {
    **dict.fromkeys(("n_starts", "hop_steps", "max_searches", "round_size", "chunk_size", "max_climb"), (1, MOST)),
    **dict.fromkeys(("n_hops", "soft_modes", "searches_per_minimum", "loose_handicap"), (0, MOST)),
    "kT": (0, LARGEST),
    **dict.fromkeys(("coverage_minima", "coverage_transition_states"), (0, 1)),
    "start_share": (0, 0.9),  # the rest are searches for transition states
    "displacement_spread": (1, LARGEST),
    "max_attempts": (1, 10),  # the images of a band double each time
    "history": (1, 1000),  # each pair takes memory
}


def refuse_unknown_settings(names):
    """Raise about the first of ``names`` that is no setting of an exploration, and say which one may be meant.

    Raises
    ------
    InputError
    """
    for name in names:
        if name not in _Settings._fields:
            near = difflib.get_close_matches(name, _Settings._fields, n=1)
            meant = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(_Settings._fields)}"
            raise InputError(f"{name} is not a setting; {meant}")


class _Settings(NamedTuple):
    """The fields alone: a NamedTuple takes no constructor of its own."""

    n_starts: int = 50
    start_share: float = 0.1
    n_hops: int = 2
    hop_steps: int = 25
    hop_step: float = 1.0
    kT: float = 1e-3
    soft_modes: int = 20
    searches_per_minimum: int = 40
    loose_handicap: int = 0
    displacement: float = 1.0
    displacement_spread: float = 8.0
    max_searches: int = 2000
    coverage_minima: float = 0.999
    coverage_transition_states: float = 0.95
    strategy: str = "mixed"
    max_attempts: int = 4
    round_size: int = 100
    chunk_size: int = 10
    tolerance: float = 1e-11
    energy_tolerance: float = 1e-9
    distance_tolerance: float = 1e-5
    max_climb: int = 100
    history: int = 80


class ExploreOptions(_Settings):
    """What to search, how thoroughly, and when to stop.

    Attributes
    ----------
    n_starts : int
        Minimisations from random starts.
    start_share : float
        Share of all later rounds that random starts have too: what no search from the known minima leads to may still
        be found by them.
    n_hops : int
        Basin-hopping chains, from the lowest minima on; 0 for none.
    hop_steps : int
        Moves of each chain.
    hop_step : float
        Half the edge of the cube of a move (units of ``x``).
    kT : float
        Fictitious temperature of the acceptance (units of energy).
    soft_modes : int
        Softest modes of each minimum that are followed both ways before only random directions are.
    searches_per_minimum : int
        Searches from every minimum before coverage may end the exploration, at least one; every fourth is a survey
        search.
    loose_handicap : int
        How many searches later than others a minimum is searched from that is not joined to the lowest one: 0 treats
        all alike; with a few, what is joined to the lowest minimum grows first, where a landscape is too large to be
        finished.
    displacement, displacement_spread : float
        The first step away from a minimum is drawn between ``displacement`` (units of ``x``) and
        ``displacement_spread`` times as much, evenly in its logarithm.
    max_searches : int
        Budget: searches of all kinds.
    coverage_minima, coverage_transition_states : float
        Good-Turing coverage by survey searches (:mod:`lossland.survey`) that ends the exploration; of objectives of
        more than 4,000 variables, which have none, the budget does.
    strategy : {"mixed", "single-ended", "double-ended"}
        How transition states are searched for after the first starts and the chains: from single minima and, while some
        are not connected to the global minimum, between pairs; from single minima alone; or between pairs alone, those
        first that would connect something, then each minimum and the nearest copies of all of them. Searches between
        pairs are planned and no random draws: the double-ended strategy knows no coverage (it stays 0) and ends with
        the budget, or when every pair has been tried ``max_attempts`` times.
    max_attempts : int
        Searches between one pair of minima, at most 10: each has twice as many images.
    round_size : int
        Searches planned at a time, from what is known then; shards and threads share them.
    chunk_size : int
        At most so many searches of a round are run and kept together, fewer towards its end: the checkpoint interval.
        A killed run loses no more than one chunk for each of its threads.
    tolerance : float
        RMS gradient of stationary points.
    energy_tolerance, distance_tolerance : float
        Within which two points are the same.
    max_climb : int
        Steps of eigenvector-following before a search gives up.
    history : int
        Pairs that L-BFGS keeps; in preconditioned coordinates at most 40.
    """

    __slots__ = ()

    @wraps(_Settings.__new__)
    def __new__(cls, *values, **named):
        """Take the settings that differ from their defaults; one that does not exist is an :class:`InputError`."""
        refuse_unknown_settings(named)
        return super().__new__(cls, *values, **named)

    def _replace(self, /, **named):
        refuse_unknown_settings(named)
        return super()._replace(**named)

    @property
    def first_steps(self) -> tuple[float, float]:
        """Shortest and longest first step away from a minimum."""
        return self.displacement, self.displacement * self.displacement_spread

    def minimise_options(self) -> MinimiseOptions:
        """Return the settings of minimisations."""
        lbfgs = LbfgsOptions(history=self.history, tolerance=max(1e-7, self.tolerance))
        return MinimiseOptions(lbfgs, MinimiseOptions().descent._replace(**self._limits()))

    def saddle_options(self) -> SaddleOptions:
        """Return the settings of searches for transition states and their ends."""
        default = SaddleOptions()
        return SaddleOptions(
            climb=default.climb._replace(max_iterations=self.max_climb, **self._limits()),
            descent=default.descent._replace(**self._limits()),
        )

    def _limits(self):
        """Return what every stationary point is converged to: well within the distance at which two are the same."""
        return {"tolerance": self.tolerance, "step_tolerance": 0.01 * self.distance_tolerance}

    def checked(self) -> "ExploreOptions":
        """Return the options as plain Python numbers; refuse those that are out of range.

        Raises
        ------
        InputError
        """
        plain = {}
        for name, default in type(self)._field_defaults.items():
            value = plain[name] = getattr(self, name)
            if isinstance(default, str):
                if value not in STRATEGIES:
                    raise InputError(f"{name} is {value!r}; expected one of {', '.join(STRATEGIES)}")
                continue
            kind, said = (Integral, "a whole number") if isinstance(default, int) else (Real, "a number")
            low, high = RANGES.get(name, POSITIVE)
            right = isinstance(value, kind) and not isinstance(value, bool)
            if not (right and low <= value <= high):
                open_ended = high == LARGEST or (high == MOST and not (right and value > high))
                bounds = f"from {low:g} on" if open_ended else f"from {low:g} to {high:g}"
                raise InputError(f"{name} is {value!r}; expected {said} {'above 0' if low == TINY else bounds}")
            plain[name] = type(default)(value)  # such as NumPy's numbers, which no file's config takes
        return type(self)(**plain)
