"""One verdict for every published number, every claim and the quality of every landscape."""

import _verdicts
import pandas as pd

ROUNDING = 1e-12  # what is zero but for rounding is smaller


def make_verdicts(tables, claims, verifications, landscapes, names, required, zeros, path_to_verdicts):
    """Write all verdicts; only quality can fail, published numbers are in or outside, claims supported or not."""
    lines = [line for path in tables for line in _verdicts.published(path)]
    lines += [line for path in claims for line in _verdicts.claims(path)]
    for *landscape, coverages in zip(names, verifications, landscapes, required, strict=True):
        lines += _verdicts.quality(*landscape, *coverages)
    lines += [line for path in zeros for line in lines_of_zeros(path)]
    pd.DataFrame(lines, columns=_verdicts.COLUMNS).to_csv(path_to_verdicts, index=False)


def lines_of_zeros(path):
    """Yield a line for the largest number of each column of a table whose numbers must all be zero but for rounding."""
    for quantity, largest in pd.read_csv(path, index_col=0).abs().max(skipna=False).items():
        verdict = "passed" if largest < ROUNDING else "failed"
        yield "quality", _verdicts.name_of(path), quantity, largest, f"< {ROUNDING:g}", "", verdict


if "snakemake" in globals():
    from _job import run

    params = {name: snakemake.params[name] for name in ("names", "required")}
    paths = {name: list(snakemake.input[name]) for name in ("tables", "claims", "verifications", "landscapes", "zeros")}
    run(make_verdicts, snakemake.log[0], **paths, **params, path_to_verdicts=snakemake.output.verdicts)
