"""The training and testing data of one draw."""

from pathlib import Path

from lossland.datasets import check_layer_sizes, load_csv, read_mnist, read_quenches, split, take_draw

READ = ("kind", "inputs", "label", "pixels")  # what of a problem says how its dataset is read
KEYS = ("n_data", "block", "draw", "shuffle_seed", "n_draws", "error_percent", "mislabelling_seed")


def read_dataset(path, problem):
    """Return a whole dataset, its part for training, and that for testing: None where all that is left over is.

    Of a dataset of several files ``path`` is one of them, or all.
    """
    if problem["kind"] == "mnist":
        training, testing = read_mnist(Path(path if isinstance(path, str) else path[0]).parent, problem["pixels"])
        return training, training, testing
    if problem["kind"] == "csv":
        table = load_csv(path, problem["inputs"], problem["label"])
        return table, table, None
    dataset = read_quenches(path).dataset(problem["inputs"])
    return dataset, *split(dataset)


def read_draw(path, problem):
    """Return a dataset and one draw of it."""
    return draw_of(read_dataset(path, problem), problem)


def draw_of(parts, problem):
    """Return a dataset and one draw of it, from what :func:`read_dataset` returns."""
    dataset, training, testing = parts
    check_layer_sizes(problem["layer_sizes"], dataset)
    return dataset, take_draw(training, testing, **{key: problem[key] for key in KEYS})
