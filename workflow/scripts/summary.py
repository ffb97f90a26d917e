"""One page with every table beside the published values, the pictures and the verdict."""

import os
from pathlib import Path

import pandas as pd

OWN = ["n_minima", "n_transition_states", "n_transition_states_nondegenerate", "n_components"]
OWN += ["coverage_minima", "coverage_transition_states", "train_gmin_loss", "train_gmin_auc", "test_gmin_auc"]


def markdown(table):
    """Return a table as Markdown, numbers to four digits, nothing where a number is missing."""
    cells = table.map(lambda value: f"{value:.4g}" if isinstance(value, float) else value).replace("nan", "")
    lines = [list(table.columns), ["---"] * len(table.columns), *cells.values.tolist()]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def make_page(paths_to_tables, paths_to_landscapes, names, outcomes, figures, path_to_verdicts, path_to_page):
    """Write the page; pictures are linked relative to it."""
    verdicts = pd.read_csv(path_to_verdicts)
    counts = verdicts["verdict"].value_counts()
    failed = verdicts[verdicts["verdict"] == "failed"]
    total = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    lines = ["# Summary", "", f"Verdict: {total}.", ""]
    lines += ["Failed:", "", markdown(failed), ""] if len(failed) else []
    for path in paths_to_tables:
        lines += [f"## {Path(path).with_suffix('')}", "", markdown(pd.read_csv(path)), ""]
    landscapes = [pd.read_csv(path).set_index("quantity")["value"][OWN] for path in paths_to_landscapes]
    rows = pd.DataFrame(landscapes, index=names).rename_axis("landscape").reset_index()
    lines += ["## Landscapes", "", markdown(rows), ""]
    for path in outcomes:
        lines += [f"## {Path(path).with_suffix('')}", "", markdown(pd.read_csv(path)), ""]
    lines += ["## Figures", ""]
    lines += [f"![{path}]({os.path.relpath(path, Path(path_to_page).parent)})\n" for path in figures]
    Path(path_to_page).write_text("\n".join(lines))


if "snakemake" in globals():
    from _job import run

    paths = {f"paths_to_{name}": list(snakemake.input[name]) for name in ("tables", "landscapes")}
    lists = {name: list(snakemake.input[name]) for name in ("outcomes", "figures")}
    paths |= {"path_to_verdicts": snakemake.input.verdicts, "path_to_page": snakemake.output.page}
    run(make_page, snakemake.log[0], **paths, **lists, names=snakemake.params.names)
