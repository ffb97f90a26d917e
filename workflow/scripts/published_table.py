"""Put the landscapes of several draws beside the published row: mean, sd, n, published, z, verdict."""

import math

import pandas as pd

from lossland.analysis.comparison import compare


def make_table(rows, path_to_published, path_to_table, confidence):
    """Write one line for each landscape and quantity; a landscape is [label, paths to the tables of its draws].

    Labels, {column: value}, find the published row; variants of a quantity (after a colon) share its number. Draws for
    which a quantity does not exist (the AUC of an empty part of the data) are left out.
    """
    published = pd.read_csv(path_to_published) if path_to_published else None
    lines = []
    for label, paths in rows:
        draws = [pd.read_csv(path).set_index("quantity")["value"] for path in paths]
        chosen = [] if published is None else (published[list(label)] == pd.Series(label)).all(axis=1)
        reference = {} if published is None else published[chosen].iloc[0]
        for quantity in draws[0].index:
            number = float(reference.get(quantity.split(":")[0], math.nan))
            values = [draw[quantity] for draw in draws if math.isfinite(draw.get(quantity, math.nan))]
            lines.append(label | {"quantity": quantity, "published": number} | compare(values, number, confidence))
    columns = [*rows[0][0], "quantity", "mean", "sd", "n", "published", "z", "verdict"]
    pd.DataFrame(lines, columns=columns).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(
        make_table,
        snakemake.log[0],
        rows=snakemake.params.rows,
        path_to_published=next(iter(snakemake.input.published), None),
        path_to_table=snakemake.output.table,
        confidence=snakemake.params.confidence,
    )
