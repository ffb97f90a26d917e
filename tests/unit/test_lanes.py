"""Four numbers at once give what each of them gives alone, to the last bit."""

import numba
import numpy as np
import pytest

from lossland.objectives.elementary import exp_of_negative, tanh
from lossland.objectives.lanes import (
    WIDTH,
    as_numbers,
    fma,
    larger,
    load,
    only_first,
    smaller,
    spread,
    store,
    unless_below,
    where_equal,
)

VALUES = np.array([0.0, -0.0, 1e-300, 0.3, -0.7, 3.0, -25.0, 1e308, -800.0, np.inf, -np.inf, np.nan])


@numba.njit(error_model="numpy")
def mixed(x, y):
    """Return what uses every operation, on numbers, lanes, or both."""
    chosen = smaller(2.0, x) + larger(y, -3.0) * 0.5 - unless_below(x, y, 1.5 * y)
    return fma(x, 0.1, chosen / (y - 0.25)) + where_equal(x, y, 7.0 - x)


@numba.njit
def on_lanes(function, first, second, result):
    """Overwrite a row of results, ``WIDTH`` numbers at a time."""
    for k in range(0, first.shape[1], WIDTH):
        store(result, 0, k, function(load(first, 0, k), load(second, 0, k)))


@numba.njit
def both_functions(x, y):
    """Return a sum that depends on every bit of both functions."""
    return tanh(x) + exp_of_negative(y)


@pytest.mark.parametrize("function", [mixed, both_functions])
def test_lanes_give_what_numbers_give_to_the_last_bit(function):
    first, second = (part.ravel().reshape(1, -1) for part in np.meshgrid(VALUES, VALUES))
    found = np.empty_like(first)
    on_lanes(function, first, second, found)
    expected = [function(x, y) for x, y in zip(first[0], second[0], strict=True)]
    assert np.array_equal(found[0], expected, equal_nan=True)


def test_lanes_are_loaded_and_stored_from_any_place():
    @numba.njit
    def copy(source, target):
        store(target, 1, 3, load(source, 2, 1))

    source, target = np.arange(21.0).reshape(3, 7), np.zeros((2, 9))
    copy(source, target)
    assert target[1].tolist() == [0.0, 0.0, 0.0, 15.0, 16.0, 17.0, 18.0, 0.0, 0.0]
    assert not target[0].any()


def test_lanes_are_made_of_numbers_and_taken_apart():
    @numba.njit
    def made(x):
        return as_numbers(only_first(x)), as_numbers(spread(x))

    assert made(2.5) == ((2.5, 0.0, 0.0, 0.0), (2.5,) * WIDTH)
