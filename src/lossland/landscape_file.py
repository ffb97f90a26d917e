"""The file of a landscape: HDF5 with a fixed layout, written at once or not at all, checked in full when read.

Only this module and :mod:`lossland.landscape` know the format.  The layout::

    /                      format, format_version, lossland_version, seed, config (JSON), dataset_sha256, content_sha256
    /objective             kind and the objective's attributes; its arrays as datasets
    /minima                x, energy, rms_gradient, log_det_hessian, smallest_eigenvalue, hits, survey_hits
    /transition_states     x, energy, rms_gradient, negative_eigenvalue, log_det_hessian, hits, survey_hits, minima
    /search                n_searches, n_failed_<status>, n_evaluations, n_hessians, coverage_*, stop_reason
    /search/growth         the columns of lossland.completeness.GROWTH_COLUMNS, one row a round

Stationary points are sorted by energy.

``content_sha256`` is the digest of every other attribute and dataset, so that a flipped bit is noticed; the sha256 of
all bytes ends the file, so that a cut is.  No time is stored, the HDF5 version is fixed: equal landscapes, equal bytes.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from lossland._guarded_file import GuardedFile
from lossland._seal import broken, seal, sealed
from lossland.completeness import GROWTH_COLUMNS
from lossland.errors import FileFormatError, InputError, LosslandError
from lossland.status import Status

FORMAT = "lossland-landscape"
FORMAT_VERSION = 2
#: name -> (dtype, shape after the row axis; "n_variables" stands for that number)
MINIMUM_COLUMNS = {
    "x": (np.float64, ("n_variables",)),
    "energy": (np.float64, ()),
    "rms_gradient": (np.float64, ()),
    "log_det_hessian": (np.float64, ()),
    "smallest_eigenvalue": (np.float64, ()),
    "hits": (np.int64, ()),
    "survey_hits": (np.int64, ()),
}
TRANSITION_STATE_COLUMNS = {
    "x": (np.float64, ("n_variables",)),
    "energy": (np.float64, ()),
    "rms_gradient": (np.float64, ()),
    "negative_eigenvalue": (np.float64, ()),
    "log_det_hessian": (np.float64, ()),
    "hits": (np.int64, ()),
    "survey_hits": (np.int64, ()),
    "minima": (np.int64, (2,)),
}
GROWTH = {name: (dtype, ()) for name, dtype in GROWTH_COLUMNS.items()}
FAILURES = tuple(status.name.lower() for status in Status if status != Status.CONVERGED)
#: written with the superblock and object headers of HDF5 1.8, which carry checksums and need no time stamps
LIBVER = ("v108", "v108")
#: what h5py raises for a damaged file, depending on the byte that is wrong
DAMAGE = (OSError, LookupError, RuntimeError, ValueError, TypeError, MemoryError, ArithmeticError, AttributeError)
ROWS_PER_BLOCK = 65536


@dataclass
class FileContents:
    """What one landscape file holds, column by column.

    Attributes
    ----------
    kind : str
        Kind of the objective.
    objective_attributes, objective_arrays : dict
        The rest of the group ``/objective``.
    minima, transition_states : dict of ndarray
        Columns :data:`MINIMUM_COLUMNS` and :data:`TRANSITION_STATE_COLUMNS`.
    search : dict
        ``n_searches``, ``n_failed`` (dict by status name), ``n_evaluations``, ``coverage_minima``,
        ``coverage_transition_states``, ``stop_reason`` and further scalars.
    growth : dict of ndarray
        Columns :data:`~lossland.completeness.GROWTH_COLUMNS`, shape (n_rounds,).
    seed : int
    config : dict
    dataset_sha256 : str
    lossland_version : str
        Version that wrote the file.
    content_matches : bool
        Whether the content has the recorded digest.
    """

    kind: str
    objective_attributes: dict
    objective_arrays: dict
    minima: dict
    transition_states: dict
    search: dict
    growth: dict
    seed: int
    config: dict
    dataset_sha256: str
    lossland_version: str = ""
    content_matches: bool = True

    @property
    def n_variables(self) -> int:
        """Length of ``x``."""
        return self.minima["x"].shape[1]


def write_contents(path, contents: FileContents, minimum_order, transition_state_order) -> None:
    """Write a landscape file atomically: after any failure the file that was there is still there, untouched.

    Parameters
    ----------
    path : path-like
        Replaced by renaming a temporary file of the same folder. Any number of processes may write it at once.
    contents : FileContents
    minimum_order, transition_state_order : ndarray of int, shapes (n_minima,), (n_transition_states,)
        The row of ``contents`` that becomes row 0, 1, ... of the file; ends are renumbered to match.

    Raises
    ------
    InputError
        When something cannot be stored.
    LosslandError
        When the file cannot be written (no folder, no permission, full disk).
    """
    path = Path(path).resolve()  # a link stays one
    # shards that end together write the same file at the same time
    temporary = path.with_name(f".lossland-{os.uname().nodename}-{os.getpid()}-{threading.get_ident()}.part")
    try:
        with open(temporary, "w+b") as file:
            _fill_guarded(file, contents, minimum_order, transition_state_order)
            seal(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LosslandError(f"cannot write {path}: {reason}; what was there before is untouched") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def read_contents(path, *, check_content: bool = True) -> FileContents:
    """Read a landscape file and check its form: members, types, shapes and digest.

    Parameters
    ----------
    path : path-like
    check_content : bool
        Refuse a file whose content does not have the recorded digest; False only records that
        (:attr:`FileContents.content_matches`).

    Raises
    ------
    FileFormatError
        When the file is missing, truncated, foreign, of a newer format, damaged or incomplete.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise FileFormatError(f"cannot read {path}: {'it is a folder' if path.is_dir() else 'no such file'}")
        if broken(path):
            raise FileFormatError(f"{path} is damaged: its bytes do not have the sha256 at its end")
        if not h5py.is_hdf5(path):
            raise FileFormatError(f"{path} is not an HDF5 file; expected a landscape file written by lossland")
        with h5py.File(path, "r", locking=False) as file:
            _check_format(path, file)
            return _read_checked(path, file, check_content)
    except PermissionError as error:
        raise FileFormatError(f"cannot read {path}: permission denied") from error
    except DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFormatError(f"{path} is truncated or damaged; expected a whole landscape file ({reason})") from error


def content_digest(file: h5py.File) -> str:
    """Return the sha256 of every attribute and dataset of an open file, but for ``content_sha256`` itself."""
    digest = hashlib.sha256()

    def add(*parts):
        for part in parts:
            part = part if isinstance(part, bytes) else str(part).encode()
            digest.update(len(part).to_bytes(8, "little") + part)

    def visit(name, member):
        add(name, "group" if isinstance(member, h5py.Group) else "dataset")
        for key in sorted(member.attrs):
            if (name, key) != ("/", "content_sha256"):
                value = member.attrs[key]
                value = np.asarray(value.encode() if isinstance(value, str) else value)
                add(key, value.dtype.str, value.shape, value.tobytes())
        if isinstance(member, h5py.Group):
            for key in sorted(member):
                visit(f"{name.rstrip('/')}/{key}", member[key])
        else:
            add(member.dtype.str, member.shape)
            for start in range(0, member.shape[0] if member.shape else 1, ROWS_PER_BLOCK):
                block = member[start : start + ROWS_PER_BLOCK] if member.shape else member[()]
                digest.update(np.ascontiguousarray(block).data)

    visit("/", file["/"])
    return digest.hexdigest()


def _fill_guarded(file, contents, minimum_order, transition_state_order):
    """Fill ``file``, and raise the first error of the file itself rather than what HDF5 makes of it."""
    guarded = GuardedFile(file)
    try:
        _fill(guarded, contents, minimum_order, transition_state_order)
    except (OSError, RuntimeError) as error:
        raise guarded.error or error from error
    if guarded.error is not None:
        raise guarded.error


def _fill(guarded, contents, minimum_order, transition_state_order):
    """Write everything, the digest of it last."""
    with h5py.File(guarded, "w", libver=LIBVER) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["lossland_version"] = importlib.metadata.version("lossland")
        _set_attribute(file, "seed", contents.seed)
        file.attrs["config"] = config_as_json(contents.config)
        _set_attribute(file, "dataset_sha256", contents.dataset_sha256)
        _fill_objective(file.create_group("objective"), contents)
        renumbered = np.empty(len(minimum_order), dtype=np.int64)
        renumbered[minimum_order] = np.arange(len(minimum_order))
        states = dict(contents.transition_states)
        # which side is which has no meaning, so the two ends stand in ascending order
        states["minima"] = np.sort(renumbered[states["minima"]], axis=1)
        _fill_table(file.create_group("minima"), MINIMUM_COLUMNS, contents.minima, minimum_order)
        group = file.create_group("transition_states")
        _fill_table(group, TRANSITION_STATE_COLUMNS, states, transition_state_order)
        _fill_search(file.create_group("search"), contents.search)
        rounds = np.arange(len(contents.growth["n_searches"]))
        _fill_table(file.create_group("search/growth"), GROWTH, contents.growth, rounds)
        file.attrs["content_sha256"] = content_digest(file)


def _fill_objective(group, contents):
    _set_attribute(group, "kind", contents.kind)
    for name, value in sorted(contents.objective_attributes.items()):
        _set_attribute(group, name, value)
    for name, value in sorted(contents.objective_arrays.items()):
        value = np.asarray(value)
        if value.dtype.kind not in "biuf":
            raise InputError(f"objective array {name!r} has type {value.dtype}; a landscape file holds numbers only")
        group.create_dataset(name, data=value, track_times=False)


def _fill_table(group, columns, table, order):
    """Write columns in the given order of rows, block by block, so that no second copy of all ``x`` is needed."""
    for name, (dtype, _) in columns.items():
        values = table[name]
        dataset = group.create_dataset(name, shape=values.shape, dtype=dtype, track_times=False)
        for start in range(0, len(order), ROWS_PER_BLOCK):
            rows = order[start : start + ROWS_PER_BLOCK]
            dataset[start : start + len(rows)] = values[rows]


def _fill_search(group, search):
    search = dict(search)
    failed = search.pop("n_failed")
    unknown = set(failed) - set(FAILURES)
    if unknown:
        raise InputError(f"search['n_failed'] has the key {min(unknown)!r}; expected one of {', '.join(FAILURES)}")
    search.update({f"n_failed_{name}": int(failed.get(name, 0)) for name in FAILURES})
    for name, value in sorted(search.items()):
        _set_attribute(group, name, value)


def _set_attribute(group, name, value):
    """Store a scalar, a string or a flat list of numbers; anything else has no place in the file."""
    if not isinstance(value, str):
        array = np.asarray(value)
        if array.dtype.kind not in "bif" or array.ndim > 1:
            raise InputError(f"attribute {name!r} is {value!r}; a landscape file holds text, numbers and flat lists")
        value = array.astype({"b": np.bool_, "i": np.int64, "f": np.float64}[array.dtype.kind])
    group.attrs[name] = value


def config_as_json(config) -> str:
    """Return a landscape's settings as they are stored.

    Raises
    ------
    InputError
        When they hold anything but JSON types.
    """
    try:
        return json.dumps(config, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"the landscape's config cannot be stored as JSON: {error}") from error


def _check_format(path, file):
    found = file.attrs.get("format")
    if found != FORMAT:
        raise FileFormatError(f"{path} is not a landscape file: its attribute format is {found!r}, expected {FORMAT!r}")
    version = file.attrs.get("format_version")
    if not isinstance(version, np.integer) or version < 1:
        raise FileFormatError(f"{path} has format_version {version!r}; expected the integer {FORMAT_VERSION}")
    if version > FORMAT_VERSION:
        raise FileFormatError(
            f"{path} has format_version {version}, but this lossland reads {FORMAT_VERSION}; use a newer lossland"
        )
    if version < FORMAT_VERSION:
        raise FileFormatError(
            f"{path} has format_version {version}, which lacks what coverage is now judged by; expected "
            f"{FORMAT_VERSION}: explore again"
        )


def _read_checked(path, file, check_content):
    for name in ("objective", "minima", "transition_states", "search", "search/growth"):
        if not isinstance(file.get(name), h5py.Group):
            raise FileFormatError(f"{path} has no group /{name}; expected a complete landscape file")
    matches = file.attrs.get("content_sha256") == content_digest(file)
    if check_content and not matches:
        raise FileFormatError(f"{path} is damaged or was edited: its content does not have the recorded content_sha256")
    if matches and not sealed(path):
        raise FileFormatError(f"{path} is truncated or was rewritten: the sha256 of its bytes, at its end, is missing")
    minima = _read_table(path, file["minima"], MINIMUM_COLUMNS)
    states = _read_table(path, file["transition_states"], TRANSITION_STATE_COLUMNS)
    n_variables, n_others = minima["x"].shape[1], states["x"].shape[1]
    if n_variables != n_others:
        raise FileFormatError(f"{path}: /transition_states/x has {n_others} variables a row; expected {n_variables}")
    attributes = _attributes(file["objective"])
    config = json.loads(_attribute(path, file, "config", str))
    if not isinstance(config, dict):
        raise FileFormatError(f"{path}: attribute config of / is not a JSON object")
    return FileContents(
        kind=_attribute(path, file["objective"], "kind", str),
        objective_attributes={name: value for name, value in attributes.items() if name != "kind"},
        objective_arrays={name: member[()] for name, member in sorted(file["objective"].items())},
        minima=minima,
        transition_states=states,
        search=_read_search(path, file["search"]),
        growth=_read_table(path, file["search/growth"], GROWTH),
        seed=_attribute(path, file, "seed", int),
        config=config,
        dataset_sha256=_attribute(path, file, "dataset_sha256", str),
        lossland_version=_attribute(path, file, "lossland_version", str),
        content_matches=matches,
    )


def _read_table(path, group, columns):
    """Read all columns of one group, refusing what is absent or has another type or shape."""
    table, n_rows, n_variables = {}, None, None
    for name, (dtype, tail) in columns.items():
        where, member = f"{path}: dataset {group.name}/{name}", group.get(name)
        if not isinstance(member, h5py.Dataset):
            raise FileFormatError(f"{where} is missing")
        if member.dtype != np.dtype(dtype):
            raise FileFormatError(f"{where} has type {member.dtype}; expected {np.dtype(dtype)}")
        if name == "x" and member.ndim == 2:  # x comes first and sets both numbers
            n_rows, n_variables = member.shape
        if n_rows is None and not tail:
            n_rows = member.size
        expected = (n_rows, *(n_variables if size == "n_variables" else size for size in tail))
        if member.shape != expected:
            form = "(n, n_variables)" if name == "x" else expected
            raise FileFormatError(f"{where} has shape {member.shape}; expected {form}")
        table[name] = member[()]
    return table


def _read_search(path, group):
    search = _attributes(group)
    required = (
        "n_searches",
        "n_evaluations",
        "n_hessians",
        "coverage_minima",
        "coverage_transition_states",
        "stop_reason",
    )
    for name in (*required, *(f"n_failed_{failure}" for failure in FAILURES)):
        if name not in search:
            raise FileFormatError(f"{path}: attribute {name} of /search is missing")
    search["n_failed"] = {name: search.pop(f"n_failed_{name}") for name in FAILURES}
    return search


def _attributes(group):
    """Return attributes as Python values: str, bool, int, float, or a list of them."""
    return {name: value if isinstance(value, str) else value.tolist() for name, value in sorted(group.attrs.items())}


def _attribute(path, group, name, kind):
    value = _attributes(group).get(name)
    if not isinstance(value, kind):
        raise FileFormatError(f"{path}: attribute {name} of {group.name} is {value!r}; expected {kind.__name__}")
    return value
