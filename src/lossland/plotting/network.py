"""Pictures of networks of minima: who is joined to whom, and how many neighbours minima have."""

import networkx as nx
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from lossland.errors import InputError
from lossland.plotting.growth import COLOURS
from lossland.plotting.style import COLOUR_MAP, COLUMN_WIDTH, new_figure, styled

NETWORK, RANDOM = COLOURS["minima"], COLOURS["transition_states"]
EDGE, RING = "0.6", COLOURS["transition_states"]
INK = 0.07  # share of the picture that dots cover at most
RADIUS = 0.45  # of a dot with one neighbour at most; below a half, dots do not touch along an edge
SMALLEST, LARGEST = 5.0, 250.0  # areas of dots, square points
MOST_STRESS = 500  # nodes up to which all distances shape a component; beyond, forces do, which take less time
GAP = 2.0  # between components, the length of an edge between two nodes without other neighbours
AXES = 0.84  # share of the width that the colour bar leaves
ASPECT = 1.3  # width over height of a picture of unconnected minima
MOST_BARS = 30  # degrees up to which bars on linear axes show a distribution


def plot_network(
    graph, energies, *, colour_label="", cmap=COLOUR_MAP, seed=0, title=None, width=5.0, height=None
) -> Figure:
    """Draw minima as dots, coloured by energy, of an area proportional to their neighbours, and edges between them.

    Figure 10 of Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), with energies. Distances in the picture
    resemble numbers of edges as well as they can (Kamada and Kawai, Inf. Process. Lett. 31, 7 (1989)), those at hubs
    drawn longer. Further connected components stand below the largest, unconnected minima last.

    Parameters
    ----------
    graph : Graph
        From :func:`lossland.analysis.network.network_of_minima`, or a part of it; nodes are rows of minima. More than
        two thousand take long and show little.
    energies : array_like, shape (n,)
        Of all minima. The lowest one drawn is marked; it is the global minimum if ``graph`` holds that.
    colour_label : str
        Label of the colour bar.
    cmap : str or Colormap
    seed : int
        Where large components start from; small ones do not depend on it.
    title : str, optional
    width, height : float, optional
        Inches; by default as high as the picture needs.

    Raises
    ------
    InputError
        When there is no node, one is no row of minima, or one has no finite energy.
    """
    rows = np.array(list(graph))
    energies = np.asarray(energies, dtype=float)
    if not rows.size:
        raise InputError("the network has no nodes, but a picture needs at least one")
    if rows.ndim != 1 or not np.issubdtype(rows.dtype, np.integer):
        raise InputError(f"nodes are {rows.dtype}, but must be integer rows of minima")
    if energies.ndim != 1 or rows.min() < 0 or rows.max() >= energies.size or not np.isfinite(energies[rows]).all():
        raise InputError(f"energies have shape {energies.shape}; expected (n,) with a finite one for each node")
    energies, degrees = energies[rows], np.array([graph.degree[node] for node in graph])
    at = _layout(graph, seed)
    height = _height(at, width) if height is None else height
    row = {node: i for i, node in enumerate(graph)}
    lines = [at[[row[a], row[b]]] for a, b in graph.edges]
    per_neighbour = _area_of_a_neighbour(at, degrees, width, height)
    areas, lowest = _areas(degrees, per_neighbour), int(np.argmin(energies))
    norm = _scale(energies)
    order = np.argsort(-degrees, kind="stable")  # small dots above large ones
    with styled():
        figure = new_figure(width, height)
        ax = figure.add_subplot()
        thin = float(np.clip(8.0 / np.sqrt(len(lines) + 1), 0.15, 0.8))
        ax.add_collection(LineCollection(lines, colors=EDGE, linewidths=thin, zorder=1))
        style = {"edgecolors": "white", "linewidths": 0.4, "zorder": 2}
        ax.scatter(*at[order].T, s=areas[order], c=energies[order], cmap=cmap, norm=norm, **style)
        around = (np.sqrt(areas[lowest]) + 5.0) ** 2
        ax.scatter(*at[lowest], s=around, facecolors="none", edgecolors=RING, linewidths=1.4, zorder=3)
        (left, below), (right, above) = at.min(axis=0) - 0.5 * GAP, at.max(axis=0) + 0.5 * GAP
        ax.set(xlim=(left, right), ylim=(below, above), aspect="equal")
        ax.axis("off")
        bar = figure.colorbar(ScalarMappable(norm, cmap), ax=ax, shrink=0.6, aspect=22, pad=0.02)
        bar.set_label(colour_label)
        bar.outline.set_linewidth(0.4)
        handles = _legend_dots(degrees, per_neighbour)
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
        if title:
            figure.suptitle(title, fontsize=8)
    return figure


def plot_degree_distribution(
    counts, *, random=None, log=None, label="network of minima", title=None, width=COLUMN_WIDTH, height=2.6
) -> Figure:
    """Draw how many minima have how many neighbours, beside random networks of as many nodes and edges.

    Parameters
    ----------
    counts : array_like of int, shape (largest degree + 1,)
        From :func:`lossland.analysis.network.degree_counts`.
    random : array_like, shape (k,), optional
        Mean counts of random networks, ``degree_counts`` of :class:`lossland.analysis.network.RandomNetworks`.
    log : bool, optional
        Dots on logarithmic axes, where a power law is straight and unconnected minima have no place, instead of bars
        (default: beyond 30 neighbours).
    label : str
        What the counts belong to.
    title : str, optional
    width, height : float
        Inches.

    Raises
    ------
    InputError
        When counts are no list of numbers, are negative, or count nothing.
    """
    counts = _counts(counts, "counts")
    random = None if random is None else _counts(random, "counts of random networks")
    log = counts.size - 1 > MOST_BARS if log is None else log
    with styled():
        figure = new_figure(width, height)
        ax = figure.add_subplot()
        if log:
            shown = np.flatnonzero(counts[1:]) + 1
            handles = ax.loglog(shown, counts[shown], "o", color=NETWORK, markersize=3, markeredgewidth=0, label=label)
        else:
            handles = [ax.bar(np.arange(counts.size), counts, width=0.8, color=NETWORK, label=label)]
        if random is not None:
            degrees = np.flatnonzero(random[int(log) :]) + int(log)
            style = {"color": RANDOM, "markersize": 2.5, "linewidth": 0.9}
            handles += ax.plot(degrees, random[degrees], "D-", label="random networks, mean", **style)
        if log:
            ax.set_ylim(0.5, None)  # means below hardly ever occur
        else:
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(xlabel="neighbours", ylabel="minima")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(handles=handles, frameon=False)
        if title:
            figure.suptitle(title, fontsize=8)
    return figure


def _counts(numbers, name):
    numbers = np.asarray(numbers, dtype=float)
    if numbers.ndim != 1 or not (np.isfinite(numbers).all() and (numbers >= 0.0).all() and numbers.sum() > 0.0):
        raise InputError(
            f"{name} have shape {numbers.shape}; expected (largest degree + 1,), none negative, some above 0"
        )
    return numbers


def _layout(graph, seed):
    """Return places of all nodes in the order of ``graph``, shape (n, 2): components in rows, the largest first.

    The unit is that of :func:`_edge_lengths`, whatever the component.
    """
    row = {node: i for i, node in enumerate(graph)}
    at = np.empty((len(row), 2))
    right = top = depth = limit = 0.0
    for members in sorted(nx.connected_components(graph), key=len, reverse=True):
        nodes = sorted(members, key=row.__getitem__)
        places = _component_layout(graph.subgraph(nodes), nodes, seed)
        extent = np.ptp(places, axis=0) + GAP
        limit = limit or max(extent[0], GAP * np.sqrt(ASPECT * len(row)))
        if right > 0.0 and right + extent[0] > limit:
            right, top, depth = 0.0, top - depth, 0.0
        at[[row[node] for node in nodes]] = places + [right - places[:, 0].min(), top - places[:, 1].max()]
        right, depth = right + extent[0], max(depth, extent[1])
    return at


def _component_layout(graph, nodes, seed):
    """Return places of the nodes of a component, shape (n, 2), its widest direction across."""
    if len(nodes) == 1:
        return np.zeros((1, 2))
    row = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(row[a], row[b]) for a, b in graph.edges])
    lengths = _edge_lengths(np.bincount(ends.ravel()), ends)
    component = nx.empty_graph(len(nodes))
    component.add_weighted_edges_from((a, b, length) for (a, b), length in zip(ends.tolist(), lengths, strict=True))
    if len(nodes) <= MOST_STRESS:
        places = nx.kamada_kawai_layout(component)
    else:
        places = nx.spring_layout(component, seed=seed, weight=None)
    places = np.array([places[i] for i in range(len(nodes))])
    places -= places.mean(axis=0)
    (xx, xy), (_, yy) = places.T @ places
    angle = 0.5 * np.arctan2(2.0 * xy, xx - yy)
    places = places @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return places / np.median(np.hypot(*(places[ends[:, 0]] - places[ends[:, 1]]).T) / lengths)


def _edge_lengths(degrees, ends):
    """Return the lengths that edges should have, (n_edges,): the roots of both degrees, as the radii of dots grow."""
    return np.sqrt(degrees[ends]).sum(axis=1)


def _height(at, width):
    """Return the inches that leave no broad margins, with room for the colour bar beside and the legend below."""
    across, down = np.ptp(at, axis=0) + 2.0 * GAP
    return 0.5 + AXES * width * float(np.clip(down / across, 0.3, 1.0))


def _area_of_a_neighbour(at, degrees, width, height):
    """Return the area, square points, by which a dot grows with each neighbour."""
    across, down = np.ptp(at, axis=0) + 2.0 * GAP
    unit = 72.0 * min(AXES * width / across, (height - 0.5) / down)
    return min(
        (2.0 * RADIUS * unit) ** 2,
        INK * 72.0**2 * width * height / max(degrees.sum(), 1),
        LARGEST / degrees.max(initial=1),
    )


def _areas(degrees, per_neighbour):
    """Return areas of dots, square points; without neighbours half of that with one."""
    return np.maximum(per_neighbour * np.maximum(degrees, 0.5), SMALLEST)


def _scale(energies):
    """Return the colour scale; a single energy stands in its middle."""
    low, high = energies.min(), energies.max()
    margin = 0.0 if high > low else 0.05 * abs(low) or 0.5
    return Normalize(low - margin, high + margin)


def _legend_dots(degrees, per_neighbour):
    """Return the keys of the legend: the mark of the lowest minimum and dots of a few degrees."""
    ring = {"marker": "o", "linestyle": "", "markerfacecolor": "none", "markeredgecolor": RING, "markeredgewidth": 1.4}
    handles = [Line2D([], [], markersize=8, label="global minimum", **ring)]
    most = int(degrees.max())
    for degree in sorted({1, round(most / 2), most} - {0}):
        size = float(np.sqrt(_areas(degree, per_neighbour)))
        dot = {"marker": "o", "linestyle": "", "color": EDGE, "markeredgewidth": 0, "markersize": size}
        handles.append(Line2D([], [], label=f"{degree} neighbour" + "s" * (degree > 1), **dot))
    return handles
