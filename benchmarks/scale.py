"""What a landscape of a million minima costs to analyse: every step from the file to the figure, timed.

    python benchmarks/scale.py [--minima 1000000] [--transition-states 2000000] [--threads 2] [--only network]

A made-up landscape of the 2-10-4 network (its points are no stationary points) is written once, and read and analysed
in a process of its own: everything that ``workflow/scripts/landscape_table.py`` and ``panels.py`` do, for 1000
training and 1000 testing data. The network of such minima, beside random ones, is measured by itself at each of two
sizes. Prints a table and writes benchmarks/scale.csv: wall-clock and CPU seconds of each step and the largest memory so
far. ``--only`` replaces the rows of one of the two.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from lossland.analysis.disconnectivity import disconnectivity_graph
from lossland.analysis.minima_table import minima_table
from lossland.analysis.network_performance import network_performance
from lossland.analysis.summary import network_numbers
from lossland.landscape import Landscape
from lossland.landscape_file import write_contents
from lossland.objectives.mlp import mlp_cross_entropy
from lossland.plotting.disconnectivity import plot_disconnectivity, save

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "unit"))
from known_landscapes import synthetic_contents, synthetic_stationary_points  # noqa: E402

N_DATA, N_THRESHOLDS = 1000, 3
NETWORKS = (100_000, 1_000_000)  # minima; twice as many transition states
NETWORK = "network of minima"


def data(seed):
    """Return inputs and labels that are made up, too."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N_DATA, 2)), rng.permutation(np.arange(N_DATA) % 4)


def write_landscape(path, n_minima, n_transition_states):
    """Write the file; its rows are in order already."""
    objective = mlp_cross_entropy([2, 10, 4], *data(0), 1e-4)
    contents = synthetic_contents(objective, n_minima, n_transition_states)
    write_contents(path, contents, np.arange(n_minima), np.arange(n_transition_states))


class Clock:
    """Collects what each step costs."""

    def __init__(self, n_minima):
        self.n_minima, self.rows, self.last = n_minima, [], (time.perf_counter(), time.process_time())

    def lap(self, step):
        """Note the step that has just ended."""
        now = (time.perf_counter(), time.process_time())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        self.rows.append((self.n_minima, step, now[0] - self.last[0], now[1] - self.last[1], memory))
        print("{:8d} {:24s} {:8.2f} s {:8.2f} CPU-s {:6.2f} GiB".format(*self.rows[-1]), flush=True)
        self.last = now

    def table(self):
        """Return all steps."""
        return pd.DataFrame(self.rows, columns=["n_minima", "step", "seconds", "cpu_seconds", "max_memory_gib"])


def properties(landscape, threads, clock):
    """Return the table of minima."""
    minima, states, layout = landscape.minima, landscape.transition_states, landscape.objective.network
    thresholds = np.quantile(states.energy, np.linspace(0.0, 1.0, N_THRESHOLDS + 2)[1:-1])
    table = minima_table(minima.energy, states.energy, states.minima, thresholds)
    table["hits"], table["log_det_hessian"] = minima.hits, minima.log_det_hessian
    clock.lap("barriers, superbasins")
    for name, seed in (("train", 0), ("test", 1)):
        columns = network_performance(layout, minima.x, *data(seed), threads=threads)
        table = table.assign(**{f"{name}_{key}": values for key, values in columns.items()})
        clock.lap(f"performance, {name}ing data")
    return table


def analyse(path, folder, threads):
    """Do everything with the file at ``path`` but its network, and write what comes of it to ``folder``."""
    clock = Clock(0)
    landscape = Landscape.read(path)
    clock.n_minima = len(landscape.minima.energy)
    clock.lap("reading the file")
    table = properties(landscape, threads, clock)
    table.to_csv(folder / "minima.csv", index=False)
    clock.lap("writing the table")
    minima, states = landscape.minima, landscape.transition_states
    graph = disconnectivity_graph(minima.energy, states.energy, states.minima, n_levels=100, unconnected="draw")
    clock.lap("disconnectivity graph")
    figure = plot_disconnectivity(graph, colours=table["train_auc"].to_numpy(), colour_label="training AUC")
    clock.lap("drawing")
    save(figure, folder / "graph")
    clock.lap("saving PDF and PNG")
    table, times = clock.table(), ["seconds", "cpu_seconds"]
    table.loc[len(table)] = (clock.n_minima, "total", *table[times].sum(), table["max_memory_gib"].max())
    return table


def analyse_network(n_minima):
    """Measure the network of so many minima, beside random ones."""
    energies, _, ends = synthetic_stationary_points(n_minima, 2 * n_minima)
    clock = Clock(n_minima)
    numbers = network_numbers(energies, ends, np.random.default_rng(0))
    clock.lap(NETWORK)
    print(", ".join(f"{name} {value:.4g}" for name, value in numbers.items()), flush=True)
    return clock.table()


def in_a_process_of_its_own(folder, *arguments):
    """Run this file again for one part, whose memory is then that part's alone, and return its table."""
    times = folder / "times.csv"
    subprocess.run([sys.executable, __file__, "--folder", folder, "--times", times, *map(str, arguments)], check=True)
    return pd.read_csv(times)


def main():
    """Write the landscape, and analyse it and the networks each in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minima", type=int, default=1_000_000)
    parser.add_argument("--transition-states", type=int, default=2_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=["analysis", "network"])
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--network", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--times", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.times:
        if options.network:
            part = analyse_network(options.network)
        else:
            part = analyse(options.analyse, options.folder, options.threads)
        part.to_csv(options.times, index=False)
        return
    old = pd.read_csv(HERE / "scale.csv")
    parts = {"analysis": old[old["step"] != NETWORK], "network": old[old["step"] == NETWORK]}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.only != "network":
            path = folder / "landscape.h5"
            write_landscape(path, options.minima, options.transition_states)
            print(f"{path.stat().st_size / 1024**3:.2f} GiB of landscape written")
            parts["analysis"] = in_a_process_of_its_own(folder, "--analyse", path, "--threads", options.threads)
        if options.only != "analysis":
            parts["network"] = pd.concat([in_a_process_of_its_own(folder, "--network", n) for n in NETWORKS])
    table = pd.concat(parts.values())
    print(table.to_string(index=False))
    table.to_csv(HERE / "scale.csv", index=False, float_format="%.3g")


if __name__ == "__main__":
    main()
