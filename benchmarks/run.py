"""Measure lossland beside other programs, in one run: see README.md in this folder."""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))  # this checkout's, whatever is installed

import kernels  # noqa: E402
import numpy as np  # noqa: E402
import parallel  # noqa: E402
import plots  # noqa: E402
import searches  # noqa: E402
import tables  # noqa: E402
from programs import BUILD, Workers  # noqa: E402

from lossland.datasets import quench_many  # noqa: E402
from lossland.minimise import minimise  # noqa: E402
from lossland.objectives import mlp_cross_entropy  # noqa: E402
from lossland.point_index import PointIndex  # noqa: E402
from lossland.symmetry import for_objective  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent / "workers"))
from problem import REGULARISATION, SEARCHED, Problem, point  # noqa: E402

CUBE_SIDE, N_DATA, SEED = 2.0 * np.sqrt(3.0), 100_000, 1  # the cube of the papers' set D1
N_QUENCHES = 50  # minimisations whose minima all programs start from
TRANSITION_STATES = ("transition_state", "transition_state_unaligned")


def write_problem(path):
    """Write the problem that all programs read; return the objective that is searched.

    The outcome of quenches of three atoms (Chitturi et al. 2020, data set D1) from two distances; for 784 inputs noise.
    """
    quenches = quench_many(CUBE_SIDE, N_DATA, SEED, name="D1").dataset(("r12", "r13"))
    rng = np.random.default_rng(SEED)
    arrays = {
        "quench_inputs": quenches.inputs,
        "quench_labels": quenches.labels,
        "wide_inputs": rng.random((1000, 784)),
        "wide_labels": rng.integers(0, 10, 1000),
        "starts": rng.uniform(-1.0, 1.0, (2000, len(point((2, 10, 4))))),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays, minima=[])
    objective = mlp_cross_entropy(*Problem(path).network(SEARCHED), REGULARISATION)
    index, minima = PointIndex(for_objective(objective)), []
    for start in arrays["starts"][-N_QUENCHES:]:
        found = minimise(objective, start)
        if found.converged and index.find_or_add(found.x, found.energy)[1]:
            minima.append(found.x)
    np.savez(path, **arrays, minima=minima)
    print(f"{len(minima)} distinct minima from {N_QUENCHES} minimisations are the start of all searches", flush=True)
    return objective


class Benchmark:
    """Runs works and writes their rows as soon as they are there."""

    def __init__(self, folder, scale):
        self.folder, self.scale = folder, scale
        self.problem = BUILD / "problem.npz"
        self.objective = write_problem(self.problem)
        self.workers = Workers(self.problem)

    def run(self, works):
        """Run works; the two kinds of transition states share lossland's search, so they come together."""
        for work in works:
            if work in kernels.WORKS:
                self._write(work, list(kernels.measure(self.workers, work, self.scale * kernels.SECONDS)))
            elif work == "hessian_in_gradients":
                row = kernels.measure_in_gradients(self.workers, self.scale * kernels.SECONDS)
                self._write(work, [row])
                print(f"  a Hessian takes {1.0 / row[-1]:.1f} gradients", flush=True)
            elif work == "minimisation":
                self._write_costs(work, searches.minimisations(self.workers, self._in_gradients(), self.scale))
            elif work == "two_threads":
                self._write(work, [parallel.measure(self.problem, 3 if self.scale == 1.0 else 1)])
        if set(works) & set(TRANSITION_STATES):
            self._transition_states()
        self.workers.close()

    def _in_gradients(self):
        return 1.0 / kernels.measure_in_gradients(self.workers)[-1]

    def _transition_states(self):
        ratio, own = self._in_gradients(), None
        for work in TRANSITION_STATES:
            found = searches.search_in_turns(self.workers, work == TRANSITION_STATES[0], self.scale)
            judged = {program: searches.judged(self.objective, points) for program, points in found.items()}
            own = judged.get("lossland", own)  # one search, set beside the peers' of both kinds
            lines = [
                searches.transition_state_cost(work, program, *outcome, ratio)
                for program, outcome in ({"lossland": own} | judged).items()
            ]
            growth = [line for program, outcome in judged.items() for line in growth_lines(work, program, *outcome)]
            tables.replace(tables.GROWTH, [work], growth, self.folder)
            self._write_costs(work, lines)

    def _write_costs(self, work, costs):
        tables.replace(tables.COSTS, [work], costs, self.folder)
        for line in costs:
            print(
                f"  {line.program}: {line.found} in {line.cpu_seconds:.1f} CPU-seconds, {line.gradients_each:.0f} "
                f"gradient evaluations each; {line.duplicates} known, {line.unverified} not verified",
                flush=True,
            )
        self._write(work, list(searches.rows(costs)))

    def _write(self, work, rows):
        tables.replace(tables.RESULTS, [work], rows, self.folder)
        for _, peer, ours, theirs, ratio in rows:
            print(f"{work}: {ours:.4g}, {peer} {theirs:.4g}, ratio {ratio:.3g}", flush=True)


def growth_lines(work, program, growth, totals):
    """Return the lines of ``growth.csv``: one for each distinct transition state, and one at the end."""
    times = [float(seconds) for seconds in growth[:, 0]]
    lines = [(work, program, seconds, number) for number, seconds in enumerate(times, 1)]
    return [*lines, (work, program, float(totals[0]), len(times))]


def main():
    """Run what was asked for, and draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="WORK", choices=tables.WORKS, default=tables.WORKS)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the time, into build/benchmarks/quick: to see that all runs"
    )
    arguments = parser.parse_args()
    folder, images, scale = tables.HERE, plots.IMAGES, 1.0
    if arguments.quick:
        folder = images = BUILD / "quick"
        folder.mkdir(parents=True, exist_ok=True)
        scale = 0.1
    start = time.monotonic()
    Benchmark(folder, scale).run([work for work in tables.WORKS if work in arguments.only])
    plots.write(folder, images)
    if not arguments.quick:
        tables.document(tables.DOCUMENT)
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
