"""How well the network of every minimum does on its training and on the testing data."""

import numpy as np
import pandas as pd
from _data import read_draw

from lossland.analysis.network_performance import network_performance
from lossland.landscape import Landscape


def make_minima(path_to_landscape, path_to_dataset, path_to_minima, problem, target, threads):
    """Write one row for each minimum; losses are per datum and include the regulariser, cross-entropies do not."""
    landscape = Landscape.read(path_to_landscape)
    minima, layout = landscape.minima, landscape.objective.network
    _, inputs, labels, test_inputs, test_labels = read_draw(path_to_dataset, problem)
    table = pd.DataFrame({"minimum": np.arange(len(minima.energy)), "hits": minima.hits})
    table["train_loss"] = minima.energy / (len(labels) if problem["normalisation"] == "sum" else 1)
    for name, data in (("train", (inputs, labels)), ("test", (test_inputs, test_labels))):
        columns = network_performance(layout, minima.x, *data, target, threads=threads)
        table = table.assign(**{f"{name}_{key}": columns[key] for key in ("cross_entropy", "auc", "accuracy")})
    table["test_loss"] = table["test_cross_entropy"] + table["train_loss"] - table["train_cross_entropy"]
    table.to_csv(path_to_minima, index=False)


if "snakemake" in globals():
    from _job import run

    run(
        make_minima,
        snakemake.log[0],
        *snakemake.input[:2],
        snakemake.output.minima,
        *snakemake.params[:2],
        snakemake.threads,
    )
