"""Gather a large landscape and write down, as it grows, what it costs: see README.md in this folder.

    python benchmarks/database.py 2-4-4-4-4 --minima 100000 --checkpoint build/benchmarks/database

Rows go to benchmarks/database.csv, those of other networks stay. A run that was killed goes on where it was.
"""

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from lossland.datasets import quench_many, sample
from lossland.exploration import Exploration
from lossland.explore_options import ExploreOptions
from lossland.objectives import mlp_cross_entropy

CUBE_SIDE, N_DATA, REGULARISATION, SEED = (
    1.385,
    100,
    1e-4,
    2020,
)  # D2 of Chitturi et al. 2020 and of Verpoort et al. 2020
OPTIONS = ExploreOptions(
    n_starts=200, n_hops=0, max_searches=10**9, round_size=400, chunk_size=50, coverage_minima=1.0, max_climb=100
)
TABLE = Path(__file__).with_name("database.csv")
WITHOUT_PROGRESS = 300.0  # seconds after which a row is written and shown


class Clock:
    """CPU-seconds of this process, and how many of them were spent in searches."""

    def __init__(self, exploration, before):
        self.start, self.searching, self.chunks = (
            time.process_time() - before["cpu_seconds"],
            0.0,
            exploration.sharing.chunks,
        )
        self.searching = before["searching_seconds"]
        exploration.sharing.chunks = self._timed

    def _timed(self, *arguments):
        start = time.process_time()
        try:
            return self.chunks(*arguments)
        finally:
            self.searching += time.process_time() - start

    def now(self):
        """Return both, since the first run of this exploration began."""
        return {"cpu_seconds": time.process_time() - self.start, "searching_seconds": self.searching}


def row(exploration, network, clock):
    """Return what is known now, and what it has cost."""
    search, counts = exploration.landscape.search, exploration.landscape.counts()
    return {
        "network": network,
        "n_searches": exploration.n_searches,
        "n_minima": counts["n_minima"],
        "n_transition_states": counts["n_transition_states"],
        "n_components": exploration.planner.connections.n_components,
        "n_evaluations": search["n_evaluations"],
        "n_hessians": search["n_hessians"],
        "coverage_minima": search["coverage_minima"],
        "coverage_transition_states": search["coverage_transition_states"],
        **clock.now(),
        "memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def known(network):
    """Return the rows of this network and those of others."""
    table = pd.read_csv(TABLE) if TABLE.exists() else pd.DataFrame({"network": []})
    return table[table["network"] == network].to_dict("records"), table[table["network"] != network].to_dict("records")


def gather(network, n_minima, seconds, checkpoint, n_rows):
    """Explore until so many minima are known, or so many CPU-seconds have passed."""
    dataset = sample(
        quench_many(CUBE_SIDE, 1000, SEED, name="D2").dataset(("r12", "r13")), N_DATA, np.random.default_rng(SEED)
    )
    sizes = [int(size) for size in network.split("-")]
    objective = mlp_cross_entropy(sizes, dataset.inputs, dataset.labels, REGULARISATION)
    exploration = Exploration(objective, OPTIONS, SEED, Path(checkpoint) / network)
    rows, others = known(network)
    start = rows[-1] if rows else {"cpu_seconds": 0.0, "searching_seconds": 0.0, "n_searches": 0}
    while exploration.n_searches < start["n_searches"] and exploration.advance():  # replayed
        pass
    clock, shown = Clock(exploration, start), time.monotonic()
    next_row = (rows[-1]["n_minima"] if rows else 0) + n_minima // n_rows
    more = True
    while more:
        done = exploration.landscape.counts()["n_minima"] >= n_minima or clock.now()["cpu_seconds"] >= seconds
        more = not done and exploration.advance()
        due = exploration.landscape.counts()["n_minima"] >= next_row or time.monotonic() - shown > WITHOUT_PROGRESS
        if (due or not more) and exploration.n_searches > (rows[-1]["n_searches"] if rows else 0):
            rows.append(row(exploration, network, clock))
            print(
                {key: round(value, 3) if isinstance(value, float) else value for key, value in rows[-1].items()},
                flush=True,
            )
            pd.DataFrame(others + rows).to_csv(TABLE, index=False, float_format="%.5g")
            next_row, shown = rows[-1]["n_minima"] + n_minima // n_rows, time.monotonic()
    return exploration.landscape


def main():
    """Read the command line and gather."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", help="layer sizes, such as 2-4-4-4-4")
    parser.add_argument("--minima", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=np.inf, help="CPU-seconds after which to stop")
    parser.add_argument("--checkpoint", default="build/benchmarks/database", help="folder of finished chunks")
    parser.add_argument("--rows", type=int, default=100, help="rows of the table on the way to all minima")
    parser.add_argument("--file", help="write the landscape there, too")
    arguments = parser.parse_args()
    with threadpool_limits(limits=1):
        landscape = gather(arguments.network, arguments.minima, arguments.seconds, arguments.checkpoint, arguments.rows)
    if arguments.file:
        landscape.write(arguments.file)
        print(f"{arguments.file}: {Path(arguments.file).stat().st_size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
