"""Pictures of how the losses of students fall."""

import numpy as np
from matplotlib.figure import Figure

from lossland.analysis.effects import slope
from lossland.errors import InputError
from lossland.plotting.style import COLOUR_MAP, NEUTRAL, PAGE_WIDTH, new_figure, styled

COLUMNS = ("schedule", "relative_size", "seed", "epoch", "divergence")
SCALES = ("linear", "log")
BEYOND = 1.6  # times the last epoch: where the fitted power laws end
LINE_HEIGHT = 0.075  # of a panel: what one exponent takes
LEVELS = 3.0  # the linear axis shows so many times the highest level at the end


def plot_students(curves, *, published=None, tail=2 / 3, title=None, width=PAGE_WIDTH, panel_height=2.3) -> Figure:
    """Draw the divergence of students from their teacher against epochs, on linear and on logarithmic axes.

    Figure 16 of Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), one row of panels for each schedule of the
    learning rate. The linear axis is that of students as large as the teacher or larger; on the logarithmic ones thin
    dashed lines go on as the power laws fitted to the ends of the curves, all seeds together, with their exponents.

    Parameters
    ----------
    curves : DataFrame
        ``schedule``, ``relative_size`` (of the student, the teacher's being 1), ``seed``, ``epoch`` and ``divergence``.
    published : float, optional
        A level to draw across all panels.
    tail : float
        Share of the epochs after which the power laws are fitted.
    title : str, optional
    width, panel_height : float
        Inches.

    Raises
    ------
    InputError
        When a column is missing or there is no curve.
    """
    missing = [name for name in COLUMNS if name not in curves]
    if missing or not len(curves):
        raise InputError(f"the curves of students have no {missing[0] if missing else 'rows'}")
    schedules, sizes = list(dict.fromkeys(curves["schedule"])), sorted(set(curves["relative_size"]))
    colours = dict(zip(sizes, COLOUR_MAP(np.linspace(0.0, 1.0, len(sizes))), strict=True))
    with styled():
        figure = new_figure(width, panel_height * len(schedules) + 0.5)
        axes = figure.subplots(len(schedules), len(SCALES), squeeze=False, sharey="col")
        written = []
        for row, schedule in zip(axes, schedules, strict=True):
            chosen = curves[(curves["schedule"] == schedule) & (curves["epoch"] > 0)]
            for ax, scale in zip(row, SCALES, strict=True):
                _draw_curves(ax, chosen, colours, published)
                ax.set(xscale=scale, yscale=scale, title=f"{schedule} learning rate", xlabel="epochs")
                ax.spines[["top", "right"]].set_visible(False)
            row[0].set_ylabel("divergence (nats per image)")
            written.append((row[1], _draw_power_laws(row[1], chosen, tail, colours)))
        axes[0, 0].set_ylim(0.0, LEVELS * _highest_level(curves, published))
        axes[0, 1].set_ylim(axes[0, 1].get_ylim())  # where the exponents stand depends on it
        for ax, ends in written:
            _write_exponents(ax, ends, colours)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        options = {"loc": "outside lower center", "ncols": len(handles), "frameon": False}
        figure.legend(handles, labels, title="size of the student", **options)
        if title:
            figure.suptitle(title)
    return figure


def _draw_curves(ax, chosen, colours, published):
    for (size, seed), curve in chosen.groupby(["relative_size", "seed"]):
        label = f"{size:g}" if seed == chosen["seed"].min() else None
        ax.plot(curve["epoch"], curve["divergence"], color=colours[size], linewidth=0.9, label=label)
    if published is not None:
        style = {"color": NEUTRAL, "linewidth": 0.8, "linestyle": (0, (6, 3)), "zorder": 1}
        ax.axhline(published, label=f"published level, {published:g}", **style)


def _highest_level(curves, published):
    """Return the highest divergence at the end of students as large as the teacher or larger, or what is published."""
    ends = curves[curves["epoch"] == curves["epoch"].max()]
    large = ends[ends["relative_size"] >= 1.0]
    return max(float((large if len(large) else ends)["divergence"].max()), published or 0.0)


def _draw_power_laws(ax, chosen, tail, colours):
    """Go on with every size as the power law fitted to the tails of all seeds; return (end, exponent, size) of each."""
    last = chosen["epoch"].max()
    late, ends = chosen[chosen["epoch"] > tail * last], []
    # a divergence may be zero to rounding, or just below
    for size, group in late[late["divergence"] > 0.0].groupby("relative_size"):
        x, y = np.log(group["epoch"]), np.log(group["divergence"])
        exponent = slope(x, y)
        if not np.isfinite(exponent):
            continue  # a tail of one epoch has none
        shown = np.array([group["epoch"].min(), BEYOND * last])
        line = np.exp(y.mean() + exponent * (np.log(shown) - x.mean()))
        ax.plot(shown, line, color=colours[size], linewidth=0.6, linestyle=(0, (3, 2)))
        ends.append((line[-1], exponent, size))
    ax.set_xlim(right=BEYOND * last)
    return sorted(ends)


def _write_exponents(ax, ends, colours):
    """Write exponents beside the ends of their power laws."""
    low, high = np.log(ax.get_ylim())
    places = _apart([(np.log(end) - low) / (high - low) for end, _, _ in ends])
    for place, (_, exponent, size) in zip(places, ends, strict=True):
        text = f"{exponent:.2f}".replace("-", "\N{MINUS SIGN}")
        style = {"color": colours[size], "fontsize": 6.5, "verticalalignment": "center"}
        ax.text(1.02, place, text, transform=ax.transAxes, **style)
    ax.text(1.02, 1.02, "exponent", transform=ax.transAxes, fontsize=6.5, color=NEUTRAL, verticalalignment="bottom")


def _apart(places):
    """Return heights in ascending order moved apart, so that lines of text do not cover one another."""
    places = np.array(places)
    for _ in range(100):
        for k in range(places.size - 1):
            missing = LINE_HEIGHT - (places[k + 1] - places[k])
            if missing > 0.0:
                places[k : k + 2] += -missing / 2, missing / 2
    return places
