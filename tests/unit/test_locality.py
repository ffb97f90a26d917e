"""Masks by distance on the unit line, worked out by hand, and what they leave of the symmetries."""

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.mask_symmetry import layer_matrices, mask_symmetry
from lossland.objectives import locality_mask


@pytest.mark.parametrize(("k", "n_frozen"), [(1, 40), (2, 20), (3, 10), (4, 0), (9, 0)])
def test_number_of_frozen_weights_is_the_published_one(k, n_frozen):
    mask = locality_mask([2, 10, 4], k)
    assert mask.size == 74
    assert np.count_nonzero(~mask) == n_frozen


def test_nearest_outputs_of_ten_hidden_nodes():
    (to_inputs, biases), (to_outputs, output_biases) = layer_matrices([2, 10, 4], locality_mask([2, 10, 4], 1))
    assert [np.flatnonzero(row).tolist() for row in to_inputs] == [[0]] * 5 + [[1]] * 5
    # node h stands at (h - 1)/9, outputs at 0, 1/3, 2/3, 1: the middles between these are 1.5, 4.5 and 7.5 ninths
    assert [np.flatnonzero(column).tolist() for column in to_outputs.T] == [[0]] * 2 + [[1]] * 3 + [[2]] * 3 + [[3]] * 2
    assert biases.all()
    assert output_biases.all()


def test_ties_go_to_the_lowest_index():
    # the middle one of five hidden nodes is as far from the one input as from the other
    (to_inputs, _), (to_outputs, _) = layer_matrices([2, 5, 4], locality_mask([2, 5, 4], 1))
    assert np.flatnonzero(to_inputs[2]).tolist() == [0]
    assert np.flatnonzero(to_outputs[:, 2]).tolist() == [1]


def test_rounding_decides_no_tie():
    # 1/3 - 1/6 and 1/2 - 1/3 differ in floating point only
    (to_inputs, _), _ = layer_matrices([7, 4, 2], locality_mask([7, 4, 2], 2))
    assert np.flatnonzero(to_inputs[1]).tolist() == [1, 2]


def test_between_hidden_layers_either_node_keeps_a_weight():
    layers = layer_matrices([1, 4, 2, 1], locality_mask([1, 4, 2, 1], 1))
    # each of the four keeps one of the two, each of the two keeps one of the four: nodes 0, 1 | 2, 3
    assert layers[1][0].astype(int).tolist() == [[1, 1, 0, 0], [0, 0, 1, 1]]
    wide = layer_matrices([1, 2, 4, 1], locality_mask([1, 2, 4, 1], 1))
    assert np.array_equal(wide[1][0], layers[1][0].T)


@pytest.mark.parametrize(
    ("sizes", "k", "twins"),
    [([2, 10, 4], 1, [2, 3, 3, 2]), ([2, 10, 4], 2, [4, 3, 3]), ([2, 10, 4], 3, [5, 5]), ([2, 5, 4], 2, [2, 1, 2])],
)
def test_symmetry_left(sizes, k, twins):
    symmetry = mask_symmetry(sizes, locality_mask(sizes, k))
    assert [len(members) for members in symmetry.classes[0]] == twins
    assert len(symmetry.automorphisms) == 1


@pytest.mark.parametrize(
    ("sizes", "k", "sentence"),
    [
        ([2, 4], 1, "needs at least one hidden layer"),
        ([2, 0, 4], 1, "needs at least one hidden layer of nodes"),
        ([2, 5, 4], 0, "n_neighbours is 0, but expected a whole number from 1 on"),
        ([2, 5, 4], 1.5, "n_neighbours is 1.5, but"),
    ],
)
def test_what_cannot_be(sizes, k, sentence):
    with pytest.raises(InputError, match=sentence):
        locality_mask(sizes, k)
