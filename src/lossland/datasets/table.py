"""A table of inputs and class labels: checked, identified by its content, split, sampled, or loaded from a CSV file."""

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path

import numpy as np

from lossland.errors import InputError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and class labels of a classification problem. The arrays are read-only copies.

    Attributes
    ----------
    inputs : ndarray of float64, shape (n, n_in)
    labels : ndarray of int64, shape (n,)
        Classes 0 .. n_classes - 1.
    n_classes : int
    input_names : tuple of str, length n_in
    name : str
        What error messages call it.
    sha256 : str
        Digest of inputs, labels, number of classes and input names (not of ``name``).

    Raises
    ------
    InputError
        When shapes do not match, a value is not finite, or a label is not one of the classes.
    """

    inputs: np.ndarray
    labels: np.ndarray
    n_classes: int
    input_names: tuple[str, ...]
    name: str = "dataset"
    sha256: str = field(init=False, default="")

    def __post_init__(self):
        inputs = np.array(self.inputs, dtype=np.float64, order="C")
        labels = np.asarray(self.labels)
        if labels.dtype.kind not in "iu":
            raise InputError(f"labels of {self.name} are of type {labels.dtype}, but expected whole numbers")
        labels = np.array(labels, dtype=np.int64)
        names = tuple(str(name) for name in self.input_names)
        _check_table(inputs, labels, self.n_classes, names, self.name)
        inputs.flags.writeable = labels.flags.writeable = False
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "n_classes", int(self.n_classes))
        object.__setattr__(self, "input_names", names)
        object.__setattr__(self, "sha256", _digest(inputs, labels, self.n_classes, names))

    def __len__(self):
        return self.labels.size

    def take(self, rows) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs, shape (k, n_in), and labels, shape (k,), of some rows."""
        return self.inputs[rows], self.labels[rows]


def _check_table(inputs, labels, n_classes, names, title):
    if inputs.ndim != 2 or labels.ndim != 1 or inputs.shape[0] != labels.size:
        shapes = f"{inputs.shape} and {labels.shape}"
        raise InputError(f"inputs and labels of {title} have shapes {shapes}, but expected (n, n_in) and (n,)")
    if labels.size == 0:
        raise InputError(f"{title} has no rows, but expected at least one")
    if len(names) != inputs.shape[1] or not names:
        raise InputError(f"{title} has {inputs.shape[1]} inputs but {len(names)} input names; expected one name each")
    _check_distinct(names, title)
    if not np.isfinite(inputs).all():
        row, column = np.argwhere(~np.isfinite(inputs))[0]
        value = inputs[row, column]
        raise InputError(f"{title}, input {names[column]!r}, row {row} is {value}, but expected a finite number")
    if not _is_whole(n_classes) or n_classes < 2:
        raise InputError(f"n_classes of {title} is {n_classes!r}, but expected a whole number of at least 2")
    if labels.min() < 0 or labels.max() >= n_classes:
        wrong = labels[(labels < 0) | (labels >= n_classes)][0]
        raise InputError(f"{title} has the label {wrong}, but expected labels 0 to {n_classes - 1}")


def _check_distinct(names, title):
    for position, name in enumerate(names):
        if name in names[:position]:
            raise InputError(f"{title} names the input {name!r} twice, but expected every input once")


def _is_whole(value) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _digest(inputs, labels, n_classes, names) -> str:
    digest = hashlib.sha256(repr((inputs.shape, int(n_classes), names)).encode())
    digest.update(inputs.astype("<f8").tobytes())
    digest.update(labels.astype("<i8").tobytes())
    return digest.hexdigest()


def choose_inputs(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """Return the dataset with only the inputs called ``names``, in that order.

    Raises
    ------
    InputError
        When an input does not exist or is named twice.
    """
    missing = [name for name in names if name not in dataset.input_names]
    if missing:
        known = ", ".join(dataset.input_names)
        raise InputError(f"{dataset.name} has no input {missing[0]!r}, but expected one of: {known}")
    columns = [dataset.input_names.index(name) for name in names]
    return Dataset(dataset.inputs[:, columns], dataset.labels, dataset.n_classes, tuple(names), dataset.name)


def split(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return the first half for training and the second for testing; of an odd number of rows the odd one is training.

    Raises
    ------
    InputError
        When there are fewer than two rows.
    """
    if len(dataset) < 2:
        raise InputError(f"{dataset.name} has {len(dataset)} row, but expected at least 2 to split it into two halves")
    middle = (len(dataset) + 1) // 2
    return (
        _rows(dataset, slice(None, middle), f"{dataset.name} training"),
        _rows(dataset, slice(middle, None), f"{dataset.name} testing"),
    )


def sample(dataset: Dataset, n_data: int, rng: np.random.Generator) -> Dataset:
    """Draw ``n_data`` rows without replacement, all rows equally likely; in the order of the draw.

    Raises
    ------
    InputError
        When ``n_data`` is not between 1 and the number of rows.
    """
    if not _is_whole(n_data) or not 1 <= n_data <= len(dataset):
        expected = f"a whole number from 1 to {len(dataset)}, the rows of {dataset.name}"
        raise InputError(f"n_data is {n_data!r}, but expected {expected}")
    return _rows(dataset, rng.choice(len(dataset), size=int(n_data), replace=False), dataset.name)


def _rows(dataset, rows, name):
    return Dataset(dataset.inputs[rows], dataset.labels[rows], dataset.n_classes, dataset.input_names, name)


def check_layer_sizes(layer_sizes: Sequence[int], dataset: Dataset) -> tuple[int, ...]:
    """Return the layer sizes as a tuple if a network of these sizes fits the data.

    Raises
    ------
    InputError
        Unless all are positive whole numbers, the first is the number of inputs and the last the number of classes.
    """
    sizes = list(layer_sizes)
    if len(sizes) < 2:
        raise InputError(f"layer_sizes is {sizes}, but expected at least two layers: inputs first, classes last")
    if not all(_is_whole(size) and size > 0 for size in sizes):
        raise InputError(f"layer_sizes is {sizes}, but expected positive whole numbers")
    n_in = len(dataset.input_names)
    if sizes[0] != n_in:
        raise InputError(
            f"layer_sizes starts with {sizes[0]}, but expected {n_in}, the number of inputs of {dataset.name}"
        )
    if sizes[-1] != dataset.n_classes:
        expected = f"{dataset.n_classes}, the number of classes of {dataset.name}"
        raise InputError(f"layer_sizes ends with {sizes[-1]}, but expected {expected}")
    return tuple(int(size) for size in sizes)


def load_csv(
    path,
    inputs: Sequence[str],
    label: str,
    n_classes: int | None = None,
    *,
    name: str | None = None,
    separator: str = ",",
) -> Dataset:
    """Read a table with a header line.

    Parameters
    ----------
    path : path-like
        CSV file in UTF-8.
    inputs : sequence of str
        Columns to use as inputs, in this order.
    label : str
        Column with the class, whole numbers 0 .. n_classes - 1.
    n_classes : int, optional
        Without it, one more than the largest label, and every class must occur. With it, classes may be absent.
    name : str, optional
        Name of the dataset; without it the name of the file.
    separator : str
        One character between the columns.

    Raises
    ------
    InputError
        When the file is missing, empty or not a table, a column is missing or named twice, a value is not a finite
        number, a label is not a class, or there is only one class. Rows are counted as lines of the file, header 1.
    """
    path = Path(path)
    wanted = [str(column) for column in inputs]
    if isinstance(inputs, str) or not wanted:
        raise InputError(f"inputs for {path} is {inputs!r}, but expected a list of at least one column name")
    _check_distinct(wanted, str(path))
    if label in wanted:
        raise InputError(f"the label column {label!r} of {path} is also named as an input, but expected another column")
    header, rows = _read_rows(path, separator)
    columns = [_column(header, column, path) for column in [*wanted, label]]
    values = np.array(
        [[_number(fields, column, header, path, line) for column in columns[:-1]] for line, fields in rows]
    )
    labels = np.array([_label(fields, columns[-1], header, path, line) for line, fields in rows], dtype=np.int64)
    _check_classes(labels, n_classes, path, label, [line for line, _ in rows])
    n_classes = int(labels.max()) + 1 if n_classes is None else n_classes
    return Dataset(values, labels, n_classes, tuple(wanted), path.stem if name is None else name)


def _read_rows(path, separator):
    """Return the header and a list of (line number, fields); blank lines are skipped."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            rows = [(reader.line_num, fields) for fields in reader if fields]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; expected a CSV file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV file in UTF-8 ({error})") from error
    if not rows:
        raise InputError(f"{path} is empty, but expected a header line and rows of data")
    header = [name.strip() for name in rows[0][1]]
    if len(rows) == 1:
        raise InputError(f"{path} has no rows below its header, but expected data")
    for line, fields in rows[1:]:
        if len(fields) != len(header):
            raise InputError(
                f"{path}, row {line} has {len(fields)} fields, but expected {len(header)} as in the header"
            )
    return header, rows[1:]


def _column(header, name, path):
    if header.count(name) > 1:
        raise InputError(f"{path} has {header.count(name)} columns called {name!r}, but expected one")
    if name not in header:
        raise InputError(f"{path} has no column {name!r}, but expected it among: {', '.join(header)}")
    return header.index(name)


def _number(fields, column, header, path, line, expected="a finite number"):
    text = fields[column].strip()
    try:
        # Python alone would read 1_000 as a number
        value = math.nan if "_" in text else float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}, column {header[column]!r}, row {line} is {text!r}, but expected {expected}")
    return value


def _label(fields, column, header, path, line):
    expected = "a class as a whole number 0, 1, 2, ..."
    value = _number(fields, column, header, path, line, expected)
    if value != int(value) or value < 0 or value > 2**31:
        raise InputError(
            f"{path}, column {header[column]!r}, row {line} is {fields[column].strip()!r}, but expected {expected}"
        )
    return int(value)


def _check_classes(labels, n_classes, path, label, lines):
    present = sorted(set(labels.tolist()))
    where = f"{path}, column {label!r}"
    if len(present) == 1:
        raise InputError(f"{where} has only the class {present[0]}, but expected at least two classes")
    if n_classes is None and present != list(range(len(present))):
        absent = min(set(range(present[-1])) - set(present))
        raise InputError(f"{where} has classes up to {present[-1]} but none is {absent}; expected all of 0 to k - 1")
    if n_classes is not None and _is_whole(n_classes) and present[-1] >= n_classes:
        row = lines[int(np.argmax(labels >= n_classes))]
        raise InputError(f"{where}, row {row} is {labels[labels >= n_classes][0]}, but expected 0 to {n_classes - 1}")
