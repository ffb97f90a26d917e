"""Print every verdict; fail when a landscape fails its own quality checks."""

import sys
from pathlib import Path

import pandas as pd


def verdict_lines(path_to_verdicts):
    """Return the readable verdicts and the number that failed."""
    verdicts = pd.read_csv(path_to_verdicts).fillna("")
    failed = int((verdicts["verdict"] == "failed").sum())
    counts = verdicts["verdict"].value_counts()
    total = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    return [verdicts.to_string(index=False, float_format="{:.5g}".format), "", f"{path_to_verdicts}: {total}"], failed


if "snakemake" in globals():
    lines, failed = verdict_lines(snakemake.input.verdicts)
    text = "\n".join(lines)
    Path(snakemake.log[0]).write_text(f"{text}\n")
    print(text)
    sys.exit(1 if failed else 0)
