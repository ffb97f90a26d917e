"""Least squares with a damped product of sines in plain NumPy: the product as a difference of two cosines."""

import numpy as np

WALL = 1000.0


class SineReference:
    """Sum of squares of t - exp(-q1 x) sin(q2 x + q3) sin(q4 x + q5), and the wall around the frequencies.

    See :mod:`lossland.objectives.regression`.

    Parameters
    ----------
    attributes, arrays : dict
        What the group ``/objective`` of a landscape file holds: ``max_frequency``; ``x`` and ``t`` (n_data,).

    Attributes
    ----------
    n_variables : int
    hessian_accuracy : float
        Relative accuracy of the Hessian's eigenvalues, in units of the largest.
    """

    n_variables = 5
    hessian_accuracy = 1e-11

    def __init__(self, attributes: dict, arrays: dict):
        self.x, self.t = np.asarray(arrays["x"], dtype=float), np.asarray(arrays["t"], dtype=float)
        self.max_frequency = float(attributes["max_frequency"])

    def energy_gradient(self, x) -> tuple[float, np.ndarray]:
        """Return energy and gradient, shape (5,), at ``x`` (5,)."""
        curve, slopes, _ = self._curve(x)
        excess, sign = self._excess(x)
        residual = self.t - curve
        energy = residual @ residual + WALL * (excess**3).sum()
        return float(energy), 3.0 * WALL * sign * excess**2 - 2.0 * slopes @ residual

    def hessian(self, x) -> np.ndarray:
        """Return the Hessian, shape (5, 5), at ``x`` (5,)."""
        curve, slopes, curvatures = self._curve(x)
        matrix = 2.0 * slopes @ slopes.T - 2.0 * curvatures @ (self.t - curve)
        return matrix + 6.0 * WALL * np.diag(self._excess(x)[0])

    def _excess(self, x):
        excess = np.zeros(5)
        excess[[1, 3]] = np.maximum(0.0, np.abs(x[[1, 3]]) - self.max_frequency)
        return excess, np.sign(x)

    def _curve(self, q):
        """Return y (n,), its derivatives (5, n) and second derivatives (5, 5, n)."""
        damping = np.exp(-q[0] * self.x)
        values, slopes, curvatures = np.zeros_like(self.x), np.zeros((5, self.x.size)), np.zeros((5, 5, self.x.size))
        for weight, turn in ((0.5, -1.0), (-0.5, 1.0)):  # cos(a - b) / 2 - cos(a + b) / 2
            phase = q[1] * self.x + q[2] + turn * (q[3] * self.x + q[4])
            inner = np.array([0.0 * self.x, self.x, 0.0 * self.x + 1.0, turn * self.x, 0.0 * self.x + turn])
            decay = np.array([-self.x, *np.zeros((4, self.x.size))])
            cosine, sine = weight * damping * np.cos(phase), weight * damping * np.sin(phase)
            values += cosine
            slopes += decay * cosine - inner * sine
            curvatures += (decay[:, None] * decay - inner[:, None] * inner) * cosine
            curvatures -= (decay[:, None] * inner + inner[:, None] * decay) * sine
        return values, slopes, curvatures
