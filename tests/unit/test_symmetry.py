"""Node permutations and sign flips, against brute force over whole groups."""

import itertools
import math

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.objectives import NetworkLayout, from_function
from lossland.symmetry import NetworkSymmetry, NoSymmetry, for_objective

SMALL = [(2, 3, 2), (2, 2, 2, 2), (1, 2, 3, 1), (3, 1, 2), (2, 2, 1, 2, 1)]


def layout(layer_sizes, mask=None):
    n_weights = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(layer_sizes))
    return NetworkLayout(tuple(layer_sizes), np.ones(n_weights, dtype=bool) if mask is None else mask)


def matrices(layer_sizes, weights):
    """Split all weights into (matrix, biases) pairs."""
    parts, rest = [], np.array(weights)
    for n_in, n_out in itertools.pairwise(layer_sizes):
        parts.append((rest[: n_in * n_out].reshape(n_out, n_in).copy(), rest[n_in * n_out :][:n_out].copy()))
        rest = rest[(n_in + 1) * n_out :]
    return parts


def join(parts):
    return np.concatenate([np.concatenate([matrix.ravel(), biases]) for matrix, biases in parts])


def act(layer_sizes, weights, orders, signs):
    """Permute and flip the hidden nodes of a full weight vector, one layer after the other."""
    parts = matrices(layer_sizes, weights)
    for k, (order, sign) in enumerate(zip(orders, signs, strict=True)):
        (matrix, biases), (after, after_biases) = parts[k], parts[k + 1]
        sign = np.array(sign, dtype=weights.dtype)
        parts[k] = (sign[:, None] * matrix[list(order)], sign * biases[list(order)])
        parts[k + 1] = (after[:, list(order)] * sign, after_biases)
    return join(parts)


def brute_copies(net, x):
    """All copies of ``x`` (one row each) under the signed permutations that map the mask onto itself."""
    weights = np.zeros(net.n_weights)
    weights[net.mask] = x
    hidden = net.layer_sizes[1:-1]
    rows = []
    for orders in itertools.product(*(itertools.permutations(range(h)) for h in hidden)):
        plus = [(1,) * h for h in hidden]
        if not np.array_equal(act(net.layer_sizes, net.mask.astype(int), orders, plus), net.mask.astype(int)):
            continue
        for signs in itertools.product(*(itertools.product((1, -1), repeat=h) for h in hidden)):
            rows.append(act(net.layer_sizes, weights, orders, signs)[net.mask])
    return np.array(rows)


def loss(net, x, inputs, labels):
    """Naive cross-entropy with an L2 term."""
    weights = np.zeros(net.n_weights)
    weights[net.mask] = x
    values = inputs
    parts = matrices(net.layer_sizes, weights)
    for matrix, biases in parts[:-1]:
        values = np.tanh(values @ matrix.T + biases)
    scores = values @ parts[-1][0].T + parts[-1][1]
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(labels)), labels].mean() + 1e-3 * x @ x


def random_mask(layer_sizes, rng, keep):
    """Drop weights at random, but no biases."""
    parts = matrices(layer_sizes, np.ones(layout(layer_sizes).n_weights))
    return join([(rng.random(m.shape) < keep, b) for m, b in parts]).astype(bool)


def nearest_mask(layer_sizes, k):
    """Node i of a layer of n sees the k nodes of the layer before that are nearest on a line."""
    parts = []
    for matrix, biases in matrices(layer_sizes, np.ones(layout(layer_sizes).n_weights)):
        n_out, n_in = matrix.shape
        gap = np.abs((np.arange(n_out)[:, None] + 0.5) / n_out - (np.arange(n_in) + 0.5) / n_in)
        parts.append((np.argsort(np.argsort(gap, axis=1, kind="stable"), axis=1) < k, biases))
    return join(parts).astype(bool)


def identity_mask(n_in, hidden, n_out):
    """Two hidden layers wired one to one: their nodes can only be exchanged in pairs."""
    ones = np.ones
    parts = [(ones((hidden, n_in)), ones(hidden)), (np.eye(hidden), ones(hidden)), (ones((n_out, hidden)), ones(n_out))]
    return join(parts).astype(bool)


def masked_layouts():
    rng = np.random.default_rng(5)
    cases = [layout(sizes, random_mask(sizes, rng, keep)) for sizes in SMALL for keep in (0.5, 0.8) for _ in range(3)]
    cases += [
        layout(sizes, nearest_mask(sizes, k)) for sizes in [(2, 3, 2), (2, 2, 2, 2), (3, 3, 3, 2)] for k in (1, 2)
    ]
    cases += [layout((2, h, h, 2), identity_mask(2, h, 2)) for h in (2, 3)]
    return cases


ALL = [layout(sizes) for sizes in SMALL] + masked_layouts()


@pytest.mark.parametrize("net", ALL, ids=lambda net: f"{net.layer_sizes}-{net.n_variables}")
def test_every_copy_has_the_same_canonical_form(net):
    rng = np.random.default_rng(1)
    group = NetworkSymmetry(net)
    inputs, labels = rng.normal(size=(20, net.layer_sizes[0])), rng.integers(net.layer_sizes[-1], size=20)
    for _ in range(3):
        x = rng.normal(size=net.n_variables)
        rows = brute_copies(net, x)
        assert group.order == len(rows)
        form, margin = group.canonical_with_margin(x)
        assert margin > 0
        assert np.abs(group.canonical_many(rows) - form).max() < 1e-14
        np.testing.assert_array_equal(group.canonical(rows[-1]), group.canonical_many(rows)[-1])
        assert np.abs(rows - form).max(axis=1).min() == 0, "the canonical form is not a copy"
        for row in rows[:: max(1, len(rows) // 40)]:
            assert loss(net, row, inputs, labels) == pytest.approx(loss(net, x, inputs, labels), rel=1e-13)


@pytest.mark.parametrize("net", ALL, ids=lambda net: f"{net.layer_sizes}-{net.n_variables}")
def test_copies_are_the_whole_group(net):
    x = np.random.default_rng(2).normal(size=net.n_variables)
    group = NetworkSymmetry(net)
    copies = np.array(list(group.copies(x)))
    np.testing.assert_array_equal(copies[0], x)
    assert sorted(map(tuple, copies + 0.0)) == sorted(map(tuple, brute_copies(net, x) + 0.0))


@pytest.mark.parametrize("net", ALL, ids=lambda net: f"{net.layer_sizes}-{net.n_variables}")
@pytest.mark.parametrize("noise", [0.0, 0.1, 10.0])
def test_alignment_finds_the_nearest_copy(net, noise):
    rng = np.random.default_rng(3)
    group = NetworkSymmetry(net)
    for _ in range(3):
        x = rng.normal(size=net.n_variables)
        rows = brute_copies(net, x)
        onto = rows[rng.integers(len(rows))] + noise * rng.normal(size=x.size)
        aligned, distance = group.align(x, onto)
        assert distance == pytest.approx(np.linalg.norm(rows - onto, axis=1).min(), rel=1e-12, abs=1e-12)
        assert distance == pytest.approx(np.linalg.norm(aligned - onto), rel=1e-14, abs=1e-15)
        assert np.abs(rows - aligned).max(axis=1).min() == 0, "the aligned point is not a copy"


@pytest.mark.parametrize("sizes", [(2, 10, 4), (3, 6, 6, 2), (2, 5, 5, 5, 3), (3, 4, 4, 4, 4, 2)])
def test_alignment_of_large_groups(sizes):
    net = layout(sizes)
    group = NetworkSymmetry(net)
    assert group.order == math.prod(2**h * math.factorial(h) for h in sizes[1:-1])
    rng = np.random.default_rng(4)
    for _ in range(10):
        x, noise = rng.normal(size=net.n_variables), 1e-3 * rng.normal(size=net.n_variables)
        aligned, distance = group.align(group.random_copy(x, rng) + noise, x)
        assert distance == pytest.approx(np.linalg.norm(noise), rel=1e-12)
        # any other pair: a distance that no single exchange of two nodes or flip of one can lower
        onto = rng.normal(size=x.size)
        aligned, distance = group.align(x, onto)
        for layer, h in enumerate(sizes[1:-1]):
            for i, j, flip in itertools.product(range(h), range(h), (1, -1)):
                orders = [list(range(size)) for size in sizes[1:-1]]
                signs = [[1] * size for size in sizes[1:-1]]
                orders[layer][i], orders[layer][j] = orders[layer][j], orders[layer][i]
                signs[layer][i] = flip
                assert np.linalg.norm(act(sizes, aligned, orders, signs) - onto) >= distance - 1e-12


def test_random_copies_are_uniform():
    net = layout((2, 2, 2, 2), identity_mask(2, 2, 2))
    group = NetworkSymmetry(net)
    rng = np.random.default_rng(6)
    x = rng.normal(size=net.n_variables)
    names = {tuple(copy + 0.0): number for number, copy in enumerate(group.copies(x))}
    assert len(names) == group.order == 32
    counts = np.bincount([names[tuple(group.random_copy(x, rng) + 0.0)] for _ in range(3200)], minlength=32)
    # chi-squared with 31 degrees of freedom: mean 31, standard deviation 7.9
    assert ((counts - 100) ** 2 / 100).sum() < 31 + 4 * 7.9


def test_dead_and_duplicate_nodes_do_not_make_the_form_ambiguous():
    sizes = (2, 6, 4, 3)
    net = layout(sizes)
    group = NetworkSymmetry(net)
    rng = np.random.default_rng(7)
    for _ in range(20):
        parts = matrices(sizes, rng.normal(size=net.n_weights))
        (first, biases), (second, second_biases), _ = parts
        first[1], biases[1], second[:, 1] = 0, 0, 0
        first[4], biases[4], second[:, 4] = 0, 0, 0
        first[5], biases[5], second[:, 5] = -first[0], -biases[0], -second[:, 0]
        second[2], second_biases[2], parts[2][0][:, 2] = second[0], second_biases[0], parts[2][0][:, 0]
        x = join(parts)
        form, margin = group.canonical_with_margin(x, 1e-12)
        assert margin > 1e-6
        copy = group.random_copy(x, rng)
        # equal up to rounding, because equal nodes may be summed in either order
        np.testing.assert_allclose(group.canonical(copy), form, rtol=0, atol=1e-13)
        assert group.align(copy, x)[1] < 1e-13


def test_margin_is_small_where_order_or_sign_is_in_doubt():
    sizes = (2, 3, 2)
    net = layout(sizes)
    group = NetworkSymmetry(net)
    rng = np.random.default_rng(8)
    parts = matrices(sizes, rng.normal(size=net.n_weights))
    assert group.canonical_with_margin(join(parts))[1] > 1e-3
    parts[0][0][1], parts[0][1][1] = parts[0][0][2] + 1e-9, parts[0][1][2]
    assert 0 < group.canonical_with_margin(join(parts), 1e-6)[1] < 1e-8, "equal incoming, different outgoing weights"
    parts[0][0][1], parts[0][1][1] = 1e-9, 0
    assert 0 < group.canonical_with_margin(join(parts), 1e-6)[1] < 1e-8, "no incoming weights, but outgoing ones"


def test_points_nearer_than_half_the_margin_have_forms_as_near():
    rng = np.random.default_rng(9)
    for net in ALL:
        group = NetworkSymmetry(net)
        for _ in range(20):
            x = rng.normal(size=net.n_variables)
            form, margin = group.canonical_with_margin(x)
            move = rng.normal(size=x.size)
            move *= 0.49 * margin / np.linalg.norm(move)
            moved = group.canonical(group.random_copy(x + move, rng))
            assert np.linalg.norm(moved - form) == pytest.approx(np.linalg.norm(move), rel=1e-6)


def test_too_many_joint_exchanges_are_refused():
    with pytest.raises(InputError, match="mask: it allows more than 5040 exchanges"):
        NetworkSymmetry(layout((2, 8, 8, 2), identity_mask(2, 8, 2)))
    assert NetworkSymmetry(layout((2, 5, 5, 2), identity_mask(2, 5, 2))).order == 2**10 * 120


def test_wrong_shapes_are_named():
    with pytest.raises(InputError, match=r"mask has shape \(3,\).*\[2, 3, 2\]"):
        NetworkSymmetry(NetworkLayout((2, 3, 2), np.ones(3, dtype=bool)))
    for group in (NetworkSymmetry(layout((2, 3, 2))), NoSymmetry(17)):
        with pytest.raises(InputError, match=r"\(5,\), but this symmetry acts on 17 variables"):
            group.canonical(np.zeros(5))
        with pytest.raises(InputError, match=r"rows of 17 variables"):
            group.canonical_many(np.zeros((2, 5)))


def test_an_objective_without_network_has_no_symmetry():
    def bowl(x, data, gradient):  # pragma: no cover - compiled
        gradient[:] = x
        return 0.5 * (x**2).sum()

    import numba  # noqa: PLC0415

    group = for_objective(from_function(numba.njit(bowl), 3))
    x, onto = np.array([1.0, -2.0, 0.0]), np.array([1.0, 2.0, 3.0])
    assert (group.order, group.n_variables) == (1, 3)
    np.testing.assert_array_equal(group.canonical(x), x)
    aligned, distance = group.align(x, onto)
    np.testing.assert_array_equal(aligned, x)
    assert distance == pytest.approx(5.0)
    assert [list(copy) for copy in group.copies(x)] == [list(x)]
