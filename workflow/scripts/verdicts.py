"""One verdict for every published number and for the quality of every landscape."""

from pathlib import Path

import pandas as pd


def quality(name, path_to_verification, path_to_landscape, required_minima, required_states):
    """Yield the rows of what a landscape owes itself; coverages are at least what is required."""
    counts = pd.read_csv(path_to_landscape).set_index("quantity")["value"]
    n_offenders = len(pd.read_csv(path_to_verification))
    minima, states = counts["coverage_minima"], counts["coverage_transition_states"]
    parts = counts["n_components"]
    for quantity, value, expected, passed in (
        ("unverified points", n_offenders, 0, n_offenders == 0),
        ("coverage of minima", minima, required_minima, minima >= required_minima),
        ("coverage of transition states", states, required_states, states >= required_states),
        ("unconnected parts", parts, 1, parts == 1),
    ):
        yield "quality", name, quantity, value, expected, "", "passed" if passed else "failed"


def make_verdicts(tables, verifications, landscapes, names, required, path_to_verdicts):
    """Write where, what, value, expected, z, verdict; only quality can fail, published numbers are in or outside."""
    rows = []
    for path in tables:
        for row in pd.read_csv(path).dropna(subset=["published"]).itertuples():
            where = f"{Path(path).with_suffix('')}, {row.error_percent} %".removeprefix("results/")
            rows.append(("published", where, row.quantity, row.mean, row.published, row.z, row.verdict))
    for *landscape, coverages in zip(names, verifications, landscapes, required, strict=True):
        rows += quality(*landscape, *coverages)
    columns = ["kind", "where", "quantity", "value", "expected", "z", "verdict"]
    pd.DataFrame(rows, columns=columns).to_csv(path_to_verdicts, index=False)


if "snakemake" in globals():
    from _job import run

    paths = {name: list(snakemake.input[name]) for name in ("tables", "verifications", "landscapes")}
    run(make_verdicts, snakemake.log[0], **paths, **dict(snakemake.params), path_to_verdicts=snakemake.output.verdicts)
