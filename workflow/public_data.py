"""Where the public data sets of a run lie; what can be had nowhere is left out of the run, with one sentence."""

import os
from pathlib import Path

from public_files import MNIST_FILES, UnavailableError, obtain

CACHE = "data"  # folder in the repository that keeps downloads
#: environment variables: where a dataset lies (nothing: it is left out), and why it is missing
VARIABLES = "LOSSLAND_{}_FOLDER", "LOSSLAND_{}_MISSING"


def folder_of(name, dataset, repository, fetch):
    """Return (folder, sentence): where the files of a public dataset lie, or None and why not.

    The environment says so to the jobs of a run, or by the user's wish to the run itself. Else the files are looked
    for, checked and, with ``fetch``, downloaded where need be.
    """
    variable, reason = (text.format(name.upper()) for text in VARIABLES)
    wish = os.environ.get(variable)
    if wish == "" or (wish and not fetch):
        return wish or None, "" if wish else os.environ.get(reason, f"{name} is left out: {variable} is empty")
    copies = [Path(wish or Path(repository, dataset["local"]))] if wish or dataset.get("local") else []
    cache, sentence = Path(wish or Path(repository, CACHE, name)), ""
    try:
        folder = obtain(MNIST_FILES, cache, copies, None if fetch and not wish else _nothing)
    except UnavailableError as error:
        folder, sentence = None, f"{name} is left out: {error}"
    os.environ[variable], os.environ[reason] = "" if folder is None else str(folder.resolve()), sentence
    return os.environ[variable] or None, sentence


def _nothing(address):
    raise OSError("nothing is downloaded now")
