"""Power laws: against scipy's own fit, and the spread of many fits against the error that each one states."""

import math

import numpy as np
import pytest
from scipy.optimize import curve_fit

from lossland.analysis.scaling import power_law_fit, variances
from lossland.errors import InputError

SIZES = np.array([10, 20, 50, 100, 200])
ERRORS = np.array([0.05, 0.02, 0.1, 0.03, 0.2])  # relative


def drawn(rng):
    """Return variances 3 n**-1.5 with normal errors of their logarithms."""
    return 3.0 * SIZES**-1.5 * np.exp(rng.normal(0.0, ERRORS))


def test_fit_is_that_of_scipy():
    variance = drawn(np.random.default_rng(3))
    result = power_law_fit(SIZES, variance, ERRORS * variance)
    (level, exponent), covariance = curve_fit(
        lambda x, a, b: a + b * x, np.log(SIZES), np.log(variance), sigma=ERRORS, absolute_sigma=True
    )
    assert result["exponent"] == pytest.approx(exponent, rel=1e-6)
    assert result["exponent_error"] == pytest.approx(math.sqrt(covariance[1, 1]), rel=1e-6)
    assert result["prefactor"] == pytest.approx(math.exp(level), rel=1e-6)


def test_exponents_scatter_by_the_stated_error():
    rng = np.random.default_rng(5)
    fits = [power_law_fit(SIZES, variance, ERRORS * variance) for variance in (drawn(rng) for _ in range(2000))]
    exponents = np.array([fit["exponent"] for fit in fits])
    stated = fits[0]["exponent_error"]
    assert exponents.mean() == pytest.approx(-1.5, abs=4 * stated / math.sqrt(2000))
    assert exponents.std() == pytest.approx(stated, rel=0.06)  # its own standard error is 1.6 percent
    # chi square for each of three degrees of freedom has mean 1 and variance 2/3
    chi_square = np.mean([fit["chi_square"] for fit in fits])
    assert chi_square == pytest.approx(1.0, abs=4 * math.sqrt(2 / 3 / 2000))


def test_exact_power_law():
    result = power_law_fit([10, 1000], [0.2, 0.002], [0.01, 0.0001])
    assert result["exponent"] == pytest.approx(-1.0, rel=1e-12)
    assert result["prefactor"] == pytest.approx(2.0, rel=1e-12)
    assert math.isnan(result["chi_square"])


@pytest.mark.parametrize(
    ("n", "variance", "error", "message"),
    [
        ([10, 20], [1.0], [0.1, 0.1], "2 sizes, 1 variances and 2 errors: expected as many of each"),
        ([10, 20], [1.0, 0.0], [0.1, 0.1], "must all be positive numbers"),
        ([10, 20], [1.0, 0.5], [0.1, math.nan], "must all be positive numbers"),
        ([10, 10], [1.0, 0.5], [0.1, 0.1], "at least two sizes, but there are 1"),
    ],
)
def test_bad_input(n, variance, error, message):
    with pytest.raises(InputError, match=message):
        power_law_fit(n, variance, error)


def test_variance_of_groups_with_a_spread_of_their_own():
    rng = np.random.default_rng(7)
    n_groups, size, found = 40, 25, []
    for _ in range(200):
        values = (rng.normal(0.0, 2.0, (n_groups, 1)) + rng.normal(0.0, 1.0, (n_groups, size))).ravel()
        found.append(variances(values, np.repeat(np.arange(n_groups), size)))
    total, within = (np.array([numbers[f"variance_{name}"] for numbers in found]) for name in ("total", "within"))
    assert within.mean() == pytest.approx(1.0, abs=4 * within.std() / math.sqrt(200))
    # of all values together: four between groups, less what the mean over them takes away
    assert total.mean() == pytest.approx(1.0 + 4.0 * (1 - 1 / n_groups), abs=4 * total.std() / math.sqrt(200))
    for name, values in (("total", total), ("within", within)):
        stated = np.mean([numbers[f"variance_{name}_error"] for numbers in found])
        assert stated == pytest.approx(values.std(), rel=0.2)


def test_errors_of_variances_by_hand():
    values = [1.0, 3.0, 2.0, 6.0, 0.0, 10.0]
    found = variances(values, [0, 0, 1, 1, 2, 2])
    # of each group 2, 8, 50; of all without one group 59/3, 61/3 and 14/3
    assert found["variance_within"] == pytest.approx(20.0)
    assert found["variance_within_error"] == pytest.approx(math.sqrt((18**2 + 12**2 + 30**2) / 2 / 3))
    without = [59 / 3, 61 / 3, 14 / 3]
    assert found["variance_total_error"] == pytest.approx(math.sqrt(2 / 3 * sum((v - 134 / 9) ** 2 for v in without)))


def test_variances_need_groups():
    with pytest.raises(InputError, match="at least two groups of at least two values each"):
        variances([1.0, 2.0, 3.0], [0, 0, 1])
