"""How far a landscape is from a single funnel: monotonic sequence basins, barriers and frustration."""

import numpy as np

from lossland.analysis.superbasins import barrier_to_global_minimum, check_stationary_points


def monotonic_sequence_bottoms(minimum_energies, transition_state_energies, ends) -> np.ndarray:
    """Return the rows of the minima that are the bottoms of monotonic sequence basins.

    A monotonic sequence goes from minimum to minimum, each joined to the next by a transition state and higher than it;
    it ends in a minimum without a lower neighbour, the bottom of a basin. The basin of the global minimum is called the
    primary one (Berry and Breitengraser-Kunz, Phys. Rev. Lett. 74, 3951 (1995)). A perfect funnel has no other.

    Parameters
    ----------
    minimum_energies, transition_state_energies, ends
        As for :func:`~lossland.analysis.superbasins.barrier_to_global_minimum`.

    Returns
    -------
    ndarray of int64, shape (n_basins,)
        Ascending. Minima in other connected components than the global minimum have bottoms of their own.
    """
    minima, _, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    has_lower = np.zeros(minima.size, dtype=bool)
    for here, there in (ends.T, ends.T[::-1]):
        # equal energies are no step down; of two such neighbours both may be bottoms
        has_lower[here[minima[there] < minima[here]]] = True
    return np.flatnonzero(~has_lower)


def frustration(minimum_energies, transition_state_energies, ends) -> float:
    """Return the median over all minima of the barrier to the global minimum over the height above it.

    The ratio of de Souza, Stevenson, Niblett, Farrell and Wales, J. Chem. Phys. 146, 124103 (2017), whose mean with
    thermal weights is their frustration index. Here every minimum but the lowest counts alike, and the median is taken
    because the ratio has no bound: one minimum hardly above the lowest would decide a mean. Minima that no path joins
    to the global minimum, or of its very energy, are left out; NaN when none is left.

    Parameters
    ----------
    minimum_energies, transition_state_energies, ends
        As for :func:`monotonic_sequence_bottoms`.
    """
    minima, barriers, ends = check_stationary_points(minimum_energies, transition_state_energies, ends)
    barrier = barrier_to_global_minimum(minima, barriers, ends) - minima
    height = minima - minima.min()
    counted = (height > 0.0) & np.isfinite(barrier)
    return float(np.median(barrier[counted] / height[counted])) if counted.any() else np.nan
