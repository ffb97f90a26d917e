"""One page with every table beside the published values, the pictures and the verdict."""

import os
from pathlib import Path

import pandas as pd
from _markdown import as_markdown, claim_rows, comparison_rows, landscape_rows


def make_page(tables, claims, landscapes, names, lists, figures, left_out, path_to_verdicts, path_to_page):
    """Write the page; pictures are linked relative to it."""
    verdicts = pd.read_csv(path_to_verdicts)
    failed = verdicts[verdicts["verdict"] == "failed"]
    total = ", ".join(f"{number} {verdict}" for verdict, number in verdicts["verdict"].value_counts().items())
    lines = ["# Summary", f"Verdict: {total}.", *(f"**{sentence}**" for sentence in left_out)]
    lines += ["Failed:", as_markdown(failed)] if len(failed) else []
    for path in tables:
        lines += [f"## {Path(path).with_suffix('')}", as_markdown(comparison_rows(path))]
    for path in claims:
        lines += [f"## {Path(path).with_suffix('')}", as_markdown(claim_rows(path))]
    lines += ["## Landscapes", as_markdown(landscape_rows(names, landscapes))]
    for path in lists:
        lines += [f"## {Path(path).with_suffix('')}", as_markdown(pd.read_csv(path))]
    lines += ["## Figures"]
    lines += [f"![{path}]({os.path.relpath(path, Path(path_to_page).parent)})" for path in figures]
    Path(path_to_page).write_text("\n\n".join(lines) + "\n")


if "snakemake" in globals():
    from _job import run

    params = {name: snakemake.params[name] for name in ("names", "left_out")}
    files = {name: list(snakemake.input[name]) for name in ("tables", "claims", "landscapes", "lists", "figures")}
    paths = {"path_to_verdicts": snakemake.input.verdicts, "path_to_page": snakemake.output.page}
    run(make_page, snakemake.log[0], **files, **paths, **params)
