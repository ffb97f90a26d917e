"""The losses of a network that learns from itself: zero at its own weights and at all their copies."""

import pandas as pd

from lossland.objectives.soft_targets import distillation
from lossland.sgd import distances
from lossland.symmetry import for_objective

N_COPIES = 3


def losses_at_copies(w, layer_sizes, inputs, targets, rng):
    """Return both losses at the weights that give the targets (copy 0), and at random copies of these."""
    group = for_objective(distillation(layer_sizes, inputs[:1], targets[:1]))  # node permutations and sign flips
    points = [w, *(group.random_copy(w, rng) for _ in range(N_COPIES))]
    losses = [distances(point, layer_sizes, inputs, targets) for point in points]
    return pd.DataFrame(losses, columns=["divergence", "squared_error"]).rename_axis("copy")
