"""Exploration: complete on surfaces with known counts, the same whatever the threads, and after a kill."""

import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from known_surfaces import double_wells, mueller_brown, ring, soft_sphere_spins, tilted_wells

from lossland import ExploreOptions, explore
from lossland.completeness import growth_table
from lossland.errors import InputError
from lossland.exploration import Exploration
from lossland.journal import Journal
from lossland.landscape import Landscape
from lossland.objectives import mlp_cross_entropy
from lossland.planning import rank_of
from lossland.yields import Kind

PINNED = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NUMBA_CPU_NAME")
WELLS = ExploreOptions(
    n_starts=20, n_hops=0, soft_modes=6, searches_per_minimum=16, max_searches=3000, max_climb=60
)._replace(displacement=0.3, coverage_transition_states=0.999)
SMALL = ExploreOptions(
    n_starts=10, n_hops=1, hop_steps=4, searches_per_minimum=4, max_searches=120, round_size=16, chunk_size=6
)


def network(n_data=100, n_hidden=3):
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(n_data, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1)
    return mlp_cross_entropy([2, n_hidden, 3], inputs, labels, 1e-4)


@pytest.mark.parametrize("d", [2, 3, 4, 5, 6])
def test_sums_of_double_wells_are_found_completely(d):
    landscape = explore(tilted_wells(d), WELLS)
    counts = landscape.counts()
    assert counts == {"n_minima": 2**d, "n_transition_states": d * 2 ** (d - 1), "n_degenerate": 0}
    assert landscape.n_components == 1
    assert landscape.search["stop_reason"] == "coverage reached"
    signs = np.sign(landscape.minima.x)
    ends = landscape.transition_states.minima
    assert (np.count_nonzero(signs[ends[:, 0]] != signs[ends[:, 1]], axis=1) == 1).all()


def test_two_spin_stationary_points_are_the_eigenvectors():
    objective, eigenvalues, vectors, stiffness = soft_sphere_spins(20)
    options = ExploreOptions(n_starts=20, n_hops=0, displacement=0.2, searches_per_minimum=60, max_searches=400)
    landscape = explore(objective, options)
    assert landscape.counts() == {"n_minima": 2, "n_transition_states": 2, "n_degenerate": 0}
    for table, rank in ((landscape.minima, -1), (landscape.transition_states, -2)):
        radius = np.sqrt(1.0 + eigenvalues[rank] / stiffness)
        for x in table.x:
            assert abs(x @ vectors[:, rank]) == pytest.approx(radius, rel=1e-10)
            assert np.linalg.norm(x) == pytest.approx(radius, rel=1e-10)


def test_surface_without_a_hessian_is_found_completely():
    options = ExploreOptions(
        n_starts=20, n_hops=0, displacement=0.1, searches_per_minimum=6, max_searches=300, tolerance=1e-8
    )
    landscape = explore(mueller_brown(), options)
    assert landscape.counts() == {"n_minima": 3, "n_transition_states": 2, "n_degenerate": 0}
    assert sorted(landscape.minima.energy) == pytest.approx([-146.69952, -108.16672, -80.76782], abs=1e-4)


def test_files_are_the_same_for_one_and_two_threads(tmp_path):
    for threads in (1, 2):
        explore(network(), SMALL, seed=3, threads=threads).write(tmp_path / f"{threads}.h5")
    assert (tmp_path / "1.h5").read_bytes() == (tmp_path / "2.h5").read_bytes()


def test_order_of_imports_does_not_matter(tmp_path):
    code = """
import sys
{first}
sys.path.insert(0, {tests!r})
from test_explore import SMALL, network
from lossland import explore
explore(network(n_hidden=8), SMALL._replace(displacement_spread=16.0), seed=3).write({path!r})
"""
    environment = {name: value for name, value in os.environ.items() if name not in PINNED}
    for number, first in enumerate(("import lossland", "import numpy; numpy.linalg.eigh(numpy.eye(3))")):
        script = code.format(first=first, tests=str(Path(__file__).parent), path=str(tmp_path / f"{number}.h5"))
        subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    assert (tmp_path / "0.h5").read_bytes() == (tmp_path / "1.h5").read_bytes()


def test_seed_matters(tmp_path):
    for seed in (1, 2):
        explore(network(), SMALL, seed=seed).write(tmp_path / f"{seed}.h5")
    assert (tmp_path / "1.h5").read_bytes() != (tmp_path / "2.h5").read_bytes()


def test_resumed_exploration_gives_the_same_file_and_repeats_nothing(tmp_path):
    explore(network(), SMALL, seed=3).write(tmp_path / "whole.h5")
    first = Exploration(network(), SMALL, 3, tmp_path / "checkpoint")
    for _ in range(4):
        first.advance(map)
    done = sorted((tmp_path / "checkpoint").rglob("*.npz"))
    stamps = [path.stat().st_mtime_ns for path in done]
    explore(network(), SMALL, seed=3, checkpoint=tmp_path / "checkpoint").write(tmp_path / "resumed.h5")
    assert [path.stat().st_mtime_ns for path in done] == stamps
    assert (tmp_path / "whole.h5").read_bytes() == (tmp_path / "resumed.h5").read_bytes()


def test_checkpoint_of_another_function_is_not_used(tmp_path):
    for stiffness in (1.0, 2.0):
        landscape = explore(double_wells([stiffness, 1.5]), WELLS, checkpoint=tmp_path)
        assert landscape.minima.energy == pytest.approx(np.full(4, -(stiffness + 1.5) / 4))


def test_damaged_round_is_done_again(tmp_path):
    explore(network(), SMALL, seed=3, checkpoint=tmp_path / "checkpoint").write(tmp_path / "whole.h5")
    damaged = sorted((tmp_path / "checkpoint").rglob("*.npz"))[2]
    damaged.write_bytes(damaged.read_bytes()[:50])
    explore(network(), SMALL, seed=3, checkpoint=tmp_path / "checkpoint").write(tmp_path / "again.h5")
    assert (tmp_path / "whole.h5").read_bytes() == (tmp_path / "again.h5").read_bytes()


def test_a_flipped_bit_in_a_round_is_none_in_the_landscape(tmp_path):
    """Whatever NumPy's reader of such files makes of it: some bits lead to errors of its own parser."""
    explore(network(), SMALL, seed=3, checkpoint=tmp_path / "checkpoint")
    path = sorted((tmp_path / "checkpoint").rglob("*.npz"))[2]
    whole, numbers = path.read_bytes(), np.random.default_rng(0).integers(0, 8 * 600, size=400)
    journal, read = Journal(tmp_path / "checkpoint", path.parent.name), []
    for number in numbers.tolist():
        flipped = bytearray(whole)
        flipped[number // 8] ^= 1 << number % 8
        path.write_bytes(flipped)
        read.append(journal.read_round(int(path.stem.split("-")[1])))
    path.write_bytes(whole)
    right = journal.read_round(int(path.stem.split("-")[1]))
    assert sum(not chunks for chunks in read) > 100
    for chunks in read:
        for chunk, expected in zip(chunks, right, strict=bool(chunks)):
            assert all(np.array_equal(a, b) for a, b in zip(chunk, expected, strict=True))


def test_double_ended_searches_end_when_every_pair_was_tried():
    options = WELLS._replace(strategy="double-ended", max_attempts=1, max_searches=3000)
    landscape = explore(tilted_wells(2), options)
    assert landscape.search["stop_reason"] == "nothing left to search"
    assert landscape.search["n_searches"] < 500


def test_checkpoint_of_other_settings_is_not_used(tmp_path):
    explore(network(), SMALL, seed=3, checkpoint=tmp_path / "checkpoint")
    explore(network(), SMALL, seed=4, checkpoint=tmp_path / "checkpoint").write(tmp_path / "beside.h5")
    explore(network(), SMALL, seed=4).write(tmp_path / "alone.h5")
    assert (tmp_path / "beside.h5").read_bytes() == (tmp_path / "alone.h5").read_bytes()


def test_unconnected_minima_are_joined_by_double_ended_searches():
    few = WELLS._replace(n_starts=40, start_share=0.0, round_size=6, max_searches=52)
    joined = [explore(tilted_wells(3), few, seed=seed).n_components for seed in range(3)]
    apart = [
        explore(tilted_wells(3), few._replace(strategy="single-ended"), seed=seed).n_components for seed in range(3)
    ]
    assert min(joined) == 1
    assert sum(joined) < sum(apart)


def test_what_was_done_is_recorded():
    options = SMALL._replace(searches_per_minimum=1000)
    landscape = explore(network(), options, seed=3, config={"name": "small"})
    search = landscape.search
    assert search["n_searches"] == options.max_searches
    assert search["stop_reason"] == "budget of searches used up"
    assert search["n_evaluations"] > search["n_hessians"] > 0
    assert landscape.config["name"] == "small"
    assert landscape.config["explore"] == options._asdict()
    states = landscape.transition_states
    once = np.count_nonzero((states.survey_hits == 1) & (states.hits == 1))
    assert search["coverage_transition_states"] == 1 - once / states.survey_hits.sum()


@pytest.mark.parametrize("strategy", ["mixed", "single-ended", "double-ended"])
@pytest.mark.parametrize(("share", "n_starts"), [(0.0, 0), (0.25, 4), (0.9, 15)])
def test_every_later_round_has_its_share_of_random_starts(strategy, share, n_starts):
    exploration = Exploration(network(), SMALL._replace(start_share=share, strategy=strategy), seed=3)
    for _ in range(2):  # the first starts, the chain
        exploration.advance()
    plan = exploration.planner.plan(exploration.n_searches)
    assert len(plan) == 16
    assert [search.kind for search in plan[:n_starts]] == n_starts * [Kind.START]
    assert all(search.kind != Kind.START for search in plan[n_starts:])


@pytest.mark.parametrize(("handicap", "joined_alone"), [(1000, True), (0, False)])
def test_loose_minima_wait_for_those_joined_to_the_lowest(handicap, joined_alone):
    options = SMALL._replace(n_starts=20, start_share=0.0, strategy="single-ended", loose_handicap=handicap)
    exploration = Exploration(network(n_hidden=5), options, seed=3)
    for _ in range(4):
        exploration.advance()
    plan = exploration.planner.plan(exploration.n_searches)
    labels, energy = exploration.planner.connections.labels, exploration.landscape.minima.energy
    joined = {labels[row] == labels[np.argmin(energy)] for search in plan for row in search.origins}
    assert joined == ({True} if joined_alone else {True, False})


def test_survey_hits_are_those_of_survey_searches_alone():
    modes_only = SMALL._replace(
        n_hops=0, start_share=0.0, searches_per_minimum=1000, strategy="single-ended", soft_modes=0
    )
    landscape = explore(network(), modes_only, seed=3)
    states, minima = landscape.transition_states, landscape.minima
    # without modes to follow every search from a minimum is one; all arrivals but those of the starts are theirs
    assert np.array_equal(states.survey_hits, states.hits)
    assert (minima.hits - minima.survey_hits).sum() <= modes_only.n_starts
    landscape = explore(network(), modes_only._replace(soft_modes=20), seed=3)
    states = landscape.transition_states
    assert 0 < states.survey_hits.sum() < states.hits.sum()


def test_growth_is_recorded_round_by_round(tmp_path):
    landscape = explore(network(), SMALL._replace(searches_per_minimum=1000), seed=3)
    landscape.write(tmp_path / "a.h5")
    table = growth_table(Landscape.read(tmp_path / "a.h5").growth)
    assert table["n_searches"].tolist() == [10, 11, *range(27, 120, 16), 120]
    last, search, counts = table.iloc[-1], landscape.search, landscape.counts()
    for name in ("n_evaluations", "n_hessians", "coverage_minima", "coverage_transition_states"):
        assert last[name] == search[name]
    assert (last["n_minima"], last["n_transition_states"]) == (counts["n_minima"], counts["n_transition_states"])
    assert (last["hits_minima"], last["hits_transition_states"]) == (
        landscape.minima.hits.sum(),
        landscape.transition_states.hits.sum(),
    )


@pytest.mark.parametrize(
    ("n_ranks", "ranks"),
    [(6, [-1, 0, 1, 2, -1, 3, 4, 5, -1, -1, -1, -1]), (0, [-1] * 12), (20, [-1, 0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8])],
)
def test_every_fourth_search_from_a_minimum_is_a_survey_search(n_ranks, ranks):
    assert [rank_of(n, n_ranks) for n in range(12)] == ranks


def test_coverage_does_not_end_an_exploration_before_every_minimum_was_surveyed():
    at_once = WELLS._replace(
        coverage_minima=0.0, coverage_transition_states=0.0, searches_per_minimum=0, strategy="single-ended"
    )
    exploration = Exploration(tilted_wells(4), at_once._replace(round_size=5))
    while exploration.advance():
        pass
    assert exploration.landscape.search["stop_reason"] == "coverage reached"
    assert exploration.planner.searched.min() == 1


def test_objective_too_large_for_dense_hessians_is_refused():
    with pytest.raises(InputError, match="5000 variables"):
        explore(tilted_wells(5000), SMALL)


def test_continuous_symmetry_gives_no_isolated_minima():
    landscape = explore(ring(), SMALL)
    assert landscape.counts()["n_minima"] == 0
    assert landscape.search["stop_reason"] == "no minimum found from any start"
    assert landscape.search["n_failed"]["degenerate"] > 0


def test_returns_of_a_chain_to_where_it_was_are_no_hits():
    options = SMALL._replace(n_starts=1, n_hops=1, hop_steps=60, hop_step=0.01, max_searches=2)
    landscape = explore(tilted_wells(3), options)
    assert landscape.minima.hits.tolist() == [1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strategy", "both"),
        ("n_starts", 0),
        ("coverage_minima", 1.5),
        ("tolerance", 0.0),
        ("round_size", -1),
        ("chunk_size", 0),
        ("kT", -1.0),
        ("kT", np.nan),
        ("hop_step", np.inf),
        ("n_starts", 2.5),
        ("n_starts", "10"),
        ("n_starts", True),
        ("n_hops", -1),
        ("max_searches", np.nan),
        ("max_attempts", 11),
        ("start_share", 1.0),
        ("displacement_spread", 0.5),
        ("loose_handicap", -1),
    ],
)
def test_options_out_of_range_are_refused(name, value):
    with pytest.raises(InputError, match=name):
        explore(network(), SMALL._replace(**{name: value}))


def test_misspelt_settings_are_recognised():
    for change in (ExploreOptions, SMALL._replace):
        with pytest.raises(InputError, match=r"^max_searchs is not a setting; did you mean max_searches\?$"):
            change(n_starts=5, max_searchs=10)
    with pytest.raises(InputError, match="^wind is not a setting; expected one of n_starts, start_share, "):
        ExploreOptions(wind=1)


def test_settings_are_a_tuple_with_names():
    assert ExploreOptions(*SMALL) == SMALL == pickle.loads(pickle.dumps(SMALL)) == SMALL._replace()
    assert isinstance(SMALL._replace(n_starts=5), ExploreOptions)
    assert list(inspect.signature(ExploreOptions).parameters) == list(ExploreOptions._fields)


def test_what_is_no_objective_or_no_options_is_refused():
    for wrong, kind in ((np.sum, "of type"), ("module:name", "of type str"), (ExploreOptions, "the class Explore")):
        with pytest.raises(InputError, match=rf"^the objective is {kind}.*\.from_function\(function, n_variables\)"):
            explore(wrong, SMALL)
    for wrong, kind in (({"n_starts": 3}, "of type dict"), (None, "of type NoneType"), (ExploreOptions, "the class ")):
        with pytest.raises(InputError, match=f"^options is {kind}.*; expected ExploreOptions, such as "):
            explore(tilted_wells(2), wrong)
