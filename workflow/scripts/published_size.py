"""How far each draw had come when it had as many stationary points as published, and how far it has come since."""

import numpy as np
import pandas as pd
from _numbers import read_numbers
from _published import published_row

from lossland.completeness import growth_table
from lossland.landscape import Landscape

COLUMNS = ["n_searches", "n_minima", "n_transition_states", "coverage_minima", "coverage_transition_states"]


def make_table(draws, path_to_table):
    """Write one row for each draw; ``draws`` are [name, landscape, its numbers, published table, row to look at].

    There are two times to look at: random starts, which come first, find minima only.
    """
    rows = []
    for name, path_to_landscape, path_to_numbers, path_to_published, label in draws:
        published = published_row(path_to_published, label)
        growth = growth_table(Landscape.read(path_to_landscape).growth)
        now = read_numbers(path_to_numbers)
        row = {"landscape": name, **{f"published_{key}": published[key] for key in COLUMNS[1:3]}}
        for what in ("minima", "transition_states"):
            reached = np.flatnonzero(growth[f"n_{what}"] >= published[f"n_{what}"])
            then = growth.iloc[reached[0]] if reached.size else pd.Series(np.nan, index=COLUMNS)
            row |= {f"{key}_at_{what}": then[key] for key in COLUMNS}
        rows.append(row | {key: now[key] for key in [*COLUMNS, "chao1_minima", "chao1_transition_states"]})
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_table, snakemake.log[0], snakemake.params.draws, path_to_table=snakemake.output.table)
