"""Symmetry by a finite set of isometries and a lattice of translations: canonical form, alignment, copies.

For variables such as phases, which mean the same one turn further. Every class of moves brings a point into the cell of
the lattice in which its coordinates, in units of the lattice vectors, lie between 0 and 1; of these forms the one with
the largest projection on a generic direction is the canonical one.
"""

import itertools
import math

import numpy as np
from numba import float64, int64, types

from lossland._canonical import generic_direction
from lossland._kernel import kernel
from lossland._vector import distance, norm
from lossland.errors import InputError
from lossland.objectives.base import Isometries

ROUNDING = 1e-12  # of matrices and shifts handed in


@kernel(types.UniTuple(float64, 2)(float64[::1], float64[:, ::1], float64[:, ::1], float64[::1]))
def _into_cell(x, lattice, dual, score):
    """Move ``x`` into the cell, in place; return its score and how far it is from the nearest wall of the cell."""
    room = np.inf
    for d in range(lattice.shape[0]):
        coordinate, squared = 0.0, 0.0
        for v in range(x.size):
            coordinate += dual[d, v] * x[v]
            squared += dual[d, v] ** 2
        turns = np.floor(coordinate)
        for v in range(x.size):
            x[v] -= turns * lattice[d, v]
        inside = coordinate - turns
        room = min(room, min(inside, 1.0 - inside) / np.sqrt(squared))
    total = 0.0
    for v in range(x.size):
        x[v] += 0.0  # turns -0.0 into 0.0
        total += score[v] * x[v]
    return total, room


@kernel(
    types.void(float64[::1], float64[:, :, ::1], float64[:, ::1], int64, float64[::1]),
)
def _move(x, matrices, shifts, k, moved):
    """Write A x + b of class ``k`` to ``moved``."""
    for i in range(x.size):
        total = shifts[k, i]
        for j in range(x.size):
            total += matrices[k, i, j] * x[j]
        moved[i] = total


@kernel(
    float64(
        float64[::1],
        float64[:, :, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[:, ::1],
        float64[::1],
        float64,
        float64[::1],
    ),
)
def _canonical_form(x, matrices, shifts, lattice, dual, score, tolerance, form):
    """Write the canonical form of ``x`` to ``form`` and return its margin.

    A score moves by no more than the point does, as long as no wall of a cell is crossed.
    """
    moved, best, margin = np.empty(x.size), -np.inf, np.inf
    scores, forms = np.empty(len(matrices)), np.empty((len(matrices), x.size))
    for k in range(len(matrices)):
        _move(x, matrices, shifts, k, moved)
        scores[k], room = _into_cell(moved, lattice, dual, score)
        margin = min(margin, 2.0 * room)
        forms[k] = moved
        if scores[k] > best:
            best = scores[k]
            form[:] = moved
    for k in range(len(matrices)):
        if distance(forms[k], form) > tolerance:
            margin = min(margin, best - scores[k])
    return margin


class LatticeSymmetry:
    """A group of isometries; see :class:`lossland.symmetry.Symmetry` for the methods.

    Translations are without end: ``order`` counts, and :meth:`copies` yields, the moves that differ by more than these.

    Parameters
    ----------
    isometries : Isometries

    Raises
    ------
    InputError
        When a matrix is not orthogonal or does not map the lattice onto itself, a shift leaves its span, the first move
        is not the identity, the lattice vectors are not independent or not the shortest, or the moves are no group.
    """

    def __init__(self, isometries: Isometries):
        self._matrices = np.array(isometries.matrices, dtype=np.float64, order="C")
        self._shifts = np.array(isometries.shifts, dtype=np.float64, order="C")
        self.order, self.n_variables = self._shifts.shape
        self._lattice = np.array(isometries.lattice, dtype=np.float64, order="C").reshape(-1, self.n_variables)
        self._dual = _checked_dual(self._matrices, self._shifts, self._lattice)
        self._score = generic_direction(self.n_variables)
        # the nearest lattice vector is one of those around the rounded coordinates
        steps = itertools.product((0, -1, 1), repeat=len(self._lattice))
        self._around = np.array([_combination(step, self._lattice, self.n_variables) for step in steps])

    def canonical(self, x):
        """Return the copy of ``x`` that stands for all of them, shape (n_variables,)."""
        return self.canonical_with_margin(x)[0]

    def canonical_many(self, points):
        """Return the canonical form of every row of ``points``, shape (n_points, n_variables)."""
        return self.canonical_many_with_margin(points)[0]

    def canonical_with_margin(self, x, tolerance=0.0):
        """Return the canonical form, shape (n_variables,), and its margin."""
        forms, margins = self.canonical_many_with_margin(self._vector(x)[None], tolerance)
        return forms[0], float(margins[0])

    def canonical_many_with_margin(self, points, tolerance=0.0):
        """Return canonical forms, shape (n_points, n_variables), and margins, shape (n_points,)."""
        points = np.require(points, np.float64, ["C", "W"])
        if points.ndim != 2 or points.shape[1] != self.n_variables:
            raise InputError(
                f"points have shape {points.shape}, but this symmetry acts on rows of {self.n_variables} variables"
            )
        forms, margins = np.empty_like(points), np.empty(len(points))
        group = self._matrices, self._shifts, self._lattice, self._dual, self._score
        for i, x in enumerate(points):
            margins[i] = _canonical_form(x, *group, tolerance, forms[i])
        return forms, margins

    def invariants(self, x):
        """Return the norm of the part of ``x`` perpendicular to the lattice, twice."""
        x = self._vector(x).copy()
        for vector, dual in zip(self._lattice, self._dual, strict=True):
            x -= (dual * x).sum() * vector
        length = norm(x)
        return length, length

    def align(self, x, onto):
        """Return the copy of ``x`` nearest to ``onto``, and their Euclidean distance."""
        onto, best, least = self._vector(onto), None, math.inf
        for copy in self.copies(x):
            whole = np.rint([(dual * (onto - copy)).sum() for dual in self._dual])
            for step in self._around:
                near = copy + _combination(whole, self._lattice, self.n_variables) + step
                apart = distance(near, onto)
                if apart < least:
                    best, least = near, apart
        return best, least

    def random_copy(self, x, rng):
        """Return ``x`` moved by a uniformly random class of moves, and by up to two lattice vectors of each kind."""
        k, turns = int(rng.integers(self.order)), rng.integers(-2, 3, size=len(self._lattice))
        return self._moved(self._vector(x), k) + _combination(turns, self._lattice, self.n_variables)

    def copies(self, x):
        """Yield ``x`` moved by one element of every class, ``x`` itself first."""
        x = self._vector(x)
        yield from (self._moved(x, k) for k in range(self.order))

    def neighbouring_copies(self, x):
        """Return the copies of ``x``, and each of them one lattice vector further, shape (n_copies, n_variables)."""
        steps = [np.zeros(self.n_variables), *self._lattice, *-self._lattice]
        return np.array([copy + step for copy in self.copies(x) for step in steps])

    def _moved(self, x, k):
        moved = np.empty_like(x)
        _move(x, self._matrices, self._shifts, k, moved)
        return moved

    def _vector(self, x):
        x = np.require(x, np.float64, ["C", "W"])  # kernels are compiled for writable arrays
        if x.shape != (self.n_variables,):
            raise InputError(f"x has shape {x.shape}, but this symmetry acts on {self.n_variables} variables")
        return x


def _combination(numbers, lattice, n_variables):
    total = np.zeros(n_variables)
    for number, vector in zip(numbers, lattice, strict=True):
        total += number * vector
    return total


def _checked_dual(matrices, shifts, lattice):
    """Return the vectors, shape (d, n), whose products with a point are its coordinates in units of the lattice."""
    n = shifts.shape[1]
    if matrices.shape != (len(shifts), n, n) or not (matrices[0] == np.eye(n)).all() or shifts[0].any():
        raise InputError(
            f"isometries have matrices of shape {matrices.shape}; expected the identity first, and squares"
        )
    if len(lattice) and np.linalg.matrix_rank(lattice) < len(lattice):
        raise InputError("the lattice vectors are not independent")
    products = np.abs(np.einsum("dv,ev->de", lattice, lattice))
    if (products - np.diag(np.diag(products)) > (0.5 + ROUNDING) * np.diag(products)).any():
        raise InputError("the lattice vectors are not the shortest: a sum or difference of two is shorter than one")
    dual = np.linalg.pinv(lattice).T.copy() if len(lattice) else np.zeros((0, n))
    onto_span = np.einsum("dv,dw->vw", lattice, dual)
    for matrix, shift in zip(matrices, shifts, strict=True):
        turned = np.einsum("wv,ev->ew", matrix, lattice)
        coordinates = np.einsum("dv,ev->ed", dual, turned)
        back = np.einsum("ed,dv->ev", coordinates, lattice)
        whole = np.abs(coordinates - np.rint(coordinates)).max(initial=0.0)
        outside = np.abs(shift - np.einsum("vw,w->v", onto_span, shift)).max()
        crooked = np.abs(np.einsum("vw,uw->vu", matrix, matrix) - np.eye(n)).max()
        left = np.abs(back - turned).max(initial=0.0)
        if max(whole, left, outside, crooked) > ROUNDING * max(1.0, np.abs(lattice).max(initial=1.0)):
            raise InputError("a move is no isometry that maps the lattice onto itself, with a shift in its span")
    _check_group(matrices, shifts, dual)
    return dual


def _check_group(matrices, shifts, dual):
    """Refuse moves of which two are the same up to the lattice, or two in a row are none of them."""
    for matrix, shift in zip(matrices, shifts, strict=True):
        turned, moved = np.einsum("uv,kvw->kuw", matrix, matrices), np.einsum("uv,kv->ku", matrix, shifts) + shift
        apart = np.abs(turned[:, None] - matrices).max(axis=(2, 3))
        turns = np.einsum("dv,kjv->kjd", dual, moved[:, None] - shifts)
        apart = np.maximum(apart, np.abs(turns - np.rint(turns)).max(axis=2, initial=0.0))
        if not ((apart < math.sqrt(ROUNDING)).sum(axis=1) == 1).all():
            raise InputError("the moves are no group: of two in a row there must be exactly one that does the same")
