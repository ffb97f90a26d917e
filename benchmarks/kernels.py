"""Rates of the engine's kernels beside NumPy and SciPy, measured in one run: see README.md in this folder."""

import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from lossland.minimise import minimise
from lossland.objectives import mlp_cross_entropy
from lossland.reference.network import NetworkReference

ROUNDS, SECONDS = 7, 0.3


def problem(n_data, sizes=(2, 10, 4)):
    """Return objective, NumPy twin and a point, for a fixed generated data set."""
    rng = np.random.default_rng(1)
    inputs = rng.uniform(0.5, 2.5, (n_data, sizes[0]))
    labels = (inputs[:, 0] > 1.2).astype(int) + 2 * (inputs[:, 1] + 0.3 * rng.normal(size=n_data) > 1.6).astype(int)
    objective = mlp_cross_entropy(sizes, inputs, labels, 1e-4)
    return objective, NetworkReference(objective.attributes, objective.arrays), objective.random_start(rng)


def rate(work):
    """Return how often ``work`` runs in a CPU-second."""
    start, runs = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        work()
        runs += 1
    return runs / (time.process_time() - start)


def scipy_minimisation(objective, x):
    """Minimise with SciPy's L-BFGS-B, at the history that suits it best, to a gradient of 1e-9 or as far as it goes."""
    options = {"maxcor": 20, "maxiter": 20_000, "maxfun": 40_000, "ftol": 0.0, "gtol": 1e-9}
    minimize(objective.energy_gradient, x, jac=True, method="L-BFGS-B", options=options)


def works():
    """Yield (work, peer, ours, theirs)."""
    for n_data in (100, 1000, 10_000, 100_000):
        objective, twin, x = problem(n_data)
        ours, theirs = partial(objective.energy_gradient, x), partial(twin.energy_gradient, x)
        yield f"evaluation_{n_data}", "numpy", ours, theirs
    objective, twin, x = problem(1000)
    yield "hessian_1000", "numpy", lambda: objective.hessian_matrix(x), lambda: twin.hessian(x)
    yield "minimisation", "scipy", lambda: minimise(objective, x), lambda: scipy_minimisation(objective, x)


def main():
    """Measure every work in turn, ours and theirs one after the other, and keep the medians."""
    rows = []
    for work, peer, ours, theirs in works():
        ours()
        theirs()
        pairs = np.array([(rate(ours), rate(theirs)) for _ in range(ROUNDS)])
        median = np.median(pairs, axis=0)
        rows.append((work, peer, *median, np.median(pairs[:, 0] / pairs[:, 1])))
        print(f"{work}: {median[0]:.4g} per CPU-second, {peer} {median[1]:.4g}, ratio {rows[-1][-1]:.2f}")
    table = pd.DataFrame(rows, columns=["work", "peer", "ours", "theirs", "ratio"])
    table.to_csv(Path(__file__).parent / "results.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
