"""Verification: its own derivatives against others; sound files pass; every planted offence is found, and only it."""

import autograd
import autograd.numpy as anp
import h5py
import numpy as np
import pytest
from known_landscapes import (
    add_copy,
    add_state,
    edit,
    network_landscape,
    plant,
    saddle_of_index_two,
    set_entry,
    stationary_point,
    wells,
    wells_landscape,
)
from numba import njit

from lossland.errors import FileFormatError, InputError
from lossland.landscape import Landscape
from lossland.landscape_file import read_contents
from lossland.minimise import minimise
from lossland.objectives.base import from_function
from lossland.reference import CAREFUL, QUICK, FunctionReference, NetworkReference, both_ends
from lossland.reference.passed_saddles import N_PATHS, _ends_around
from lossland.verify import verification, verify


def network_description(layer_sizes, seed, *, masked=False, biases=True, normalisation="mean", n_data=23):
    rng = np.random.default_rng(seed)
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False))
    arrays = {
        "inputs": rng.normal(size=(n_data, layer_sizes[0])),
        "labels": rng.integers(0, layer_sizes[-1], n_data),
        "mask": rng.random(n_weights) < 0.7 if masked else np.ones(n_weights, dtype=bool),
    }
    attributes = {
        "layer_sizes": layer_sizes,
        "regularisation": 0.02,
        "regularise_biases": biases,
        "normalisation": normalisation,
    }
    return attributes, arrays


def loss_by_the_book(x, attributes, arrays):
    """Equations 1 to 3 written down once more, for automatic differentiation."""
    sizes, n_data = attributes["layer_sizes"], len(arrays["labels"])
    place = np.zeros((len(arrays["mask"]), x.size))
    place[np.flatnonzero(arrays["mask"]), np.arange(x.size)] = 1.0
    weights, values, start, penalty = anp.dot(place, x), arrays["inputs"].T, 0, 0.0
    for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        matrix = anp.reshape(weights[start : start + n_in * n_out], (n_out, n_in))
        biases = weights[start + n_in * n_out : start + (n_in + 1) * n_out]
        values = anp.dot(matrix, values) + biases[:, None]
        values = anp.tanh(values) if layer < len(sizes) - 2 else values
        penalty = penalty + anp.sum(matrix**2) + (anp.sum(biases**2) if attributes["regularise_biases"] else 0.0)
        start += (n_in + 1) * n_out
    log_p = values - anp.log(anp.sum(anp.exp(values), axis=0))
    entropy = -anp.sum(log_p[arrays["labels"], np.arange(n_data)])
    return (entropy / n_data if attributes["normalisation"] == "mean" else entropy) + 0.02 * penalty


@pytest.mark.parametrize("layer_sizes", [[3, 4], [2, 5, 3], [3, 4, 3, 2], [2, 3, 4, 2, 3]])
@pytest.mark.parametrize(
    "options",
    [{}, {"masked": True}, {"biases": False, "masked": True}, {"normalisation": "sum"}],
    ids=["plain", "mask", "biases free, mask", "sum"],
)
def test_network_reference_against_automatic_differentiation(layer_sizes, options):
    attributes, arrays = network_description(layer_sizes, 1, **options)
    reference = NetworkReference(attributes, arrays)
    x = np.random.default_rng(2).normal(size=reference.n_variables)
    energy, gradient = reference.energy_gradient(x)
    assert energy == pytest.approx(loss_by_the_book(x, attributes, arrays), rel=1e-13)
    assert gradient == pytest.approx(autograd.grad(loss_by_the_book)(x, attributes, arrays), rel=1e-10, abs=1e-13)
    hessian = reference.hessian(x)
    assert hessian == pytest.approx(autograd.hessian(loss_by_the_book)(x, attributes, arrays), rel=1e-9, abs=1e-13)
    assert np.array_equal(hessian, hessian.T)


def test_network_reference_against_central_differences():
    reference = NetworkReference(*network_description([2, 4, 3, 3], 3))
    x, rng = np.random.default_rng(4).normal(size=reference.n_variables), np.random.default_rng(5)
    direction = rng.normal(size=x.size)
    ahead, behind = (reference.energy_gradient(x + step * direction) for step in (1e-5, -1e-5))
    energy, gradient = reference.energy_gradient(x)
    assert gradient @ direction == pytest.approx((ahead[0] - behind[0]) / 2e-5, rel=1e-8)
    assert reference.hessian(x) @ direction == pytest.approx((ahead[1] - behind[1]) / 2e-5, rel=1e-6, abs=1e-8)


def test_network_hessian_in_blocks_of_data(monkeypatch):
    reference = NetworkReference(*network_description([2, 5, 3], 6))
    x = np.random.default_rng(7).normal(size=reference.n_variables)
    whole = reference.hessian(x)
    monkeypatch.setattr("lossland.reference.network.BLOCK", 1000)
    assert reference.hessian(x) == pytest.approx(whole, rel=1e-12, abs=1e-14)


def test_function_reference_takes_the_hessian_from_gradients():
    reference = FunctionReference(wells([1.0, 2.0]))
    x = np.array([0.3, -1.2])
    assert reference.hessian(x) == pytest.approx(np.diag((3.0 * x**2 - 1.0) * [1.0, 2.0]), abs=1e-9)


@pytest.mark.parametrize("settings", [QUICK, CAREFUL])
def test_both_ends_of_a_double_well(settings):
    reference = FunctionReference(wells([1.0, 1e3]))  # stiff
    ends = both_ends(reference, np.array([0.0, -1.0]), 1e-5, settings)
    assert sorted(end.round(9).tolist() for end in ends) == [[-1.0, -1.0], [1.0, -1.0]]


@pytest.fixture(scope="module")
def network():
    landscape = network_landscape()
    assert landscape.counts()["n_transition_states"] >= 2
    return landscape


@pytest.fixture(scope="module")
def network_file(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "network.h5"
    network.write(path)
    return path


OBJECTIVE = wells((1.0, 2.0, 3.5))


@pytest.fixture
def written(tmp_path):
    wells_landscape().write(tmp_path / "wells.h5")
    return tmp_path / "wells.h5"


def test_sound_files_pass(network, network_file, written):
    assert verify(network_file) == []
    checked = verification(written, OBJECTIVE)
    assert checked.offences == []
    assert (checked.n_minima, checked.n_transition_states, checked.n_ends_checked) == (8, 12, 12)


def test_a_sample_of_the_ends(written):
    ends = np.tile([0, 7], (12, 1))  # opposite corners: false everywhere
    plant(written, lambda contents: contents.transition_states.update(minima=ends))
    for seed in (0, 1):
        checked = verification(written, OBJECTIVE, ends=5, seed=seed)
        assert checked.n_ends_checked == 5
        assert [offence.kind for offence in checked.offences] == ["end"] * 5
    rows = [{offence.row for offence in verify(written, OBJECTIVE, ends=5, seed=seed)} for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]
    assert verification(written, OBJECTIVE, ends=0).offences == []


@pytest.mark.parametrize(
    ("table", "column", "row", "value", "kind"),
    [
        ("minima", "energy", 3, -1.625 + 1e-9, "energy"),
        ("transition_states", "energy", 0, -1.5, "energy"),
        ("minima", "energy", 7, np.nan, "energy"),
        ("minima", "rms_gradient", 2, 1e-10, "gradient"),
        ("minima", "smallest_eigenvalue", 2, 2.001, "eigenvalue"),
        ("transition_states", "negative_eigenvalue", 4, -1.0, "eigenvalue"),
        ("minima", "log_det_hessian", 2, 4.026, "log_det"),
        ("transition_states", "log_det_hessian", 11, 0.0, "log_det"),
        ("minima", "hits", 5, 0, "hits"),
        ("minima", "survey_hits", 5, 2, "survey_hits"),
        ("transition_states", "survey_hits", 3, -1, "survey_hits"),
        ("transition_states", "minima", 5, [0, 8], "end_row"),
        ("transition_states", "minima", 5, [-1, 0], "end_row"),
        ("minima", "x", 1, [np.nan, 1.0, 1.0], "finite"),
    ],
)
def test_one_wrong_number_is_one_offence_of_its_kind(written, table, column, row, value, kind):
    if column == "minima":  # rows that do not exist cannot be written in the ordinary way
        edit(written, lambda file: file["transition_states/minima"].__setitem__(row, value))
    else:
        plant(written, set_entry(table, column, row, value))
    offences = [offence for offence in verify(written, OBJECTIVE, ends=0) if offence.kind != "order"]
    assert [(offence.kind, offence.table, offence.row) for offence in offences] == [(kind, table, row)]
    assert f"/{table} row {row}: " in offences[0].sentence


def test_energies_out_of_order(written):
    def change(contents):
        for column in contents.transition_states.values():
            column[[0, 11]] = column[[11, 0]]

    plant(written, change)
    assert {(offence.kind, offence.row) for offence in verify(written, OBJECTIVE)} == {("order", 1), ("order", 11)}


def test_a_planted_saddle_of_index_two(written):
    def change(contents):
        point = stationary_point(OBJECTIVE, [0.0, 0.0, 1.0])
        table = contents.transition_states
        values = (point.x, point.energy, 0.0, point.eigenvalues[0], np.log(point.eigenvalues[2]), 1, 0, [0, 1])
        for (name, column), value in zip(table.items(), values, strict=True):
            table[name] = np.concatenate([column, np.array([value], dtype=column.dtype)])

    plant(written, change)
    offences = verify(written, OBJECTIVE)
    assert ("index", "transition_states", 12, 1, 2) in [
        (offence.kind, offence.table, offence.row, offence.expected, offence.found) for offence in offences
    ]
    assert all(offence.row == 12 for offence in offences)


def test_a_planted_saddle_of_index_two_of_a_network(network, tmp_path):
    path, point = tmp_path / "a.h5", saddle_of_index_two(network.objective, network.transition_states.x[0])
    network.write(path)
    plant(path, add_state(point, [0, 0]))
    row = int(np.flatnonzero(read_contents(path).transition_states["energy"] == point.energy)[0])
    offences = verify(path)
    assert [(offence.kind, offence.table, offence.row, offence.expected, offence.found) for offence in offences] == [
        ("index", "transition_states", row, 1, 2)
    ]


def test_a_planted_point_that_is_not_stationary(written):
    plant(written, set_entry("minima", "x", 7, [1.0, 1.0, 1.0 + 1e-6]))
    kinds = {offence.kind for offence in verify(written, OBJECTIVE, ends=0)}
    assert "gradient" in kinds


def test_a_planted_false_end(network_file, network, tmp_path):
    path = tmp_path / "a.h5"
    network.write(path)
    true = sorted(read_contents(path).transition_states["minima"][0].tolist())
    false = sorted({0, 1, 2, 3} - set(true))
    plant(path, set_entry("transition_states", "minima", 0, [true[0], false[0]]))
    offences = verify(path)
    offences = [offence for offence in offences if offence.kind != "barrier"]
    assert [(offence.kind, offence.row, offence.expected) for offence in offences] == [("end", 0, true)]
    assert offences[0].found == sorted([true[0], false[0]])


def test_a_missing_end_is_said(written):
    """One minimum is taken out; three transition states fall to it."""

    def change(contents):
        contents.minima.update({name: column[:-1] for name, column in contents.minima.items()})
        ends = contents.transition_states["minima"]
        ends[ends == 7] = 0

    plant(written, change)
    offences = verify(written, OBJECTIVE)
    assert [offence.kind for offence in offences] == ["end"] * 3
    assert all("no row of the file" in offence.sentence for offence in offences)


def shifted_value_gradient(x, data, gradient):
    """Two double wells, and a gradient that is off by 0.003."""
    gradient[0] = 4.0 * x[0] * (x[0] * x[0] - 1.0) + 0.303
    gradient[1] = 4.0 * x[1] * (x[1] * x[1] - 1.0) + 0.2
    return (x[0] * x[0] - 1.0) ** 2 + (x[1] * x[1] - 1.0) ** 2 + 0.3 * x[0] + 0.2 * x[1]


def test_gradient_that_is_slightly_wrong_is_found_where_it_matters(tmp_path):
    """Far from minima gradients are large, so that a check at random points does not see it."""
    objective = from_function(njit(shifted_value_gradient), 2, low=-2.0, high=2.0)
    landscape = Landscape(objective)
    landscape.add_minimum(minimise(objective, np.array([0.9, 0.9])))
    landscape.write(tmp_path / "shifted.h5")
    offences = verify(tmp_path / "shifted.h5", objective)
    assert [offence.kind for offence in offences] == ["gradient"]
    assert "difference quotients of its energy" in offences[0].sentence


def fork_value_gradient(x, data, gradient):
    """Transition state at 0 with a path along y = 0 to saddles at x = +-1, and from there to minima on either side."""
    u, v = x[0] * x[0] - 1.0, x[1]
    gradient[0] = x[0] * u - 2.0 * x[0] * v * v
    gradient[1] = -v * (1.0 + 2.0 * u) + 8.0 * v**3 + 0.3 * v * v
    return 0.25 * u * u - 0.5 * v * v * (1.0 + 2.0 * u) + 2.0 * v**4 + 0.1 * v**3


@pytest.mark.parametrize(("right", "left"), [(0.5, 0.5), (0.5, -0.5), (-0.5, 0.5), (-0.5, -0.5)])
def test_ends_that_the_last_digits_decide_are_undetermined(tmp_path, right, left):
    """The path leads to a saddle: either minimum behind it is an end, but none behind the other saddle."""
    objective = from_function(njit(fork_value_gradient), 2, low=-2.0, high=2.0)
    landscape = Landscape(objective)
    places = [(side, across) for side in (1.3, -1.3) for across in (0.5, -0.5)]
    rows = {place: landscape.add_minimum(minimise(objective, place))[0] for place in places}
    assert len(set(rows.values())) == 4
    landscape.add_transition_state(stationary_point(objective, [0.0, 0.0]), rows[1.3, right], rows[-1.3, left])
    landscape.write(tmp_path / "fork.h5")
    checked = verification(tmp_path / "fork.h5", objective)
    assert (checked.offences, checked.n_undetermined) == ([], 1)
    order = np.argsort(np.argsort(landscape.minima.energy))
    false = sorted(order[[rows[1.3, right], rows[1.3, -right]]].tolist())
    plant(tmp_path / "fork.h5", set_entry("transition_states", "minima", 0, false))
    checked = verification(tmp_path / "fork.h5", objective)
    assert ([offence.kind for offence in checked.offences], checked.n_undetermined) == (["end"], 0)


PLACE, WIDTH, DEPTH = 0.5, 0.015, 0.004  # of a dip in the ring of minima behind a saddle


def ring_value_gradient(x, data, gradient):
    """Transition state at 0 with paths to saddles of index two at z = +-1, minima behind them on a tilted ring.

    Nearly all directions lead to the minimum at the lower side of the ring, a few to a narrow dip at the other.
    """
    u, square = x[2] * x[2], x[0] * x[0] + x[1] * x[1]
    off = x[0] - PLACE
    dip = DEPTH * np.exp(-0.5 * (off * off + x[1] * x[1]) / WIDTH**2)
    across = 1.0 - 2.0 * u + 8.0 * square
    gradient[0] = across * x[0] + 0.05 * (square + 2.0 * x[0] * x[0]) + dip * off / WIDTH**2
    gradient[1] = across * x[1] + 0.1 * x[0] * x[1] + dip * x[1] / WIDTH**2
    gradient[2] = x[2] * (u - 1.0) - 2.0 * x[2] * square
    return 0.25 * (u - 1.0) ** 2 + 0.5 * (1.0 - 2.0 * u) * square + 2.0 * square**2 + 0.05 * x[0] * square - dip


def test_a_narrow_way_from_a_saddle_on_the_path_is_found(tmp_path):
    """One direction in thirty leads from the saddle to the recorded end: points nearby seldom take it."""
    objective = from_function(njit(ring_value_gradient), 3, low=-2.0, high=2.0)
    landscape = Landscape(objective)
    starts = {"dip": (0.5, 0.0, 1.2), "low": (-0.5, 0.0, 1.2), "other": (-0.5, 0.0, -1.2)}
    rows = {name: landscape.add_minimum(minimise(objective, start))[0] for name, start in starts.items()}
    assert len(set(rows.values())) == 3
    landscape.add_transition_state(stationary_point(objective, [0.0, 0.0, 0.0]), rows["dip"], rows["other"])
    landscape.write(tmp_path / "ring.h5")

    def judged():  # differences of gradients give no exact ln det in so narrow a dip: not what is tested here
        checked = verification(tmp_path / "ring.h5", objective)
        return [offence.kind for offence in checked.offences if offence.kind != "log_det"], checked.n_undetermined

    assert judged() == ([], 1)
    order = np.argsort(np.argsort(landscape.minima.energy))
    false = sorted(order[[rows["dip"], rows["low"]]].tolist())  # both on one side
    plant(tmp_path / "ring.h5", set_entry("transition_states", "minima", 0, false))
    assert judged() == (["end"], 0)


@pytest.mark.parametrize("narrow", [0.3, 1.7, 2.9, 4.4, 6.1])
def test_narrow_sectors_between_paths_that_end_apart_are_found(narrow):
    """Three wide sectors, as behind a saddle with three equal nodes, and one of two degrees where two of them meet."""
    edges = narrow + np.array([0.0, 0.035, 2.0, 4.2])

    def end(angle):
        return np.array([float(np.searchsorted(edges, narrow + (angle - narrow) % (2.0 * np.pi)))])

    ends = [found[0] for found in _ends_around(end, 1e-5, N_PATHS)]
    assert len(ends) == N_PATHS
    assert set(ends) == {1.0, 2.0, 3.0, 4.0}


@pytest.mark.parametrize("table", ["minima", "transition_states"])
def test_a_planted_duplicate_is_found_through_the_symmetry(network, tmp_path, table):
    path = tmp_path / "a.h5"
    network.write(path)
    plant(path, add_copy(table, network.symmetry, np.random.default_rng(0)))
    x = getattr(read_contents(path), table)["x"]
    assert np.linalg.norm(x[0] - x[1]) > 0.1
    offences = verify(path)
    assert [(offence.kind, offence.table, offence.row, offence.found) for offence in offences] == [
        ("duplicate", table, 1, 0)
    ]


def test_an_end_below_which_nothing_lies(written):
    """A transition state that is not above its ends is one, whatever the descent says."""

    def change(contents):
        contents.transition_states["x"][0] = contents.minima["x"][0]

    plant(written, change)
    assert "barrier" in {offence.kind for offence in verify(written, OBJECTIVE, ends=0)}


def test_an_edited_file_is_still_checked(written):
    with h5py.File(written, "r+") as file:
        file["minima/energy"][0] = -2.0
    offences = verify(written, OBJECTIVE, ends=0)
    assert [(offence.kind, offence.table, offence.row) for offence in offences] == [
        ("content", "/", -1),
        ("energy", "minima", 0),
    ]


def test_impossible_search_counts(written):
    def change(contents):
        contents.search["n_failed"]["stalled"] = -1
        contents.search["coverage_minima"] = 1.5

    plant(written, change)
    assert [offence.kind for offence in verify(written, OBJECTIVE, ends=0)] == ["search", "search"]


def test_a_search_may_fail_many_times(written):
    plant(written, lambda contents: contents.search["n_failed"].update(stalled=1000))
    assert verify(written, OBJECTIVE, ends=0) == []


def test_a_network_needs_no_objective(network_file):
    with pytest.raises(InputError, match="holds its function: give no objective"):
        verify(network_file, OBJECTIVE)


def test_what_cannot_be_verified_is_said(written, tmp_path):
    with pytest.raises(InputError, match="does not hold its function"):
        verify(written)
    with pytest.raises(InputError, match="expected 'function' of 3"):
        verify(written, wells([1.0, 2.0]))
    with pytest.raises(InputError, match="ends is -1"):
        verify(written, OBJECTIVE, ends=-1)
    with pytest.raises(FileFormatError, match="no such file"):
        verify(tmp_path / "absent.h5")
    plant(written, lambda contents: contents.config.clear())
    with pytest.raises(FileFormatError, match="energy_tolerance None; expected a positive number"):
        verify(written, OBJECTIVE)


def test_another_function_is_named_instead_of_all_its_offences(written):
    other = wells([1.0, 2.0, 3.6])
    with pytest.raises(InputError, match=f"the function given is not that of {written}: .* same box") as raised:
        verify(written, other)
    assert "\n" not in str(raised.value)
    nearly = OBJECTIVE.attributes["probe"] * (1.0 + 1e-12)
    plant(written, lambda contents: contents.objective_attributes.update(probe=nearly))
    assert verify(written, OBJECTIVE) == []  # another processor may round otherwise


def test_of_a_changed_file_nothing_is_concluded_about_the_function(written):
    with h5py.File(written, "r+") as file:
        file["objective"].attrs["probe"] = np.zeros(3)
    assert [offence.kind for offence in verify(written, OBJECTIVE, ends=0)] == ["content"]


def test_an_empty_landscape_is_sound(tmp_path):
    Landscape(OBJECTIVE).write(tmp_path / "a.h5")
    assert verify(tmp_path / "a.h5", OBJECTIVE) == []
