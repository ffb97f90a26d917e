"""What a paper claims, beside the effect over independent draws of the data and its confidence interval."""

import numpy as np
import pandas as pd
from _numbers import COUNTS, of_draws

from lossland.analysis.effects import difference_effect, mean_effect, slope, slope_effect

COLUMNS = ["claim", "quantity", "unit", "effect", "low", "high", "effect_size", "n", "expected", "verdict"]


def effect(claim, confidence):
    """Return the effect that a claim is about; of unequal numbers of draws of the same data, the first ones count."""
    quantity, log = claim["quantity"], claim.get("log", False)
    options = {"expected": claim["expected"], "confidence": confidence}
    draws = [of_draws(paths, quantity, log) for paths in claim["draws"]]
    if claim["measure"] == "difference":  # of independent draws
        return difference_effect(*draws, **options)
    if claim["measure"] == "fit":  # to independent draws
        return slope_effect(claim["at"], draws, **options)
    columns = np.array([values[: min(map(len, draws))] for values in draws])
    if claim["measure"] == "trend":
        return mean_effect([slope(claim["at"], values) for values in columns.T], **options)
    other = claim.get("minus", quantity)
    others = of_draws(claim["draws"][-1], other, log)[: columns.shape[1]] if isinstance(other, str) else other
    return mean_effect(columns[0] - others, **options)


def make_claims(claims, path_to_claims, confidence):
    """Write one row for each claim; one on counts of which some are those of samples is not judged."""
    rows = [{**claim, **effect(claim, confidence)} for claim in claims]
    for row in (row for row in rows if row["sample"] and row["quantity"] in COUNTS):
        row["verdict"] = "sample"
    pd.DataFrame(rows, columns=COLUMNS).to_csv(path_to_claims, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_claims, snakemake.log[0], snakemake.params.claims, snakemake.output.claims, snakemake.params.confidence)
