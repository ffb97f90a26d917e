"""Teacher and student: the divergence and its gradient, its zero, and descents by mini-batches."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from lossland.errors import InputError
from lossland.objectives import from_description
from lossland.objectives.soft_targets import distillation, hessian_products, probabilities
from lossland.sgd import distances, random_weights, train
from lossland.symmetry import for_objective

SIZES = (4, 3, 3)


def data(n=30, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, SIZES[0])), rng.dirichlet(np.ones(SIZES[2]), n)


def naive_divergence(w, inputs, targets):
    """Mean over the data of sum p ln(p / q)."""
    n_in, n_hidden, n_out = SIZES
    parts = np.split(np.arange(w.size), np.cumsum([n_hidden * n_in, n_hidden, n_out * n_hidden]))
    first, second = w[parts[0]].reshape(n_hidden, n_in), w[parts[2]].reshape(n_out, n_hidden)
    scores = anp.dot(anp.tanh(anp.dot(inputs, first.T) + w[parts[1]]), second.T) + w[parts[3]]
    scores = scores - anp.max(scores, axis=1, keepdims=True)
    log_q = scores - anp.log(anp.sum(anp.exp(scores), axis=1, keepdims=True))
    log_p = anp.log(anp.where(targets > 0.0, targets, 1.0))
    return anp.mean(anp.sum(targets * (log_p - log_q), axis=1))


def test_divergence_and_gradient_are_those_of_the_formula():
    inputs, targets = data()
    targets[0] = [0.0, 1.0, 0.0]  # a class that is known
    objective = distillation(SIZES, inputs, targets)
    for x in np.random.default_rng(1).normal(size=(5, objective.n_variables)):
        energy, gradient = objective.energy_gradient(x)
        assert energy == pytest.approx(naive_divergence(x, inputs, targets), rel=1e-12)
        expected = autograd.grad(naive_divergence)(x, inputs, targets)
        assert np.abs(gradient - expected).max() < 1e-12 * np.abs(expected).max()
        assert distances(x, SIZES, inputs, targets)[0] == pytest.approx(energy, rel=1e-12)


def test_hessian_products_are_those_of_the_formula():
    inputs, targets = data()
    targets[0] = [0.0, 1.0, 0.0]
    x = np.random.default_rng(8).normal(size=27)
    hessian = autograd.hessian(naive_divergence)(x, inputs, targets)
    product = hessian_products(x, SIZES, inputs, targets)
    found = np.array([product(direction) for direction in np.eye(27)])
    assert np.abs(found - hessian).max() < 1e-12 * np.abs(hessian).max()


def test_large_weights_give_finite_losses():
    inputs, targets = data()
    x = 1e4 * np.random.default_rng(7).normal(size=27)
    assert probabilities(x, np.array(SIZES), inputs).min() == 0.0  # too small for a number, but not its logarithm
    energy, gradient = distillation(SIZES, inputs, targets).energy_gradient(x)
    assert energy == pytest.approx(naive_divergence(x, inputs, targets), rel=1e-12)
    assert np.isfinite(gradient).all()
    assert distances(x, SIZES, inputs, targets)[0] == pytest.approx(energy, rel=1e-12)


def test_loss_is_zero_at_the_teacher_and_at_all_its_copies_and_nowhere_near():
    inputs = data()[0]
    teacher = np.random.default_rng(2).normal(size=27)
    objective = distillation(SIZES, inputs, probabilities(teacher, np.array(SIZES), inputs))
    group = for_objective(objective)
    assert group.order == 48
    copies = list(group.copies(teacher))
    assert len(np.unique(copies, axis=0)) == 48
    for copy in copies:
        energy, gradient = objective.energy_gradient(copy)
        assert abs(energy) < 1e-15
        assert np.abs(gradient).max() < 1e-15
        assert objective.energy(copy + 0.01) > 1e-6
        divergence, squared_error = distances(copy, SIZES, inputs, objective.arrays["targets"])
        assert abs(divergence) < 1e-15
        assert squared_error < 1e-30


def test_objective_is_rebuilt_from_its_description():
    objective = distillation(SIZES, *data())
    again = from_description(objective.kind, objective.attributes, objective.arrays)
    x = np.random.default_rng(3).normal(size=27)
    assert again.energy(x) == objective.energy(x)


def test_one_full_batch_is_a_step_of_steepest_descent():
    inputs, targets = data()
    w = random_weights(SIZES, np.random.default_rng(4))
    objective = distillation(SIZES, inputs, targets)
    found = train(SIZES, inputs, targets, np.random.default_rng(4), n_epochs=2, batch=30, rate=0.3, decay=0.5)
    for rate in (0.3, 0.2):
        w = w - rate * objective.energy_gradient(w)[1]
    np.testing.assert_allclose(found.w, w, rtol=1e-10, atol=1e-13)
    assert found.divergence.shape == found.squared_error.shape == (3,)
    assert found.divergence[-1] == pytest.approx(objective.energy(w), rel=1e-10)
    outputs = probabilities(w, np.array(SIZES), inputs)
    assert found.squared_error[-1] == pytest.approx(((outputs - targets) ** 2).sum(axis=1).mean(), rel=1e-10)


def test_mini_batches_learn_what_a_teacher_says():
    inputs = data(400)[0]
    targets = probabilities(np.random.default_rng(5).normal(size=27), np.array(SIZES), inputs)
    runs = [
        train(SIZES, inputs, targets, np.random.default_rng(6), n_epochs=40, batch=7, rate=0.2, decay=decay)
        for decay in (0.0, 1.0)
    ]
    assert runs[0].divergence[-1] < 0.1 * runs[0].divergence[0]
    # a rate that falls stops sooner
    assert runs[0].divergence[-1] < runs[1].divergence[-1]
    again = train(SIZES, inputs, targets, np.random.default_rng(6), n_epochs=40, batch=7, rate=0.2)
    assert np.array_equal(again.w, runs[0].w)


def test_bad_input_is_refused():
    inputs, targets = data()
    with pytest.raises(InputError, match=r"layer_sizes are \[4, 0, 3\]; expected inputs, hidden nodes and outputs"):
        distillation([4, 0, 3], inputs, targets)
    with pytest.raises(InputError, match=r"shapes \(30, 4\) and \(30, 3\); expected 5 inputs and 3 probabilities"):
        distillation([5, 3, 3], inputs, targets)
    with pytest.raises(InputError, match="targets are no probabilities"):
        distillation(SIZES, inputs, 2.0 * targets)
    with pytest.raises(InputError, match="an input is not finite"):
        distillation(SIZES, np.full_like(inputs, np.inf), targets)
    with pytest.raises(InputError, match="rate 0.0"):
        train(SIZES, inputs, targets, np.random.default_rng(0), rate=0.0)
