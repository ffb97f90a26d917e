"""Numbers that overflow or are none end the search that meets them, with a status, and not the exploration."""

from dataclasses import replace

import numpy as np
import pytest
from known_surfaces import tilted_wells, tilted_wells_hessian, tilted_wells_value_gradient
from numba import njit

from lossland import ExploreOptions, explore
from lossland.chunk import run_chunk
from lossland.landscape import Landscape
from lossland.objectives import from_function, mlp_cross_entropy
from lossland.searches import Outcome
from lossland.status import Status

OPTIONS = ExploreOptions(
    n_starts=30, n_hops=2, hop_steps=5, hop_step=3.0, searches_per_minimum=6, displacement=0.3, max_searches=120
)
wells, wells_hessian = njit(tilted_wells_value_gradient), njit(tilted_wells_hessian)


@njit
def partly_nan(x, data, gradient):
    energy = wells(x, data, gradient)
    return np.nan if x[0] > 1.5 else energy


@njit
def partly_infinite(x, data, gradient):
    energy = wells(x, data, gradient)
    if x[0] > 1.5:
        gradient[1] = -np.inf
    return energy if x[0] > -1.5 else np.inf


@njit
def partly_divided_by_zero(x, data, gradient):
    energy = wells(x, data, gradient)
    return energy / (0.0 if x[0] > 1.5 else 1.0)


@njit
def partly_overflowing(x, data, gradient):
    energy = wells(x, data, gradient)
    if abs(x[1]) > 1.5:
        energy *= 1e300 * abs(x[1])
        gradient *= 1e300 * abs(x[1])
    return energy


@njit
def partly_nan_hessian(x, data, matrix):
    wells_hessian(x, data, matrix)
    if x[0] > 0.3:
        matrix[0, 0] = np.nan


@pytest.mark.parametrize("function", [partly_nan, partly_infinite, partly_divided_by_zero, partly_overflowing])
@pytest.mark.parametrize("hessian", [None, wells_hessian])
def test_function_that_is_not_finite_in_part_of_space(function, hessian):
    options = OPTIONS._replace(tolerance=1e-11 if hessian else 1e-8)
    landscape = explore(from_function(function, 2, hessian=hessian, low=-3.0, high=3.0), options)
    assert landscape.counts() == {"n_minima": 4, "n_transition_states": 4, "n_degenerate": 0}
    assert sum(landscape.search["n_failed"].values()) > 0


def test_hessian_that_is_not_finite_in_part_of_space():
    objective = from_function(wells, 2, hessian=partly_nan_hessian, low=-3.0, high=3.0)
    landscape = explore(objective, OPTIONS)
    assert landscape.search["n_failed"]["not_finite"] > 0
    assert (landscape.minima.x[:, 0] < 0.3).all()
    assert landscape.counts()["n_minima"] == 2


def test_function_that_is_nowhere_finite():
    @njit
    def nowhere(x, data, gradient):
        gradient[:] = np.nan
        return np.nan

    landscape = explore(from_function(nowhere, 3), OPTIONS)
    assert landscape.search["stop_reason"] == "no minimum found from any start"
    assert landscape.search["n_failed"]["not_finite"] == OPTIONS.n_starts


@njit
def nan_between(x, data, gradient):
    energy = wells(x, data, gradient)
    return np.nan if abs(x[0]) < 0.2 else energy


@njit
def infinite_between(x, data, gradient):
    energy = wells(x, data, gradient)
    if abs(x[0]) < 0.2:
        gradient[1] = np.inf
    return energy


@pytest.mark.parametrize("function", [nan_between, infinite_between])
def test_paths_through_what_is_not_finite_end_with_that_status(function):
    """Between pairs alone: of the four transition states two lie on paths that stay on one side."""
    objective = from_function(function, 2, hessian=wells_hessian, low=-3.0, high=3.0)
    landscape = explore(objective, OPTIONS._replace(strategy="double-ended"))
    assert landscape.counts() == {"n_minima": 4, "n_transition_states": 2, "n_degenerate": 0}
    failed = landscape.search["n_failed"]
    n_crossing = 4 * OPTIONS.max_attempts  # 2 times 2 pairs from one side to the other
    assert failed["not_finite"] >= n_crossing
    assert landscape.search["stop_reason"] == "nothing left to search"


def small_network(inputs, layer_sizes=(2, 2, 3)):
    labels = np.arange(len(inputs)) % 3
    return mlp_cross_entropy(layer_sizes, inputs, labels, 1e-3)


def nothing_but(status):
    """Return what an exploration says whose starts all end with one status."""
    return "no minimum found from any start", {status: OPTIONS.n_starts}


def ending(landscape):
    """Return why an exploration stopped, and its failures."""
    search = landscape.search
    return search["stop_reason"], {name: number for name, number in search["n_failed"].items() if number}


def huge_data(largest):
    inputs = np.random.default_rng(0).normal(size=(30, 2))
    inputs[::7] *= largest / np.abs(inputs).max()
    return inputs


@pytest.mark.parametrize("strategy", ["mixed", "double-ended"])
@pytest.mark.parametrize("layer_sizes", [(2, 2, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("largest", [1e155, 1e308, np.finfo(float).max])
def test_network_with_data_whose_squares_overflow(largest, layer_sizes, strategy):
    landscape = explore(small_network(huge_data(largest), layer_sizes), OPTIONS._replace(strategy=strategy))
    assert ending(landscape) == nothing_but("not_finite")


def test_network_with_data_whose_squares_are_numbers():
    landscape = explore(small_network(huge_data(1e100)), OPTIONS)
    reason, failed = ending(landscape)
    assert reason == "budget of searches used up"
    assert set(failed) == {"max_iterations", "stalled"}  # all steps of the loss: nothing overflows
    assert landscape.counts()["n_minima"] >= 2


@pytest.mark.parametrize(("size", "status"), [(1e10, "max_iterations"), (1e160, "not_finite"), (1e308, "not_finite")])
def test_network_with_a_huge_start_box(size, status):
    objective = small_network(np.random.default_rng(0).normal(size=(30, 2)))
    landscape = explore(replace(objective, start_low=-size / 2, start_high=size / 2), OPTIONS)
    assert ending(landscape) == nothing_but(status)


def raising(error):
    def task():
        raise error

    return task


def test_errors_of_linear_algebra_end_one_search():
    objective, options = tilted_wells(2), OPTIONS
    tasks = [raising(np.linalg.LinAlgError("no")), raising(ZeroDivisionError()), lambda: Outcome(n_evaluations=7)]
    chunk = run_chunk(objective, Landscape(objective), tasks, options.saddle_options())
    assert chunk.failures[Status.NOT_FINITE] == chunk.failures.sum() == 2
    assert chunk.events.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 7, 0]]


def test_points_too_far_away_to_be_told_apart_end_their_search(caplog):
    @njit
    def far(x, data, gradient):
        energy = wells(x, data, gradient)
        return energy if x[0] < 0.0 else energy + 1e12

    objective = from_function(far, 2, low=-3.0, high=3.0)
    landscape = explore(objective, OPTIONS._replace(tolerance=1e-4))
    assert landscape.counts()["n_minima"] == 2
    assert landscape.search["n_failed"]["wandered"] > 0
    assert "cannot be looked up" in caplog.text
