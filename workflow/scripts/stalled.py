"""Is the stall of a student a barrier? Go on from it with L-BFGS on many images at once, and look at the Hessian."""

import numpy as np
import pandas as pd
from _state import state_of
from _students import read_halves, sizes_of, students_of, targets_of

from lossland.lbfgs import LbfgsOptions, lbfgs
from lossland.objectives.soft_targets import distillation

SCHEDULE = "decaying"


def go_on(paths, path_to_weights, path_to_table, settings, seed):
    """Write two rows for every student: where it stalled, and where L-BFGS ends, which never goes uphill."""
    theirs, n_data, rows = read_halves(paths[0], settings, seed)[2], settings["n_continued"], []
    weights = np.load(path_to_weights)
    targets = targets_of(weights["teacher"], settings["n_hidden"], theirs)
    options = LbfgsOptions(max_rise=0.0, tolerance=1e-8, max_iterations=settings["steps"])
    for size, n_hidden in students_of(settings["n_hidden"], settings["relative_sizes"]).items():
        objective = distillation(sizes_of(n_hidden), theirs[:n_data], targets[:n_data])
        w, row = weights[f"{SCHEDULE}-{size:g}"].copy(), {"relative_size": size, "n_data": n_data}
        rows.append(row | {"at": "stalled", "n_steps": 0} | state_of(w, objective, theirs, targets))
        found = lbfgs(objective.value_gradient, objective.data, w, options, np.empty((0, 0)), np.empty((0, w.size)))
        rows.append(row | {"at": "continued", "n_steps": found[2]} | state_of(w, objective, theirs, targets))
        print(*rows[-2:], sep="\n", flush=True)
    pd.DataFrame(rows).to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    files = (list(snakemake.input.images), snakemake.input.weights, snakemake.output.table)
    run(go_on, snakemake.log[0], *files, *snakemake.params[:2])
