"""Isometries and a lattice of translations, against brute force over many elements."""

import itertools

import numpy as np
import pytest

from lossland.errors import InputError
from lossland.lattice_symmetry import LatticeSymmetry
from lossland.objectives import Isometries
from lossland.objectives.regression import isometries
from lossland.point_index import PointIndex

QUARTER_TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def square():
    """The plane group p4 of a square lattice, and a third variable that is left alone."""
    turns = [np.linalg.matrix_power(QUARTER_TURN, k) for k in range(4)]
    return Isometries(np.array(turns), np.zeros((4, 3)), np.array([[1.0, 0, 0], [0, 1.0, 0]]))


def sign_flips():
    """A finite group: no lattice at all."""
    signs = np.array(list(itertools.product((1.0, -1.0), repeat=2)))
    return Isometries(np.array([np.diag(sign) for sign in signs]), np.zeros((4, 2)), np.zeros((0, 2)))


GROUPS = [square(), sign_flips(), isometries()]


def brute_copies(group, x, reach=3):
    rows = []
    for matrix, shift in zip(group.matrices, group.shifts, strict=True):
        for turns in itertools.product(range(-reach, reach + 1), repeat=len(group.lattice)):
            rows.append(matrix @ x + shift + np.array(turns) @ group.lattice.reshape(-1, x.size))
    return np.array(rows)


@pytest.mark.parametrize("group", GROUPS)
def test_every_copy_has_the_same_form_and_the_same_invariants(group):
    symmetry, rng = LatticeSymmetry(group), np.random.default_rng(0)
    for x in rng.uniform(-2.0, 2.0, (10, symmetry.n_variables)):
        form, margin = symmetry.canonical_with_margin(x)
        assert margin > 0.0
        copies = brute_copies(group, x, 2)
        assert np.abs(symmetry.canonical_many(copies) - form).max() < 1e-12
        assert np.abs(np.array([symmetry.invariants(copy) for copy in copies]) - symmetry.invariants(x)).max() < 1e-12
        assert np.abs(copies - form).sum(axis=1).min() < 1e-12 or np.abs(form).max() > 8.0


@pytest.mark.parametrize("group", GROUPS)
def test_points_closer_than_half_the_margin_have_forms_equally_close(group):
    symmetry, rng = LatticeSymmetry(group), np.random.default_rng(1)
    for x in rng.uniform(-2.0, 2.0, (50, symmetry.n_variables)):
        form, margin = symmetry.canonical_with_margin(x)
        step = rng.normal(size=x.size)
        step *= min(0.49 * margin, 1.0) / np.linalg.norm(step)
        other = symmetry.canonical(x + step)
        assert np.linalg.norm(other - form) == pytest.approx(np.linalg.norm(step), rel=1e-9)


@pytest.mark.parametrize("group", GROUPS)
def test_alignment_finds_the_nearest_copy(group):
    symmetry, rng = LatticeSymmetry(group), np.random.default_rng(2)
    for x, onto in rng.uniform(-3.0, 3.0, (30, 2, symmetry.n_variables)):
        nearest, apart = symmetry.align(x, onto)
        assert apart == pytest.approx(np.linalg.norm(brute_copies(group, x, 8) - onto, axis=1).min(), rel=1e-12)
        assert apart == pytest.approx(np.linalg.norm(nearest - onto), rel=1e-12)


@pytest.mark.parametrize("group", GROUPS)
def test_neighbouring_and_random_copies_are_copies(group):
    symmetry, rng = LatticeSymmetry(group), np.random.default_rng(3)
    x = rng.uniform(-2.0, 2.0, symmetry.n_variables)
    form, found = symmetry.canonical(x), symmetry.neighbouring_copies(x)
    assert np.array_equal(found[0], x)
    assert len(found) == symmetry.order * (1 + 2 * len(np.reshape(group.lattice, (-1, x.size))))
    assert np.abs(symmetry.canonical_many(found) - form).max() < 1e-12
    assert np.abs(symmetry.canonical_many([symmetry.random_copy(x, rng) for _ in range(9)]) - form).max() < 1e-12


def test_points_at_the_wall_of_a_cell_are_one_point():
    symmetry = LatticeSymmetry(square())
    index = PointIndex(symmetry)
    for i, corner in enumerate([[0.0, 0.3, 1.0], [0.5, 0.0, 2.0], [0.0, 0.0, 3.0], [0.5, 0.5, 4.0]]):
        x = np.array(corner)
        assert index.find_or_add(x, 1.0) == (i, True)
        for copy in brute_copies(square(), x, 1):
            for step in 1e-7 * np.vstack([np.eye(3), -np.eye(3)]):
                assert index.find(copy + step, 1.0) == i


def test_what_is_no_group_of_isometries_is_refused():
    ones, zeros = np.eye(2)[None], np.zeros((1, 2))
    with pytest.raises(InputError, match="expected the identity first"):
        LatticeSymmetry(Isometries(-ones, zeros, np.zeros((0, 2))))
    with pytest.raises(InputError, match="the lattice vectors are not independent"):
        LatticeSymmetry(Isometries(ones, zeros, np.array([[1.0, 0.0], [2.0, 0.0]])))
    crooked = Isometries(np.array([np.eye(2), [[1.0, 1.0], [0.0, 1.0]]]), np.zeros((2, 2)), np.zeros((0, 2)))
    with pytest.raises(InputError, match="a move is no isometry"):
        LatticeSymmetry(crooked)
    off_lattice = Isometries(np.array([np.eye(2), -np.eye(2)]), np.array([[0.0, 0], [0, 1]]), np.array([[1.0, 0.0]]))
    with pytest.raises(InputError, match="a shift in its span"):
        LatticeSymmetry(off_lattice)
    with pytest.raises(InputError, match="the lattice vectors are not the shortest"):
        LatticeSymmetry(Isometries(ones, zeros, np.array([[1.0, 0.0], [3.4, 1.0]])))
    turn = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
    for second in (turn, np.eye(2)):  # not closed; twice the same
        with pytest.raises(InputError, match="the moves are no group"):
            LatticeSymmetry(Isometries(np.array([np.eye(2), second]), np.zeros((2, 2)), np.zeros((0, 2))))


@pytest.mark.parametrize("group", GROUPS)
def test_forms_of_symmetric_points_move_no_further_than_these(group):
    symmetry, rng = LatticeSymmetry(group), np.random.default_rng(4)
    copies, n_tried = brute_copies(group, rng.uniform(-1.0, 1.0, symmetry.n_variables), 1), 0
    for other in copies[1:20]:
        x, step = 0.5 * (copies[0] + other), 1e-7 * rng.normal(size=symmetry.n_variables)  # left alone by some move
        form, margin = symmetry.canonical_with_margin(x, 1e-6)
        if margin > 1e-5:
            moved = symmetry.canonical_with_margin(x + step, 1e-6)[0]
            assert np.linalg.norm(moved - form) < 2e-6
            n_tried += 1
    assert n_tried > 0
