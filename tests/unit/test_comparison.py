"""The verdict on a published number."""

import numpy as np
import pytest

from lossland.analysis.comparison import compare, compare_exact
from lossland.errors import InputError


def test_z_and_verdict_by_hand():
    result = compare([1.0, 2.0, 3.0], 5.0)
    assert (result["mean"], result["sd"], result["n"]) == (2.0, 1.0, 3)
    assert result["z"] == pytest.approx(3 / np.sqrt(4 / 3), rel=1e-15)
    assert result["verdict"] == "inside"  # Student's t, 2 degrees of freedom: 4.303
    assert compare([1.0, 2.0, 3.0], 6.98)["verdict"] == "outside"  # limit 2 + 4.3027 * sqrt(4/3) = 6.968
    assert compare([1.0, 2.0, 3.0], 6.96)["verdict"] == "inside"
    assert compare([1.0, 2.0, 3.0], -2.98)["verdict"] == "outside"


@pytest.mark.parametrize("n", [2, 5])
def test_one_more_draw_is_inside_as_often_as_stated(n):
    draws = np.random.default_rng(n).normal(3.0, 0.7, (4000, n + 1))
    inside = np.mean([compare(d[:n], d[n])["verdict"] == "inside" for d in draws])
    assert abs(inside - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4000)


def test_no_statement_where_none_can_be_made():
    assert compare([], 1.0)["verdict"] == "too few draws"
    one = compare([2.0], 1.0)
    assert (one["mean"], one["n"], one["verdict"]) == (2.0, 1, "one draw")
    assert np.isnan(one["sd"])
    assert np.isnan(one["z"])
    for published in (None, float("nan")):
        result = compare([1.0, 2.0], published)
        assert result["verdict"] == "not published"
        assert np.isnan(result["z"])
        assert result["mean"] == 1.5


def test_draws_without_spread():
    same, other = compare([0.1, 0.1, 0.1], 0.1), compare([6, 6, 6], 7)
    assert (same["sd"], same["z"], same["verdict"]) == (0.0, 0.0, "inside")
    assert (other["sd"], other["verdict"]) == (0.0, "no spread")
    assert np.isnan(other["z"])


def test_nan_among_the_draws_is_refused():
    with pytest.raises(InputError, match="finite"):
        compare([1.0, float("nan")], 1.0)


@pytest.mark.parametrize(
    ("value", "published", "verdict"),
    [
        (1.656998, "1.657", "agrees"),
        (1.656998, "1.656", "differs"),
        (1.656998, "1.6570", "agrees"),
        (1.656998, "1.65700", "agrees"),
        (1.656998, "1.65699", "differs"),
        (-1.656998, "1.657", "differs"),
        (89.4, "89", "agrees"),
        (-0.0001, "0.00", "agrees"),
        (89.6, "89", "differs"),
        (1.656998, None, "not published"),
    ],
)
def test_exact_number_agrees_when_all_printed_digits_do(value, published, verdict):
    assert compare_exact(value, published) == verdict
