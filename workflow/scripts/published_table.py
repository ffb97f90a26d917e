"""Put the landscapes of several draws beside the published row: mean, sd, n, published, z, verdict."""

import math

import pandas as pd
from _numbers import read_numbers
from _published import published_row

from lossland.analysis.comparison import compare

COUNTS = ("n_minima", "n_transition_states")


def make_table(rows, path_to_published, path_to_table, confidence):
    """Write one line for each quantity of each landscape: [label, tables of its draws, what is not judged of it].

    Labels, {column: value}, find the published row; variants of a quantity (after a colon) share its number. Draws
    without a quantity are left out. Not judged are counts of a "sample" (no coverage is required of it) and "context".
    """
    lines = []
    for label, paths, unjudged in rows:
        draws = [read_numbers(path) for path in paths]
        reference = published_row(path_to_published, label) if path_to_published else {}
        for quantity in dict.fromkeys(quantity for draw in draws for quantity in draw.index):
            number = float(reference.get(quantity.split(":")[0], math.nan))
            values = [draw[quantity] for draw in draws if math.isfinite(draw.get(quantity, math.nan))]
            lines.append(label | {"quantity": quantity, "published": number} | compare(values, number, confidence))
            if math.isfinite(number) and (unjudged == "context" or (unjudged and quantity in COUNTS)):
                lines[-1]["verdict"] = unjudged
    columns = [*rows[0][0], "quantity", "mean", "sd", "n", "published", "z", "verdict"]
    pd.DataFrame(lines, columns=columns).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    published = next(iter(snakemake.input.published), None)
    run(
        make_table, snakemake.log[0], snakemake.params.rows, published, snakemake.output[0], snakemake.params.confidence
    )
