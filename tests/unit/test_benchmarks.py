"""The benchmark's files are as documented, and its programs compute the same loss. Nothing is timed here."""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_pins import HOST

from lossland import ExploreOptions, explore
from lossland.objectives import mlp_cross_entropy
from lossland.reference.network import NetworkReference
from lossland.symmetry import for_objective

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS / "workers")]

import database  # noqa: E402
import judge  # noqa: E402
import kernels  # noqa: E402
import network  # noqa: E402
import plots  # noqa: E402
import problem as problem_module  # noqa: E402
import programs  # noqa: E402
import searches  # noqa: E402
import tables  # noqa: E402

SIZES = (2, 3, 4)


@pytest.fixture
def objective():
    rng = np.random.default_rng(0)
    return mlp_cross_entropy(SIZES, rng.normal(size=(40, 2)), rng.integers(0, 4, 40), 1e-2)


#: what must be compared: networks and numbers of data, of evaluations and Hessians, and searches
COMPARED = {f"{kind}_{n_data}" for kind in ("evaluation", "hessian") for n_data in (100, 1000, 10_000, 100_000)}
COMPARED |= {"evaluation_784-10-10", "evaluation_2-4-4-4-4", "hessian_2-4-4-4-4"}
COMPARED |= {"minimisation", "transition_state", "transition_state_unaligned", "two_threads"}


def test_every_documented_work_is_measured():
    section = (BENCHMARKS / "README.md").read_text().split("## The works\n")[1].split("\n## ")[0]
    columns = re.findall(r"^\| (`.*`) \|", section, re.MULTILINE)
    documented = [name for column in columns for name in re.findall(r"`([\w-]+)`", column)]
    assert sorted(documented) == sorted(tables.WORKS)
    assert set(documented) >= COMPARED
    searched = {"hessian_in_gradients", "minimisation", "transition_state", "transition_state_unaligned", "two_threads"}
    assert set(kernels.WORKS) == set(documented) - searched
    for kind, name in kernels.WORKS.values():
        assert (kind in ("evaluation", "hessian"), name in problem_module.NETWORKS) == (True, True)


def test_committed_results_have_known_works_and_consistent_ratios():
    rows = tables.read(tables.RESULTS)
    assert {row[0] for row in rows} == set(tables.WORKS)
    for work, peer, ours, theirs, ratio in rows:
        # medians of rates and of ratios differ by the noise between turns
        assert float(theirs) == 0.0 or 0.5 < float(ours) / float(theirs) / float(ratio) < 2.0, (work, peer)


def test_committed_growth_ends_at_the_committed_cost():
    growth = tables.read(tables.GROWTH)
    for row in tables.read(tables.COSTS):
        counts = [int(line[3]) for line in growth if line[:2] == row[:2]]
        assert counts == sorted(counts)
        if counts:
            assert int(row[2]) == min(counts[-1], searches.ENOUGH)


def test_pictures_are_drawn_from_the_files_alone(tmp_path):
    plots.write(images=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["benchmark_growth.png", "benchmark_rates.png"]


def test_the_document_shows_the_committed_results(tmp_path):
    copy = tmp_path / "engine.md"
    copy.write_text(tables.DOCUMENT.read_text())
    tables.document(copy)
    assert copy.read_text() == tables.DOCUMENT.read_text()  # else: python benchmarks/plots.py
    for row in tables.read(tables.RESULTS):
        assert f"| {row[0]} | {row[1]} | " in copy.read_text()


def test_new_rows_replace_those_of_their_works_only(tmp_path):
    tables.replace(tables.RESULTS, ["minimisation"], [("minimisation", "scipy", 4.0, 2.0, 2.0)], tmp_path)
    tables.replace(tables.RESULTS, ["evaluation_100"], [("evaluation_100", "jax", 1.0, 2.0, 0.5)], tmp_path)
    assert [row[0] for row in tables.read(tables.RESULTS, tmp_path)] == ["evaluation_100", "minimisation"]
    # a peer that no longer runs leaves no old row behind
    tables.replace(tables.RESULTS, ["minimisation"], [], tmp_path)
    assert tables.read(tables.RESULTS, tmp_path) == [("evaluation_100", "jax", "1", "2", "0.5")]


def test_a_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / tables.RESULTS).write_text("work,peer\n")
    with pytest.raises(SystemExit, match="expected work, peer, ours"):
        tables.read(tables.RESULTS, tmp_path)


@pytest.mark.parametrize("peer", [network.NumpyLoss, network.NumpyRowsLoss])
def test_numpy_peers_compute_the_same_loss_and_gradient(objective, peer):
    arrays, x = objective.arrays, objective.random_start(np.random.default_rng(1))
    energy, gradient = peer(SIZES, arrays["inputs"], arrays["labels"], 1e-2).energy_gradient(x)
    expected = NetworkReference(objective.attributes, arrays).energy_gradient(x)
    assert energy == pytest.approx(expected[0], abs=1e-14)
    np.testing.assert_allclose(gradient, expected[1], atol=1e-14)


@pytest.fixture
def problem(tmp_path, monkeypatch):
    """Return the file of a problem with few data."""
    monkeypatch.setattr(programs, "BUILD", tmp_path)
    rng = np.random.default_rng(4)
    wide = {"wide_inputs": rng.random((9, 784)), "wide_labels": rng.integers(0, 10, 9)}
    quench = {"quench_inputs": rng.random((50, 2)), "quench_labels": rng.integers(0, 4, 50)}
    points = {"starts": rng.normal(size=(2, 74)), "minima": rng.normal(size=(2, 74))}
    np.savez(tmp_path / "problem.npz", **wide, **quench, **points)
    return tmp_path / "problem.npz"


def test_numpy_program_and_lossland_give_the_same_results(problem):
    workers = programs.Workers(problem)
    ours, theirs = workers.get("lossland"), workers.get("numpy")
    for kind, network_name in (("evaluation", "2-4-4-4-4"), ("hessian", "100"), ("evaluation", "784-10-10")):
        kernels.refuse_other_results(ours, theirs, kind, network_name)
    with pytest.raises(RuntimeError, match="numpy failed .*KeyError"):
        theirs.call("summary", kind="evaluation", network="3-3")
    kernels.refuse_other_results(ours, workers.get("numpy_rows"), "evaluation", "100")
    workers.close()


def test_a_peer_that_computes_something_else_stops_the_benchmark():
    class Program:
        def __init__(self, result):
            self.name, self.call = "peer", lambda *_, **__: result

    with pytest.raises(SystemExit, match="peer computes"):
        kernels.refuse_other_results(Program([1.0, 2.0]), Program([1.0, 2.001]), "hessian", "100")


def test_a_program_that_does_not_run_is_named_and_left_out(problem, monkeypatch, capsys):
    monkeypatch.setitem(programs.PROGRAMS, "jax", ("no_such", None, ()))
    workers = programs.Workers(problem)
    assert workers.get("jax") is None
    assert "jax does not run" in capsys.readouterr().out
    assert workers.get("jax") is None
    assert capsys.readouterr().out == ""


def test_alignment_given_to_peers_finds_the_nearest_copy(objective):
    rng, symmetry = np.random.default_rng(2), for_objective(objective)
    for _ in range(20):
        x, onto = objective.random_start(rng), objective.random_start(rng)
        moved = network.aligned(x, onto, SIZES)
        nearest = min(np.linalg.norm(copy - onto) for copy in symmetry.copies(x))
        assert np.linalg.norm(moved - onto) == pytest.approx(nearest, rel=1e-12)
        assert objective.energy(moved) == pytest.approx(objective.energy(x), rel=1e-13)


def test_judge_takes_only_the_right_index_and_knows_copies(objective):
    rng, symmetry = np.random.default_rng(3), for_objective(objective)

    landscape = explore(objective, ExploreOptions(n_starts=20, n_hops=0, max_searches=120), seed=1)
    minima, states = landscape.minima, landscape.transition_states
    assert len(states.energy) > 0
    ends = minima.x[states.minima[0]]
    judging = judge.Judge(objective)
    assert judging.is_new(states.x[0] + 1e-7, *ends)
    assert not judging.is_new(symmetry.random_copy(states.x[0], rng), *ends)
    assert not judging.is_new(minima.x[0], *ends)
    assert not judging.is_new(states.x[0], ends[0], states.x[0])
    assert (judging.n_duplicates, judging.n_unverified) == (1, 2)


def test_a_large_landscape_has_a_row_where_it_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "TABLE", tmp_path / "database.csv")
    monkeypatch.setattr(database, "OPTIONS", database.OPTIONS._replace(n_starts=4, round_size=2, chunk_size=1))
    for number, n_rows in ((3, 1), (9, 2), (9, 3)):  # asked for again, nothing is added
        found = database.gather("2-4-4-4", number, np.inf, tmp_path / "kept", 1).counts()["n_minima"]
        table = pd.read_csv(tmp_path / "database.csv")
        assert table["n_minima"].iloc[-1] == found >= number
        assert table["n_searches"].is_unique
        assert len(table) <= n_rows


def test_cost_of_enough_transition_states_leaves_out_what_came_later():
    growth = np.column_stack([np.arange(1.0, 301.0), np.arange(300), np.arange(300), np.zeros(300), np.zeros(300)])
    line = searches.transition_state_cost("transition_state", "a", growth, np.array([1e3, 1e6, 1e6, 9, 9]), 10.0)
    assert (line.found, line.cpu_seconds, line.gradients_each) == (200, 200.0, 199 * 11 / 200)
    few = searches.transition_state_cost("transition_state", "a", growth[:5], np.array([50.0, 100, 0, 1, 2]), 10.0)
    assert (few.found, few.rate, few.gradients_each, few.duplicates, few.unverified) == (5, 0.1, 20.0, 1, 2)


@pytest.mark.parametrize("name", ["topsearch", "jax"])
def test_requirements_pin_everything_and_name_no_host(name):
    lines = (BENCHMARKS / f"requirements-{name}.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert any(pin.startswith(f"{name}==") for pin in pins)
    assert not any(HOST.search(line) for line in lines)
