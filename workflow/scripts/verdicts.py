"""One verdict for every published number and for the quality of every landscape."""

from pathlib import Path

import pandas as pd


def quality(name, path_to_verification, path_to_landscape, required_coverage):
    """Yield the rows of what a landscape owes itself."""
    counts = pd.read_csv(path_to_landscape).set_index("quantity")["value"]
    n_offenders = len(pd.read_csv(path_to_verification))
    coverage, parts = counts["coverage_minima"], counts["n_components"]
    for quantity, value, expected, passed in (
        ("unverified points", n_offenders, 0, n_offenders == 0),
        ("coverage of minima", coverage, required_coverage, coverage >= required_coverage),
        ("unconnected parts", parts, 1, parts == 1),
    ):
        yield "quality", name, quantity, value, expected, "", "passed" if passed else "failed"


def make_verdicts(tables, verifications, landscapes, names, required_coverage, path_to_verdicts):
    """Write where, what, value, expected, z, verdict; only quality can fail, published numbers are in or outside."""
    rows = []
    for path in tables:
        for row in pd.read_csv(path).dropna(subset=["published"]).itertuples():
            where = f"{Path(path).with_suffix('')}, {row.error_percent} %".removeprefix("results/")
            rows.append(("published", where, row.quantity, row.mean, row.published, row.z, row.verdict))
    for landscape in zip(names, verifications, landscapes, required_coverage, strict=True):
        rows += quality(*landscape)
    columns = ["kind", "where", "quantity", "value", "expected", "z", "verdict"]
    pd.DataFrame(rows, columns=columns).to_csv(path_to_verdicts, index=False)


if "snakemake" in globals():
    from _job import run

    paths = {name: list(snakemake.input[name]) for name in ("tables", "verifications", "landscapes")}
    run(make_verdicts, snakemake.log[0], **paths, **dict(snakemake.params), path_to_verdicts=snakemake.output.verdicts)
