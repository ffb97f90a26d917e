"""Explore the landscape of one network together with other jobs, through the checkpoint folder that they share."""

from _cost import measured
from _objective import read_objective

from lossland.exploration import ExploreOptions, explore


def explore_shard(path_to_dataset, path_to_marker, path_to_checkpoint, problem, options, seed, threads, shard):
    """Do this job's share of the searches; what all have found is in the checkpoint folder, the mark is its cost."""
    objective, record = read_objective(path_to_dataset, problem)
    options = ExploreOptions(**options)
    with measured(path_to_marker):
        explore(objective, options, seed=seed, threads=threads, checkpoint=path_to_checkpoint, shard=shard, **record)


if "snakemake" in globals():
    from _job import run

    run(
        explore_shard,
        snakemake.log[0],
        path_to_dataset=snakemake.input.dataset,
        path_to_marker=snakemake.output.marker,
        path_to_checkpoint=snakemake.params.checkpoint,
        problem=snakemake.params.problem,
        options=snakemake.params.explore,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        shard=(int(snakemake.wildcards.shard) - 1, snakemake.params.n_shards),
    )
