"""SIGKILL in every phase of an exploration, and twenty times in a row: the same file, and hardly any work is lost."""

import ast
import hashlib
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from test_shards import OPTIONS, count_calls, note_chunks, run

from lossland import chunk, landscape_file
from lossland.datasets import quench_many, write_quenches
from lossland.journal import Journal

ROOT = Path(__file__).resolve().parents[2]
exploration = sys.modules["lossland.exploration"]  # as in `test_shards`

#: A phase is a function and whoever calls it, innermost first; the numbers are how many chunks are lost with a process
#: that is killed just before such a call, and just after one.
PHASES = {
    ("run_chunk", "work"): (0, 1),
    ("search", "run_chunk"): (1, 1),  # in the middle of a chunk
    ("write", "finish"): (1, 0),
    ("fsync", "_write", "write"): (1, 1),
    ("replace", "_write", "write"): (1, 0),
    ("pack", "chunks"): (0, 0),
    ("replace", "_write", "pack"): (0, 0),
    ("unclaim", "tidy", "pack"): (0, 0),  # between the removals of chunks that have been packed
    ("merge_chunk", "advance"): (0, 0),
    ("_fill", "_fill_guarded", "write_contents"): (0, 0),
    ("seal", "write_contents"): (0, 0),
    ("fsync", "write_contents"): (0, 0),
    ("replace", "write_contents"): (0, 0),
}
REMOVAL = ("unlink", "_rmtree_safe_fd")  # of the checkpoint, once the landscape is there: no part of an exploration
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


def callers():
    """Yield the names of the functions that led to a call that is watched."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name not in ("watched", "noted"):
            yield frame.f_code.co_name
        frame = frame.f_back


def watch(happened):
    """Let ``happened(phase, moment)`` know of every call, where ``moment`` is "before" or "after"."""
    for owner, name in WATCHED:

        def watched(*arguments, _name=name, _original=getattr(owner, name), **named):
            path = (_name, *callers())
            phase = next((phase for phase in (*PHASES, REMOVAL) if path[: len(phase)] == phase), None)
            happened(phase, "before")
            result = _original(*arguments, **named)
            happened(phase, "after")
            return result

        setattr(owner, name, watched)


def killer(folder, phase, moment, number):
    """Return a function for :func:`watch` that kills this process at the ``number``-th moment of this kind."""
    left = [number]

    def happened(*now):
        left[0] -= now == (phase, moment)
        if left[0] == 0:
            (folder / "killed").write_text(f"{phase} {moment} {number}")
            os.kill(os.getpid(), signal.SIGKILL)

    return happened


def in_a_child(folder, function, prepare):
    """Run ``prepare()`` and ``function()`` in a forked process, noting the chunks it starts; return its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            note_chunks(folder / "started")
            prepare()
            function()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def nothing():
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of an uninterrupted run, its number of chunks, and how often each phase came."""
    folder, counts = tmp_path_factory.mktemp("whole"), Counter()

    def explore_and_count():
        run(folder, "landscape.h5")
        (folder / "counts").write_text(repr(dict(counts)))

    def prepare():
        watch(lambda phase, moment: counts.update([phase] if moment == "before" else []))

    assert in_a_child(folder, explore_and_count, prepare) == 0
    counts = ast.literal_eval((folder / "counts").read_text())
    return (folder / "landscape.h5").read_bytes(), (folder / "started").stat().st_size, counts


def test_every_phase_comes(whole):
    _, n_chunks, counts = whole
    assert n_chunks > 15
    assert set(counts) >= set(PHASES)
    assert OPTIONS.max_searches - OPTIONS.chunk_size < counts["search", "run_chunk"] <= OPTIONS.max_searches
    assert counts["merge_chunk", "advance"] == counts["write", "finish"] == n_chunks
    assert counts["replace", "write_contents"] == 1


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("phase", PHASES, ids=" in ".join)
def test_killed_in_a_phase(tmp_path, whole, phase, moment):
    content, n_chunks, counts = whole
    rng = np.random.default_rng([list(PHASES).index(phase), moment == "after"])
    number, lost = int(rng.integers(1, counts[phase] + 1)), PHASES[phase][moment == "after"]
    folder, explored = tmp_path, lambda: run(tmp_path, "landscape.h5")
    prepare = lambda: watch(killer(folder, phase, moment, number))  # noqa: E731
    assert in_a_child(folder, explored, prepare) == -signal.SIGKILL
    assert (folder / "killed").read_text() == f"{phase} {moment} {number}"
    written = phase == ("replace", "write_contents") and moment == "after"
    assert (folder / "landscape.h5").exists() == written
    assert in_a_child(folder, explored, nothing) == 0
    assert (folder / "landscape.h5").read_bytes() == content
    assert (folder / "started").stat().st_size == n_chunks + lost
    kept = {path.name for path in folder.rglob("*.npz")}
    assert not [name for name in kept if f"{name[:12]}.npz" in kept - {name}]  # a round is one file


def derived_seed(name):
    """Return the seed that the workflow derives from a name."""
    return int.from_bytes(hashlib.sha256(f"2020/{name}".encode()).digest()[:4], "big")


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """Return a function of a folder that does what the workflow does for the first draw of D2 in the smoke run."""
    folder = tmp_path_factory.mktemp("smoke")
    default, changed = (yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()) for name in ("default", "smoke"))
    cube_side = default["datasets"]["ljat3_D2"]["cube_side"]
    n_quenches = changed["datasets"]["ljat3_D2"]["n_quenches"]
    write_quenches(quench_many(cube_side, n_quenches, derived_seed("ljat3_D2"), name="D2"), folder / "D2.h5")
    settings = changed["landscapes"]["chitturi2020"]["D2"]
    options = default["explore"] | changed["explore"] | settings["explore"]
    problem = {key: settings[key] for key in ("layer_sizes", "n_data", "regularisation")}
    problem |= {"kind": "ljat3", "inputs": ["r12", "r13"], "draw": 0, "shuffle_seed": derived_seed("ljat3_D2")}
    problem |= {"regularise_biases": True, "normalisation": "mean", "mask": None, "n_neighbours": None}
    problem |= {"block": None, "n_draws": None, "error_percent": 0, "mislabelling_seed": 0, "label": None}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "workflow" / "scripts")
        from landscape import make_landscape  # noqa: PLC0415

    def make(where):
        cost, seed = (where / "cost.csv", ()), derived_seed("chitturi2020/D2/draw-1")
        make_landscape(
            folder / "D2.h5", where / "landscape.h5", where / "checkpoint", cost, problem, options, seed, threads=1
        )

    return make


def from_first_chunk(count):
    """Call ``count()`` when this process first starts a chunk of its own, after whatever it replays."""
    original, begun = exploration.run_chunk, []

    def counted(*arguments):
        if not begun:
            begun.append(True)
            count()
        return original(*arguments)

    exploration.run_chunk = counted


def test_killed_twenty_times_in_a_row(tmp_path, smoke):
    """Workers, merges and replays at random moments, then the end: before and after the file is there."""
    whole, folder, rng = tmp_path / "whole", tmp_path / "killed", np.random.default_rng(20)
    whole.mkdir(), folder.mkdir()
    calls = []

    def make_and_count():
        smoke(whole)
        (whole / "calls").write_text(f"{calls[0][0]}")

    assert in_a_child(whole, make_and_count, lambda: from_first_chunk(lambda: calls.append(count_calls(0)))) == 0
    n_calls, n_chunks = int((whole / "calls").read_text()), (whole / "started").stat().st_size
    assert n_chunks > 20
    assert [path.name for path in whole.glob("checkpoint*")] == []
    working = (0.8 * n_calls * rng.dirichlet(np.ones(13))).astype(int) + 1
    replaying = rng.integers(1, n_calls // 20, 4)
    lives = [lambda limit=limit: from_first_chunk(lambda: count_calls(limit)) for limit in working.tolist()]
    lives += [lambda limit=limit: count_calls(limit) for limit in replaying.tolist()]
    lives = [lives[i] for i in rng.permutation(len(lives))]
    ends = [(("replace", "write_contents"), "before", 1), (("replace", "write_contents"), "after", 1)]
    lives += [lambda end=end: watch(killer(folder, *end)) for end in ends]
    for life in lives:
        assert in_a_child(folder, lambda: smoke(folder), life) == -signal.SIGKILL
    content = (whole / "landscape.h5").read_bytes()
    assert (folder / "killed").read_text() == "('replace', 'write_contents') after 1"
    assert (folder / "landscape.h5").read_bytes() == content
    assert n_chunks < (folder / "started").stat().st_size <= n_chunks + len(working) + len(replaying)
    # the twentieth: while the checkpoint is removed, whose chunks are then searched again
    assert in_a_child(folder, lambda: smoke(folder), lambda: watch(killer(folder, REMOVAL, "after", 2))) == -9
    assert in_a_child(folder, lambda: smoke(folder), nothing) == 0
    assert (folder / "landscape.h5").read_bytes() == content
    assert [path.name for path in folder.glob("checkpoint*")] == []
