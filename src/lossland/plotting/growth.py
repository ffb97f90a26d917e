"""How the numbers of stationary points and their coverage grow with the searches made."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossland.completeness import growth_table
from lossland.errors import InputError
from lossland.plotting.style import PAGE_WIDTH, new_figure, styled

#: Okabe and Ito's colours, distinct for every kind of colour vision
COLOURS = {"minima": "#0072B2", "transition_states": "#D55E00"}
MARKERS = {"minima": "o", "transition_states": "D"}
NAMES = {"minima": "minima", "transition_states": "transition states"}


def plot_growth(curves, *, published=None, against="n_searches", title=None, width=PAGE_WIDTH, height=2.8) -> Figure:
    """Draw how landscapes grow: numbers of distinct points on the left, coverages on the right.

    Parameters
    ----------
    curves : sequence of DataFrame or mapping
        One for each independent draw or run, with the columns of :data:`lossland.completeness.GROWTH_COLUMNS`.
    published : mapping, optional
        Numbers to compare with, by ``"minima"`` and ``"transition_states"``: drawn as broken lines.
    against : str
        Column of the horizontal axis: ``n_searches``, ``n_evaluations``, ``n_hessians``, ``hits_minima`` or
        ``hits_transition_states``.
    title : str, optional
    width, height : float
        Inches.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        When there is no curve, a column is missing or is no growth, or ``published`` has another key.
    """
    curves, published = [growth_table(curve) for curve in curves], dict(published or {})
    if not curves:
        raise InputError("no growth curve was given, but a figure needs at least one")
    if against not in curves[0] or against.startswith("coverage"):
        raise InputError(f"against is {against!r}, but must be one of the totals that a growth curve holds")
    unknown = set(published) - set(NAMES)
    if unknown:
        raise InputError(f"published has the key {min(unknown)!r}; expected {' or '.join(NAMES)}")
    with styled():
        figure = new_figure(width, height)
        counts, coverages = figure.subplots(1, 2)
        opacity = max(0.4, 1.0 / np.sqrt(len(curves)))
        for what, colour in COLOURS.items():
            for curve in curves:
                # a dot where each curve ends: draws end at different times
                style = {"color": colour, "linewidth": 0.9, "alpha": opacity, "marker": MARKERS[what]}
                style |= {"markersize": 2.5, "markevery": [-1]}
                counts.plot(curve[against], curve[f"n_{what}"], **style)
                coverages.plot(curve[against], curve[f"coverage_{what}"], **style)
            if what in published:
                _draw_level(counts, published[what], colour)
        counts.set(xlabel=_axis_name(against), ylabel="distinct points", xlim=(0.0, None), ylim=(0.0, None))
        coverages.set(xlabel=_axis_name(against), ylabel="coverage", xlim=(0.0, None), ylim=(0.0, 1.02))
        for axis in (counts, coverages):
            axis.spines[["top", "right"]].set_visible(False)
            axis.locator_params(axis="x", nbins=5)  # lest large numbers overlap
        coverages.legend(handles=_legend_lines(bool(published)), frameon=False, loc="lower right")
        if title:
            figure.suptitle(title, fontsize=8)
    return figure


def _draw_level(axis, number, colour):
    """Draw a published number as a line right across, with the number above its right end."""
    axis.axhline(number, color=colour, linewidth=0.9, linestyle="--")
    axis.annotate(
        f"{number:g}",
        (1.0, number),
        (0, 1),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=colour,
        fontsize=7,
    )


def _legend_lines(published):
    """Return the keys of the legend, which the right panel has room for: coverages end high."""
    lines = [
        Line2D([], [], color=COLOURS[what], linewidth=0.9, marker=MARKERS[what], markersize=2.5, label=NAMES[what])
        for what in COLOURS
    ]
    if published:
        lines.append(Line2D([], [], color="0.3", linewidth=0.9, linestyle="--", label="published"))
    return lines


def _axis_name(column):
    return {"n_hessians": "Hessians", "hits_minima": "arrivals at minima"}.get(
        column, column.removeprefix("n_").replace("hits_", "arrivals at ").replace("_", " ")
    )
