"""Draw the start distances of the quenches, coloured by outcome."""

from pathlib import Path

from lossland.datasets import read_quenches
from lossland.plotting.datasets import starts_figure
from lossland.plotting.style import save


def draw_starts(paths_to_datasets, path_to_pdf):
    """Write the figure as PDF and, beside it, as PNG."""
    save(starts_figure([read_quenches(path) for path in paths_to_datasets]), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    datasets = list(snakemake.input.datasets)
    run(draw_starts, snakemake.log[0], paths_to_datasets=datasets, path_to_pdf=snakemake.output.pdf)
