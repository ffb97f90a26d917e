"""Estimates of completeness beside the truth, on two surfaces whose stationary points are all known.

    python benchmarks/completeness.py [--seeds 6]     # minutes; writes completeness.csv and the docs' figure

Each surface is explored until half, 80 % and 95 % of its transition states are known. There a survey
(``lossland.survey``) is made and added to the landscape; the coverages that its hits tell are compared with the share
of known points that a second, larger survey arrives at, and Chao1 with the true numbers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from lossland.completeness import chao1, good_turing_coverage
from lossland.exploration import Exploration
from lossland.explore_options import ExploreOptions
from lossland.landscape import Landscape
from lossland.plotting.style import PAGE_WIDTH, new_figure, styled
from lossland.survey import survey

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "unit"))
from known_surfaces import spin_variance, tilted_wells  # noqa: E402

FRACTIONS = (0.5, 0.8, 0.95)
# no starts in later rounds: they find all wells at once, and how searches fill a landscape could not be seen
BASE = ExploreOptions(n_starts=10, start_share=0.0, n_hops=0, displacement=0.3)
BASE = BASE._replace(coverage_minima=1.0, coverage_transition_states=1.0, max_searches=20000)
# name, objective, options, true numbers, survey searches for each minimum, searches of the survey that is the truth
SURFACES = [
    (
        "double wells, 8 variables",
        lambda: tilted_wells(8),
        BASE._replace(max_climb=60, round_size=25),
        256,
        1024,
        4,
        1500,
    ),
    ("p = 2 spin, 20 variables", lambda: spin_variance(20)[0], BASE._replace(round_size=5), 40, 76, 8, 1000),
]
COLOURS = {"minima": "#0072B2", "transition_states": "#D55E00"}
NAMES = {"minima": "minima", "transition_states": "transition states"}


def snapshot(exploration, n_survey, n_truth, seed, true_numbers):
    """Return one row for minima and one for transition states: estimates beside the truth."""
    found, options = exploration.landscape, exploration.options
    tolerances = {"energy_tolerance": found.energy_tolerance, "distance_tolerance": found.distance_tolerance}
    landscape = Landscape(found.objective, rms_tolerance=found.rms_tolerance, **tolerances)
    landscape.merge(found)
    first = survey(landscape, n_survey * len(found.minima.energy), options, seed=seed, add=True)
    start = np.arange(len(found.minima.energy))  # the population: searches from the minima known before the survey
    second = survey(landscape, n_truth, options, seed=seed + 1, start=start)
    before = survey(found, n_truth, options, seed=seed + 1)
    everywhere = survey(landscape, n_truth, options, seed=seed + 2)
    rows = []
    for what, true_number in true_numbers.items():
        hits = getattr(landscape, what).hits
        ours = first.hits(len(hits), what)
        estimate, richness = good_turing_coverage(ours, hits - ours), chao1(ours, hits - ours)
        rows.append(
            {
                "what": what,
                "n_true": true_number,
                "n_explored": len(getattr(found, what).energy),
                "all_searches": good_turing_coverage(getattr(found, what).hits).value,
                "truth_before_survey": before.coverage(what)[0],
                "n_hits": estimate.n_searches,
                "coverage": estimate.value,
                "coverage_se": estimate.standard_error,
                "truth": second.coverage(what)[0],
                "truth_all_minima": everywhere.coverage(what)[0],
                "n_found": richness.n_found,
                "chao1": richness.estimate,
                "chao1_low": richness.low,
                "chao1_high": richness.high,
                "chao1_all_searches": chao1(getattr(found, what).hits).estimate,
            }
        )
    return rows


def measure(n_seeds):
    """Return a table with two rows for each surface, seed and fraction."""
    rows = []
    for name, make, options, n_minima, n_states, n_survey, n_truth in SURFACES:
        objective, numbers = make(), {"minima": n_minima, "transition_states": n_states}
        for seed in range(n_seeds):
            exploration, goals = Exploration(objective, options, seed), list(FRACTIONS)
            while goals and exploration.advance(map):
                if exploration.landscape.counts()["n_transition_states"] >= goals[0] * n_states:
                    for row in snapshot(exploration, n_survey, n_truth, 1000 * seed, numbers):
                        rows.append({"surface": name, "seed": seed, "fraction": goals[0], **row})
                    goals.pop(0)
    return pd.DataFrame(rows)


def draw(table):
    """Draw coverage against the true coverage, and Chao1 against the fraction found."""
    with styled():
        figure = new_figure(PAGE_WIDTH, 5.2)
        axes = figure.subplots(2, 2)
        for column, (name, part) in enumerate(table.groupby("surface", sort=False)):
            top, bottom = axes[:, column]
            low = min(part[["coverage", "truth", "all_searches"]].min()) - 0.04
            top.plot([low, 1], [low, 1], color="0.6", linewidth=0.8)
            bottom.axhline(1.0, color="0.6", linewidth=0.8)
            for what, rows in part.groupby("what", sort=False):
                colour = COLOURS[what]
                style = {"fmt": "o", "color": colour, "markersize": 3, "elinewidth": 0.6}
                top.errorbar(
                    rows["truth"], rows["coverage"], rows["coverage_se"], label=f"{NAMES[what]}, survey", **style
                )
                hollow = {"marker": "s", "s": 10, "facecolors": "none", "edgecolors": colour, "linewidths": 0.6}
                label = f"{NAMES[what]}, all searches"
                top.scatter(rows["truth_before_survey"], rows["all_searches"], label=label, **hollow)
                share = rows["n_found"] / rows["n_true"]
                ends = rows[["chao1_low", "chao1_high"]].to_numpy().T / rows["n_true"].to_numpy()
                middle = rows["chao1"] / rows["n_true"]
                error = np.maximum(np.abs(ends - middle.to_numpy()), 0.0)
                bottom.errorbar(share, middle, error, **style)
                bottom.plot(share, share, "_", color=colour, markersize=5)
            top.set(title=name, xlabel="true coverage", xlim=(low, 1.01), ylim=(low, 1.02))
            bottom.set(xlabel="share of all points that is found", ylim=(0.4, 2.0))
        axes[0, 0].set_ylabel("estimated coverage")
        axes[1, 0].set_ylabel("Chao1 / true number")
        axes[0, 0].legend(frameon=False, loc="upper left")
    return figure


def main():
    """Measure, print means over the seeds, write the table and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6)
    table = measure(parser.parse_args().seeds)
    table.to_csv(HERE / "completeness.csv", index=False, float_format="%.5g")
    columns = ["n_found", "n_hits", "truth", "coverage", "coverage_se"]
    columns += ["truth_all_minima", "truth_before_survey", "all_searches"]
    columns += ["chao1", "chao1_low", "chao1_high", "chao1_all_searches"]
    print(table.groupby(["surface", "what", "fraction"], sort=False)[columns].mean().round(3).to_string())
    images = HERE.parent / "docs" / "images"
    with styled():
        draw(table).savefig(images / "completeness.png", dpi=200)


if __name__ == "__main__":
    main()
