"""The loss of one draw, whose landscape is explored."""

from _data import read_draw

from lossland.objectives import mlp_cross_entropy

NETWORK = ("layer_sizes", "regularisation", "regularise_biases", "normalisation", "mask")


def read_objective(path, problem):
    """Return the loss of one draw, and what a landscape of it records: its settings and the dataset's digest."""
    dataset, inputs, labels, _, _ = read_draw(path, problem)
    objective = mlp_cross_entropy(inputs=inputs, labels=labels, **{key: problem[key] for key in NETWORK})
    return objective, {"config": problem, "dataset_sha256": dataset.sha256}
