"""The complexity functions of spin glasses: levels where they vanish, as a table, and the functions, as a picture."""

from pathlib import Path

import pandas as pd

from lossland.analysis.complexity import complexity, lowest_energy, threshold_energy
from lossland.plotting.complexity import plot_complexity
from lossland.plotting.style import save


def draw_complexity(path_to_table, path_to_pdf, p, indices):
    """Write the levels of each index, and the picture as PDF and, beside it, as PNG."""
    threshold = threshold_energy(p)
    rows = [{"level": "E_infinity", "index": "any finite", "energy_per_spin": -threshold}]
    rows += [{"level": f"E_{k}", "index": k, "energy_per_spin": -lowest_energy(k, p)} for k in indices]
    table = pd.DataFrame(rows)
    table["complexity_at_threshold"] = float(complexity(-threshold, 0, p))
    table.to_csv(path_to_table, index=False)
    save(plot_complexity(p, indices), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    files = (snakemake.output.table, snakemake.output.pdf)
    run(draw_complexity, snakemake.log[0], *files, snakemake.params.p, snakemake.params.indices)
