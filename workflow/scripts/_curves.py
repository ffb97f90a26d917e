"""The curves of students: all seeds together, and how each of them ends."""

import numpy as np
import pandas as pd

from lossland.analysis.effects import slope

TAIL = 2 / 3  # of the epochs: where the end slope begins


def read_curves(paths):
    """Return the curves of all seeds as one table."""
    return pd.concat([pd.read_csv(path).assign(seed=number) for number, path in enumerate(paths, 1)])


def ends_of(curves):
    """Return one row for each schedule, size and seed: the losses at the end, and the slope of the logarithms there."""
    rows = []
    for (schedule, size, seed), curve in curves.groupby(["schedule", "relative_size", "seed"]):
        end, tail = curve.iloc[-1], curve[curve["epoch"] > TAIL * curve["epoch"].max()]
        tail = tail[tail["divergence"] > 0.0]  # it may be zero to rounding, or just below
        rows.append({"schedule": schedule, "relative_size": size, "seed": seed, **end[["divergence", "squared_error"]]})
        rows[-1]["end_slope"] = slope(np.log(tail["epoch"]), np.log(tail["divergence"]))
    return pd.DataFrame(rows)
