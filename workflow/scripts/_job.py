"""What every script needs as a job: its output in the log file, and one sentence instead of a trace of bad input."""

import contextlib
import logging
import sys
from pathlib import Path

from lossland.errors import LosslandError


def run(function, log_file, *arguments, **more):
    """Call ``function``, its output going to ``log_file``; bad input ends the job with one sentence."""
    Path(log_file).parent.mkdir(parents=True, exist_ok=True)
    with Path(log_file).open("w", buffering=1) as log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        logging.basicConfig(stream=log, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
        try:
            function(*arguments, **more)
        except (LosslandError, OSError) as error:
            print(error)
            print(error, file=sys.__stderr__)
            sys.exit(1)
