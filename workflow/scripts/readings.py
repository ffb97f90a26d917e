"""Several readings of a paper side by side: the columns of its table for each of them."""

import pandas as pd
from _numbers import read_numbers


def make_table(readings, path_to_published, path_to_table):
    """Write one row for each share of wrong labels and quantity, and one column for each reading: means over draws.

    ``readings`` are [reading, share, tables of its draws]; variants of a quantity (after a colon) share its number.
    """
    published, found = pd.read_csv(path_to_published).set_index("error_percent"), {}
    for reading, share, paths in readings:
        numbers = pd.concat([read_numbers(path) for path in paths], axis=1).mean(axis=1)
        found.setdefault(share, {})[reading] = numbers
    rows = []
    for share, columns in found.items():
        for quantity in dict.fromkeys(quantity for numbers in columns.values() for quantity in numbers.index):
            if (name := quantity.split(":")[0]) in published or name == "n_minima":
                ours = {reading: numbers.get(quantity) for reading, numbers in columns.items()}
                number = published[name].get(share) if name in published else None
                rows.append({"error_percent": share, "quantity": quantity, "published": number} | ours)
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_table, snakemake.log[0], snakemake.params.readings, snakemake.input.published, snakemake.output.table)
