"""What stands above a disconnectivity graph."""

import math

from lossland.completeness import known_coverages


def below_title(landscape, shown, n_minima, n_transition_states):
    """Return the lines below a title: the minima; of a glass also its transition states, and the coverages of both."""
    minima = f"\nminima: {n_minima}" if shown == n_minima else f"\nminima: {shown} of {n_minima}"
    if landscape.objective.kind != "p_spin":
        return minima
    coverages = known_coverages(landscape)
    of_minima, of_states = (_cut(coverages[f"coverage_{of}"]) for of in ("minima", "transition_states"))
    return f"{minima} (coverage {of_minima})\ntransition states: {n_transition_states} ({of_states})"


def _cut(coverage):
    """Return three digits of a coverage, cut and not rounded: 1.000 is all."""
    if math.isnan(coverage):
        return "unknown"
    return f"{math.floor(1000.0 * coverage + 1e-6) / 1000.0:.3f}"
