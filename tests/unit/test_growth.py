"""Growth curves: counted from arrivals, refused when impossible, and drawn with what they are compared with."""

import numpy as np
import pytest

from lossland.completeness import GROWTH_COLUMNS, distinct_found, growth_table
from lossland.errors import InputError
from lossland.plotting.growth import plot_growth


def growth(seed=0, n_rounds=20):
    """Growth of a made-up exploration: distinct points among more and more draws."""
    rng = np.random.default_rng(seed)
    rows = {what: rng.geometric(0.1, 10 * n_rounds) for what in ("minima", "transition_states")}
    at = np.arange(10, 10 * n_rounds + 1, 10)
    columns = {"n_searches": at, "n_evaluations": 100 * at, "n_hessians": 7 * at}
    for what, drawn in rows.items():
        columns |= {f"n_{what}": distinct_found(drawn)[at - 1], f"hits_{what}": at}
        columns[f"coverage_{what}"] = 1.0 - 1.0 / at
    return columns


def test_distinct_points_are_counted_as_they_come():
    assert distinct_found([4, 4, -2, 0, 4, 7, -1, 0]).tolist() == [1, 1, 1, 2, 2, 3, 3, 3]
    assert distinct_found([]).tolist() == []
    rows = np.random.default_rng(1).integers(-1, 40, 300)
    assert distinct_found(rows).tolist() == [len(set(rows[: i + 1]) - {-1}) for i in range(300)]


def test_growth_is_a_table_with_one_row_a_round():
    table = growth_table(growth())
    assert list(table) == list(GROWTH_COLUMNS)
    assert len(table) == 20
    assert table.equals(growth_table(table))


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("n_minima", None, "lacks the column n_minima"),
        ("n_hessians", [1, 2], "n_hessians has shape"),
        ("n_searches", range(20, 0, -1), "n_searches is a total"),
        ("coverage_minima", [1.5] * 20, "between 0 and 1"),
        ("coverage_transition_states", [np.nan] * 20, "between 0 and 1"),
    ],
)
def test_what_is_no_growth_is_refused(name, values, message):
    columns = growth()
    del columns[name]
    if values is not None:
        columns[name] = list(values)
    with pytest.raises(InputError, match=message):
        growth_table(columns)


def test_figure_shows_every_curve_and_the_published_numbers():
    curves = [growth(seed) for seed in range(3)]
    figure = plot_growth(curves, published={"minima": 33, "transition_states": 44}, against="n_evaluations")
    counts, coverages = figure.axes
    drawn = [line.get_xydata() for line in counts.lines if len(line.get_xdata()) == 20]
    expected = [
        np.column_stack([curve["n_evaluations"], curve[f"n_{what}"]])
        for what in ("minima", "transition_states")
        for curve in curves
    ]
    for line, points in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(line, points)
    levels = [line.get_ydata()[0] for line in counts.lines if line.get_linestyle() == "--" and len(line.get_ydata())]
    assert levels == [33, 44]
    assert len(coverages.lines) == 6
    assert counts.get_xlabel() == "evaluations"


@pytest.mark.parametrize(
    ("curves", "options", "message"),
    [
        ([], {}, "no growth curve"),
        ([growth()], {"published": {"saddles": 3}}, "saddles"),
        ([growth()], {"against": "coverage_minima"}, "against"),
    ],
)
def test_bad_input_is_named(curves, options, message):
    with pytest.raises(InputError, match=message):
        plot_growth(curves, **options)
