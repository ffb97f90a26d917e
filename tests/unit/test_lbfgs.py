"""L-BFGS: convergence, the limits on steps and rises, and how it says that it failed."""

import numpy as np
import pytest
from known_surfaces import tilted_well_roots, tilted_wells
from numba import njit

from lossland.lbfgs import LbfgsOptions, lbfgs
from lossland.objectives import from_function
from lossland.status import Status

NOTHING = np.empty((0, 0))


@njit
def rosenbrock(x, data, gradient):
    gradient[:] = 0.0
    energy = 0.0
    for i in range(x.size - 1):
        a, b = x[i + 1] - x[i] ** 2, 1.0 - x[i]
        energy += 100.0 * a * a + b * b
        gradient[i] += -400.0 * a * x[i] - 2.0 * b
        gradient[i + 1] += 200.0 * a
    return energy


@njit
def cliff(x, data, gradient):
    """A parabola that is NaN beyond x = 2."""
    gradient[0] = 2.0 * (x[0] - 1.9)
    return np.nan if x[0] > 2.0 else (x[0] - 1.9) ** 2


def run(objective, x, kept=0, **options):
    x = np.array(x, dtype=float)
    trajectory = np.full((kept, x.size), np.nan)
    return (
        x,
        trajectory,
        lbfgs(objective.value_gradient, objective.data, x, LbfgsOptions(**options), np.empty((0, 0)), trajectory),
    )


@pytest.mark.parametrize("history", [1, 4, 40])
@pytest.mark.parametrize("n", [2, 10, 50])
def test_rosenbrock_valley_is_followed_to_its_end(n, history):
    objective = from_function(rosenbrock, n)
    start = np.full(n, 0.5)
    x, _, (energy, rms, n_iterations, n_evaluations, status) = run(objective, start, history=history, tolerance=1e-9)
    assert status == Status.CONVERGED
    assert np.abs(x - 1.0).max() < 1e-6
    assert energy < 1e-12
    assert rms <= 1e-9
    assert n_iterations < n_evaluations


def test_no_step_is_longer_than_the_maximum():
    _, trajectory, result = run(from_function(rosenbrock, 4), [-1.0, 1.0, -1.0, 1.0], kept=5000, max_step=0.05)
    steps = np.diff(trajectory[: result[2] + 1], axis=0)
    assert result[4] == Status.CONVERGED
    assert np.linalg.norm(steps, axis=1).max() <= 0.05 * (1 + 1e-12)


def test_energy_never_rises_by_more_than_the_limit():
    objective = from_function(rosenbrock, 6)
    _, trajectory, result = run(objective, np.linspace(-1.5, 1.5, 6), kept=5000, max_rise=1e-10, max_step=5.0)
    energies = np.array([objective.energy(x) for x in trajectory[: result[2] + 1]])
    assert np.diff(energies).max() <= 1e-10


def test_last_points_are_kept_in_a_ring():
    objective = from_function(rosenbrock, 3)
    x, full, result = run(objective, [-1.0, 0.5, 0.2], kept=1000)
    _, ring, _ = run(objective, [-1.0, 0.5, 0.2], kept=7)
    n_iterations = result[2]
    assert n_iterations > 7
    for iteration in range(n_iterations - 6, n_iterations + 1):
        assert np.array_equal(ring[iteration % 7], full[iteration])
    assert np.array_equal(full[n_iterations], x)


def test_start_at_the_minimum_takes_no_step():
    left = tilted_well_roots()[0]
    x, _, (_, _, n_iterations, n_evaluations, status) = run(tilted_wells(3), np.full(3, left), tolerance=1e-12)
    assert (status, n_iterations, n_evaluations) == (Status.CONVERGED, 0, 1)
    assert np.array_equal(x, np.full(3, left))


def test_iteration_limit_is_reported():
    _, _, result = run(from_function(rosenbrock, 10), np.full(10, -1.0), max_iterations=5)
    assert (result[2], result[4]) == (5, Status.MAX_ITERATIONS)


def test_start_that_is_not_finite_is_reported():
    _, _, result = run(from_function(cliff, 1), [2.5])
    assert result[4] == Status.NOT_FINITE


def test_steps_into_nan_are_cut_short():
    x, _, result = run(from_function(cliff, 1), [-2.0], max_step=10.0, first_step=2.0, tolerance=1e-10)
    assert result[4] == Status.CONVERGED
    assert x[0] == pytest.approx(1.9, abs=1e-9)


def test_unattainable_tolerance_ends_with_a_status():
    _, _, result = run(tilted_wells(3), [-1.2, 0.1, 1.3], tolerance=0.0, max_iterations=300)
    assert result[4] == Status.MAX_ITERATIONS
    assert 0.0 < result[1] < 1e-14
