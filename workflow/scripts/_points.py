"""Which stationary points of a landscape count, and what the energies of its minima say."""

import numpy as np

from lossland.analysis.summary import merged_by_energy
from lossland.objectives.regression import in_wall

MERGING = 0.01  # energies that an identity by energy alone takes for one


def counted(landscape):
    """Return which minima and transition states count: of fits, those outside the wall around the frequencies."""
    minima, states = landscape.minima.x, landscape.transition_states.x
    if landscape.objective.kind != "damped_sines":
        return np.ones(len(minima), dtype=bool), np.ones(len(states), dtype=bool)
    limit = landscape.objective.attributes["max_frequency"]
    return ~in_wall(minima, limit), ~in_wall(states, limit)


def energy_unit(objective):
    """Return the factor that makes energies comparable between landscapes: per spin for glasses."""
    return 1.0 / objective.n_variables if objective.kind == "p_spin" else 1.0


def energy_numbers(energies, objective):
    """Return what the energies of the minima say: of fits, how good the best is; of glasses, energies per spin."""
    if objective.kind == "damped_sines":
        ratio = energies[1] / energies[0] if len(energies) > 1 else np.nan
        merged = merged_by_energy(energies, MERGING)
        return {"lowest_energy": energies[0], "second_over_lowest_energy": ratio, "n_merged_by_energy": merged}
    per_spin = energy_unit(objective) * energies
    numbers = {"lowest_energy_per_spin": per_spin[0], "mean_energy_per_spin": per_spin.mean()}
    return numbers | {"energy_range_per_spin": np.ptp(per_spin), "energy_sd_per_spin": per_spin.std()}
