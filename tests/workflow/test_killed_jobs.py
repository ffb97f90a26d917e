"""A job of the workflow killed twenty times in a row: the same landscape, and hardly any work is lost."""

import signal

import numpy as np
import pytest
from killed_runs import count_calls, exploration, in_a_child, kill_at

from lossland.landscape import Landscape

LANDSCAPE = "results/chitturi2020/D2/draw-1/landscape.h5"
END = ("replace", "write_contents")
REMOVAL = ("unlink", "_rmtree_safe_fd")  # of the checkpoint, once the landscape is there: no part of an exploration


@pytest.fixture(scope="module")
def made(snakemake, tmp_path_factory):
    """Return the folder in which the workflow has made a landscape of the smoke run."""
    folder = tmp_path_factory.mktemp("made")
    process = snakemake(folder, LANDSCAPE, "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    return folder


@pytest.fixture(scope="module")
def make(repository, made):
    """Return a function of a folder that makes that landscape there, by the settings that its file records."""
    recorded = Landscape.read(made / LANDSCAPE)
    dataset, problem, options = made / "results/datasets/ljat3_D2.h5", recorded.config, recorded.config["explore"]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(repository / "workflow" / "scripts")
        from landscape import make_landscape  # the script: a plain function

    def make_again(where):
        files = dataset, where / "landscape.h5", where / "checkpoint", (where / "cost.csv", ())
        make_landscape(*files, problem, options, recorded.seed, threads=1)

    return make_again


def from_first_chunk(count):
    """Call ``count()`` when this process first starts a chunk of its own, after whatever it replays."""
    original, begun = exploration.run_chunk, []

    def counted(*arguments):
        if not begun:
            begun.append(True)
            count()
        return original(*arguments)

    exploration.run_chunk = counted


def test_killed_twenty_times_in_a_row(tmp_path, made, make):
    """Workers, merges and replays at random moments, then the end: before and after the file is there."""
    whole, folder, rng = tmp_path / "whole", tmp_path / "killed", np.random.default_rng(20)
    calls = []

    def make_and_count():
        make(whole)
        (whole / "calls").write_text(f"{calls[0][0]}")

    def again():
        make(folder)

    assert in_a_child(whole, lambda: from_first_chunk(lambda: calls.append(count_calls(0))), make_and_count) == 0
    content = (made / LANDSCAPE).read_bytes()
    assert (whole / "landscape.h5").read_bytes() == content
    n_calls, n_chunks = int((whole / "calls").read_text()), (whole / "started").stat().st_size
    assert n_chunks > 20
    assert [path.name for path in whole.glob("checkpoint*")] == []
    working = (0.8 * n_calls * rng.dirichlet(np.ones(13))).astype(int) + 1
    replaying = rng.integers(1, n_calls // 20, 4)
    lives = [lambda limit=limit: from_first_chunk(lambda: count_calls(limit)) for limit in working.tolist()]
    lives += [lambda limit=limit: count_calls(limit) for limit in replaying.tolist()]
    lives = [lives[i] for i in rng.permutation(len(lives))]
    lives += [lambda moment=moment: kill_at(folder, END, moment, 1) for moment in ("before", "after")]
    for life in lives:
        assert in_a_child(folder, life, again) == -signal.SIGKILL
    assert (folder / "killed").read_text() == f"{END} after 1"
    assert (folder / "landscape.h5").read_bytes() == content
    assert n_chunks < (folder / "started").stat().st_size <= n_chunks + len(working) + len(replaying)
    # the twentieth: while the checkpoint is removed, whose chunks are then searched again
    assert in_a_child(folder, lambda: kill_at(folder, REMOVAL, "after", 2), again) == -signal.SIGKILL
    assert in_a_child(folder, again) == 0
    assert (folder / "landscape.h5").read_bytes() == content
    assert [path.name for path in folder.glob("checkpoint*")] == []
