"""The landscape in memory and in its file: identity, the door, order, atomic writing, ways a file can be wrong."""

import contextlib
import dataclasses
import itertools
import resource
import shutil
import time

import h5py
import numpy as np
import pytest
from known_landscapes import edit, network_landscape, stationary_point, wells, wells_landscape

from lossland import landscape_file
from lossland._table import Table
from lossland.errors import FileFormatError, InputError, LosslandError
from lossland.landscape import Landscape
from lossland.recorded import RecordedObjective
from lossland.status import Status


@pytest.fixture(scope="module")
def network():
    return network_landscape()


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "landscape.h5"
    wells_landscape().write(path)
    return path


def same_columns(a, b):
    return all(np.array_equal(left, right) for left, right in zip(a, b, strict=True))


def test_known_points_are_counted_not_added():
    landscape = wells_landscape()
    point = stationary_point(landscape.objective, [1.0, -1.0, 1.0])
    row, is_new = landscape.add_minimum(point, hits=3)
    assert not is_new
    assert np.array_equal(landscape.minima.x[row], point.x)
    assert landscape.minima.hits[row] == 4
    landscape.add_hit_minimum(row)
    assert landscape.minima.hits[row] == 5
    saddle = stationary_point(landscape.objective, [0.0, -1.0, 1.0])
    row, is_new = landscape.add_transition_state(saddle, 0, 1)
    assert (is_new, landscape.transition_states.hits[row]) == (False, 2)
    assert landscape.counts() == {"n_minima": 8, "n_transition_states": 12, "n_degenerate": 0}
    assert landscape.find_minimum([1.0, 1.0, 0.9], point.energy) == -1


def test_rows_stay_while_the_landscape_grows():
    stiffness = np.linspace(1.0, 2.0, 7)
    landscape, objective = Landscape(wells(stiffness)), wells(stiffness)
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=7)))
    for number, corner in enumerate(corners):
        assert landscape.add_minimum(stationary_point(objective, corner)) == (number, True)
    assert np.array_equal(landscape.minima.x, corners)
    with pytest.raises(ValueError, match="read-only"):
        landscape.minima.energy[0] = 0.0


def test_columns_hold_what_the_eigenvalues_say():
    states, minima = wells_landscape((1.0, 2.0)).transition_states, wells_landscape((1.0, 2.0)).minima
    assert minima.log_det_hessian == pytest.approx(np.full(4, np.log(2.0 * 4.0)), rel=1e-8)
    assert minima.smallest_eigenvalue == pytest.approx(np.full(4, 2.0), rel=1e-8)
    first = states.x[:, 0] == 0.0
    assert states.negative_eigenvalue == pytest.approx(np.where(first, -1.0, -2.0), rel=1e-8)
    assert states.log_det_hessian == pytest.approx(np.where(first, np.log(4.0), np.log(2.0)), rel=1e-8)


@pytest.mark.parametrize(
    ("x", "changes", "message"),
    [
        ([0.0, 1.0], {}, "smallest Hessian eigenvalue is -1"),
        ([1.0, 1.0], {"status": Status.MAX_ITERATIONS}, "expected CONVERGED"),
        ([1.0, 1.0], {"rms_gradient": 1e-8}, "rms_gradient is 1e-08; expected at most 1e-09"),
        ([1.0, 1.0], {"rms_gradient": np.nan}, "rms_gradient is nan"),
        ([1.0, 1.0], {"eigenvalues": np.array([0.0, 1.0])}, "smallest Hessian eigenvalue is 0"),
        ([1.0, 1.0], {"eigenvalues": np.zeros(0)}, "eigenvalues of shape"),
        ([1.0, 1.0], {"energy": np.inf}, "not finite"),
    ],
)
def test_only_verified_minima_come_in(x, changes, message):
    landscape = Landscape(wells([1.0, 2.0]))
    with pytest.raises(InputError, match=message):
        landscape.add_minimum(stationary_point(landscape.objective, x, **changes))
    assert landscape.counts()["n_minima"] == 0


def test_only_verified_transition_states_come_in():
    landscape = wells_landscape((1.0, 2.0))
    known = landscape.counts()
    for x, rows, message in (
        ([0.0, 0.0], (0, 1), "2 negative"),
        ([1.0, 1.0], (0, 1), "0 negative"),
        ([0.0, 1.0], (0, 4), "4 is not a row"),
        ([0.0, 1.0], (-1, 0), "-1 is not a row"),
    ):
        with pytest.raises(InputError, match=message):
            landscape.add_transition_state(stationary_point(landscape.objective, x), *rows)
    flat = stationary_point(landscape.objective, [0.0, 1.0], eigenvalues=np.array([-1.0, 0.0]))
    with pytest.raises(InputError, match="1 negative and 0 positive"):
        landscape.add_transition_state(flat, 0, 1)
    assert landscape.counts() == known


def test_symmetry_copies_are_one_point_and_stored_canonically(network):
    landscape, rng = Landscape(network.objective, rms_tolerance=1e-10), np.random.default_rng(0)
    x = network.minima.x[0]
    for k in range(4):
        copy = network.symmetry.random_copy(x, rng)
        assert landscape.add_minimum(stationary_point(network.objective, copy)) == (0, k == 0)
    assert landscape.minima.hits.tolist() == [4]
    assert landscape.minima.x[0] == pytest.approx(network.symmetry.canonical(x), abs=1e-12)


def test_graph_components_and_degenerate_rearrangements():
    landscape = wells_landscape((1.0, 2.0))
    assert landscape.n_components == 1
    graph = landscape.graph()
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (4, 4)
    for a, b, row, energy in graph.edges(keys=True, data="energy"):
        assert sorted(landscape.transition_states.minima[row].tolist()) == sorted((a, b))
        assert energy == landscape.transition_states.energy[row]
    lone = Landscape(landscape.objective)
    assert lone.n_components == 0
    for corner in ([-1.0, -1.0], [1.0, -1.0], [1.0, 1.0]):
        lone.add_minimum(stationary_point(lone.objective, corner))
    lone.add_transition_state(stationary_point(lone.objective, [0.0, -1.0]), 0, 1)
    lone.add_transition_state(stationary_point(lone.objective, [1.0, 0.0]), 2, 2)
    assert lone.n_components == 2
    assert lone.counts() == {"n_minima": 3, "n_transition_states": 2, "n_degenerate": 1}
    assert lone.graph().number_of_edges(2, 2) == 1


def test_a_file_is_sorted_and_its_ends_follow(tmp_path):
    landscape = wells_landscape(order=[5, 2, 7, 0, 1, 3, 6, 4])
    landscape.write(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        energy, x, ends = (file[f"transition_states/{name}"][()] for name in ("energy", "x", "minima"))
        minima = file["minima/x"][()]
    assert (np.diff(energy) >= 0.0).all()
    # the two ends of every transition state are its own place with 0 replaced by -1 and by 1
    for saddle, pair in zip(x, minima[ends], strict=True):
        moved = saddle == 0.0
        assert np.array_equal(pair[:, ~moved], np.tile(saddle[~moved], (2, 1)))
        assert sorted(pair[:, moved].ravel().tolist()) == [-1.0, 1.0]


def test_equal_landscapes_give_equal_bytes_in_any_order_at_any_time(tmp_path):
    orders = (None, [5, 2, 7, 0, 1, 3, 6, 4])
    for number, order in enumerate(orders):
        landscape = wells_landscape(order=order, seed=7, config={"a": [1, 2.5, "x"]}, dataset_sha256="ab")
        landscape.write(tmp_path / f"{number}.h5")
        time.sleep(0.6)  # a stored time stamp would count seconds
    first = (tmp_path / "0.h5").read_bytes()
    assert (tmp_path / "1.h5").read_bytes() == first
    Landscape.read(tmp_path / "0.h5", wells((1.0, 2.0, 3.5))).write(tmp_path / "2.h5")
    assert (tmp_path / "2.h5").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.h5", "1.h5", "2.h5"]


def test_round_trip_of_a_network_landscape(network, tmp_path):
    network.write(tmp_path / "a.h5")
    again = Landscape.read(tmp_path / "a.h5")
    assert again.counts() == network.counts()
    order = np.argsort(network.minima.energy)
    assert same_columns(again.minima, [column[order] for column in network.minima])
    assert again.objective.energy(again.minima.x[0]) == pytest.approx(again.minima.energy[0], rel=1e-12)
    assert again.search == network.search
    assert again.find_minimum(network.minima.x[2], network.minima.energy[2]) == int(np.flatnonzero(order == 2)[0])
    again.write(tmp_path / "b.h5")
    assert (tmp_path / "b.h5").read_bytes() == (tmp_path / "a.h5").read_bytes()


def test_an_empty_landscape_has_a_file_too(tmp_path):
    Landscape(wells([1.0, 2.0])).write(tmp_path / "a.h5")
    again = Landscape.read(tmp_path / "a.h5")
    assert again.minima.x.shape == (0, 2)
    assert again.counts() == {"n_minima": 0, "n_transition_states": 0, "n_degenerate": 0}


def test_a_file_of_a_function_is_read_and_merged_without_the_function(written):
    landscape = Landscape.read(written)
    assert isinstance(landscape.objective, RecordedObjective)
    other = Landscape.read(written)
    landscape.merge(other)
    assert landscape.minima.hits.tolist() == [2] * 8
    with pytest.raises(InputError, match="another objective"):
        Landscape.read(written, wells([1.0, 2.0]))


@pytest.mark.parametrize(("error", "same"), [(1e-13, True), (1e-6, False)])
def test_a_file_from_another_kind_of_processor_is_of_the_same_function(error, same, written):
    landscape, objective = Landscape.read(written), wells_landscape().objective
    probe = objective.attributes["probe"]
    there = dataclasses.replace(objective, attributes={"probe": probe * (1.0 + error)})
    assert not np.array_equal(there.attributes["probe"], probe)
    with contextlib.nullcontext() if same else pytest.raises(InputError, match="different objectives"):
        landscape.merge(Landscape(there))


def _saddles(landscape):
    return zip(landscape.transition_states.x.tolist(), landscape.transition_states.minima, strict=True)


def test_merge_is_the_same_as_adding():
    whole, first, second = wells_landscape(), Landscape(wells((1.0, 2.0, 3.5))), Landscape(wells((1.0, 2.0, 3.5)))
    for part, keep, survey_hits in ((first, slice(0, 5), 0), (second, slice(3, 8), 1)):
        for x in whole.minima.x[keep]:
            part.add_minimum(stationary_point(part.objective, x), survey_hits=survey_hits)
    for row, (a, b) in enumerate(whole.transition_states.minima):
        for part in (first, second):
            rows = [part.find_minimum(whole.minima.x[end], whole.minima.energy[end]) for end in (a, b)]
            if min(rows) >= 0:
                part.add_transition_state(stationary_point(part.objective, whole.transition_states.x[row]), *rows)
    first.growth = {name: np.ones(1, column.dtype) for name, column in first.growth.items()}
    first.search.update(n_searches=4, n_evaluations=10, stop_reason="coverage")
    second.search.update(n_searches=6, n_evaluations=20, stop_reason="budget")
    first.search["n_failed"]["stalled"], second.search["n_failed"]["stalled"] = 1, 2
    first.merge(second)
    assert first.minima.hits.tolist() == [1, 1, 1, 2, 2, 1, 1, 1]
    assert first.minima.survey_hits.tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert len(first.growth["n_searches"]) == 0
    assert (first.search["n_searches"], first.search["n_evaluations"]) == (10, 30)
    assert first.search["n_failed"]["stalled"] == 3
    assert first.search["stop_reason"] == "coverage; budget"
    assert first.search["coverage_minima"] == pytest.approx(
        1.0 - 3 / 5
    )  # three that a survey search found once and nothing else did
    joined, known = ({tuple(x): part.minima.x[ends] for x, ends in _saddles(part)} for part in (first, whole))
    assert 6 < len(joined) < 12
    for x, ends in joined.items():
        assert sorted(ends.tolist()) == sorted(known[x].tolist())
    with pytest.raises(InputError, match="different objectives"):
        first.merge(Landscape(wells([1.0, 2.0])))
    with pytest.raises(InputError, match="distance_tolerance"):
        first.merge(Landscape(first.objective, distance_tolerance=1e-3))


@contextlib.contextmanager
def largest_file(size):
    """Let no file grow beyond ``size`` bytes: writing fails in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 100, 3_000, 20_000])
def test_a_write_that_fails_leaves_the_old_file(written, size):
    before, landscape = written.read_bytes(), Landscape.read(written)
    landscape.search["stop_reason"] = "x" * 30_000
    with (
        largest_file(size),
        pytest.raises(LosslandError, match="cannot write .*landscape.h5: File too large; what was"),
    ):
        landscape.write(written)
    assert written.read_bytes() == before
    assert [path.name for path in written.parent.iterdir()] == ["landscape.h5"]
    landscape.write(written)
    assert Landscape.read(written).search["stop_reason"] == "x" * 30_000


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(LosslandError, match="cannot write .*No such file or directory"):
        wells_landscape().write(tmp_path / "nowhere" / "a.h5")


def test_what_cannot_be_stored_is_named(tmp_path):
    with pytest.raises(InputError, match="config cannot be stored"):
        wells_landscape(config={"a": object()}).write(tmp_path / "a.h5")
    landscape = wells_landscape()
    landscape.search["seen"] = [[1, 2], [3, 4]]
    with pytest.raises(InputError, match="'seen'"):
        landscape.write(tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="energy_tolerance"):
        wells_landscape(energy_tolerance=1e-8, config={"energy_tolerance": 1e-9})


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.3, 0.7, 0.95, 0.999])
def test_truncated_files_are_refused(written, share):
    content = written.read_bytes()
    written.write_bytes(content[: int(share * len(content))])
    with pytest.raises(FileFormatError, match="landscape.h5"):
        Landscape.read(written)


def test_a_file_without_its_last_bytes_is_refused(written):
    """Also one that has lost nothing but the seal, in part or in all."""
    content = written.read_bytes()
    for cut in range(1, 65):
        written.write_bytes(content[:-cut])
        for check_content in (True, False):
            with pytest.raises(FileFormatError, match="landscape.h5 is (truncated|damaged)") as refusal:
                landscape_file.read_contents(written, check_content=check_content)
            assert "\n" not in str(refusal.value), cut
    written.write_bytes(content)
    Landscape.read(written)


def test_every_flipped_bit_is_noticed_or_harmless(written):
    content, reference = bytearray(written.read_bytes()), Landscape.read(written)
    rng, n_refused = np.random.default_rng(0), 0
    for position in rng.integers(0, len(content), 150):
        flipped = content.copy()
        flipped[position] ^= 1 << int(rng.integers(8))
        written.write_bytes(flipped)
        try:
            found = Landscape.read(written)
        except FileFormatError:
            n_refused += 1
        else:  # unused space of the HDF5 file
            assert same_columns(found.minima, reference.minima)
            assert same_columns(found.transition_states, reference.transition_states)
            assert (found.search, found.config, found.seed) == (reference.search, reference.config, reference.seed)
    assert n_refused > 50


def test_a_flipped_bit_of_a_number_is_refused(written):
    with h5py.File(written) as file:
        offset = file["minima/x"].id.get_offset()
    content = bytearray(written.read_bytes())
    content[offset + 2] ^= 1
    written.write_bytes(content)
    with pytest.raises(FileFormatError, match="its bytes do not have the sha256 at its end"):
        Landscape.read(written)


def test_bytes_that_belie_their_digest_are_not_interpreted(written):
    """HDF5 can hang in structures that one bit has changed."""
    content = bytearray(written.read_bytes())
    for position in range(0, len(content) - 40, max(1, len(content) // 200)):
        content[position] ^= 8
        written.write_bytes(content)
        with pytest.raises(FileFormatError, match="its bytes do not have the sha256 at its end"):
            Landscape.read(written)
        content[position] ^= 8
    written.write_bytes(content[:-20])
    with pytest.raises(FileFormatError, match="damaged"):
        Landscape.read(written)


def test_foreign_files_are_refused(tmp_path):
    with pytest.raises(FileFormatError, match="no such file"):
        Landscape.read(tmp_path / "absent.h5")
    (tmp_path / "a.h5").write_text("energy,x\n1,2\n")
    with pytest.raises(FileFormatError, match="a.h5 is not an HDF5 file"):
        Landscape.read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["minima/x"] = np.zeros((2, 2))
    with pytest.raises(FileFormatError, match="b.h5 is not a landscape file"):
        Landscape.read(tmp_path / "b.h5")


def replace(name, value):
    def change(file):
        del file[name]
        file[name] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file.attrs.__setitem__("format_version", 3), "format_version 3, but this lossland reads 2"),
        (lambda file: file.attrs.__setitem__("format_version", 1), "format_version 1, which lacks what coverage"),
        (lambda file: file.attrs.__setitem__("format_version", "2"), "expected the integer 2"),
        (lambda file: file.attrs.__setitem__("config", "[1]"), "config of / is not a JSON object"),
        (lambda file: file.attrs.__setitem__("config", "{"), "truncated or damaged"),
        (lambda file: file.attrs.__setitem__("config", "{}"), "energy_tolerance"),
        (lambda file: file.attrs.__delitem__("seed"), "attribute seed of / is None; expected int"),
        (lambda file: file.__delitem__("search"), "no group /search"),
        (lambda file: file.__delitem__("search/growth"), "no group /search/growth"),
        (lambda file: file.__delitem__("minima/survey_hits"), "/minima/survey_hits is missing"),
        (
            replace("search/growth/n_minima", np.zeros(3, int)),
            r"/search/growth/n_minima has shape \(3,\); expected \(0,\)",
        ),
        (lambda file: file.__delitem__("minima/hits"), "/minima/hits is missing"),
        (replace("minima/energy", np.zeros(7)), r"/minima/energy has shape \(7,\); expected \(8,\)"),
        (replace("minima/hits", np.ones(8)), "/minima/hits has type float64; expected int64"),
        (replace("transition_states/minima", np.zeros((12, 3), int)), r"shape \(12, 3\); expected \(12, 2\)"),
        (replace("transition_states/x", np.zeros((12, 2))), "2 variables a row; expected 3"),
        (replace("transition_states/minima", np.full((12, 2), 8)), "names rows 8 to 8; expected rows of /minima"),
        (replace("transition_states/minima", np.full((12, 2), -1)), "names rows -1 to -1"),
        (lambda file: file["search"].attrs.__delitem__("n_failed_stalled"), "n_failed_stalled of /search is missing"),
    ],
)
def test_incomplete_and_inconsistent_files_are_refused(written, change, message):
    edit(written, change)
    with pytest.raises(FileFormatError, match=message) as refusal:
        Landscape.read(written)
    assert str(written) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_network_that_does_not_fit_its_points_is_refused(network, tmp_path):
    network.write(tmp_path / "a.h5")
    for number, (change, message) in enumerate(
        (
            (lambda file: file["objective"].attrs.__setitem__("layer_sizes", [2, 4, 3]), "does not describe a mlp"),
            (lambda file: file["objective"].attrs.__delitem__("regularisation"), "has no 'regularisation'"),
            (replace("objective/mask", np.arange(21) > 0), "has 21 variables; /objective has 20"),
        )
    ):
        path = shutil.copy(tmp_path / "a.h5", tmp_path / f"changed-{number}.h5")
        edit(path, change)
        with pytest.raises(FileFormatError, match=message):
            Landscape.read(path)


def test_many_points_cost_their_numbers_only():
    n, rng = 20_000, np.random.default_rng(0)
    table = Table(landscape_file.MINIMUM_COLUMNS, 74)
    x, energy = rng.normal(size=(n, 74)), rng.normal(size=n)
    for row in range(n):
        values = dict.fromkeys(landscape_file.MINIMUM_COLUMNS, 1.0)
        table.append({**values, "x": x[row], "energy": energy[row], "hits": 1})
    assert sum(array.nbytes for array in table._arrays.values()) <= 2 * n * 80 * 8
    assert np.array_equal(table.columns()["x"], x)
    assert np.array_equal(table.order(), np.argsort(energy))
