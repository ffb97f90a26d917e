"""Losses along the scaled principal axes of the inputs: the same function, and easier to minimise."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from lossland import ExploreOptions, minimise
from lossland.objectives import mlp_cross_entropy
from lossland.objectives.mlp import bias_positions
from lossland.status import MAX_DENSE, Status

SIZES = [400, 10, 4]  # 4054 weights
OPTIONS = ExploreOptions(tolerance=1e-9).minimise_options()


@pytest.fixture(scope="module")
def data():
    """Inputs like pixels: one stiff axis, their mean, a slow decay of the others, and some that are always zero."""
    rng = np.random.default_rng(8)
    along = 6.0 * rng.normal(size=(600, 350)) / np.sqrt(np.arange(1.0, 351.0))
    along[:, 0] += 5.0
    along[:, -9:] *= 1e-6
    inputs = np.zeros((600, SIZES[0]))
    inputs[:, :350] = along @ np.linalg.qr(rng.normal(size=(350, 350)))[0]
    labels = np.argmax(along[:, :4] + along[:, 4:8], axis=1)
    wrong = rng.random(600) < 0.3
    labels[wrong] = rng.integers(0, SIZES[-1], wrong.sum())
    return inputs, labels


@pytest.fixture(scope="module", params=["mean", "sum", "free biases", "two hidden layers", "last weights masked"])
def objective(request, data):
    sizes = [SIZES[0], 10, 3, 4] if request.param == "two hidden layers" else SIZES
    mask = np.ones(mlp_cross_entropy(sizes, *data, 1e-2).network.n_weights, dtype=bool)
    if request.param == "last weights masked":
        mask[-9:-6] = False
    return mlp_cross_entropy(
        sizes,
        *data,
        1.0 if request.param == "sum" else 1e-2,
        normalisation="sum" if request.param == "sum" else "mean",
        regularise_biases=request.param != "free biases",
        mask=mask,
    )


def test_it_is_the_same_function(objective):
    other = objective.precondition()
    rng = np.random.default_rng(1)
    for _ in range(3):
        z = other.objective.random_start(rng)
        x = other.to_x(z)
        energy, gradient = objective.energy_gradient(x)
        at_z, gradient_of_z = other.objective.energy_gradient(z)
        assert at_z == pytest.approx(energy, rel=1e-12)
        first = gradient[: 10 * SIZES[0]].reshape(10, -1) @ other.axes
        expected = np.concatenate([first.ravel(), gradient[10 * SIZES[0] :]])
        np.testing.assert_allclose(gradient_of_z, expected, atol=1e-12 * np.abs(expected).max())
        np.testing.assert_allclose(other.to_z(x), z, atol=1e-12)


def test_only_weights_that_act_on_no_datum_are_left_out(objective, data):
    """They are zero wherever the loss is stationary, for nothing but the penalty acts on them."""
    other = objective.precondition()
    assert 350 <= other.axes.shape[1] < SIZES[0]
    x = objective.random_start(np.random.default_rng(2))
    kept = other.to_x(other.to_z(x))
    difference = (x - kept)[: 10 * SIZES[0]].reshape(10, -1)
    np.testing.assert_allclose(difference @ data[0].T, 0.0, atol=1e-10)
    gradient = objective.energy_gradient(x)[1] - objective.energy_gradient(kept)[1]
    rate = objective.attributes["regularisation"]
    np.testing.assert_allclose(gradient[: 10 * SIZES[0]].reshape(10, -1), 2 * rate * difference, atol=1e-10)


def test_minima_are_those_of_the_original(objective):
    assert objective.n_variables > MAX_DENSE
    start = objective.random_start(np.random.default_rng(3))
    found = minimise.minimise(objective, start, OPTIONS, lambda x, energy: True)
    assert found.status == Status.CONVERGED
    energy, gradient = objective.energy_gradient(found.x)
    assert (found.energy, found.rms_gradient) == (energy, pytest.approx(np.sqrt(np.mean(gradient**2))))
    assert found.rms_gradient <= OPTIONS.descent.tolerance
    # from a little beside it both ways lead back to it
    beside = found.x + 1e-5 * np.random.default_rng(4).normal(size=start.size)
    for way in (objective, replace(objective, precondition=None)):
        again = minimise.minimise(way, beside, OPTIONS, lambda x, energy: True)
        np.testing.assert_allclose(again.x, found.x, atol=1e-4)


def test_they_cost_less(data):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2)
    costs = []
    for way in (objective, replace(objective, precondition=None)):
        starts = [objective.random_start(np.random.default_rng(seed)) for seed in range(8)]
        points = [minimise.minimise(way, start, OPTIONS, lambda x, energy: True) for start in starts]
        assert {point.status for point in points} == {Status.CONVERGED}
        costs.append(sum(point.n_evaluations for point in points))
    assert costs[0] < 0.7 * costs[1]


def test_threads_of_the_objective_are_handed_on(data, monkeypatch):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2)
    objective = replace(objective, data=objective.data._replace(threads=2))
    threads, lbfgs = [], minimise.lbfgs

    def spied(value_gradient, data, *rest):
        threads.append(data.threads)
        return lbfgs(value_gradient, data, *rest)

    monkeypatch.setattr(minimise, "lbfgs", spied)
    minimise.minimise(objective, objective.random_start(np.random.default_rng(5)), OPTIONS, lambda *_: True)
    assert len(threads) > 1
    assert set(threads) == {2}


def _calls(monkeypatch, crude):
    """Make the first ``crude`` runs of L-BFGS stop 30 times too early; return the lists of their goals and costs."""
    goals, costs, lbfgs = [], [], minimise.lbfgs

    def spied(value_gradient, data, x, options, *rest):
        goals.append((x.size, options.tolerance, options.history))
        early = 30.0 if len(goals) <= crude else 1.0
        end = lbfgs(value_gradient, data, x, options._replace(tolerance=early * options.tolerance), *rest)
        costs.append(end[2:4])
        return end

    monkeypatch.setattr(minimise, "lbfgs", spied)
    return goals, costs


@pytest.mark.parametrize("crude", [0, 1, 3])
def test_it_goes_on_until_the_gradient_of_x_is_small(objective, monkeypatch, crude):
    calls, costs = _calls(monkeypatch, crude)
    point = minimise.minimise(objective, objective.random_start(np.random.default_rng(5)), OPTIONS, lambda *_: True)
    assert (point.status, point.rms_gradient <= OPTIONS.descent.tolerance) == (Status.CONVERGED, True)
    inner, last = [call for call in calls if call[0] < objective.n_variables], calls[-1]
    assert len(calls) == len(inner) + 1 <= 4
    assert len(inner) > min(crude, 2)
    goals = [goal for _, goal, _ in inner]
    assert max(goals[1:], default=0.0) < goals[0]
    assert {history for _, _, history in inner} == {40}
    assert last == (objective.n_variables, OPTIONS.descent.tolerance, OPTIONS.lbfgs.history)
    # and everything is counted, the gradient of x after each pass, too
    n_steps, n_evaluations = np.sum(costs, axis=0)
    assert (point.n_iterations, point.n_evaluations) == (n_steps, n_evaluations + len(inner))


def test_all_passes_share_the_limit_of_steps(data, monkeypatch):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2)
    start = objective.random_start(np.random.default_rng(5))
    with monkeypatch.context() as context:
        _, costs = _calls(context, 2)
        minimise.minimise(objective, start, OPTIONS, lambda *_: True)
    limit = costs[0][0] + 1  # the second pass takes more
    assert costs[1][0] > 1
    few = OPTIONS._replace(lbfgs=OPTIONS.lbfgs._replace(max_iterations=limit))
    _calls(monkeypatch, 2)
    point = minimise.minimise(objective, start, few, lambda *_: True)
    assert (point.status, point.n_iterations) == (Status.MAX_ITERATIONS, limit)


def test_steps_are_limited_as_a_whole(objective):
    few = OPTIONS._replace(lbfgs=OPTIONS.lbfgs._replace(max_iterations=7))
    point = minimise.minimise(objective, objective.random_start(np.random.default_rng(6)), few)
    assert (point.status, point.n_iterations) == (Status.MAX_ITERATIONS, 7)
    energy, gradient = objective.energy_gradient(point.x)
    assert (point.energy, point.rms_gradient) == (energy, pytest.approx(np.sqrt(np.mean(gradient**2))))


def test_biases_without_penalty_have_none(data):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2, regularise_biases=False).precondition().objective
    rates = objective.data.parameters[1:]
    biases = np.isin(objective.data.free, bias_positions(objective.data.structure))
    assert (rates[biases] == 0.0).all()
    assert (rates[~biases] > 0.0).all()


def test_sum_and_mean_have_the_same_axes(data):
    """N times the loss and N times the penalty are N times the same function."""
    mean, total = (
        mlp_cross_entropy(SIZES, *data, rate, normalisation=normalisation).precondition()
        for rate, normalisation in ((1e-2, "mean"), (1e-2 * len(data[0]), "sum"))
    )
    np.testing.assert_allclose(total.axes, mean.axes, rtol=1e-12)


def test_it_is_made_once(data):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: objective.precondition(), range(4)))
    assert all(one is made[0] for one in made)
    copy = pickle.loads(pickle.dumps(objective.precondition))
    np.testing.assert_array_equal(copy().axes, made[0].axes)


def test_axes_have_the_same_bits_whatever_was_imported_first_and_with_other_instructions_of_the_processor():
    """NumPy's own linear algebra is that of the machine where NumPy came before lossland."""
    program = """
import {first}
import lossland
import hashlib
import numpy as np
from lossland.objectives import mlp_cross_entropy

rng = np.random.default_rng(2)
inputs = rng.normal(size=(300, 400)) / np.sqrt(np.arange(1.0, 401.0)) + 1.0
made = mlp_cross_entropy([400, 10, 4], inputs, rng.integers(0, 4, 300), 1e-2).precondition()
parts = made.axes, made.pseudoinverse, made.objective.data.parameters, made.to_x(made.to_z(rng.normal(size=4054)))
print(*(hashlib.sha256(part.tobytes()).hexdigest() for part in parts))
"""
    # a processor without these instructions has nothing to disable, and says so in a warning
    pinned = ("OPENBLAS_CORETYPE", "NUMBA_CPU_NAME")  # by this process: a NumPy that comes first would heed it
    free = {name: value for name, value in os.environ.items() if name not in pinned}
    environments = [free | {"NPY_DISABLE_CPU_FEATURES": disabled} for disabled in ("", "X86_V4 AVX512_ICL")]
    runs = {
        subprocess.run(
            [sys.executable, "-c", program.format(first=first)], env=one, capture_output=True, text=True, check=True
        ).stdout
        for first, one in (("lossland", environments[0]), ("numpy", environments[0]), ("numpy", environments[1]))
    }
    assert len(runs) == 1
    assert len(runs.pop().split()) == 4


@pytest.mark.parametrize("case", ["masked", "no penalty", "no hidden layer", "overflow", "no inputs but zeros", "even"])
def test_there_may_be_none(data, case):
    inputs, labels = data
    sizes, rate = SIZES, 1e-2
    mask = np.ones(mlp_cross_entropy(SIZES, *data, 1e-2).network.n_weights, dtype=bool)
    if case == "masked":
        mask[17] = False
    elif case == "no penalty":
        rate = 0.0
    elif case == "no hidden layer":
        sizes, mask = [SIZES[0], 4], None
    elif case == "even":
        inputs = np.linalg.qr(np.random.default_rng(1).normal(size=(600, SIZES[0])))[0]
    else:
        inputs = inputs * (0.0 if case == "no inputs but zeros" else 1e200)
    assert mlp_cross_entropy(sizes, inputs, labels, rate, mask=mask).precondition() is None


def test_fewer_data_than_inputs(data):
    """One datum has one axis."""
    few = mlp_cross_entropy(SIZES, data[0][:20], data[1][:20], 1e-2)
    assert 20 <= few.precondition().axes.shape[1] < 40
    one = mlp_cross_entropy(SIZES, data[0][:1], data[1][:1], 1e-2)
    for objective in (few, one):
        x = objective.random_start(np.random.default_rng(3))
        point = minimise.minimise(objective, x, OPTIONS, lambda x, energy: True)
        assert (point.status, point.rms_gradient <= OPTIONS.descent.tolerance) == (Status.CONVERGED, True)


def test_one_input_far_larger_than_all_others(data):
    """The others would be below what counts as an axis, and never be learnt."""
    inputs = data[0].copy()
    inputs[:, -1] = 1e13 * np.sign(inputs[:, 0])
    objective = mlp_cross_entropy(SIZES, inputs, data[1], 1e-2)
    assert objective.precondition() is None
    point = minimise.minimise(objective, objective.random_start(np.random.default_rng(3)), OPTIONS, lambda *_: True)
    assert (point.status, point.rms_gradient <= OPTIONS.descent.tolerance) == (Status.CONVERGED, True)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_start_that_is_not_finite(data, value):
    objective = mlp_cross_entropy(SIZES, *data, 1e-2)
    x = objective.random_start(np.random.default_rng(3))
    x[5] = value
    point = minimise.minimise(objective, x, OPTIONS)
    assert (point.status, point.rms_gradient, point.eigenvalues.size) == (Status.NOT_FINITE, np.inf, 0)
    np.testing.assert_array_equal(point.x, x)
