"""Compare tables with their reference, number by number, and stop at the first that moved."""

from pathlib import Path

import pandas as pd

from lossland.errors import VerificationError

RELATIVE_TOLERANCE = 1e-6


def first_difference(table, reference):
    """Return one sentence on the first difference of two tables, or None."""
    if list(table.columns) != list(reference.columns) or len(table) != len(reference):
        return f"has {len(table)} rows of {list(table.columns)}, expected {len(reference)} of {list(reference.columns)}"
    for row in range(len(table)):
        for column in table.columns:
            new, old = table.at[row, column], reference.at[row, column]
            same = new == old or (pd.isna(new) and pd.isna(old))
            floats = isinstance(new, float) and isinstance(old, float)
            if not same and not (floats and abs(new - old) <= RELATIVE_TOLERANCE * abs(old)):
                label = ", ".join(str(value) for value in table.iloc[row] if isinstance(value, str))
                return f"line {row + 2} ({label}), column {column}: {new}, expected {old}"
    return None


def compare_tables(paths_to_tables, paths_to_references, path_to_report):
    """Write a report when nothing moved; otherwise raise one sentence on the first number that did."""
    for path, reference in zip(paths_to_tables, paths_to_references, strict=True):
        difference = first_difference(pd.read_csv(path), pd.read_csv(reference))
        if difference:
            raise VerificationError(f"{path}, {difference} by {reference}; if that is meant, run make reference")
    Path(path_to_report).write_text(f"{len(paths_to_tables)} tables as in the reference\n")


if "snakemake" in globals():
    from _job import run

    paths = {f"paths_to_{name}": list(snakemake.input[name]) for name in ("tables", "references")}
    run(compare_tables, snakemake.log[0], **paths, path_to_report=snakemake.output.report)
