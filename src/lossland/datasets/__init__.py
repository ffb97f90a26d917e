"""Data to learn from: labelled tables of anybody's, and outcomes of quenches of the LJAT3 cluster."""

from lossland.datasets.draws import Draw, take_draw
from lossland.datasets.mislabelling import mislabel, number_of_wrong_labels
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
    "Draw",
    "QuenchError",
    "QuenchSet",
    "check_layer_sizes",
    "choose_inputs",
    "classify",
    "load_csv",
    "mislabel",
    "number_of_wrong_labels",
    "outcome_table",
    "quench_many",
    "quench_starts",
    "random_starts",
    "read_quenches",
    "sample",
    "split",
    "take_draw",
    "write_quenches",
]
