"""The p-spin glass on a product of three spheres (Ballard et al. 2017, section VII).

    H(w1, w2, w3) = 1/N sum over i, j, k of c[i, j, k] w1[i] w2[j] w3[k],    |w1|**2 = |w2|**2 = |w3|**2 = N,

with N**3 independent couplings of variance 1, so that the variance of H is N, as on the single sphere. The paper's
spheres have radius 1 and no factor: its energies are these over sqrt(N).
"""

import numpy as np
from numba import float64, types

from lossland._kernel import kernel
from lossland._vector import dot
from lossland.objectives.memory import check_room
from lossland.objectives.pspin import check_count


def draw_three_sphere_couplings(n_spins: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one realisation of the couplings, shape (n_spins, n_spins**2).

    Raises
    ------
    InputError
        When ``n_spins`` is no whole number from 1 on, or they do not fit in memory.
    """
    check_spheres(n_spins)
    return rng.normal(size=(n_spins, n_spins**2))


def check_spheres(n_spins):
    """Refuse what is no number of spins, or more than memory holds; see :func:`draw_three_sphere_couplings`."""
    check_count("n_spins", n_spins)
    check_room(int(n_spins) ** 3, f"three spheres of {n_spins} spins")


@kernel(
    types.Tuple((float64[::1], float64[:, :, ::1]))(float64[:, :, ::1], float64[:, ::1]),
)
def three_sphere_gradients(points, couplings):
    """Return energies (n,) and gradients (n, 3, n_spins) of H at many points (n, 3, n_spins), by two matrix products.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3, n_spins)
    couplings : ndarray of float64, shape (n_spins, n_spins**2)
        c[i, j, k] in row i and column j n_spins + k.
    """
    n_points, _, n = points.shape
    first = np.dot(np.ascontiguousarray(points[:, 0]), couplings)  # for each point a matrix in j and k
    pairs, found, energies = np.empty((n_points, n * n)), np.zeros((n_points, 3, n)), np.empty(n_points)
    for b in range(n_points):
        for j in range(n):
            row = first[b, j * n : (j + 1) * n]
            found[b, 1, j] = dot(row, points[b, 2]) / n
            for k in range(n):
                found[b, 2, k] += row[k] * points[b, 1, j] / n
                pairs[b, j * n + k] = points[b, 1, j] * points[b, 2, k]
        energies[b] = dot(points[b, 1], found[b, 1])
    found[:, 0] = np.dot(pairs, couplings.T) / n
    return energies, found
