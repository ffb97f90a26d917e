"""From a file of ten thousand made-up minima to the table and the picture: what benchmarks/scale.py does at scale."""

import matplotlib.image
import numpy as np
import pytest
from known_landscapes import synthetic_contents, synthetic_stationary_points
from matplotlib.colors import to_rgba
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.analysis.minima_table import minima_table
from lossland.analysis.network_performance import network_performance
from lossland.analysis.performance import auc
from lossland.errors import InputError
from lossland.landscape import Landscape
from lossland.landscape_file import write_contents
from lossland.objectives.mlp import class_probabilities, mlp_cross_entropy
from lossland.plotting import disconnectivity
from lossland.plotting.raster import branch_picture

N_MINIMA, N_STATES = 10_000, 20_000


def minimax_to_lowest(minima, barriers, ends):
    """Highest energy on the lowest path to minimum 0, along a spanning tree that SciPy makes."""
    n, shift = len(minima), 1.0 - minima.min()  # SciPy takes weights of zero for no edge
    order = np.argsort(-barriers, kind="stable")  # of parallel transition states the lowest comes last and stays
    weights = {tuple(sorted(end)): barriers[t] + shift for t, end in zip(order, ends[order].tolist(), strict=True)}
    rows, columns = np.array([pair for pair in weights if pair[0] != pair[1]]).T
    values = [weights[pair] for pair in zip(rows.tolist(), columns.tolist(), strict=True)]
    tree = minimum_spanning_tree(coo_array((values, (rows, columns)), shape=(n, n))).tocsr()
    tree = (tree + tree.T).tocsr()
    highest, waiting = np.full(n, np.inf), [0]
    highest[0] = minima[0]
    while waiting:
        row = waiting.pop()
        for at in range(tree.indptr[row], tree.indptr[row + 1]):
            other = tree.indices[at]
            if np.isinf(highest[other]):
                highest[other] = max(highest[row], tree.data[at] - shift)
                waiting.append(other)
    return highest


def test_ten_thousand_minima_from_file_to_table_and_picture(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(50, 2)), np.arange(50) % 4
    objective = mlp_cross_entropy([2, 3, 4], inputs, labels, 1e-4)
    path = tmp_path / "landscape.h5"
    write_contents(path, synthetic_contents(objective, N_MINIMA, N_STATES), np.arange(N_MINIMA), np.arange(N_STATES))
    landscape = Landscape.read(path)
    minima, states = landscape.minima, landscape.transition_states

    table = minima_table(minima.energy, states.energy, states.minima, thresholds=(np.median(states.energy),))
    twin = minimax_to_lowest(minima.energy, states.energy, states.minima)
    np.testing.assert_allclose(table["barrier"], twin - minima.energy, rtol=0, atol=1e-12)
    assert table["degree"].sum() + 2 * table["n_degenerate"].sum() == 2 * N_STATES
    low = states.energy <= np.median(states.energy)
    joined = coo_array((np.ones(low.sum()), tuple(states.minima[low].T)), shape=(N_MINIMA,) * 2)
    number, labels_of = connected_components(joined, directed=False)
    inside = table["superbasin_0"] >= 0
    assert table["superbasin_0"][inside].nunique() == np.unique(labels_of[inside]).size

    measured = network_performance(objective.network, minima.x, inputs, labels, threads=2)
    some = rng.integers(0, N_MINIMA, 20)
    plain = [auc(class_probabilities(objective.network, minima.x[row], inputs), labels) for row in some]
    np.testing.assert_allclose(measured["auc"][some], plain, atol=1e-12)

    graph = disconnectivity_graph(minima.energy, states.energy, states.minima, unconnected="draw")
    assert graph.n_leaves == N_MINIMA
    monkeypatch.setattr(disconnectivity, "MOST_VECTOR_BRANCHES", 5000)
    figure = disconnectivity.plot_disconnectivity(graph, colours=measured["auc"])
    assert len(figure.axes[0].images) == 1
    assert len(figure.axes[0].collections) == 0
    pdf, png = disconnectivity.save(figure, tmp_path / "graph")
    assert matplotlib.image.imread(png).shape[0] > 1000
    assert pdf.stat().st_size < 20_000_000


def test_pixels_are_painted_where_branches_run():
    branches = np.array([[[0.5, 0.0], [0.5, 4.0], [3.5, 4.0]], [[2.5, 1.0], [2.5, 1.0], [2.5, 3.0]]])
    colours = np.array([[255, 0, 0, 255], [0, 0, 255, 255]])
    picture = branch_picture(branches, [0, 1], colours, (0.0, 4.0), (0.0, 4.0), (8, 8))
    red = np.zeros((8, 8), dtype=bool)
    red[:, 1] = red[0, 1:8] = True  # up the left side, then along the top
    blue = np.zeros((8, 8), dtype=bool)
    blue[2:7, 5] = True
    np.testing.assert_array_equal(picture[..., 3] == 255, red | blue)
    np.testing.assert_array_equal(picture[..., 0] == 255, red)
    np.testing.assert_array_equal(picture[..., 2] == 255, blue)


def test_the_last_branch_lies_on_top():
    branches = np.tile([[0.0, 0.5], [1.0, 0.5], [1.0, 0.5]], (2, 1, 1))
    colours = np.array([[9, 9, 9, 255], [200, 0, 0, 255]])
    for order in ([0, 1], [1, 0]):
        picture = branch_picture(branches, order, colours, (0.0, 1.0), (0.0, 1.0), (3, 5))
        assert (picture[1] == colours[order[1]]).all()


def test_picture_of_many_branches_shows_what_the_drawing_of_few_does(monkeypatch):
    stationary = synthetic_stationary_points(300, 600)
    graph = disconnectivity_graph(*stationary, unconnected="draw")
    pixels = []
    for most in (10**6, 0):
        monkeypatch.setattr(disconnectivity, "MOST_VECTOR_BRANCHES", most)
        figure = disconnectivity.plot_disconnectivity(graph, axis=False, scale_bar=False, ylabel="", line_width=0.5)
        figure.set_dpi(100)
        figure.canvas.draw()
        dark = 255.0 - np.asarray(figure.canvas.buffer_rgba())[..., 0]
        height, width = (size // 10 * 10 for size in dark.shape)
        pixels.append(dark[:height, :width].reshape(height // 10, 10, width // 10, 10).mean(axis=(1, 3)).ravel())
    assert np.corrcoef(pixels)[0, 1] > 0.95


@pytest.mark.parametrize("point", [(-0.1, 0.5), (0.5, 1.2), (np.nan, 0.5)])
def test_a_branch_outside_the_picture_is_refused(point):
    branches = np.array([[[0.5, 0.5], [0.5, 0.5], point]])
    with pytest.raises(InputError, match="the picture from"):
        branch_picture(branches, [0], np.array([to_rgba("k")]), (0.0, 1.0), (0.0, 1.0), (4, 4))
