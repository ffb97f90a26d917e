"""How well the network of every minimum does on its training and on the testing data."""

import numpy as np
import pandas as pd
from _data import read_draw

from lossland.analysis.performance import accuracy, auc, cross_entropy
from lossland.landscape import Landscape
from lossland.objectives.mlp import class_probabilities


def evaluate(layout, points, inputs, labels, target, name):
    """Return columns for one set of data; NaN without data, or without both sides of the AUC's question."""
    columns = {f"{name}_{key}": np.full(len(points), np.nan) for key in ("cross_entropy", "auc", "accuracy")}
    for row, x in enumerate(points if len(labels) else ()):
        probabilities = class_probabilities(layout, x, inputs)
        columns[f"{name}_cross_entropy"][row] = cross_entropy(probabilities, labels)
        columns[f"{name}_accuracy"][row] = accuracy(probabilities, labels)
        if 0 < np.count_nonzero(labels == target) < len(labels):
            columns[f"{name}_auc"][row] = auc(probabilities, labels, target)
    return columns


def make_minima(path_to_landscape, path_to_dataset, path_to_minima, problem, target):
    """Write one row for each minimum; losses are per datum and include the regulariser, cross-entropies do not."""
    landscape = Landscape.read(path_to_landscape)
    minima, layout = landscape.minima, landscape.objective.network
    _, inputs, labels, test_inputs, test_labels = read_draw(path_to_dataset, problem)
    table = pd.DataFrame({"minimum": np.arange(len(minima.energy)), "hits": minima.hits})
    table["train_loss"] = minima.energy / (len(labels) if problem["normalisation"] == "sum" else 1)
    table = table.assign(**evaluate(layout, minima.x, inputs, labels, target, "train"))
    table = table.assign(**evaluate(layout, minima.x, test_inputs, test_labels, target, "test"))
    table["test_loss"] = table["test_cross_entropy"] + table["train_loss"] - table["train_cross_entropy"]
    table.to_csv(path_to_minima, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_minima, snakemake.log[0], *snakemake.input[:2], snakemake.output.minima, *snakemake.params[:2])
