"""Map landscapes of networks trained on 100,000 data: see README.md in this folder.

    python benchmarks/many_data.py 2-10-4 --threads 2

One evaluation spreads over the threads. Rows go to benchmarks/many_data.csv, those of other networks stay; a run that
was killed goes on where it was.
"""

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import pandas as pd

from lossland.completeness import chao1
from lossland.datasets import quench_many, sample
from lossland.exploration import explore
from lossland.explore_options import ExploreOptions
from lossland.objectives import mlp_cross_entropy

CUBE_SIDE, N_DATA, REGULARISATION, SEED = 1.385, 100_000, 1e-4, 2020  # D2, as in Verpoort et al. 2020, table 1
OPTIONS = ExploreOptions(
    n_starts=20,
    n_hops=0,
    searches_per_minimum=8,
    coverage_minima=0.9,
    coverage_transition_states=0.9,
    round_size=40,
    chunk_size=10,
    max_climb=100,
)
TABLE = Path(__file__).with_name("many_data.csv")


def mapped(network, threads, searches, checkpoint):
    """Return one row: what was found, how complete it is, and what it took."""
    dataset = quench_many(CUBE_SIDE, N_DATA, SEED, name="D2").dataset(("r12", "r13"))
    dataset = sample(dataset, N_DATA, np.random.default_rng(SEED))
    objective = mlp_cross_entropy(
        [int(size) for size in network.split("-")], dataset.inputs, dataset.labels, REGULARISATION
    )
    start = time.process_time(), time.monotonic()
    landscape = explore(
        objective, OPTIONS._replace(max_searches=searches), seed=SEED, threads=threads, checkpoint=checkpoint
    )
    counts, search, minima = landscape.counts(), landscape.search, landscape.minima
    return {
        "network": network,
        "n_data": N_DATA,
        **counts,
        "n_components": landscape.n_components,
        "coverage_minima": search["coverage_minima"],
        "coverage_transition_states": search["coverage_transition_states"],
        "chao1_minima": chao1(minima.survey_hits, minima.hits - minima.survey_hits).estimate,
        "n_searches": search["n_searches"],
        "n_evaluations": search["n_evaluations"],
        "n_hessians": search["n_hessians"],
        "stop_reason": search["stop_reason"],
        "threads": threads,
        "cpu_seconds": time.process_time() - start[0],
        "wall_seconds": time.monotonic() - start[1],
    }


def main():
    """Read the command line, map, and keep the row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", help="layer sizes, such as 2-10-4")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--searches", type=int, default=10_000, help="budget")
    parser.add_argument("--checkpoint", default="build/benchmarks/many_data", help="folder of finished chunks")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    found = mapped(
        arguments.network, arguments.threads, arguments.searches, Path(arguments.checkpoint) / arguments.network
    )
    table = pd.read_csv(TABLE) if TABLE.exists() else pd.DataFrame({"network": []})
    table = pd.concat([table[table["network"] != arguments.network], pd.DataFrame([found])])
    table.to_csv(TABLE, index=False, float_format="%.5g")
    print(found)


if __name__ == "__main__":
    main()
