"""Pictures of disconnectivity graphs: right colours, readable text, equal bytes."""

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.errors import InputError
from lossland.plotting.disconnectivity import disconnectivity_panels, plot_disconnectivity, save
from lossland.plotting.style import COLOUR_MAP, DIVERGING_MAP, NEUTRAL


def staircase(n):
    rng = np.random.default_rng(n)
    energies = np.sort(rng.random(n))
    ends = np.column_stack((np.arange(1, n), np.arange(n - 1)))
    return energies, energies[1:] + 0.1 * rng.random(n - 1), ends


def leaf_colours(ax, graph):
    """Colour of each leaf, looked up by its position."""
    found = {}
    for lines in (c for c in ax.collections if isinstance(c, LineCollection)):
        colours = np.broadcast_to(lines.get_colors(), (len(lines.get_segments()), 4))
        found |= {tuple(points[0]): tuple(c) for points, c in zip(lines.get_segments(), colours, strict=True)}
    assert len(found) == graph.parent.size
    return [found[tuple(point)] for point in graph.leaf_positions]


def test_each_minimum_has_its_own_colour_and_the_scale_is_shared():
    graphs = [disconnectivity_graph(*staircase(n), n_lowest=8) for n in (9, 20)]
    colours = [np.linspace(0.2, 0.4, 9), np.linspace(0.3, 0.7, 20)]
    figure = disconnectivity_panels(graphs, colours=colours, colour_label="AUC")
    low, high = 0.2, max(colours[0][:8].max(), colours[1][graphs[1].minima].max())
    for ax, graph, values in zip(figure.axes, graphs, colours, strict=False):
        expected = COLOUR_MAP((values[graph.minima] - low) / (high - low))
        np.testing.assert_allclose(leaf_colours(ax, graph), expected, atol=1e-12)


def test_differences_from_the_mean_of_each_panel():
    """A panel whose values lie far from the others, or spread more, hides nothing of them."""
    sizes, means, spreads = (9, 20, 30), (0.7, 0.3, 0.6), (0.01, 0.1, 0.02)
    graphs = [disconnectivity_graph(*staircase(n), n_lowest=8) for n in sizes]
    colours = [mean + spread * np.linspace(-1.0, 1.0, n) for n, mean, spread in zip(sizes, means, spreads, strict=True)]
    figure = disconnectivity_panels(graphs, colours=colours, colour_label="AUC", titles=["a", "b", "c"], centred=True)
    differences = [colour[graph.minima] - mean for graph, colour, mean in zip(graphs, colours, means, strict=True)]
    end = np.median([np.quantile(np.abs(of_panel), 0.95) for of_panel in differences])
    assert 0.01 < end < 0.1
    for ax, graph, of_panel in zip(figure.axes, graphs, differences, strict=False):
        expected = DIVERGING_MAP(0.5 + 0.5 * of_panel / end)
        np.testing.assert_allclose(leaf_colours(ax, graph), expected, atol=0.02)  # of 256 steps five
    assert [ax.get_title() for ax in figure.axes[:3]] == ["a\nmean AUC: 0.7", "b\nmean AUC: 0.3", "c\nmean AUC: 0.6"]
    bar = figure.axes[3]
    np.testing.assert_allclose(bar.get_ylim(), (-end, end), rtol=1e-12)
    assert bar.get_ylabel() == "AUC minus the panel's mean"


def test_panels_without_a_spread_do_not_set_the_scale():
    graphs = [disconnectivity_graph(*staircase(n), unconnected="draw") for n in (1, 2, 3, 9)]
    colours = [[0.1], [0.1 + 0.2, 0.3], [np.nan] * 3, np.linspace(0.5, 0.7, 9)]
    figure = disconnectivity_panels(graphs, colours=colours, colour_label="AUC", titles=["a"] * 4, centred=True)
    np.testing.assert_allclose(figure.axes[-1].get_ylim()[1], np.quantile(np.abs(colours[3] - 0.6), 0.95), rtol=1e-9)
    assert [ax.get_title() for ax in figure.axes[:4]] == [
        "a\nmean AUC: 0.1",
        "a\nmean AUC: 0.3",
        "a",
        "a\nmean AUC: 0.6",
    ]
    assert {c == to_rgba(NEUTRAL) for c in leaf_colours(figure.axes[2], graphs[2])} == {True}


def test_colours_of_differences_are_seen_on_white_and_apart():
    luminance = DIVERGING_MAP([0.0, 0.25, 0.5, 0.75, 1.0])[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert luminance.max() == luminance[2] < 0.8
    assert luminance[0] < luminance[1] < luminance[2] > luminance[3] > luminance[4]


def test_minimum_without_a_value_is_neutral():
    graph = disconnectivity_graph(*staircase(4))
    ax = plot_disconnectivity(graph, colours=[0.1, np.nan, 0.3, 0.2]).axes[0]
    assert [c == to_rgba(NEUTRAL) for c in leaf_colours(ax, graph)] == [False, True, False, False]


def test_the_whole_graph_is_inside_the_picture():
    graph = disconnectivity_graph(*staircase(30))
    ax = plot_disconnectivity(graph).axes[0]
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    points = graph.branches.reshape(-1, 2)
    assert left < points[:, 0].min()
    assert points[:, 0].max() < right
    assert low < points[:, 1].min()
    assert points[:, 1].max() < high


@pytest.mark.parametrize("n", [1, 2, 30])
def test_text_is_readable(n):
    graph = disconnectivity_graph(*staircase(n))
    figure = plot_disconnectivity(graph, colours=np.linspace(0, 1, n), colour_label="AUC", title="one")
    figure.draw_without_rendering()
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    assert min(sizes) >= 7


def test_equal_figures_are_saved_as_equal_bytes(tmp_path):
    settings = dict(matplotlib.rcParams)
    written = []
    for name in ("a", "b"):
        graph = disconnectivity_graph(*staircase(30))
        figure = plot_disconnectivity(graph, colours=np.arange(30.0), colour_label="AUC")
        written.append([path.read_bytes() for path in save(figure, tmp_path / "new" / f"figure-{name}.1")])
    assert written[0] == written[1]
    assert b"CreationDate" not in written[0][0]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        "figure-a.1.pdf", "figure-a.1.png", "figure-b.1.pdf", "figure-b.1.png",
    ]  # fmt: skip
    assert dict(matplotlib.rcParams) == settings


def test_pdf_holds_lines_not_a_picture(tmp_path):
    pdf, _ = save(plot_disconnectivity(disconnectivity_graph(*staircase(300))), tmp_path / "figure")
    assert b"/Subtype /Image" not in pdf.read_bytes()


@pytest.mark.parametrize("n", [1, 3])
def test_unconnected_minima_and_single_values_can_be_drawn(n, tmp_path):
    graph = disconnectivity_graph(np.full(n, 0.5), [], [], unconnected="draw")
    figure = plot_disconnectivity(graph, colours=np.full(n, 0.7), colour_label="AUC")
    for path in save(figure, tmp_path / "figure"):
        assert path.stat().st_size > 1000


def test_wrong_number_of_colours_is_named():
    graph = disconnectivity_graph(*staircase(5))
    with pytest.raises(InputError, match="5 minima"):
        plot_disconnectivity(graph, colours=[0.0, 1.0])
    with pytest.raises(InputError, match="expected one each"):
        disconnectivity_panels([graph, graph], colours=[np.zeros(5)])
    with pytest.raises(InputError, match="at least one"):
        disconnectivity_panels([])
