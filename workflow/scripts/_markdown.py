"""Tables for people to read."""

import pandas as pd
from _numbers import read_numbers

COLUMNS = ["n_minima", "n_transition_states", "n_transition_states_nondegenerate", "n_components", "coverage_minima"]
COLUMNS += ["coverage_transition_states", "chao1_minima", "n_searches"]
LOWEST = ["train_gmin_loss", "lowest_energy", "lowest_energy_per_spin"]  # of networks, fits, glasses


def as_markdown(table):
    """Return a table as Markdown, numbers to four digits, nothing where a number is missing."""
    lines = (table.columns, ["---"] * len(table.columns), *table.itertuples(index=False))
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value):
    return "" if pd.isna(value) else f"{value:.4g}" if isinstance(value, float) else str(value)


def comparison_rows(path_to_table):
    """Return a published table beside this work, one row each quantity."""
    table = pd.read_csv(path_to_table)
    ours = [f"{row.mean:.4g} ± {row.sd:.2g} (n = {row.n})" for row in table.itertuples(name="Row")]
    table.insert(table.columns.get_loc("quantity") + 1, "this work", ours)
    return table.replace({"verdict": {"not published": ""}}).drop(columns=["mean", "sd", "n"])


def claim_rows(path_to_claims):
    """Return claims with their effects, one row each."""
    table = pd.read_csv(path_to_claims)
    shown = ("{effect:.3g} ({low:.3g} to {high:.3g})".format(**row) for row in table.to_dict("records"))
    return table.drop(columns=["low", "high"]).assign(effect=[text.replace(" (nan to nan)", "") for text in shown])


def landscape_rows(names, paths_to_tables):
    """Return the main numbers of each landscape, one row each."""
    tables = [read_numbers(path) for path in paths_to_tables]
    shown = COLUMNS + [name for name in LOWEST if any(name in table for table in tables)]
    return pd.DataFrame([table.reindex(shown) for table in tables], index=names).rename_axis("landscape").reset_index()
