"""The numbers of a landscape: its shape where it is known, and the performance of its minima against the slow twins."""

import numpy as np
import pandas as pd
import pytest
from known_landscapes import stationary_point, wells_landscape
from known_surfaces import tilted_wells
from scipy.stats import spearmanr

from lossland import ExploreOptions, explore
from lossland.analysis.performance import auc, cross_entropy, macro_auc
from lossland.analysis.summary import (
    kept_points,
    landscape_numbers,
    merged_by_energy,
    middle_range,
    network_numbers,
    performance_numbers,
    performance_of_minima,
)
from lossland.datasets import Draw, mislabel
from lossland.errors import InputError
from lossland.landscape import Landscape
from lossland.objectives import mlp_cross_entropy
from lossland.objectives.mlp import class_probabilities


def test_shape_of_double_wells():
    # stiffness a: a minimum at each corner, all of one energy; every barrier to the next is a quarter of a
    landscape = wells_landscape((1.0, 2.0))
    numbers = landscape_numbers(landscape)
    assert (numbers["n_minima"], numbers["n_transition_states"], numbers["n_components"]) == (4, 4, 1)
    assert numbers["n_transition_states_nondegenerate"] == 4
    assert numbers["energy_range"] == np.ptp(landscape.minima.energy)
    assert (numbers["n_searches"], numbers["n_variables"]) == (20, 2)


@pytest.fixture(scope="module")
def sampled():
    rng = np.random.default_rng(8)
    inputs, test_inputs = rng.normal(size=(2, 60, 2))
    labels = (inputs[:, 0] > 0).astype(int) + (inputs[:, 1] > 0.3)
    noisy = mislabel(labels, 3, 30, rng)
    draw = Draw(inputs, noisy, labels, test_inputs, (test_inputs[:, 0] > 0).astype(int) + (test_inputs[:, 1] > 0.3))
    objective = mlp_cross_entropy([2, 3, 3], inputs, noisy, 0.3, normalisation="sum")
    # strong regularisation: where tanh saturates, rounding alone would rank the data
    landscape = explore(objective, ExploreOptions(n_starts=20, n_hops=0, max_searches=20), seed=1)
    return landscape, draw


@pytest.mark.parametrize("target", [1, "macro"])
def test_performance_is_that_of_the_twins(sampled, target):
    landscape, draw = sampled
    table = performance_of_minima(landscape, draw, target)
    area = macro_auc if target == "macro" else lambda p, labels: auc(p, labels, target)
    for row, x in enumerate(landscape.minima.x):
        p, q = (class_probabilities(landscape.objective.network, x, data) for data in (draw.inputs, draw.test_inputs))
        line = table.iloc[row]
        assert line["train_auc"] == pytest.approx(area(p, draw.labels), rel=1e-12)
        assert line["test_auc"] == pytest.approx(area(q, draw.test_labels), rel=1e-12)
        assert line["train_incorrect_auc"] == pytest.approx(area(p[draw.wrong], draw.labels[draw.wrong]), rel=1e-12)
        assert line["train_correct_auc"] == pytest.approx(area(p[~draw.wrong], draw.labels[~draw.wrong]), rel=1e-12)
        penalty = 0.3 * float(x @ x) / 60
        assert line["train_loss"] == pytest.approx(cross_entropy(p, draw.labels, penalty), rel=1e-12)
        assert line["test_loss"] == pytest.approx(cross_entropy(q, draw.test_labels, penalty), rel=1e-12)
        if target == "macro":
            assert line["test_auc_2"] == pytest.approx(auc(q, draw.test_labels, 2), rel=1e-12)


def test_spread_is_taken_over_minima_and_over_classes_and_minima(sampled):
    table = performance_of_minima(*sampled, "macro")
    numbers = performance_numbers(table)
    classes = table[[f"test_auc_{k}" for k in range(3)]].to_numpy()
    assert numbers["test_auc_mean"] == pytest.approx(classes.mean(), rel=1e-12)
    assert numbers["test_auc_sd"] == pytest.approx(classes.mean(axis=1).std(), rel=1e-12)
    assert numbers["test_auc_sd:class 0"] == pytest.approx(classes[:, 0].std(), rel=1e-12)
    assert numbers["test_auc_sd:classes and minima"] == pytest.approx(classes.std(), rel=1e-12)
    assert numbers["train_gmin_auc"] == table["train_auc"][0]
    expected = spearmanr(table["train_loss"], table["test_auc"]).statistic
    assert numbers["correlation_train_loss_test_auc"] == pytest.approx(expected, rel=1e-12)


def test_what_does_not_exist_is_left_out():
    columns = ["train_auc", "train_loss", "test_auc", "test_loss", "train_correct_auc"]
    minima = pd.DataFrame(np.full((2, 5), 0.5), columns=columns).assign(train_incorrect_auc=np.nan)
    numbers = performance_numbers(minima)
    assert "train_incorrect_auc_mean" not in numbers
    assert numbers["train_correct_auc_sd"] == 0.0
    assert np.isnan(numbers["correlation_train_loss_test_auc"])  # all testing AUCs are equal


def test_points_that_do_not_count_are_left_out_with_what_hangs_on_them():
    landscape = wells_landscape((1.0, 2.0))
    kept = np.array([True, True, True, False]), np.ones(4, dtype=bool)
    minima, states, ends = kept_points(landscape, kept)
    left = [row for row, pair in enumerate(landscape.transition_states.minima) if 3 not in pair]
    assert np.array_equal(minima["energy"], landscape.minima.energy[:3])
    assert np.array_equal(states["energy"], landscape.transition_states.energy[left])
    assert np.array_equal(ends, landscape.transition_states.minima[left])
    numbers = landscape_numbers(landscape, kept)
    assert (numbers["n_minima"], numbers["n_transition_states"], numbers["n_components"]) == (3, 2, 1)
    # rows 1 and 3 become 0 and 1
    between = [row for row, pair in enumerate(landscape.transition_states.minima) if set(pair.tolist()) == {1, 3}]
    ends = kept_points(landscape, (np.array([False, True, False, True]), np.ones(4, dtype=bool)))[2]
    assert len(between) == 1
    assert np.sort(ends, axis=1).tolist() == [[0, 1]]
    with pytest.raises(InputError, match="none of 4 minima is kept"):
        kept_points(landscape, (np.zeros(4, dtype=bool), kept[1]))


def test_what_no_search_has_looked_for_is_not_known():
    """Minima alone: neither coverage, nor a bound on what is missing, nor anything on how they hang together."""
    joined = wells_landscape((1.0, 2.0))
    alone = Landscape(joined.objective)
    for x in ([-1.0, -1.0], [1.0, 1.0]):
        alone.add_minimum(stationary_point(joined.objective, x))
    unknown = ["coverage_minima", "coverage_transition_states", "chao1_minima", "chao1_transition_states"]
    numbers = landscape_numbers(joined)
    assert np.isnan([numbers[name] for name in unknown]).all()
    assert (numbers["n_components"], numbers["n_monotonic_sequence_basins"]) == (1, 4)
    unknown += ["n_components", "n_monotonic_sequence_basins"]
    numbers = landscape_numbers(alone)
    assert np.isnan([numbers[name] for name in unknown]).all()
    assert (numbers["n_minima"], numbers["n_transition_states"]) == (2, 0)
    alone.add_minimum(stationary_point(joined.objective, [1.0, -1.0]), survey_hits=1)
    alone.update_coverage()
    numbers = landscape_numbers(alone)
    # one random start that was the only one to find something; still nobody has looked for transition states
    known = {"coverage_minima": 0.0, "chao1_minima": 3.0}
    assert {name: numbers[name] for name in known} == known
    assert np.isnan([numbers[name] for name in unknown if name not in known]).all()


def test_energies_that_are_close_are_merged_by_energy_alone():
    assert merged_by_energy([3.0, 1.0, 1.005, 1.012, 2.0], 0.01) == 2
    assert merged_by_energy([1.0, 2.0], 0.01) == 0


def test_range_of_the_middle_does_not_grow_with_the_sample():
    assert middle_range(np.linspace(0.0, 1.0, 21)) == pytest.approx(0.9, rel=1e-14)
    assert middle_range([*np.linspace(0.0, 1.0, 1000), 50.0]) == pytest.approx(0.9, rel=2e-3)
    assert middle_range([2.0, 1.0]) == pytest.approx(0.9, rel=1e-14)
    assert np.isnan(middle_range([1.0]))


def test_range_of_the_middle_is_that_of_what_is_joined_to_the_lowest():
    landscape = explore(tilted_wells(2), ExploreOptions(n_starts=10, n_hops=0, max_searches=200), seed=1)
    energies, name = landscape.minima.energy, "energy_range:middle 90 % of joined"
    assert landscape.n_components == 1
    assert landscape_numbers(landscape)[name] == middle_range(energies) > 0.0
    # the lowest and the highest, which no single transition state joins
    ends = np.isin(np.arange(4), np.argsort(energies)[[0, 3]])
    numbers = landscape_numbers(landscape, (ends, np.ones(len(landscape.transition_states.energy), dtype=bool)))
    assert numbers["energy_range"] > 0.0
    assert np.isnan(numbers[name])


def test_network_of_a_square_of_wells():
    landscape = wells_landscape((1.0, 2.0))
    numbers = network_numbers(landscape.minima.energy, landscape.transition_states.minima, np.random.default_rng(0))
    assert (numbers["n_network_edges"], numbers["mean_degree"], numbers["diameter"]) == (4, 2.0, 2)
    assert numbers["mean_shortest_path"] == pytest.approx(4 / 3, rel=1e-12)
    assert (numbers["n_path_sources"], numbers["longest_path_to_global_minimum"]) == (4, 2)
    assert numbers["mean_path_to_global_minimum"] == pytest.approx(4 / 3, rel=1e-12)
    assert numbers["clustering"] == 0.0
    assert numbers["random_clustering"] > 0.0
    assert (numbers["n_random_networks"], numbers["n_random_path_sources"]) == (100, 4)
