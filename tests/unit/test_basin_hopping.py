import numpy as np
import pytest
from known_surfaces import MINIMUM_ENERGIES, broken, double_wells, mueller_brown

from lossland.basin_hopping import basin_hopping, random_starts
from lossland.lbfgs import LbfgsOptions
from lossland.minimise import MinimiseOptions, minimise
from lossland.status import Status


@pytest.fixture(scope="module")
def surface():
    return mueller_brown()


def walk(surface, seed=1, n_steps=40, kT=50.0, step=0.8):
    return basin_hopping(surface, [0.0, 0.5], n_steps, kT=kT, step=step, rng=np.random.default_rng(seed))


def test_walk_finds_all_minima_and_the_lowest(surface):
    result = walk(surface)
    energies = np.array([point.energy for point in result.minima])
    known = np.abs(energies[:, None] - MINIMUM_ENERGIES) < 1e-6
    assert known.any(axis=1).all()
    assert known.any(axis=0).all()
    assert result.lowest.energy == energies.min()
    assert len(result.minima) == len(result.accepted) == 41
    assert result.n_evaluations == sum(point.n_evaluations for point in result.minima)


def test_same_generator_same_walk_other_generator_another(surface):
    first, again, other = walk(surface), walk(surface), walk(surface, seed=2)
    energies = [[point.energy for point in result.minima] for result in (first, again, other)]
    assert energies[0] == energies[1]
    assert first.accepted == again.accepted
    assert energies[0] != energies[2]


def test_zero_temperature_never_climbs_and_high_temperature_takes_all(surface):
    cold, hot = walk(surface, kT=0.0), walk(surface, kT=1e12)
    taken = [point.energy for point, accepted in zip(cold.minima, cold.accepted, strict=True) if accepted]
    assert np.all(np.diff(taken) <= 0.0)
    assert not all(cold.accepted)
    assert all(hot.accepted)


def test_walk_recounts_by_the_documented_draws(surface):
    """Moves and acceptances are those that the documented numbers of the generator give."""
    result, rng = walk(surface, n_steps=12), np.random.default_rng(1)
    position = result.minima[0]
    for point, accepted in zip(result.minima[1:], result.accepted[1:], strict=True):
        move, lot = rng.uniform(-0.8, 0.8, 2), rng.random()
        np.testing.assert_array_equal(minimise(surface, position.x + move).x, point.x)
        assert accepted == (lot < np.exp(min(0.0, -(point.energy - position.energy) / 50.0)))
        position = point if accepted else position


def test_walk_visits_every_corner_of_a_cube_of_wells():
    wells = double_wells([1.0, 1.0, 1.0])
    result = basin_hopping(wells, [0.9, 0.9, 0.9], 60, kT=1e-3, step=2.0, rng=np.random.default_rng(3))
    signs = {tuple(np.sign(point.x)) for point in result.minima}
    assert len(signs) == 8
    assert result.lowest.energy == pytest.approx(-0.75, abs=1e-12)


def test_failures_are_counted_by_status_and_left_out():
    result = basin_hopping(broken(), [0.1, 0.1], 30, kT=1.0, step=2.0, rng=np.random.default_rng(0))
    assert set(result.failures) == {Status.NOT_FINITE}
    assert 0 < result.failures[Status.NOT_FINITE] < 30
    assert len(result.minima) + result.failures[Status.NOT_FINITE] == 31
    assert all(point.converged for point in result.minima)


def test_start_that_fails_does_not_end_the_walk():
    result = basin_hopping(broken(), [0.6, 0.0], 20, kT=1.0, step=0.5, rng=np.random.default_rng(0))
    assert result.failures[Status.NOT_FINITE] >= 1
    assert result.accepted[0]
    nothing = basin_hopping(broken(), [9.0, 0.0], 2, kT=1.0, step=0.5, rng=np.random.default_rng(0))
    assert nothing.lowest is None


def test_random_starts_are_the_objective_s_own(surface):
    points = list(random_starts(surface, 6, np.random.default_rng(7)))
    rng = np.random.default_rng(7)
    for point in points:
        np.testing.assert_array_equal(point.x, minimise(surface, surface.random_start(rng)).x)
    assert len(points) == 6


def test_random_starts_report_failures(surface):
    options = MinimiseOptions(LbfgsOptions(max_iterations=0))
    options = options._replace(descent=options.descent._replace(max_iterations=1))
    statuses = {point.status for point in random_starts(surface, 3, np.random.default_rng(7), options)}
    assert statuses == {Status.MAX_ITERATIONS}


@pytest.mark.parametrize("wrong", [{"kT": -1.0}, {"kT": np.nan}, {"step": 0.0}, {"n_steps": -1}])
def test_wrong_settings_are_refused_by_name(surface, wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} is "):
        walk(surface, **wrong)
