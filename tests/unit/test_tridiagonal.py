"""The linear algebra of a step against NumPy's."""

import numpy as np
import pytest

from lossland._quadratic import (
    LONGEST_TIME,
    decay_length,
    end_displacement,
    flow_shift,
    lowest_mode,
    new_quadratic,
    newton_length,
    predicted_change,
    prepare_quadratic,
    step_outward,
    step_within,
)
from lossland._tridiagonal import (
    count_below,
    depth,
    factorise,
    from_basis,
    refine_pair,
    solve,
    to_basis,
    tridiagonalise,
)

SIZES = (1, 2, 3, 7, 40, 74)


def matrix_with(values, rng):
    vectors = np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]
    return (vectors * values) @ vectors.T, vectors


def reduce(matrix):
    n = len(matrix)
    diagonal, beside, reflectors, factors = np.empty(n), np.empty(n), np.zeros((n, n)), np.empty(n)
    tridiagonalise(matrix.copy(), diagonal, beside, reflectors, factors)
    return diagonal, beside, reflectors, factors


def dense(diagonal, beside):
    return np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)


def spread_values(n, n_negative=1):
    """Eigenvalues over six orders of magnitude, as Hessians of networks have them."""
    values = np.logspace(-5, 1, n)
    values[:n_negative] *= -1.0
    return np.sort(values)


@pytest.mark.parametrize("n", SIZES)
def test_reduction_is_a_similarity_transformation(n):
    rng = np.random.default_rng(n)
    matrix, _ = matrix_with(spread_values(n), rng)
    diagonal, beside, reflectors, factors = reduce(matrix)
    assert beside[-1] == 0.0
    basis = np.eye(n)
    for column in basis.T:  # Q^T of each unit vector
        row = column.copy()
        to_basis(reflectors, factors, row)
        column[:] = row
    assert basis @ basis.T == pytest.approx(np.eye(n), abs=1e-13)
    assert basis @ matrix @ basis.T == pytest.approx(dense(diagonal, beside), abs=1e-12)
    vector = rng.normal(size=n)
    there = vector.copy()
    to_basis(reflectors, factors, there)
    from_basis(reflectors, factors, there)
    assert there == pytest.approx(vector, abs=1e-13)


@pytest.mark.parametrize("matrix", [np.zeros((5, 5)), np.eye(6), np.diag([1.0, 2.0, 3.0]), np.ones((4, 4))])
def test_reduction_of_special_matrices(matrix):
    diagonal, beside, _, _ = reduce(matrix)
    assert np.linalg.eigvalsh(dense(diagonal, beside)) == pytest.approx(np.linalg.eigvalsh(matrix), abs=1e-14)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shift", [0.0, 1e-3, -2.5e-4, 5.0])
def test_solution_of_an_indefinite_system(n, shift):
    rng = np.random.default_rng(n)
    diagonal, beside, _, _ = reduce(matrix_with(spread_values(n, min(n, 3)), rng)[0])
    system, factors, right = dense(diagonal, beside) + shift * np.eye(n), np.empty((5, n)), rng.normal(size=n)
    factorise(diagonal, beside, shift, factors)
    found = right.copy()
    solve(factors, found)
    assert np.abs(system @ found - right).max() < 1e-12 * np.abs(system).max() * np.abs(found).max()


@pytest.mark.parametrize("n_negative", [0, 1, 4])
def test_sturm_count_and_depth(n_negative):
    values = spread_values(30, n_negative)
    diagonal, beside, _, _ = reduce(matrix_with(values, np.random.default_rng(1))[0])
    for bound in (-20.0, 0.0, 1e-4, 3.0, 20.0):
        assert count_below(diagonal, beside, bound) == np.count_nonzero(values < bound)
    for rank in range(n_negative):
        assert 1.0 <= depth(diagonal, beside, rank) / -values[rank] <= 1.03


def test_lowest_pair():
    rng = np.random.default_rng(2)
    matrix, vectors = matrix_with(spread_values(40, 3), rng)
    diagonal, beside, reflectors, factors = reduce(matrix)
    vector = rng.normal(size=40)
    value = refine_pair(diagonal, beside, -depth(diagonal, beside, 0), np.empty((5, 40)), vector)
    from_basis(reflectors, factors, vector)
    assert value == pytest.approx(spread_values(40, 3)[0], rel=1e-8)
    assert abs(vector @ vectors[:, 0]) == pytest.approx(1.0, abs=1e-8)


def quadratic(values, slopes, uphill=False):
    """Return a quadratic with a diagonal Hessian, which is its own tridiagonal form."""
    q = new_quadratic(len(values))
    q.diagonal[:], q.beside[:], q.slopes[:] = values, 0.0, slopes
    n_negative, value = int(np.count_nonzero(np.array(values) < 0.0)), 0.0
    q.mode[:] = 0.0
    if n_negative:
        q.mode[:] = 1.0
        value = lowest_mode(q)
    elif uphill:
        q.mode[0] = 1.0
        value = values[0]
    prepare_quadratic(q, value, n_negative, uphill)
    return q


def implicit_shift(value, slope, time):
    """Return the displacement along one mode by the implicit method, from its stability function (Alexander 1977)."""
    gamma, z = 1.0 - np.sqrt(0.5), -value * time
    return slope / value * ((1.0 + (1.0 - 2.0 * gamma) * z) / (1.0 - gamma * z) ** 2 - 1.0)


@pytest.mark.parametrize("uphill", [False, True])
@pytest.mark.parametrize("values", [[-0.4, 0.3, 2.0, 900.0], [0.01, 0.3, 2.0, 900.0]])
def test_flow_on_a_quadratic(values, uphill):
    slopes, shift = np.array([0.3, -0.2, 0.5, 1.0]), np.empty(4)
    q, sign = quadratic(values, slopes, uphill), -1.0 if uphill else 1.0
    for time in (0.02, 0.3, 3.0):
        flow_shift(q, time, shift)
        exact = [implicit_shift(value, slope, time) for value, slope in zip(values, slopes, strict=True)]
        if values[0] < 0.0 or uphill:
            exact[0] = -sign * slopes[0] * decay_length(sign * values[0], time)
        assert shift == pytest.approx(np.array(exact), rel=1e-7)


def test_implicit_method_is_of_second_order_and_damps_stiff_modes():
    errors = [implicit_shift(2.0, 0.5, time) / (-0.5 * decay_length(2.0, time)) - 1.0 for time in (0.02, 0.01)]
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)
    assert implicit_shift(1e9, 0.5, 1.0) == pytest.approx(-0.5e-9, rel=1e-6)


def test_step_stays_within_the_radius_and_ends_at_the_stationary_point():
    values, slopes, shift = [0.01, 0.3, 2.0, 900.0], np.array([0.3, -0.2, 0.5, 1.0]), np.empty(4)
    q = quadratic(values, slopes)
    for radius in (1e-6, 1e-2, 1.0, 20.0):
        assert 0.0 < step_within(q, radius, shift) < LONGEST_TIME
        assert 0.5 * radius <= np.linalg.norm(shift) <= radius
    assert step_within(q, 100.0, shift) == LONGEST_TIME
    assert shift == pytest.approx(-slopes / values)
    assert newton_length(q) == pytest.approx(np.linalg.norm(slopes / values))
    assert predicted_change(q, shift) == pytest.approx(-0.5 * (slopes**2 / values).sum())


def test_unbounded_quadratic_is_followed_to_the_radius():
    shift = np.empty(3)
    q = quadratic([-2.0, -0.5, 1.0], np.array([1e-9, 0.1, 0.1]))
    assert 0.0 < step_within(q, 0.5, shift) < LONGEST_TIME
    assert np.linalg.norm(shift) <= 0.5


@pytest.mark.parametrize("radius", [1e-3, 0.5, 100.0])
def test_step_outward_relaxes_across_the_way(radius):
    values, slopes, shift = np.array([0.01, 0.3, 2.0, 900.0]), np.array([0.3, -0.2, 0.5, 1.0]), np.empty(4)
    q, outward = quadratic(values, slopes), np.array([0.6, 0.0, 0.8, 0.0])
    assert step_outward(q, outward, radius, shift) == radius
    assert shift @ outward == pytest.approx(radius)
    across = shift - radius * outward
    assert np.linalg.norm(across) <= radius
    before, after = slopes - (slopes @ outward) * outward, slopes + values * across
    after -= (after @ outward) * outward
    assert np.linalg.norm(after) < np.linalg.norm(before)
    if radius == 100.0:  # longer than the whole way to the lowest point of the hyperplane
        assert after == pytest.approx(np.zeros(4), abs=1e-12)


def test_displacement_behind_a_wrong_gradient():
    """Along a soft mode a wrong gradient counts as long as the step lasts, along a stiff one it is soon damped."""
    q, shift = quadratic([1e-6, 50.0], np.array([1e-3, 1e-3])), np.empty(2)
    flow_shift(q, 2.0, shift)
    end = q.slopes + np.array([1e-6, 50.0]) * shift
    assert end_displacement(q, shift, 2.0, end + [1e-4, 0.0]) == pytest.approx(2e-4, rel=1e-3)
    assert end_displacement(q, shift, 2.0, end + [0.0, 1e-4]) == pytest.approx(2e-6, rel=2e-2)


def test_reduction_keeps_what_is_not_a_number():
    matrix = np.eye(5)
    matrix[2, 3] = matrix[3, 2] = np.nan
    diagonal, beside, _, _ = reduce(matrix)
    assert np.isnan(diagonal).any() or np.isnan(beside).any()
