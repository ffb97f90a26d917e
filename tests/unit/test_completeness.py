"""Coverage and richness: values by hand, and draws from known distributions."""

import numpy as np
import pytest
from scipy.stats import norm

from lossland.completeness import chao1, good_turing_coverage
from lossland.errors import InputError


def draw(shares, n_searches, n_repeats, seed):
    """Hits of each point in repeated series of searches, shape (n_repeats, n_points)."""
    return np.random.default_rng(seed).multinomial(n_searches, shares, n_repeats)


def uneven(n_points):
    shares = 1.0 / np.arange(1, n_points + 1)
    return shares / shares.sum()


def test_coverage_by_hand():
    # 3 points once, 2 twice, one 5 times: n = 12
    coverage = good_turing_coverage([1, 1, 1, 2, 2, 5, 0])
    assert coverage.n_searches == 12
    assert coverage.value == pytest.approx(1 - 3 / 12, rel=1e-15)
    assert coverage.standard_error == pytest.approx(np.sqrt(3 + 2 * 2 - 9 / 12) / 12, rel=1e-15)
    assert good_turing_coverage([1, 1, 1]).value == 0.0
    assert good_turing_coverage([4, 3]) == (1.0, 0.0, 7)
    assert good_turing_coverage([]) == (0.0, 0.0, 0)


def test_chao1_by_hand():
    richness = chao1([1, 1, 1, 2, 2, 5, 0])
    k = 11 / 12
    unseen = k * 3 * 2 / (2 * 3)
    variance = unseen + k**2 * 3 * 25 / (4 * 9) + k**2 * 9 * 2 * 4 / (4 * 81)
    spread = np.exp(norm.ppf(0.975) * np.sqrt(np.log(1 + variance / unseen**2)))
    expected = (6, 6 + unseen, np.sqrt(variance), 6 + unseen / spread, 6 + unseen * spread)
    assert richness == pytest.approx(expected, rel=1e-12)


def test_chao1_without_twice_found_points_by_hand():
    richness = chao1([1, 1, 1, 5])
    k = 7 / 8
    unseen = k * 3 * 2 / 2
    variance = unseen + k**2 * 3 * 25 / 4 - k**2 * 81 / (4 * (4 + unseen))
    assert richness[:3] == pytest.approx((4, 4 + unseen, np.sqrt(variance)), rel=1e-12)


def test_chao1_where_nothing_points_to_unseen_minima():
    sure, single, nothing = chao1([50, 80, 30]), chao1([1]), chao1([])
    assert sure == pytest.approx((3, 3.0, 0.0, 3.0, 3.0), abs=1e-6)
    assert (single.estimate, single.low) == (1.0, 1.0)
    assert single.high > 1.5
    assert (nothing.n_found, nothing.estimate, nothing.low, nothing.high) == (0, 0.0, 0.0, np.inf)


def test_points_found_otherwise_are_no_discoveries_by_hand():
    # of 4 points found once two are known otherwise, of 2 found twice one; two more are known from elsewhere alone
    hits, others = [1, 1, 1, 1, 2, 2, 5, 0, 0], [0, 0, 3, 1, 0, 4, 0, 2, 7]
    coverage, richness = good_turing_coverage(hits, others), chao1(hits, others)
    assert coverage.n_searches == 13
    assert coverage.value == pytest.approx(1 - 2 / 13, rel=1e-15)
    assert coverage.standard_error == pytest.approx(np.sqrt(2 + 2 * 1 - 4 / 13) / 13, rel=1e-15)
    assert richness.n_found == 9
    assert richness.estimate == pytest.approx(9 + 12 / 13 * 2 * 1 / (2 * 2), rel=1e-15)
    assert good_turing_coverage([1, 2], [1, 1]) == (1.0, 0.0, 3)
    assert chao1([1, 2], [1, 1])[:2] == (2, 2.0)
    assert chao1([0, 0], [1, 1])[:2] == (2, 2.0)
    assert good_turing_coverage([0, 0], [1, 1]) == (0.0, 0.0, 0)


def test_others_of_none_change_nothing():
    hits = [1, 1, 1, 2, 2, 5]
    assert good_turing_coverage(hits, np.zeros(6, dtype=int)) == good_turing_coverage(hits)
    assert chao1(hits, np.zeros(6, dtype=int)) == chao1(hits)


def test_both_estimates_hold_beside_searches_that_are_no_draws():
    # 200 points, every third known from elsewhere, whatever its chance
    shares, hits = uneven(200), draw(uneven(200), 400, 2000, seed=7)
    others = np.where(np.arange(200) % 3 == 0, 1 + np.arange(200) % 5, 0)
    truth = (shares * ((hits + others) > 0)).sum(axis=1)
    estimates = [good_turing_coverage(h, others) for h in hits]
    errors = np.array([e.value for e in estimates]) - truth
    z = errors / np.array([e.standard_error for e in estimates])
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(2000) + 1 / 400
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * 2000)
    richness = np.array([chao1(h, others).estimate for h in hits])
    assert ((hits + others) > 0).sum(axis=1).mean() < richness.mean() < 200


def test_coverage_predicts_the_true_coverage_within_its_error():
    shares = uneven(300)
    hits = draw(shares, 1000, 2000, seed=1)
    truth = (shares * (hits > 0)).sum(axis=1)
    estimates = [good_turing_coverage(h) for h in hits]
    errors = np.array([e.value for e in estimates]) - truth
    z = errors / np.array([e.standard_error for e in estimates])
    # unbiased to the order 1/n, and z of unit variance: 4 standard errors of 2,000 repeats, plus the known bias <= 1/n
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(2000) + 1e-3
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * 2000)


def test_chao1_is_unbiased_and_its_interval_holds_the_truth_for_equal_shares():
    hits = draw(np.full(100, 0.01), 250, 1000, seed=2)
    estimates = [chao1(h) for h in hits]
    values = np.array([e.estimate for e in estimates])
    assert abs(values.mean() - 100) < 1.0
    # the analytic variance is that of the spread over repeats, within a fifth
    assert np.sqrt(np.mean([e.standard_error**2 for e in estimates])) == pytest.approx(values.std(), rel=0.2)
    held = np.mean([e.low <= 100 <= e.high for e in estimates])
    assert 0.90 < held < 0.99


def test_chao1_is_a_lower_bound_for_uneven_shares():
    hits = draw(uneven(300), 1000, 500, seed=3)
    estimates = np.array([chao1(h).estimate for h in hits])
    found = (hits > 0).sum(axis=1)
    assert found.mean() < estimates.mean() < 300
    assert abs(estimates.mean() - 300) < abs(found.mean() - 300) / 2


@pytest.mark.parametrize("hits", [[1, -1], [0.5, 2.0], [[1, 2]]])
def test_bad_hits_are_refused(hits):
    for estimate in (good_turing_coverage, chao1):
        with pytest.raises(InputError, match="hits"):
            estimate(hits)
        with pytest.raises(InputError, match="others"):
            estimate([1, 2], hits)
        with pytest.raises(InputError, match="others"):
            estimate([1, 2], [1, 2, 3])
