"""What the connections of a landscape say about each of its minima."""

import numpy as np
import pandas as pd

from lossland.analysis.superbasins import barrier_to_global_minimum, check_stationary_points, superbasins


def minima_table(minimum_energies, transition_state_energies, ends, thresholds=()) -> pd.DataFrame:
    """Return one row for each minimum: how it is connected.

    Parameters
    ----------
    minimum_energies : array_like, shape (n,)
    transition_state_energies : array_like, shape (m,)
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state.
    thresholds : sequence of float
        Energies at which superbasins are asked for.

    Returns
    -------
    DataFrame
        ``barrier``: highest energy on the lowest path to the global minimum, less the minimum's own (0 at the global
        minimum, infinity without a path); ``degree``: transition states to other minima; ``n_degenerate``: those
        to a symmetry copy of itself; ``component``: number of its connected component, that of the global minimum
        being 0; ``superbasin_0``, ...: number of its superbasin at each threshold, -1 above it.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    loop = ends[:, 0] == ends[:, 1]
    columns = {
        "barrier": barrier_to_global_minimum(minima, barriers, ends) - minima,
        "degree": np.bincount(ends[~loop].ravel(), minlength=minima.size),
        "n_degenerate": np.bincount(ends[loop, 0], minlength=minima.size),
        "component": superbasins(minima, barriers, ends, np.inf),
    }
    for number, threshold in enumerate(thresholds):
        columns[f"superbasin_{number}"] = superbasins(minima, barriers, ends, threshold)
    return pd.DataFrame(columns)
