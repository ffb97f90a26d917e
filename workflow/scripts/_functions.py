"""Functions other than losses of networks whose landscapes are explored."""

import numpy as np

from lossland.datasets import draw_curve
from lossland.objectives import damped_sines, draw_couplings, p_spin


def sines(problem):
    """Return the cost of a fit; draws of one dataset are the same data for any greatest frequency."""
    rng = np.random.default_rng(np.random.SeedSequence(problem["shuffle_seed"], spawn_key=(problem["draw"],)))
    data = draw_curve(problem["parameters"], problem["n_data"], problem["x_max"], problem["noise"], rng)
    return damped_sines(*data, problem["max_frequency"])


def spins(problem):
    """Return a spin glass; its couplings depend on the dataset, the number of spins and the draw."""
    n_spins, p = problem["n_spins"], problem["p"]
    sequence = np.random.SeedSequence(problem["shuffle_seed"], spawn_key=(n_spins, problem["draw"]))
    return p_spin(draw_couplings(n_spins, np.random.default_rng(sequence), p), n_spins, p)


OBJECTIVES = {"damped_sines": sines, "p_spin": spins}
