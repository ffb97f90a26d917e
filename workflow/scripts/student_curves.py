"""How the losses of students fall, over several seeds: levels and end slopes as a table, claims, and a picture."""

from pathlib import Path

import numpy as np
import pandas as pd

from lossland.analysis.effects import mean_effect, slope
from lossland.plotting.students import plot_students
from lossland.plotting.style import save

TAIL = 2 / 3  # of the epochs: where the end slope begins


def make_tables(paths, path_to_table, path_to_claims, path_to_pdf, confidence):
    """Write one row for each schedule, size and seed; claims on the order of the levels; figure 16."""
    curves = pd.concat([pd.read_csv(path).assign(seed=number) for number, path in enumerate(paths, 1)])
    rows = []
    for (schedule, size, seed), curve in curves.groupby(["schedule", "relative_size", "seed"]):
        end, tail = curve.iloc[-1], curve[curve["epoch"] > TAIL * curve["epoch"].max()]
        rows.append({"schedule": schedule, "relative_size": size, "seed": seed, **end[["divergence", "squared_error"]]})
        rows[-1]["end_slope"] = slope(np.log(tail["epoch"]), np.log(tail["divergence"]))
    (table := pd.DataFrame(rows)).to_csv(path_to_table, index=False)
    levels = np.log(
        table[table["schedule"] == "decaying"].pivot(index="seed", columns="relative_size", values="divergence")
    )
    claims = []
    sizes = [size for size in levels.columns if size <= 1.0]  # larger students can be the teacher as well as equal ones
    for small, large in zip(sizes, sizes[1:], strict=False):
        words = f"a student of size {small:g} stalls higher than one of size {large:g}"
        row = {"claim": words, "quantity": "divergence", "unit": "ln"}
        claims.append(row | mean_effect(levels[small] - levels[large], "> 0", confidence))
    pd.DataFrame(claims).to_csv(path_to_claims, index=False)
    save(plot_students(curves[curves["schedule"] != "teacher"]), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(make_tables, snakemake.log[0], list(snakemake.input), *snakemake.output[:3], snakemake.params.confidence)
