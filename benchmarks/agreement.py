"""Two independent explorations of one landscape, single- and double-ended, with different seeds: do they agree?

    python benchmarks/agreement.py [D2 D1] [--seconds 80]     # minutes; writes agreement.csv, other networks' rows stay

Both strategies explore the loss of a 2-10-4 network (1000 data, lambda 1e-4), each for the same CPU-seconds, and are
compared each time these have doubled, until 99 % of the minima and 95 % of the transition states of each are known to
the other, or the CPU-seconds of each are used up.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from lossland.analysis.agreement import agreement
from lossland.datasets import quench_many, sample
from lossland.exploration import Exploration
from lossland.explore_options import ExploreOptions
from lossland.objectives import mlp_cross_entropy

CUBE_SIDES = {"D1": 2.0 * np.sqrt(3.0), "D2": 1.385}  # Chitturi et al. 2020
N_DATA, REGULARISATION, SEED, FIRST_SECONDS = 1000, 1e-4, 2020, 5.0
SEEDS = {"single-ended": 1, "double-ended": 2}
GOALS = {"minima": 0.99, "transition_states": 0.95}
# no end but that of this benchmark: coverage speaks of one strategy's own searches
# with first steps of up to sixteen units, which lead to more on so small a landscape
ENDLESS = ExploreOptions(max_searches=10**9, searches_per_minimum=10**9, displacement_spread=16.0)
TABLE = Path(__file__).with_name("agreement.csv")


def loss(name):
    """Return the loss of the 2-10-4 network on one data set."""
    outcomes = quench_many(CUBE_SIDES[name], 3000, SEED, name=name).dataset(("r12", "r13"))
    data = sample(outcomes, N_DATA, np.random.default_rng(SEED))
    return mlp_cross_entropy([2, 10, 4], data.inputs, data.labels, REGULARISATION)


def compare(name, seconds):
    """Yield a row each time the CPU-seconds of both have doubled."""
    objective = loss(name)
    runs = {
        strategy: Exploration(objective, ENDLESS._replace(strategy=strategy), seed) for strategy, seed in SEEDS.items()
    }
    spent, limit, agreed = dict.fromkeys(runs, 0.0), FIRST_SECONDS, False
    while limit <= seconds and not agreed:
        for strategy, exploration in runs.items():
            while spent[strategy] < limit:
                start = time.process_time()
                going_on = exploration.advance()
                spent[strategy] += time.process_time() - start
                if not going_on:
                    break
        first, second = runs.values()
        shared = agreement(first.landscape, second.landscape)
        row = {"network": name}
        for strategy, exploration in runs.items():
            column = strategy.replace("-", "_")
            row |= {f"searches_{column}": exploration.n_searches, f"cpu_seconds_{column}": spent[strategy]}
        for what, points in shared._asdict().items():
            row |= {f"{what}_single_ended": points.n_first, f"{what}_double_ended": points.n_second}
            row |= {f"{what}_common": points.n_common, f"{what}_share_of_single_ended": points.of_first}
            row |= {f"{what}_share_of_double_ended": points.of_second, f"{what}_share_of_union": points.of_union}
        agreed = all(
            min(getattr(shared, what).of_first, getattr(shared, what).of_second) >= goal for what, goal in GOALS.items()
        )
        yield row | {"agreed": agreed}
        limit *= 2.0


def main():
    """Read the command line, compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["D2", "D1"], metavar="NAME", help="D1 or D2 (default: both)")
    parser.add_argument("--seconds", type=float, default=80.0, help="CPU-seconds for each strategy")
    arguments = parser.parse_args()
    table = pd.read_csv(TABLE) if TABLE.exists() else pd.DataFrame({"network": []})
    with threadpool_limits(limits=1):
        for name in arguments.names:
            kept, rows = table[table["network"] != name], []
            for row in compare(name, arguments.seconds):
                rows.append(row)
                print({key: round(x, 3) if isinstance(x, float) else x for key, x in row.items()}, flush=True)
                table = pd.DataFrame(kept.to_dict("records") + rows)
                table.to_csv(TABLE, index=False, float_format="%.5g")


if __name__ == "__main__":
    main()
