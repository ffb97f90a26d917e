"""Complexity of the spherical p-spin: quadrature, Parisi's ground state, and stationary points counted at finite N."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize
from scipy.special import gammaln, logsumexp

from lossland.analysis.complexity import complexity, lowest_energy, rate_function, threshold_energy, total_complexity
from lossland.errors import InputError


def integral(u, p):
    """Return the rate function by quadrature of its integral."""
    edge = 2 * math.sqrt((p - 1) / p)
    # z = -edge - y**2 takes the square root at the edge away
    value, _ = quad(lambda y: 2 * y**2 * math.sqrt(2 * edge + y**2), 0, math.sqrt(max(-u - edge, 0.0)), epsabs=1e-14)
    return 2 / edge**2 * value


@pytest.mark.parametrize("p", [2, 3, 4, 7])
def test_rate_function_is_its_integral(p):
    u = np.array([-3.0, -2.1, -1.94, -threshold_energy(p) - 1e-4, -threshold_energy(p), -1.0, 0.0, 2.0])
    assert rate_function(u, p) == pytest.approx([integral(value, p) for value in u], rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("k", [0, 1, 2, 50])
def test_root_of_the_quadrature(k):
    root = brentq(lambda e: math.log(2) / 2 - e**2 / 8 - (k + 1) * integral(-e, 3), 2 * math.sqrt(2 / 3), 2.0)
    assert lowest_energy(k) == pytest.approx(root, abs=1e-11)


def test_known_energies_of_three_spins():
    assert threshold_energy(3) == pytest.approx(1.632993, abs=5e-7)
    assert lowest_energy(0) == pytest.approx(1.657, abs=5e-4)


@pytest.mark.parametrize("p", [3, 4, 6, 10])
def test_ground_state_is_that_of_parisi(p):
    # Crisanti and Sommers' functional at zero temperature with one step of replica symmetry breaking, in the form of
    # Chen and Sen, Comm. Math. Phys. 350, 129 (2017): no matrix, no counting
    def functional(logs):
        gap, step = np.exp(logs)
        return (p * (gap + step) - (p - 1) * step + np.log1p(step / gap) / step) / 2

    assert lowest_energy(0, p) == pytest.approx(minimize(functional, [0.0, 0.0], tol=1e-12).fun, abs=1e-10)


@pytest.mark.parametrize("p", [3, 5])
def test_continuous_and_flat_above_the_threshold(p):
    edge = -threshold_energy(p)
    flat = math.log(p - 1) / 2 - (p - 2) / p
    for k in (0, 1, 50):
        assert complexity([edge - 1e-9, edge, edge + 1e-9, 0.0, 3.0], k, p) == pytest.approx([flat] * 5, abs=1e-8)
        assert complexity(-lowest_energy(k, p), k, p) == pytest.approx(0.0, abs=1e-12)
        assert (np.diff(complexity(np.linspace(-3.0, edge, 50), k, p)) > 0.0).all()
    assert total_complexity([edge, 0.0, 2.0], p) == pytest.approx([flat, *[math.log(p - 1) / 2] * 2], abs=1e-12)
    below = np.linspace(-3.0, edge, 20)
    assert total_complexity(below, p) == pytest.approx(complexity(below, 0, p), abs=1e-14)


def test_two_spins_have_no_complexity():
    assert complexity([-1.5, -1.4, 0.0], 2, 2).tolist() == [-3 * rate_function(-1.5, 2), 0.0, 0.0]
    assert total_complexity([-1.0, 1.0], 2).tolist() == [0.0, 0.0]
    assert lowest_energy(0, 2) == lowest_energy(3, 2) == threshold_energy(2) == pytest.approx(math.sqrt(2))


def determinants(shifts, size, samples, rng):
    """Return ln |det(G - t)| and the eigenvalues of G below t for each shift t, shape (n_shifts, samples) each.

    G has off-diagonal variance 1 and diagonal variance 2; its tridiagonal form is drawn (Dumitriu and Edelman, J. Math.
    Phys. 43, 5830 (2002)), whose Sturm sequence gives both.
    """
    shifts = np.asarray(shifts)[:, None]
    logs, counts, pivot = np.zeros((shifts.size, samples)), np.zeros((shifts.size, samples), dtype=int), np.inf
    for i in range(size):
        squares = 2 * rng.standard_gamma(i / 2, samples)  # chi square of i degrees of freedom
        pivot = rng.normal(0.0, math.sqrt(2), samples) - shifts - squares / pivot
        logs += np.log(np.abs(pivot))
        counts += pivot < 0.0
    return logs, counts


def scale(u, n_spins, p):
    """Return the shift t of the Hessian at energy u per spin, and the logarithm of all that stands before |det(G - t)|.

    Given the energy, the Hessian of H / sqrt(N) on the unit sphere is sqrt(p (p-1)) (G - t) with G of size N - 1, and
    its gradient has N - 1 independent components of variance p (Kac and Rice).
    """
    x = math.sqrt(n_spins) * u
    sphere = math.log(2) + n_spins / 2 * math.log(math.pi) - gammaln(n_spins / 2)
    energies = math.log(n_spins / (2 * math.pi)) / 2 - x**2 / 2
    return x * math.sqrt(p / (p - 1)), sphere + energies + (n_spins - 1) / 2 * math.log((p - 1) / (2 * math.pi))


def log_density(u, n_spins, p, rng, k=None, samples=4000):
    """Return the logarithm of the mean number of stationary points of index k (or any) for each energy per spin."""
    t, before = scale(u, n_spins, p)
    (logs,), (counts,) = determinants([t], n_spins - 1, samples, rng)
    return before + logsumexp(logs if k is None else logs[counts == k]) - math.log(samples)


def log_density_of_index_one(u, n_spins, rng, samples=4000):
    """Return the same for p = 3 and index 1 where the one eigenvalue y < t of G is rare, by an integral over it.

    The joint density of the eigenvalues splits it off: exp(-y**2 / 4) |det(G - y)| with G of size N - 2.
    """
    size, (t, before) = n_spins - 1, scale(u, n_spins, 3)
    distances, weights = np.polynomial.laguerre.laggauss(12)
    decay = math.sqrt(t**2 / 4 - n_spins)  # of the density of y in the tail
    y = t - distances / decay
    logs, counts = determinants([t, *y], size - 1, samples, rng)
    logs = np.where(counts[0] == 0, logs[0] + logs[1:], -np.inf)
    logs += (np.log(weights * distances / decay**2) + distances - y**2 / 4)[:, None]
    # eigenvalues times the ratio of the normalisations of both sizes (Mehta, Random Matrices, chapter 3)
    ensembles = -(size + 1) / 2 * math.log(2) - gammaln(size / 2)
    return before + ensembles + logsumexp(logs) - math.log(samples)


@pytest.mark.parametrize(
    ("n_spins", "p", "expected"), [(2, 3, 2 * math.sqrt(7)), (2, 5, 2 * math.sqrt(13)), (5, 2, 10)]
)
def test_count_where_it_is_known(n_spins, p, expected):
    # on a circle the mean number is Rice's 2 sqrt(3 p - 2); a quadratic form has 2 N, its eigenvectors
    rng, energies = np.random.default_rng(11), np.linspace(-5.0, 5.0, 101)
    count = sum(math.exp(log_density(u, n_spins, p, rng)) for u in energies) * 0.1
    assert count == pytest.approx(expected, rel=0.02)


def test_both_counts_of_index_one_agree():
    rng = np.random.default_rng(12)
    direct = log_density(-1.8, 6, 3, rng, k=1, samples=200_000)
    assert log_density_of_index_one(-1.8, 6, rng, samples=100_000) == pytest.approx(direct, abs=0.05)


@pytest.mark.parametrize(
    ("u", "k", "p", "error"),  # of the drawn matrices; products of two determinants and those in the bulk scatter more
    [(-1.75, 0, 3, 5e-4), (-1.9, 0, 4, 5e-4), (-2.0, None, 3, 5e-4), (-1.0, None, 3, 3e-3), (-2.0, 1, 3, 3e-3)],
)
def test_counts_grow_as_the_complexity_says(u, k, p, error):
    rng, smallest = np.random.default_rng(13), 250
    sizes = (smallest, 2 * smallest, 4 * smallest)
    counts = [log_density_of_index_one(u, n, rng) if k == 1 else log_density(u, n, p, rng, k) for n in sizes]
    # N Theta + a ln N + b: the second difference over doubled sizes leaves the first term alone
    growth = (counts[2] - 2 * counts[1] + counts[0]) / smallest
    expected = total_complexity(u, p) if k is None else complexity(u, k, p)
    assert growth == pytest.approx(expected, abs=error)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (threshold_energy, [1], "p is 1, but must be a whole number of at least 2"),
        (threshold_energy, [2.5], "p is 2.5, but must be a whole number"),
        (threshold_energy, ["3"], "p is '3', but must be a whole number"),
        (lowest_energy, [-1], "k is -1, but must be a whole number of at least 0"),
        (complexity, [-1.65, math.inf], "k is inf, but must be a whole number"),
        (complexity, [[-1.65, math.nan], 0], "u holds an energy that is not finite"),
        (total_complexity, [-math.inf], "u holds an energy that is not finite"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(InputError, match=message):
        function(*arguments)
