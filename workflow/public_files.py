"""Files of public data sets: a local copy if there is one, else from their public homes; always with the right sum."""

import hashlib
import os
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

TIMEOUT = 20  # seconds without a byte


class PublicFile(NamedTuple):
    """One file of a public data set.

    Attributes
    ----------
    name : str
    sha256 : str
    size : int
        Bytes.
    homes : tuple of str
        Addresses of the folders that it is in, the best first.
    """

    name: str
    sha256: str
    size: int
    homes: tuple[str, ...]


MNIST_HOMES = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")
MNIST_FILES = (
    PublicFile(
        "train-images-idx3-ubyte.gz",
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        9912422,
        MNIST_HOMES,
    ),
    PublicFile(
        "train-labels-idx1-ubyte.gz",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        28881,
        MNIST_HOMES,
    ),
    PublicFile(
        "t10k-images-idx3-ubyte.gz",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        1648877,
        MNIST_HOMES,
    ),
    PublicFile(
        "t10k-labels-idx1-ubyte.gz",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        4542,
        MNIST_HOMES,
    ),
)


class UnavailableError(Exception):
    """A public file can be had nowhere; the sentence says where it was looked for."""


def obtain(files: Sequence[PublicFile], cache, copies: Sequence = (), download: Callable | None = None) -> Path:
    """Return a folder that holds all of these files with the right content, downloading them where need be.

    Parameters
    ----------
    files : sequence of PublicFile
    cache : path-like
        Folder that keeps what is downloaded, made where it is missing; a file with another content is replaced.
    copies : sequence of path-like
        Folders that are looked into first; nothing is written there.
    download : callable, optional
        From an address to bytes; by default over the network.

    Raises
    ------
    UnavailableError
        When no folder has them all and one cannot be downloaded; one sentence with all that was tried.
    """
    reasons = []
    for folder in copies:
        fault = fault_in(folder, files)
        if not fault:
            return Path(folder)
        reasons.append(fault)
    for file in files:
        if _fault_at(Path(cache, file.name), file):
            try:
                _keep(_from_homes(file, download or _download), Path(cache, file.name))
            except UnavailableError as error:
                raise UnavailableError("; ".join([*reasons, str(error)])) from None
            except OSError as error:
                raise UnavailableError("; ".join([*reasons, f"{cache} cannot be written ({error.strerror})"])) from None
    return Path(cache)


def fault_in(folder, files: Sequence[PublicFile]) -> str:
    """Return what is wrong with the first wrong file of a folder, or nothing."""
    return next((fault for file in files if (fault := _fault_at(Path(folder, file.name), file))), "")


def _fault_at(path, file):
    """Return what is wrong with a file, or nothing."""
    try:
        fault = _fault(path.read_bytes(), file)
    except OSError as error:
        fault = f"cannot be read ({error.strerror})"
    return f"{path} {fault}" if fault else ""


def _from_homes(file, download):
    """Return the content of a file from the first home that has it."""
    reasons = []
    for home in file.homes:
        try:
            content = download(home + file.name)
        except (OSError, HTTPException) as error:  # URLError is an OSError
            fault = f"cannot be read ({getattr(error, 'reason', error)})"
        else:
            fault = _fault(content, file)
            if not fault:
                return content
        reasons.append(f"{home}{file.name} {fault}")
    raise UnavailableError("; ".join(reasons))


def _fault(content, file):
    """Return what is wrong with the content of a file, or nothing."""
    if len(content) != file.size:
        return f"has {len(content)} bytes, but expected {file.size}"
    found = hashlib.sha256(content).hexdigest()
    return "" if found == file.sha256 else f"has the SHA-256 sum {found}, but expected {file.sha256}"


def _download(address):
    with urlopen(address, timeout=TIMEOUT) as answer:
        return answer.read()


def _keep(content, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)
    return path
