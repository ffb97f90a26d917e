"""How the numbers of stationary points and their coverage grow with the searches made."""

import numpy as np
from matplotlib.figure import Figure

from lossland.completeness import growth_table
from lossland.errors import InputError
from lossland.plotting.style import PAGE_WIDTH, new_figure, styled

#: Okabe and Ito's colours, distinct for every kind of colour vision
COLOURS = {"minima": "#0072B2", "transition_states": "#D55E00"}
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
        for what, colour in COLOURS.items():
            for curve in curves:
                style = {"color": colour, "linewidth": 0.9, "alpha": max(0.3, 1.0 / np.sqrt(len(curves)))}
                counts.step(curve[against], curve[f"n_{what}"], where="post", **style)
                coverages.plot(curve[against], curve[f"coverage_{what}"], **style)
            counts.plot([], [], color=colour, label=NAMES[what])
            if what in published:
                counts.axhline(published[what], color=colour, linewidth=0.9, linestyle="--")
        if published:
            counts.plot([], [], color="0.3", linewidth=0.9, linestyle="--", label="published")
        counts.set(xlabel=_axis_name(against), ylabel="distinct points", ylim=(0.0, None))
        coverages.set(xlabel=_axis_name(against), ylabel="coverage", ylim=(0.0, 1.02))
        counts.legend(frameon=False, loc="lower right")
        if title:
            figure.suptitle(title, fontsize=9)
    return figure


def _axis_name(column):
    return {"n_hessians": "Hessians", "hits_minima": "arrivals at minima"}.get(
        column, column.removeprefix("n_").replace("hits_", "arrivals at ").replace("_", " ")
    )
