"""How a number spreads over the minima of several landscapes."""

import numpy as np
from matplotlib.figure import Figure

from lossland.errors import InputError
from lossland.plotting.growth import COLOURS
from lossland.plotting.style import PAGE_WIDTH, new_figure, styled

OURS, PUBLISHED = COLOURS["minima"], COLOURS["transition_states"]
SHIFT, WIDTH = 0.14, 0.22  # of published values to the right; over which dots are spread; in units of the levels


def plot_spread(
    levels, values, *, wider=None, published=None, xlabel="", ylabel="", title=None, width=PAGE_WIDTH, height=2.8
) -> Figure:
    """Draw every minimum as a dot with mean and standard deviation of each level, and the deviations beside it.

    With several draws, these are the means over draws of each draw's mean and standard deviation.

    Parameters
    ----------
    levels : sequence of str
        What the landscapes differ in, in order.
    values : sequence of sequence of array_like
        For each level one array for each draw: a number of every minimum.
    wider : tuple (str, sequence of float), optional
        Another standard deviation of each level, drawn beside that over the minima, and what it is.
    published : mapping, optional
        ``mean`` and ``sd``, one number for each level (NaN where there is none).
    xlabel, ylabel : str
        What the levels are, and the number.
    title : str, optional
    width, height : float
        Inches.

    Raises
    ------
    InputError
        When levels, values and published numbers are not equally many.
    """
    values = [[np.asarray(array, dtype=float)[np.isfinite(array)] for array in draws] for draws in values]
    lengths = {len(levels), len(values), *(len(numbers) for numbers in (published or {}).values())}
    lengths |= {len(wider[1])} if wider else set()
    if len(lengths) != 1 or not levels:
        raise InputError(
            f"{len(levels)} levels, {len(values)} arrays of values: expected as many of each, at least one"
        )
    at = np.arange(len(levels), dtype=float)
    means, deviations = ([_over_draws(function, draws) for draws in values] for function in (np.mean, np.std))
    with styled():
        figure = new_figure(width, height)
        dots, spreads = figure.subplots(1, 2, width_ratios=(2, 1))
        for x, array in zip(at, map(np.concatenate, values), strict=True):
            # evenly spread in the order of finding: no random numbers in a picture
            offsets = WIDTH * (np.arange(array.size) * 0.618034 % 1.0 - 0.5)
            dots.plot(x + offsets, array, "o", color=OURS, markersize=1.5, alpha=0.4, markeredgewidth=0)
        style = {"fmt": "o", "markersize": 3, "linewidth": 1.0, "capsize": 2}
        dots.errorbar(at, means, deviations, color="black", label="this work", **style)
        spreads.plot(at, deviations, "o-", color="black", markersize=3, linewidth=0.9, label="over minima")
        if wider is not None:
            spreads.plot(at, wider[1], "s-", color=OURS, markersize=3, linewidth=0.9, label=wider[0])
        if published is not None:
            dots.errorbar(at + SHIFT, published["mean"], published["sd"], color=PUBLISHED, label="published", **style)
            spreads.plot(at, published["sd"], "D--", color=PUBLISHED, markersize=3, linewidth=0.9, label="published")
        for ax in (dots, spreads):
            ax.set_xticks(at, levels)
            ax.set_xlabel(xlabel)
            ax.spines[["top", "right"]].set_visible(False)
            ax.legend(frameon=False)
        dots.set_ylabel(ylabel)
        spreads.set_ylabel("standard deviation")
        spreads.set_ylim(0.0, 1.25 * spreads.get_ylim()[1])  # room for the legend
        if title:
            figure.suptitle(title)
    return figure


def _over_draws(function, draws):
    found = [function(array) for array in draws if array.size]
    return float(np.mean(found)) if found else np.nan
