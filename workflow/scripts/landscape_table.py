"""One landscape in numbers: what was found, how complete it is, and how well its minima do."""

import pandas as pd

from lossland.completeness import chao1
from lossland.landscape import Landscape


def performance(minima, name):
    """Return AUC and loss of the lowest minimum (row 0), and mean and standard deviation of the AUC over all minima."""
    auc, loss = minima[f"{name}_auc"], minima[f"{name}_loss"]
    values = {"gmin_auc": auc[0], "gmin_loss": loss[0], "auc_mean": auc.mean(), "auc_sd": auc.std(ddof=0)}
    return {f"{name}_{key}": value for key, value in values.items()}


def make_table(path_to_landscape, path_to_minima, path_to_table):
    """Write quantity, value; no label is wrong, so the correctly labelled part of the training data is all of it."""
    landscape, minima = Landscape.read(path_to_landscape), pd.read_csv(path_to_minima)
    counts, search = landscape.counts(), landscape.search
    points = {"minima": landscape.minima, "transition_states": landscape.transition_states}
    values = {key: counts[key] for key in ("n_minima", "n_transition_states")}
    values |= {
        "n_transition_states_nondegenerate": counts["n_transition_states"] - counts["n_degenerate"],
        **{key: search[key] for key in ("coverage_minima", "coverage_transition_states")},
        **{f"chao1_{key}": chao1(of.survey_hits, of.hits - of.survey_hits).estimate for key, of in points.items()},
        "n_components": landscape.n_components,
        **performance(minima, "train"),
        "train_correct_auc_mean": minima["train_auc"].mean(),
        "train_correct_auc_sd": minima["train_auc"].std(ddof=0),
        **performance(minima, "test"),
    }
    values |= {key: search[key] for key in ("n_searches", "n_evaluations")}
    pd.DataFrame(list(values.items()), columns=["quantity", "value"]).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_table, snakemake.log[0], snakemake.input.landscape, snakemake.input.minima, snakemake.output.table)
