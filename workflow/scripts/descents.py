"""Energies at which gradient descents of spin glasses end, from uniform starts on the sphere, or on three spheres."""

from pathlib import Path

import numpy as np
import pandas as pd
from _glass import draw_glass

from lossland.sphere_descent import descend_on_spheres, random_points, stable_step

COLUMNS = ("energy_per_spin", "gradient_norm", "n_iterations")


def make_descents(path_to_table, unfinished, n_spins, p, spheres, realisations, starts, tolerance, seed):
    """Write one row for each descent: realisation, energy per spin, norm of the tangential gradient, steps.

    The file ``unfinished`` holds the realisations that are done, for a run that is killed to go on from.
    """
    unfinished, table = Path(unfinished), pd.DataFrame({"realisation": []}, dtype=int)
    if unfinished.exists():
        table = pd.read_csv(unfinished)
    for realisation in range(table["realisation"].max() + 1 if len(table) else 1, realisations + 1):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n_spins, realisation)))
        glass = draw_glass(n_spins, p, spheres, rng)
        points = random_points(starts, spheres, n_spins, rng)
        found = descend_on_spheres(glass, points, step=stable_step(p), tolerance=tolerance)
        columns = (found.energies / n_spins, found.gradient_norms, found.n_iterations)
        rows = pd.DataFrame({"realisation": realisation} | dict(zip(COLUMNS, columns, strict=True)))
        table = pd.concat([table, rows]) if len(table) else rows
        table.to_csv(unfinished.with_suffix(".new"), index=False)
        unfinished.with_suffix(".new").replace(unfinished)
        print(f"{n_spins} spins, realisation {realisation} of {realisations}", flush=True)
    unfinished.replace(path_to_table)


if "snakemake" in globals():
    from _job import run

    paths = [snakemake.output.table, snakemake.params.unfinished]
    run(make_descents, snakemake.log[0], *paths, **snakemake.params.settings)
