"""How large a part of a round double-ended searches are given."""

import numpy as np
import pytest

from lossland.yields import FIRST_SHARE, LARGEST_SHARE, REMEMBERED, SMALLEST_SHARE, Kind, Yields


def a_round(yields, single, double, cost=100):
    """Count ten searches of both kinds that found so many transition states for so many evaluations each."""
    kinds = 5 * [Kind.MODE, Kind.SURVEY] + 10 * [Kind.CONNECT] + [Kind.START, Kind.HOP]
    n_new = np.zeros(22, dtype=int)
    n_new[0], n_new[10] = single, double
    costs = np.zeros((22, 2), dtype=int)
    costs[:10, 0], costs[10:20, 0], costs[20:, 0] = 100, cost, 10**6
    yields.forget()
    yields.add(kinds, n_new, costs)


def test_little_while_nothing_is_known():
    assert Yields(74).double_ended_share() == FIRST_SHARE


def test_share_is_half_times_the_squared_ratio_of_yields():
    yields = Yields(74)
    a_round(yields, single=100, double=79, cost=200)
    assert yields.double_ended_share() == pytest.approx(0.5 * ((79 + 1) / 200) ** 2)
    a_round(yields, single=100, double=400)
    assert yields.double_ended_share() == LARGEST_SHARE


def test_hessians_cost_as_many_gradients_as_a_ninth_of_the_variables():
    yields = Yields(100)
    yields.add([Kind.MODE, Kind.CONNECT], [8, 1], np.array([[0, 10], [110, 0]]))  # 110 gradients each
    assert yields.double_ended_share() == pytest.approx(0.5 * (2 / 8) ** 2)


def test_share_never_falls_below_the_smallest_and_returns_when_single_ended_searches_find_no_more():
    yields = Yields(74)
    for _ in range(30):
        a_round(yields, single=1000, double=0)
    assert yields.double_ended_share() == SMALLEST_SHARE
    shares = []
    for _ in range(60):
        a_round(yields, single=0, double=0)
        shares.append(yields.double_ended_share())
    assert shares == sorted(shares)
    assert shares[-1] == LARGEST_SHARE


def test_old_rounds_are_forgotten():
    yields = Yields(74)
    a_round(yields, single=50, double=0)
    a_round(yields, single=50, double=50)
    expected = (50 + 1) / (50 + 50 * REMEMBERED)
    assert yields.double_ended_share() == pytest.approx(0.5 * expected**2)
