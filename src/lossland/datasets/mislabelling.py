"""Wrong labels on purpose: a fixed share of the training data gets a class that is not its own."""

import math

import numpy as np

from lossland.errors import InputError


def mislabel(labels, n_classes: int, error_percent: float, rng: np.random.Generator) -> np.ndarray:
    """Give a fixed share of the labels another class, all others with equal probability.

    Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), section 4.1. The data are chosen without replacement.
    A generator in the same state chooses the same data in the same order and gives them the same classes: what is wrong
    at a small share is wrong at a larger one, too, so that shares are compared on the same data.

    Parameters
    ----------
    labels : array_like of int, shape (n,)
        Classes 0 to ``n_classes - 1``. Not modified.
    n_classes : int
    error_percent : float
        Share of wrong labels, 0 to 100.
    rng : numpy.random.Generator
        Draws a permutation of the data and n classes, whatever the share.

    Returns
    -------
    ndarray of int64, shape (n,)
        A wrong label differs from the right one.

    Raises
    ------
    InputError
        When the share is not that of a whole number of data, or there are fewer than two classes.
    """
    labels = np.array(labels, dtype=np.int64)
    n_wrong = labels.size * error_percent / 100
    if not 0 <= error_percent <= 100 or not math.isclose(n_wrong, round(n_wrong), abs_tol=1e-9):
        raise InputError(
            f"error_percent is {error_percent:g}, but expected 0 to 100, and of {labels.size} data a whole number"
        )
    if n_classes < 2:
        raise InputError(f"n_classes is {n_classes}, but a wrong label needs at least two classes")
    wrong = rng.permutation(labels.size)[: round(n_wrong)]
    step = rng.integers(1, n_classes, size=labels.size)
    labels[wrong] = (labels[wrong] + step[wrong]) % n_classes
    return labels
