"""The programs that are compared: environments of their own, and one worker process each, asked in turn."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "benchmarks"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NPROC")

#: what lossland settles for itself, or what would lead elsewhere; peers run with the machine's best
PINNED = ("PYTHONHOME", "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")

#: glibc gives large arrays back to the system as they are freed, until a larger one has been: each array of 10,000 data
#: then costs its pages anew, and NumPy runs at half its speed, or not, by what was measured before
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}

#: worker script, environment (None: the one that runs this) and arguments of each program
PROGRAMS = {
    "lossland": ("lossland", None, ()),
    "lossland-native": ("lossland", None, ()),
    "numpy": ("numpy", None, ()),
    "numpy_rows": ("numpy", None, ("--rows",)),
    "jax": ("jax", "jax", ()),
    "topsearch": ("topsearch", "topsearch", ()),
    "topsearch+kernel": ("topsearch", "topsearch", ("--kernel",)),
}


class Unavailable(Exception):
    """A program that cannot be installed or started, in one sentence."""


def environment(name):
    """Return the Python of a peer's environment, which is made if it is missing or its requirements have changed."""
    requirements, folder = HERE / f"requirements-{name}.txt", BUILD / name
    stamp, digest = folder / ".ready", hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == digest:
        return python
    print(f"Setting up {folder} (about a minute)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    log = BUILD / f"install-{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    commands = [
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--disable-pip-version-check", "--requirement", requirements],
    ]
    with log.open("w") as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=output).returncode:
                raise Unavailable(f"{name} could not be installed, see {log}")
    stamp.write_text(digest)
    return python


class Worker:
    """One running program.

    Raises
    ------
    Unavailable
        When it cannot be installed or does not start.
    """

    def __init__(self, name, problem, tag=""):
        script, folder, arguments = PROGRAMS[name]
        python = sys.executable if folder is None else environment(folder)
        home = BUILD / f"run-{name}{tag}"
        home.mkdir(parents=True, exist_ok=True)
        self.name, self.log = name, home / "log"
        command = [python, HERE / "workers" / f"{script}_worker.py", problem, *arguments]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,  # programs leave files where they run
                text=True,
                env=_variables(name),
            )
        try:
            self.call("ready")
        except Unavailable:
            self.close()
            raise

    def call(self, name, **arguments):
        """Ask for something and return the answer."""
        self.ask(name, **arguments)
        return self.answer()

    def ask(self, name, **arguments):
        """Ask without waiting for the answer."""
        with contextlib.suppress(BrokenPipeError):  # it has ended, which the answer will tell
            self._process.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
            self._process.stdin.flush()

    def answer(self):
        """Return the answer to the last question."""
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable(f"{self.name} does not run, see {self.log}")
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(f"{self.name} failed ({reply['error']}), see {self.log}")
        return reply["result"]

    def close(self):
        """End the program."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Workers:
    """Running programs by name, each started when it is first needed; those that do not run are told of once."""

    def __init__(self, problem):
        self._problem, self._workers = problem, {}

    def get(self, name):
        """Return the worker, or None if the program does not run here."""
        if name not in self._workers:
            try:
                self._workers[name] = Worker(name, self._problem)
            except Unavailable as problem:
                print(f"{problem}; its rows are left out.", flush=True)
                self._workers[name] = None
        return self._workers[name]

    def close(self):
        """End all programs."""
        for worker in filter(None, self._workers.values()):
            worker.close()


def _variables(name):
    """Return the environment variables of a program: one thread, memory kept, our sources, nobody's own packages."""
    variables = {key: value for key, value in os.environ.items() if key not in PINNED}
    variables.update(dict.fromkeys(ONE_THREAD, "1"), PYTHONNOUSERSITE="1", **KEEP_MEMORY)
    variables["PYTHONPATH"] = str(ROOT / "src") if name in ("lossland", "lossland-native", "topsearch+kernel") else ""
    if name == "lossland-native":
        variables["LOSSLAND_CPU"] = "native"
    return variables
