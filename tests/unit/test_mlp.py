"""The network loss, its gradient, Hessian and Hessian-vector product against autodiff and exact identities."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from lossland.objectives import mlp_cross_entropy
from lossland.objectives.hessian_places import nodes_at_once
from lossland.objectives.mlp import bias_positions, class_probabilities, network_layout
from lossland.objectives.mlp_value import BLOCK, table_of_blocks
from lossland.reference.network import NetworkReference

NETWORKS = [[2, 4], [2, 10, 4], [3, 5, 4, 3], [2, 4, 3, 4, 2], [5, 1, 2], [2, 4, 4, 4, 4], [2, 1, 1, 3], [2, 3, 1]]
N_DATA = [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK - 40]


def problem(sizes, n_data=97, seed=0):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n_data, sizes[0]))
    labels = rng.integers(0, sizes[-1], n_data)
    return inputs, labels, rng


def random_mask(sizes, rng):
    mask = rng.random(network_layout(sizes).n_weights) < 0.7
    mask[-2:] = True, False
    return mask


def naive_loss(x, sizes, inputs, labels, regularisation, regularise_biases=True, normalisation="mean", mask=None):
    """Write the loss as in the papers, one matrix at a time, for autograd."""
    n_weights = sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))
    places = np.arange(n_weights) if mask is None else np.flatnonzero(mask)
    weights = anp.dot(np.eye(n_weights)[:, places], x)
    activations, end, penalty = inputs, 0, 0.0
    for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        matrix = anp.reshape(weights[end : end + n_in * n_out], (n_out, n_in))
        biases = weights[end + n_in * n_out : end + (n_in + 1) * n_out]
        penalty = penalty + anp.sum(matrix**2) + (anp.sum(biases**2) if regularise_biases else 0.0)
        activations = anp.dot(activations, matrix.T) + biases
        if layer < len(sizes) - 2:
            activations = anp.tanh(activations)
        end += (n_in + 1) * n_out
    top = anp.max(activations, axis=1, keepdims=True)
    log_norm = anp.log(anp.sum(anp.exp(activations - top), axis=1)) + top[:, 0]
    losses = log_norm - activations[np.arange(len(labels)), labels]
    return (anp.mean(losses) if normalisation == "mean" else anp.sum(losses)) + regularisation * penalty


def both(sizes, masked, n_data=97, **options):
    inputs, labels, rng = problem(sizes, n_data)
    mask = random_mask(sizes, rng) if masked else None
    objective = mlp_cross_entropy(sizes, inputs, labels, 1e-3, mask=mask, **options)
    x = rng.normal(size=objective.n_variables)

    def loss(y):
        return naive_loss(y, sizes, inputs, labels, 1e-3, mask=mask, **options)

    return objective, loss, x


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sizes", NETWORKS)
def test_gradient_and_hessian_agree_with_autodiff(sizes, masked):
    objective, loss, x = both(sizes, masked)
    energy, gradient = objective.energy_gradient(x)
    assert energy == pytest.approx(loss(x), rel=1e-13)
    assert relative(gradient, autograd.grad(loss)(x)) < 1e-12
    assert relative(objective.hessian_matrix(x), autograd.hessian(loss)(x)) < 1e-11


@pytest.mark.parametrize("n_data", N_DATA)
def test_blocks_of_data_are_all_counted(n_data):
    objective, loss, x = both([2, 3, 4], False, n_data)
    energy, gradient = objective.energy_gradient(x)
    assert energy == pytest.approx(loss(x), rel=1e-12)
    assert relative(gradient, autograd.grad(loss)(x)) < 1e-11
    assert relative(objective.hessian_matrix(x), autograd.hessian(loss)(x)) < 1e-10


def test_table_holds_inputs_ones_and_labels_of_each_block():
    inputs, labels, _ = problem([2, 3], 2 * BLOCK - 5)  # two blocks, the second with five copies
    table = table_of_blocks(inputs, labels)
    for block, (start, end) in enumerate([(0, BLOCK), (BLOCK, 2 * BLOCK - 5)]):
        rows = table[4 * block : 4 * block + 4]
        assert np.array_equal(rows[:2, : end - start], inputs[start:end].T)
        assert np.array_equal(rows[3, : end - start], labels[start:end])
        assert (rows[2] == 1.0).all()
    assert (table[4:6, -5:] == inputs[-1][:, np.newaxis]).all()
    assert (table[7, -5:] == -1.0).all()


@pytest.mark.parametrize("options", [{"regularise_biases": False}, {"normalisation": "sum"}])
def test_options_change_the_loss_as_they_say(options):
    objective, loss, x = both([2, 4, 3], True, **options)
    energy, gradient = objective.energy_gradient(x)
    assert energy == pytest.approx(loss(x), rel=1e-13)
    assert relative(gradient, autograd.grad(loss)(x)) < 1e-12
    assert relative(objective.hessian_matrix(x), autograd.hessian(loss)(x)) < 1e-11


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sizes", NETWORKS)
def test_hessian_agrees_with_central_differences_of_the_gradient(sizes, masked):
    objective, _, x = both(sizes, masked)
    columns = []
    for i in range(len(x)):
        columns.append(0.0)
        for step, weight in ((3e-4, 8.0), (6e-4, -1.0)):  # fourth order
            e = np.zeros(len(x))
            e[i] = step
            difference = objective.energy_gradient(x + e)[1] - objective.energy_gradient(x - e)[1]
            columns[-1] = columns[-1] + weight * difference / (12 * 3e-4)
    assert relative(objective.hessian_matrix(x), np.array(columns)) < 1e-9


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sizes", [[3, 70, 40, 5], [2, 41, 3, 33, 2], [2, 6, 40]])
def test_wide_layers_are_moved_in_groups_to_the_same_hessian(sizes, masked):
    assert any(nodes_at_once(np.array(sizes), layer) < width for layer, width in enumerate(sizes[1:]))
    objective, _, x = both(sizes, masked, 20)
    hessian = objective.hessian_matrix(x)
    assert np.array_equal(hessian, hessian.T)
    assert relative(hessian, NetworkReference(objective.attributes, objective.arrays).hessian(x)) < 1e-12


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("sizes", NETWORKS)
def test_hessian_vector_product_is_the_hessian_times_the_vector(sizes, masked):
    objective, _, x = both(sizes, masked)
    direction = np.random.default_rng(3).normal(size=len(x))
    product = objective.hessian_product(x, direction)
    assert relative(product, objective.hessian_matrix(x) @ direction) < 1e-12


@pytest.mark.parametrize("sizes", [[2, 10, 4], [3, 5, 4, 3], [2, 4, 3, 4, 2]])
def test_softmax_shift_directions_have_eigenvalue_two_lambda_at_any_point(sizes):
    inputs, labels, rng = problem(sizes, 300)
    objective = mlp_cross_entropy(sizes, inputs, labels, 1e-4)
    hessian = objective.hessian_matrix(rng.normal(size=objective.n_variables))
    assert len(objective.idle) == sizes[-2] + 1
    assert np.abs(objective.idle @ objective.idle.T - np.eye(sizes[-2] + 1)).max() < 1e-15
    for shift in objective.idle:
        assert np.abs(hessian @ shift - 2e-4 * shift).max() < 1e-15
    eigenvalues = np.linalg.eigvalsh(hessian)
    assert np.count_nonzero(np.abs(eigenvalues - 2e-4) < 1e-12) >= sizes[-2] + 1


def test_masked_network_is_the_full_one_with_zeros():
    sizes = [2, 5, 3]
    inputs, labels, rng = problem(sizes)
    mask = random_mask(sizes, rng)
    masked = mlp_cross_entropy(sizes, inputs, labels, 1e-3, mask=mask)
    full = mlp_cross_entropy(sizes, inputs, labels, 1e-3)
    x = rng.normal(size=masked.n_variables)
    y = np.zeros(full.n_variables)
    y[mask] = x
    assert masked.energy(x) == full.energy(y)
    assert np.array_equal(masked.energy_gradient(x)[1], full.energy_gradient(y)[1][mask])
    assert np.array_equal(masked.hessian_matrix(x), full.hessian_matrix(y)[np.ix_(mask, mask)])


def test_idle_directions_are_those_that_the_mask_leaves_whole():
    sizes = [2, 3, 2]
    inputs, labels, _ = problem(sizes)
    mask = np.ones(network_layout(sizes).n_weights, dtype=bool)
    mask[[9, 13]] = False  # one weight each of the first and the second hidden node to an output
    assert len(mlp_cross_entropy(sizes, inputs, labels, 1e-3, mask=mask).idle) == 2


def test_biases_without_regularisation_leave_no_flat_direction():
    inputs, labels, rng = problem([2, 3, 3])
    objective = mlp_cross_entropy([2, 3, 3], inputs, labels, 1e-3, regularise_biases=False)
    assert objective.n_variables == network_layout([2, 3, 3]).n_weights - 1
    eigenvalues = np.linalg.eigvalsh(objective.hessian_matrix(rng.normal(size=objective.n_variables)))
    assert np.abs(eigenvalues).min() > 1e-6


def test_biases_stand_behind_their_matrix():
    assert bias_positions([2, 3, 2]).tolist() == [6, 7, 8, 15, 16]


def test_probabilities_give_the_same_loss():
    objective, loss, x = both([2, 6, 4], True)
    inputs, labels = objective.arrays["inputs"], objective.arrays["labels"]
    probabilities = class_probabilities(objective.network, x, inputs)
    assert np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-14)
    cross_entropy = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    assert cross_entropy + 1e-3 * x @ x == pytest.approx(loss(x), rel=1e-13)


def test_overflowing_weights_do_not_hide():
    objective, _, x = both([2, 4, 3], False)
    energy, gradient = objective.energy_gradient(np.full_like(x, np.nan))
    assert np.isnan(energy)
    assert np.isnan(gradient).all()
    assert not np.isfinite(objective.energy(np.full_like(x, 1e200)))
    assert np.isnan(objective.hessian_matrix(np.full_like(x, np.nan))).all()
    assert np.isnan(objective.hessian_product(np.full_like(x, np.nan), x)).all()


def test_one_weight_that_is_no_number_reaches_the_whole_diagonal():
    objective, _, x = both([2, 4, 3, 4], False)
    x[0] = np.nan
    assert np.isnan(np.diag(objective.hessian_matrix(x))).all()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"layer_sizes": [3, 4, 3]}, "expect 3 columns"),
        ({"layer_sizes": [2]}, "at least inputs and outputs"),
        ({"labels": np.full(97, 7)}, "integers from 0 to 2"),
        ({"labels": np.zeros(5, dtype=int)}, "97 rows"),
        ({"regularisation": -1.0}, "regularisation"),
        ({"regularisation": np.nan}, "regularisation"),
        ({"normalisation": "median"}, "mean, sum"),
        ({"mask": np.ones(3, dtype=bool)}, "27 weights"),
        ({"mask": np.zeros(27, dtype=bool)}, "no variable"),
        ({"inputs": np.full((97, 2), np.inf)}, "not finite"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change, part):
    inputs, labels, _ = problem([2, 4, 3])
    arguments = {"layer_sizes": [2, 4, 3], "inputs": inputs, "labels": labels, "regularisation": 1e-3, **change}
    with pytest.raises(ValueError, match=part):
        mlp_cross_entropy(**arguments)
