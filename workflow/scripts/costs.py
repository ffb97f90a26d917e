"""Every draw of a study: what was found, how complete it is, and how long that took."""

import pandas as pd
from _numbers import read_numbers

COUNTS = ["n_minima", "n_transition_states", "n_searches", "n_evaluations"]
COLUMNS = ["n_minima", "n_transition_states", "coverage_minima", "coverage_transition_states"]
COLUMNS += ["n_searches", "n_evaluations"]


def make_costs(tables, costs, names, path_to_costs):
    """Write one row for each landscape."""
    rows = [read_numbers(path)[COLUMNS] for path in tables]
    table = pd.DataFrame(rows, index=names).astype(dict.fromkeys(COUNTS, int)).rename_axis("landscape").reset_index()
    times = pd.concat([pd.read_csv(path) for path in costs], ignore_index=True)
    pd.concat([table, times], axis=1).to_csv(path_to_costs, index=False)


if "snakemake" in globals():
    from _job import run

    paths = {name: list(snakemake.input[name]) for name in ("tables", "costs")}
    run(make_costs, snakemake.log[0], **paths, names=snakemake.params.names, path_to_costs=snakemake.output.table)
