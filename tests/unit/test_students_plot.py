"""Figure of students: every curve is drawn on both kinds of axes, with the published level and the exponents."""

import numpy as np
import pandas as pd
import pytest

from lossland.errors import InputError
from lossland.plotting.students import LINE_HEIGHT, plot_students

SIZES, SEEDS = (0.5, 1.0, 2.0), (1, 2)
EXPONENTS = {0.5: -0.25, 1.0: -0.5, 2.0: -1.0}


def curves():
    rows = [
        {
            "schedule": schedule,
            "relative_size": size,
            "seed": seed,
            "epoch": epoch,
            "divergence": seed * max(epoch, 1) ** EXPONENTS[size] / size,
        }
        for schedule in ("constant", "decaying")
        for size in SIZES
        for seed in SEEDS
        for epoch in range(10)
    ]
    return pd.DataFrame(rows)


def test_every_curve_is_drawn_on_linear_and_logarithmic_axes():
    figure = plot_students(curves(), title="Students")
    assert [(ax.get_xscale(), ax.get_yscale()) for ax in figure.axes] == [("linear",) * 2, ("log",) * 2] * 2
    for ax in figure.axes:
        assert len(ax.lines) == len(SIZES) * len(SEEDS) + len(SIZES) * (ax.get_xscale() == "log")
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), range(1, 10))
        np.testing.assert_allclose(ax.lines[0].get_ydata(), 2.0 * np.arange(1, 10) ** -0.25)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0.5", "1", "2"]


def test_divergence_of_zero_is_left_out_of_the_power_law():
    table = curves()
    table.loc[(table["epoch"] == 9) & (table["relative_size"] == 2.0), "divergence"] = [0.0, -1e-17] * 2
    ends = [text.get_text() for text in plot_students(table).axes[1].texts[:-1]]
    assert ends == [f"\N{MINUS SIGN}{exponent}" for exponent in ("1.00", "0.50", "0.25")]


def test_power_laws_are_fitted_to_the_ends_and_their_exponents_written_there():
    table = curves()
    early = table["epoch"] <= 6  # two thirds of nine: what does not count
    table.loc[early, "divergence"] = 10.0
    ax = plot_students(table).axes[1]
    for line, size in zip(ax.lines[-len(SIZES) :], SIZES, strict=True):
        x, y = line.get_data()
        assert (x[0], x[-1]) == (7.0, 1.6 * 9)
        # in the middle of both seeds on a logarithmic axis
        np.testing.assert_allclose(y, 2**0.5 * x ** EXPONENTS[size] / size)
    written = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert list(written) == ["\N{MINUS SIGN}1.00", "\N{MINUS SIGN}0.50", "\N{MINUS SIGN}0.25", "exponent"]
    heights = list(written.values())[:-1]
    assert min(np.diff(heights)) > 0.99 * LINE_HEIGHT


def test_exponents_of_equal_curves_do_not_cover_one_another():
    table = curves()
    table["divergence"] = 1.0 / (1.0 + table["epoch"])
    heights = [text.get_position()[1] for text in plot_students(table).axes[1].texts[:-1]]
    np.testing.assert_allclose(np.diff(heights), LINE_HEIGHT, rtol=0.01)


def test_published_level_can_be_told_from_zero_on_the_linear_axes():
    figure = plot_students(curves(), published=0.4)
    for ax in figure.axes:
        level = next(line for line in ax.lines if line.get_label() == "published level, 0.4")
        assert level.get_ydata()[0] == 0.4
    assert figure.legends[0].get_texts()[-1].get_text() == "published level, 0.4"
    # three times the end of the highest student as large as the teacher or larger, whatever the smaller ones do
    assert figure.axes[0].get_ylim() == pytest.approx((0.0, 3.0 * 2.0 / 3.0))
    assert plot_students(curves(), published=2.0).axes[0].get_ylim() == (0.0, 6.0)


def test_what_is_no_table_of_curves_is_refused():
    with pytest.raises(InputError, match="the curves of students have no seed"):
        plot_students(curves().drop(columns="seed"))
    with pytest.raises(InputError, match="the curves of students have no rows"):
        plot_students(curves().iloc[:0])
