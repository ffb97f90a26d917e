"""What all figures share: sizes, fonts, colour maps and how they are saved."""

import os
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure

#: width of one column and of a page of two columns of a journal, inches
COLUMN_WIDTH, PAGE_WIDTH = 3.4, 7.0
#: viridis (perceptually uniform, readable by the colour-blind) without its yellow end, which thin lines lose on white
COLOUR_MAP = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, 256)), name="viridis_lines")
#: blue, a grey that is seen on white, orange; the darker the further from the middle, and for the colour-blind, too
DIVERGING_MAP = LinearSegmentedColormap.from_list(
    "blue_grey_orange", ["#00406e", "#0072b2", "0.76", "#d55e00", "#7d2c00"]
)
#: lines that stand for no single value
NEUTRAL = "0.25"

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,
    "svg.hashsalt": "lossland",
    "savefig.dpi": 300,
}


def styled():
    """Return a context in which figures get the house style; nothing outside it changes."""
    return matplotlib.rc_context(STYLE)


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches that does not depend on pyplot or a display."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path_without_suffix) -> tuple[Path, Path]:
    """Write ``figure`` as vector PDF and as PNG (300 dots per inch); equal figures give equal bytes.

    Parameters
    ----------
    figure : Figure
    path_without_suffix : str or Path
        ``.pdf`` and ``.png`` are appended; the directory is made where it is missing.

    Returns
    -------
    tuple of Path
        The PDF and the PNG. Each appears whole or not at all.
    """
    stem = Path(path_without_suffix)
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = []
    with styled():
        for kind, metadata in (("pdf", {"CreationDate": None}), ("png", {})):
            path = stem.with_name(f"{stem.name}.{kind}")
            part = stem.with_name(f"{stem.name}.{kind}.part")
            try:
                figure.savefig(part, format=kind, metadata=metadata)
                os.replace(part, path)
            finally:
                part.unlink(missing_ok=True)
            paths.append(path)
    return paths[0], paths[1]
