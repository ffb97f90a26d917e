"""The complexity functions of spin glasses: levels where they vanish, as a table, and the functions, as a picture."""

from pathlib import Path

import pandas as pd

from lossland.analysis.comparison import compare_exact
from lossland.analysis.complexity import complexity, lowest_energy, threshold_energy
from lossland.plotting.complexity import plot_complexity
from lossland.plotting.style import save


def draw_complexity(path_to_published, path_to_table, path_to_pdf, p, indices):
    """Write the levels of each index beside the published ones, and the picture as PDF and, beside it, as PNG."""
    levels = {"E_infinity": threshold_energy(p)} | {f"E_{k}": lowest_energy(k, p) for k in indices}
    # columns are called as in every table beside published numbers; the mean is the energy per spin
    table = pd.DataFrame({"quantity": levels.keys(), "index": ["any finite", *indices]})
    table["mean"] = [-level for level in levels.values()]
    table["complexity_at_threshold"] = float(complexity(-threshold_energy(p), 0, p))
    # as text, which tells how many digits are printed
    printed = pd.read_csv(path_to_published, dtype=str).set_index("p").to_dict("index").get(str(p), {})
    table["published"] = [-float(printed.get(name, "nan")) for name in levels]
    table["verdict"] = [compare_exact(level, printed.get(name)) for name, level in levels.items()]
    table.to_csv(path_to_table, index=False)
    save(plot_complexity(p, indices), Path(path_to_pdf).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    files = (snakemake.input.published, snakemake.output.table, snakemake.output.pdf)
    run(draw_complexity, snakemake.log[0], *files, snakemake.params.p, snakemake.params.indices)
