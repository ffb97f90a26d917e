"""Least squares with a damped product of sines (Ballard et al. 2017, equations 8 to 10).

    y(x; q) = exp(-q1 x) sin(q2 x + q3) sin(q4 x + q5),    E(q) = sum over i of (t_i - y(x_i; q))**2

The number of minima grows without bound with the frequencies that are allowed, so the searches are kept inside
|q2|, |q4| <= max_frequency by a wall, (excess)**3, that is zero there and has continuous second derivatives. Points
that lie in the wall are no stationary points of E: leave them out (:func:`in_wall`).
"""

import itertools

import numpy as np
from numba import float64, void

from lossland._kernel import kernel
from lossland.errors import InputError
from lossland.objectives.base import HESSIAN, VALUE_GRADIENT, Isometries, Objective, objective_data
from lossland.objectives.elementary import exp, sine_cosine

KIND = "damped_sines"
N_VARIABLES = 5
FREQUENCIES = (1, 3)  # places of q2 and q4
WALL = 1000.0  # height where a frequency exceeds the greatest by one


@kernel(void(float64[::1], float64, float64[::1]), error_model="numpy")
def _curve_and_slopes(q, x, out):
    """Write y, its five derivatives, and exp(-q1 x) cos(q2 x + q3) cos(q4 x + q5) to ``out``, shape (7,)."""
    damping = exp(-q[0] * x)
    sine_a, cosine_a = sine_cosine(q[1] * x + q[2])
    sine_b, cosine_b = sine_cosine(q[3] * x + q[4])
    out[0] = damping * sine_a * sine_b
    out[1] = -x * out[0]
    out[3] = damping * cosine_a * sine_b
    out[5] = damping * sine_a * cosine_b
    out[2], out[4] = x * out[3], x * out[5]
    out[6] = damping * cosine_a * cosine_b


@kernel(float64[::1](float64[::1], float64[::1]))
def curve_points(q, x):
    """Return y at ``x``, shape (n,), with the same bits on every machine."""
    out, y = np.empty(7), np.empty(x.size)
    for i in range(x.size):
        _curve_and_slopes(q, x[i], out)
        y[i] = out[0]
    return y


@kernel(VALUE_GRADIENT, error_model="numpy")
def value_gradient(q, data, gradient):
    """Return E plus the wall at ``q``, shape (5,), and overwrite the gradient."""
    out, energy = np.empty(7), 0.0
    gradient[:] = 0.0
    for i in range(data.table.shape[1]):
        _curve_and_slopes(q, data.table[0, i], out)
        residual = data.table[1, i] - out[0]
        energy += residual * residual
        for k in range(N_VARIABLES):
            gradient[k] -= 2.0 * residual * out[k + 1]
    for k in FREQUENCIES:
        excess = max(0.0, abs(q[k]) - data.parameters[0])
        energy += WALL * excess**3
        gradient[k] += np.copysign(3.0 * WALL * excess**2, q[k])
    return energy


@kernel(HESSIAN, error_model="numpy")
def hessian(q, data, matrix):
    """Overwrite ``matrix`` (5, 5) with the Hessian at ``q``."""
    out, second = np.empty(7), np.empty((N_VARIABLES, N_VARIABLES))
    matrix[:] = 0.0
    for i in range(data.table.shape[1]):
        x = data.table[0, i]
        _curve_and_slopes(q, x, out)
        residual = data.table[1, i] - out[0]
        for k in range(N_VARIABLES):
            second[0, k] = second[k, 0] = -x * out[k + 1]
        second[1, 1] = second[3, 3] = -x * x * out[0]
        second[1, 2] = second[2, 1] = second[3, 4] = second[4, 3] = -x * out[0]
        second[2, 2] = second[4, 4] = -out[0]
        second[1, 3] = second[3, 1] = x * x * out[6]
        second[1, 4] = second[4, 1] = second[2, 3] = second[3, 2] = x * out[6]
        second[2, 4] = second[4, 2] = out[6]
        for k in range(N_VARIABLES):
            for m in range(N_VARIABLES):
                matrix[k, m] += 2.0 * (out[k + 1] * out[m + 1] - residual * second[k, m])
    for k in FREQUENCIES:
        matrix[k, k] += 6.0 * WALL * max(0.0, abs(q[k]) - data.parameters[0])


def damped_sines(x, t, max_frequency: float) -> Objective:
    """Return the cost of a fit as an objective.

    Parameters
    ----------
    x, t : array_like, shape (n_data,)
        The data.
    max_frequency : float
        Greatest absolute value of q2 and q4.

    Returns
    -------
    Objective
        Of q1 to q5.

    Raises
    ------
    InputError
        When there are fewer data than parameters, or they do not fit together.
    """
    x, t = np.array(x, dtype=np.float64), np.array(t, dtype=np.float64)
    if x.ndim != 1 or x.shape != t.shape:
        raise InputError(f"x and t have shapes {x.shape} and {t.shape}; expected two of the same length")
    if x.size < N_VARIABLES:
        raise InputError(f"there are {x.size} data; expected at least {N_VARIABLES}, as many as parameters")
    if not np.isfinite([x, t]).all():
        raise InputError("x or t is not finite; expected finite numbers")
    if not 0.0 < max_frequency < np.inf:
        raise InputError(f"max_frequency is {max_frequency}; expected a positive number")
    return Objective(
        kind=KIND,
        n_variables=N_VARIABLES,
        value_gradient=value_gradient,
        hessian=hessian,
        data=objective_data([x, t], parameters=[max_frequency]),
        start_low=np.array([0.0, 0.0, 0.0, 0.0, 0.0]),
        start_high=np.array([0.5, max_frequency, 2.0 * np.pi, max_frequency, 2.0 * np.pi]),
        isometries=isometries(),
        attributes={"max_frequency": float(max_frequency)},
        arrays={"x": x, "t": t},
    )


def curve(q, x) -> np.ndarray:
    """Return y at ``x``, shape (n,), for one fit or many, ``q`` of shape (..., 5); shape (..., n); for pictures."""
    q = np.asarray(q, dtype=np.float64)[..., None]
    return np.exp(-q[..., 0, :] * x) * np.sin(q[..., 1, :] * x + q[..., 2, :]) * np.sin(q[..., 3, :] * x + q[..., 4, :])


def in_wall(points, max_frequency) -> np.ndarray:
    """Return which rows of ``points``, shape (n, 5), have a frequency beyond the greatest."""
    return (np.abs(np.asarray(points)[:, FREQUENCIES]) > max_frequency).any(axis=1)


def isometries() -> Isometries:
    """Return the moves of q that change no curve.

    q3 or q5 may turn by 2 pi, both by pi; (q2, q3) may become (-q2, pi - q3), and likewise (q4, q5); the two sines may
    change places.
    """
    matrices, shifts = [], []
    for swap, *flips in itertools.product((False, True), repeat=3):
        matrix, shift = np.eye(N_VARIABLES), np.zeros(N_VARIABLES)
        for first, flip in zip(FREQUENCIES, flips, strict=True):
            if flip:
                matrix[first, first] = matrix[first + 1, first + 1] = -1.0
                shift[first + 1] = np.pi
        order = [0, 3, 4, 1, 2] if swap else [0, 1, 2, 3, 4]
        matrices.append(matrix[order])
        shifts.append(shift[order])
    # the shortest vectors; their sum is one turn of q3
    lattice = [[0.0, 0.0, np.pi, 0.0, np.pi], [0.0, 0.0, np.pi, 0.0, -np.pi]]
    return Isometries(np.array(matrices), np.array(shifts), np.array(lattice))
