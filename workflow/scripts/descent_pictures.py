"""Draw histograms of the energies at which descents end, and their variance against the number of spins."""

from pathlib import Path

import pandas as pd

from lossland.plotting.complexity import plot_energy_histograms, plot_variance
from lossland.plotting.style import save


def draw_descents(paths, path_to_table, path_to_exponents, path_to_histograms, path_to_variance, p, tolerance, title):
    """Write both pictures as PDF and, beside it, as PNG."""
    energies = {}
    for n_spins, path in paths:
        table = pd.read_csv(path)
        energies[n_spins] = table.loc[table["gradient_norm"] <= tolerance, "energy_per_spin"].to_numpy()
    save(plot_energy_histograms(energies, p, title), Path(path_to_histograms).with_suffix(""))
    fits = pd.read_csv(path_to_exponents).set_index("variance").to_dict("index")
    picture = plot_variance(pd.read_csv(path_to_table), fits, title=title)
    save(picture, Path(path_to_variance).with_suffix(""))


if "snakemake" in globals():
    from _job import run

    files = [*(snakemake.input[name] for name in ("table", "exponents")), *snakemake.output[:2]]
    settings = {name: snakemake.params[name] for name in ("p", "tolerance", "title")}
    run(draw_descents, snakemake.log[0], snakemake.params.paths, *files, **settings)
