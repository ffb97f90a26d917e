"""Which symmetries of a network are left when its hidden nodes are joined to near nodes only."""

import math

import numpy as np
import pandas as pd

from lossland.mask_symmetry import mask_symmetry
from lossland.objectives.locality import locality_mask


def describe(layer_sizes, n_neighbours):
    """Return one row: frozen weights, classes of twins, and the order of the group of permutations and sign flips."""
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False))
    mask = np.ones(n_weights, dtype=bool)
    if n_neighbours is not None:
        mask = locality_mask(layer_sizes, n_neighbours)
    symmetry, n_hidden = mask_symmetry(layer_sizes, mask), sum(layer_sizes[1:-1])
    twins = [[len(members) for members in classes] for classes in symmetry.classes]
    permutations = len(symmetry.automorphisms) * math.prod(math.factorial(size) for sizes in twins for size in sizes)
    return {
        "layer_sizes": "-".join(map(str, layer_sizes)),
        "n_neighbours": "all" if n_neighbours is None else n_neighbours,
        "n_variables": int(mask.sum()),
        "n_frozen": int((~mask).sum()),
        "twins": "; ".join("+".join(map(str, sizes)) for sizes in twins),
        "n_permutations": permutations,
        "n_symmetries": permutations * 2**n_hidden,
    }


if "snakemake" in globals():
    from _job import run

    rows = [describe(*network) for network in snakemake.params.networks]
    run(pd.DataFrame(rows).to_csv, snakemake.log[0], snakemake.output.table, index=False)
