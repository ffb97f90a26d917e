from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from known_surfaces import (
    MINIMA,
    SADDLE_ENERGIES,
    SADDLES,
    broken,
    double_wells,
    mueller_brown,
    quadratic,
    small_network,
)
from numba import njit

from lossland.hybrid import HybridOptions, follow_hybrid, hybrid_follow, uphill_step
from lossland.lowest_mode import HessianProducts, lowest_eigenvalues, lowest_mode
from lossland.minimise import minimise
from lossland.status import Status

CAREFUL = HybridOptions(max_uphill=0.1, push=0.05, max_step=0.1, difference=1e-5, tolerance=1e-9)
TIGHT = HybridOptions(tolerance=1e-10)


@pytest.fixture(scope="module")
def surface():
    return mueller_brown()


@pytest.fixture(scope="module")
def network():
    return small_network()


@pytest.mark.parametrize("saddle", [0, 1])
def test_saddles_of_mueller_brown(surface, saddle):
    for shift in product((-0.06, 0.06), repeat=2):
        point = follow_hybrid(surface, SADDLES[saddle] + shift, [1.0, 0.3], CAREFUL)
        assert point.status == Status.CONVERGED
        assert point.rms_gradient <= 1e-9
        assert point.energy == pytest.approx(SADDLE_ENERGIES[saddle], abs=1e-8)
        np.testing.assert_allclose(point.x, SADDLES[saddle], atol=1e-8)


def test_climbs_from_a_minimum_along_its_soft_mode(surface):
    """Out of the shallow middle minimum the soft mode leads, both ways, to the two different saddles."""
    soft = np.linalg.eigh(surface.hessian_matrix(MINIMA[1]))[1][:, 0]
    ends = [follow_hybrid(surface, MINIMA[1], sign * soft, CAREFUL) for sign in (1.0, -1.0)]
    assert all(end.converged for end in ends)
    np.testing.assert_allclose(sorted(end.energy for end in ends), sorted(SADDLE_ENERGIES), atol=1e-8)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_every_transition_state_of_the_double_wells(d):
    """Uphill from every minimum of d wells along every coordinate: d 2**(d-1) saddles with one coordinate zero.

    Only the softest mode of a minimum can be followed, so each coordinate in turn is given the smallest stiffness.
    """
    found = set()
    for i in range(d):
        stiffness = np.linspace(2.0, 3.0, d)
        stiffness[i] = 1.0
        wells = double_wells(stiffness)
        for signs in product((-1.0, 1.0), repeat=d):
            minimum = np.array(signs)
            direction = np.zeros(d)
            direction[i] = -signs[i]
            point = follow_hybrid(wells, minimum, direction, TIGHT)
            assert point.converged
            expected = minimum.copy()
            expected[i] = 0.0
            np.testing.assert_allclose(point.x, expected, atol=1e-8)
            np.testing.assert_allclose(point.eigenvalues, np.sort(stiffness * (3.0 * expected**2 - 1.0)), atol=1e-8)
            found.add(tuple(np.round(point.x).astype(int)))
    assert len(found) == d * 2 ** (d - 1)


def test_network_saddles_agree_with_dense_eigenvectors(network):
    """Up the soft modes of a minimum; Newton steps with the exact Hessian from nearby come to the same saddles.

    The softmax-shift modes, eigenvalue 2 lambda everywhere, lead nowhere and are left out.
    """
    minimum = minimise(network, network.random_start(np.random.default_rng(0)))
    values, vectors = np.linalg.eigh(network.hessian_matrix(minimum.x))
    energies = set()
    for k in np.flatnonzero(np.abs(values - 0.02) > 1e-6)[:4]:
        point = follow_hybrid(network, minimum.x, vectors[:, k], TIGHT)
        assert point.converged
        assert point.energy > minimum.energy
        energies.add(round(point.energy, 9))
        x = point.x + 1e-4 * np.random.default_rng(k).normal(size=point.x.size)
        for _ in range(10):
            x -= np.linalg.solve(network.hessian_matrix(x), network.energy_gradient(x)[1])
        np.testing.assert_allclose(x, point.x, atol=1e-7)
        assert np.count_nonzero(np.linalg.eigvalsh(network.hessian_matrix(x)) < 0.0) == 1
    assert len(energies) > 1


def test_lowest_mode_is_the_eigenvector():
    rng = np.random.default_rng(4)
    vectors = np.linalg.qr(rng.normal(size=(30, 30)))[0]
    values = np.concatenate([[-0.5], np.linspace(0.1, 20.0, 29)])
    objective = quadratic((vectors * values) @ vectors.T)
    mode = rng.normal(size=30)
    mode /= np.linalg.norm(mode)
    sign = np.sign(mode @ vectors[:, 0])
    curvature, n_evaluations = lowest_mode(
        objective.value_gradient, objective.data, rng.normal(size=30), mode, 200, 1e-8, 1e-2
    )
    assert curvature == pytest.approx(-0.5, abs=1e-9)
    np.testing.assert_allclose(mode, sign * vectors[:, 0], atol=1e-6)
    assert 2 < n_evaluations < 200


def test_lowest_mode_keeps_its_budget_and_never_rises():
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(30, 30))
    objective, start = quadratic(matrix + matrix.T), rng.normal(size=30)
    start /= np.linalg.norm(start)
    curvatures = []
    for budget in (1, 2, 3, 5, 8, 30):
        mode = start.copy()
        curvature, n_evaluations = lowest_mode(objective.value_gradient, objective.data, start, mode, budget, 0.0, 1e-2)
        assert n_evaluations <= 2 * budget
        assert curvature == pytest.approx(mode @ (matrix + matrix.T) @ mode, abs=1e-8)
        curvatures.append(curvature)
    assert np.all(np.diff(curvatures) < 0.0)


def test_uphill_step_solves_the_quadratic_and_is_limited():
    assert uphill_step(1e-6, -2.0, 0.2, 0.5) == pytest.approx(5e-7, rel=1e-6)  # Newton's, uphill
    assert uphill_step(-1e-6, -2.0, 0.2, 0.5) == pytest.approx(-5e-7, rel=1e-6)
    assert uphill_step(100.0, -1.0, 0.2, 0.5) == 0.5
    assert uphill_step(0.3, 2.0, 0.2, 0.5) == 0.2
    assert uphill_step(-0.3, 2.0, 0.2, 0.5) == -0.2
    assert uphill_step(-1e-9, 2.0, 0.2, 0.5) == 0.2  # at a minimum the orientation of the mode decides


def test_statuses_of_failure(surface):
    assert follow_hybrid(broken(), [0.45, 0.0], [1.0, 0.0]).status == Status.NOT_FINITE
    assert follow_hybrid(broken(), [0.9, 0.0], [1.0, 0.0]).status == Status.NOT_FINITE
    limited = follow_hybrid(surface, MINIMA[1], [1.0, 0.0], CAREFUL._replace(max_iterations=2))
    assert limited.status == Status.MAX_ITERATIONS
    assert limited.n_iterations == 2
    bowl = quadratic(np.diag([1.0, 2.0, 3.0]))
    wandered = follow_hybrid(bowl, [0.1, 0.0, 0.0], [1.0, 0.0, 0.0], HybridOptions(max_distance=3.0))
    assert wandered.status == Status.WANDERED
    assert 3.0 < np.linalg.norm(wandered.x - [0.1, 0.0, 0.0]) < 4.0


def test_saddle_of_index_two_is_refused():
    """At a stationary point of index 2 nothing moves, and the count of negative eigenvalues speaks."""
    point = follow_hybrid(double_wells([1.0, 1.2, 1.5]), [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    assert point.status == Status.WRONG_INDEX
    assert np.count_nonzero(point.eigenvalues < 0.0) == 2


def test_kernel_returns_the_unit_mode_and_its_curvature(surface):
    x, mode = SADDLES[0] + 0.02, np.array([3.0, 1.0])
    energy, rms_gradient, curvature, _, n_evaluations, status = hybrid_follow(
        surface.value_gradient, surface.data, x, mode, CAREFUL._replace(mode_tolerance=1e-6)
    )
    values, vectors = np.linalg.eigh(surface.hessian_matrix(x))
    assert status == Status.CONVERGED
    assert energy == surface.energy(x)
    assert rms_gradient == pytest.approx(np.sqrt(np.mean(surface.energy_gradient(x)[1] ** 2)), rel=1e-6, abs=1e-12)
    assert curvature == pytest.approx(values[0], rel=1e-5)
    assert abs(mode @ vectors[:, 0]) == pytest.approx(1.0, abs=1e-8)
    assert n_evaluations > 4


def test_lanczos_agrees_with_dense_eigenvalues():
    rng = np.random.default_rng(8)
    vectors = np.linalg.qr(rng.normal(size=(120, 120)))[0]
    values = np.concatenate([[-0.3, -0.3, 1e-3], np.linspace(0.1, 10.0, 117)])
    objective = quadratic((vectors * values) @ vectors.T)
    np.testing.assert_allclose(
        lowest_eigenvalues(HessianProducts(objective, rng.normal(size=120)), 3), values[:3], atol=1e-6
    )


def test_lowest_eigenvalues_of_a_small_objective(network):
    x = network.random_start(np.random.default_rng(3))
    expected = np.linalg.eigvalsh(network.hessian_matrix(x))
    np.testing.assert_allclose(lowest_eigenvalues(HessianProducts(network, x), 2), expected[:2], atol=1e-12)
    with pytest.raises(ValueError, match="^k is 0"):
        lowest_eigenvalues(HessianProducts(network, x), 0)


def test_index_of_a_large_objective_is_counted_by_lanczos(monkeypatch):
    stiffness = np.linspace(2.0, 3.0, 60)
    stiffness[7] = 1.0
    wells, minimum, direction = double_wells(stiffness), np.ones(60), -np.eye(60)[7]
    dense = follow_hybrid(wells, minimum, direction, TIGHT)
    monkeypatch.setattr("lossland.hybrid.DENSE_LIMIT", 10)
    point = follow_hybrid(wells, minimum, direction, TIGHT)
    assert point.converged
    assert dense.converged
    np.testing.assert_allclose(point.eigenvalues, dense.eigenvalues[:2], atol=1e-5)
    assert point.n_hessians == 0
    refused = follow_hybrid(wells, np.where(np.arange(60) < 2, 0.0, 1.0), direction, TIGHT)
    assert refused.status == Status.WRONG_INDEX
    overflowing = replace(wells, product=njit(lambda x, data, direction, product: product.fill(np.nan)))
    ended = follow_hybrid(overflowing, minimum, direction, TIGHT)
    assert (ended.status, ended.eigenvalues.size) == (Status.NOT_FINITE, 0)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_hessian_that_is_not_finite_ends_the_search(number):
    stiffness = np.linspace(2.0, 3.0, 9)
    stiffness[7] = 1.0
    hessian = njit(lambda x, data, matrix: matrix.fill(number))
    overflowing = replace(double_wells(stiffness), hessian=hessian, has_hessian=True)
    ended = follow_hybrid(overflowing, np.ones(9), -np.eye(9)[7], TIGHT)
    assert (ended.status, ended.eigenvalues.size) == (Status.NOT_FINITE, 0)


def test_directions_that_lead_nowhere_are_refused(surface):
    for direction in ([0.0, 0.0], [np.nan, 1.0]):
        with pytest.raises(ValueError, match="direction"):
            follow_hybrid(surface, MINIMA[0], direction)
    with pytest.raises(ValueError, match=r"\(3,\)"):
        follow_hybrid(surface, MINIMA[0], [1.0, 0.0, 0.0])
