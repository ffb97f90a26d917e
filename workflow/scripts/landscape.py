"""Explore the landscape of one network on one draw of its training data."""

import shutil

from _cost import measured
from _objective import read_objective

from lossland.errors import LosslandError
from lossland.exploration import ExploreOptions, explore


def make_landscape(path_to_dataset, path_to_landscape, path_to_checkpoint, cost, problem, options, seed, threads):
    """Write the landscape; a run that was killed goes on from the checkpoint folder, which is removed at the end."""
    objective, record = read_objective(path_to_dataset, problem)
    options = ExploreOptions(**options)
    with measured(*cost):
        landscape = explore(objective, options, seed=seed, threads=threads, checkpoint=path_to_checkpoint, **record)
    if not landscape.counts()["n_minima"]:
        raise LosslandError(f"{path_to_landscape}: {landscape.search['stop_reason']}; expected some, see its log")
    landscape.write(path_to_landscape)
    shutil.rmtree(path_to_checkpoint)


if "snakemake" in globals():
    from _job import run

    run(
        make_landscape,
        snakemake.log[0],
        path_to_dataset=snakemake.input.dataset,
        path_to_landscape=snakemake.output.landscape,
        path_to_checkpoint=snakemake.params.checkpoint,
        cost=(snakemake.output.cost, list(snakemake.input.shards)),
        problem=snakemake.params.problem,
        options=snakemake.params.explore,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
    )
