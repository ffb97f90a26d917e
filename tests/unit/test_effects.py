"""Effects over draws: intervals against scipy's own tests, verdicts where the answer is known."""

import math

import numpy as np
import pytest
from scipy import stats

from lossland.analysis.effects import difference_effect, estimate_effect, mean_effect, slope, slope_effect
from lossland.errors import InputError

RNG = np.random.default_rng(7)
VALUES, OTHERS = RNG.normal(1.0, 0.5, size=8), RNG.normal(0.2, 0.9, size=5)


def test_mean_has_the_interval_of_a_t_test():
    result = mean_effect(VALUES, confidence=0.9)
    low, high = stats.ttest_1samp(VALUES, 0.0).confidence_interval(0.9)
    assert (result["low"], result["high"]) == pytest.approx((low, high), rel=1e-12)
    assert result["effect_size"] == pytest.approx(VALUES.mean() / VALUES.std(ddof=1), rel=1e-12)
    assert result["n"] == 8


def test_difference_has_the_interval_of_welch():
    result = difference_effect(VALUES, OTHERS)
    low, high = stats.ttest_ind(VALUES, OTHERS, equal_var=False).confidence_interval(0.95)
    assert (result["low"], result["high"]) == pytest.approx((low, high), rel=1e-12)
    assert result["n"] == 5


@pytest.mark.parametrize(
    ("values", "expected", "verdict"),
    [
        ([1.0, 1.1, 0.9], "> 0", "supported"),
        ([1.0, 1.1, 0.9], "< 0", "contradicted"),
        ([-1.0, -1.1, -0.9], "< 0", "supported"),
        ([1.0, -1.0, 0.5], "> 0", "undecided"),
        ([1.0, math.nan], "> 0", "too few draws"),
        ([], "> 0", "too few draws"),
        ([2.0, 2.0], "> 0", "no spread"),
        ([0.1, 0.1, 0.1], "> 0", "no spread"),  # whose standard deviation is 1e-17
        ([math.log(6 / 2), math.log(12 / 4), math.log(18 / 6)], "> 0", "no spread"),
    ],
)
def test_verdict(values, expected, verdict):
    assert mean_effect(values, expected)["verdict"] == verdict


def test_difference_of_equal_draws_has_no_spread():
    assert difference_effect([0.3, 0.3, 0.3], [0.1, 0.1, 0.1])["verdict"] == "no spread"


def test_draws_without_the_number_are_left_out():
    assert mean_effect([1.0, math.nan, 2.0, 4.0]) == mean_effect([1.0, 2.0, 4.0])
    assert difference_effect([1.0, math.nan, 2.0], [0.0, 0.5]) == difference_effect([1.0, 2.0], [0.0, 0.5])


def test_difference_of_one_draw_has_an_effect_but_no_interval():
    result = difference_effect([3.0], [1.0, 2.0])
    assert result["effect"] == 1.5
    assert math.isnan(result["low"])
    assert result["verdict"] == "too few draws"


def test_slope_is_that_of_the_line():
    assert slope([0.0, 0.1, 0.5, 1.0], [2.0, 2.3, 3.5, 5.0]) == pytest.approx(3.0, rel=1e-12)
    assert math.isnan(slope([0.0, 0.1, 1.0], [2.0, math.nan, 5.0]))  # of other levels it would be another number
    assert math.isnan(slope([0.5, 0.5], [1.0, 2.0]))


def test_slope_through_draws_has_the_interval_of_linear_regression():
    x, y = [1.0, 2.0, 4.0], [VALUES[:3], [*OTHERS[:2], math.nan], VALUES[3:]]
    flat = stats.linregress(np.repeat(x, [3, 2, 5]), [*VALUES[:3], *OTHERS[:2], *VALUES[3:]])
    half = stats.t.ppf(0.975, 8) * flat.stderr
    result = slope_effect(x, y, "< 0")
    assert (result["effect"], result["n"]) == (pytest.approx(flat.slope, rel=1e-12), 10)
    assert (result["low"], result["high"]) == pytest.approx((flat.slope - half, flat.slope + half), rel=1e-12)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1.0, 3.0], [[1.0], [2.0]], 0.5),  # two points have a slope
        ([1.0], [[1.0, 2.0, 4.0]], math.nan),
        ([1.0, 2.0], [[], []], math.nan),
    ],
)
def test_slope_through_too_few_draws_has_no_interval(x, y, expected):
    result = slope_effect(x, y)
    assert (result["verdict"], math.isnan(result["low"])) == ("too few draws", True)
    assert result["effect"] == pytest.approx(expected, nan_ok=True)


def test_unknown_expectation():
    with pytest.raises(InputError, match="expected is '= 0', but must be"):
        mean_effect([1.0, 2.0], "= 0")


def test_fitted_number_has_the_interval_of_its_error():
    found = estimate_effect(-1.0, 0.25, 5, 7, "< 0")
    assert (found["low"], found["high"]) == pytest.approx((-1.0 - 0.25 * 2.570582, -1.0 + 0.25 * 2.570582), rel=1e-6)
    assert (found["effect_size"], found["n"], found["verdict"]) == (-4.0, 7, "supported")
    assert estimate_effect(-0.5, 0.25, 5, 7, "< 0")["verdict"] == "undecided"
    assert estimate_effect(1.0, 0.25, 5, 7, "< 0")["verdict"] == "contradicted"
