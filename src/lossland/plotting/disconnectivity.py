"""Pictures of disconnectivity graphs."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, to_rgba

from lossland.analysis.disconnectivity import DisconnectivityGraph
from lossland.errors import InputError
from lossland.plotting.raster import branch_picture
from lossland.plotting.style import (
    COLOUR_MAP,
    COLUMN_WIDTH,
    DIVERGING_MAP,
    NEUTRAL,
    PAGE_WIDTH,
    STYLE,
    new_figure,
    save,
    styled,
)

__all__ = ["disconnectivity_panels", "plot_disconnectivity", "save"]

#: beyond so many branches the PDF holds them as a picture, since no viewer shows that many lines in reasonable time
MOST_VECTOR_BRANCHES = 200_000
WITHIN = 0.95  # of the minima of a panel: what a scale of differences reaches to, in the median over the panels
ROUNDING = 1e-12  # differences between equal numbers


def plot_disconnectivity(
    graph: DisconnectivityGraph,
    *,
    colours=None,
    colour_label="",
    cmap=COLOUR_MAP,
    vmin=None,
    vmax=None,
    scale_bar=True,
    axis=True,
    ylabel="loss",
    title=None,
    ax=None,
    width=COLUMN_WIDTH,
    height=None,
    line_width=None,
):
    """Draw a disconnectivity graph.

    Parameters
    ----------
    graph : DisconnectivityGraph
        From :func:`lossland.analysis.disconnectivity.disconnectivity_graph`, whose option ``n_lowest`` limits it to the
        lowest minima.
    colours : array_like, shape (n,), optional
        One value for each of the n minima that the graph was made from; NaN is drawn neutral. Branches of single minima
        are coloured by it, branches of superbasins neutral.
    colour_label : str
        Label of the colour bar.
    cmap : str or Colormap
    vmin, vmax : float, optional
        Ends of the colour scale; by default those of the minima drawn.
    scale_bar : bool
        Show a bar of a round energy.
    axis : bool
        Show an energy axis with ticks.
    ylabel : str
        What the vertical axis is.
    title : str, optional
    ax : Axes, optional
        Draw there instead of on a new figure; the colour bar is then left to the caller.
    width, height : float, optional
        Inches of a new figure; by default one column, and higher than wide.
    line_width : float, optional
        Points; by default thinner the more minima there are.

    Returns
    -------
    Figure
    """
    values = _values(graph, colours)
    with styled():
        norm = _scale([values], vmin, vmax)
        alone = ax is None
        if alone:
            figure = new_figure(width, 1.2 * width if height is None else height)
            ax = figure.add_subplot()
        _draw(ax, graph, values, norm, cmap, line_width)
        _dress(ax, graph, scale_bar, axis, ylabel, title)
        if alone and values is not None:
            _colour_bar(ax.figure, ax, norm, cmap, colour_label, values)
    return ax.figure


def disconnectivity_panels(
    graphs,
    *,
    colours=None,
    colour_label="",
    centred=False,
    cmap=None,
    vmin=None,
    vmax=None,
    titles=None,
    n_columns=None,
    shared_energies=False,
    scale_bar=True,
    axis=True,
    ylabel="loss",
    width=PAGE_WIDTH,
    panel_height=3.0,
):
    """Draw several disconnectivity graphs side by side with one colour scale.

    Parameters
    ----------
    graphs : sequence of DisconnectivityGraph
    colours : sequence of array_like, optional
        One array for each graph, as for :func:`plot_disconnectivity`.
    centred : bool
        Colour by the difference from the mean over all minima of the panel, which is added to the title. The scale is
        symmetric and such that no panel stretches it: it reaches as far as 95 % of the differences of a panel, in the
        median over the panels.
    titles : sequence of str, optional
        One for each panel; by default (a), (b), ...
    n_columns : int, optional
        Panels in a row; by default at most three.
    shared_energies : bool
        Give all panels the same energy range.
    width, panel_height : float
        Inches of the figure and of one row.

    Other parameters are those of :func:`plot_disconnectivity`.

    Returns
    -------
    Figure
    """
    graphs = list(graphs)
    if not graphs:
        raise InputError("no disconnectivity graph was given, but a figure needs at least one")
    colours = [None] * len(graphs) if colours is None else list(colours)
    titles = [f"({chr(97 + i % 26)})" for i in range(len(graphs))] if titles is None else list(titles)
    if len(colours) != len(graphs) or len(titles) != len(graphs):
        raise InputError(
            f"{len(graphs)} graphs, {len(colours)} arrays of colours, {len(titles)} titles: expected one each"
        )
    values = [_values(graph, colour) for graph, colour in zip(graphs, colours, strict=True)]
    if centred:
        values, titles, end = _centred(values, colours, titles, colour_label)
        vmin, vmax = -end if vmin is None else vmin, end if vmax is None else vmax
        cmap, colour_label = cmap or DIVERGING_MAP, f"{colour_label} minus the panel's mean"
    cmap = cmap or COLOUR_MAP
    n_columns = min(len(graphs), 3) if n_columns is None else n_columns
    n_rows = -(-len(graphs) // n_columns)
    with styled():
        norm = _scale(values, vmin, vmax)
        figure = new_figure(width, n_rows * panel_height)
        axes = figure.subplots(n_rows, n_columns, squeeze=False)
        for ax in axes.flat[len(graphs) :]:
            ax.set_visible(False)
        for i, (ax, graph) in enumerate(zip(axes.flat, graphs, strict=False)):
            _draw(ax, graph, values[i], norm, cmap, None)
            limits = _joint_limits(graphs) if shared_energies else None
            _dress(ax, graph, scale_bar, axis, ylabel if i % n_columns == 0 else "", titles[i], limits)
        figure.align_ylabels()
        if norm is not None:
            _colour_bar(figure, axes.ravel().tolist(), norm, cmap, colour_label, np.concatenate(_present(values)))
    return figure


def _values(graph, colours):
    """Return the value of each leaf, shape (n_leaves,), or None."""
    if colours is None:
        return None
    colours = np.asarray(colours, dtype=float)
    if colours.ndim != 1 or colours.size != graph.n_leaves + graph.n_left_out:
        n = graph.n_leaves + graph.n_left_out
        raise InputError(f"colours have shape {colours.shape}, but the graph was made from {n} minima: expected ({n},)")
    return colours[graph.minima]


def _centred(values, colours, titles, label):
    """Return values less the mean of all colours of their panel, titles with that mean, and the end of the scale."""
    differences, named, ends = [], [], []
    for shown, colour, title in zip(values, colours, titles, strict=True):
        known = np.asarray([] if shown is None else colour, dtype=float)
        known = known[np.isfinite(known)]
        mean = known.mean() if known.size else 0.0
        differences.append(None if shown is None else shown - mean)
        named.append(f"{title}\nmean {label}: {mean:.4g}" if known.size else title)
        distances = np.abs([] if shown is None else differences[-1])
        distances = distances[np.isfinite(distances)]
        ends += [np.quantile(distances, WITHIN)] if distances.size else []
    ends = [end for end in ends if end > ROUNDING]
    return differences, named, float(np.median(ends)) if ends else 0.0


def _present(values):
    return [v for v in values if v is not None]


def _scale(values, vmin, vmax):
    """Return one colour scale for all values, or None where there are none."""
    if not _present(values):
        return None
    joint = np.concatenate(_present(values))
    joint = joint[np.isfinite(joint)]
    low, high = (joint.min(), joint.max()) if joint.size else (0.0, 1.0)
    low, high = low if vmin is None else vmin, high if vmax is None else vmax
    if high <= low:  # one value only: put it in the middle of a scale that can be drawn
        margin = 0.05 * abs(low) or 0.5
        low, high = low - margin, low + margin
    return Normalize(low, high)


def _draw(ax, graph, values, norm, cmap, line_width):
    """Add all branches: superbasins below, single minima above with the lowest on top."""
    n = graph.n_leaves
    order = np.argsort(-graph.energies[:n], kind="stable")
    colours = np.tile(to_rgba(NEUTRAL), (n, 1))
    if values is not None:
        present = np.isfinite(values)
        colours[present] = ScalarMappable(norm, cmap).to_rgba(values[present])
    if graph.parent.size > MOST_VECTOR_BRANCHES:
        _draw_picture(ax, graph, order, colours)
        return
    if line_width is None:
        line_width = float(np.clip(7.0 / np.sqrt(n), 0.3, 1.1))
    style = {"linewidths": line_width, "capstyle": "round", "joinstyle": "round"}
    ax.add_collection(LineCollection(graph.branches[n:], colors=NEUTRAL, zorder=1, **style), autolim=False)
    leaves = LineCollection(graph.branches[order], colors=NEUTRAL, zorder=2, **style)
    if values is not None:
        leaves.set_color(colours[order])
    ax.add_collection(leaves, autolim=False)


def _draw_picture(ax, graph, order, colours):
    """Add all branches as one picture with the resolution of a saved figure."""
    n = graph.n_leaves
    colours = np.concatenate([colours, np.tile(to_rgba(NEUTRAL), (graph.parent.size - n, 1))])
    order = np.concatenate([np.arange(n, graph.parent.size), order])
    x_range, y_range = (0.0, float(n)), _limits(graph)
    width, height = ax.figure.get_size_inches() * STYLE["savefig.dpi"]
    picture = branch_picture(graph.branches, order, np.rint(255 * colours), x_range, y_range, (int(height), int(width)))
    ax.imshow(picture, extent=(*x_range, *y_range), aspect="auto", origin="upper", zorder=1)


def _limits(graph):
    """Return the energies of the lower and upper edge of the picture."""
    low, high = graph.energies.min(), graph.levels[-1] + graph.spacing
    return low - 0.04 * (high - low), high + 0.01 * (high - low)


def _joint_limits(graphs):
    limits = np.array([_limits(graph) for graph in graphs])
    return limits[:, 0].min(), limits[:, 1].max()


def _dress(ax, graph, scale_bar, axis, ylabel, title, limits=None):
    """Set limits, frame, labels and scale bar."""
    n = graph.n_leaves
    margin = max(0.02 * n, 0.5 if n < 3 else 0.0)
    ax.set_xlim(-margin, n + margin)
    ax.set_ylim(*(_limits(graph) if limits is None else limits))
    ax.set_xticks([])
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
    ax.spines["left"].set_visible(axis)
    if axis:
        ax.ticklabel_format(axis="y", useOffset=False)
    else:
        ax.set_yticks([])
    if ylabel:
        ax.set_ylabel(ylabel)
    if title:
        ax.set_title(title)
    if scale_bar:
        _scale_bar(ax, graph)


def _round_length(extent):
    """Return the largest of 1, 2, 5 times a power of ten that is at most a fifth of ``extent``."""
    target = extent / 5
    power = 10.0 ** np.floor(np.log10(target))
    return max(f * power for f in (1.0, 2.0, 5.0) if f * power <= target * (1 + 1e-9))


def _scale_bar(ax, graph):
    """Draw the bar in a lower corner without branches, the right one if it can be; make room there if none is free."""
    low, high = ax.get_ylim()
    length = _round_length(high - low)
    bottom = low + 0.02 * (high - low)
    left, right = ax.get_xlim()
    x, energies = graph.leaf_positions.T
    corner, ceiling = 0.22 * (right - left), bottom + 1.1 * length
    free_right = energies[x > right - corner].min(initial=high) > ceiling
    at_left = not free_right and energies[x < left + corner].min(initial=high) > ceiling
    if not (free_right or at_left):
        right += corner
        ax.set_xlim(left, right)
    at = left + 0.03 * (right - left) if at_left else right - 0.02 * (right - left)
    ax.plot([at, at], [bottom, bottom + length], color="black", linewidth=1.2, solid_capstyle="butt", zorder=3)
    ax.annotate(
        f"{length:.10g}",
        (at, bottom + 0.5 * length),
        xytext=(4 if at_left else -4, 0),
        textcoords="offset points",
        ha="left" if at_left else "right",
        va="center",
        fontsize=7,
    )


def _colour_bar(figure, ax, norm, cmap, label, values):
    below, above = bool((values < norm.vmin).any()), bool((values > norm.vmax).any())
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[below, above]
    bar = figure.colorbar(ScalarMappable(norm, cmap), ax=ax, shrink=0.5, aspect=18, pad=0.02, extend=extend)
    bar.set_label(label)
    bar.outline.set_linewidth(0.4)
