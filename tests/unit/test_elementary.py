"""Vectorising exp, tanh, sine and cosine against arbitrary precision, and at the edges of double precision."""

import mpmath
import numpy as np
import pytest

from lossland.objectives.elementary import exp, exp_of_negative, sine_cosine, tanh

EPSILON = np.finfo(float).eps


def errors_in_ulp(function, reference, points):
    with mpmath.workdps(40):
        exact = [reference(mpmath.mpf(float(point))) for point in points]
        pairs = zip(points, exact, strict=True)
        return max(float(abs(mpmath.mpf(function(point)) - value) / (abs(value) * EPSILON)) for point, value in pairs)


def spread(low, high, seed=0):
    rng = np.random.default_rng(seed)
    magnitudes = 10.0 ** rng.uniform(np.log10(low), np.log10(high), 1000)
    return magnitudes * rng.choice([-1.0, 1.0], 1000)


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e-10), (1e-10, 0.1), (0.1, 0.6), (0.1, 2.0), (2.0, 25.0)])
def test_tanh_is_within_three_units_in_the_last_place(low, high):
    assert errors_in_ulp(tanh, mpmath.tanh, spread(low, high)) < 3.0


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e-3), (1e-3, 1.0), (1.0, 700.0)])
def test_exp_is_within_two_units_in_the_last_place(low, high):
    assert errors_in_ulp(exp, mpmath.exp, spread(low, high)) < 2.0


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e-3), (1e-3, 1.0), (1.0, 708.0)])
def test_exp_of_negative_is_within_two_units_in_the_last_place(low, high):
    assert errors_in_ulp(exp_of_negative, mpmath.exp, -np.abs(spread(low, high))) < 2.0


def test_exp_of_negative_keeps_zero_infinity_and_nan():
    assert exp_of_negative(0.0) == exp_of_negative(-0.0) == 1.0
    assert exp_of_negative(-np.inf) == exp_of_negative(-750.0) == 0.0
    assert np.isnan(exp_of_negative(np.nan))


def test_tanh_is_odd_to_the_last_bit():
    assert all(tanh(-x) == -tanh(x) for x in spread(1e-3, 25.0))


def test_tanh_keeps_zero_infinity_and_nan():
    assert tanh(0.0) == 0.0
    assert tanh(np.inf) == tanh(1e308) == 1.0
    assert tanh(-np.inf) == tanh(-1e308) == -1.0
    assert np.isnan(tanh(np.nan))


def test_exp_keeps_zero_infinity_and_nan():
    assert exp(0.0) == exp(-0.0) == 1.0
    assert exp(np.inf) == exp(710.0) == np.inf
    assert exp(-np.inf) == exp(-750.0) == 0.0
    assert exp(709.0) == pytest.approx(np.exp(709.0), rel=4 * EPSILON)
    assert np.isnan(exp(np.nan))


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e-8), (1e-8, 1.0), (1.0, 100.0), (100.0, 1e9)])
def test_sine_and_cosine_are_within_one_unit_in_the_last_place(low, high):
    points = spread(low, high)
    assert errors_in_ulp(lambda x: sine_cosine(x)[0], mpmath.sin, points) < 1.0
    assert errors_in_ulp(lambda x: sine_cosine(x)[1], mpmath.cos, points) < 1.0


def test_sine_is_odd_and_cosine_even_to_the_last_bit():
    for x in spread(1e-3, 1e4):
        (sine, cosine), (other_sine, other_cosine) = sine_cosine(x), sine_cosine(-x)
        assert (other_sine, other_cosine) == (-sine, cosine)


def test_sine_and_cosine_keep_zero_and_nan():
    assert sine_cosine(0.0) == sine_cosine(-0.0) == (0.0, 1.0)
    assert np.isnan([sine_cosine(x) for x in (np.nan, np.inf, -np.inf)]).all()
