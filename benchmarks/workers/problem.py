"""The problem that all workers read: one fixed data set, networks of several sizes, starts and minima."""

import numpy as np

REGULARISATION = 1e-4
SEARCHED = "1000"  # the network that is minimised and searched
#: name at the end of a work: layer sizes and number of data
NETWORKS = {
    "100": ((2, 10, 4), 100),
    "1000": ((2, 10, 4), 1000),
    "10000": ((2, 10, 4), 10_000),
    "100000": ((2, 10, 4), 100_000),
    "784-10-10": ((784, 10, 10), 1000),
    "2-4-4-4-4": ((2, 4, 4, 4, 4), 1000),
}


class Problem:
    """What ``problem.npz`` holds.

    Attributes
    ----------
    starts : ndarray, shape (n, n_variables)
        Random starts of minimisations.
    minima : ndarray, shape (n, n_variables)
        Distinct minima from which transition states are searched.
    """

    def __init__(self, path):
        with np.load(path) as file:
            self._arrays = dict(file)
        self.starts, self.minima = self._arrays["starts"], self._arrays["minima"]

    def network(self, name):
        """Return layer sizes, inputs (n_data, n_inputs) and labels (n_data,) of one of :data:`NETWORKS`."""
        sizes, n_data = NETWORKS[name]
        kind = "wide" if sizes[0] == 784 else "quench"
        return sizes, self._arrays[f"{kind}_inputs"][:n_data], self._arrays[f"{kind}_labels"][:n_data]


def point(layer_sizes):
    """Return the weights, shape (n_variables,), at which a network is evaluated."""
    n_variables = sum((n_in + 1) * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False))
    return np.random.default_rng(2).uniform(-1.0, 1.0, n_variables)
