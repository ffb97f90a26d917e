"""Put the landscapes of several draws beside the published row: mean, sd, n, published, z, verdict."""

import math

import pandas as pd
from _numbers import COUNTS, read_numbers
from _published import published_numbers

from lossland.analysis.comparison import compare


def make_table(rows, path_to_published, path_to_table, confidence):
    """Write one line for each quantity of each landscape: [label, tables of its draws, what is not judged of it].

    Labels, {column: value}, find the published row, of which every number has a line, if no draw has it, too; variants
    of a quantity (after a colon) share its number. Left out: draws without a quantity, quantities that nobody knows.
    Not judged: counts of a "sample" (no coverage is required of it), and "context".
    """
    lines = []
    for label, paths, unjudged in rows:
        draws = [read_numbers(path) for path in paths]
        reference = published_numbers(path_to_published, label) if path_to_published else {}
        for quantity in dict.fromkeys([*(name for draw in draws for name in draw.index), *reference]):
            number = reference.get(quantity.split(":")[0], math.nan)
            values = [draw[quantity] for draw in draws if math.isfinite(draw.get(quantity, math.nan))]
            line = label | {"quantity": quantity, "published": number} | compare(values, number, confidence)
            if math.isfinite(number) and values and (unjudged == "context" or (unjudged and quantity in COUNTS)):
                line["verdict"] = unjudged
            lines += [line] if values or math.isfinite(number) else []
    columns = [*rows[0][0], "quantity", "mean", "sd", "n", "published", "z", "verdict"]
    pd.DataFrame(lines, columns=columns).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    published = next(iter(snakemake.input.published), None)
    run(
        make_table, snakemake.log[0], snakemake.params.rows, published, snakemake.output[0], snakemake.params.confidence
    )
