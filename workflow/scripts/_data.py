"""The training and testing data of one draw."""

import numpy as np

from lossland.datasets import check_layer_sizes, load_csv, read_quenches, sample, split
from lossland.errors import InputError


def read_dataset(path, problem):
    """Return the dataset of a file of quenches (.h5) or of a table."""
    if str(path).endswith(".h5"):
        return read_quenches(path).dataset(problem["inputs"])
    return load_csv(path, problem["inputs"], problem["label"])


def read_draw(path, problem):
    """Return (dataset, training inputs, training labels, testing inputs, testing labels) of one draw.

    Quenches: the first half is for training, the second for testing. A table: all rows that no draw trains on are for
    testing. The rows for training are shuffled once and dealt out, so that no two draws share a row.
    """
    dataset = read_dataset(path, problem)
    check_layer_sizes(problem["layer_sizes"], dataset)
    training, testing = split(dataset) if str(path).endswith(".h5") else (dataset, None)
    n_data, draw = problem["n_data"], problem["draw"]
    n_draws = problem["n_draws"] or draw + 1
    if n_data * n_draws > len(training):
        raise InputError(f"n_data is {n_data} in {n_draws} draws, but {path} has {len(training)} rows for training")
    shuffled = sample(training, len(training), np.random.default_rng(problem["shuffle_seed"]))
    rows, rest = slice(draw * n_data, (draw + 1) * n_data), slice(n_draws * n_data, None)
    if testing is None:
        return dataset, shuffled.inputs[rows], shuffled.labels[rows], shuffled.inputs[rest], shuffled.labels[rest]
    return dataset, shuffled.inputs[rows], shuffled.labels[rows], testing.inputs, testing.labels
