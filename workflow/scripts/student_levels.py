"""How the losses of students end, over several seeds: levels beside the published one, end slopes, and claims."""

import math

import numpy as np
import pandas as pd
from _curves import ends_of, read_curves
from _published import published_row

from lossland.analysis.comparison import compare
from lossland.analysis.effects import mean_effect

QUANTITIES = {"divergence": "decaying", "divergence:constant rate": "constant"}  # the paper names no schedule
COLUMNS = ["relative_size", "quantity", "mean", "sd", "n", "published", "z", "verdict"]


def make_tables(paths, path_to_published, path_to_table, path_to_levels, path_to_claims, confidence):
    """Write how every curve ends; the levels of all seeds beside the published one; claims on their order."""
    (table := ends_of(read_curves(paths))).to_csv(path_to_table, index=False)
    ends = table.pivot(index="seed", columns=["schedule", "relative_size"], values="divergence")
    published, lines, claims = published_row(path_to_published, {"students": "equal and larger"}), [], []
    for quantity, schedule in QUANTITIES.items():
        for size, levels in ends[schedule].items():
            number = published["divergence"] if size >= 1.0 else math.nan
            line = {"relative_size": size, "quantity": quantity, "published": number}
            lines.append(line | compare(levels, number, confidence))
    pd.DataFrame(lines, columns=COLUMNS).to_csv(path_to_levels, index=False)
    sizes = [size for size in ends["decaying"] if size <= 1.0]  # larger ones can be the teacher as well
    for small, large in zip(sizes, sizes[1:], strict=False):
        words = f"a student of size {small:g} stalls higher than one of size {large:g}"
        effect = mean_effect(np.log(ends["decaying"][small] / ends["decaying"][large]), "> 0", confidence)
        claims.append({"claim": words, "quantity": "divergence", "unit": "ln"} | effect)
    pd.DataFrame(claims).to_csv(path_to_claims, index=False)


if "snakemake" in globals():
    from _job import run

    files = (list(snakemake.input.curves), snakemake.input.published, *snakemake.output[:3])
    run(make_tables, snakemake.log[0], *files, snakemake.params.confidence)
