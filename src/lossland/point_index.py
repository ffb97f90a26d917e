"""Look a stationary point up among a million: a hash table on quantised energy and projections of the canonical form.

Two points are the same when their energies differ by no more than the energy tolerance and their best aligned copies by
no more than the distance tolerance. A point whose canonical form is unambiguous (its margin exceeds twice the distance
tolerance) finds all its copies by the canonical form alone. For the few others, every point with a small margin has a
second entry in the table, under quantities that do not depend on the copy, and is compared by alignment.
"""

import math

import numpy as np
from numba import boolean, float64, int32, int64, types, uint64, void

from lossland._canonical import generic_direction
from lossland._kernel import kernel
from lossland.errors import InputError

#: entries of the table under the canonical form, and under quantities that all copies share
BY_FORM, BY_INVARIANTS = 0, 1

#: copies that differ by less than this fraction of the distance tolerance need no decision between them
_EQUAL = 0.02
#: canonical forms of equal points are searched to this many distance tolerances, then aligned
_REACH = 2.0
_CELLS_PER_REACH = 8.0
_EMPTY = -1
_LARGEST_CELL = 2.0**52


@kernel(uint64(float64, float64, float64, int64))
def cell_hash(first, second, third, kind):
    """Hash three whole numbers and the kind of entry (the finaliser of splitmix64, Steele et al. 2014)."""
    value = np.uint64(kind)
    for part in (np.int64(first), np.int64(second), np.int64(third)):
        value = (value ^ np.uint64(part)) + np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        value = value ^ (value >> np.uint64(31))
    return value


@kernel(void(uint64, int32, uint64[::1], int32[::1]))
def put(key, point, slot_keys, slot_points):
    """Enter ``point`` under ``key``; the number of slots is a power of two and at least one slot is empty."""
    last = slot_keys.size - 1
    slot = np.int64(key & np.uint64(last))
    while slot_points[slot] != _EMPTY:
        slot = (slot + 1) & last
    slot_keys[slot], slot_points[slot] = key, point


@kernel(void(uint64[::1], int32[::1], uint64[::1], int32[::1]))
def put_all(keys, points, slot_keys, slot_points):
    """Enter all filled slots of one table into another."""
    for slot in range(points.size):
        if points[slot] != _EMPTY:
            put(keys[slot], points[slot], slot_keys, slot_points)


@kernel(
    int64(int64, float64[::1], float64[::1], float64[::1], uint64[::1], int32[::1], float64[::1], int64[::1]),
)
def near(kind, coordinates, radii, widths, slot_keys, slot_points, energies, found):
    """Write the points in all cells that touch a box, and no further in energy, to ``found``; return their number.

    ``coordinates``, ``radii`` and ``widths`` have shape (3,), the energy first; a radius is less than half a width, so
    that a box touches at most two cells along each. ``found`` is filled as far as it goes; the number may be larger.
    """
    low, high = np.floor((coordinates - 1.001 * radii) / widths), np.floor((coordinates + 1.001 * radii) / widths)
    last = slot_keys.size - 1
    count = 0
    for corner in range(8):
        if (
            (corner & 1 and low[0] == high[0])
            or (corner & 2 and low[1] == high[1])
            or (corner & 4 and low[2] == high[2])
        ):
            continue
        key = cell_hash(
            high[0] if corner & 1 else low[0],
            high[1] if corner & 2 else low[1],
            high[2] if corner & 4 else low[2],
            kind,
        )
        slot = np.int64(key & np.uint64(last))
        while slot_points[slot] != _EMPTY:
            point = slot_points[slot]
            if slot_keys[slot] == key and abs(energies[point] - coordinates[0]) <= radii[0]:
                if count < found.size:
                    found[count] = point
                count += 1
            slot = (slot + 1) & last
    return count


@kernel(boolean(float64, float64[::1], float64[:, ::1], float64[::1], float64[::1]))
def locate(energy, form, directions, widths, coordinates):
    """Fill ``coordinates`` (3,) with energy and projections of ``form``; return whether their cells can be counted."""
    coordinates[0] = energy
    for k in range(2):
        total = 0.0
        for v in range(form.size):
            total += directions[k, v] * form[v]
        coordinates[k + 1] = total
    # NaN fails too
    return np.all(np.abs(coordinates / widths) < _LARGEST_CELL)


@kernel(
    types.Tuple((int64, float64, int64))(
        float64,
        float64[::1],
        float64[:, ::1],
        float64[::1],
        float64[::1],
        uint64[::1],
        int32[::1],
        float64[::1],
        float64[:, ::1],
        float64[::1],
        int64[::1],
    ),
)
def look_up(energy, form, directions, radii, widths, slot_keys, slot_points, energies, forms, coordinates, found):
    """Locate ``form`` and compare it with the points near there.

    Returns (the nearest of them, the lowest among equals, or -1; its distance; their number as :func:`near` returns
    it, or -1 when the cells cannot be counted). ``coordinates`` (3,) and ``found`` are overwritten.
    """
    best, least = -1, np.inf
    if not locate(energy, form, directions, widths, coordinates):
        return best, least, -1
    count = near(BY_FORM, coordinates, radii, widths, slot_keys, slot_points, energies, found)
    for i in range(min(count, found.size)):
        point = found[i]
        total = 0.0
        for v in range(form.size):
            total += (form[v] - forms[point, v]) ** 2
        if total < least or (total == least and point < best):
            best, least = point, total
    return best, np.sqrt(least), count


@kernel(
    int64(float64[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1]),
)
def locate_all(energies, forms, directions, widths, coordinates):
    """Apply :func:`locate` to all rows; return the first row whose cells cannot be counted, or -1."""
    for i in range(energies.size):
        if not locate(energies[i], forms[i], directions, widths, coordinates[i]):
            return i
    return -1


@kernel(void(int64, float64[:, ::1], float64[::1], int64, uint64[::1], int32[::1]))
def put_located(kind, coordinates, widths, first, slot_keys, slot_points):
    """Enter points numbered from ``first`` at the rows of ``coordinates``, shape (n_points, 3)."""
    for i in range(coordinates.shape[0]):
        cell = np.floor(coordinates[i] / widths)
        put(cell_hash(cell[0], cell[1], cell[2], kind), np.int32(first + i), slot_keys, slot_points)


class PointIndex:
    """Stationary points, each known up to symmetry, numbered in the order in which they were added.

    Look-ups may run in several threads as long as none adds a point.

    Parameters
    ----------
    symmetry : lossland.symmetry.Symmetry
        What makes copies of one point.
    energy_tolerance : float
        Same points differ by no more in energy. Energies of converged points agree to rounding (about 1e-13); the
        default leaves room for another order of summation.
    distance_tolerance : float
        Nor by more in Euclidean distance after alignment. A point converged to a gradient norm g lies within g divided
        by its smallest Hessian eigenvalue: 1e-11 / 1e-5 = 1e-6.
    capacity : int
        Points to make room for at first; it grows by itself.

    Raises
    ------
    InputError
        When a tolerance is not positive.
    """

    def __init__(self, symmetry, energy_tolerance=1e-9, distance_tolerance=1e-5, capacity=1024):
        if not (0.0 < energy_tolerance < math.inf and 0.0 < distance_tolerance < math.inf):
            raise InputError(
                f"energy_tolerance is {energy_tolerance} and distance_tolerance {distance_tolerance}, "
                "but both must be positive numbers"
            )
        self.symmetry = symmetry
        self.energy_tolerance = float(energy_tolerance)
        self.distance_tolerance = float(distance_tolerance)
        self._radii = np.array([energy_tolerance, *(2 * [_REACH * distance_tolerance])])
        self._widths = _CELLS_PER_REACH * self._radii
        both = generic_direction(2 * symmetry.n_variables).reshape(2, -1)
        self._directions = both / np.linalg.norm(both, axis=1, keepdims=True)
        self._n_points = 0
        self._n_entries = 0
        capacity = max(int(capacity), 1)
        self._forms = np.empty((capacity, symmetry.n_variables))
        self._energies = np.empty(capacity)
        self._make_table(2 * capacity)

    def __len__(self):
        return self._n_points

    @property
    def n_bytes(self) -> int:
        """Memory of all arrays, reserved room included."""
        return sum(a.nbytes for a in (self._forms, self._energies, self._slot_keys, self._slot_points))

    def x(self, point) -> np.ndarray:
        """Return the canonical form, shape (n_variables,), of a point by its number."""
        return self._forms[self._checked(point)].copy()

    def energy(self, point) -> float:
        """Return the energy of a point by its number."""
        return float(self._energies[self._checked(point)])

    def find(self, x, energy) -> int:
        """Return the number of the point that ``x``, shape (n_variables,), is a copy of, or -1.

        Raises
        ------
        InputError
            When ``x`` or ``energy`` is not finite, or too large to resolve the tolerance.
        """
        return self._find(*self._canonical(x), energy)

    def add(self, x, energy) -> int:
        """Add a point that is known to be new, and return its number; raises as :meth:`find`."""
        form, margin = self._canonical(x)
        return self._add(form, margin, energy)

    def find_or_add(self, x, energy) -> tuple[int, bool]:
        """Return the number of the point and whether it is new; raises as :meth:`find`."""
        form, margin = self._canonical(x)
        point = self._find(form, margin, energy)
        return (point, False) if point >= 0 else (self._add(form, margin, energy), True)

    def add_many(self, points, energies) -> np.ndarray:
        """Add points known to be new, shape (n_points, n_variables), energies (n_points,); return their numbers."""
        forms, margins = self.symmetry.canonical_many_with_margin(points, _EQUAL * self.distance_tolerance)
        energies = np.require(energies, np.float64, ["C", "W"])
        if energies.shape != margins.shape:
            raise InputError(f"energies have shape {energies.shape}, but there are {len(margins)} points")
        return self._add_forms(forms, margins, energies)

    def _canonical(self, x):
        return self.symmetry.canonical_with_margin(x, _EQUAL * self.distance_tolerance)

    def _find(self, form, margin, energy):
        coordinates, found = np.empty(3), np.empty(16, dtype=np.int64)
        while True:
            point, distance, count = look_up(
                energy, form, self._directions, *self._table(), self._forms, coordinates, found
            )
            if count < 0:
                raise self._unresolved(energy)
            if count <= found.size:
                break
            found = np.empty(count, dtype=np.int64)
        if distance <= self.distance_tolerance:
            return point
        candidates = found[:count]
        if margin <= 2.0 * self.distance_tolerance:
            candidates = np.union1d(candidates, self._near_invariants(form, energy))
        elif distance > _REACH * self.distance_tolerance:
            return -1
        return self._aligned(form, candidates)

    def _near_invariants(self, form, energy):
        """Return the numbers of the points that may be copies of a point whose canonical form is ambiguous."""
        coordinates, found = np.array([energy, *self.symmetry.invariants(form)]), np.empty(16, dtype=np.int64)
        while True:
            count = near(BY_INVARIANTS, coordinates, *self._table(), found)
            if count <= found.size:
                return found[:count]
            found = np.empty(count, dtype=np.int64)

    def _aligned(self, form, candidates):
        """Return the candidate nearest to ``form`` after alignment, if it is within the tolerance, else -1."""
        best, least = -1, math.inf
        for point in np.sort(candidates):
            _, distance = self.symmetry.align(form, self._forms[point])
            if distance < least:
                best, least = int(point), distance
        return best if least <= self.distance_tolerance else -1

    def _table(self):
        return self._radii, self._widths, self._slot_keys, self._slot_points, self._energies

    def _unresolved(self, energy):
        return InputError(
            f"a point of energy {energy} cannot be looked up: expected finite numbers, small enough for the energy "
            f"tolerance {self.energy_tolerance} and the distance tolerance {self.distance_tolerance} to exceed rounding"
        )

    def _add(self, form, margin, energy):
        return int(self._add_forms(form[None], np.array([margin]), np.array([float(energy)]))[0])

    def _add_forms(self, forms, margins, energies):
        coordinates = np.empty((len(forms), 3))
        wrong = locate_all(energies, forms, self._directions, self._widths, coordinates)
        if wrong >= 0:
            raise self._unresolved(energies[wrong])
        # a point within the tolerance of one with margin 2 has margin 4 or less
        ambiguous = np.flatnonzero(margins <= 4.0 * self.distance_tolerance)
        first, stop = self._n_points, self._n_points + len(forms)
        self._reserve(stop, self._n_entries + len(forms) + len(ambiguous))
        self._forms[first:stop], self._energies[first:stop] = forms, energies
        self._put(BY_FORM, coordinates, first)
        for i in ambiguous:
            self._put(BY_INVARIANTS, np.array([[energies[i], *self.symmetry.invariants(forms[i])]]), first + i)
        self._n_points = stop
        return np.arange(first, stop)

    def _put(self, kind, coordinates, first):
        put_located(kind, coordinates, self._widths, first, self._slot_keys, self._slot_points)
        self._n_entries += len(coordinates)

    def _reserve(self, n_points, n_entries):
        """Make room for so many points and entries in all, with at most half of the slots filled."""
        if n_points > len(self._energies):
            capacity = max(n_points, 2 * len(self._energies))
            self._forms = _grown(self._forms, capacity)
            self._energies = _grown(self._energies, capacity)
        if 2 * n_entries > self._slot_keys.size:
            old = self._slot_keys, self._slot_points
            self._make_table(2 * n_entries)
            put_all(*old, self._slot_keys, self._slot_points)

    def _make_table(self, n_slots):
        n_slots = 1 << (n_slots - 1).bit_length()
        self._slot_keys = np.zeros(n_slots, dtype=np.uint64)
        self._slot_points = np.full(n_slots, _EMPTY, dtype=np.int32)

    def _checked(self, point):
        if not 0 <= point < self._n_points:
            raise IndexError(f"point {point} is not among the {self._n_points} of this index")
        return point


def _grown(array, capacity):
    larger = np.empty((capacity, *array.shape[1:]))
    larger[: len(array)] = array
    return larger
