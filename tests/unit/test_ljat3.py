"""LJAT3: derivatives, published minima, and the symmetry of three equal atoms."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest

from lossland.datasets import QUENCH_OPTIONS
from lossland.lbfgs import lbfgs
from lossland.objectives.ljat3 import ljat3


def naive_energy(x, z):
    """Equation 4 of Chitturi et al. 2020 as it is printed, with angles; for NumPy, complex numbers and autograd."""
    r1, r2, r3 = x[0:3], x[3:6], x[6:9]

    def length(v):
        return anp.sqrt(anp.sum(v * v))

    def cosine(apex, one, other):
        return anp.sum((one - apex) * (other - apex)) / (length(one - apex) * length(other - apex))

    lengths = [length(r1 - r2), length(r1 - r3), length(r2 - r3)]
    pairs = sum(4.0 * (r ** (-12) - r ** (-6)) for r in lengths)
    cosines = cosine(r1, r2, r3) * cosine(r2, r1, r3) * cosine(r3, r1, r2)
    return pairs + z * (1.0 + 3.0 * cosines) / (lengths[0] * lengths[1] * lengths[2]) ** 3


def clusters(n, rng):
    """Clusters of random shape whose atoms are at least 0.7 sigma apart."""
    found = []
    while len(found) < n:
        atoms = rng.uniform(0, 2.5, (3, 3))
        if min(np.linalg.norm(atoms[i] - atoms[j]) for i, j in ((0, 1), (0, 2), (1, 2))) > 0.7:
            found.append(atoms.ravel())
    return found


@pytest.mark.parametrize("z", [0.0, 2.0, -1.3])
def test_energy_and_gradient_against_the_printed_formula(z):
    objective = ljat3(z)
    for x in clusters(20, np.random.default_rng(1)):
        energy, gradient = objective.energy_gradient(x)
        assert energy == pytest.approx(naive_energy(x, z), rel=1e-12, abs=1e-12)
        by_autograd = autograd.grad(naive_energy)(x, z)
        step = 1e-30
        by_complex_step = [naive_energy(x + 1j * step * unit, z).imag / step for unit in np.eye(9)]
        scale = np.abs(by_autograd).max()
        assert np.abs(gradient - by_autograd).max() < 1e-12 * scale
        assert np.abs(gradient - by_complex_step).max() < 1e-12 * scale


def test_gradient_of_overlapping_atoms_is_finite():
    x = np.array([0.0, 0, 0, 1e-9, 0, 0, 0, 1, 0])
    energy, gradient = ljat3().energy_gradient(x)
    assert energy == pytest.approx(4e108, rel=1e-9)
    assert gradient[3] == pytest.approx(-48e117, rel=1e-9)


def test_atoms_and_space_are_equivalent():
    rng = np.random.default_rng(2)
    objective = ljat3()
    for x in clusters(5, rng):
        rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        moved = (x.reshape(3, 3)[[2, 0, 1]] @ rotation + rng.normal(size=3)).ravel()
        assert objective.energy(moved) == pytest.approx(objective.energy(x), rel=1e-11)


def triangle(r):
    return 12 * (r**-12 - r**-6) + 2 * (1 + mpmath.mpf(3) / 8) / r**9


def chain(r):
    # the outer pair is 2 r apart; cosines 1, 1 and -1
    return 8 * (r**-12 - r**-6) + 4 * ((2 * r) ** -12 - (2 * r) ** -6) + 2 * (1 - 3) / (r * r * 2 * r) ** 3


def quenched(x):
    x = np.array(x, dtype=float)
    objective = ljat3()
    energy, _, _, _, status = lbfgs(
        objective.value_gradient, objective.data, x, QUENCH_OPTIONS, np.empty((0, 0)), np.empty((0, 9))
    )
    assert status == 0
    atoms = x.reshape(3, 3)
    return energy, sorted(np.linalg.norm(atoms[i] - atoms[j]) for i, j in ((0, 1), (0, 2), (1, 2)))


@pytest.mark.parametrize(
    ("one_variable", "published_energy", "published_bond", "start"),
    [
        (triangle, -2.185, 1.16875, [0, 0, 0, 1.2, 0.1, 0, 0.5, 1.1, 0.1]),
        (chain, -2.219, 1.10876, [0, 0, 0, 1.1, 0.1, 0, -1.2, 0.1, 0.1]),
    ],
)
def test_published_minima(one_variable, published_energy, published_bond, start):
    with mpmath.workdps(40):
        bond = mpmath.findroot(lambda r: mpmath.diff(one_variable, r), published_bond)
        exact_energy, exact_bond = float(one_variable(bond)), float(bond)
    assert round(exact_energy, 3) == published_energy
    assert round(exact_bond, 5) == published_bond
    energy, lengths = quenched(start)
    assert energy == pytest.approx(exact_energy, abs=1e-12)
    assert lengths[:2] == pytest.approx([exact_bond] * 2, abs=1e-9)
    assert lengths[2] == pytest.approx(exact_bond * (1 if one_variable is triangle else 2), abs=1e-9)


def test_objective_describes_itself():
    objective = ljat3(1.5, cube_side=2.0)
    assert (objective.kind, objective.n_variables, objective.attributes) == ("ljat3", 9, {"z": 1.5})
    start = objective.random_start(np.random.default_rng(0))
    assert start.min() >= 0
    assert 1 < start.max() <= 2


def test_difference_hessian_has_the_zero_modes_of_a_free_molecule():
    x = np.array([0, 0, 0, 1.16875, 0, 0, 1.16875 / 2, 1.16875 * np.sqrt(0.75), 0])
    eigenvalues = np.linalg.eigvalsh(ljat3().hessian_matrix(x))
    assert np.abs(eigenvalues[:6]).max() < 1e-3
    assert eigenvalues[6] > 1.0
