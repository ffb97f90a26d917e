"""The look-up of stationary points among many: copies are found, everything else is kept apart."""

import itertools

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.objectives import NetworkLayout
from lossland.point_index import PointIndex
from lossland.symmetry import NetworkSymmetry, NoSymmetry

DISTANCE = 1e-5


def network(*layer_sizes):
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(layer_sizes))
    return NetworkSymmetry(NetworkLayout(layer_sizes, np.ones(n_weights, dtype=bool)))


def moved(x, distance, rng):
    move = rng.normal(size=x.size)
    return x + distance * move / np.linalg.norm(move)


def near_tie(x, kind, gap):
    """Make two nodes of the first layer of a 2-4-... network nearly equal in their keys, or one nearly without key."""
    x = x.copy()
    incoming, biases = x[:8].reshape(4, 2), x[8:12]
    if kind == "order":
        incoming[1], biases[1] = incoming[2] + gap, biases[2]
    elif kind == "order and sign":
        incoming[1], biases[1] = gap - incoming[2], -biases[2]
    else:
        incoming[3], biases[3] = gap, 0.0
    return x


@pytest.mark.parametrize("sizes", [(2, 4, 3), (2, 4, 3, 2), (2, 4, 5, 5, 2)])
def test_copies_within_the_tolerance_are_found_and_nothing_else(sizes):
    group, rng = network(*sizes), np.random.default_rng(1)
    index = PointIndex(group, 1e-9, DISTANCE, capacity=1)
    points, energies = rng.normal(size=(100, group.n_variables)), rng.uniform(size=100)
    for number, (x, energy) in enumerate(zip(points, energies, strict=True)):
        assert index.find(x, energy) == -1
        assert index.add(x, energy) == number
    assert len(index) == 100
    for number, (x, energy) in enumerate(zip(points, energies, strict=True)):
        copy = group.random_copy(x, rng)
        assert index.find(copy, energy) == number
        assert index.find(moved(copy, 0.99 * DISTANCE, rng), energy + 0.99e-9) == number
        assert index.find(moved(copy, 1.01 * DISTANCE, rng), energy) == -1
        assert index.find(copy, energy + 1.01e-9) == -1
        assert index.find(copy, energy - 1.01e-9) == -1
        np.testing.assert_array_equal(index.x(number), group.canonical(x))
        assert index.energy(number) == energy


@pytest.mark.parametrize("kind", ["order", "order and sign", "sign"])
@pytest.mark.parametrize("gap", [0.0, 1e-9, 1e-6, 1e-5, 3e-5])
@pytest.mark.parametrize("sizes", [(2, 4, 3), (2, 4, 3, 2), (2, 4, 5, 5, 2)])
def test_near_ties_are_found_by_alignment(sizes, kind, gap):
    group, rng = network(*sizes), np.random.default_rng(2)
    index = PointIndex(group, 1e-9, DISTANCE)
    # all energies are equal, so that the energy tells nothing
    points = [near_tie(x, kind, gap) for x in rng.normal(size=(15, group.n_variables))]
    for number, x in enumerate(points):
        assert index.find_or_add(x, 0.5) == (number, True)
    for number, x in enumerate(points):
        for distance in (0.0, 0.3, 0.95):
            assert index.find_or_add(moved(group.random_copy(x, rng), distance * DISTANCE, rng), 0.5) == (number, False)
        assert index.find(moved(group.random_copy(x, rng), 1.1 * DISTANCE, rng), 0.5) == -1
    assert len(index) == 15


@pytest.mark.parametrize("spread", [0.0, 1e-8, 1e-7, 1e-6])
def test_dead_and_duplicate_nodes_are_no_obstacle(spread):
    group, rng = network(2, 6, 3), np.random.default_rng(3)
    index = PointIndex(group, 1e-9, DISTANCE)
    for number in range(40):
        x = rng.normal(size=group.n_variables)
        incoming, biases, outgoing = x[:12].reshape(6, 2), x[12:18], x[18:36].reshape(3, 6)
        incoming[1], biases[1], outgoing[:, 1] = 0, 0, 0
        for twin in (2, 3):
            incoming[twin], biases[twin], outgoing[:, twin] = incoming[0], biases[0], outgoing[:, 0]
        x = moved(x, spread, rng)
        assert index.add(x, 0.5) == number
        for distance in (0.0, 0.5, 0.99, 1.01, 1.2, 1.5):
            other = moved(group.random_copy(x, rng), distance * DISTANCE, rng)
            # exchanging nearly equal nodes may undo a part of the move; alignment is exact with one hidden layer
            same = group.align(other, x)[1] <= DISTANCE
            assert same or distance > 1.0
            assert index.find(other, 0.5) == (number if same else -1)


def test_many_points_of_one_energy_are_kept_apart():
    # the minima of a sum of 14 double wells
    corners = np.array(list(itertools.product((-1.0, 1.0), repeat=14)))
    index = PointIndex(NoSymmetry(14), 1e-9, DISTANCE)
    for number, x in enumerate(corners):
        assert index.find_or_add(x, -14.0) == (number, True)
    rng = np.random.default_rng(4)
    for number in rng.integers(len(corners), size=500):
        assert index.find(moved(corners[number], 0.99 * DISTANCE, rng), -14.0) == number
        assert index.find(moved(corners[number], 1.01 * DISTANCE, rng), -14.0) == -1


def test_the_nearer_of_two_points_in_reach_is_chosen():
    index = PointIndex(NoSymmetry(3), 1e-9, DISTANCE)
    assert index.add(np.zeros(3), 0.0) == 0
    assert index.add(np.array([1.5e-5, 0, 0]), 0.0) == 1
    assert index.find(np.array([0.7e-5, 0, 0]), 0.0) == 0
    assert index.find(np.array([0.8e-5, 0, 0]), 0.0) == 1


def test_a_crowd_in_one_cell_is_searched_to_the_end():
    # 100 points between the tolerance and one cell apart
    index = PointIndex(NoSymmetry(2), 1e-9, DISTANCE)
    points = np.array(list(itertools.product(range(10), range(10)))) * 1.2e-5
    for number, x in enumerate(points):
        assert index.find_or_add(x, 1.0) == (number, True)
    for number, x in enumerate(points):
        assert index.find(x + 0.3e-5, 1.0) == number


def test_a_hundred_thousand_points_added_at_once():
    group, rng = network(2, 10, 4), np.random.default_rng(5)
    points = rng.normal(size=(100_000, group.n_variables))
    energies = rng.uniform(0.5, 0.6, size=100_000)
    index = PointIndex(group, 1e-9, DISTANCE)
    np.testing.assert_array_equal(index.add_many(points[:70_000], energies[:70_000]), np.arange(70_000))
    np.testing.assert_array_equal(index.add_many(points[70_000:], energies[70_000:]), np.arange(70_000, 100_000))
    for number in rng.integers(len(points), size=3000):
        copy = group.random_copy(points[number], rng)
        assert index.find(moved(copy, 0.9 * DISTANCE, rng), energies[number]) == number
        assert index.find(moved(copy, 1.1 * DISTANCE, rng), energies[number]) == -1
    assert index.n_bytes < 2 * 100_000 * (74 * 8 + 8) + 100_000 * 50


def test_one_by_one_and_at_once_give_the_same_index():
    group, rng = network(2, 4, 3), np.random.default_rng(6)
    points, energies = rng.normal(size=(500, group.n_variables)), np.full(500, 2.0)
    singly, at_once = PointIndex(group), PointIndex(group)
    for x, energy in zip(points, energies, strict=True):
        singly.add(x, energy)
    at_once.add_many(points, energies)
    for x in points:
        copy = group.random_copy(x, rng)
        assert singly.find(copy, 2.0) == at_once.find(copy, 2.0) >= 0


@pytest.mark.parametrize("energy", [np.nan, np.inf, 1e300])
def test_points_that_cannot_be_resolved_are_refused(energy):
    index = PointIndex(NoSymmetry(2))
    with pytest.raises(InputError, match="cannot be looked up"):
        index.find(np.zeros(2), energy)
    with pytest.raises(InputError, match="cannot be looked up"):
        index.add_many(np.zeros((2, 2)), [0.0, energy])
    with pytest.raises(InputError, match="cannot be looked up"):
        index.add(np.array([0.0, energy]), 0.0)
    assert len(index) == 0


def test_bad_arguments_are_named():
    with pytest.raises(InputError, match="distance_tolerance 0.0, but both must be positive"):
        PointIndex(NoSymmetry(2), 1e-9, 0.0)
    index = PointIndex(NoSymmetry(2))
    with pytest.raises(InputError, match=r"energies have shape \(3,\), but there are 2 points"):
        index.add_many(np.zeros((2, 2)), np.zeros(3))
    with pytest.raises(IndexError, match="point 0 is not among the 0"):
        index.x(0)
