"""How often each class occurs among the training data of every draw, wrong labels included."""

import numpy as np
import pandas as pd
from _data import READ, draw_of, read_dataset


def make_table(draws, path_to_table):
    """Write one row for each draw: wrong labels, and items of each class as labelled and in truth."""
    rows, datasets = [], {}
    for name, path_to_dataset, problem in draws:
        read = str((path_to_dataset, *(problem[key] for key in READ)))
        if read not in datasets:
            datasets[read] = read_dataset(path_to_dataset, problem)
        dataset, draw = draw_of(datasets[read], problem)
        row = {"landscape": name, "error_percent": problem["error_percent"], "n_data": len(draw.labels)}
        row["n_wrong"] = int(draw.wrong.sum())
        for kind, labels in (("labelled", draw.labels), ("true", draw.true_labels)):
            counts = np.bincount(labels, minlength=dataset.n_classes)
            row |= {f"{kind}_{number}": int(count) for number, count in enumerate(counts)}
        rows.append(row)
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_table, snakemake.log[0], snakemake.params.draws, path_to_table=snakemake.output.table)
