"""Draw how the AUC spreads over the minima of several landscapes, beside published means and deviations."""

from pathlib import Path

import numpy as np
import pandas as pd

from lossland.plotting.spread import plot_spread
from lossland.plotting.style import save


def draw_spread(tables, path_to_published, path_to_pdf, column, title):
    """Write the figure as PDF and, beside it, as PNG; ``tables`` are {share of wrong labels: minima of all draws}."""
    draws = [[pd.read_csv(path) for path in paths] for paths in tables.values()]
    values = [[table[column] for table in of_level] for of_level in draws]
    # of all classes and minima of a draw together
    pooled = [np.mean([table.filter(regex=rf"^{column}_\d+$").to_numpy().std() for table in t]) for t in draws]
    published = pd.read_csv(path_to_published).set_index("error_percent").loc[[int(level) for level in tables]]
    numbers = {key: published[f"{column}_{key}"].tolist() for key in ("mean", "sd")}
    labels = {"xlabel": "wrong labels (%)", "ylabel": "testing AUC, mean over the classes", "title": title}
    labels |= {"wider": ("over classes and minima", pooled)}
    save(plot_spread(list(tables), values, published=numbers, **labels), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(
        draw_spread,
        snakemake.log[0],
        tables=snakemake.params.tables,
        path_to_published=snakemake.input.published,
        path_to_pdf=snakemake.output.pdf,
        column=snakemake.params.column,
        title=snakemake.params.title,
    )
