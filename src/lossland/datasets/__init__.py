"""Data to learn from: labelled tables of anybody's, outcomes of quenches of the LJAT3 cluster, and MNIST."""

from lossland._lazy import on_demand

__all__ = [
    "MNIST_FILES",
    "OUTCOME_NAMES",
    "PAIR_NAMES",
    "QUENCH_OPTIONS",
    "Dataset",
    "Draw",
    "ImageSet",
    "QuenchError",
    "QuenchSet",
    "check_layer_sizes",
    "choose_inputs",
    "classify",
    "draw_curve",
    "load_csv",
    "mislabel",
    "outcome_table",
    "quench_many",
    "quench_starts",
    "random_starts",
    "read_mnist",
    "read_quenches",
    "sample",
    "split",
    "take_draw",
    "write_quenches",
]


def _load():
    from lossland.datasets.curve import draw_curve
    from lossland.datasets.draws import Draw, take_draw
    from lossland.datasets.mislabelling import mislabel
    from lossland.datasets.mnist import MNIST_FILES, ImageSet, read_mnist
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

    return locals()


__getattr__, __dir__ = on_demand(__name__, __all__, _load)
