"""Which pairs of minima are tried next, and that remembering neighbours and components changes nothing."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lossland.connections import Connections
from lossland.planning import _lowest
from lossland.symmetry import NoSymmetry

NO_ENDS = np.zeros((0, 2), dtype=np.int64)


def connections(n_minima, n_variables, ends=NO_ENDS, **settings):
    made = Connections(NoSymmetry(n_variables), **settings)
    made.update(n_minima, np.array(ends, dtype=np.int64).reshape(-1, 2))
    return made


def nearest_others(x, labels, row, number):
    """The nearest minima of other components, by sorting all distances."""
    distances = np.where(labels == labels[row], np.inf, ((x - x[row]) ** 2).sum(axis=1))
    return np.lexsort((np.arange(len(x)), distances))[: min(number, np.count_nonzero(np.isfinite(distances)))]


def test_cheapest_steps_between_loose_minima_and_the_lowest():
    x = np.array([[0.0], [1.0], [2.5], [-9.0]])
    made = connections(4, 1, [(0, 1)])
    assert made.pairs(x, np.array([0.0, 1.0, 2.0, 3.0]), 10) == [(1, 2), (0, 3)]
    assert made.pairs(x, np.array([0.0, 1.0, 2.0, 3.0]), 1) == [(1, 2)]


def test_path_through_another_loose_minimum():
    x = np.array([[0.0], [3.0], [6.0]])
    assert connections(3, 1).pairs(x, np.arange(3.0), 10) == [(0, 1), (1, 2)]


def test_attempts_make_pairs_dearer_and_end():
    x, energy = np.array([[0.0], [1.0], [1.2]]), np.arange(3.0)
    made = connections(3, 1, [(1, 2)], max_attempts=2)
    tried = []
    while pairs := made.pairs(x, energy, 1):
        tried.append((pairs[0], made.record(pairs[0])))
    assert tried == [((0, 1), 0), ((0, 2), 0), ((0, 1), 1), ((0, 2), 1)]


def test_everything_connected_asks_for_nothing():
    assert connections(3, 2, [(0, 1), (1, 2)]).pairs(np.zeros((3, 2)), np.arange(3.0), 10) == []
    assert connections(0, 2).pairs(np.zeros((0, 2)), np.zeros(0), 10) == []


def test_components_grow_as_if_counted_anew():
    rng = np.random.default_rng(0)
    made, n, ends = Connections(NoSymmetry(1)), 0, NO_ENDS
    for _ in range(30):
        n += int(rng.integers(0, 6))
        ends = np.concatenate([ends, rng.integers(0, n, (int(rng.integers(0, 3)), 2))]) if n else ends
        made.update(n, ends)
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
        number, labels = connected_components(graph, directed=False) if n else (0, np.zeros(0, dtype=int))
        assert made.n_components == number
        assert len(set(zip(labels.tolist(), made.labels.tolist(), strict=True))) == number


@pytest.mark.parametrize("grid", [False, True])
def test_remembered_neighbours_are_those_found_anew(grid):
    """Points on a grid are equally far from many others: rounding and ties must not matter."""
    rng = np.random.default_rng(1)
    x = rng.integers(-2, 3, (400, 3)).astype(float) if grid else rng.normal(size=(400, 3))
    made, ends, n = Connections(NoSymmetry(3), n_neighbours=3), NO_ENDS, 100
    for _ in range(40):
        n = min(400, n + int(rng.integers(0, 20)))
        ends = np.concatenate([ends, rng.integers(0, n, (5, 2))])
        made.update(n, ends)
        rows = np.flatnonzero(made.labels != made.labels[0])[:20]
        for row, others in zip(rows, made._neighbours(x[:n], rows), strict=True):
            assert others.tolist() == nearest_others(x[:n], made.labels, row, 3).tolist()


def test_every_minimum_has_its_turn_when_few_are_compared_at_a_time(monkeypatch):
    monkeypatch.setattr("lossland.connections.FEWEST_COMPARED", 0)
    x, energy = np.arange(50.0)[:, None], np.arange(50.0)
    made, seen = connections(50, 1, max_attempts=1), set()
    for _ in range(100):
        for pair in made.pairs(x, energy, 2):
            made.record(pair)
            seen.update(pair)
    assert seen == set(range(50))


@pytest.mark.parametrize("number", [1, 3, 7, 20, 50])
def test_lowest_rows_are_those_of_a_full_sort(number):
    rng = np.random.default_rng(2)
    energy, rows = rng.integers(0, 6, 40).astype(float), np.sort(rng.choice(40, 20, replace=False))
    assert _lowest(energy, rows, number).tolist() == rows[np.argsort(energy[rows], kind="stable")][:number].tolist()
