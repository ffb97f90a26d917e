"""Check a landscape file by recomputing all of it, on a path that shares nothing with the engine's searches.

Energies, gradients and Hessians come from :mod:`lossland.reference` (plain NumPy), the ends of transition states from
steepest-descent paths integrated by a stiff ODE solver.  What is allowed for rounding:

- energy: 1e-10 relative, plus a thousandth of the landscape's energy tolerance for energies near zero;
- gradient of a user's function, beside difference quotients of its energy: 1e-5 times the largest eigenvalue, and 1e-9
  of the energy;
- rms_gradient: 1e-15 times the largest Hessian eigenvalue times the largest variable (at least 1 each), which is the
  rounding error of a gradient; the recorded value may besides differ by a thousandth;
- eigenvalues: ``hessian_accuracy`` of the reference times the largest eigenvalue, ten times over; an eigenvalue
  below that has no certain sign. ln det: the sum of the relative errors that this means for every eigenvalue.
  Beyond 4,000 variables the lowest alone, by Lanczos on differences of the reference's gradients, to 1 %;
- ends: by symmetry a path may lead straight to a saddle, and the last digits of the transition state decide where it
  goes from there.  Ends that are recorded otherwise than recomputed are counted as undetermined, not as false, when on
  either side the careful path has the recorded end, or it passes a saddle within the distance tolerance and paths from
  that saddle have it, or paths from points a hundredth of the distance tolerance away have it, all of them followed at
  least as closely.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence

from lossland import symmetry
from lossland.errors import FileFormatError, InputError
from lossland.landscape_file import FileContents, read_contents
from lossland.lowest_mode import extreme_eigenvalues
from lossland.point_index import PointIndex
from lossland.recorded import recorded_objective, refuse_another_function
from lossland.reference import (
    CAREFUL,
    CLOSER,
    QUICK,
    FunctionReference,
    both_ends,
    ends_beyond,
    reference_for,
    saddle_passed,
)
from lossland.status import MAX_DENSE, SIGN_TOLERANCE

ENERGY_RTOL, ENERGY_ATOL = 1e-10, 1e-3
GRADIENT_RTOL, GRADIENT_ROUNDING = 1e-3, 1e-15
EIGENVALUE_MARGIN = 10.0
DIFFERENCE = 1e-5  # length of the steps between the gradients of a Hessian-vector product
NEARBY, N_NEARBY = 0.01, 16  # distance, in distance tolerances, and number of points around a transition state
MINIMA, STATES = "minima", "transition_states"


@dataclass(frozen=True)
class Offence:
    """One thing in a file that is not as it should be.

    Attributes
    ----------
    kind : str
        What is wrong: content, search, finite, order, hits, survey_hits, energy, gradient, index, eigenvalue, log_det,
        duplicate, end_row, barrier or end.
    table : str
        ``minima``, ``transition_states``, ``search`` or ``/``.
    row : int
        Row of the table, from 0; -1 where there is none.
    expected, found : object
        What should stand in the file, and what does.
    sentence : str
        The same for people.
    """

    kind: str
    table: str
    row: int
    expected: object
    found: object
    sentence: str


@dataclass(frozen=True)
class Verification:
    """What was checked and what was found wrong.

    Attributes
    ----------
    offences : list of Offence
    n_minima, n_transition_states : int
        Rows checked.
    n_ends_checked : int
        Transition states whose two ends were recomputed.
    n_undetermined : int
        Those of them with other ends than recorded whose path leads to a saddle, or ends elsewhere when they are moved
        by a hundredth of the distance tolerance, the recorded ends among those found that way.
    """

    offences: list
    n_minima: int
    n_transition_states: int
    n_ends_checked: int
    n_undetermined: int


def verify(path, objective=None, *, ends=None, seed=0) -> list[Offence]:
    """Recompute a landscape file and return all offences; see :func:`verification`."""
    return verification(path, objective, ends=ends, seed=seed).offences


def verification(
    path, objective=None, *, ends: int | None = None, seed: int = 0, progress: Callable | None = None
) -> Verification:
    """Recompute a landscape file: energies, gradients, eigenvalues, ends, identity, order and counts.

    Parameters
    ----------
    path : path-like
    objective : Objective, optional
        Needed for files of a kind that cannot be rebuilt from a file, such as a user's own function.
    ends : int, optional
        Recompute the ends of so many transition states only, drawn at random; all of them without it.
    seed : int
        Of that draw.
    progress : callable, optional
        Called with (rows done, rows in all) after every row and every pair of ends.

    Returns
    -------
    Verification

    Raises
    ------
    FileFormatError
        When the file cannot be read as a landscape at all.
    InputError
        When ``objective`` is needed and missing, or another one than the file's.
    """
    contents = read_contents(path, check_content=False)
    recorded = recorded_objective(path, contents)
    if ends is not None and ends < 0:
        raise InputError(f"ends is {ends}; expected a number of transition states, 0 or more")
    reference = reference_for(contents, objective)
    if objective is not None:
        refuse_another_function(path, contents, objective)
    return _Check(path, contents, recorded, reference, progress).run(ends, seed)


class _Check:
    """One verification under way."""

    def __init__(self, path, contents: FileContents, recorded, reference, progress):
        self.tables = {MINIMA: contents.minima, STATES: contents.transition_states}
        self.contents, self.reference, self.progress = contents, reference, progress
        tolerances = []
        for name in ("energy_tolerance", "distance_tolerance", "rms_tolerance"):
            tolerances.append(contents.config.get(name))
            if not isinstance(tolerances[-1], float) or not tolerances[-1] > 0.0:
                raise FileFormatError(f"{path}: config has {name} {tolerances[-1]!r}; expected a positive number")
        self.energy_tolerance, self.distance_tolerance, self.rms_tolerance = tolerances
        self.symmetry = symmetry.for_objective(recorded)
        self.offences, self.n_undetermined, self.done, self.total = [], 0, 0, 0
        #: energies as recomputed; NaN where that was not possible
        self.energies = {name: np.full(len(table["energy"]), np.nan) for name, table in self.tables.items()}
        #: stationary points of the right kind, whose descent makes sense
        self.sound = {name: np.zeros(len(table["energy"]), dtype=bool) for name, table in self.tables.items()}

    def run(self, n_ends, seed):
        n_minima, n_states = (len(self.tables[name]["energy"]) for name in (MINIMA, STATES))
        n_ends = n_states if n_ends is None else min(n_ends, n_states)
        self.total = n_minima + n_states + n_ends
        self._check_frame()
        for name in (MINIMA, STATES):
            self._check_columns(name)
            for row in range(len(self.tables[name]["energy"])):
                self._check_point(name, row)
                self._advance()
        self._check_end_rows()
        index, rows = self._check_duplicates(MINIMA)
        self._check_duplicates(STATES)
        chosen = np.sort(np.random.default_rng(seed).permutation(n_states)[:n_ends])
        n_checked = 0
        for row in chosen:
            n_checked += self._check_ends(int(row), index, rows)
            self._advance()
        return Verification(self.offences, n_minima, n_states, n_checked, self.n_undetermined)

    def _advance(self):
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)

    def _offence(self, kind, table, row, expected, found, sentence):
        where = f"/{table} row {row}" if row >= 0 else f"/{table}".replace("//", "/")
        self.offences.append(Offence(kind, table, row, expected, found, f"{where}: {sentence}"))

    def _check_frame(self):
        """Digest of the content, and counts of the searches."""
        if not self.contents.content_matches:
            sentence = "the content does not have the recorded content_sha256, so it changed after it was written"
            self._offence("content", "/", -1, "a matching content_sha256", "another", sentence)
        search = self.contents.search
        for name, number in (("n_searches", search["n_searches"]), *search["n_failed"].items()):
            if number < 0:  # a search may fail many times: at each move of a chain, at each maximum of a path
                sentence = f"{name} is {number}; expected 0 or more"
                self._offence("search", "search", -1, "at least 0", number, sentence)
        for name in ("coverage_minima", "coverage_transition_states"):
            if not 0.0 <= search[name] <= 1.0:
                sentence = f"{name} is {search[name]}; expected 0 to 1"
                self._offence("search", "search", -1, "0 to 1", search[name], sentence)

    def _check_columns(self, name):
        """Order and hits of all rows."""
        table = self.tables[name]
        for row in np.flatnonzero(np.diff(table["energy"]) < 0.0) + 1:
            before, here = table["energy"][row - 1 : row + 1].tolist()
            sentence = f"energy {here:.12g} is below that of the row before, {before:.12g}; expected ascending energies"
            self._offence("order", name, int(row), f"at least {before!r}", here, sentence)
        for row in np.flatnonzero(table["hits"] < 1):
            hits = int(table["hits"][row])
            self._offence("hits", name, int(row), "at least 1", hits, f"hits is {hits}; expected at least 1")
        surveyed = table["survey_hits"]
        for row in np.flatnonzero((surveyed < 0) | (surveyed > table["hits"])):
            found, expected = int(surveyed[row]), f"0 to {table['hits'][row]}"
            sentence = f"survey_hits is {found}; expected {expected}, the number of all hits"
            self._offence("survey_hits", name, int(row), expected, found, sentence)

    def _check_point(self, name, row):
        """Energy, gradient and eigenvalues of one stationary point."""
        table = self.tables[name]
        x = np.ascontiguousarray(table["x"][row])
        if not np.isfinite(x).all():
            self._offence("finite", name, row, "finite numbers", "NaN or infinity", "x is not finite")
            return
        energy, gradient = self.reference.energy_gradient(x)
        self.energies[name][row] = energy
        allowed = ENERGY_RTOL * abs(energy) + ENERGY_ATOL * self.energy_tolerance
        self._compare("energy", name, row, "energy", energy, allowed)
        large = x.size > MAX_DENSE
        hessian = np.zeros(0) if large else self.reference.hessian(x)
        if not (np.isfinite(energy) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            self._offence(
                "finite", name, row, "finite numbers", "NaN or infinity", "energy or derivatives overflow at x"
            )
            return
        if large:
            self.sound[name][row] = self._check_large(name, row, x, gradient)
            return
        eigenvalues = np.linalg.eigvalsh(hessian)
        largest = float(np.abs(eigenvalues).max())
        stationary = self._check_gradient(name, row, gradient, largest * max(1.0, float(np.abs(x).max())))
        if isinstance(self.reference, FunctionReference) and (error := self.reference.gradient_error(x, largest)) > 0.0:
            sentence = f"the function's gradient is off by {error:.3g} here, beside difference quotients of its energy"
            self._offence("gradient", name, row, 0.0, error, sentence)
        accuracy = EIGENVALUE_MARGIN * self.reference.hessian_accuracy * largest
        self.sound[name][row] = self._check_eigenvalues(name, row, eigenvalues, accuracy) and stationary

    def _check_large(self, name, row, x, gradient):
        """Check gradient and sign of a point of many variables by its two extreme eigenvalues, without the Hessian."""

        @np.errstate(over="ignore", invalid="ignore")  # said below
        def product(direction):
            step = DIFFERENCE / np.linalg.norm(direction) * direction
            ahead, behind = (self.reference.energy_gradient(x + sign * step)[1] for sign in (1.0, -1.0))
            return (ahead - behind) * (np.linalg.norm(direction) / (2.0 * DIFFERENCE))

        try:
            ends = [extreme_eigenvalues(product, x.size, which=w, tolerance=SIGN_TOLERANCE) for w in ("SA", "LA")]
        except ArpackNoConvergence:
            self._offence(
                "eigenvalue", name, row, "an eigenvalue", "none", "Lanczos does not find its smallest eigenvalue"
            )
            return False
        except (ArpackError, FloatingPointError):
            self._offence("finite", name, row, "finite numbers", "NaN or infinity", "derivatives overflow near x")
            return False
        lowest, highest = (float(end[0]) for end in ends)
        stationary = self._check_gradient(name, row, gradient, highest * max(1.0, float(np.abs(x).max())))
        accuracy = EIGENVALUE_MARGIN * (SIGN_TOLERANCE * abs(lowest) + DIFFERENCE**2 * highest)
        return self._check_eigenvalues(name, row, np.array([lowest]), accuracy) and stationary

    def _compare(self, kind, name, row, column, expected, allowed):
        """Report a recorded number that differs from the recomputed one by more than allowed (or is NaN)."""
        found = float(self.tables[name][column][row])
        if not abs(found - expected) <= allowed:
            sentence = f"{column} is {found:.15g} in the file; recomputed, it is {expected:.15g}"
            self._offence(kind, name, row, float(expected), found, sentence)

    def _check_gradient(self, name, row, gradient, scale):
        """Report a point that is not stationary, or another gradient than recorded; return whether it is stationary."""
        rms = float(np.linalg.norm(gradient) / np.sqrt(gradient.size))
        rounding = GRADIENT_ROUNDING * max(1.0, scale)
        stationary = rms <= self.rms_tolerance + rounding
        if not stationary:
            sentence = (
                f"not a stationary point: recomputed rms_gradient {rms:.3g}; expected <= {self.rms_tolerance:.3g}"
            )
            self._offence("gradient", name, row, f"at most {self.rms_tolerance!r}", rms, sentence)
        self._compare("gradient", name, row, "rms_gradient", rms, GRADIENT_RTOL * rms + rounding)
        return stationary

    def _check_eigenvalues(self, name, row, eigenvalues, accuracy):
        """Check the number of negative eigenvalues, the lowest and ln det; return whether the number is right."""
        wanted, column = (0, "smallest_eigenvalue") if name == MINIMA else (1, "negative_eigenvalue")
        n_negative = int(np.count_nonzero(eigenvalues < -accuracy))
        n_uncertain = int(np.count_nonzero(np.abs(eigenvalues) <= accuracy))
        right = n_negative <= wanted <= n_negative + n_uncertain
        if not right:
            sentence = f"{n_negative} negative Hessian eigenvalues, the lowest {eigenvalues[0]:.6g}; expected {wanted}"
            self._offence("index", name, row, wanted, n_negative, sentence)
        self._compare("eigenvalue", name, row, column, float(eigenvalues[0]), accuracy)
        positive = eigenvalues[wanted:]
        whole = eigenvalues.size == self.tables[name]["x"].shape[1]
        if whole and (positive.size == 0 or positive[0] > accuracy):  # else the logarithm says nothing
            allowed = float(np.sum(accuracy / positive)) + 1e-12 * eigenvalues.size
            self._compare("log_det", name, row, "log_det_hessian", float(np.log(positive).sum()), allowed)
        return right

    def _check_end_rows(self):
        """Rows named as ends exist, and lie below their transition state."""
        n_minima = len(self.tables[MINIMA]["energy"])
        for row, ends in enumerate(self.tables[STATES]["minima"].tolist()):
            if not all(0 <= end < n_minima for end in ends):
                self.sound[STATES][row] = False
                sentence = f"its ends are rows {ends} of /minima; expected rows from 0 to {n_minima - 1}"
                self._offence("end_row", STATES, row, f"0 to {n_minima - 1}", ends, sentence)
                continue
            energy, highest = self.energies[STATES][row], self.energies[MINIMA][ends].max()
            if energy <= highest:
                sentence = f"energy {energy:.12g} is not above that of its higher end, {highest:.12g}"
                self._offence("barrier", STATES, row, f"above {highest!r}", float(energy), sentence)

    def _check_duplicates(self, name):
        """Report rows that are the same point; return an index of all distinct ones and the row of each."""
        index, rows = PointIndex(self.symmetry, self.energy_tolerance, self.distance_tolerance), []
        for row in np.flatnonzero(np.isfinite(self.energies[name])):
            number, is_new = index.find_or_add(self.tables[name]["x"][row], float(self.energies[name][row]))
            if is_new:
                rows.append(int(row))
            else:
                sentence = f"the same point as row {rows[number]}, up to symmetry; expected every point once"
                self._offence("duplicate", name, int(row), "a distinct point", rows[number], sentence)
        return index, rows

    def _check_ends(self, row, index, rows):
        """Recompute both ends of one transition state; return whether it could be done."""
        if not self.sound[STATES][row]:
            return False  # reported already; a descent from there proves nothing
        x = np.ascontiguousarray(self.tables[STATES]["x"][row])
        claimed = sorted(self.tables[STATES]["minima"][row].tolist())
        first = [self._representative(end, index, rows) for end in claimed]
        for settings in (QUICK, CAREFUL):  # nothing is called false on the word of a quick path
            minima = both_ends(self.reference, x, self.distance_tolerance, settings)
            found = [self._row_of(minimum, index, rows) for minimum in minima]
            if sorted(found) == sorted(first):
                return True
        if self._undetermined(x, row, first, found, index, rows):
            self.n_undetermined += 1
            return True
        found.sort()
        names = {-1: "no row of the file", -2: "no minimum at all"}
        said = " and ".join(str(names.get(end, end)) for end in found)
        sentence = f"it falls to {said} of /minima, not to rows {claimed[0]} and {claimed[1]} as the file says"
        self._offence("end", STATES, row, found, claimed, sentence)
        return True

    def _undetermined(self, x, row, claimed, found, index, rows):
        """Tell whether the path on either side may as well have ended in the claimed minimum."""
        sides = tuple({end} for end in found)
        for side, minimum in self._possible_ends(x, np.random.default_rng(row)):
            sides[side].add(self._row_of(minimum, index, rows))
            if any(a in sides[0] and b in sides[1] for a, b in (claimed, claimed[::-1])):
                return True
        return False

    def _possible_ends(self, x, rng):
        """Yield side (0 or 1) and minimum, or None, of paths that are not told apart from those of the file."""
        for side in (0, 1):
            saddle = saddle_passed(self.reference, x, (1.0, -1.0)[side], self.distance_tolerance)
            if saddle is not None:
                for minimum in ends_beyond(self.reference, saddle, self.distance_tolerance, rng):
                    yield side, minimum
        for i in range(N_NEARBY):
            offset, settings = rng.normal(size=x.size), CLOSER[i % len(CLOSER)]
            offset *= NEARBY * self.distance_tolerance / np.linalg.norm(offset)
            yield from enumerate(both_ends(self.reference, x, self.distance_tolerance, settings, offset))

    def _representative(self, row, index, rows):
        """Return the first of the rows that are the same point as ``row``."""
        number = (
            index.find(self.tables[MINIMA]["x"][row], float(self.energies[MINIMA][row])) if self._known(row) else -1
        )
        return rows[number] if number >= 0 else row

    def _known(self, row):
        return np.isfinite(self.energies[MINIMA][row])

    def _row_of(self, minimum, index, rows):
        if minimum is None:
            return -2
        number = index.find(minimum, self.reference.energy_gradient(minimum)[0])
        return rows[number] if number >= 0 else -1
