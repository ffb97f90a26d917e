"""One judge for everybody's transition states: exact Hessians, and identity up to the network's symmetry."""

import numpy as np

from lossland.point_index import PointIndex
from lossland.symmetry import for_objective

RMS_GRADIENT = 1e-9
#: Newton steps, and how far they may lead: programs stop at looser gradients, which is not held against them
STEPS, REACH = 20, 0.3


class Judge:
    """Count distinct transition states with two verified ends.

    Attributes
    ----------
    n_duplicates, n_unverified : int
        Points that were known, and points that failed: not stationary, the wrong index, or an end that is no minimum.
    """

    def __init__(self, objective):
        self.objective, self.n_duplicates, self.n_unverified = objective, 0, 0
        self._known = PointIndex(for_objective(objective))

    def is_new(self, x, plus, minus):
        """Return whether ``x`` (n_variables,) is a new transition state and both its ends are minima; count it."""
        state = converged(self.objective, x, 1)
        if state is None or any(converged(self.objective, end, 0) is None for end in (plus, minus)):
            self.n_unverified += 1
            return False
        if not self._known.find_or_add(*state)[1]:
            self.n_duplicates += 1
            return False
        return True


def converged(objective, x, index):
    """Return the stationary point next to ``x`` and its energy if it has ``index`` negative eigenvalues, else None.

    The idle directions count as well: along them every eigenvalue is positive.
    """
    start = x = np.array(x)
    for _ in range(STEPS):
        energy, gradient = objective.energy_gradient(x)
        hessian = objective.hessian_matrix(x)
        eigenvalues, modes = np.linalg.eigh(hessian)
        small = np.sqrt(np.mean(gradient**2)) < RMS_GRADIENT
        step = -modes @ ((modes.T @ gradient) / eigenvalues)
        if small and np.linalg.norm(step) < 1e-7:
            n_negative = int(np.count_nonzero(eigenvalues < 0.0))
            return (x, energy) if n_negative == index else None
        x = x + step
        if not np.linalg.norm(x - start) < REACH:
            return None
    return None
