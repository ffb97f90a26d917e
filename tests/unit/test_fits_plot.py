"""Pictures of fits: what is drawn is what was handed in."""

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.plotting.fits import plot_counts, plot_fits

GRID = np.linspace(0.0, 3.0, 20)


def test_data_and_curves_are_drawn_and_named():
    curves = np.array([np.sin(GRID), np.cos(GRID), 5.0 * GRID])
    figure = plot_fits([1.0, 2.0], [0.5, -0.8], GRID, curves, title="Regression")
    ax = figure.axes[0]
    drawn = [line.get_ydata() for line in ax.lines if len(line.get_xdata()) == GRID.size]
    assert len(drawn) == 3
    assert any(np.array_equal(line, curves[2]) for line in drawn)
    assert ax.get_ylim() == pytest.approx((-1.28, 1.28))  # the data fix the scale, not a curve that leaves it
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["2 other minima", "global minimum", "data"]


def test_one_curve_has_no_others():
    figure = plot_fits([1.0], [0.5], GRID, np.sin(GRID))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["global minimum", "data"]


def test_counts_and_the_published_number():
    figure = plot_counts([[1, 2], [1, 2, 3]], [[3, 8], [4, 9, 20]], published=89.0, xlabel="frequency")
    ax = figure.axes[0]
    assert [line.get_ydata().tolist() for line in ax.lines[:2]] == [[3, 8], [4, 9, 20]]
    assert ax.lines[2].get_ydata()[0] == 89.0
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["draws of the data", "published: 89"]


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="expected as many, and one curve"):
        plot_fits([1.0], [1.0], GRID, np.ones((2, 3)))
    with pytest.raises(InputError, match="expected as many, at least one"):
        plot_counts([[1, 2]], [[1]])
