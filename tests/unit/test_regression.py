"""Least squares with a damped product of sines: derivatives, symmetry, and a landscape with a known lowest point."""

from dataclasses import replace

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from lossland.errors import InputError
from lossland.exploration import explore
from lossland.explore_options import ExploreOptions
from lossland.minimise import minimise
from lossland.objectives import damped_sines
from lossland.objectives.regression import curve, in_wall
from lossland.reference import SineReference
from lossland.status import Status
from lossland.symmetry import for_objective
from lossland.verify import verify

TRUTH = np.array([0.1, 2.13, 0.0, 1.34, 0.0])  # Ballard et al. 2017, below equation 9


def data(seed=0, n=100):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 3.0 * np.pi, n)
    return x, curve(TRUTH, x) + rng.normal(0.0, 0.02, n)


def printed_cost(q, x, t, max_frequency):
    """Equations 8 and 10, and the wall."""
    y = anp.exp(-q[0] * x) * anp.sin(q[1] * x + q[2]) * anp.sin(q[3] * x + q[4])
    excess = anp.maximum(0.0, anp.abs(q[anp.array([1, 3])]) - max_frequency)
    return anp.sum((t - y) ** 2) + 1000.0 * anp.sum(excess**3)


@pytest.mark.parametrize("q", [[0.1, 2.0, 0.3, 1.0, -0.4], [0.5, 6.2, 1.0, -6.3, 4.0], [-0.2, 0.0, 2.0, 3.0, 1.0]])
def test_cost_and_derivatives_are_those_of_the_printed_formula(q):
    x, t = data()
    objective, q = damped_sines(x, t, 6.0), np.array(q)
    energy, gradient = objective.energy_gradient(q)
    assert energy == pytest.approx(printed_cost(q, x, t, 6.0), rel=1e-12)
    expected = autograd.grad(printed_cost)(q, x, t, 6.0)
    assert np.abs(gradient - expected).max() < 1e-11 * np.abs(expected).max()
    twice, matrix = autograd.hessian(printed_cost)(q, x, t, 6.0), objective.hessian_matrix(q)
    assert np.abs(matrix - twice).max() < 1e-11 * np.abs(twice).max()
    twin = SineReference(objective.attributes, objective.arrays)
    assert twin.energy_gradient(q)[0] == pytest.approx(energy, rel=1e-12)
    assert np.abs(twin.energy_gradient(q)[1] - gradient).max() < 1e-11 * np.abs(expected).max()
    assert np.abs(twin.hessian(q) - matrix).max() < 1e-11 * np.abs(twice).max()


def test_copies_are_the_same_curve_and_the_same_point():
    objective, rng = damped_sines(*data(), 6.0), np.random.default_rng(0)
    group = for_objective(objective)
    assert group.order == 8
    x = np.linspace(0.0, 9.0, 50)
    for q in rng.uniform(-5.0, 5.0, (20, 5)):
        form = group.canonical(q)
        for _ in range(10):
            copy = group.random_copy(q, rng)
            np.testing.assert_allclose(curve(copy, x), curve(q, x), rtol=1e-10, atol=1e-12)
            assert np.abs(group.canonical(copy) - form).max() < 1e-12
            assert group.align(copy, q)[1] < 1e-12


def test_landscape_of_low_frequencies_is_mapped_and_verified(tmp_path):
    objective = damped_sines(*data(), 2.5)
    options = ExploreOptions(
        n_starts=100, n_hops=0, max_searches=1500, searches_per_minimum=10, displacement=0.1, displacement_spread=10.0
    )
    landscape = explore(objective, options)
    assert landscape.search["stop_reason"] == "coverage reached"
    inside = ~in_wall(landscape.minima.x, 2.5)
    lowest = np.argmin(landscape.minima.energy)
    group = for_objective(objective)
    # the noise moves the global minimum a little away from the parameters behind the data
    assert group.align(landscape.minima.x[lowest], TRUTH)[1] < 0.05
    assert landscape.minima.energy[lowest] < 0.1 * np.sort(landscape.minima.energy[inside])[1]
    # no two minima are one fit
    curves = curve(landscape.minima.x, np.linspace(0.0, 9.0, 40))
    apart = np.abs(curves[:, None] - curves).max(axis=2) + np.eye(len(curves))
    assert apart.min() > 1e-3
    landscape.write(tmp_path / "landscape.h5")
    assert verify(tmp_path / "landscape.h5") == []


@pytest.mark.parametrize(("damping", "status"), [(-400.0, Status.NOT_FINITE), (200.0, Status.MAX_ITERATIONS)])
def test_starts_where_the_exponential_overflows_or_is_zero_end_with_a_status(damping, status):
    """On the plateau the gradient vanishes, but no Newton step is short."""
    point = minimise(damped_sines(*data(), 6.0), [damping, 1.0, 0.0, 1.0, 1.0])
    assert point.status == status
    assert np.isfinite(point.energy) == (status != Status.NOT_FINITE)


def test_an_overflowing_exponential_ends_one_search_only():
    objective, n_starts = damped_sines(*data(), 6.0), 30
    box = np.array([[-400.0, -6.0, -3.0, -6.0, -3.0], [1.0, 6.0, 3.0, 6.0, 3.0]])
    options = ExploreOptions(n_starts=n_starts, n_hops=1, max_searches=50)
    landscape = explore(replace(objective, start_low=box[0], start_high=box[1]), options)
    assert n_starts / 2 < landscape.search["n_failed"]["not_finite"] <= n_starts + 5
    assert landscape.search["n_searches"] == 50
    assert (landscape.minima.x[:, 0] > -80.0).all()
    assert landscape.counts()["n_transition_states"] > 0
    box[1, 0] = -390.0
    nowhere = explore(replace(objective, start_low=box[0], start_high=box[1]), options)
    assert nowhere.search["n_failed"]["not_finite"] == n_starts
    assert nowhere.search["stop_reason"] == "no minimum found from any start"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([1.0], [1.0], 2.0), "there are 1 data; expected at least 5"),
        (([1.0, 2.0], [1.0], 2.0), r"x and t have shapes \(2,\) and \(1,\)"),
        ((np.arange(6.0), [np.nan] * 6, 2.0), "x or t is not finite"),
        ((np.arange(6.0), np.arange(6.0), 0.0), "max_frequency is 0.0; expected a positive number"),
    ],
)
def test_bad_input_is_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        damped_sines(*arguments)
