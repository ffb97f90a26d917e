"""The spherical p-spin: its complexity functions, the energies that descents end at, and how these concentrate."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, ScalarFormatter

from lossland.analysis.complexity import complexity, lowest_energy, threshold_energy
from lossland.errors import InputError
from lossland.plotting.growth import COLOURS
from lossland.plotting.style import COLOUR_MAP, COLUMN_WIDTH, NEUTRAL, new_figure, styled

BAND, GROUND, OURS = "0.9", COLOURS["transition_states"], COLOURS["minima"]
LINES = ("-", "--", "-.", ":")
BOTTOM, THRESHOLD = "$-E_0", r"$-E_\infty"
NAMES = {0: " (minima)", 1: " (transition states)"}
SERIES = {
    "total": ("over all realisations", OURS, "o", "-"),
    "within": ("within one realisation", GROUND, "D", "--"),
}
FEWEST_BINS, MOST_BINS = 8, 40


def plot_complexity(p=3, indices=(0, 1, 2, 50), *, title=None, width=COLUMN_WIDTH, height=3.0) -> Figure:
    """Draw the complexity functions of a few indices about the band of energies that holds the stationary points.

    Dots mark where each is zero, -E_k.

    Parameters
    ----------
    p : int
        Spins of each term, at least 3.
    indices : sequence of int
    title : str, optional
    width, height : float
        Inches.

    Raises
    ------
    InputError
        When ``p`` is no whole number of at least 3, an index no whole number of at least 0, or there is none.
    """
    bottom, threshold = -lowest_energy(0, p), -threshold_energy(p)
    if not bottom < threshold:
        raise InputError("p is 2, but a band of energies, which can be drawn, needs at least 3")
    if not len(indices):
        raise InputError("no index was given, but a figure needs at least one")
    band = threshold - bottom
    u = np.sort(np.append(np.linspace(bottom - 0.5 * band, threshold + 0.5 * band, 800), threshold))
    top = complexity(threshold, 0, p)
    with styled():
        figure = new_figure(width, height)
        ax = figure.subplots()
        ax.axhline(0.0, color=NEUTRAL, linewidth=0.6)
        _draw_band(ax, p, (f"{BOTTOM} = {bottom:.3f}$", f"{THRESHOLD} = {threshold:.3f}$"))
        colours = COLOUR_MAP(np.linspace(0.0, 0.88, len(indices)))
        for place, (k, colour) in enumerate(zip(indices, colours, strict=True)):
            style = {"color": colour, "linestyle": LINES[place % len(LINES)], "linewidth": 1.2}
            ax.plot(u, complexity(u, k, p), label=f"$k = {k}${NAMES.get(k, '')}", **style)
            ax.plot(-lowest_energy(k, p), 0.0, "o", color=colour, markersize=3)
        ax.set(xlabel="energy per spin $u$", ylabel=r"complexity $\Theta_k(u)$")
        ax.set(xlim=(u[0], u[-1]), ylim=(-0.75 * top, 1.15 * top))
        ax.locator_params(axis="x", nbins=6)
        # below the axes: within them it would hide a curve
        figure.legend(frameon=False, loc="outside lower center", ncols=2, handlelength=2.6)
        _finish(figure, [ax], title)
    return figure


def plot_energy_histograms(energies_by_size, p=3, title=None, *, width=COLUMN_WIDTH, panel_height=0.75) -> Figure:
    """Draw one histogram of the energies per spin above the other, for each number of spins, with -E_0 and -E_inf.

    Parameters
    ----------
    energies_by_size : mapping of int to array_like
        Energies per spin by the number of spins.
    p : int or None
        Spins of each term; None where -E_0 and -E_inf are not those of a sphere, and are not drawn.
    title : str, optional
    width, panel_height : float
        Inches.

    Raises
    ------
    InputError
        When there is no size, or a size has no energies or one that is not finite, or for ``p``.
    """
    sizes = sorted(energies_by_size)
    samples = [np.asarray(energies_by_size[size], dtype=float).ravel() for size in sizes]
    if not sizes:
        raise InputError("no number of spins was given, but a figure needs at least one")
    for size, sample in zip(sizes, samples, strict=True):
        if not sample.size or not np.isfinite(sample).all():
            raise InputError(f"the energies of {size} spins must be finite, at least one, to be drawn")
    levels = [] if p is None else [-lowest_energy(0, p), -threshold_energy(p)]
    lowest, highest = (end([*levels, *(end(sample) for sample in samples)]) for end in (min, max))
    margin = 0.06 * (highest - lowest)
    with styled():
        figure = new_figure(width, panel_height * len(sizes) + 0.6)
        axes = figure.subplots(len(sizes), 1, sharex=True, squeeze=False)[:, 0]
        for ax, size, sample in zip(axes, sizes, samples, strict=True):
            if levels:
                _draw_band(ax, p, (BOTTOM + "$", THRESHOLD + "$") if ax is axes[0] else ("", ""))
            ax.hist(
                sample, bins=_edges(sample, margin / 6), density=True, color=OURS, alpha=0.55, histtype="stepfilled"
            )
            ax.annotate(f"$N = {size}$", (0.98, 0.9), xycoords="axes fraction", ha="right", va="top")
            ax.locator_params(axis="y", nbins=3)
        axes[-1].set(xlabel="energy per spin $H/N$", xlim=(lowest - margin, highest + margin))
        figure.supylabel("probability density", fontsize=8)
        _finish(figure, axes, title)
    return figure


def plot_variance(table, fit, *, title=None, width=COLUMN_WIDTH, height=2.6) -> Figure:
    """Draw how the variance of the energy per spin falls with the number of spins, on logarithmic axes.

    Parameters
    ----------
    table : DataFrame or mapping
        ``n_variables`` (the spins), ``variance_total`` (over the minima of all realisations of the couplings),
        ``variance_within`` (over those of one realisation; the mean over realisations), and the standard errors
        ``variance_total_error`` and ``variance_within_error``. NaN where there is none.
    fit : mapping
        By series, what :func:`lossland.analysis.scaling.power_law_fit` returned; drawn as a line where given.
    title : str, optional
    width, height : float
        Inches.

    Raises
    ------
    InputError
        When a column is missing or ``fit`` has another key.
    """
    needed = ["n_variables", *(f"variance_{name}{end}" for name in SERIES for end in ("", "_error"))]
    missing = [column for column in needed if column not in table]
    if missing:
        raise InputError(f"the table of variances lacks the column {missing[0]!r}")
    unknown = set(fit) - set(SERIES)
    if unknown:
        raise InputError(f"fit has the key {min(unknown)!r}; expected {' or '.join(SERIES)}")
    n, *columns = (np.asarray(table[column], dtype=float) for column in needed)
    with styled():
        figure = new_figure(width, height)
        ax = figure.subplots()
        ax.set(xscale="log", yscale="log", xlabel="number of spins $N$", ylabel="variance of $H/N$")
        for (name, (label, colour, marker, line)), variance, error in zip(
            SERIES.items(), columns[::2], columns[1::2], strict=True
        ):
            if name in fit:
                law = fit[name]
                label += f": $N^{{{law['exponent']:.2f} \\pm {law['exponent_error']:.2f}}}$"
                ax.plot(n, law["prefactor"] * n ** law["exponent"], line, color=colour, linewidth=0.9)
            style = {"fmt": marker, "markersize": 3, "linewidth": 1.0, "capsize": 2, "linestyle": "none"}
            ax.errorbar(n, variance, error, color=colour, label=label, **style)
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.xaxis.set_major_formatter(ScalarFormatter())
        ax.xaxis.set_minor_locator(FixedLocator([]))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.legend(frameon=False)
        _finish(figure, [ax], title)
    return figure


def _draw_band(ax, p, names):
    """Shade the energies between -E_0 and -E_inf and mark both, named above the axes."""
    energies = -lowest_energy(0, p), -threshold_energy(p)
    ax.axvspan(*energies, color=BAND, linewidth=0, zorder=0)
    lines = ((GROUND, "--", "right", -3), (NEUTRAL, "-", "left", 3))
    for energy, name, (colour, line, side, offset) in zip(energies, names, lines, strict=True):
        ax.axvline(energy, color=colour, linestyle=line, linewidth=0.9, zorder=1)
        where = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "ha": side, "va": "bottom"}
        ax.annotate(name, (energy, 1.0), (offset, 1), color=colour, **where)


def _edges(sample, least):
    """Return the ends of evenly wide bins over a sample, over a width of at least ``least``."""
    low, high = sample.min(), sample.max()
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    return np.linspace(low, high, int(np.clip(np.sqrt(sample.size), FEWEST_BINS, MOST_BINS)) + 1)


def _finish(figure, axes, title):
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=8)
