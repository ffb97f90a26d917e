"""How the minima of a function are connected, and its landscape in numbers, those of the network of minima included."""

import numpy as np
import pandas as pd
from _points import counted, energy_numbers

from lossland.analysis.minima_table import minima_table
from lossland.analysis.summary import kept_points, landscape_numbers, network_numbers
from lossland.landscape import Landscape


def make_tables(path_to_landscape, path_to_minima, path_to_table, seed):
    """Write one row for each minimum that counts, and quantity, value for all of the landscape."""
    landscape = Landscape.read(path_to_landscape)
    kept = counted(landscape)
    minima, states, ends = kept_points(landscape, kept)
    columns = {"minimum": np.flatnonzero(kept[0]), "hits": minima["hits"], "energy": minima["energy"]}
    table = minima_table(minima["energy"], states["energy"], ends)
    pd.concat([pd.DataFrame(columns), table], axis=1).to_csv(path_to_minima, index=False)
    values = landscape_numbers(landscape, kept) | energy_numbers(minima["energy"], landscape.objective)
    values["n_minima_left_out"] = kept[0].size - len(minima["energy"])
    values["n_transition_states_left_out"] = kept[1].size - len(states["energy"])
    values |= network_numbers(minima["energy"], ends, np.random.default_rng(seed))
    pd.DataFrame(list(values.items()), columns=["quantity", "value"]).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_tables, snakemake.log[0], snakemake.input.landscape, *snakemake.output[:2], snakemake.params.seed)
