"""The spherical p-spin glass in plain NumPy, from the full tensor of its couplings."""

import itertools

import numpy as np


class SpinReference:
    """Energy of p spins on a sphere, and a spring along the radius (:mod:`lossland.objectives.pspin`).

    Parameters
    ----------
    attributes, arrays : dict
        What the group ``/objective`` of a landscape file holds: ``p``, ``n_spins``, ``stiffness``; ``couplings``.

    Attributes
    ----------
    n_variables : int
    hessian_accuracy : float
        Relative accuracy of the Hessian's eigenvalues, in units of the largest.
    """

    hessian_accuracy = 1e-11

    def __init__(self, attributes: dict, arrays: dict):
        self.p, self.n_variables = int(attributes["p"]), int(attributes["n_spins"])
        self.stiffness = float(attributes["stiffness"])
        ascending = itertools.combinations_with_replacement(range(self.n_variables), self.p)
        descending = np.array(sorted(indices[::-1] for indices in ascending))
        self.tensor = np.empty((self.n_variables,) * self.p)
        for order in itertools.permutations(range(self.p)):
            self.tensor[tuple(descending[:, order].T)] = arrays["couplings"]
        self.tensor *= self.n_variables ** (-0.5 * (self.p - 1))

    def energy_gradient(self, x) -> tuple[float, np.ndarray]:
        """Return energy and gradient, shape (n_variables,), at ``x`` (n_variables,)."""
        radius, length, unit, spins = self._frame(x)
        slope = self.p * self._contracted(spins, self.p - 1)
        tangential = slope - unit * (unit @ slope)
        stretch = length - radius
        energy = float(slope @ spins) / self.p + 0.5 * self.stiffness * stretch**2
        return energy, radius / length * tangential + self.stiffness * stretch * unit

    def hessian(self, x) -> np.ndarray:
        """Return the Hessian, shape (n_variables, n_variables), at ``x`` (n_variables,), by the chain rule."""
        radius, length, unit, spins = self._frame(x)
        slope, across = self.p * self._contracted(spins, self.p - 1), np.outer(unit, unit)
        tangent = np.eye(self.n_variables) - across
        matrix = self.stiffness * (across + (1.0 - radius / length) * tangent)
        if self.p > 1:
            curvature = self.p * (self.p - 1) * self._contracted(spins, self.p - 2)
            matrix += (radius / length) ** 2 * tangent @ curvature @ tangent
        mixed = np.outer(slope, unit)
        bent = mixed + mixed.T + (slope @ unit) * (np.eye(self.n_variables) - 3.0 * across)
        return matrix - radius / length**2 * bent

    def _frame(self, x):
        radius, length = np.sqrt(self.n_variables), np.linalg.norm(x)
        return radius, length, x / length, radius / length * x

    def _contracted(self, spins, times):
        found = self.tensor
        for _ in range(times):
            found = found @ spins
        return found
