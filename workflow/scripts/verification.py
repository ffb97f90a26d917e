"""Recompute a landscape from its file alone and list what does not hold."""

import pandas as pd

from lossland.verify import verification

COLUMNS = ["kind", "table", "row", "expected", "found", "sentence"]


def verify_landscape(path_to_landscape, path_to_report, n_ends):
    """Write one row for each offence; none is the best report."""
    result = verification(path_to_landscape, ends=n_ends)
    rows = [[getattr(offence, column) for column in COLUMNS] for offence in result.offences]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path_to_report, index=False)
    print(f"{len(rows)} offences; checked: {result.n_minima} minima, {result.n_transition_states} transition states, ")
    print(f"both ends of {result.n_ends_checked} transition states, {result.n_undetermined} of them undetermined")


if "snakemake" in globals():
    from _job import run

    paths = [snakemake.input.landscape, snakemake.output.report]
    run(verify_landscape, snakemake.log[0], *paths, n_ends=snakemake.params.n_ends)
