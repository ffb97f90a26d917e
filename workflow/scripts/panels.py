"""Draw disconnectivity graphs, one or several side by side, coloured by one column of the tables of minima."""

from pathlib import Path

import pandas as pd
from _points import counted, energy_unit
from _titles import below_title

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.analysis.summary import kept_points
from lossland.landscape import Landscape
from lossland.plotting.disconnectivity import disconnectivity_panels, save

LABELS = {"train_auc": "training AUC", "test_auc": "testing AUC"}


def draw_panels(landscapes, minima, path_to_pdf, titles, colour, graph, options):
    """Write the graphs as PDF and, beside it, as PNG."""
    graphs = []
    for number, path in enumerate(landscapes):
        landscape = Landscape.read(path)
        points, states, ends = kept_points(landscape, counted(landscape))
        options_of_graph = {"unconnected": "draw"} | graph
        energies = [energy_unit(landscape.objective) * table["energy"] for table in (points, states)]
        graphs.append(disconnectivity_graph(*energies, ends, **options_of_graph))
        titles[number] += below_title(landscape, graphs[-1].n_leaves, len(points["energy"]), len(ends))
    if colour is not None:
        colours = [pd.read_csv(path)[colour].to_numpy() for path in minima]
        options = {"colours": colours, "colour_label": LABELS[colour]} | options
    options = {"titles": titles} | options
    save(disconnectivity_panels(graphs, **options), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    n_graphs = len(snakemake.params.titles)
    paths = {"landscapes": snakemake.input[:n_graphs], "minima": snakemake.input[n_graphs:]}
    options = {name: snakemake.params[name] for name in ("titles", "colour", "graph", "options")}
    run(draw_panels, snakemake.log[0], **paths, **options, path_to_pdf=snakemake.output.pdf)
