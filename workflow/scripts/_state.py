"""A student at one point: its losses, the gradient, and the ends of the Hessian's spectrum."""

import math

import numpy as np

from lossland.lowest_mode import lowest_to_scale
from lossland.objectives.soft_targets import hessian_products
from lossland.sgd import distances

N_LOWEST, ACCURACY, DIGITS = 5, 1e-4, 6  # lowest eigenvalues over the largest one: how many, largest error, digits


def state_of(w, objective, inputs, targets):
    """Return divergences, of the objective and on all data, RMS gradient and eigenvalues, by Lanczos."""
    divergence, gradient = objective.energy_gradient(w)
    sizes = objective.network.layer_sizes
    product = hessian_products(w, sizes, objective.arrays["inputs"], objective.arrays["targets"])
    rms = math.sqrt(math.fsum(gradient**2) / w.size)  # the same bits on every machine
    lowest, largest = lowest_to_scale(product, w.size, N_LOWEST, tolerance=ACCURACY)
    on_all = distances(w, sizes, inputs, targets)[0]
    state = {"divergence": divergence, "divergence_on_all": on_all, "rms_gradient": rms}
    state |= {"largest_eigenvalue": largest, "eigenvalue_accuracy": ACCURACY}
    shares = np.round(lowest / largest, DIGITS) + 0.0  # no -0.0
    return state | {f"eigenvalue_{k}_over_largest": share for k, share in enumerate(shares, 1)}
