"""Pictures of how the losses of students fall."""

import numpy as np
from matplotlib.figure import Figure

from lossland.errors import InputError
from lossland.plotting.style import COLOUR_MAP, PAGE_WIDTH, new_figure, styled

COLUMNS = ("schedule", "relative_size", "seed", "epoch", "divergence")
SCALES = ("linear", "log")


def plot_students(curves, *, title=None, width=PAGE_WIDTH, panel_height=2.2) -> Figure:
    """Draw the divergence of students from their teacher against epochs, on linear and on logarithmic axes.

    Figure 16 of Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), one row of panels for each schedule of the
    learning rate.

    Parameters
    ----------
    curves : DataFrame
        ``schedule``, ``relative_size`` (of the student, the teacher's being 1), ``seed``, ``epoch`` and ``divergence``.
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
        axes = figure.subplots(len(schedules), len(SCALES), squeeze=False)
        for row, schedule in zip(axes, schedules, strict=True):
            chosen = curves[curves["schedule"] == schedule]
            for ax, scale in zip(row, SCALES, strict=True):
                for (size, seed), curve in chosen.groupby(["relative_size", "seed"]):
                    label = f"{size:g}" if seed == chosen["seed"].min() else None
                    shown = curve[curve["epoch"] > 0]
                    ax.plot(shown["epoch"], shown["divergence"], color=colours[size], linewidth=0.9, label=label)
                ax.set(xscale=scale, yscale=scale, title=f"{schedule} learning rate", xlabel="epochs")
                if scale == "linear":
                    ax.set_ylim(
                        0.0, 3.0 * float(chosen.loc[chosen["epoch"] == chosen["epoch"].max(), "divergence"].max())
                    )
                    ax.set_ylabel("divergence (nats per image)")
                for side in ("top", "right"):
                    ax.spines[side].set_visible(False)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, title="size of the student", loc="outside lower center", ncols=5, frameon=False)
        if title:
            figure.suptitle(title)
    return figure
