"""Figure of students: every curve is drawn on both kinds of axes."""

import numpy as np
import pandas as pd
import pytest

from lossland.errors import InputError
from lossland.plotting.students import plot_students


def curves():
    rows = [
        {
            "schedule": schedule,
            "relative_size": size,
            "seed": seed,
            "epoch": epoch,
            "divergence": size / (1 + epoch) + seed,
        }
        for schedule in ("constant", "decaying")
        for size in (0.5, 2.0)
        for seed in (1, 2)
        for epoch in range(4)
    ]
    return pd.DataFrame(rows)


def test_every_curve_is_drawn_on_linear_and_logarithmic_axes():
    figure = plot_students(curves(), title="Students")
    assert [(ax.get_xscale(), ax.get_yscale()) for ax in figure.axes] == [("linear",) * 2, ("log",) * 2] * 2
    for ax in figure.axes:
        assert len(ax.lines) == 4
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
        np.testing.assert_allclose(ax.lines[0].get_ydata(), 1 + 0.5 / np.array([2, 3, 4]))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0.5", "2"]


def test_what_is_no_table_of_curves_is_refused():
    with pytest.raises(InputError, match="the curves of students have no seed"):
        plot_students(curves().drop(columns="seed"))
    with pytest.raises(InputError, match="the curves of students have no rows"):
        plot_students(curves().iloc[:0])
