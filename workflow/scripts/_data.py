"""The training and testing data of one draw."""

from lossland.datasets import check_layer_sizes, load_csv, read_quenches, split, take_draw


def read_dataset(path, problem):
    """Return the dataset of a file of quenches (.h5) or of a table."""
    if str(path).endswith(".h5"):
        return read_quenches(path).dataset(problem["inputs"])
    return load_csv(path, problem["inputs"], problem["label"])


def read_draw(path, problem):
    """Return a dataset and one draw of it.

    Quenches: the first half is for training, the second for testing. A table: all rows that no draw trains on are for
    testing.
    """
    dataset = read_dataset(path, problem)
    check_layer_sizes(problem["layer_sizes"], dataset)
    halves = split(dataset) if str(path).endswith(".h5") else (dataset, None)
    keys = ("n_data", "draw", "shuffle_seed", "n_draws", "error_percent", "mislabelling_seed")
    return dataset, take_draw(*halves, **{key: problem[key] for key in keys})
