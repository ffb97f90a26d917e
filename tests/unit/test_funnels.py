"""Funnels of small graphs, counted by hand."""

import math

import numpy as np
import pytest

from lossland.analysis.funnels import frustration, monotonic_sequence_bottoms

# minima 0 .. 4; 3 and 4 form a second funnel, joined to the first above both
ENERGIES = np.array([0.0, 1.0, 2.0, 0.5, 3.0])
ENDS = np.array([[0, 1], [1, 2], [3, 4], [2, 4], [2, 2]])
STATES = np.array([1.5, 2.5, 3.5, 4.0, 2.1])


def test_two_funnels_have_two_bottoms():
    assert monotonic_sequence_bottoms(ENERGIES, STATES, ENDS).tolist() == [0, 3]


def test_perfect_funnel_has_one():
    assert monotonic_sequence_bottoms(ENERGIES[:3], STATES[:2], ENDS[:2]).tolist() == [0]


def test_minimum_without_neighbours_is_a_bottom():
    nothing = np.zeros((0, 2), dtype=int)
    assert monotonic_sequence_bottoms(ENERGIES, np.zeros(0), nothing).tolist() == [0, 1, 2, 3, 4]


def test_frustration_is_the_median_of_barrier_over_height():
    # highest point on the way down to 0: 1.5 from 1, 2.5 from 2, 4.0 from 3 and 4
    ratios = [0.5 / 1.0, 0.5 / 2.0, 3.5 / 0.5, 1.0 / 3.0]
    assert frustration(ENERGIES, STATES, ENDS) == pytest.approx(np.median(ratios), rel=1e-14)


def test_what_no_path_joins_does_not_count():
    assert frustration(ENERGIES, STATES[:2], ENDS[:2]) == pytest.approx((0.5 + 0.25) / 2, rel=1e-14)
    assert math.isnan(frustration(ENERGIES[:1], np.zeros(0), np.zeros((0, 2), dtype=int)))
