"""Is the stall of a student a barrier? Go on from it with L-BFGS on all data at once, and look at the Hessian there."""

import numpy as np
import pandas as pd
from _students import read_halves, sizes_of, students_of, targets_of

from lossland.lbfgs import LbfgsOptions, lbfgs
from lossland.lowest_mode import lowest_to_scale
from lossland.objectives.soft_targets import distillation

SCHEDULE = "decaying"


def go_on(paths, path_to_weights, path_to_table, settings, seed):
    """Write for every student the loss where it stalled and where L-BFGS ends, and the lowest eigenvalue of both."""
    weights, rows = np.load(path_to_weights), []
    theirs = read_halves(paths[0], settings, np.random.SeedSequence(seed).spawn(2)[0])[2]
    some = theirs[: settings["n_continued"]]
    targets = targets_of(weights["teacher"], settings["n_hidden"], some)
    options = LbfgsOptions(tolerance=1e-8, max_iterations=settings["steps"])
    for size, n_hidden in students_of(settings["n_hidden"], settings["relative_sizes"]).items():
        objective, w = distillation(sizes_of(n_hidden), some, targets), weights[f"{SCHEDULE}-{size:g}"].copy()
        row = {"relative_size": size, "n_data": len(some), "stalled": objective.energy(w)}
        row["lowest_over_largest_eigenvalue"] = np.divide(*lowest_to_scale(objective, w))
        no_inverse, no_trajectory = np.empty((0, 0)), np.empty((0, w.size))
        found = lbfgs(objective.value_gradient, objective.data, w, options, no_inverse, no_trajectory)
        row |= {"continued": found[0], "rms_gradient": found[1], "n_steps": found[2]}
        row["continued_lowest_over_largest_eigenvalue"] = np.divide(*lowest_to_scale(objective, w))
        print(row, flush=True)
        rows.append(row)
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    files = (list(snakemake.input.images), snakemake.input.weights, snakemake.output.table)
    run(go_on, snakemake.log[0], *files, *snakemake.params[:2])
