"""What searches of different kinds yield: new transition states for what they cost, counted, never timed.

Double-ended searches are dear and find, while much is unknown, less for their price than single-ended ones; later they
are all that connects what is left over.  Their share of a round follows from what both have brought lately.
"""

from enum import IntEnum

import numpy as np

REMEMBERED = 0.8  # of the counts after each round: half of them after three
LARGEST_SHARE, SMALLEST_SHARE = 0.5, 0.02  # of a round for double-ended searches, while there are pairs to connect
FIRST_SHARE = 0.1  # while nothing is known of either
#: gradients in the time of a step with a Hessian, for each variable: 8 at 74 variables and 1,000 data
GRADIENTS_PER_VARIABLE = 0.11


class Kind(IntEnum):
    """What a search does."""

    START = 0  # minimises from a random start
    HOP = 1  # basin-hopping
    MODE = 2  # leaves a minimum along a chosen mode
    SURVEY = 3  # leaves a minimum in a random direction: see lossland.survey
    CONNECT = 4  # between two minima


SINGLE_ENDED = (Kind.MODE, Kind.SURVEY)


class Yields:
    """New transition states and costs of single- and double-ended searches, older rounds counting less and less.

    Parameters
    ----------
    n_variables : int
    """

    def __init__(self, n_variables: int):
        self._hessian = GRADIENTS_PER_VARIABLE * n_variables
        self._found, self._cost = np.zeros(2), np.zeros(2)  # single-ended, double-ended

    def forget(self) -> None:
        """Let what is known count less: a round has passed."""
        self._found *= REMEMBERED
        self._cost *= REMEMBERED

    def add(self, kinds, n_new, costs) -> None:
        """Count searches.

        Parameters
        ----------
        kinds : sequence of Kind
            Starts and basin-hopping are not counted.
        n_new : array_like of int, shape (n,)
            Transition states that each search was the first to find.
        costs : ndarray of int, shape (n, 2)
            Evaluations of energy and gradient, and Hessians.
        """
        n_new, costs, kinds = np.asarray(n_new), costs[:, 0] + self._hessian * costs[:, 1], np.array(kinds)
        for i, chosen in enumerate((np.isin(kinds, SINGLE_ENDED), kinds == Kind.CONNECT)):
            self._found[i] += n_new[chosen].sum()
            self._cost[i] += costs[chosen].sum()

    def double_ended_share(self) -> float:
        """Return the share of the next round for double-ended searches, while there are pairs to connect.

        Half of it times the squared ratio of their yield to that of single-ended ones, at most half: most of the work
        goes where it pays most.  They are credited with one transition state more than they found: so few of them may
        have been made that the next would have been the first to succeed.  Where single-ended searches find no more,
        it is half of the round again.
        """
        if not self._cost.any():
            return FIRST_SHARE
        credited = (self._found[1] + 1.0) * self._cost[0]
        rival = self._found[0] * self._cost[1]
        if credited >= rival:
            return LARGEST_SHARE
        return float(max(SMALLEST_SHARE, LARGEST_SHARE * (credited / rival) ** 2))
