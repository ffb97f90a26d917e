"""Draw the data of a fit with the curves of its minima."""

from pathlib import Path

import numpy as np
from _points import counted

from lossland.analysis.summary import kept_points
from lossland.landscape import Landscape
from lossland.objectives.regression import curve
from lossland.plotting.fits import plot_fits
from lossland.plotting.style import save


def draw_fits(path_to_landscape, path_to_pdf, title):
    """Write the picture as PDF and, beside it, as PNG."""
    landscape = Landscape.read(path_to_landscape)
    x, t = (landscape.objective.arrays[name] for name in ("x", "t"))
    minima = kept_points(landscape, counted(landscape))[0]
    grid = np.linspace(0.0, x.max(), 500)
    curves = curve(minima["x"][np.argsort(minima["energy"], kind="stable")], grid)
    save(plot_fits(x, t, grid, curves, title=title), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    run(draw_fits, snakemake.log[0], snakemake.input.landscape, snakemake.output.pdf, snakemake.params.title)
