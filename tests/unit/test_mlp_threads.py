"""Many data: the same bits from any number of threads, and the same numbers as from the blocks in a row."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from lossland import ExploreOptions, explore
from lossland.journal import run_digest
from lossland.minimise import minimise
from lossland.objectives import mlp_cross_entropy, mlp_threads
from lossland.objectives.mlp import MANY_DATA, share_threads
from lossland.objectives.mlp_hessian import hessian
from lossland.objectives.mlp_value import value_gradient
from lossland.reference.network import NetworkReference
from lossland.status import Status

SIZES = [2, 3, 4, 3]
N_DATA = [MANY_DATA, MANY_DATA + 77, 100_000]


def network(n_data=MANY_DATA + 77, masked=False):
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(n_data, 2))
    labels = (inputs[:, 0] * inputs[:, 1] > 0).astype(int) + (inputs[:, 0] > 1)
    mask = rng.random(40) < 0.8 if masked else None
    objective = mlp_cross_entropy(SIZES, inputs, labels, 1e-3, mask=mask)
    return objective, rng.normal(size=objective.n_variables)


def on_threads(objective, threads):
    return replace(objective, data=objective.data._replace(threads=threads))


def everything(objective, x):
    """Return energy, gradient and Hessian in one row."""
    energy, gradient = objective.energy_gradient(x)
    return np.concatenate([[energy], gradient, objective.hessian_matrix(x).ravel()])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("n_data", N_DATA)
def test_threads_do_not_change_a_bit_and_chunks_only_the_rounding(n_data, masked):
    objective, x = network(n_data, masked)
    alone = everything(objective, x)
    assert np.array_equal(everything(on_threads(objective, 2), x), alone)
    serial = replace(objective, value_gradient=value_gradient, hessian=hessian)
    assert objective.value_gradient is not value_gradient
    assert np.abs(everything(serial, x) - alone).max() < 1e-14


def test_many_data_agree_with_the_reference():
    objective, x = network(masked=True)
    reference = NetworkReference(objective.attributes, objective.arrays)
    assert objective.energy(x) == pytest.approx(reference.energy_gradient(x)[0], rel=1e-13)
    assert np.abs(objective.hessian_matrix(x) - reference.hessian(x)).max() < 1e-13


def test_few_data_are_left_to_the_plain_kernels():
    objective, _ = network(MANY_DATA - 1)
    assert objective.value_gradient is value_gradient
    assert objective.hessian is hessian
    assert share_threads(objective, 2) == (objective, 2)


def test_searches_run_alone_when_their_data_use_the_threads(monkeypatch):
    objective, _ = network()
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", 4)
    shared, workers = share_threads(objective, 3)
    assert (shared.data.threads, workers) == (3, 1)
    assert share_threads(objective, 9)[0].data.threads == 4
    assert share_threads(objective, 1) == (objective, 1)
    monkeypatch.setattr(mlp_threads, "THREADS", False)
    assert share_threads(objective, 3) == (objective, 3)


def test_threads_do_not_change_which_run_it_is():
    objective, _ = network()
    assert run_digest(on_threads(objective, 2), {}) == run_digest(objective, {})


def test_several_python_threads_evaluate_at_once():
    objective, x = network()
    objective, points = on_threads(objective, 2), [x * scale for scale in np.linspace(0.1, 1.0, 12)]
    expected = [everything(objective, point) for point in points]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda point: everything(objective, point), points))
    assert np.array_equal(found, expected)


def test_minimisation_is_the_same_with_threads():
    objective, x = network()
    found = [minimise(on_threads(objective, n), x) for n in (1, 2)]
    assert np.array_equal(found[0].x, found[1].x)
    assert found[0].status == Status.CONVERGED


def test_landscape_is_the_same_with_threads():
    objective, _ = network(MANY_DATA)
    options = ExploreOptions(n_starts=3, n_hops=0, searches_per_minimum=1, max_searches=5, round_size=2, chunk_size=1)
    one, two = (explore(objective, options, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.minima.x, two.minima.x)
    assert np.array_equal(one.transition_states.x, two.transition_states.x)
    assert one.counts()["n_minima"] > 0


def evaluated_in_a_child(objective, x, queue):
    shared, _ = share_threads(objective, 2)
    queue.put(everything(shared, x))


def test_forked_process_goes_without_threads():
    objective, x = network()
    expected = everything(on_threads(objective, 2), x)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=evaluated_in_a_child, args=(objective, x, queue))
    child.start()
    assert np.array_equal(queue.get(timeout=60), expected)
    child.join()
    assert child.exitcode == 0
