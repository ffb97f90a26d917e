"""Steepest-descent paths followed closely, where a small error would end them in another minimum.

dx/dt = -g is stiff and smooth, so a Rosenbrock method with the exact Hessian suits it: RODAS, order 4, six stages,
stiffly accurate (Hairer and Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.7).  One Hessian
and six gradients make a step; the error falls with the fourth power of its length, that of
:mod:`lossland.gradient_flow`, which is cheaper where little accuracy is needed, with the second.
"""

import numpy as np
from numba import boolean, float64, int64, types

from lossland._kernel import kernel
from lossland._tridiagonal import count_below, depth, factorise, from_basis, solve, to_basis, tridiagonalise
from lossland._vector import add_scaled, finite, norm, scale
from lossland.gradient_flow import FUNCTIONS, fill_hessian

GAMMA = 0.25
# stages (rows) from earlier ones: points, and right-hand sides; the last stage is the error
POINTS = np.zeros((6, 6))
POINTS[1, :1] = (1.544,)
POINTS[2, :2] = (0.9466785280815826, 0.2557011698983284)
POINTS[3, :3] = (3.314825187068521, 2.896124015972201, 0.9986419139977817)
POINTS[4, :4] = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)
POINTS[5, :5] = (*POINTS[4, :4], 1.0)
SIDES = np.zeros((6, 6))
SIDES[1, :1] = (-5.6688,)
SIDES[2, :2] = (-2.430093356833875, -0.2063599157091915)
SIDES[3, :3] = (-0.1073529058151375, -9.594562251023355, -20.47028614809616)
SIDES[4, :4] = (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160)
SIDES[5, :5] = (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054)

AT_REST = 1e-4  # times the Newton step that ends a path is near enough to a saddle, which the path then leads to
SAFETY, LEAST_CHANGE, MOST_CHANGE = 0.9, 0.2, 4.0  # of the time of a step


@kernel(
    types.void(
        FUNCTIONS[0],
        FUNCTIONS[3],
        float64[::1],
        float64[::1],
        float64[:, ::1],
        float64[::1],
        float64[:, ::1],
        float64,
        float64[:, ::1],
        float64[::1],
        float64[::1],
    ),
)
def _stages(value_gradient, data, x, gradient, reflectors, scales, factors, time, stages, point, slopes):
    """Overwrite ``stages`` (6, n) with those of a step; ``point`` (n,) becomes its end and ``slopes`` is lost."""
    n = x.size
    for i in range(6):
        slopes[:] = gradient
        if i > 0:
            point[:] = 0.0
            for j in range(i):
                add_scaled(POINTS[i, j], stages[j], point)
            from_basis(reflectors, scales, point)
            for k in range(n):
                point[k] += x[k]
            value_gradient(point, data, slopes)
        to_basis(reflectors, scales, slopes)
        scale(-1.0, slopes)
        for j in range(i):
            add_scaled(SIDES[i, j] / time, stages[j], slopes)
        solve(factors, slopes)
        stages[i] = slopes
    point[:] = stages[5]
    for j in range(5):
        add_scaled(POINTS[5, j], stages[j], point)


@kernel(
    types.Tuple((boolean, int64, int64, float64))(*FUNCTIONS, float64[::1], float64, float64, int64),
)
def follow_closely(value_gradient, hessian, has_hessian, data, x, error, near, max_steps):
    """Follow the steepest-descent path from ``x`` until a short Newton step leads to a minimum.

    Parameters
    ----------
    value_gradient, hessian, has_hessian, data
        The objective.
    x : ndarray of float64, shape (n_variables,)
        Start; overwritten with where the path was left.
    error : float
        Accepted error of a step, relative to its length.
    near : float
        Length of the first step, about, and of a Newton step to a minimum that ends the path.
    max_steps : int
        Tried steps before the path is left.

    Returns
    -------
    arrived : bool
        False after ``max_steps``, at a saddle, or where a value is not finite.
    n_evaluations, n_hessians : int
    growth : float
        Logarithm of how much longer a small displacement can have become on the way: minus the integral of the lowest
        Hessian eigenvalue over time, where it is negative.
    """
    n = x.size
    gradient, slopes, point, newton = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    matrix, reflectors, scales = np.empty((n, n)), np.zeros((n, n)), np.empty(n)
    diagonal, beside, factors, stages = np.empty(n), np.empty(n), np.empty((5, n)), np.empty((6, n))
    energy = value_gradient(x, data, gradient)
    n_evaluations, n_hessians, growth, rate = 1, 0, 0.0, 0.0
    time, fresh = near / max(norm(gradient), 1e-300), True
    for _ in range(max_steps):
        if fresh:
            fill_hessian(value_gradient, hessian, has_hessian, data, x, matrix)
            n_hessians += 1
            tridiagonalise(matrix, diagonal, beside, reflectors, scales)
            if not (np.isfinite(diagonal.sum() + beside.sum()) and finite(energy, gradient)):
                return False, n_evaluations, n_hessians, growth
            newton[:] = gradient
            to_basis(reflectors, scales, newton)
            factorise(diagonal, beside, 0.0, factors)
            solve(factors, newton)
            minimum = count_below(diagonal, beside, 0.0) == 0
            rate = 0.0 if minimum else depth(diagonal, beside, 0)
            if norm(newton) <= (near if minimum else AT_REST * near):
                return minimum, n_evaluations, n_hessians, growth
        factorise(diagonal, beside, 1.0 / (GAMMA * time), factors)
        _stages(value_gradient, data, x, gradient, reflectors, scales, factors, time, stages, point, slopes)
        n_evaluations += 5
        length, wrong = norm(point), norm(stages[5])
        fresh = wrong <= error * length
        growth += rate * time if fresh else 0.0
        if np.isfinite(wrong):
            change = SAFETY * (error * length / max(wrong, 1e-300)) ** 0.25
            time *= min(MOST_CHANGE, max(LEAST_CHANGE, change))
        else:
            time *= LEAST_CHANGE
        if fresh:
            from_basis(reflectors, scales, point)
            add_scaled(1.0, point, x)
            energy = value_gradient(x, data, gradient)
            n_evaluations += 1
    return False, n_evaluations, n_hessians, growth
