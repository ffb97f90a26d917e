"""How well the network of every minimum does on its training and on the testing data, and the landscape in numbers."""

import pandas as pd
from _data import read_draw

from lossland.analysis.summary import landscape_numbers, performance_numbers, performance_of_minima
from lossland.landscape import Landscape


def make_tables(path_to_landscape, path_to_dataset, path_to_minima, path_to_table, problem, target):
    """Write one row for each minimum, and quantity, value for all of the landscape."""
    landscape = Landscape.read(path_to_landscape)
    minima = performance_of_minima(landscape, read_draw(path_to_dataset, problem)[1], target)
    minima.to_csv(path_to_minima, index=False)
    values = landscape_numbers(landscape) | performance_numbers(minima)
    pd.DataFrame(list(values.items()), columns=["quantity", "value"]).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_tables, snakemake.log[0], *snakemake.input[:2], *snakemake.output[:2], *snakemake.params[:2])
