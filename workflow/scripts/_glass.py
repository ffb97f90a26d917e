"""Spin glasses whose gradient descents are studied."""

from lossland.objectives import draw_couplings, p_spin
from lossland.objectives.pspin import gradients
from lossland.objectives.pspin_spheres import draw_three_sphere_couplings, three_sphere_gradients


def draw_glass(n_spins, p, spheres, rng):
    """Return the gradients of one realisation on one sphere or three, for points of shape (n, spheres, n_spins)."""
    if spheres == 3:
        couplings = draw_three_sphere_couplings(n_spins, rng)
        return lambda points: three_sphere_gradients(points, couplings)
    data = p_spin(draw_couplings(n_spins, rng, p), n_spins, p).data

    def on_one_sphere(points):
        energies, slopes = gradients(points[:, 0].copy(), data)
        return energies, slopes[:, None]

    return on_one_sphere
