"""Draw a disconnectivity graph, its branches coloured by one column of the table of minima."""

from pathlib import Path

import pandas as pd

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.landscape import Landscape
from lossland.plotting.disconnectivity import plot_disconnectivity, save

LABELS = {"train_auc": "training AUC", "test_auc": "testing AUC"}


def draw_graph(path_to_landscape, path_to_minima, path_to_pdf, colour, title, n_levels, n_lowest):
    """Write the graph as PDF and, beside it, as PNG."""
    landscape = Landscape.read(path_to_landscape)
    minima, states = landscape.minima, landscape.transition_states
    graph = disconnectivity_graph(
        minima.energy, states.energy, states.minima, n_levels=n_levels, n_lowest=n_lowest, unconnected="draw"
    )
    values = pd.read_csv(path_to_minima)[colour].to_numpy()
    figure = plot_disconnectivity(graph, colours=values, colour_label=LABELS[colour], title=title)
    save(figure, Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(
        draw_graph,
        snakemake.log[0],
        path_to_landscape=snakemake.input.landscape,
        path_to_minima=snakemake.input.minima,
        path_to_pdf=snakemake.output.pdf,
        colour=snakemake.params.colour,
        title=snakemake.params.title,
        n_levels=snakemake.params.n_levels,
        n_lowest=snakemake.params.n_lowest,
    )
