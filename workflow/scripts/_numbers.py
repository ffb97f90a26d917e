"""The tables that hold a landscape in numbers."""

import numpy as np
import pandas as pd

#: of a landscape that is explored in part they say more of the searches than of it
COUNTS = ("n_minima", "n_transition_states", "n_monotonic_sequence_basins")


def read_numbers(path):
    """Return the numbers of one landscape, a series by quantity."""
    return pd.read_csv(path).set_index("quantity")["value"]


def of_draws(paths, quantity, log=False):
    """Return a quantity of all draws of a landscape, or its logarithm; NaN where a draw has none."""
    values = np.array([read_numbers(path).get(quantity, np.nan) for path in paths])
    return np.log(np.where(values > 0, values, np.nan)) if log else values


def middle_draw(numbers):
    """Return the draw, from 0, with the median number of minima in all; ``numbers`` are those of each panel and draw.

    Of an even number of draws the lower one of the middle, of equal ones the first.
    """
    totals = np.sum(numbers, axis=0).tolist()
    return totals.index(sorted(totals)[(len(totals) - 1) // 2])
