"""Draw disconnectivity graphs, one or several side by side, coloured by one column of the tables of minima."""

import numpy as np
import pandas as pd
from _numbers import middle_draw
from _points import counted, energy_unit
from _titles import below_title

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.analysis.summary import kept_points
from lossland.landscape import Landscape
from lossland.plotting.disconnectivity import disconnectivity_panels, save

LABELS = {"train_auc": "training AUC", "test_auc": "testing AUC"}


def draw_panels(landscapes, minima, path_to_pdf, titles, colour, graph, options):
    """Write the graphs of one draw as PDF and PNG, from files of all draws of each panel, panel by panel."""
    landscapes, minima = (np.reshape(paths, (len(titles), -1)).tolist() for paths in (landscapes, minima))
    tables = [[pd.read_csv(path) for path in draws] for draws in minima]
    draw, graphs, named = middle_draw([list(map(len, draws)) for draws in tables]), [], []
    for title, paths in zip(titles, landscapes, strict=True):
        landscape = Landscape.read(paths[draw])
        points, states, ends = kept_points(landscape, counted(landscape))
        energies = [energy_unit(landscape.objective) * table["energy"] for table in (points, states)]
        graphs.append(disconnectivity_graph(*energies, ends, **{"unconnected": "draw"} | graph))
        title += f"\ndraw {draw + 1}" if len(paths) > 1 else ""
        named.append(title + below_title(landscape, graphs[-1].n_leaves, len(points["energy"]), len(ends)))
    if colour is not None:
        colours = [draws[draw][colour].to_numpy() for draws in tables]
        options = {"colours": colours, "colour_label": LABELS[colour]} | options
    save(disconnectivity_panels(graphs, **{"titles": named} | options), str(path_to_pdf).removesuffix(".pdf"))


if "snakemake" in globals():
    from _job import run

    files = {name: list(snakemake.input[name]) for name in ("landscapes", "minima")}
    params = {name: snakemake.params[name] for name in ("titles", "colour", "graph", "options")}
    run(draw_panels, snakemake.log[0], path_to_pdf=snakemake.output.pdf, **files, **params)
