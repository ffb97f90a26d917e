import numpy as np
import pytest
from known_surfaces import MINIMA, SADDLES, broken, double_wells, mueller_brown, small_network

from lossland.hybrid import HybridOptions, follow_hybrid
from lossland.path import BandOptions, connect_path, cubic_maximum, image_count, improved_tangent, profile_maxima
from lossland.status import Status

TIGHT = BandOptions(spring=1.0, max_iterations=300, tolerance=1e-3, max_step=0.1, first_step=1e-4)
CAREFUL = HybridOptions(max_uphill=0.1, push=0.05, max_step=0.1, difference=1e-5)


@pytest.fixture(scope="module")
def surface():
    return mueller_brown()


@pytest.mark.parametrize(("ends", "saddles"), [((0, 1), [0]), ((1, 2), [1]), ((0, 2), [0, 1]), ((2, 0), [1, 0])])
def test_every_candidate_leads_to_its_saddle_in_order(surface, ends, saddles):
    path = connect_path(surface, MINIMA[ends[0]], MINIMA[ends[1]], TIGHT)
    assert path.status == Status.CONVERGED
    assert path.rms_force <= TIGHT.tolerance
    assert len(path.candidates) == len(saddles)
    for candidate, saddle in zip(path.candidates, saddles, strict=True):
        assert np.linalg.norm(candidate.x - SADDLES[saddle]) < 0.1
        assert np.linalg.norm(candidate.tangent) == pytest.approx(1.0, abs=1e-12)
        point = follow_hybrid(surface, candidate.x, candidate.tangent, CAREFUL)
        assert point.converged
        np.testing.assert_allclose(point.x, SADDLES[saddle], atol=1e-6)


def test_more_images_bring_the_candidate_nearer(surface):
    paths = [connect_path(surface, MINIMA[0], MINIMA[1], TIGHT, attempt=attempt) for attempt in (0, 1, 2)]
    assert [len(path.images) for path in paths] == [7, 14, 28]
    errors = [np.linalg.norm(path.candidates[0].x - SADDLES[0]) for path in paths]
    assert errors[2] < errors[0]
    assert errors[2] < 0.01


def test_ends_stay_and_arrays_belong_together(surface):
    path = connect_path(surface, MINIMA[0], MINIMA[2], TIGHT)
    np.testing.assert_array_equal(path.images[[0, -1]], MINIMA[[0, 2]])
    np.testing.assert_array_equal(path.energies, [surface.energy(x) for x in path.images])
    np.testing.assert_allclose(np.linalg.norm(path.tangents, axis=1), 1.0, atol=1e-12)
    assert path.n_evaluations == 2 + (len(path.images) - 2) * (path.n_iterations + 1)
    gaps = np.linalg.norm(np.diff(path.images, axis=0), axis=1)
    assert gaps.max() < 1.5 * gaps.min()


def test_bent_band_starts_as_an_arc_between_the_same_ends():
    bend = np.array([0.0, 0.5])
    options = TIGHT._replace(max_iterations=0, min_images=5, max_images=5)
    straight = connect_path(mueller_brown(), MINIMA[0], MINIMA[1], options).images
    bent = connect_path(mueller_brown(), MINIMA[0], MINIMA[1], options, bend=bend).images
    np.testing.assert_array_equal(bent[[0, -1]], straight[[0, -1]])
    np.testing.assert_allclose((bent - straight)[1:-1], np.sqrt([[0.5], [1.0], [0.5]]) * bend, atol=1e-15)


def test_relaxed_images_feel_no_force_across_the_path(surface):
    """On a tight band the gradient is along the path, but for what the second nudging leaves of the springs."""
    path = connect_path(surface, MINIMA[1], MINIMA[2], TIGHT, attempt=1)
    straight = connect_path(surface, MINIMA[1], MINIMA[2], TIGHT._replace(max_iterations=0), attempt=1)

    def across(band):
        gradients = np.array([surface.energy_gradient(x)[1] for x in band.images[1:-1]])
        along = np.einsum("ij,ij->i", gradients, band.tangents[1:-1])
        return np.linalg.norm(gradients - along[:, None] * band.tangents[1:-1], axis=1).max()

    assert straight.status == Status.MAX_ITERATIONS
    assert across(path) < 1e-2 < 10.0 < across(straight)


def test_candidate_of_a_double_well_is_exact():
    """One variable flips: the band stays on the line and its spline finds the top at 0 between the images."""
    wells = double_wells([1.0, 1.5, 2.0])
    path = connect_path(wells, [-1.0, 1.0, 1.0], [1.0, 1.0, 1.0], BandOptions(min_images=8))
    assert len(path.candidates) == 1
    np.testing.assert_allclose(path.candidates[0].x, [0.0, 1.0, 1.0], atol=1e-6)
    np.testing.assert_allclose(path.candidates[0].tangent, [1.0, 0.0, 0.0], atol=1e-6)


def test_network_minima_are_joined_by_finite_band():
    network = small_network()
    rng = np.random.default_rng(2)
    start, end = network.random_start(rng), network.random_start(rng)
    path = connect_path(network, start, end, BandOptions(max_iterations=20))
    again = connect_path(network, start, end, BandOptions(max_iterations=20))
    straight = connect_path(network, start, end, BandOptions(max_iterations=0))
    assert path.energies[1:-1].max() < straight.energies[1:-1].max()
    np.testing.assert_array_equal(path.images, again.images)


def test_path_downhill_has_no_candidate(surface):
    path = connect_path(surface, SADDLES[0], MINIMA[0], TIGHT._replace(max_iterations=30))
    assert path.status == Status.NO_CANDIDATE
    assert path.candidates == []


def test_statuses_of_nan_and_iteration_limit(surface):
    nan = connect_path(broken(), [-0.4, 0.0], [0.9, 0.0])
    assert nan.status == Status.NOT_FINITE
    assert nan.candidates == []
    short = connect_path(surface, MINIMA[0], MINIMA[1], TIGHT._replace(max_iterations=2))
    assert short.status == Status.MAX_ITERATIONS
    assert short.n_iterations == 2
    assert len(short.candidates) == 1


def test_image_count_by_distance_within_limits():
    options = BandOptions(images_per_distance=2.0, min_images=7, max_images=30)
    counts = [
        image_count(distance, options, attempt) for distance, attempt in ((1.0, 0), (8.1, 0), (99.0, 0), (8.1, 2))
    ]
    assert counts == [7, 17, 30, 68]


def test_improved_tangent_points_to_the_higher_neighbour():
    images = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    tangent = np.empty(2)
    for energies, expected in (
        ([0.0, 1.0, 2.0], [0.0, 1.0]),
        ([2.0, 1.0, 0.0], [1.0, 0.0]),
        ([0.0, 3.0, 1.0], np.array([2.0, 3.0]) / np.sqrt(13.0)),  # a maximum: weights 3 ahead, 2 behind
        ([1.0, 0.0, 3.0], np.array([1.0, 3.0]) / np.sqrt(10.0)),
    ):
        improved_tangent(images, np.array(energies), 1, tangent)
        np.testing.assert_allclose(tangent, expected, atol=1e-15)


def test_cubic_maximum_is_that_of_the_polynomial():
    rng = np.random.default_rng(11)
    grid = np.linspace(0.0, 1.0, 20001)
    found = 0
    for coefficients in rng.normal(size=(200, 4)):
        cubic = np.polynomial.Polynomial(coefficients)
        t = cubic_maximum(cubic(0.0), cubic(1.0), cubic.deriv()(0.0), cubic.deriv()(1.0))
        inside = np.flatnonzero(np.diff(np.sign(np.diff(cubic(grid)))) < 0)
        assert (t is None) == (inside.size == 0)
        if t is not None:
            found += 1
            assert t == pytest.approx(grid[inside[0] + 1], abs=1e-4)
    assert 20 < found < 180


def test_profile_maxima_sees_peaks_between_images_and_on_them():
    """A path along x with energies of cos: maxima at 2 pi k, whether or not an image lies there."""
    for position in (np.linspace(-np.pi, 5.0 * np.pi, 13), np.linspace(-np.pi, 5.0 * np.pi, 14)):
        images = np.column_stack([position, np.zeros_like(position)])
        gradients = np.column_stack([-np.sin(position), np.ones_like(position)])
        tangents = np.tile([1.0, 0.0], (position.size, 1))
        maxima = [x[0] for x, _ in profile_maxima(images, np.cos(position), gradients, tangents)]
        np.testing.assert_allclose(maxima, [0.0, 2.0 * np.pi, 4.0 * np.pi], atol=0.05)


def test_ends_that_make_no_path_are_refused(surface):
    with pytest.raises(ValueError, match="different points"):
        connect_path(surface, MINIMA[0], MINIMA[0])
    with pytest.raises(ValueError, match=r"\(3,\)"):
        connect_path(surface, MINIMA[0], [0.0, 0.0, 0.0])
