"""Energies at which gradient descents of spin glasses end, from uniform starts on the sphere, or on three spheres."""

import numpy as np
import pandas as pd
from _glass import draw_glass

from lossland.sphere_descent import descend_on_spheres, random_points, stable_step

COLUMNS = ("energy_per_spin", "gradient_norm", "n_iterations")


def make_descents(path_to_table, n_spins, p, spheres, realisations, starts, tolerance, seed):
    """Write one row for each descent: realisation, energy per spin, norm of the tangential gradient, steps."""
    tables = []
    for realisation in range(1, realisations + 1):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n_spins, realisation)))
        glass = draw_glass(n_spins, p, spheres, rng)
        points = random_points(starts, spheres, n_spins, rng)
        found = descend_on_spheres(glass, points, step=stable_step(p), tolerance=tolerance)
        columns = (found.energies / n_spins, found.gradient_norms, found.n_iterations)
        tables.append(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))).assign(realisation=realisation))
        print(f"{n_spins} spins, realisation {realisation} of {realisations}", flush=True)
    pd.concat(tables)[["realisation", *COLUMNS]].to_csv(path_to_table, index=False)


if "snakemake" in globals():
    from _job import run

    run(make_descents, snakemake.log[0], snakemake.output.table, **snakemake.params.settings)
