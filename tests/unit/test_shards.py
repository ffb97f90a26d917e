"""Kills, shards, threads and damage: the landscape comes out the same, byte for byte, and hardly any work is lost."""

import errno
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest
from killed_runs import OPTIONS, count_calls, exploration, in_a_child, network, run
from known_surfaces import tilted_wells

from lossland import explore
from lossland.errors import InputError, LosslandError
from lossland.journal import Journal, run_digest
from lossland.objectives import from_function
from lossland.planning import cut


def test_any_number_of_processes_may_write_the_same_file(tmp_path):
    landscape, path = explore(network(), OPTIONS._replace(max_searches=20), seed=3), tmp_path / "a.h5"
    landscape.write(path)
    first = path.read_bytes()

    def write(_):
        landscape.write(path)
        return path.read_bytes() == first

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(write, range(40)))
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]


@numba.njit
def bowl(x, data, gradient):
    gradient[0], gradient[1] = 2.0 * x[0], 2.0 * x[1]
    return x[0] ** 2 + x[1] ** 2


@numba.njit
def nearly_bowl(x, data, gradient):
    gradient[0], gradient[1] = 2.001 * x[0], 2.0 * x[1]
    return x[0] ** 2 + x[1] ** 2


def bowl_hessian(x, data, matrix):
    matrix[:] = 2.0 * np.eye(2)


def nearly_bowl_hessian(x, data, matrix):
    matrix[:] = 2.001 * np.eye(2)


def test_a_journal_is_not_read_with_other_derivatives():
    hessians = [None, numba.njit(bowl_hessian), numba.njit(nearly_bowl_hessian)]
    objectives = [from_function(bowl, 2, hessian=hessian) for hessian in hessians]
    objectives.append(from_function(nearly_bowl, 2))
    assert len({run_digest(objective, {}) for objective in objectives}) == 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a run without checkpoint."""
    path = tmp_path_factory.mktemp("whole") / "landscape.h5"
    landscape = explore(network(), OPTIONS, seed=3)
    assert landscape.counts()["n_transition_states"] > 5
    landscape.write(path)
    return path.read_bytes()


@pytest.fixture
def runs_of_chunks(monkeypatch):
    """Return a list that grows by one with every chunk that is run."""
    calls, original = [], exploration.run_chunk

    def counted(*arguments):
        calls.append(threading.get_ident())
        return original(*arguments)

    monkeypatch.setattr(exploration, "run_chunk", counted)
    return calls


@pytest.fixture
def n_chunks(runs_of_chunks, tmp_path, whole):
    """Return how many chunks a run has."""
    (tmp_path / "alone").mkdir()
    run(tmp_path / "alone", "landscape.h5")
    number = len(runs_of_chunks)
    runs_of_chunks.clear()
    return number


@pytest.mark.parametrize("n_shards", [1, 2, 3, 8])
def test_shards_one_after_the_other(tmp_path, whole, n_chunks, runs_of_chunks, n_shards):
    for index in reversed(range(n_shards)):
        assert run(tmp_path, f"{index}.h5", shard=(index, n_shards)) == whole
    assert len(runs_of_chunks) == n_chunks


@pytest.mark.parametrize(("n_shards", "threads"), [(2, 1), (3, 2), (8, 1)])
def test_shards_at_once(tmp_path, whole, n_chunks, runs_of_chunks, n_shards, threads):
    with ThreadPoolExecutor(n_shards) as pool:
        shards = [
            pool.submit(run, tmp_path, f"{index}.h5", shard=(index, n_shards), threads=threads)
            for index in range(n_shards)
        ]
        assert all(shard.result() == whole for shard in shards)
    assert len(set(runs_of_chunks)) > 1
    assert len(runs_of_chunks) >= n_chunks


def test_shards_as_processes_of_their_own(tmp_path, whole):
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from killed_runs import run
run(Path({str(tmp_path)!r}), f"{{sys.argv[1]}}.h5", shard=(int(sys.argv[1]), 2))
"""
    shards = [subprocess.Popen([sys.executable, "-c", code, str(index)]) for index in range(2)]
    assert [shard.wait() for shard in shards] == [0, 0]
    assert (tmp_path / "0.h5").read_bytes() == (tmp_path / "1.h5").read_bytes() == whole


def test_each_of_eight_processes_does_a_part(tmp_path):
    """Chunks of one search, so that every process has some of its own in every round."""
    options = OPTIONS._replace(n_starts=24, n_hops=0, max_searches=120, chunk_size=1)
    code = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from killed_runs import OPTIONS, note_chunks, run
folder, index = Path({str(tmp_path)!r}), int(sys.argv[1])
options = OPTIONS._replace(**{options._asdict()!r})
started = [folder / f"started-{{number}}" for number in range(8)]
note_chunks(started[index], started)  # otherwise a fast one may do all before a slow one begins
print("ready", flush=True)
sys.stdin.readline()
run(folder, f"{{index}}.h5", options, shard=(index, 8))
"""
    shards = [
        subprocess.Popen([sys.executable, "-c", code, f"{index}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for index in range(8)
    ]
    assert [shard.stdout.readline() for shard in shards] == [b"ready\n"] * 8
    for shard in shards:
        shard.stdin.close()  # all begin
    assert [shard.wait() for shard in shards] == [0] * 8
    for shard in shards:
        shard.stdout.close()
    parts = [(tmp_path / f"started-{index}").stat().st_size for index in range(8)]
    assert min(parts) > 0
    assert sum(parts) >= options.max_searches
    (tmp_path / "alone").mkdir()
    alone = run(tmp_path / "alone", "landscape.h5", options)
    assert all((tmp_path / f"{index}.h5").read_bytes() == alone for index in range(8))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_order_of_chunks_does_not_matter(tmp_path, whole, monkeypatch, order, threads):
    rng = np.random.default_rng(1)
    orders = {
        "reversed": lambda n, *_: list(range(n))[::-1],
        "shuffled": lambda n, *_: rng.permutation(n).tolist(),
    }
    monkeypatch.setattr("lossland.sharing.preferred_order", orders[order])
    assert run(tmp_path, "landscape.h5", threads=threads) == whole


def test_shard_left_alone_does_what_killed_ones_had_claimed(tmp_path, whole, monkeypatch):
    monkeypatch.setattr("lossland.sharing.FIRST_PATIENCE", 0.05)
    claim = Journal.claim

    def claimed_by_the_dead(self, number, position, owner):
        if position % 2:
            claim(self, number, position, "2")
        return claim(self, number, position, owner)

    monkeypatch.setattr(Journal, "claim", claimed_by_the_dead)
    assert run(tmp_path, "landscape.h5", shard=(0, 3)) == whole
    assert not list(tmp_path.rglob("*.claim"))


def test_finished_rounds_are_one_file_each(tmp_path, whole):
    run(tmp_path, "landscape.h5", shard=(1, 2))
    names = sorted(path.name for path in (tmp_path / "checkpoint").rglob("*.*"))
    assert [name[:12] for name in names] == [f"round-{number:06d}" for number in range(len(names))]
    assert all(name.endswith(".npz") for name in names)


@pytest.mark.parametrize("threads", [1, 2])
def test_killed_at_ten_random_moments(tmp_path, whole, n_chunks, threads):
    """Search, merge and write alike: the moment is one of all calls of Python functions, drawn at random."""
    assert run_in_a_child(tmp_path / "counted", threads, 0) == 0
    total = int((tmp_path / "counted" / "calls").read_text())
    moments = np.random.default_rng(threads).integers(total // 50, total - 100, 10)  # threads vary the total a little
    for number, moment in enumerate(moments.tolist()):
        folder = tmp_path / str(number)
        assert run_in_a_child(folder, threads, moment) == -signal.SIGKILL
        assert run_in_a_child(folder, threads, None) == 0
        assert (folder / "landscape.h5").read_bytes() == whole
        assert (folder / "started").stat().st_size <= n_chunks + threads


def test_shard_goes_on_alone_after_the_other_was_killed(tmp_path, whole, monkeypatch):
    monkeypatch.setattr("lossland.sharing.FIRST_PATIENCE", 0.05)
    assert run_in_a_child(tmp_path / "counted", 1, 0) == 0
    total = int((tmp_path / "counted" / "calls").read_text())
    for number, share in enumerate((0.1, 0.4, 0.8)):
        folder = tmp_path / str(number)
        assert run_in_a_child(folder, 1, int(share * total), shard=(0, 2)) == -signal.SIGKILL
        assert run(folder, "landscape.h5", shard=(1, 2)) == whole
        assert not list(folder.rglob("*.claim"))


def run_in_a_child(folder, threads, moment, **more):
    """Explore in a forked process that kills itself at call number ``moment``, 0 for never; return its exit status."""
    calls = []

    def explore_and_count():
        run(folder, "landscape.h5", threads=threads, **more)
        (folder / "calls").write_text(f"{calls[0][0]}")

    return in_a_child(folder, lambda: calls.append(count_calls(moment)), explore_and_count)


def test_resumed_run_repeats_nothing(tmp_path, whole, runs_of_chunks, n_chunks):
    first = exploration.Exploration(network(), OPTIONS, 3, tmp_path / "checkpoint")
    for _ in range(4):
        first.advance()
    assert run(tmp_path, "resumed.h5") == whole
    assert len(runs_of_chunks) == n_chunks


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:50], lambda b: b[:-30], lambda b: b[:300] + bytes([b[300] ^ 4]) + b[301:]]
)
def test_damaged_file_is_done_again(tmp_path, whole, runs_of_chunks, damage):
    run(tmp_path, "first.h5")
    damaged = sorted((tmp_path / "checkpoint").rglob("*.npz"))[2]
    content = damaged.read_bytes()
    damaged.write_bytes(damage(content))
    runs_of_chunks.clear()
    assert run(tmp_path, "again.h5") == whole
    assert len(runs_of_chunks) == len(cut([None] * OPTIONS.round_size, OPTIONS.chunk_size))
    assert damaged.read_bytes() == content


def test_full_disk_stops_with_one_sentence_and_loses_nothing(tmp_path, whole, monkeypatch):
    synced, limit = os.fsync, 6

    def full_after_a_while(descriptor):
        nonlocal limit
        limit -= 1
        if limit < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", full_after_a_while)
    with pytest.raises(LosslandError, match=r"cannot be written \(No space left on device\)"):
        run(tmp_path, "first.h5")
    monkeypatch.undo()
    assert list((tmp_path / "checkpoint").rglob("*.npz"))
    assert not list((tmp_path / "checkpoint").rglob("*.part"))
    assert run(tmp_path, "resumed.h5") == whole


@pytest.mark.parametrize("shard", [(2, 2), (-1, 2), (0, 0)])
def test_shard_that_does_not_exist_is_refused(tmp_path, shard):
    with pytest.raises(InputError, match="shard is"):
        explore(tilted_wells(2), OPTIONS, checkpoint=tmp_path, shard=shard)


def test_shards_need_a_folder_to_share():
    with pytest.raises(InputError, match="no checkpoint folder"):
        explore(tilted_wells(2), OPTIONS, shard=(0, 2))
