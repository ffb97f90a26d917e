"""Disconnectivity graphs against a brute-force minimax twin, and what must hold for every picture."""

import networkx as nx
import numpy as np
import pytest

from lossland.analysis.disconnectivity import barrier_to_global_minimum, disconnectivity_graph, superbasins
from lossland.errors import InputError


def random_landscape(seed, n=40, m=90):
    """Random energies and ends, some transition states degenerate, some parallel, not all minima connected."""
    rng = np.random.default_rng(seed)
    energies = rng.normal(size=n)
    ends = rng.integers(0, n, (m, 2))
    return energies, energies[ends].max(axis=1) + rng.exponential(0.5, m), ends


def minimax_twin(energies, barriers, ends):
    """Energy of the highest transition state on the lowest path of every pair, from networkx's spanning tree."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(energies)))
    graph.add_weighted_edges_from((int(a), int(b), e) for (a, b), e in zip(ends, barriers, strict=True))
    forest = nx.minimum_spanning_tree(graph)
    twin = np.full((len(energies),) * 2, np.inf)
    np.fill_diagonal(twin, energies)
    for source in forest:
        for target, path in nx.single_source_shortest_path(forest, source).items():
            if target != source:
                steps = zip(path, path[1:], strict=False)
                twin[source, target] = max(min(d["weight"] for d in forest[a][b].values()) for a, b in steps)
    return twin


def crossings(branches):
    """Count pairs of segments that cross each other at an inner point of both."""
    segments = np.concatenate((branches[:, :2], branches[:, 1:]))
    a, b = segments[:, 0], segments[:, 1]

    def side(p, q, r):  # sign of the turn p -> q -> r for all pairs
        return np.sign((q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0]))

    i, j = np.triu_indices(len(segments), 1)
    apart = side(a[i], b[i], a[j]) * side(a[i], b[i], b[j])
    return np.count_nonzero((apart < 0) & (side(a[j], b[j], a[i]) * side(a[j], b[j], b[i]) < 0))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_lowest", [None, 12])
def test_pairs_merge_at_the_first_threshold_at_or_above_their_barrier(seed, n_lowest):
    landscape = random_landscape(seed)
    twin = minimax_twin(*landscape)
    graph = disconnectivity_graph(*landscape, n_levels=17, unconnected="draw", n_lowest=n_lowest)
    assert graph.n_leaves == (n_lowest or 40)
    for i in range(graph.n_leaves):
        for j in range(i):
            barrier = twin[graph.minima[i], graph.minima[j]]
            first = graph.levels[graph.levels >= barrier].min() if np.isfinite(barrier) else np.inf
            assert graph.merge_energy(i, j) == first


@pytest.mark.parametrize("seed", range(6))
def test_superbasins_and_barriers_agree_with_the_twin(seed):
    energies, barriers, ends = random_landscape(seed)
    twin = minimax_twin(energies, barriers, ends)
    np.testing.assert_array_equal(barrier_to_global_minimum(energies, barriers, ends), twin[np.argmin(energies)])
    for threshold in (-1.0, 0.0, 0.7, 1.5, np.inf):
        labels = superbasins(energies, barriers, ends, threshold)
        below = energies <= threshold
        assert np.array_equal(labels < 0, ~below)
        together = (twin <= threshold) & np.isfinite(twin)
        np.testing.assert_array_equal((labels[:, None] == labels)[below][:, below], together[below][:, below])
        lowest = [energies[labels == k].min() for k in range(labels.max() + 1)]
        assert lowest == sorted(lowest)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("centre", ["lowest", "largest"])
@pytest.mark.parametrize("n_levels", [4, 30])
def test_branches_never_cross_and_every_leaf_hangs_at_its_own_energy(seed, centre, n_levels):
    landscape = random_landscape(seed)
    graph = disconnectivity_graph(*landscape, n_levels=n_levels, unconnected="draw", centre=centre)
    assert crossings(graph.branches) == 0
    np.testing.assert_array_equal(graph.leaf_positions[:, 1], landscape[0][graph.minima])
    np.testing.assert_array_equal(np.sort(graph.x[: graph.n_leaves]), np.arange(graph.n_leaves) + 0.5)
    inner = graph.parent >= 0
    np.testing.assert_array_equal(graph.branches[inner, 2, 0], graph.x[graph.parent[inner]])
    np.testing.assert_array_equal(graph.branches[inner, 2, 1], graph.energies[graph.parent[inner]])
    assert (graph.branches[~inner, 2, 1] > graph.levels[-1]).all()


@pytest.mark.parametrize("seed", range(4))
def test_tree_counts_its_leaves_and_knows_their_lowest(seed):
    landscape = random_landscape(seed)
    graph = disconnectivity_graph(*landscape, n_levels=12, unconnected="draw")
    below = [{i} for i in range(graph.n_leaves)]
    for node in range(graph.n_leaves, graph.parent.size):
        children = graph.children(node)
        assert len(children) >= 2
        assert (np.diff(graph.x[children]) > 0).all()
        below.append(set().union(*(below[child] for child in children)))
    for node, leaves in enumerate(below):
        rows = graph.minima[sorted(leaves)]
        assert graph.n_minima[node] == len(leaves)
        assert graph.lowest[node] == rows[np.argmin(landscape[0][rows])]
        # leaves of one superbasin stand side by side
        assert np.ptp(graph.x[sorted(leaves)]) == len(leaves) - 1
    assert sum(graph.n_minima[graph.roots]) == graph.n_leaves


def test_only_minima_joined_to_the_global_minimum_are_drawn_and_the_others_counted():
    energies = [0.0, 0.2, 0.1, 0.5, 0.3]
    ends = [(0, 1), (2, 3)]
    graph = disconnectivity_graph(energies, [0.6, 0.7], ends)
    assert (graph.minima.tolist(), graph.n_unconnected, graph.n_left_out) == ([0, 1], 3, 3)
    drawn = disconnectivity_graph(energies, [0.6, 0.7], ends, unconnected="draw")
    assert (drawn.n_leaves, len(drawn.roots), drawn.n_unconnected, drawn.n_left_out) == (5, 3, 3, 0)


def test_energy_limits_and_thresholds_are_those_asked_for():
    energies, barriers, ends = [0.0, 0.2, 0.4, 0.6], [0.5, 0.9, 1.4], [(0, 1), (1, 2), (2, 3)]
    graph = disconnectivity_graph(energies, barriers, ends, top=1.0, spacing=0.25)
    np.testing.assert_allclose(graph.levels, [0.25, 0.5, 0.75, 1.0], atol=1e-15)
    assert graph.minima.tolist() == [0, 1, 2]  # the transition state at 1.4 is above the top
    assert (graph.merge_energy(0, 1), graph.merge_energy(0, 2)) == (0.5, 1.0)
    graph = disconnectivity_graph(energies, barriers, ends, max_energy=0.3)
    assert graph.minima.tolist() == [0, 1]


def test_paths_of_the_lowest_minima_run_through_all_others():
    # 0 and 1 are joined only by way of 2, which is not drawn
    graph = disconnectivity_graph([0.0, 0.1, 0.9], [1.0, 1.2], [(0, 2), (2, 1)], n_lowest=2, spacing=0.1, top=1.3)
    assert graph.minima.tolist() == [0, 1]
    assert graph.merge_energy(0, 1) == pytest.approx(1.2)


def test_transition_state_below_its_minimum_counts_as_level_with_it():
    energies, barriers, ends = [0.0, 1.0], [1.0 - 1e-13], [(0, 1)]
    assert barrier_to_global_minimum(energies, barriers, ends).tolist() == [0.0, 1.0]


def test_main_funnel_stays_in_the_middle():
    rng = np.random.default_rng(3)
    energies = np.sort(rng.random(301))
    ends = np.column_stack((np.arange(1, 301), np.arange(300)))  # a staircase: one funnel
    graph = disconnectivity_graph(energies, energies[1:] + 0.02 * rng.random(300), ends)
    assert abs(graph.x[0] / graph.n_leaves - 0.5) < 0.02
    root = graph.roots[0]
    assert abs(graph.x[root] / graph.n_leaves - 0.5) < 0.02


def test_part_with_lowest_minimum_or_largest_part_is_in_the_centre():
    # three funnels that meet at one threshold: sizes 1 (the lowest minimum), 5 and 3
    energies = np.array([0.0] + [0.1, 0.2, 0.2, 0.2, 0.2] + [0.1, 0.2, 0.2])
    ends = [(1, i) for i in (2, 3, 4, 5)] + [(6, 7), (6, 8)] + [(0, 1), (1, 6)]
    barriers = [0.5] * 6 + [1.0] * 2
    by_energy = disconnectivity_graph(energies, barriers, ends, n_levels=10)
    by_size = disconnectivity_graph(energies, barriers, ends, n_levels=10, centre="largest")
    for graph, middle in ((by_energy, 0), (by_size, 1)):
        children = graph.children(graph.roots[0])
        assert graph.lowest[children[1]] == middle


@pytest.mark.parametrize(
    ("energies", "barriers", "ends"),
    [
        ([0.83], [], []),
        ([0.0], [], []),
        ([0.5, 0.5, 0.5], [0.5, 0.5], [(0, 1), (1, 2)]),
        ([0.5, 0.5, 0.5], [0.9, 0.9], [(0, 1), (1, 2)]),
        ([0.1, 0.4], [], []),
        ([0.1], [0.4], [(0, 0)]),
    ],
)
@pytest.mark.parametrize("unconnected", ["drop", "draw"])
def test_degenerate_landscapes_have_a_graph(energies, barriers, ends, unconnected):
    graph = disconnectivity_graph(energies, barriers, ends, unconnected=unconnected)
    assert np.isfinite(graph.branches).all()
    assert (np.diff(graph.branches[:, :, 1]) >= 0).all()
    assert (graph.branches[:, 2, 1] > graph.branches[:, 0, 1]).all()  # every branch can be seen
    assert crossings(graph.branches) == 0


def test_a_deep_tree_needs_no_recursion():
    n = 20_000  # every threshold adds one minimum to the chain
    energies = np.linspace(0, 1, n)
    ends = np.column_stack((np.arange(n - 1), np.arange(1, n)))
    graph = disconnectivity_graph(energies, energies[1:] + 0.5 / n, ends, n_levels=3 * n)
    assert graph.parent.size == 2 * n - 1
    assert graph.merge_energy(0, n - 1) == graph.levels[-1]
    assert len(graph.as_text(max_lines=50).splitlines()) == 51


def test_text_shows_the_tree():
    graph = disconnectivity_graph([0.0, 0.5, 0.25], [1.0, 2.0], [(0, 1), (0, 2)], spacing=0.5, top=2.0)
    lines = graph.as_text().splitlines()
    assert lines[0] == "2  3 minima"
    assert sorted(lines[1:]) == ["    0  minimum 0", "    0.5  minimum 1", "  0.25  minimum 2", "  1  2 minima"]


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        (([], [], []), {}, "at least one minimum"),
        (([0.0, np.nan], [], []), {}, "finite"),
        (([0.0, 1.0], [2.0], [(0, 2)]), {}, "rows are 0..1"),
        (([0.0, 1.0], [2.0], [(0, 1), (1, 0)]), {}, r"expected \(m,\), \(m, 2\)"),
        (([0.0, 1.0], [2.0], [(0.0, 1.0)]), {}, "integer rows"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"n_levels": 1}, "n_levels"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"spacing": 0.0}, "spacing"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"spacing": 1e-9}, "thresholds"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"top": -1.0}, "top"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"n_lowest": 0}, "n_lowest"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"unconnected": "hide"}, "unconnected"),
        (([0.0, 1.0], [2.0], [(0, 1)]), {"centre": "left"}, "centre"),
    ],
)
def test_bad_input_is_named(arrays, options, message):
    with pytest.raises(InputError, match=message):
        disconnectivity_graph(*arrays, **options)
