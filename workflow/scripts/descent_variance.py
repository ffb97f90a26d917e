"""How the energies at which descents end spread, against the number of spins: variances, power laws, claims."""

import math

import pandas as pd

from lossland.analysis.effects import estimate_effect
from lossland.analysis.scaling import power_law_fit, variances

SERIES = {"total": "of all end points", "within": "within one realisation"}


def make_tables(paths, tolerance, where, confidence, path_to_table, path_to_exponents, path_to_claims):
    """Write variances of each number of spins, the power laws fitted to them, and the claims on their exponents."""
    rows, fits, claims = [], [], []
    for n_spins, path in paths:
        descents = pd.read_csv(path)
        arrived = descents[descents["gradient_norm"] <= tolerance]
        row = {"n_variables": n_spins, "n_descents": len(descents), "n_not_arrived": len(descents) - len(arrived)}
        row["mean"] = arrived["energy_per_spin"].mean()
        rows.append(row | variances(arrived["energy_per_spin"], arrived["realisation"]))
    table = pd.DataFrame(rows)
    for series, words in SERIES.items():
        fit = power_law_fit(table["n_variables"], table[f"variance_{series}"], table[f"variance_{series}_error"])
        fits.append({"variance": series} | fit)
        # points that scatter by more than their errors make the exponent less sure
        error = fit["exponent_error"] * math.sqrt(max(1.0, fit["chi_square"]))
        name = {"claim": f"{where}: variance {words} falls with the number of spins", "quantity": f"exponent_{series}"}
        effect = estimate_effect(fit["exponent"], error, len(rows) - 2, len(rows), "< 0", confidence)
        claims.append(name | {"unit": "exponent"} | effect)
    for found, path in zip((rows, fits, claims), (path_to_table, path_to_exponents, path_to_claims), strict=True):
        pd.DataFrame(found).to_csv(path, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_tables, snakemake.log[0], *(snakemake.params[k] for k in range(4)), *snakemake.output)
