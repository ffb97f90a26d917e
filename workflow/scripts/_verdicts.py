"""Lines of the table of verdicts."""

import math
from pathlib import Path

import pandas as pd
from _numbers import read_numbers

COLUMNS = ["kind", "where", "quantity", "value", "expected", "z", "verdict"]


def name_of(path):
    return str(Path(path).with_suffix("")).removeprefix("results/")


def published(path):
    """Yield a line for every published number of a table, variants (after a colon) left out; exact ones have no z."""
    table = pd.read_csv(path).dropna(subset=["published"])
    labels = table.columns[: table.columns.get_loc("quantity")]
    for _, row in table[~table["quantity"].str.contains(":")].iterrows():
        where = ", ".join([name_of(path), *(f"{label} {row[label]}" for label in labels)])
        yield "published", where, *row.reindex(["quantity", "mean", "published", "z", "verdict"])


def claims(path):
    """Yield a line for every claim; its z is the effect size."""
    for row in pd.read_csv(path).itertuples():
        yield "claim", name_of(path), row.claim, row.effect, row.expected, row.effect_size, row.verdict


def quality(name, path_to_verification, path_to_numbers, required_minima, required_states):
    """Yield what a landscape owes itself; one of which no coverage is required is a sample, and may be in parts."""
    numbers = read_numbers(path_to_numbers)
    n_offences, parts = len(pd.read_csv(path_to_verification)), numbers["n_components"]
    lines = [("unverified points", n_offences, 0, n_offences == 0)]
    for what, required in (("minima", required_minima), ("transition_states", required_states)):
        if not math.isnan(found := numbers[f"coverage_{what}"]) or required:  # NaN where nobody has looked
            lines.append((f"coverage of {what.replace('_', ' ')}", found, required, found >= required))
    lines += [("unconnected parts", parts, 1, parts == 1)] if required_minima or required_states else []
    yield from (("quality", name, *line, "", "passed" if passed else "failed") for *line, passed in lines)
