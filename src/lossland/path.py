"""Paths between two minima by the doubly-nudged elastic band; their maxima are candidates for transition states.

Trygubenko and Wales, J. Chem. Phys. 120, 2082 (2004), with the tangent of Henkelman and Jonsson, J. Chem. Phys. 113,
9978 (2000).  Bands need not be tight: every candidate is refined afterwards by following eigenvectors.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
from numba import float64, int64, types

from lossland._kernel import kernel
from lossland._vector import add_scaled, dot, norm, rms, scale
from lossland.lbfgs import quasi_newton_step
from lossland.objectives.base import DATA, VALUE_GRADIENT, Objective
from lossland.status import Status

CONVERGED = int(Status.CONVERGED)
MAX_ITERATIONS = int(Status.MAX_ITERATIONS)
NOT_FINITE = int(Status.NOT_FINITE)

FUNCTION = types.FunctionType(VALUE_GRADIENT)
TINY = 1e-300
ROUNDING = 1e-9  # a maximum on an image belongs to the segment before it, and is found there in spite of rounding


class BandOptions(NamedTuple):
    """Settings of :func:`connect_path`; lengths are Euclidean norms in units of ``x``.

    The defaults gave the cheapest transition states on 2-10-4 networks with 1000 data, the exact-Hessian refinement
    counted in; 100 steps instead of 25, or stiff springs, cost more and joined no more pairs.

    Attributes
    ----------
    images_per_distance : float
        Images for every unit of length between the ends, before the limits.
    min_images, max_images : int
        Limits to the images of the first attempt, both ends included.
    spring : float
        Force of the springs relative to the objective's: the spring constant is ``spring`` times the RMS perpendicular
        gradient of the first band over its spacing, so that it suits every scale of the objective.
    max_iterations : int
        L-BFGS steps of the whole band; every one costs an evaluation for each image between the ends.
    tolerance : float
        The band is tight when the RMS of its nudged force is at or below this.
    max_step : float
        Longest step of one image.
    first_step : float
        The first step is this times the force, at most ``max_step``.
    history : int
        Pairs of steps and force changes that L-BFGS keeps.
    """

    images_per_distance: float = 1.0
    min_images: int = 7
    max_images: int = 30
    spring: float = 0.1
    max_iterations: int = 25
    tolerance: float = 1e-5
    max_step: float = 0.2
    first_step: float = 0.1
    history: int = 8


BAND_OPTIONS = numba.typeof(BandOptions())
BAND_RESULT = types.Tuple((float64, int64, int64, int64))


class Candidate(NamedTuple):
    """A maximum of a path: ``x`` and the unit ``tangent`` there, both of shape (n_variables,)."""

    x: np.ndarray
    tangent: np.ndarray


@dataclass(frozen=True, slots=True)
class Path:
    """A band between two minima.

    Attributes
    ----------
    images : ndarray, shape (n_images, n_variables)
        Points of the band, both ends included.
    energies : ndarray, shape (n_images,)
    tangents : ndarray, shape (n_images, n_variables)
        Unit tangents, towards the second end.
    candidates : list of Candidate
        Every interior maximum of the profile, in order along the path.
    rms_force : float
        RMS of the nudged force when the band was left.
    n_evaluations, n_iterations : int
    status : Status
        ``CONVERGED`` or ``MAX_ITERATIONS`` (with candidates, usable all the same), ``NO_CANDIDATE`` or ``NOT_FINITE``.
    """

    images: np.ndarray
    energies: np.ndarray
    tangents: np.ndarray
    candidates: list[Candidate]
    rms_force: float
    n_evaluations: int
    n_iterations: int
    status: Status


@kernel(types.void(float64[:, ::1], float64[::1], int64, float64[::1]))
def improved_tangent(images, energies, i, tangent):
    """Overwrite ``tangent`` (n,) with the unit tangent at image ``i`` (Henkelman and Jonsson 2000, eqs. 8 to 11)."""
    last = energies.size - 1
    below, above = max(i - 1, 0), min(i + 1, last)
    rise, fall = energies[above] - energies[i], energies[i] - energies[below]
    if i == 0 or (i < last and rise > 0.0 and fall > 0.0):
        forward, backward = 1.0, 0.0
    elif i == last or (rise < 0.0 and fall < 0.0):
        forward, backward = 0.0, 1.0
    else:  # at an extremum both neighbours count, the higher one more
        larger, smaller = max(abs(rise), abs(fall)), min(abs(rise), abs(fall))
        higher_ahead = energies[above] > energies[below]
        forward, backward = (larger, smaller) if higher_ahead else (smaller, larger)
        if larger == 0.0:
            forward, backward = 1.0, 1.0
    for j in range(tangent.size):
        tangent[j] = forward * (images[above, j] - images[i, j]) + backward * (images[i, j] - images[below, j])
    scale(1.0 / max(norm(tangent), TINY), tangent)


@kernel(types.void(float64[:, ::1], int64, float64[::1], float64[::1], float64, float64[::1]))
def _nudged_gradient(images, i, gradient, tangent, spring, nudged):
    """Overwrite ``nudged`` (n,) with minus the force on image ``i`` (Trygubenko and Wales 2004, equations 9 to 13).

    With ``spring`` zero it is the objective's gradient perpendicular to the path.
    """
    n = tangent.size
    pull = np.empty(n)
    ahead = behind = 0.0
    for j in range(n):
        pull[j] = spring * (2.0 * images[i, j] - images[i - 1, j] - images[i + 1, j])
        ahead += (images[i + 1, j] - images[i, j]) ** 2
        behind += (images[i, j] - images[i - 1, j]) ** 2
    nudged[:] = gradient
    add_scaled(-dot(gradient, tangent), tangent, nudged)
    add_scaled(-dot(pull, tangent), tangent, pull)
    size = dot(nudged, nudged)
    if size > TINY:  # the second nudging: what would work against the objective's own force
        add_scaled(-dot(pull, nudged) / size, nudged, pull)
    add_scaled(1.0, pull, nudged)
    add_scaled(-spring * (np.sqrt(ahead) - np.sqrt(behind)), tangent, nudged)


@kernel(
    types.void(float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], float64, float64[:, ::1]),
)
def _band_gradient(images, energies, gradients, tangents, spring, nudged):
    """Overwrite ``tangents`` (k, n) and, for the images between the ends, ``nudged`` (k - 2, n)."""
    for i in range(energies.size):
        improved_tangent(images, energies, i, tangents[i])
    for i in range(1, energies.size - 1):
        _nudged_gradient(images, i, gradients[i], tangents[i], spring, nudged[i - 1])


@kernel(
    int64(float64[:, ::1], float64[:, ::1], float64[::1], int64, float64[::1], float64[::1], float64[::1]),
)
def _remember(steps, changes, curvatures, n_updates, step, nudged, last_nudged):
    """Add the last step and the change of force to the history of L-BFGS, if they are of use; return its updates."""
    row = n_updates % curvatures.size
    steps[row] = step
    changes[row] = nudged
    add_scaled(-1.0, last_nudged, changes[row])
    curvatures[row] = dot(steps[row], changes[row])
    # the force of a band is no gradient: pairs of negative curvature are common, and useless
    return n_updates + 1 if curvatures[row] > 1e-10 * dot(changes[row], changes[row]) else n_updates


@kernel(
    types.void(float64[:, ::1], float64[:, ::1], float64[::1], int64, float64[::1], float64, float64[::1]),
)
def _band_step(steps, changes, curvatures, n_updates, nudged, first_step, step):
    """Overwrite ``step`` with that of L-BFGS, turned if it would go against the force."""
    if n_updates == 0:
        step[:] = nudged
        scale(-first_step, step)
        return
    quasi_newton_step(steps, changes, curvatures, n_updates, nudged, step)
    if dot(step, nudged) > 0.0:
        scale(-1.0, step)


@kernel(types.void(float64[:, ::1], float64))
def _limit_rows(steps, max_step):
    for i in range(steps.shape[0]):
        length = norm(steps[i])
        if length > max_step:
            scale(max_step / length, steps[i])


@kernel(
    BAND_RESULT(FUNCTION, DATA, float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], BAND_OPTIONS),
)
def relax_band(value_gradient, data, images, energies, gradients, tangents, options):
    """Relax a band by L-BFGS on all images between its ends at once.

    Parameters
    ----------
    value_gradient : first-class function of signature VALUE_GRADIENT
    data : ObjectiveData
    images : ndarray of float64, shape (k, n), k >= 3
        The band, ends included; modified in place but for the ends.
    energies : ndarray of float64, shape (k,)
    gradients, tangents : ndarray of float64, shape (k, n)
        Overwritten, the ends included; they belong to the band that is left.
    options : BandOptions

    Returns
    -------
    rms_force : float
    n_iterations, n_evaluations, status : int
    """
    k, n = images.shape
    size = (k - 2) * n
    nudged, last_nudged = np.empty((k - 2, n)), np.empty(size)
    step = np.empty((k - 2, n))
    flat, flat_step = nudged.reshape(size), step.reshape(size)
    steps, changes = np.empty((options.history, size)), np.empty((options.history, size))
    curvatures, n_updates, spring, rms_force = np.empty(options.history), 0, 0.0, np.inf
    energies[0] = value_gradient(images[0], data, gradients[0])
    energies[k - 1] = value_gradient(images[k - 1], data, gradients[k - 1])
    n_evaluations = 2
    for iteration in range(options.max_iterations + 1):
        for i in range(1, k - 1):
            energies[i] = value_gradient(images[i], data, gradients[i])
        n_evaluations += k - 2
        if iteration == 0:
            _band_gradient(images, energies, gradients, tangents, 0.0, nudged)
            spacing = norm(images[k - 1] - images[0]) / (k - 1)
            spring = options.spring * rms(flat) * np.sqrt(n) / max(spacing, TINY)
        _band_gradient(images, energies, gradients, tangents, spring, nudged)
        rms_force = rms(flat)
        if not (np.isfinite(rms_force) and np.isfinite(energies.sum())):
            return rms_force, iteration, n_evaluations, NOT_FINITE
        if rms_force <= options.tolerance:
            return rms_force, iteration, n_evaluations, CONVERGED
        if iteration == options.max_iterations:
            break
        if iteration > 0:
            n_updates = _remember(steps, changes, curvatures, n_updates, flat_step, flat, last_nudged)
        _band_step(steps, changes, curvatures, n_updates, flat, options.first_step, flat_step)
        _limit_rows(step, options.max_step)
        last_nudged[:] = flat
        for i in range(1, k - 1):
            add_scaled(1.0, step[i - 1], images[i])
    return rms_force, options.max_iterations, n_evaluations, MAX_ITERATIONS


def image_count(distance: float, options: BandOptions = BandOptions(), attempt: int = 0) -> int:
    """Return how many images, ends included, span ``distance``; twice as many with every further attempt."""
    wanted = math.ceil(options.images_per_distance * distance)
    return min(max(wanted, options.min_images, 3), options.max_images) * 2**attempt


def connect_path(
    objective: Objective, start, end, options: BandOptions = BandOptions(), *, attempt: int = 0, bend=None
) -> Path:
    """Relax a doubly-nudged elastic band from ``start`` to ``end``, first a straight line or an arc.

    Parameters
    ----------
    objective : Objective
    start, end : array_like, shape (n_variables,)
        Minima, already aligned with each other.
    options : BandOptions
    attempt : int
        0 at first; every further attempt has twice as many images.
    bend : ndarray, shape (n_variables,), optional
        Where the middle of the first band is, from the middle of the line: leads to other paths, and away from those
        that a symmetry of the ends confines.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        When the ends are one point or not of shape (n_variables,).
    """
    start, end = np.array(start, dtype=np.float64), np.array(end, dtype=np.float64)
    if start.shape != (objective.n_variables,) or end.shape != start.shape:
        n = objective.n_variables
        raise ValueError(f"start and end have shapes {start.shape} and {end.shape}, but must have ({n},)")
    distance = norm(end - start)
    if not distance > 0.0:
        raise ValueError("start and end of a path must be two different points")
    n_images = image_count(distance, options, attempt) if math.isfinite(distance) else 3
    fractions = np.linspace(0.0, 1.0, n_images)[:, None]
    images = np.ascontiguousarray((1.0 - fractions) * start + fractions * end)
    if bend is not None:
        images[1:-1] += np.sin(np.pi * fractions[1:-1]) * bend
    energies, gradients, tangents = np.empty(n_images), np.empty_like(images), np.empty_like(images)
    rms_force, n_iterations, n_evaluations, status = relax_band(
        objective.value_gradient, objective.data, images, energies, gradients, tangents, options
    )
    candidates = []
    if status != NOT_FINITE:
        candidates = profile_maxima(images, energies, gradients, tangents)
        status = status if candidates else Status.NO_CANDIDATE
    return Path(images, energies, tangents, candidates, rms_force, n_evaluations, n_iterations, Status(status))


def profile_maxima(images, energies, gradients, tangents) -> list[Candidate]:
    """Return every interior maximum of the cubic spline through energies and slopes of a band, in order.

    Parameters
    ----------
    images, gradients, tangents : ndarray, shape (n_images, n_variables)
    energies : ndarray, shape (n_images,)

    Notes
    -----
    The spline has one slope at each image, so a maximum between two images is found even where the energies of the
    images rise steadily, and none is lost at a kink of the band.
    """
    slopes = np.einsum("ij,ij->i", gradients, tangents)
    slopes[0] = slopes[-1] = 0.0  # the ends are minima
    candidates = []
    for i, chord in enumerate(np.diff(images, axis=0)):
        length = norm(chord)
        fraction = cubic_maximum(energies[i], energies[i + 1], length * slopes[i], length * slopes[i + 1])
        if fraction is None or (i == len(images) - 2 and fraction > 1.0 - ROUNDING):
            continue
        x = images[i] + fraction * chord
        tangent = (1.0 - fraction) * tangents[i] + fraction * tangents[i + 1]
        size = norm(tangent)
        candidates.append(Candidate(x, tangent / size if size > 0.1 else chord / length))
    return candidates


def cubic_maximum(value_0: float, value_1: float, slope_0: float, slope_1: float) -> float | None:
    """Return where in (0, 1] the cubic with these values and slopes at 0 and 1 has a maximum; None without one."""
    a = 2.0 * (value_0 - value_1) + slope_0 + slope_1
    b = 3.0 * (value_1 - value_0) - 2.0 * slope_0 - slope_1
    discriminant = b * b - 3.0 * a * slope_0
    if discriminant <= 0.0 or (a == 0.0 and b >= 0.0):
        return None
    # of the two roots of 3 a t^2 + 2 b t + slope_0 the one with negative second derivative, free of cancellation
    root = math.sqrt(discriminant)
    t = -(b + root) / (3.0 * a) if b > 0.0 else slope_0 / (root - b)
    return t if ROUNDING < t <= 1.0 + ROUNDING else None
