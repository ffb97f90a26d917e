"""The figure of a spread shows every minimum, mean and deviation, and the published ones beside them."""

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.plotting.spread import plot_spread

VALUES = [[np.array([0.9, 0.92]), np.array([0.94])], [np.array([0.5, np.nan, 0.7])]]

WIDER = ("over classes and minima", [0.05, 0.06])


def test_dots_means_and_deviations():
    figure = plot_spread(["0", "50"], VALUES, published={"mean": [0.95, 0.6], "sd": [0.01, 0.02]}, wider=WIDER)
    dots, spreads = figure.axes
    shown = np.sort(np.concatenate([line.get_ydata() for line in dots.lines if line.get_marker() == "o"][:2]))
    assert shown.tolist() == [0.5, 0.7, 0.9, 0.92, 0.94]
    ours, wider, published = spreads.lines
    assert list(wider.get_ydata()) == WIDER[1]
    assert ours.get_ydata().tolist() == [np.mean([np.std([0.9, 0.92]), 0.0]), np.std([0.5, 0.7])]
    assert list(published.get_ydata()) == [0.01, 0.02]
    assert [text.get_text() for text in spreads.get_xticklabels()] == ["0", "50"]
    means = [container.lines[0].get_ydata() for container in dots.containers]
    assert np.allclose(means, [[0.925, 0.6], [0.95, 0.6]])


def test_nothing_published_and_nothing_found():
    figure = plot_spread(["0", "50"], [VALUES[0], [np.array([np.nan])]])
    assert len(figure.axes[0].containers) == 1
    assert np.isnan(figure.axes[1].lines[0].get_ydata()[1])


@pytest.mark.parametrize(
    ("levels", "values", "published"),
    [([], [], None), (["0"], VALUES, None), (["0", "50"], VALUES, {"mean": [0.9], "sd": [0.1]})],
)
def test_as_many_of_each(levels, values, published):
    with pytest.raises(InputError, match="expected as many of each"):
        plot_spread(levels, values, published=published)
