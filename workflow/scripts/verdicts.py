"""One verdict for every published number, every claim and the quality of every landscape."""

import _verdicts
import pandas as pd


def make_verdicts(tables, claims, verifications, landscapes, names, required, path_to_verdicts):
    """Write all verdicts; only quality can fail, published numbers are in or outside, claims supported or not."""
    lines = [line for path in tables for line in _verdicts.published(path)]
    lines += [line for path in claims for line in _verdicts.claims(path)]
    for *landscape, coverages in zip(names, verifications, landscapes, required, strict=True):
        lines += _verdicts.quality(*landscape, *coverages)
    pd.DataFrame(lines, columns=_verdicts.COLUMNS).to_csv(path_to_verdicts, index=False)


if "snakemake" in globals():
    from _job import run

    params = {name: snakemake.params[name] for name in ("names", "required")}
    paths = {name: list(snakemake.input[name]) for name in ("tables", "claims", "verifications", "landscapes")}
    run(make_verdicts, snakemake.log[0], **paths, **params, path_to_verdicts=snakemake.output.verdicts)
