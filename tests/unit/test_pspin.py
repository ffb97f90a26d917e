"""The spherical p-spin glass: against the printed sums, and where its stationary points are known."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import root
from scipy.stats import chi2

from lossland.errors import InputError
from lossland.exploration import explore
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape
from lossland.objectives import draw_couplings, memory, p_spin
from lossland.objectives.pspin import gradients
from lossland.objectives.pspin_spheres import draw_three_sphere_couplings, three_sphere_gradients
from lossland.reference import SpinReference
from lossland.sphere_descent import random_points
from lossland.symmetry import for_objective
from lossland.verify import verify

SIZES = [(4, 1), (5, 2), (5, 3), (3, 4)]


def glass(n_spins, p, seed=0, **more):
    return p_spin(draw_couplings(n_spins, np.random.default_rng(seed), p), n_spins, p, **more)


def printed_sum(couplings, n_spins, p, w):
    """Equations 12 to 14, one term after the other, with the factor N**(-(p - 1) / 2)."""
    descending = sorted(indices[::-1] for indices in itertools.combinations_with_replacement(range(n_spins), p))
    by_indices = dict(zip(descending, couplings, strict=True))
    total = 0.0
    for indices in itertools.product(range(n_spins), repeat=p):
        total += by_indices[tuple(sorted(indices, reverse=True))] * math.prod(w[i] for i in indices)
    return total * n_spins ** (-0.5 * (p - 1))


@pytest.mark.parametrize(("n_spins", "p"), SIZES)
def test_energy_is_the_printed_sum(n_spins, p):
    couplings = draw_couplings(n_spins, np.random.default_rng(1), p)
    objective, w = p_spin(couplings, n_spins, p, stiffness=3.0), np.random.default_rng(2).normal(size=n_spins)
    on_sphere = w * math.sqrt(n_spins) / np.linalg.norm(w)
    assert objective.energy(on_sphere) == pytest.approx(printed_sum(couplings, n_spins, p, on_sphere), rel=1e-12)
    spring = 1.5 * (np.linalg.norm(w) - math.sqrt(n_spins)) ** 2
    assert objective.energy(w) == pytest.approx(objective.energy(on_sphere) + spring, rel=1e-12)
    assert gradients(w[None], objective.data)[0][0] == pytest.approx(printed_sum(couplings, n_spins, p, w), rel=1e-12)


@pytest.mark.parametrize(("n_spins", "p"), SIZES)
def test_derivatives_against_difference_quotients_and_the_twin(n_spins, p):
    objective = glass(n_spins, p)
    twin, w = SpinReference(objective.attributes, objective.arrays), np.random.default_rng(3).normal(size=n_spins)
    energy, gradient = objective.energy_gradient(w)
    steps = 1e-5 * np.eye(n_spins)
    quotients = [(objective.energy(w + step) - objective.energy(w - step)) / 2e-5 for step in steps]
    assert np.abs(gradient - quotients).max() < 1e-7 * np.abs(gradient).max()
    slopes = [(objective.energy_gradient(w + s)[1] - objective.energy_gradient(w - s)[1]) / 2e-5 for s in steps]
    matrix = objective.hessian_matrix(w)
    assert np.abs(matrix - slopes).max() < 1e-7 * np.abs(matrix).max()
    assert twin.energy_gradient(w)[0] == pytest.approx(energy, rel=1e-12)
    assert np.abs(twin.energy_gradient(w)[1] - gradient).max() < 1e-12 * np.abs(gradient).max()
    assert np.abs(twin.hessian(w) - matrix).max() < 1e-12 * np.abs(matrix).max()


@pytest.mark.parametrize("p", [1, 2, 3])
def test_variance_of_the_energy_is_the_number_of_spins(p):
    n_spins, n_draws = 6, 2000
    w = np.random.default_rng(0).normal(size=n_spins)
    w *= math.sqrt(n_spins) / np.linalg.norm(w)
    energies = np.array([gradients(w[None], glass(n_spins, p, seed).data)[0][0] for seed in range(n_draws)])
    # the sum of squares over N has a chi-squared distribution; couplings of wrong variance are off by a factor of 6
    assert 1e-4 < chi2.cdf((energies**2).sum() / n_spins, n_draws) < 1.0 - 1e-4


def test_variance_on_three_spheres_is_the_number_of_spins():
    n_spins, n_draws = 4, 2000
    points = random_points(1, 3, n_spins, np.random.default_rng(0))
    couplings = [draw_three_sphere_couplings(n_spins, np.random.default_rng(seed)) for seed in range(n_draws)]
    energies = np.array([three_sphere_gradients(points, of_one)[0][0] for of_one in couplings])
    assert 1e-4 < chi2.cdf((energies**2).sum() / n_spins, n_draws) < 1.0 - 1e-4


def test_couplings_are_averages_over_the_orders_of_their_indices():
    n_draws, full = 4000, np.random.default_rng(1).normal(size=(4000, 2, 2, 2))
    averaged = np.mean(
        [full.transpose(0, *(1 + i for i in order)) for order in itertools.permutations(range(3))], axis=0
    )
    drawn = np.array([draw_couplings(2, np.random.default_rng(seed)) for seed in range(n_draws)])
    expected = averaged[:, [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]].var(axis=0)
    np.testing.assert_allclose(drawn.var(axis=0), expected, rtol=6.0 * math.sqrt(2.0 / n_draws))
    np.testing.assert_allclose(drawn.var(axis=0), [1.0, 1.0 / 3.0, 1.0 / 3.0, 1.0], rtol=4.0 * math.sqrt(2.0 / n_draws))


def test_one_spin_terms_have_one_minimum_and_one_maximum():
    objective = glass(6, 1)
    field, radius = objective.data.table[0], math.sqrt(6.0)
    landscape = explore(objective, ExploreOptions(n_starts=20, n_hops=0, max_searches=60, searches_per_minimum=10))
    assert landscape.counts() == {"n_minima": 1, "n_transition_states": 0, "n_degenerate": 0}
    assert landscape.minima.energy[0] == pytest.approx(-radius * np.linalg.norm(field), rel=1e-12)
    top = field * radius / np.linalg.norm(field)
    assert np.abs(objective.energy_gradient(top)[1]).max() < 1e-12
    assert np.sort(np.linalg.eigvalsh(objective.hessian_matrix(top)))[-2] < 0.0 < objective.attributes["stiffness"]


def test_two_spin_terms_are_stationary_at_the_eigenvectors_alone():
    n = 6
    objective = glass(n, 2)
    matrix = 0.5 * objective.data.table  # the gradient of the quadratic form w^T M w is 2 M w
    values, vectors = np.linalg.eigh(matrix)
    for k, vector in enumerate(vectors.T):
        w = math.sqrt(n) * vector
        energy, gradient = objective.energy_gradient(w)
        assert energy == pytest.approx(n * values[k], rel=1e-12)
        assert np.abs(gradient).max() < 1e-12
        curvatures = np.linalg.eigvalsh(objective.hessian_matrix(w))
        expected = [*(2.0 * (np.delete(values, k) - values[k])), objective.attributes["stiffness"]]
        np.testing.assert_allclose(curvatures, np.sort(expected), atol=1e-12)
    # from anywhere Newton's method ends in one of these 2 N points, and in each of them
    rng, ends = np.random.default_rng(7), set()
    for _ in range(400):
        end = root(
            lambda w: objective.energy_gradient(w)[1], rng.normal(size=n), jac=objective.hessian_matrix, tol=1e-13
        )
        if end.success and np.linalg.norm(end.x) > 0.1:  # the spring leaves the centre stationary, too
            overlaps = vectors.T @ end.x / math.sqrt(n)
            nearest = int(np.argmax(np.abs(overlaps)))
            assert np.abs(overlaps[nearest]) == pytest.approx(1.0, abs=1e-9)
            ends.add((nearest, overlaps[nearest] > 0.0))
    assert len(ends) == 2 * n
    options = ExploreOptions(n_starts=30, n_hops=0, max_searches=400, searches_per_minimum=20)
    landscape = explore(objective, options)
    # one minimum and its negative, one copy; two passes between these, a point and its negative
    assert landscape.counts() == {"n_minima": 1, "n_transition_states": 1, "n_degenerate": 1}
    assert landscape.minima.energy[0] == pytest.approx(n * values[0], rel=1e-12)
    assert landscape.transition_states.energy[0] == pytest.approx(n * values[1], rel=1e-12)


def test_points_and_their_negatives_are_copies_for_even_p_only():
    for p in (2, 3, 4):
        group = for_objective(glass(4, p))
        assert group.order == (2 if p % 2 == 0 else 1)
        x = np.array([0.3, -1.0, 0.2, 1.7])
        assert np.array_equal(group.canonical(x), group.canonical(-x)) == (p % 2 == 0)


def test_landscape_lies_on_the_sphere_and_is_verified_from_its_file(tmp_path):
    options = ExploreOptions(n_starts=60, n_hops=0, max_searches=600, searches_per_minimum=8)
    landscape = explore(glass(12, 3, seed=4), options)
    points = np.concatenate([landscape.minima.x, landscape.transition_states.x])
    # within what the tolerance of the gradient leaves to the spring
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 12.0**0.5, atol=12.0**0.5 * 1e-11 / 4.8)
    assert len(landscape.minima.energy) > 3
    landscape.write(tmp_path / "landscape.h5")
    assert verify(tmp_path / "landscape.h5") == []
    again = Landscape.read(tmp_path / "landscape.h5").objective
    assert again.energy(points[0]) == landscape.objective.energy(points[0])


def test_three_spheres_against_the_printed_sum():
    n, rng = 4, np.random.default_rng(5)
    couplings, points = rng.normal(size=(n, n * n)), rng.normal(size=(3, 3, n))
    energies, slopes = three_sphere_gradients(points, couplings)
    tensor = couplings.reshape(n, n, n) / n
    for w, energy, slope in zip(points, energies, slopes, strict=True):
        assert energy == pytest.approx(np.einsum("ijk,i,j,k", tensor, *w), rel=1e-12)
        np.testing.assert_allclose(slope[0], np.einsum("ijk,j,k->i", tensor, w[1], w[2]), atol=1e-12)
        np.testing.assert_allclose(slope[1], np.einsum("ijk,i,k->j", tensor, w[0], w[2]), atol=1e-12)
        np.testing.assert_allclose(slope[2], np.einsum("ijk,i,j->k", tensor, w[0], w[1]), atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 3), "n_spins is 0; expected a whole number from 1 on"),
        ((5, 0), "p is 0; expected a whole number from 1 on"),
        ((5, 1.5), "p is 1.5; expected a whole number from 1 on"),
        ((5, 171), "p is 171; expected at most 170"),
        ((5, 10**9), "p is 1000000000; expected at most 170"),
        ((20_000, 3), r"20000 spins with p = 3 need \d+\.\d GiB of memory, but there are \d+\.\d GiB"),
        ((10**9, 170), "1000000000 spins with p = 170 need more than a billion GiB of memory, but there are"),
        ((np.int64(10**9), np.int64(170)), "1000000000 spins with p = 170 need more than a billion GiB of memory"),
    ],
)
def test_sizes_that_cannot_be_are_refused_before_anything_is_drawn(arguments, sentence):
    n_spins, p = arguments
    with pytest.raises(InputError, match=sentence):
        draw_couplings(n_spins, None, p)
    with pytest.raises(InputError, match=sentence):
        p_spin([], n_spins, p)


def test_most_orders_of_the_indices_are_a_number():
    assert draw_couplings(2, np.random.default_rng(0), 170).size == 171


@pytest.mark.parametrize(("contents", "allowed"), [("1000000\n", 1_000_000), ("max\n", None), (None, None)])
def test_memory_is_what_the_control_group_allows(tmp_path, monkeypatch, contents, allowed):
    machine = memory.os.sysconf("SC_PHYS_PAGES") * memory.os.sysconf("SC_PAGE_SIZE")
    paths = tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes"
    monkeypatch.setattr(memory, "LIMITS", paths)
    paths[1].write_text("9223372036854771712\n")  # version 1 has no word for no limit
    if contents is not None:
        paths[0].write_text(contents)
    assert memory.present_memory() == (machine if allowed is None else allowed)
    memory.check_room(125_000, "numbers")
    if allowed is not None:
        with pytest.raises(InputError, match=r"numbers need 0\.0 GiB of memory, but there are 0\.0 GiB"):
            memory.check_room(125_001, "numbers")


def test_other_bad_input_is_refused():
    with pytest.raises(InputError, match=r"three spheres of 20000 spins need 59604.6 GiB of memory, but there are"):
        draw_three_sphere_couplings(20_000, None)
    with pytest.raises(InputError, match="n_spins is 0; expected a whole number from 1 on"):
        draw_three_sphere_couplings(0, None)
    with pytest.raises(InputError, match=r"couplings have shape \(3,\); expected \(4,\) finite ones for 2 spins"):
        p_spin(np.zeros(3), 2)
    with pytest.raises(InputError, match="stiffness is -1.0; expected a positive number"):
        p_spin(np.zeros(4), 2, stiffness=-1.0)
