"""How often each class occurs among the training data of every draw, wrong labels included."""

import numpy as np
import pandas as pd
from _data import read_draw


def make_table(draws, path_to_table):
    """Write one row for each draw: wrong labels, and items of each class as labelled and in truth."""
    rows = []
    for name, path_to_dataset, problem in draws:
        dataset, draw = read_draw(path_to_dataset, problem)
        row = {"landscape": name, "n_data": len(draw.labels), "n_wrong": int(draw.wrong.sum())}
        for kind, labels in (("labelled", draw.labels), ("true", draw.true_labels)):
            counts = np.bincount(labels, minlength=dataset.n_classes)
            row |= {f"{kind}_{number}": int(count) for number, count in enumerate(counts)}
        rows.append(row)
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_table, snakemake.log[0], snakemake.params.draws, path_to_table=snakemake.output.table)
