"""What the making of a file took."""

import contextlib
import time

import pandas as pd

COLUMNS = ["cpu_seconds", "elapsed_seconds"]


@contextlib.contextmanager
def measured(path_to_cost, paths_to_shards=()):
    """Write the seconds that the block took, of all its threads and by the clock, with those of the shards before it.

    Snakemake's own benchmarks look at a long job every 30 seconds only, and miss what comes after the last look.
    """
    cpu, elapsed = time.process_time(), time.monotonic()
    yield
    own = pd.DataFrame([[time.process_time() - cpu, time.monotonic() - elapsed]], columns=COLUMNS)
    shards = pd.concat([pd.read_csv(path) for path in paths_to_shards]) if paths_to_shards else own.iloc[:0]
    # shards run side by side, and the block after them
    own["cpu_seconds"] += shards["cpu_seconds"].sum()
    own["elapsed_seconds"] += 0.0 if shards.empty else shards["elapsed_seconds"].max()
    own.round(2).to_csv(path_to_cost, index=False)
