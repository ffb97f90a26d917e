"""Draw the network of the minima that count, and how many neighbours they have."""

from pathlib import Path

import numpy as np
from _points import counted, energy_unit

from lossland.analysis.network import degree_counts, largest_component, network_of_minima
from lossland.analysis.random_networks import random_degree_counts
from lossland.analysis.summary import kept_points
from lossland.landscape import Landscape
from lossland.plotting.network import plot_degree_distribution, plot_network
from lossland.plotting.style import save


def draw_network(path_to_landscape, path_to_network, path_to_degrees, options, seed):
    """Write both pictures as PDF and, beside it, as PNG."""
    landscape = Landscape.read(path_to_landscape)
    minima, _, ends = kept_points(landscape, counted(landscape))
    graph = network_of_minima(len(minima["energy"]), ends)
    energies = energy_unit(landscape.objective) * minima["energy"]
    save(plot_network(graph, energies, **options), Path(path_to_network).with_suffix(""))
    largest = largest_component(graph)
    random = random_degree_counts(len(largest), largest.number_of_edges(), np.random.default_rng(seed))
    picture = plot_degree_distribution(degree_counts(largest), random=random, title=options["title"])
    save(picture, Path(path_to_degrees).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(
        draw_network,
        snakemake.log[0],
        snakemake.input.landscape,
        *(snakemake.output[name] for name in ("network", "degrees")),
        *(snakemake.params[name] for name in ("options", "seed")),
    )
