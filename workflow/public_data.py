"""Where MNIST lies for a run; when it can be had nowhere it is left out of the run, with one sentence."""

import os
from itertools import takewhile
from pathlib import Path

from public_files import MNIST_FILES, UnavailableError, fault_in, obtain

CACHE = "data/mnist"  # folder in the repository that keeps downloads
#: environment variables: where MNIST lies (nothing: it is left out), and why it is missing
FOLDER, MISSING = "LOSSLAND_MNIST_FOLDER", "LOSSLAND_MNIST_MISSING"


def folder_of_mnist(copies, repository, fetch):
    """Return (folder, sentence): where the files of MNIST lie, or None; what is wrong, or nothing.

    What the run has found is in the environment, both variables, for its jobs. The first alone is the user's wish,
    which is checked. Else the files are looked for in ``copies``, checked and, with ``fetch``, downloaded where need
    be; of a folder there that is passed over the sentence says why.
    """
    wish = os.environ.get(FOLDER)
    if wish == "":
        return None, os.environ.get(MISSING, f"mnist is left out: {FOLDER} is empty")
    if wish and MISSING in os.environ:
        return wish, ""
    if wish:
        fault = fault_in(wish, MNIST_FILES)
        folder, sentence = (None, f"{fault} ({FOLDER} names that folder)") if fault else (Path(wish), "")
    else:
        copies = [Path(repository, copy) for copy in copies]
        folder, sentence = _look_for(copies, Path(repository, CACHE), fetch)
    sentence = f"mnist is left out: {sentence}" if folder is None else sentence
    os.environ[FOLDER], os.environ[MISSING] = ("", sentence) if folder is None else (str(folder.resolve()), "")
    return os.environ[FOLDER] or None, sentence


def _look_for(copies, cache, fetch):
    try:
        folder = obtain(MNIST_FILES, cache, copies, None if fetch else _nothing)
    except UnavailableError as error:
        return None, str(error)
    # what comes before the copy that was taken has a fault; what comes after it was not looked at
    passed_over = next(filter(Path.is_dir, takewhile(lambda copy: copy != folder, copies)), None)
    return folder, f"{fault_in(passed_over, MNIST_FILES)}; the copy in {folder} is taken instead" if passed_over else ""


def _nothing(address):
    raise OSError("nothing is downloaded now")
