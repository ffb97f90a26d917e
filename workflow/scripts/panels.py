"""Draw disconnectivity graphs, one or several side by side, coloured by one column of the tables of minima."""

from pathlib import Path

import pandas as pd

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.landscape import Landscape
from lossland.plotting.disconnectivity import disconnectivity_panels, save

LABELS = {"train_auc": "training AUC", "test_auc": "testing AUC"}


def draw_panels(landscapes, minima, path_to_pdf, titles, colour, graph, options):
    """Write the graphs as PDF and, beside it, as PNG."""
    graphs = []
    for number, path in enumerate(landscapes):
        landscape = Landscape.read(path)
        points, states = landscape.minima, landscape.transition_states
        options_of_graph = {"unconnected": "draw"} | graph
        graphs.append(disconnectivity_graph(points.energy, states.energy, states.minima, **options_of_graph))
        shown, known = graphs[-1].n_leaves, len(points.energy)
        titles[number] += f"\nminima: {known}" if shown == known else f"\nminima: {shown} of {known}"
    colours = [pd.read_csv(path)[colour].to_numpy() for path in minima]
    options = {"titles": titles, "colours": colours, "colour_label": LABELS[colour]} | options
    save(disconnectivity_panels(graphs, **options), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    n_graphs = len(snakemake.params.titles)
    paths = {"landscapes": snakemake.input[:n_graphs], "minima": snakemake.input[n_graphs:]}
    options = {name: snakemake.params[name] for name in ("titles", "colour", "graph", "options")}
    run(draw_panels, snakemake.log[0], **paths, **options, path_to_pdf=snakemake.output.pdf)
