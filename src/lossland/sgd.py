"""Stochastic gradient descent of a network with one hidden layer on given probabilities, and how its loss falls."""

from typing import NamedTuple

import numpy as np
from numba import float64, int64, types

from lossland._kernel import kernel
from lossland._vector import add_scaled
from lossland.errors import InputError
from lossland.objectives.elementary import exp_of_negative
from lossland.objectives.soft_targets import check_data, checked_sizes, divergence_gradient, log_probabilities


class Training(NamedTuple):
    """A trained network.

    Attributes
    ----------
    w : ndarray, shape (n_weights,)
        Its weights at the end.
    divergence, squared_error : ndarray, shape (n_epochs + 1,)
        On all data, before the first and after every epoch: Kullback-Leibler divergence from the targets, and the mean
        over the data of the squared distance between outputs and targets.
    """

    w: np.ndarray
    divergence: np.ndarray
    squared_error: np.ndarray


def random_weights(layer_sizes, rng: np.random.Generator) -> np.ndarray:
    """Draw normal weights of variance 1 / (inputs of their node), biases zero (LeCun et al. 1998)."""
    n_in, n_hidden, n_out = checked_sizes(layer_sizes)
    parts = []
    for n, m in ((n_in, n_hidden), (n_hidden, n_out)):
        parts += [rng.normal(0.0, n**-0.5, n * m), np.zeros(m)]
    return np.concatenate(parts)


def train(layer_sizes, inputs, targets, rng, *, n_epochs=20, batch=20, rate=0.1, decay=0.0) -> Training:
    """Train a network by mini-batches without momentum, from random weights.

    Parameters
    ----------
    layer_sizes : sequence of three int
    inputs, targets : array_like, shapes (n_data, n_inputs) and (n_data, n_outputs)
        As for :func:`lossland.objectives.distillation`; one and zeros for a class that is known.
    rng : numpy.random.Generator
        Draws the first weights and the order of the data in each epoch.
    n_epochs, batch : int
    rate, decay : float
        Learning rate of epoch e, from 0: ``rate / (1 + decay * e)``.

    Raises
    ------
    InputError
        When a number is out of range, or as :func:`lossland.objectives.distillation`.
    """
    if n_epochs < 0 or batch < 1 or not rate > 0.0 or not decay >= 0.0:
        raise InputError(
            f"n_epochs {n_epochs}, batch {batch}, rate {rate}, decay {decay}: expected at least 0, 1, above 0 and 0"
        )
    sizes = np.array(checked_sizes(layer_sizes), dtype=np.int64)
    inputs, targets = np.array(inputs, dtype=np.float64, order="C"), np.array(targets, dtype=np.float64, order="C")
    check_data(tuple(sizes), inputs, targets)
    w, losses = random_weights(layer_sizes, rng), []
    for epoch in range(n_epochs + 1):
        losses.append(distances(w, sizes, inputs, targets))
        if epoch < n_epochs:
            _epoch(w, sizes, inputs, targets, rng.permutation(len(inputs)), batch, rate / (1.0 + decay * epoch))
    return Training(w, *np.array(losses).T)


def distances(w, layer_sizes, inputs, targets) -> tuple[float, float]:
    """Return the mean Kullback-Leibler divergence of a network's outputs from ``targets``, and the squared error."""
    return _distances(w, np.asarray(layer_sizes, dtype=np.int64), inputs, targets)


@kernel(
    types.void(float64[::1], int64[::1], float64[:, ::1], float64[:, ::1], int64[::1], int64, float64),
)
def _epoch(w, sizes, inputs, targets, order, batch, rate):
    """Go through all data once, in place."""
    gradient = np.empty_like(w)
    for first in range(0, order.size, batch):
        rows = order[first : first + batch]
        some, theirs = np.empty((rows.size, sizes[0])), np.empty((rows.size, sizes[2]))
        for i in range(rows.size):
            some[i], theirs[i] = inputs[rows[i]], targets[rows[i]]
        divergence_gradient(w, sizes, some, theirs, gradient)
        add_scaled(-rate, gradient, w)


@kernel(
    types.UniTuple(float64, 2)(float64[::1], int64[::1], float64[:, ::1], float64[:, ::1]),
    error_model="numpy",
)
def _distances(w, sizes, inputs, targets):
    found = log_probabilities(w, sizes, inputs, np.empty((inputs.shape[0], sizes[1])))
    divergence, squared = 0.0, 0.0
    for i in range(found.shape[0]):
        for k in range(found.shape[1]):
            p = targets[i, k]
            if p > 0.0:
                divergence += p * (np.log(p) - found[i, k])
            squared += (p - exp_of_negative(found[i, k])) ** 2
    return divergence / found.shape[0], squared / found.shape[0]
