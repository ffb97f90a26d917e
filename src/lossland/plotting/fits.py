"""Pictures of a non-linear regression: the data with the curves of all minima, and how many minima there are."""

import numpy as np
from matplotlib.figure import Figure

from lossland.errors import InputError
from lossland.plotting.growth import COLOURS
from lossland.plotting.style import COLUMN_WIDTH, new_figure, styled

LOWEST, OTHERS, DATA = COLOURS["transition_states"], COLOURS["minima"], "0.1"


def plot_fits(x, t, grid, curves, *, title=None, width=COLUMN_WIDTH, height=2.6) -> Figure:
    """Draw data, the curve of the global minimum and those of other minima.

    Figure 5 of Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017).

    Parameters
    ----------
    x, t : array_like, shape (n_data,)
        The data.
    grid : array_like, shape (n,)
        Where the curves are drawn.
    curves : array_like, shape (n_minima, n)
        That of the global minimum first.
    title : str, optional
    width, height : float
        Inches.

    Raises
    ------
    InputError
        When there is no curve, or grid and curves are not equally long.
    """
    grid, curves = np.asarray(grid, dtype=float), np.atleast_2d(np.asarray(curves, dtype=float))
    if not curves.size or curves.shape[1] != grid.size:
        raise InputError(f"{grid.size} places and curves of shape {curves.shape}: expected as many, and one curve")
    with styled():
        figure = new_figure(width, height)
        ax = figure.subplots()
        for curve in curves[1:]:
            ax.plot(grid, curve, color=OTHERS, linewidth=0.5, alpha=0.25)
        if len(curves) > 1:
            ax.plot([], [], color=OTHERS, linewidth=0.8, alpha=0.6, label=f"{len(curves) - 1} other minima")
        ax.plot(grid, curves[0], color=LOWEST, linewidth=1.4, linestyle=(0, (4, 1.5)), label="global minimum")
        ax.plot(x, t, "o", color=DATA, markersize=2.2, markeredgewidth=0.0, label="data")
        ax.set(xlabel="$x$", ylabel="$y(x)$", xlim=(grid.min(), grid.max()))
        # the data fix the scale: a curve that leaves it is cut
        reach = 1.6 * np.abs(t).max()
        ax.set_ylim(-reach, reach)
        figure.legend(frameon=False, loc="outside lower center", ncols=3, handlelength=2.4)
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        if title:
            ax.set_title(title)
    return figure


def plot_counts(
    cutoffs, counts, *, published=None, xlabel="", ylabel="minima", title=None, width=COLUMN_WIDTH, height=2.4
):
    """Draw how many minima there are below a cut-off, one curve for each draw of the data.

    Parameters
    ----------
    cutoffs : sequence of array_like
        For each draw, ascending.
    counts : sequence of array_like
        Of each draw, as many as cut-offs.
    published : float, optional
        A number to compare with, drawn as a broken line.
    xlabel, ylabel : str
        What the cut-offs and the counts are.
    title : str, optional
    width, height : float
        Inches.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        When there is no draw, or cut-offs and counts are not equally many.
    """
    if not cutoffs or [len(c) for c in cutoffs] != [len(c) for c in counts]:
        raise InputError(
            f"{len(cutoffs)} arrays of cut-offs and {len(counts)} of counts: expected as many, at least one"
        )
    with styled():
        figure = new_figure(width, height)
        ax = figure.subplots()
        for number, (places, values) in enumerate(zip(cutoffs, counts, strict=True)):
            label = "draws of the data" if number == 0 else None
            ax.step(places, values, where="post", color=OTHERS, linewidth=0.8, alpha=0.6, label=label)
        if published is not None:
            ax.axhline(published, color=LOWEST, linewidth=0.9, linestyle="--", label=f"published: {published:g}")
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.set_ylim(bottom=0.0)
        ax.legend(frameon=False, loc="upper left")
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        if title:
            ax.set_title(title)
    return figure
