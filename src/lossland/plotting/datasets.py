"""Figures of data sets: where clusters start, coloured by where they end, and how often each end is reached."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossland.datasets.quenches import OUTCOME_NAMES, QuenchSet, outcome_table

#: Okabe and Ito's colours, distinct for every kind of colour vision: triangle, then linear with atom 1, 2, 3 central
OUTCOME_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")
PAIRS = (("r12", "r13"), ("r12", "r23"), ("r13", "r23"))
FONT_SIZE = 7.0


def starts_figure(datasets: Sequence[QuenchSet], *, n_shown: int = 6000) -> Figure:
    """Draw the start distances of quenches, coloured by outcome, and the outcome shares: one row of panels per set.

    Parameters
    ----------
    datasets : sequence of QuenchSet
    n_shown : int
        The first so many quenches of each set are drawn as points; shares are of all.

    Returns
    -------
    Figure
        Points are rasterised in vector formats; save with 300 dpi or more.
    """
    n_rows = len(datasets)
    figure = Figure(figsize=(7.2, 0.55 + 1.72 * n_rows), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.04, hspace=0.03)
    axes = figure.subplots(n_rows, len(PAIRS) + 1, squeeze=False)
    for row, quenches in enumerate(datasets):
        for axis, pair in zip(axes[row], PAIRS, strict=False):
            _draw_starts(axis, quenches, pair, n_shown)
        side = quenches.settings["cube_side"]
        axes[row, 0].set_title(
            rf"{quenches.name}  ($L = {side:.4g}\,\sigma$)", fontsize=FONT_SIZE + 1, loc="left", fontweight="bold"
        )
        _draw_shares(axes[row, -1], quenches)
    _add_legend(figure)
    return figure


def _draw_starts(axis, quenches, pair, n_shown):
    columns = [int(name != "r12") + int(name == "r23") for name in pair]
    points, outcomes = quenches.starts[:n_shown, columns], quenches.outcomes[:n_shown]
    # in the order of the draw, so that no outcome covers another
    colours = [OUTCOME_COLOURS[outcome] for outcome in outcomes]
    size = min(8.0, 2.0 * (6000 / len(points)) ** 0.5)  # points squared: sparse sets get larger dots
    axis.scatter(*points.T, s=size, c=colours, linewidths=0, rasterized=True)
    limit = quenches.starts[:n_shown].max() * 1.03
    axis.set(xlim=(0, limit), ylim=(0, limit), box_aspect=1)
    axis.set_xlabel(_distance_label(pair[0]), fontsize=FONT_SIZE + 1, labelpad=1)
    axis.set_ylabel(_distance_label(pair[1]), fontsize=FONT_SIZE + 1, labelpad=1)
    step = 1.0 if limit > 2.5 else 0.5
    ticks = [i * step for i in range(int(limit / step) + 1)]
    axis.set_xticks(ticks)
    axis.set_yticks(ticks)
    axis.tick_params(labelsize=FONT_SIZE, length=2, pad=2)


def _distance_label(name):
    return rf"$r_{{{name[1:]}}}\,/\,\sigma$"


def _draw_shares(axis, quenches):
    table = outcome_table([quenches])
    percent, error = 100 * table["share"], 100 * table["share_se"]
    axis.bar(table["outcome"], percent, yerr=error, color=OUTCOME_COLOURS, width=0.75, error_kw={"elinewidth": 0.8})
    for outcome, value in enumerate(percent):
        axis.annotate(
            f"{value:.1f}", (outcome, value), (0, 2), textcoords="offset points", ha="center", fontsize=FONT_SIZE
        )
    axis.set(ylim=(0, 90), box_aspect=1, xticks=range(len(OUTCOME_NAMES)), yticks=range(0, 81, 20))
    axis.set_xticklabels([r"$\triangle$", "1", "2", "3"], fontsize=FONT_SIZE)
    axis.set_ylabel("share / %", fontsize=FONT_SIZE + 1, labelpad=1)
    axis.set_xlabel("outcome", fontsize=FONT_SIZE + 1, labelpad=1)
    axis.tick_params(labelsize=FONT_SIZE, length=2, pad=2)
    axis.spines[["top", "right"]].set_visible(False)


def _add_legend(figure):
    handles = [
        Line2D([], [], marker="o", linestyle="none", markersize=4.5, color=colour, label=name)
        for colour, name in zip(OUTCOME_COLOURS, OUTCOME_NAMES, strict=True)
    ]
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=len(handles),
        frameon=False,
        fontsize=FONT_SIZE + 1,
        handletextpad=0.1,
        columnspacing=1.5,
    )
