"""A small exploration, processes in which it runs, and how they are watched and killed, for the tests of lost work."""

import os
import signal
import sys
import threading
import time

import numpy as np

from lossland import ExploreOptions, chunk, exploration, explore, landscape_file
from lossland.journal import Journal
from lossland.objectives import mlp_cross_entropy

OPTIONS = ExploreOptions(
    n_starts=14, n_hops=3, hop_steps=3, searches_per_minimum=4, max_searches=90, round_size=24, chunk_size=5
)
WATCHED = (
    (exploration, "run_chunk"),
    (chunk._Recorder, "search"),
    (Journal, "write"),
    (Journal, "pack"),
    (Journal, "unclaim"),
    (exploration, "merge_chunk"),
    (landscape_file, "_fill"),
    (landscape_file, "seal"),
    (os, "fsync"),
    (os, "replace"),
    (os, "unlink"),
)


def network():
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(60, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1)
    return mlp_cross_entropy([2, 2, 3], inputs, labels, 1e-3)


def run(folder, name, options=OPTIONS, **more):
    """Explore with the checkpoint in ``folder`` and return the bytes of the file."""
    explore(network(), options, seed=3, checkpoint=folder / "checkpoint", **more).write(folder / name)
    return (folder / name).read_bytes()


def in_a_child(folder, *steps):
    """Take these steps in a forked process, noting the chunks that it starts; return its exit status."""
    folder.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            note_chunks(folder / "started")
            for step in steps:
                step()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def note_chunks(path, others=()):
    """Let a file grow by a byte with every chunk that this process starts; the first waits for one in all others."""
    file, original = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), exploration.run_chunk

    def noted(*arguments):
        os.write(file, b".")
        patience = time.monotonic() + 300.0  # or else the failure of one process would stop all others for good
        while any(not other.stat().st_size for other in others) and time.monotonic() < patience:
            time.sleep(0.01)
        return original(*arguments)

    exploration.run_chunk = noted


def count_calls(limit):
    """Count the calls of Python functions in all threads from now on; die at the limit."""
    calls = [0]

    def profile(_frame, event, _argument):
        if event == "call":
            calls[0] += 1
            if calls[0] == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(profile)
    sys.setprofile(profile)
    return calls


def callers():
    """Yield the names of the functions that led to a call that is watched."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name not in ("watched", "noted"):
            yield frame.f_code.co_name
        frame = frame.f_back


def watch(phases, happened):
    """Let ``happened(phase, moment)`` know of every call, where ``moment`` is "before" or "after".

    A phase is a function of WATCHED and whoever calls it, innermost first; it is None for a call in none of ``phases``.
    """
    for owner, name in WATCHED:

        def watched(*arguments, _name=name, _original=getattr(owner, name), **named):
            path = (_name, *callers())
            phase = next((phase for phase in phases if path[: len(phase)] == phase), None)
            happened(phase, "before")
            result = _original(*arguments, **named)
            happened(phase, "after")
            return result

        setattr(owner, name, watched)


def kill_at(folder, phase, moment, number):
    """Let this process kill itself at the ``number``-th moment of this kind, and leave a note in ``folder``."""
    left = [number]

    def happened(*now):
        left[0] -= now == (phase, moment)
        if left[0] == 0:
            (folder / "killed").write_text(f"{phase} {moment} {number}")
            os.kill(os.getpid(), signal.SIGKILL)

    watch([phase], happened)
