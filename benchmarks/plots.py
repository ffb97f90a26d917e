"""Pictures of the benchmark, from its files alone: ``python benchmarks/plots.py``, which also renews the document."""

from pathlib import Path

import tables

from lossland.plotting.style import COLUMN_WIDTH, NEUTRAL, PAGE_WIDTH, new_figure, save, styled

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
#: Okabe and Ito's colours, told apart by the colour-blind, and a marker each for print without colours
LOOKS = {
    "lossland": ("#000000", "o"),
    "numpy": ("#0072B2", "o"),
    "jax": ("#E69F00", "s"),
    "scipy": ("#56B4E9", "^"),
    "scipy+kernel": ("#56B4E9", "v"),
    "topsearch": ("#D55E00", "D"),
    "topsearch+kernel": ("#CC79A7", "P"),
    "processes": ("#009E73", "X"),
    "numpy_rows": ("#0072B2", "<"),
}
#: where axes are marked
ROUND = tuple(digit * 10.0**power for power in range(-2, 5) for digit in (1, 2, 5))
NOT_A_RACE = ("hessian_in_gradients", "two_threads")  # no other program is compared


def label(work):
    """Return a work's name in words."""
    kind, _, rest = work.partition("_")
    if kind in ("evaluation", "hessian"):
        words = {"evaluation": "loss + gradient", "hessian": "Hessian"}[kind]
        size, _, native = rest.partition("_")
        words += f", {size if '-' in size else f'2-10-4, {int(size):,} data'}"
        return f"{words}, for this processor" if native else words
    return {"transition_state_unaligned": "transition state, peer without alignment"}.get(work, work.replace("_", " "))


def plot_rates(results):
    """Return the figure of all ratios, one line a work and one marker a peer."""
    rows = [(work, peer, float(ratio)) for work, peer, _, _, ratio in results if work not in NOT_A_RACE]
    works = [work for work in tables.WORKS if work in {row[0] for row in rows}]
    finite = [1.0, *(ratio for _, _, ratio in rows if ratio < float("inf"))]
    low, high = min(finite), max(finite)
    with styled():
        figure = new_figure(PAGE_WIDTH, 0.6 + 0.24 * len(works))
        axes = figure.add_subplot()
        for peer in LOOKS:
            chosen = [
                (ratio, works.index(work) + 0.14 * (list(LOOKS).index(peer) % 2) - 0.07)  # none hides another
                for work, name, ratio in rows
                if name == peer and ratio < float("inf")
            ]
            if chosen:
                colour, marker = LOOKS[peer]
                axes.scatter(*zip(*chosen, strict=True), s=28, color=colour, marker=marker, label=peer, zorder=3)
        for work, peer, ratio in rows:
            if ratio == float("inf"):
                place = {"xy": (1.0, works.index(work)), "xycoords": ("axes fraction", "data")}
                where = -4 - 90 * (peer == "topsearch+kernel")
                style = {"textcoords": "offset points", "ha": "right", "va": "center", "fontsize": 6}
                axes.annotate(f"{peer}: found none", xytext=(where, 0), color=LOOKS[peer][0], **place, **style)
        axes.axvline(1.0, color=NEUTRAL, linewidth=0.8)
        axes.set_xscale("log")
        axes.set_xticks([ratio for ratio in ROUND if low / 1.5 <= ratio <= 1.5 * high])
        axes.minorticks_off()
        axes.set_yticks(range(len(works)), [label(work) for work in works])
        axes.set_ylim(len(works) - 0.5, -0.5)
        axes.grid(axis="both", color="0.88", linewidth=0.5)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("times as fast as the peer, per CPU-second (right of 1: lossland is faster)")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, title="peer")
    return figure


def plot_growth(growth):
    """Return the figure of the distinct transition states found in the first CPU-seconds."""
    with styled():
        figure = new_figure(1.4 * COLUMN_WIDTH, 0.95 * COLUMN_WIDTH)
        axes = figure.add_subplot()
        for work, dashes in (("transition_state", "solid"), ("transition_state_unaligned", "dashed")):
            for program in dict.fromkeys(row[1] for row in growth if row[0] == work):
                points = [(float(row[2]), int(row[3])) for row in growth if row[:2] == (work, program)]
                name = program if dashes == "solid" else f"{program}, unaligned"
                style = {"color": LOOKS[program][0], "linestyle": dashes, "linewidth": 1.4}
                axes.step(*zip((0.0, 0), *points, strict=True), where="post", label=name, **style)
        axes.set_yscale("symlog", linthresh=10, linscale=0.5)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.set_yticks([0, *(number for number in ROUND if 1 < number < axes.get_ylim()[1])])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("CPU-seconds")
        axes.set_ylabel("distinct verified transition states")
        axes.grid(color="0.88", linewidth=0.5)
        axes.legend(frameon=False)
    return figure


def write(folder=tables.HERE, images=IMAGES):
    """Draw both pictures from the files in ``folder`` and write them as PNG into ``images``."""
    figures = {"rates": (plot_rates, tables.RESULTS), "growth": (plot_growth, tables.GROWTH)}
    for name, (plot, file) in figures.items():
        lines = tables.read(file, folder)
        if lines:
            pdf, _ = save(plot(lines), Path(images) / f"benchmark_{name}")
            pdf.unlink()  # documents show the PNG


if __name__ == "__main__":
    write()
    tables.document(tables.DOCUMENT)
