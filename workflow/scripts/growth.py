"""Draw how the landscapes of all draws grew, beside the published numbers of stationary points."""

from pathlib import Path

from _published import published_row

from lossland.landscape import Landscape
from lossland.plotting.growth import plot_growth
from lossland.plotting.style import save


def draw_growth(landscapes, published, row, path_to_pdf, title):
    """Write the curves as PDF and, beside it, as PNG; ``row`` says in which row of the published table to look."""
    curves = [Landscape.read(path).growth for path in landscapes]
    numbers = {}
    for path in published:
        line = published_row(path, row)
        numbers = {what: line[f"n_{what}"] for what in ("minima", "transition_states")}
    save(plot_growth(curves, published=numbers, title=title), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(
        draw_growth,
        snakemake.log[0],
        landscapes=list(snakemake.input.landscapes),
        published=list(snakemake.input.published),
        row=snakemake.params.row,
        path_to_pdf=snakemake.output.pdf,
        title=snakemake.params.title,
    )
