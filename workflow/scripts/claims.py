"""What a paper claims, beside the effect over independent draws of the data and its confidence interval."""

import numpy as np
import pandas as pd

from lossland.analysis.effects import difference_effect, mean_effect, slope

COLUMNS = ["claim", "quantity", "unit", "effect", "low", "high", "effect_size", "n", "expected", "verdict"]


def numbers(paths, quantity, log=False):
    """Return a quantity of all draws of a landscape, or its logarithm; NaN where a draw has none."""
    values = np.array([pd.read_csv(path).set_index("quantity")["value"].get(quantity, np.nan) for path in paths])
    return np.log(np.where(values > 0, values, np.nan)) if log else values


def effect(claim, confidence):
    """Return the effect that a claim is about; of unequal numbers of draws of the same data, the first ones count."""
    quantity, log = claim["quantity"], claim.get("log", False)
    options = {"expected": claim["expected"], "confidence": confidence}
    if claim["measure"] == "difference":  # of independent draws
        return difference_effect(*(numbers(paths, quantity, log) for paths in claim["draws"]), **options)
    draws = [paths[: min(map(len, claim["draws"]))] for paths in claim["draws"]]
    columns = np.array([numbers(paths, quantity, log) for paths in draws])
    if claim["measure"] == "trend":
        return mean_effect([slope(claim["at"], values) for values in columns.T], **options)
    other = claim.get("minus", quantity)
    return mean_effect(columns[0] - (numbers(draws[-1], other, log) if isinstance(other, str) else other), **options)


def make_claims(claims, path_to_claims, confidence):
    """Write one row for each claim."""
    rows = [{**claim, **effect(claim, confidence)} for claim in claims]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path_to_claims, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_claims, snakemake.log[0], snakemake.params.claims, snakemake.output.claims, snakemake.params.confidence)
