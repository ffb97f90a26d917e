"""What a paper claims, beside the effect over independent draws of the data and its confidence interval."""

import numpy as np
import pandas as pd

from lossland.analysis.effects import difference_effect, mean_effect, slope

COLUMNS = ["claim", "quantity", "unit", "effect", "low", "high", "effect_size", "n", "expected", "verdict"]


def numbers(paths, quantity, log=False):
    """Return a quantity of all draws of a landscape, NaN where one has none; its logarithm if asked for."""
    tables = [pd.read_csv(path).set_index("quantity")["value"] for path in paths]
    return (np.log if log else np.array)([table.get(quantity, np.nan) for table in tables])


def effect(claim, confidence):
    """Return the effect that a claim is about: a trend, a difference between landscapes, or a number itself."""
    quantity, log = claim["quantity"], claim.get("log", False)
    columns = [numbers(paths, quantity, log) for paths in claim["draws"]]
    options = {"expected": claim["expected"], "confidence": confidence}
    if claim["measure"] == "trend":
        return mean_effect([slope(claim["at"], values) for values in np.transpose(columns)], **options)
    if claim["measure"] == "difference":  # of independent draws
        return difference_effect(*columns, **options)
    other = numbers(claim["draws"][-1], claim.get("minus", quantity), log)
    return mean_effect(columns[0] - (0.0 if claim["measure"] == "mean" else other), **options)


def make_claims(claims, path_to_claims, confidence):
    """Write one row for each claim."""
    rows = [{**claim, **effect(claim, confidence)} for claim in claims]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path_to_claims, index=False)


if "snakemake" in globals():
    from _job import run

    arguments = {"path_to_claims": snakemake.output.claims, "confidence": snakemake.params.confidence}
    run(make_claims, snakemake.log[0], snakemake.params.claims, **arguments)
