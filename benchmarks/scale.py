"""What a landscape of a million minima costs to analyse: every step from the file to the figure, timed.

    python benchmarks/scale.py [--minima 1000000] [--transition-states 2000000] [--threads 2]

A made-up landscape of the 2-10-4 network (its points are no stationary points) is written once, and read and analysed
in a process of its own: everything that ``workflow/scripts/minima.py`` and ``disconnectivity.py`` do, for 1000
training and 1000 testing data. Prints a table and writes benchmarks/scale.csv: wall-clock and CPU seconds of each step
and the largest memory so far.
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
from lossland.landscape import Landscape
from lossland.landscape_file import write_contents
from lossland.objectives.mlp import mlp_cross_entropy
from lossland.plotting.disconnectivity import plot_disconnectivity, save

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "unit"))
from known_landscapes import synthetic_contents  # noqa: E402

N_DATA, N_THRESHOLDS = 1000, 3


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

    def __init__(self):
        self.rows, self.last = [], (time.perf_counter(), time.process_time())

    def lap(self, step):
        """Note the step that has just ended."""
        now = (time.perf_counter(), time.process_time())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        self.rows.append((step, now[0] - self.last[0], now[1] - self.last[1], memory))
        print("{:24s} {:8.2f} s {:8.2f} CPU-s {:6.2f} GiB".format(*self.rows[-1]), flush=True)
        self.last = now


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
    """Do everything with the file at ``path`` and write what comes of it to ``folder``."""
    clock = Clock()
    landscape = Landscape.read(path)
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
    return pd.DataFrame(clock.rows, columns=["step", "seconds", "cpu_seconds", "max_memory_gib"])


def main():
    """Write the landscape and, in a fresh process whose memory is its own, analyse it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minima", type=int, default=1_000_000)
    parser.add_argument("--transition-states", type=int, default=2_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--analyse", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.analyse:
        table = analyse(options.analyse, options.folder, options.threads)
        total = ("total", table["seconds"].sum(), table["cpu_seconds"].sum(), table["max_memory_gib"].max())
        table.loc[len(table)] = total
        print("{:24s} {:8.2f} s {:8.2f} CPU-s {:6.2f} GiB".format(*total))
        table.to_csv(HERE / "scale.csv", index=False, float_format="%.3g")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        path = folder / "landscape.h5"
        write_landscape(path, options.minima, options.transition_states)
        print(f"{path.stat().st_size / 1024**3:.2f} GiB of landscape written")
        again = ["--analyse", path, "--folder", folder, "--threads", str(options.threads)]
        subprocess.run([sys.executable, __file__, *again], check=True)


if __name__ == "__main__":
    main()
