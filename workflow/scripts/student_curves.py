"""Draw how the losses of students fall, over several seeds."""

from pathlib import Path

from _curves import TAIL, read_curves
from _published import published_row

from lossland.plotting.students import plot_students
from lossland.plotting.style import save


def draw_curves(paths, path_to_published, path_to_pdf):
    """Write figure 16 as PDF and, beside it, as PNG."""
    curves, published = read_curves(paths), published_row(path_to_published, {"students": "equal and larger"})
    students, level = curves[curves["schedule"] != "teacher"], float(published["divergence"])
    save(plot_students(students, published=level, tail=TAIL), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(draw_curves, snakemake.log[0], list(snakemake.input.curves), snakemake.input.published, snakemake.output.pdf)
