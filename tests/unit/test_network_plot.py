"""Figures of networks of minima show every minimum, edge and degree, each as large and as coloured as it should be."""

import networkx as nx
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection

from lossland.errors import InputError
from lossland.plotting.network import plot_degree_distribution, plot_network

# rows 2 and 8 have no dot; 9 is joined to nothing
GRAPH = nx.Graph([(0, 1), (1, 3), (3, 0), (3, 4), (4, 5), (6, 7)])
GRAPH.add_node(9)
ENERGIES = np.array([3.0, 2.0, np.nan, 1.0, 5.0, 4.0, 6.0, 8.0, -1.0, 7.0])


def parts(figure):
    """Return the lines, the dots and the ring of a picture of a network."""
    ax = figure.axes[0]
    (lines,) = [part for part in ax.collections if isinstance(part, LineCollection)]
    dots, ring = [part for part in ax.collections if isinstance(part, PathCollection)]
    return lines, dots, ring


def placed(graph, energies, **options):
    """Return place and area of each node, found again by its energy, and the parts of the picture."""
    lines, dots, ring = parts(plot_network(graph, energies, **options))
    by_energy = {energy: i for i, energy in enumerate(dots.get_array())}
    at = {node: tuple(dots.get_offsets()[by_energy[energies[node]]]) for node in graph}
    area = {node: dots.get_sizes()[by_energy[energies[node]]] for node in graph}
    return at, area, lines, ring


def test_every_minimum_and_edge_is_drawn():
    at, area, lines, ring = placed(GRAPH, ENERGIES)
    drawn = {frozenset(map(tuple, segment)) for segment in lines.get_segments()}
    assert drawn == {frozenset((at[a], at[b])) for a, b in GRAPH.edges}
    assert len(set(at.values())) == len(GRAPH)
    for node in GRAPH:
        assert area[node] == pytest.approx(area[5] * max(GRAPH.degree[node], 0.5), rel=1e-12)
    assert tuple(ring.get_offsets()[0]) == at[3]
    assert ring.get_sizes()[0] > area[3]


def test_colours_and_sizes_are_explained():
    figure = plot_network(GRAPH, ENERGIES, colour_label="cost", title="regression")
    _, bar = figure.axes
    assert bar.get_ylabel() == "cost"
    assert bar.get_ylim() == (1.0, 8.0)
    assert figure.get_suptitle() == "regression"
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["global minimum", "1 neighbour", "2 neighbours", "3 neighbours"]
    areas = [line.get_markersize() ** 2 for line in figure.legends[0].get_lines()[1:]]
    _, dots, _ = parts(figure)
    assert areas == pytest.approx(np.unique(dots.get_sizes())[1:], rel=1e-12)  # the smallest has no neighbours


def test_components_stand_apart_and_edges_do_not():
    at, *_ = placed(GRAPH, ENERGIES)
    distance = {(a, b): np.hypot(*np.subtract(at[a], at[b])) for a in GRAPH for b in GRAPH if a < b}
    within = max(distance[edge] for edge in distance if GRAPH.has_edge(*edge))
    connected = nx.connected_components(GRAPH)
    component = {node: i for i, members in enumerate(connected) for node in members}
    apart = min(d for (a, b), d in distance.items() if component[a] != component[b])
    assert apart > 1.9
    assert within < 4.0


def test_chain_is_drawn_across_without_dots_that_touch():
    chain = nx.path_graph(40)
    figure = plot_network(chain, np.arange(40.0))
    _, dots, _ = parts(figure)
    figure.draw_without_rendering()
    assert np.ptp(dots.get_offsets()[:, 0]) > 5.0 * np.ptp(dots.get_offsets()[:, 1])
    order = np.argsort(dots.get_array())
    points = dots.get_offset_transform().transform(dots.get_offsets())[order] * 72.0 / figure.dpi
    gaps = np.hypot(*np.diff(points, axis=0).T)
    radii = 0.5 * np.sqrt(dots.get_sizes()[order])
    assert (gaps > radii[1:] + radii[:-1]).all()


@pytest.mark.parametrize("graph", [nx.empty_graph(1), nx.empty_graph(7), nx.path_graph(2), nx.star_graph(300)])
def test_simple_networks_fit_into_the_picture(graph):
    figure = plot_network(graph, np.full(len(graph), 0.3))
    figure.draw_without_rendering()
    ax = figure.axes[0]
    _, dots, _ = parts(figure)
    places = ax.transAxes.inverted().transform(dots.get_offset_transform().transform(dots.get_offsets()))
    assert len(places) == len(graph)
    assert ((places > 0.0) & (places < 1.0)).all()
    assert dots.norm.vmin < 0.3 < dots.norm.vmax


@pytest.mark.parametrize("n", [30, 600])
def test_equal_networks_give_equal_pictures(n):
    graph = nx.barabasi_albert_graph(n, 1, seed=1)
    first, again = (parts(plot_network(graph, np.arange(n), seed=3))[1].get_offsets() for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_distribution_of_few_degrees_is_drawn_in_bars():
    random = np.array([1.5, 2.0, 0.0, 0.5])
    figure = plot_degree_distribution([0, 4, 2, 1], random=random, label="minima of this", title="degrees")
    (ax,) = figure.axes
    assert [bar.get_height() for bar in ax.patches] == [0, 4, 2, 1]
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[0, 1.5], [1, 2.0], [3, 0.5]]
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["minima of this", "random networks, mean"]
    assert ax.get_xscale() == "linear"


def test_distribution_of_hubs_is_drawn_on_logarithmic_axes():
    counts = np.zeros(50, dtype=int)
    counts[[0, 1, 7, 49]] = 5, 90, 8, 1
    (ax,) = plot_degree_distribution(counts, random=[20.0, 60.0, 20.0]).axes
    dots, line = ax.lines
    assert dots.get_xydata().tolist() == [[1, 90], [7, 8], [49, 1]]
    assert line.get_xydata().tolist() == [[1, 60.0], [2, 20.0]]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert len(plot_degree_distribution(counts, log=False).axes[0].patches) == 50


@pytest.mark.parametrize(
    ("graph", "energies", "message"),
    [
        (nx.empty_graph(0), [], "no nodes"),
        (nx.Graph([("a", "b")]), [0.0, 1.0], "integer rows of minima"),
        (GRAPH, ENERGIES[:9], "a finite one for each node"),
        (nx.path_graph(3), ENERGIES, "a finite one for each node"),
        (nx.Graph([(-1, 0)]), ENERGIES, "a finite one for each node"),
        (GRAPH, ENERGIES[:, None], "a finite one for each node"),
    ],
)
def test_networks_that_cannot_be_drawn_are_refused(graph, energies, message):
    with pytest.raises(InputError, match=message):
        plot_network(graph, energies)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1], [[1, 2]], [1, np.nan]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(InputError, match="counts have shape"):
        plot_degree_distribution(counts)
    with pytest.raises(InputError, match="counts of random networks have shape"):
        plot_degree_distribution([1, 2], random=counts)
