"""Compile every kernel once by exploring two small landscapes, with and without a mask."""

from pathlib import Path

import numpy as np
from lossland.explore import ExploreOptions, explore

from lossland._runtime import source_digest
from lossland.objectives.mlp import mlp_cross_entropy


def compile_kernels(path_to_digest):
    """Explore far enough that the cache on disk holds all kernels, then record what was compiled."""
    rng = np.random.default_rng(0)
    inputs, labels = rng.uniform(size=(30, 2)), rng.integers(2, size=30)
    objective = mlp_cross_entropy([2, 2, 2], inputs, labels, 1e-2)
    explore(objective, ExploreOptions(max_searches=20), seed=0, threads=1)
    Path(path_to_digest).write_text(f"{source_digest()}\n")


if "snakemake" in globals():
    from _job import run

    run(compile_kernels, snakemake.log[0], path_to_digest=snakemake.output.digest)
