"""Where the public data sets of a run lie; what can be had nowhere is left out of the run, with one sentence."""

import os
from pathlib import Path

from public_files import MNIST_FILES, UnavailableError, obtain

CACHE = "data"  # folder in the repository that keeps downloads
VARIABLES = "LOSSLAND_{}_FOLDER", "LOSSLAND_{}_MISSING"  # where it lies, and why it is missing


def folder_of(name, dataset, repository, fetch):
    """Return (folder, sentence): where the files of a public dataset lie, or None and why not.

    With ``fetch`` they are checked, and downloaded where need be; the jobs of the run then take the folder from the
    environment. Without it, a folder that looks complete is enough.
    """
    variable, reason = (text.format(name.upper()) for text in VARIABLES)
    if not fetch and variable in os.environ:
        return os.environ[variable] or None, os.environ.get(reason, "")
    copies = [Path(repository, dataset["local"])] if dataset.get("local") else []
    cache, sentence = Path(repository, CACHE, name), ""
    try:
        folder = obtain(MNIST_FILES, cache, copies, None if fetch else _nothing)
    except UnavailableError as error:
        folder, sentence = None, f"{name} is left out: {error}"
    os.environ[variable], os.environ[reason] = "" if folder is None else str(folder.resolve()), sentence
    return os.environ[variable] or None, sentence


def _nothing(address):
    raise OSError(f"{address} is fetched by the run itself")
