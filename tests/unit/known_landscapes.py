"""Landscapes whose content is known, for the tests of what holds, writes and checks them."""

import itertools

import numpy as np
from known_surfaces import double_wells as wells

from lossland.landscape import Landscape
from lossland.minimise import minimise
from lossland.objectives.mlp import mlp_cross_entropy
from lossland.saddle import SaddleOptions, climb, fall
from lossland.status import StationaryPoint, Status


def stationary_point(objective, x, **changes):
    """The stationary point at ``x``, said to have converged."""
    x = np.array(x, dtype=float)
    energy, gradient = objective.energy_gradient(x)
    fields = {
        "x": x,
        "energy": energy,
        "rms_gradient": float(np.sqrt(np.mean(gradient**2))),
        "eigenvalues": np.linalg.eigvalsh(objective.hessian_matrix(x)),
        "status": Status.CONVERGED,
        "n_evaluations": 1,
        "n_hessians": 1,
        "n_iterations": 0,
    }
    return StationaryPoint(**{**fields, **changes})


def wells_landscape(stiffness=(1.0, 2.0, 3.5), order=None, **settings):
    """All minima (+-1, ..., +-1) and all transition states (one entry 0) of a sum of double wells, in a given order."""
    objective = wells(stiffness)
    landscape = Landscape(objective, **settings)
    corners = list(itertools.product((-1.0, 1.0), repeat=len(stiffness)))
    if order is not None:
        corners = [corners[i] for i in order]
    rows = {corner: landscape.add_minimum(stationary_point(objective, corner))[0] for corner in corners}
    for corner in corners:
        for i in np.flatnonzero(np.array(corner) > 0.0):
            other, saddle = list(corner), list(corner)
            other[i], saddle[i] = -1.0, 0.0
            landscape.add_transition_state(stationary_point(objective, saddle), rows[corner], rows[tuple(other)])
    landscape.search.update(n_searches=20, n_evaluations=1000, coverage_minima=0.5, stop_reason="budget")
    return landscape


def network_landscape():
    """Some minima of a small network, and the transition states next to them."""
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(60, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1.0)
    objective = mlp_cross_entropy([2, 3, 3], inputs, labels, 3e-3)
    landscape, options = Landscape(objective, rms_tolerance=1e-10), SaddleOptions()
    options = options._replace(descent=options.descent._replace(max_iterations=5000))
    for _ in range(4):
        point = minimise(objective, objective.random_start(rng))
        if point.converged:
            landscape.add_minimum(point)
    for x in landscape.minima.x.copy():
        modes = np.linalg.eigh(objective.hessian_matrix(x))[1]
        for k in range(5):
            point, mode = climb(objective, x + 0.1 * modes[:, k], modes[:, k])
            if point.converged:
                ends = fall(objective, point, mode, options)
                if all(end.converged for end in ends):
                    landscape.add_transition_state(point, *(landscape.add_minimum(end)[0] for end in ends))
    return landscape
