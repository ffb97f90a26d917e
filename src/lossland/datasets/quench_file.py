"""Files of quenches: HDF5, written whole or not at all, equal content in equal bytes."""

import contextlib
import io
import json
import os
from pathlib import Path

import h5py
import numpy as np

from lossland.datasets.quenches import QuenchSet
from lossland.errors import FileFormatError, LosslandError

FORMAT = "lossland-quenches"
FORMAT_VERSION = 1
#: member of the file: dtype and number of dimensions
COLUMNS = {"starts": (np.float64, 2), "outcomes": (np.int64, 1), "iterations": (np.int64, 1), "steps": (np.float64, 3)}


def write_quenches(quenches: QuenchSet, path) -> None:
    """Write a set to an HDF5 file; what was at ``path`` before is replaced only by a complete file.

    Members starts, outcomes, iterations and steps as in :class:`QuenchSet`; attributes format, format_version, name,
    settings (JSON) and sha256 of the content. No date, host or path is recorded.

    Raises
    ------
    LosslandError
        When the file cannot be written (no folder, no permission, full disk).
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.tmp")
    # the file is made in memory: HDF5 itself recovers badly from a disk that fills up
    image = _image(quenches)
    try:
        with open(temporary, "wb") as file:
            file.write(image)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise LosslandError(f"cannot write {path}: {error.strerror}; what was there before is untouched") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _image(quenches) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = FORMAT_VERSION
        file.attrs["name"] = quenches.name
        file.attrs["settings"] = json.dumps(quenches.settings, sort_keys=True)
        file.attrs["sha256"] = quenches.sha256
        for name, (dtype, _) in COLUMNS.items():
            file.create_dataset(name, data=np.asarray(getattr(quenches, name), dtype), track_times=False)
    return buffer.getvalue()


def read_quenches(path) -> QuenchSet:
    """Read a file written by :func:`write_quenches`.

    Raises
    ------
    FileFormatError
        When the file is missing, truncated, of another format, or its content is not what was written.
    """
    path = Path(path)
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise FileFormatError(f"{path} is not a file of quenches: its format is not {FORMAT!r}")
            if file.attrs["format_version"] != FORMAT_VERSION:
                version = file.attrs["format_version"]
                raise FileFormatError(f"{path} has format_version {version}, but expected {FORMAT_VERSION}")
            columns = {name: file[name][()] for name in COLUMNS}
            settings = json.loads(file.attrs["settings"])
            quenches = QuenchSet(name=str(file.attrs["name"]), settings=settings, **columns)
            digest = file.attrs["sha256"]
    except FileNotFoundError as error:
        raise FileFormatError(f"{path} does not exist, but expected a file of quenches") from error
    except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise FileFormatError(
            f"{path} is truncated or not a file of quenches in HDF5 ({_first_line(error)})"
        ) from error
    for name, (dtype, n_dimensions) in COLUMNS.items():
        if columns[name].dtype != dtype or columns[name].ndim != n_dimensions:
            raise FileFormatError(f"{path}, member {name!r} is not {n_dimensions}-dimensional {np.dtype(dtype).name}")
    if quenches.sha256 != digest:
        raise FileFormatError(f"{path} is damaged: its content does not have the sha256 recorded in it")
    return quenches


def _first_line(error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
