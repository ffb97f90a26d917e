"""Data to learn from: labelled tables of anybody's, and outcomes of quenches of the LJAT3 cluster."""

from lossland.datasets.quench_file import read_quenches, write_quenches
from lossland.datasets.quenches import (
    OUTCOME_NAMES,
    PAIR_NAMES,
    QUENCH_OPTIONS,
    QuenchError,
    QuenchSet,
    classify,
    outcome_table,
    quench_many,
    quench_starts,
    random_starts,
)
from lossland.datasets.table import Dataset, check_layer_sizes, choose_inputs, load_csv, sample, split

__all__ = [
    "OUTCOME_NAMES",
    "PAIR_NAMES",
    "QUENCH_OPTIONS",
    "Dataset",
    "QuenchError",
    "QuenchSet",
    "check_layer_sizes",
    "choose_inputs",
    "classify",
    "load_csv",
    "outcome_table",
    "quench_many",
    "quench_starts",
    "random_starts",
    "read_quenches",
    "sample",
    "split",
    "write_quenches",
]
