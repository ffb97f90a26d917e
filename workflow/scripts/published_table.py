"""Put the landscapes of several draws beside the published row: mean, sd, n, published, z, verdict."""

import math

import pandas as pd

from lossland.analysis.comparison import compare


def make_table(paths_by_error, path_to_published, path_to_table, confidence):
    """Write one row for each share of wrong labels and quantity; counts and coverages have no published value."""
    published = pd.read_csv(path_to_published).set_index("error_percent")
    rows = []
    for error_percent, paths in paths_by_error.items():
        draws = [pd.read_csv(path).set_index("quantity")["value"] for path in paths]
        reference = published.loc[int(error_percent)]
        for quantity in draws[0].index:
            number = float(reference.get(quantity, math.nan))
            row = {"error_percent": int(error_percent), "quantity": quantity, "published": number}
            rows.append(row | compare([draw[quantity] for draw in draws], number, confidence))
    columns = ["error_percent", "quantity", "mean", "sd", "n", "published", "z", "verdict"]
    pd.DataFrame(rows, columns=columns).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(
        make_table,
        snakemake.log[0],
        paths_by_error=snakemake.params.rows,
        path_to_published=snakemake.input.published,
        path_to_table=snakemake.output.table,
        confidence=snakemake.params.confidence,
    )
