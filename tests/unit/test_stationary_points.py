"""Minima and transition states on surfaces where they are known, and the two ends of each transition state."""

import numpy as np
import pytest
from known_surfaces import double_wells, mueller_brown, tilted_well_roots, tilted_wells
from numba import njit
from scipy.integrate import solve_ivp

from lossland.gradient_flow import FlowOptions
from lossland.minimise import MinimiseOptions, descend, minimise
from lossland.objectives import from_function, mlp_cross_entropy
from lossland.saddle import CLOSER, LONG_PATH, MOST_GROWTH, SaddleOptions, climb, fall
from lossland.searches import follow_mode
from lossland.status import Status
from lossland.steepest_descent import follow_closely

MUELLER_BROWN_MINIMA = {
    -146.69952: (-0.558224, 1.441726),
    -108.16672: (0.623499, 0.028038),
    -80.76782: (-0.050011, 0.466694),
}
MUELLER_BROWN_SADDLES = {-40.66484: (-0.822002, 0.624313), -72.24894: (0.212487, 0.292988)}


@njit
def hill(x, data, gradient):
    """A maximum and no minimum anywhere."""
    gradient[:] = -2.0 * x
    return -(x * x).sum()


def network(seed=0, n_data=120):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n_data, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1)
    return mlp_cross_entropy([2, 3, 3], inputs, labels, 1e-4), rng


@pytest.mark.parametrize("with_hessian", [True, False])
def test_double_well_minima_are_reached_to_machine_precision(with_hessian):
    left, _, right = tilted_well_roots()
    objective = tilted_wells(5, with_hessian)
    point = minimise(objective, [-0.9, 0.9, 0.9, -0.9, 0.9])
    assert point.status == Status.CONVERGED
    assert np.abs(point.x - [left, right, right, left, right]).max() < 1e-12
    assert (point.eigenvalues > 0).all()
    assert point.rms_gradient <= 1e-12


def test_network_minimum_is_converged_far_below_the_tolerance_of_lbfgs():
    objective, rng = network()
    point = minimise(objective, objective.random_start(rng))
    assert point.status == Status.CONVERGED
    assert np.sqrt(np.mean(objective.energy_gradient(point.x)[1] ** 2)) < 1e-12
    assert np.allclose(point.eigenvalues, np.linalg.eigvalsh(objective.hessian_matrix(point.x)), atol=1e-13)


def test_saddle_is_not_taken_for_a_minimum():
    _, top, right = tilted_well_roots()
    point = descend(tilted_wells(2), [top, right])
    assert point.status == Status.WRONG_INDEX


def test_unbounded_descent_ends_with_a_status():
    point = descend(from_function(hill, 2), [0.3, 0.1], FlowOptions(max_distance=1e3))
    assert point.status == Status.WANDERED
    point = minimise(from_function(hill, 2), [0.3, 0.1])
    assert point.status == Status.MAX_ITERATIONS


def test_energy_falls_all_the_way_down():
    objective, rng = network(3)
    x, energies = objective.random_start(rng), []
    for n in range(1, 40):
        energies.append(descend(objective, x, FlowOptions(max_iterations=n)).energy)
    assert (np.diff(energies) <= 1e-13).all()


def test_descent_follows_the_steepest_descent_path():
    """Compare with an ordinary differential equation solver, for starts whose paths end in different minima."""
    objective = mueller_brown()
    rng = np.random.default_rng(4)
    ends = set()
    for _ in range(12):
        start = rng.uniform([-1.2, 0.0], [1.0, 1.6])
        path = solve_ivp(
            lambda _, x: -objective.energy_gradient(x)[1], (0.0, 10.0), start, method="LSODA", rtol=1e-9, atol=1e-11
        )
        point = descend(objective, start, FlowOptions(tolerance=1e-9))
        assert np.abs(point.x - path.y[:, -1]).max() < 1e-4
        ends.add(round(point.energy, 3))
    assert len(ends) == 3


@pytest.mark.parametrize(("energy", "place"), MUELLER_BROWN_MINIMA.items())
def test_mueller_brown_minima(energy, place):
    point = minimise(mueller_brown(), np.array(place) + 0.05, MinimiseOptions(descent=FlowOptions(tolerance=1e-9)))
    assert point.converged
    assert point.energy == pytest.approx(energy, abs=1e-4)
    assert point.x == pytest.approx(place, abs=1e-5)


@pytest.mark.parametrize(("energy", "place"), MUELLER_BROWN_SADDLES.items())
def test_mueller_brown_saddles_and_their_ends(energy, place):
    objective = mueller_brown()
    options = SaddleOptions(
        climb=SaddleOptions().climb._replace(tolerance=1e-9, max_step=0.1), descent=FlowOptions(tolerance=1e-9)
    )
    point, mode = climb(objective, np.array(place) + 0.04, [1.0, 0.3], options.climb)
    assert point.converged
    assert np.count_nonzero(point.eigenvalues < 0) == 1
    assert point.energy == pytest.approx(energy, abs=1e-4)
    assert point.x == pytest.approx(place, abs=1e-5)
    ends = sorted(end.energy for end in fall(objective, point, mode, options))
    middle = -80.76782
    assert ends == pytest.approx(sorted([middle, -146.69952 if energy > -60 else -108.16672]), abs=1e-4)


def test_climbing_from_a_double_well_along_each_axis_finds_its_saddle():
    left, top, right = tilted_well_roots()
    objective = tilted_wells(4)
    minimum = np.array([left, right, left, right])
    for axis in range(4):
        direction = np.eye(4)[axis] * (1.0 if minimum[axis] < 0 else -1.0)
        point, mode = climb(objective, minimum + 0.2 * direction, direction)
        expected = minimum.copy()
        expected[axis] = top
        assert point.converged
        assert np.abs(point.x - expected).max() < 1e-10
        assert abs(mode[axis]) == pytest.approx(1.0, abs=1e-10)
        ends = np.sort([end.x for end in fall(objective, point, mode)], axis=0)
        assert ends[:, axis] == pytest.approx([left, right], abs=1e-10)


def test_network_transition_states_have_one_negative_eigenvalue_and_lower_ends():
    objective, rng = network(5)
    minimum = minimise(objective, objective.random_start(rng))
    ranks = [*range(16), -1, -1]
    outcomes = [follow_mode(objective, minimum.x, rank, (1.0, 1.0), rng, SaddleOptions()) for rank in ranks]
    saddles = [saddle for outcome in outcomes for saddle in outcome.saddles]
    assert len(saddles) >= 5
    for point, mode in saddles:
        assert np.count_nonzero(np.linalg.eigvalsh(objective.hessian_matrix(point.x)) < 0) == 1
        assert point.rms_gradient <= SaddleOptions().climb.tolerance
        for end in fall(objective, point, mode):
            assert end.converged
            assert end.energy < point.energy


def test_long_descents_are_followed_more_and_more_closely_until_two_ends_agree(monkeypatch):
    objective, rng = network(5)
    minimum = minimise(objective, objective.random_start(rng))
    found = [follow_mode(objective, minimum.x, rank, (1.0, 1.0), rng, SaddleOptions()).saddles for rank in range(16)]
    saddle, mode = sum(found, start=[])[0]
    once, errors, hessians = fall(objective, saddle, mode), [], []

    def misled_at_first(*arguments):
        errors.append(arguments[5])
        result = follow_closely(*arguments)
        hessians.append(result[2])
        if len(errors) <= 2:
            arguments[4][:] = [saddle.x, minimum.x][len(errors) - 1]
        return result

    monkeypatch.setattr("lossland.saddle.LONG_PATH", 0)
    monkeypatch.setattr("lossland.saddle.follow_closely", misled_at_first)
    ends = fall(objective, saddle, mode)
    # twice wrong, right, right again; the other end: twice
    assert errors == pytest.approx([SaddleOptions().path_error * CLOSER**i for i in (0, 1, 2, 3, 0, 1)])
    for end, expected in zip(ends, once, strict=True):
        assert np.abs(end.x - expected.x).max() < 1e-6
    assert ends[0].n_hessians > sum(hessians[:4])
    assert ends[1].n_hessians > sum(hessians[4:])


def ridge_value_gradient(x, data, gradient):
    """A path bends along a ridge from a transition state near 0 and passes saddles near x = +-1 closely."""
    u, v = x[0] * x[0] - 1.0, x[1]
    gradient[0] = x[0] * u - 2.0 * x[0] * v * v + 0.4 * x[0] * v
    gradient[1] = -v * (1.0 + 2.0 * u) + 8.0 * v**3 + 0.2 * x[0] * x[0] - 0.1079
    return 0.25 * u * u - 0.5 * v * v * (1.0 + 2.0 * u) + 2.0 * v**4 + (0.2 * x[0] * x[0] - 0.1079) * v


def test_short_descents_along_which_errors_grow_are_followed_again(monkeypatch):
    errors, growths = [], []

    def recorded(*arguments):
        errors.append(arguments[5])
        result = follow_closely(*arguments)
        assert result[0]
        assert arguments[5] < 0.01 or result[2] <= LONG_PATH
        growths.append(result[3])
        return result

    monkeypatch.setattr("lossland.saddle.follow_closely", recorded)
    ridge = from_function(njit(ridge_value_gradient), 2, low=-2.0, high=2.0)
    fall(ridge, *climb(ridge, [0.0, 0.09], [1.0, 0.0]))
    assert errors == pytest.approx([0.01, 0.001] * 2)
    assert min(growths) > MOST_GROWTH
    errors.clear()
    wells = double_wells([1.0, 1.0])
    fall(wells, *climb(wells, [0.0, 1.0], [1.0, 0.0]))
    assert errors == pytest.approx([0.01] * 2)


def test_growth_of_errors_is_the_integral_of_negative_curvature():
    """In one dimension a displacement grows like the slope, until the curvature turns positive."""
    objective = double_wells([1.0])
    start, turn = 0.01, np.sqrt(1.0 / 3.0)
    arguments = (objective.value_gradient, objective.hessian, objective.has_hessian, objective.data)
    growth = follow_closely(*arguments, np.array([start]), 1e-6, 1e-4, 10**4)[3]
    assert growth == pytest.approx(np.log((turn - turn**3) / (start - start**3)), rel=0.03)


def test_paths_are_followed_to_fourth_order():
    objective, rng = network(1)
    start = objective.random_start(rng)

    def flow(_, x):
        return -objective.energy_gradient(x)[1]

    exact = solve_ivp(flow, (0.0, 1e5), start, "LSODA", rtol=1e-11, atol=1e-12, dense_output=True).sol
    times = np.geomspace(1.0, 1e5, 20000)
    steps, distances = [], []
    for error in (1e-1, 1e-3, 1e-5):
        x = start.copy()
        kernels = (objective.value_gradient, objective.hessian, True, objective.data)
        arrived, _, n_hessians, _ = follow_closely(*kernels, x, error, 0.02, 10**4)
        assert arrived
        steps.append(n_hessians)
        distances.append(np.sqrt(((exact(times).T - x) ** 2).sum(axis=1)).min())
    # the error of a step relative to its length falls with the third power of the length
    assert (np.diff(np.log(steps)) < np.log(100.0) / 3 + 0.2).all()
    assert (np.array(distances) < [1e-3, 3e-5, 3e-5]).all()  # the comparison's own resolution is 2e-5


def test_climb_out_of_bounds_is_reported():
    point, _ = climb(mueller_brown(), [1.5, 1.5], [1.0, 0.0], FlowOptions(max_distance=0.5, max_step=0.3))
    assert point.status == Status.WANDERED
    assert np.linalg.norm(point.x - [1.5, 1.5]) > 0.5


def test_values_that_are_not_finite_end_the_search():
    objective, _ = network()
    point, _ = climb(objective, np.full(objective.n_variables, np.nan), np.ones(objective.n_variables))
    assert point.status == Status.NOT_FINITE
    assert minimise(objective, np.full(objective.n_variables, np.inf)).status == Status.NOT_FINITE
