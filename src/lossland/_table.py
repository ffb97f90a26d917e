"""Columns that grow row by row: a million points cost their numbers and nothing else."""

import numpy as np


class Table:
    """Equally long arrays, one per column; room is doubled when it runs out, so a row costs constant time on average.

    Parameters
    ----------
    columns : dict
        Name -> (dtype, shape after the row axis), as in :mod:`lossland.landscape_file`; ``x``, ``energy``, ``hits`` and
        ``survey_hits`` are among them.
    n_variables : int

    Attributes
    ----------
    size : int
        Rows in use.
    index : object or None
        Whatever the owner uses to look rows up.
    """

    def __init__(self, columns: dict, n_variables: int):
        self.size, self.index = 0, None
        self._arrays = {
            name: np.empty((0, *(n_variables if length == "n_variables" else length for length in tail)), dtype)
            for name, (dtype, tail) in columns.items()
        }

    def append(self, values: dict) -> None:
        """Add one row, ``values`` having an entry for every column."""
        row = self.size
        if row == len(self._arrays["energy"]):
            for name, array in self._arrays.items():
                grown = np.empty((max(16, 2 * row), *array.shape[1:]), array.dtype)
                grown[:row] = array
                self._arrays[name] = grown
        for name, array in self._arrays.items():
            array[row] = values[name]
        self.size += 1

    def fill(self, columns: dict) -> None:
        """Take over whole columns (not copied) in place of all rows."""
        self._arrays = {name: columns[name] for name in self._arrays}
        self.size, self.index = len(columns["energy"]), None

    def add_hits(self, row: int, hits: int, survey_hits: int) -> None:
        """Add to the hits of one row, and to those among them that survey searches made."""
        self._arrays["hits"][row] += hits
        self._arrays["survey_hits"][row] += survey_hits

    def columns(self) -> dict:
        """Return read-only views of the rows in use, by name."""
        views = {name: array[: self.size] for name, array in self._arrays.items()}
        for view in views.values():
            view.flags.writeable = False
        return views

    def order(self) -> np.ndarray:
        """Return the rows by ascending energy, shape (size,); equal energies by the bytes of ``x``."""
        x, energy = self._arrays["x"], self._arrays["energy"][: self.size]
        order = np.argsort(energy, kind="stable")
        ordered = energy[order]
        tied = np.flatnonzero(ordered[1:] == ordered[:-1])
        # a run of ties is a block of consecutive positions in `tied`
        for run in np.split(tied, np.flatnonzero(np.diff(tied) > 1) + 1):
            if run.size:
                block = slice(run[0], run[-1] + 2)
                order[block] = sorted(order[block], key=lambda row: x[row].tobytes())
        return order
