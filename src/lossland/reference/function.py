"""A user's function: its own energies and gradients, but Hessians from nothing else than the gradients."""

import numpy as np

#: difference quotients of the energy: length of their steps (relative to x beyond 1), their rounding error relative to
#: the energy, and how many are taken
SLOPE_STEP, SLOPE_ROUNDING, N_DIRECTIONS = 1e-5, 1e-9, 4


class FunctionReference:
    """A user's function, its Hessian taken from its gradients alone by differences of fourth order.

    Parameters
    ----------
    objective : Objective
    """

    hessian_accuracy = 1e-7

    def __init__(self, objective):
        self._objective, self.n_variables = objective, objective.n_variables

    def energy_gradient(self, x) -> tuple[float, np.ndarray]:
        """Return energy and gradient, shape (n_variables,), at ``x`` (n_variables,)."""
        return self._objective.energy_gradient(x)

    def gradient_error(self, x, largest: float) -> float:
        """Return by how much difference quotients of the energy contradict the gradient, beyond their own errors.

        Parameters
        ----------
        x : ndarray, shape (n_variables,)
        largest : float
            Size of the largest Hessian eigenvalue, which tells how much the slope changes along a step.
        """
        energy, gradient = self.energy_gradient(x)
        directions = np.random.default_rng(0).normal(size=(N_DIRECTIONS, self.n_variables))
        error = 0.0
        for direction in directions / np.linalg.norm(directions, axis=1, keepdims=True):
            step = SLOPE_STEP * max(1.0, float(np.abs(x).max())) * direction
            ahead, behind = (self.energy_gradient(x + sign * step)[0] for sign in (1.0, -1.0))
            error = max(error, abs((ahead - behind) / (2.0 * np.linalg.norm(step)) - gradient @ direction))
        return max(0.0, error - SLOPE_STEP * largest - SLOPE_ROUNDING * abs(energy))

    def hessian(self, x) -> np.ndarray:
        """Return the Hessian, shape (n_variables, n_variables), at ``x`` (n_variables,); 4 n gradients."""
        matrix = np.empty((self.n_variables, self.n_variables))
        for i in range(self.n_variables):
            step = np.zeros(self.n_variables)
            step[i] = 1e-3 * max(1.0, abs(x[i]))

            def gradient(k, step=step):
                return self._objective.energy_gradient(x + k * step)[1]

            matrix[i] = (8.0 * (gradient(1) - gradient(-1)) - (gradient(2) - gradient(-2))) / (12.0 * step[i])
        return 0.5 * (matrix + matrix.T)
