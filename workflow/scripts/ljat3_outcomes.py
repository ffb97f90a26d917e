"""Where the quenches ended: the shares of the four outcomes."""

from lossland.datasets import outcome_table, read_quenches


def make_table(paths_to_datasets, path_to_table):
    """Write one row for each dataset and outcome."""
    outcome_table([read_quenches(path) for path in paths_to_datasets]).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    datasets = list(snakemake.input.datasets)
    run(make_table, snakemake.log[0], paths_to_datasets=datasets, path_to_table=snakemake.output.table)
