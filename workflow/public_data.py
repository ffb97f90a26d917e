"""Where the public data sets of a run lie; what can be had nowhere is left out of the run, with one sentence."""

import os
from pathlib import Path

from public_files import MNIST_FILES, UnavailableError, fault_in, obtain

CACHE = "data"  # folder in the repository that keeps downloads
#: environment variables: where a dataset lies (nothing: it is left out), and why it is missing
VARIABLES = "LOSSLAND_{}_FOLDER", "LOSSLAND_{}_MISSING"


def folder_of(name, copies, repository, fetch):
    """Return (folder, sentence): where the files of a public dataset lie, or None; what is wrong, or nothing.

    What the run has found is in the environment, both variables, for its jobs. The first alone is the user's wish,
    which is checked. Else the files are looked for in ``copies``, checked and, with ``fetch``, downloaded where need
    be; of a folder there that is passed over the sentence says why.
    """
    variable, reason = (text.format(name.upper()) for text in VARIABLES)
    wish = os.environ.get(variable)
    if wish == "":
        return None, os.environ.get(reason, f"{name} is left out: {variable} is empty")
    if wish and reason in os.environ:
        return wish, ""
    if wish:
        fault = fault_in(wish, MNIST_FILES)
        folder, sentence = (None, f"{fault} ({variable} names that folder)") if fault else (Path(wish), "")
    else:
        copies = [Path(repository, copy) for copy in copies]
        folder, sentence = _look_for(copies, Path(repository, CACHE, name), fetch)
    sentence = f"{name} is left out: {sentence}" if folder is None else sentence
    os.environ[variable], os.environ[reason] = ("", sentence) if folder is None else (str(folder.resolve()), "")
    return os.environ[variable] or None, sentence


def _look_for(copies, cache, fetch):
    try:
        folder = obtain(MNIST_FILES, cache, copies, None if fetch else _nothing)
    except UnavailableError as error:
        return None, str(error)
    passed_over = [fault for copy in copies if copy.is_dir() and (fault := fault_in(copy, MNIST_FILES))]
    return folder, f"{passed_over[0]}; the copy in {folder} is taken instead" if passed_over else ""


def _nothing(address):
    raise OSError("nothing is downloaded now")
