"""A user's function: its own energies and gradients, but Hessians from nothing else than the gradients."""

import numpy as np


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
