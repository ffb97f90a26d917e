"""Compiled measures of prediction against the plain ones, and the table of how minima are connected."""

import networkx as nx
import numpy as np
import pytest

from lossland.analysis.minima_table import minima_table
from lossland.analysis.network_performance import network_performance, twice_wins
from lossland.analysis.performance import accuracy, auc, cross_entropy
from lossland.errors import InputError
from lossland.objectives.mlp import class_probabilities, network_layout


@pytest.mark.parametrize("sizes", [(2, 10, 4), (3, 5, 4, 2), (2, 3)])
@pytest.mark.parametrize("n_data", [7, 256, 601])  # one block, a full one, several
def test_measures_are_those_of_the_probabilities(sizes, n_data):
    rng = np.random.default_rng(n_data)
    mask = rng.random(network_layout(sizes).n_weights) < 0.8
    layout = network_layout(sizes, mask)
    points = 2.0 * rng.normal(size=(9, layout.n_variables))
    inputs, labels = rng.normal(size=(n_data, sizes[0])), rng.permutation(np.arange(n_data) % sizes[-1])
    inputs.flags.writeable = False  # as those of a dataset are
    for target in range(sizes[-1]):
        found = network_performance(layout, points, inputs, labels, target, threads=2)
        probabilities = np.array([class_probabilities(layout, x, inputs) for x in points])
        np.testing.assert_allclose(found["cross_entropy"], cross_entropy(probabilities, labels), rtol=1e-12)
        np.testing.assert_array_equal(found["accuracy"], accuracy(probabilities, labels))
        np.testing.assert_allclose(found["auc"], auc(probabilities, labels, target), atol=1e-12)


def test_a_single_row_has_no_auc():
    layout, rng = network_layout((2, 3)), np.random.default_rng(0)
    inputs = rng.normal(size=(1, 2))
    inputs.flags.writeable = False
    point = rng.normal(size=(1, layout.n_variables))
    found = network_performance(layout, point, inputs, np.array([1]), 1)
    assert np.isnan(found["auc"]).all()
    assert found["cross_entropy"] == pytest.approx(-np.log(class_probabilities(layout, point[0], inputs)[0, 1]))


@pytest.mark.parametrize("decimals", [0, 1, 3, 9, 17])  # nearly all tied ... none
@pytest.mark.parametrize("shift", [0.0, 1.0 - 1e-9])  # scores that agree in their first digits
def test_pairs_are_counted_as_by_comparing_them_all(decimals, shift):
    rng = np.random.default_rng(decimals)
    scores = np.minimum(shift + (1.0 - shift) * rng.random(150).round(decimals), 1.0)
    target = rng.integers(0, 2, 150)
    scratch = np.empty(150, dtype=np.uint64), np.empty(150, dtype=np.uint64), np.empty((4, 256), dtype=np.int64)
    difference = scores[target == 1][:, None] - scores[target == 0]
    expected = 2 * np.count_nonzero(difference > 0) + np.count_nonzero(difference == 0)
    assert twice_wins(scores, target.astype(np.uint64), *scratch) == expected


def test_equal_outputs_count_for_the_first_class():
    layout = network_layout((2, 3, 4))
    found = network_performance(layout, np.zeros((1, layout.n_variables)), np.ones((8, 2)), np.arange(8) % 4)
    assert (found["accuracy"][0], found["auc"][0]) == (0.25, 0.5)
    assert found["cross_entropy"][0] == pytest.approx(np.log(4.0), rel=1e-15)


def test_what_has_no_answer_is_not_a_number():
    layout = network_layout((2, 2))
    points = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1e308, 1e308, 1e308, 1e308, 0.0, 0.0]])
    one_class = network_performance(layout, points, [[1.0, 2.0]], [0])
    assert np.isnan(one_class["auc"]).all()
    assert np.isfinite(one_class["cross_entropy"][0])
    assert np.isnan(one_class["cross_entropy"][1])  # outputs overflow
    assert np.isnan(one_class["accuracy"][1])
    nothing = network_performance(layout, points, np.zeros((0, 2)), np.zeros(0, dtype=int))
    assert all(np.isnan(values).all() for values in nothing.values())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": np.zeros((1, 5))}, "points have shape"),
        ({"inputs": np.zeros((3, 3))}, "inputs of shape"),
        ({"inputs": np.full((3, 2), np.nan)}, "finite"),
        ({"labels": np.array([0, 1, 2])}, "labels must"),
        ({"labels": np.array([0.0, 1.0, 1.0])}, "labels must"),
        ({"target": 2}, "target is 2"),
    ],
)
def test_bad_input_is_named(changes, message):
    given = {"points": np.zeros((1, 6)), "inputs": np.zeros((3, 2)), "labels": np.array([0, 1, 1]), **changes}
    with pytest.raises(InputError, match=message):
        network_performance(network_layout((2, 2)), **given)


def test_connections_of_minima_by_hand():
    # 0 -(1.0)- 1 -(3.0)- 2, 1 once more with itself, 0 and 1 joined twice, 3 alone
    energies, barriers, ends = [0.0, 0.5, 0.7, 0.9], [1.0, 3.0, 2.0, 1.5], [(0, 1), (1, 2), (1, 1), (1, 0)]
    table = minima_table(energies, barriers, ends, thresholds=(0.6, 1.2))
    assert table["barrier"].tolist() == pytest.approx([0.0, 0.5, 2.3, np.inf])
    assert table["degree"].tolist() == [2, 3, 1, 0]
    assert table["n_degenerate"].tolist() == [0, 1, 0, 0]
    assert table["component"].tolist() == [0, 0, 0, 1]
    assert table["superbasin_0"].tolist() == [0, 1, -1, -1]
    assert table["superbasin_1"].tolist() == [0, 0, 1, 2]


def test_connections_of_minima_agree_with_a_graph():
    rng = np.random.default_rng(4)
    energies, ends = rng.random(60), rng.integers(0, 60, (50, 2))
    table = minima_table(energies, 1.0 + rng.random(50), ends)
    graph = nx.MultiGraph(ends.tolist())
    graph.add_nodes_from(range(60))
    assert table["component"].nunique() == nx.number_connected_components(graph)
    for nodes in nx.connected_components(graph):
        assert table["component"][sorted(nodes)].nunique() == 1
    assert table["component"][np.argmin(energies)] == 0
    degrees = np.array([graph.degree(row) for row in range(60)])
    assert (table["degree"] + 2 * table["n_degenerate"]).tolist() == degrees.tolist()
