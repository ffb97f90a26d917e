"""The loss or other function of one draw, whose landscape is explored."""

from _data import read_draw
from _functions import OBJECTIVES

from lossland.objectives import locality_mask, mlp_cross_entropy

NETWORK = ("layer_sizes", "regularisation", "regularise_biases", "normalisation")


def read_objective(path, problem):
    """Return the function of one draw, and what a landscape of it records: its settings and the dataset's digest."""
    if problem["kind"] in OBJECTIVES:
        return OBJECTIVES[problem["kind"]](problem), {"config": problem}
    dataset, draw = read_draw(path, problem)
    mask = problem["mask"]
    if problem["n_neighbours"] is not None:
        mask = locality_mask(problem["layer_sizes"], problem["n_neighbours"])
    settings = {key: problem[key] for key in NETWORK}
    objective = mlp_cross_entropy(inputs=draw.inputs, labels=draw.labels, mask=mask, **settings)
    return objective, {"config": problem, "dataset_sha256": dataset.sha256}
