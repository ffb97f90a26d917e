"""How many minima, and transition states between them, of fits have both frequencies below a cut-off."""

from pathlib import Path

import numpy as np
import pandas as pd
from _points import counted
from _published import published_row

from lossland.analysis.summary import kept_points
from lossland.landscape import Landscape
from lossland.objectives.regression import FREQUENCIES
from lossland.plotting.fits import plot_counts
from lossland.plotting.style import save


def make_counts(landscapes, names, path_to_published, path_to_table, path_to_pdf):
    """Write counts at whole cut-offs of every draw, and a picture; draws of landscapes with other walls are others."""
    rows = []
    for name, path in zip(names, landscapes, strict=True):
        landscape = Landscape.read(path)
        minima, states, ends = kept_points(landscape, counted(landscape))
        of_minima, of_states = (np.abs(table["x"][:, FREQUENCIES]).max(axis=1) for table in (minima, states))
        highest = of_minima, np.maximum(of_states, of_minima[ends].max(axis=1))  # both ends must count, as in the table
        for cutoff in range(1, int(landscape.objective.attributes["max_frequency"]) + 1):
            rows.append((name, cutoff, *(int(np.count_nonzero(values <= cutoff)) for values in highest)))
    table = pd.DataFrame(rows, columns=["landscape", "cutoff", "n_minima", "n_transition_states"])
    table.to_csv(path_to_table, index=False)
    draws = [table[table["landscape"] == name] for name in names]
    axes = [[draw[column].to_numpy() for draw in draws] for column in ("cutoff", "n_minima")]
    published = published_row(path_to_published, {"model": "damped sines"})["n_minima"]
    picture = plot_counts(*axes, published=published, xlabel="greatest frequency allowed", title="Regression")
    save(picture, Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    files = (snakemake.input.published, snakemake.output.table, snakemake.output.pdf)
    run(make_counts, snakemake.log[0], list(snakemake.input.landscapes), snakemake.params.names, *files)
