"""Print every verdict; fail when a landscape fails its own quality checks."""

import sys
from pathlib import Path

import pandas as pd


def report(path_to_verdicts, path_to_log):
    """Print all verdicts, log those that failed, and return how many did."""
    verdicts = pd.read_csv(path_to_verdicts)
    failed = verdicts[verdicts["verdict"] == "failed"]
    total = ", ".join(f"{number} {verdict}" for verdict, number in verdicts["verdict"].value_counts().items())
    print(verdicts.to_string(index=False, na_rep="", float_format="{:.5g}".format))
    print(f"\n{path_to_verdicts}: {total}")
    Path(path_to_log).write_text(f"{failed.to_string(index=False)}\n" if len(failed) else "nothing failed\n")
    return len(failed)


if "snakemake" in globals():
    sys.exit(1 if report(snakemake.input.verdicts, snakemake.log[0]) else 0)
