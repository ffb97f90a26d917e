"""Independent draws of training data from one dataset, with wrong labels on purpose where asked for."""

from typing import NamedTuple

import numpy as np

from lossland.datasets.mislabelling import mislabel
from lossland.datasets.mnist import ImageSet
from lossland.datasets.table import Dataset
from lossland.errors import InputError


class Draw(NamedTuple):
    """Training and testing data of one draw.

    Attributes
    ----------
    inputs : ndarray of float64, shape (n_data, n_in)
    labels : ndarray of int64, shape (n_data,)
        What is trained on; some may be wrong.
    true_labels : ndarray of int64, shape (n_data,)
    test_inputs : ndarray of float64, shape (n_test, n_in)
    test_labels : ndarray of int64, shape (n_test,)
        Never wrong.
    """

    inputs: np.ndarray
    labels: np.ndarray
    true_labels: np.ndarray
    test_inputs: np.ndarray
    test_labels: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """Which training data have a wrong label, shape (n_data,) bool."""
        return self.labels != self.true_labels


def take_draw(
    training: Dataset | ImageSet,
    testing: Dataset | ImageSet | None,
    n_data: int,
    draw: int,
    *,
    shuffle_seed: int,
    n_draws: int | None = None,
    block: int | None = None,
    error_percent: float = 0.0,
    mislabelling_seed: int = 0,
) -> Draw:
    """Return one of several draws that share no row of the training data.

    The rows for training are shuffled once and dealt out in turn. Wrong labels are drawn for each draw with a stream of
    its own; what is wrong at a small share is wrong at a larger one, too (:func:`lossland.datasets.mislabel`).

    Parameters
    ----------
    training : Dataset or ImageSet
    testing : Dataset or ImageSet, optional
        Without it, all rows that none of ``n_draws`` draws trains on are for testing.
    n_data : int
        Training data of each draw.
    draw : int
        Number of the draw, from 0.
    shuffle_seed, mislabelling_seed : int
    n_draws : int, optional
        How many draws there are; needed without ``testing``.
    block : int, optional
        Rows that each draw has to itself, of which it takes the first ``n_data``; by default all of them are taken.
    error_percent : float

    Raises
    ------
    InputError
        When there are not enough rows, or the share of wrong labels is not that of a whole number of data.
    """
    n_draws = draw + 1 if n_draws is None else n_draws
    block = n_data if block is None else block
    if block < n_data:
        raise InputError(f"block is {block}, but a draw takes {n_data} rows of it")
    if block * n_draws > len(training):
        raise InputError(
            f"n_data is {block} in {n_draws} draws, but {training.name} has {len(training)} rows for training"
        )
    order = np.random.default_rng(shuffle_seed).choice(len(training), size=len(training), replace=False)
    rows, rest = order[draw * block :][:n_data], order[n_draws * block :]
    inputs, right = training.take(rows)
    tested = training.take(rest) if testing is None else testing.take(slice(None))
    seed = np.random.SeedSequence(mislabelling_seed, spawn_key=(draw,))
    labels = mislabel(right, training.n_classes, error_percent, np.random.default_rng(seed))
    return Draw(inputs, labels, right, *tested)
