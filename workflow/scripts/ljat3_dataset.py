"""Quench random three-atom clusters."""

from lossland.datasets import quench_many, write_quenches


def make_dataset(path_to_dataset, cube_side, n_quenches, seed, **more):
    """Write the quenches."""
    write_quenches(quench_many(cube_side, n_quenches, seed, **more), path_to_dataset)


if "snakemake" in globals():
    from _job import run

    run(
        make_dataset,
        snakemake.log[0],
        path_to_dataset=snakemake.output.dataset,
        cube_side=snakemake.params.cube_side,
        n_quenches=snakemake.params.n_quenches,
        n_steps_kept=snakemake.params.n_steps_kept,
        name=snakemake.params.name,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
    )
