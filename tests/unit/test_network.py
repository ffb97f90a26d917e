"""Networks of minima: shortest paths against networkx, graphs known by hand, and what chance makes of them."""

import math

import networkx as nx
import numpy as np
import pytest

from lossland.analysis.network import (
    degree_counts,
    largest_component,
    network_of_minima,
    network_properties,
    path_length_counts,
)
from lossland.analysis.random_networks import (
    n_random_networks,
    random_degree_counts,
    random_networks,
    small_world_coefficient,
)
from lossland.errors import InputError


def slow_counts(graph, sources):
    """Count path lengths with networkx, one source after the other."""
    lengths = [d for source in sources for d in nx.single_source_shortest_path_length(graph, source).values()]
    return np.bincount(lengths).tolist()


def two_cliques(n):
    """Two complete graphs and a chain between them: dense and sparse frontiers in one search."""
    return nx.barbell_graph(n, 3 * n)


GRAPHS = {
    "one node": nx.empty_graph(1),
    "no edges": nx.empty_graph(130),
    "one edge": nx.path_graph(2),
    "path": nx.path_graph(300),
    "ring": nx.cycle_graph(129),
    "star": nx.star_graph(200),
    "complete": nx.complete_graph(65),
    "barbell": two_cliques(40),
    "grid": nx.convert_node_labels_to_integers(nx.grid_2d_graph(13, 17)),
    "small world": nx.watts_strogatz_graph(200, 6, 0.1, seed=1),
    "hubs": nx.barabasi_albert_graph(500, 2, seed=1),
    "components": nx.disjoint_union_all([nx.path_graph(70), nx.complete_graph(70), nx.empty_graph(3)]),
    **{f"{n} nodes": nx.gnm_random_graph(n, m, seed=n) for n, m in [(63, 90), (64, 64), (65, 40), (400, 520)]},
}


@pytest.mark.parametrize("name", GRAPHS)
def test_path_lengths_are_those_of_networkx(name):
    graph = GRAPHS[name]
    assert path_length_counts(graph).tolist() == slow_counts(graph, graph)
    some = [*graph][:: max(len(graph) // 70, 1)]
    assert path_length_counts(graph, some).tolist() == slow_counts(graph, some)


def test_nodes_may_be_anything_in_any_order():
    graph = nx.Graph([("c", 7), (7, (1, 2)), ("alone", "pair")])
    assert path_length_counts(graph, ["c", "c", "alone"]).tolist() == [2, 2, 1]


@pytest.mark.parametrize("name", GRAPHS)
def test_properties_are_those_of_networkx(name):
    graph = GRAPHS[name]
    found = network_properties(graph, target=0)
    largest = graph.subgraph(max(nx.connected_components(graph), key=len))
    assert (found.n_nodes, found.n_edges) == (len(graph), graph.number_of_edges())
    assert found.mean_degree == pytest.approx(np.mean([degree for _, degree in graph.degree]), rel=1e-14)
    assert found.n_components == nx.number_connected_components(graph)
    assert found.n_largest == found.n_sources == len(largest)
    assert found.diameter == nx.diameter(largest)
    assert found.clustering == pytest.approx(nx.average_clustering(largest), rel=1e-14)
    assert found.transitivity == nx.transitivity(largest)
    distances = nx.single_source_shortest_path_length(graph, 0)
    assert (found.n_joined_to_target, found.target_eccentricity) == (len(distances), max(distances.values()))
    if len(largest) > 1:
        assert found.mean_path == pytest.approx(nx.average_shortest_path_length(largest), rel=1e-14)
    else:
        assert math.isnan(found.mean_path)
    if len(distances) > 1:
        expected = sum(distances.values()) / (len(distances) - 1)
        assert found.mean_path_to_target == pytest.approx(expected, rel=1e-14)
    else:
        assert math.isnan(found.mean_path_to_target)


def test_properties_of_a_triangle_with_a_tail():
    graph = network_of_minima(5, [[0, 1], [1, 2], [2, 0], [2, 3]])
    found = network_properties(graph, target=3)
    assert found[:6] == (5, 4, 2, 8 / 5, 4, 4)
    assert found.mean_path == 8 / 6  # of 6 pairs, 4 are neighbours
    assert found.diameter == 2
    assert found.clustering == pytest.approx((1 + 1 + 1 / 3 + 0) / 4, rel=1e-15)
    assert found.transitivity == 3 / 5
    assert found[-3:] == (4, 5 / 3, 2.0)
    assert degree_counts(graph).tolist() == [1, 1, 2, 1]


def test_without_target_nothing_is_joined_to_it():
    found = network_properties(nx.path_graph(3))
    assert found.n_joined_to_target == 0
    assert math.isnan(found.mean_path_to_target)
    assert math.isnan(found.target_eccentricity)


def test_one_edge_between_two_minima_and_none_from_one_to_itself():
    ends = np.array([[3, 1], [1, 3], [2, 2], [0, 1], [3, 1]])
    graph = network_of_minima(5, ends)
    assert list(graph) == [0, 1, 2, 3, 4]
    assert sorted(graph.edges) == [(0, 1), (1, 3)]
    assert network_of_minima(np.int64(2), np.zeros((0, 2), dtype=int)).number_of_edges() == 0


def test_of_components_as_large_the_first_is_taken():
    graph = nx.Graph([(5, 6), (1, 2), (6, 7), (2, 3)])
    assert list(largest_component(graph)) == [5, 6, 7]


def test_sampled_sources_are_close_and_told():
    graph = nx.gnm_random_graph(500, 1000, seed=3)
    exact = network_properties(graph)
    sampled = network_properties(graph, rng=np.random.default_rng(1), most_exact=100, n_sampled=200)
    again = network_properties(graph, rng=np.random.default_rng(1), most_exact=100, n_sampled=200)
    assert sampled == pytest.approx(again, rel=0, nan_ok=True)
    assert (sampled.n_sources, exact.n_sources) == (200, exact.n_largest)
    assert sampled.mean_path != exact.mean_path
    assert sampled.mean_path == pytest.approx(exact.mean_path, rel=0.05)
    assert sampled.diameter <= exact.diameter
    whole = network_properties(graph, rng=None, most_exact=100, n_sampled=500)
    assert whole.mean_path == exact.mean_path


def test_spread_over_random_networks():
    found = random_networks(60, 100, np.random.default_rng(5), n_graphs=7)
    rng = np.random.default_rng(5)
    graphs = [nx.gnm_random_graph(60, 100, seed=int(rng.integers(2**63))) for _ in range(7)]
    largest = [graph.subgraph(max(nx.connected_components(graph), key=len)) for graph in graphs]
    slow = {
        "n_largest": [len(graph) for graph in largest],
        "mean_path": [nx.average_shortest_path_length(graph) for graph in largest],
        "diameter": [nx.diameter(graph) for graph in largest],
        "clustering": [nx.average_clustering(graph) for graph in largest],
        "transitivity": [nx.transitivity(graph) for graph in largest],
    }
    for name, numbers in slow.items():
        assert getattr(found, name) == pytest.approx((np.mean(numbers), np.std(numbers, ddof=1)), rel=1e-12)
    assert (found.n_graphs, found.n_sources) == (7, min(slow["n_largest"]))
    degrees = [node_degrees for graph in graphs for node_degrees in dict(graph.degree).values()]
    counts = random_degree_counts(60, 100, np.random.default_rng(5), n_graphs=7)
    np.testing.assert_allclose(counts, np.bincount(degrees) / 7, rtol=1e-15)


def test_paths_of_large_random_networks_start_from_a_thousand_nodes():
    exact = random_networks(6_000, 12_000, np.random.default_rng(1), n_graphs=1, most_exact=6_000)
    sampled = random_networks(6_000, 12_000, np.random.default_rng(1), n_graphs=1)
    assert (sampled.n_sources, exact.n_sources) == (1_000, int(exact.n_largest.mean))
    assert sampled.mean_path != exact.mean_path
    assert sampled.mean_path.mean == pytest.approx(exact.mean_path.mean, rel=0.01)
    assert sampled.diameter.mean <= exact.diameter.mean


def test_large_random_networks_are_fewer():
    assert random_networks(25_000, 0, np.random.default_rng(0)).n_graphs == 40
    sizes = [60, 10_000, 10_102, 100_000, 250_000, 250_001, 500_000]
    assert [n_random_networks(n_nodes) for n_nodes in sizes] == [100, 100, 98, 10, 4, 3, 3]


def test_small_worlds_are_told_from_chance():
    n, degree = 400, 8
    chance = random_networks(n, n * degree // 2, np.random.default_rng(2), n_graphs=5)
    coefficients = [
        small_world_coefficient(network_properties(nx.watts_strogatz_graph(n, degree, p, seed=4)), chance)
        for p in (0.0, 0.05, 1.0)
    ]
    ring, small_world, rewired = coefficients
    assert small_world > 1.5 * ring
    assert small_world > 10.0
    assert rewired == pytest.approx(1.0, abs=0.3)


def test_small_world_coefficient_is_the_ratio_of_ratios():
    chance = random_networks(40, 80, np.random.default_rng(6), n_graphs=3)
    network = network_properties(nx.watts_strogatz_graph(40, 4, 0.1, seed=0))
    expected = (network.clustering * chance.mean_path.mean) / (chance.clustering.mean * network.mean_path)
    assert small_world_coefficient(network, chance) == pytest.approx(expected, rel=1e-14)
    for n_nodes, n_edges in ((40, 0), (40, 1), (1, 0)):  # no paths, no triangles, neither
        nothing = random_networks(n_nodes, n_edges, np.random.default_rng(6), n_graphs=2)
        assert math.isnan(small_world_coefficient(network, nothing))


@pytest.mark.parametrize(
    ("n_minima", "ends", "message"),
    [
        (0, [], "0 minima make no network"),
        (3, [[0, 3]], "lie in 0..3, but rows are 0..2"),
        (3, [[-1, 2]], "lie in -1..2"),
        (3, [0, 1], "integer rows of minima"),
        (3, [[0.0, 1.0]], "integer rows of minima"),
    ],
)
def test_ends_that_are_no_rows_are_refused(n_minima, ends, message):
    with pytest.raises(InputError, match=message):
        network_of_minima(n_minima, ends)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.empty_graph(0), "no nodes"),
        (nx.DiGraph([(0, 1)]), "directions"),
        (nx.MultiGraph([(0, 1), (0, 1)]), "multiple edges"),
        (nx.Graph([(0, 0)]), "self-loops"),
    ],
)
def test_what_is_no_network_of_minima_is_refused(graph, message):
    for function in (network_properties, path_length_counts, degree_counts):
        with pytest.raises(InputError, match=message):
            function(graph)


def test_bad_options_are_named():
    graph, rng = nx.path_graph(5), np.random.default_rng(0)
    for what, message in [
        (lambda: network_properties(graph, target=5), "5 is no node of the network of 5 nodes"),
        (lambda: path_length_counts(graph, [0, -1]), "-1 is no node"),
        (lambda: network_properties(graph, most_exact=3, n_sampled=2), "more than 3 nodes: expected a Generator"),
        (lambda: network_properties(graph, rng=rng, most_exact=3, n_sampled=0), "n_sampled of at least one"),
        (lambda: random_networks(5, 11, rng), "5 nodes and 11 edges"),
        (lambda: random_networks(0, 0, rng), "0 nodes and 0 edges"),
        (lambda: random_degree_counts(5, 11, rng), "5 nodes and 11 edges"),
        (lambda: random_networks(5, 4, rng, n_graphs=0), "n_graphs is 0"),
    ]:
        with pytest.raises(InputError, match=message):
            what()
