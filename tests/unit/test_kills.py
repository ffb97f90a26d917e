"""SIGKILL in every phase of an exploration: the same file, and hardly any work is lost."""

import ast
import signal
from collections import Counter

import numpy as np
import pytest
from killed_runs import OPTIONS, in_a_child, kill_at, run, watch

#: Phases, as `watch` has them; the numbers are how many chunks are lost with a process that is killed just before such
#: a call, and just after one.
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


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of an uninterrupted run, its number of chunks, and how often each phase came."""
    folder, counts = tmp_path_factory.mktemp("whole"), Counter()

    def follow():
        watch(PHASES, lambda phase, moment: counts.update([phase] if moment == "before" else []))

    def explore_and_count():
        run(folder, "landscape.h5")
        (folder / "counts").write_text(repr(dict(counts)))

    assert in_a_child(folder, follow, explore_and_count) == 0
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
    assert in_a_child(folder, lambda: kill_at(folder, phase, moment, number), explored) == -signal.SIGKILL
    assert (folder / "killed").read_text() == f"{phase} {moment} {number}"
    written = phase == ("replace", "write_contents") and moment == "after"
    assert (folder / "landscape.h5").exists() == written
    assert in_a_child(folder, explored) == 0
    assert (folder / "landscape.h5").read_bytes() == content
    assert (folder / "started").stat().st_size == n_chunks + lost
    kept = {path.name for path in folder.rglob("*.npz")}
    assert not [name for name in kept if f"{name[:12]}.npz" in kept - {name}]  # a round is one file
