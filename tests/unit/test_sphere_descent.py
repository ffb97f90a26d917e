"""Gradient descent on spheres: where it must end, and what it says when it does not."""

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.objectives import draw_couplings, p_spin
from lossland.objectives.pspin import gradients
from lossland.objectives.pspin_spheres import three_sphere_gradients
from lossland.sphere_descent import descend_on_spheres, random_points, stable_step


def of_glass(objective):
    """Return the gradients of a glass for points of shape (n, 1, n_spins)."""

    def at(points):
        energies, slopes = gradients(np.ascontiguousarray(points[:, 0]), objective.data)
        return energies, slopes[:, None]

    return at


def test_starts_are_uniform_on_their_spheres():
    points = random_points(4000, 2, 5, np.random.default_rng(0))
    np.testing.assert_allclose((points**2).sum(axis=2), 5.0, rtol=1e-12)
    spins = points.reshape(-1, 5)
    # mean 0, and <w_i w_j> = delta_ij on the sphere of squared radius N
    assert np.abs(spins.mean(axis=0)).max() < 5.0 / np.sqrt(len(spins))
    np.testing.assert_allclose(spins.T @ spins / len(spins), np.eye(5), atol=5.0 * np.sqrt(2.0 / len(spins)))


def test_descents_of_a_two_spin_glass_end_at_its_lowest_eigenvector():
    objective = p_spin(draw_couplings(8, np.random.default_rng(1), 2), 8, 2)
    lowest = np.linalg.eigvalsh(0.5 * objective.data.table)[0]
    found = descend_on_spheres(of_glass(objective), random_points(20, 1, 8, np.random.default_rng(2)))
    np.testing.assert_allclose(found.energies, 8.0 * lowest, rtol=1e-10)
    assert found.gradient_norms.max() <= 1e-6


def test_end_points_of_a_three_spin_glass_are_minima_on_the_sphere():
    objective = p_spin(draw_couplings(12, np.random.default_rng(3)), 12)
    starts = random_points(10, 1, 12, np.random.default_rng(4))
    found = descend_on_spheres(of_glass(objective), starts)
    for point, energy in zip(found.points[:, 0], found.energies, strict=True):
        assert np.sum(point**2) == pytest.approx(12.0, rel=1e-12)
        assert objective.energy(point) == pytest.approx(energy, rel=1e-12)
        assert np.linalg.norm(objective.energy_gradient(point)[1]) < 2e-6
        assert np.linalg.eigvalsh(objective.hessian_matrix(point))[0] > 0.0
    # one start alone goes the same way
    alone = descend_on_spheres(of_glass(objective), starts[3:4])
    assert alone.n_iterations[0] == found.n_iterations[3] > 1
    assert alone.energies[0] == pytest.approx(found.energies[3], rel=1e-12)


def test_end_points_on_three_spheres_are_stationary():
    couplings = np.random.default_rng(5).normal(size=(6, 36))
    starts = random_points(5, 3, 6, np.random.default_rng(6))
    found = descend_on_spheres(lambda points: three_sphere_gradients(points, couplings), starts)
    assert found.gradient_norms.max() <= 1e-6
    tensor = couplings.reshape(6, 6, 6) / 6.0
    for w in found.points:
        # at a minimum each sphere's gradient is a multiple of its point, the energy over N
        energy = np.einsum("ijk,i,j,k", tensor, *w)
        np.testing.assert_allclose(np.einsum("ijk,j,k->i", tensor, w[1], w[2]), energy / 6.0 * w[0], atol=1e-6)


@pytest.mark.parametrize("p", [3, 4, 6])
def test_step_is_stable_for_any_p(p):
    objective = p_spin(draw_couplings(10, np.random.default_rng(p), p), 10, p)
    starts = random_points(8, 1, 10, np.random.default_rng(9))
    found = descend_on_spheres(of_glass(objective), starts, step=stable_step(p))
    assert found.gradient_norms.max() <= 1e-6
    assert stable_step(3) == pytest.approx(0.1225, abs=1e-4)


def test_descents_that_do_not_arrive_say_so():
    objective = p_spin(draw_couplings(10, np.random.default_rng(7)), 10)
    found = descend_on_spheres(of_glass(objective), random_points(4, 1, 10, np.random.default_rng(8)), max_iterations=3)
    assert (found.n_iterations == 3).all()
    assert found.gradient_norms.min() > 1e-6
    assert (found.gradient_norms < np.inf).all()


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"starts have shape \(2, 3\); expected \(n, n_spheres, n_spins\)"):
        descend_on_spheres(None, np.ones((2, 3)))
    with pytest.raises(InputError, match="step is 0 and tolerance 1e-06; expected positive numbers"):
        descend_on_spheres(None, np.ones((1, 1, 3)), step=0)
