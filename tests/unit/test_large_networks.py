"""Minima of objectives too large for a dense Hessian: found, judged by Lanczos, kept, written and verified."""

from dataclasses import replace

import numpy as np
import pytest
from numba import njit

from lossland import ExploreOptions, Landscape, explore, lowest_mode, minimise
from lossland.analysis.summary import landscape_numbers
from lossland.cli import main
from lossland.completeness import good_turing_coverage
from lossland.errors import InputError
from lossland.lowest_mode import HessianProducts, extreme_eigenvalues, lowest_eigenvalues, lowest_to_scale
from lossland.objectives import mlp_cross_entropy
from lossland.planning import Planner
from lossland.reference import NetworkReference
from lossland.status import MAX_DENSE, SIGN_TOLERANCE, Status
from lossland.verify import verification

SIZES = [500, 8, 3]  # 4035 weights
OPTIONS = ExploreOptions(
    n_starts=3, n_hops=1, hop_steps=2, max_searches=4, tolerance=1e-9, energy_tolerance=1e-8, distance_tolerance=1e-2
)


@pytest.fixture(scope="module")
def objective():
    rng = np.random.default_rng(4)
    inputs = rng.random((60, SIZES[0]))
    return mlp_cross_entropy(SIZES, inputs, rng.integers(0, 3, size=60), 1e-2)


@pytest.fixture(scope="module")
def landscape(objective):
    assert objective.n_variables > MAX_DENSE
    return explore(objective, OPTIONS, seed=3)


def test_minima_are_minima(objective, landscape):
    minima = landscape.minima
    assert len(minima.energy) >= 2
    for x, smallest in zip(minima.x, minima.smallest_eigenvalue, strict=True):
        energy, gradient = objective.energy_gradient(x)
        assert np.sqrt(np.mean(gradient**2)) < 1.1e-9
        values = np.linalg.eigvalsh(objective.hessian_matrix(x))
        assert smallest == pytest.approx(values[0], rel=2e-3)
        assert values[0] > 0.0
    assert np.isnan(minima.log_det_hessian).all()


def test_file_holds_and_verifies_them(landscape, tmp_path):
    path = tmp_path / "large.h5"
    landscape.write(path)
    assert np.array_equal(np.sort(Landscape.read(path).minima.energy), np.sort(landscape.minima.energy))
    result = verification(path)
    assert result.offences == []
    assert result.n_minima == len(landscape.minima.energy)


def test_info_says_what_nobody_has_looked_for(landscape, tmp_path, capsys):
    path = tmp_path / "large.h5"
    landscape.write(path)
    assert main(["info", str(path)]) == 0
    lines = {line[:20].strip(): line[20:].strip() for line in capsys.readouterr().out.splitlines()}
    n_minima, coverage = len(landscape.minima.energy), landscape.search["coverage_minima"]
    assert lines["minima"].startswith(f"{n_minima} (coverage {coverage:.4f}; Chao1 at least ")
    assert lines["transition states"] == "0, 0 without degenerate rearrangements (coverage unknown)"
    assert lines["components"] == "unknown, without transition states"


def test_verification_finds_a_point_that_is_no_minimum(objective, landscape, tmp_path):
    path = tmp_path / "wrong.h5"
    # all weights zero is stationary in no network with unequal classes, and far from any minimum
    wrong = Landscape(objective, rms_tolerance=1e9, **landscape_tolerances(landscape))
    wrong.insert_minimum(
        {
            "x": np.zeros(objective.n_variables),
            "energy": objective.energy(np.zeros(objective.n_variables)),
            "rms_gradient": 1e-10,
            "log_det_hessian": np.nan,
            "smallest_eigenvalue": 1e-3,
        }
    )
    wrong.write(path)
    kinds = {offence.kind for offence in verification(path).offences}
    assert {"gradient", "eigenvalue"} <= kinds


def landscape_tolerances(landscape):
    return {"energy_tolerance": landscape.energy_tolerance, "distance_tolerance": landscape.distance_tolerance}


def test_saddle_is_refused(objective):
    # where all but the last biases are zero no other weight feels a force, and L-BFGS stays; they could grow together
    x = np.zeros(objective.n_variables)
    x[-3:] = 0.5, -0.2, 0.1
    point = minimise.minimise(objective, x, OPTIONS.minimise_options())
    values = np.linalg.eigvalsh(objective.hessian_matrix(point.x))
    assert values[0] < -0.1
    assert point.status == Status.WRONG_INDEX
    assert point.eigenvalues[0] == pytest.approx(values[0], rel=2e-3)


def test_equal_calls_give_equal_bits(objective, landscape):
    x = landscape.minima.x[0]
    first, second = HessianProducts(objective, x), HessianProducts(objective, x)
    assert lowest_eigenvalues(first, 1) == lowest_eigenvalues(second, 1)
    assert first.n_evaluations == second.n_evaluations > 2


def test_lanczos_starts_from_the_same_bits_on_every_machine(monkeypatch):
    """Cosines, and most functions else, have other last bits on other processors; multiples of 2**-53 have not."""
    starts, eigsh = [], lowest_mode.eigsh

    def spied(*arguments, **settings):
        starts.append(settings["v0"])
        return eigsh(*arguments, **settings)

    monkeypatch.setattr(lowest_mode, "eigsh", spied)
    extreme_eigenvalues(lambda v: np.arange(500.0) * v, 500, tolerance=1e-3)
    whole = starts[0] * 2.0**53
    np.testing.assert_array_equal(whole, np.round(whole))
    assert abs(starts[0].mean()) < 0.1 < starts[0].std()


def test_products_are_paid_for(objective, landscape):
    point = minimise.minimise(objective, landscape.minima.x[0], OPTIONS.minimise_options())
    products = HessianProducts(objective, point.x)
    lowest_eigenvalues(products, 1, SIGN_TOLERANCE)
    assert point.n_evaluations > products.n_evaluations


def test_known_minimum_is_not_verified_again(objective, landscape):
    x, asked = landscape.minima.x[0], []

    def is_known(x, energy):
        asked.append((x, energy))
        return True

    new = minimise.minimise(objective, x, OPTIONS.minimise_options(), lambda x, energy: False)
    known = minimise.minimise(objective, x, OPTIONS.minimise_options(), is_known)
    assert (new.status, new.eigenvalues.size) == (Status.CONVERGED, 1)
    assert (known.status, known.eigenvalues.size) == (Status.CONVERGED, 0)
    assert known.n_evaluations < new.n_evaluations
    assert np.array_equal(known.x, new.x)
    assert [(at.tolist(), energy) for at, energy in asked] == [(known.x.tolist(), known.energy)]


def test_exploration_tells_searches_what_is_known(objective, monkeypatch):
    """It saves evaluations, and changes nothing else."""
    options = OPTIONS._replace(n_starts=8, n_hops=1, hop_steps=2, max_searches=9, round_size=4)
    told, by_two = (explore(objective, options, seed=3, threads=threads) for threads in (1, 2))
    assert by_two.search == told.search
    assert told.minima.hits.sum() > len(told.minima.hits)
    monkeypatch.setattr("lossland.planning.Planner._is_known", lambda planner, x, energy: False)
    untold = explore(objective, options, seed=3)
    for name, column in untold.minima._asdict().items():
        np.testing.assert_array_equal(told.minima._asdict()[name], column)
        np.testing.assert_array_equal(by_two.minima._asdict()[name], column)
    assert told.search["n_evaluations"] < untold.search["n_evaluations"]


def test_point_too_far_away_is_not_known(objective, landscape):
    planner = Planner(objective, landscape, OPTIONS, 3)
    assert planner._is_known(landscape.minima.x[0], landscape.minima.energy[0])
    assert not planner._is_known(np.full(objective.n_variables, 1e300), landscape.minima.energy[0])


def test_coverage_is_judged_by_random_starts(landscape):
    """No search leaves a minimum here. What the chain came upon besides is known, and no draw."""
    minima = landscape.minima
    assert minima.survey_hits.sum() == OPTIONS.n_starts < minima.hits.sum()
    others = minima.hits - minima.survey_hits
    assert landscape.search["coverage_minima"] == good_turing_coverage(minima.survey_hits, others).value
    numbers = landscape_numbers(landscape)
    assert numbers["coverage_minima"] == landscape.search["coverage_minima"]
    assert np.isnan(numbers["coverage_transition_states"])


def test_extreme_eigenvalues_of_a_known_operator():
    values = np.linspace(-1.0, 5.0, 500)
    lowest = extreme_eigenvalues(lambda v: values * v, 500, 2, tolerance=1e-8)
    highest = extreme_eigenvalues(lambda v: values * v, 500, 2, which="LA", tolerance=1e-8)
    np.testing.assert_allclose(lowest, values[:2], atol=1e-6)
    np.testing.assert_allclose(highest, values[-2:], atol=1e-6)


def test_network_with_huge_data_ends_each_search_with_a_status():
    """All hidden nodes are saturated, so that the loss has minima, but its derivatives do not exist as numbers."""
    rng = np.random.default_rng(4)
    inputs = 1.7e308 * np.sign(rng.normal(size=(60, SIZES[0])))
    objective = mlp_cross_entropy(SIZES, inputs, rng.integers(0, 3, size=60), 1e-2)
    point = minimise.minimise(objective, objective.random_start(rng), OPTIONS.minimise_options())
    assert point.rms_gradient <= OPTIONS.tolerance
    assert (point.status, point.eigenvalues.size) == (Status.NOT_FINITE, 0)
    failed = explore(objective, OPTIONS, seed=3).search["n_failed"]
    assert failed["not_finite"] == sum(failed.values()) == OPTIONS.n_starts


@njit
def partly_nan_product(x, data, direction, product):
    product[:] = direction if x[0] > 0.0 else np.nan * direction


@njit
def flat_product(x, data, direction, product):
    product[:] = 0.0


def test_products_that_are_not_finite_end_one_search(objective):
    n_starts = 8
    options = OPTIONS._replace(n_starts=n_starts, n_hops=0, max_searches=n_starts, tolerance=1e-6)
    starts = explore(replace(objective, product=partly_nan_product), options, seed=3)
    assert starts.search["n_searches"] == n_starts
    assert 0 < starts.search["n_failed"]["not_finite"] == n_starts - starts.minima.hits.sum()


def test_a_flat_place_is_degenerate(objective, landscape):
    flat = minimise.minimise(
        replace(objective, product=flat_product), landscape.minima.x[0], OPTIONS.minimise_options()
    )
    assert (flat.status, flat.eigenvalues.tolist()) == (Status.DEGENERATE, [0.0])


def test_verification_says_where_derivatives_overflow(landscape, tmp_path, monkeypatch):
    landscape.write(tmp_path / "large.h5")
    known, energy_gradient = landscape.minima.x, NetworkReference.energy_gradient

    def finite_at_minima(self, x):
        energy, gradient = energy_gradient(self, x)
        return energy, gradient if (known == x).all(axis=1).any() else np.inf * gradient

    monkeypatch.setattr(NetworkReference, "energy_gradient", finite_at_minima)
    offences = verification(tmp_path / "large.h5").offences
    assert [(offence.kind, offence.row) for offence in offences] == [("finite", row) for row in range(len(known))]
    assert offences[0].sentence == "/minima row 0: derivatives overflow near x"


def test_transition_states_are_not_searched_for(objective):
    with pytest.raises(InputError, match=r"expected max_searches of at most 4, n_starts \+ n_hops"):
        explore(objective, OPTIONS._replace(max_searches=5))


def test_lowest_eigenvalues_are_right_to_the_scale_of_the_largest(objective):
    x = np.random.default_rng(3).uniform(-1, 1, objective.n_variables)
    values = np.linalg.eigvalsh(objective.hessian_matrix(x))
    lowest, largest = lowest_to_scale(lambda v: objective.hessian_product(x, v), x.size, 5, tolerance=1e-5)
    assert largest == pytest.approx(values[-1], rel=1e-5)
    np.testing.assert_allclose(lowest, values[:5], rtol=0.0, atol=1e-5 * values[-1])
