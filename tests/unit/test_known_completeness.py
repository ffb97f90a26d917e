"""Coverage and Chao1 beside the truth, on surfaces whose stationary points are all known."""

from typing import NamedTuple

import numpy as np
import pytest
from known_surfaces import spin_variance, tilted_well_roots, tilted_wells

from lossland import ExploreOptions
from lossland.completeness import chao1, good_turing_coverage
from lossland.errors import InputError
from lossland.exploration import Exploration
from lossland.landscape import Landscape
from lossland.survey import FAILED, NEW, survey

FRACTIONS, SEEDS = (0.5, 0.8, 0.95), range(6)
# no starts in later rounds: they find all wells at once, and how searches fill a landscape could not be seen
OPTIONS = ExploreOptions(n_starts=10, start_share=0.0, n_hops=0, displacement=0.3)
OPTIONS = OPTIONS._replace(coverage_minima=1.0, coverage_transition_states=1.0, max_searches=9000)
KINDS = ("minima", "transition_states")


class Surface(NamedTuple):
    """An objective, how it is explored, its true numbers, and how many searches surveys make."""

    objective: object
    options: ExploreOptions
    minima: int
    transition_states: int
    per_minimum: int
    n_truth: int


def wells():
    return Surface(tilted_wells(8), OPTIONS._replace(max_climb=60, round_size=25), 256, 1024, 4, 700)


def spins():
    return Surface(spin_variance(20)[0], OPTIONS._replace(round_size=5), 40, 76, 6, 300)


def explored(surface, fractions, seed=0):
    """Yield copies of the landscape at the ends of the rounds that find these shares of the transition states."""
    exploration = Exploration(surface.objective, surface.options, seed)
    for fraction in fractions:
        while exploration.landscape.counts()["n_transition_states"] < fraction * surface.transition_states:
            assert exploration.advance(map)
        copy = Landscape(surface.objective, rms_tolerance=surface.options.tolerance)
        copy.merge(exploration.landscape)
        yield copy


def judged(surface, landscape, seed):
    """Survey the landscape and add what that finds; return estimates and the truth, by kind of point."""
    start = np.arange(len(landscape.minima.energy))
    first = survey(landscape, surface.per_minimum * start.size, surface.options, seed=seed, add=True)
    second = survey(landscape, surface.n_truth, surface.options, seed=seed + 1, start=start)
    rows = {}
    for what in KINDS:
        total = getattr(landscape, what).hits
        ours = first.hits(total.size, what)
        truth = second.coverage(what)[0]
        n_truth = np.count_nonzero(getattr(second, what) != FAILED)
        rows[what] = (
            good_turing_coverage(ours, total - ours),
            chao1(ours, total - ours),
            truth,
            truth * (1 - truth) / n_truth,
        )
    return rows


@pytest.fixture(scope="module")
def judgements():
    """Estimates and truths of both surfaces: {(surface, kind): [(coverage, richness, truth, its variance), ...]}."""
    found = {}
    for name, surface in (("wells", wells()), ("spins", spins())):
        for seed in SEEDS:
            for landscape in explored(surface, FRACTIONS, seed):
                for what, row in judged(surface, landscape, 10 * seed).items():
                    found.setdefault((name, what), []).append(row)
    return found


def test_stationary_points_of_the_spin_glass_are_found_completely():
    objective, vectors = spin_variance(20)
    (landscape,) = explored(spins(), [1.0])
    minima, states = landscape.minima, landscape.transition_states
    overlaps = np.abs(minima.x @ vectors)
    assert len(minima.energy) == 40
    assert sorted(np.argmax(overlaps, axis=1).tolist()) == sorted(2 * list(range(20)))
    np.testing.assert_allclose(np.sort(overlaps)[:, -2:], np.tile([0.0, 1.0], (40, 1)), atol=1e-8)
    overlaps = np.abs(states.x @ vectors)
    pairs = np.sort(np.argsort(overlaps, axis=1)[:, -2:])
    assert len(states.energy) == 76
    assert sorted(map(tuple, pairs.tolist())) == sorted(4 * [(i, i + 1) for i in range(19)])
    np.testing.assert_allclose(np.sort(overlaps)[:, -2:], np.sqrt(0.5), atol=1e-8)


def test_an_explorations_hits_are_what_its_searches_found():
    surface = wells()
    exploration, hits = Exploration(surface.objective, surface.options._replace(strategy="single-ended"), 1), []
    for _ in range(30):
        exploration.advance(map)
        hits.append([getattr(exploration.landscape, what).hits.sum() for what in KINDS])
    # a round holds 25 searches, each of at most one transition state that ends in one or two minima but the origin
    steps = np.diff(np.array(hits)[1:], axis=0)
    assert (steps[:, 1] <= 25).all()
    assert (steps[:, 0] >= steps[:, 1]).all()
    assert (steps[:, 0] <= 2 * steps[:, 1]).all()


def test_a_survey_counts_every_search_once():
    surface = wells()
    (landscape,) = explored(surface, [0.5])
    before = {what: getattr(landscape, what).hits.copy() for what in KINDS}
    n = before["minima"].size
    blind = survey(landscape, 2 * n + 7, surface.options, seed=3)
    assert all(np.array_equal(getattr(landscape, what).hits, before[what]) for what in KINDS)
    found = survey(landscape, 2 * n + 7, surface.options, seed=3, add=True)
    np.testing.assert_array_equal(found.origins, blind.origins)
    assert set(np.bincount(found.origins).tolist()) == {2, 3}
    # what it knew, it knows by the same rows; what was new has rows now
    known = blind.transition_states != NEW
    np.testing.assert_array_equal(found.transition_states[known], blind.transition_states[known])
    assert (found.transition_states[~known] >= before["transition_states"].size).all()
    assert np.count_nonzero(blind.minima == NEW) > 0
    for what in KINDS:
        after = getattr(landscape, what).hits
        known_before = np.append(before[what], np.zeros(after.size - before[what].size, dtype=np.int64))
        surplus = after - known_before - found.hits(after.size, what)
        # a new minimum that was the second end of a transition state from elsewhere: never here
        assert not surplus.any()
    # the arrivals are the ends of what was found, less the origin
    states = found.transition_states[found.transition_states >= 0]
    ends = landscape.transition_states.minima[states]
    origins = found.origins[found.transition_states >= 0]
    assert found.minima.tolist() == [
        end for pair, origin in zip(ends.tolist(), origins.tolist(), strict=True) for end in pair if end != origin
    ]


def test_a_survey_depends_on_its_seed_alone():
    surface = wells()
    (landscape,) = explored(surface, [0.5])

    def backwards(function, tasks):
        return [function(task) for task in list(tasks)[::-1]][::-1]

    one, same, other = (
        survey(landscape, 60, surface.options, seed=seed, run=run) for seed, run in ((1, map), (1, backwards), (2, map))
    )
    np.testing.assert_array_equal(one.transition_states, same.transition_states)
    np.testing.assert_array_equal(one.minima, same.minima)
    assert not np.array_equal(one.transition_states, other.transition_states)


def test_surveys_of_a_complete_landscape_find_nothing_new():
    surface = wells()
    (landscape,) = explored(surface, [1.0])
    found = survey(landscape, 300, surface.options, seed=1)
    n = int(np.count_nonzero(found.transition_states != FAILED))
    assert n > 50
    for what, number in (("minima", found.minima.size), ("transition_states", n)):
        value, low, high = found.coverage(what)
        assert (value, high) == (1.0, 1.0)
        assert low == pytest.approx(0.025 ** (1.0 / number), rel=1e-9)  # Clopper and Pearson where nothing is missed


@pytest.mark.parametrize(
    "arguments", [{"n_searches": -1}, {"n_searches": 5, "start": [256]}, {"n_searches": 5, "start": []}]
)
def test_surveys_that_cannot_be_made_are_refused(arguments):
    surface = wells()
    (landscape,) = explored(surface, [0.01])
    with pytest.raises(InputError, match="survey"):
        survey(landscape, options=surface.options, **arguments)
    with pytest.raises(InputError, match="0 minima"):
        survey(Landscape(surface.objective), 5)


def test_coverage_is_the_chance_that_the_next_search_finds_something_known(judgements):
    for key, rows in judgements.items():
        errors = np.array([coverage.value - truth for coverage, _, truth, _ in rows])
        variances = np.array([coverage.standard_error**2 + variance for coverage, _, _, variance in rows])
        # each within five of its own errors (a Poisson count of none has an error of about 1/n), the mean within four
        floor = np.array([1.0 / coverage.n_searches for coverage, *_ in rows])
        assert (np.abs(errors) < 5 * np.sqrt(variances) + floor).all(), key
        assert abs(errors.mean()) < 4 * np.sqrt(variances.sum()) / len(rows) + floor.mean(), key


def test_chao1_is_a_lower_bound_that_the_truth_is_near(judgements):
    truths = {("wells", "minima"): 256, ("wells", "transition_states"): 1024}
    truths |= {("spins", "minima"): 40, ("spins", "transition_states"): 76}
    for key, rows in judgements.items():
        # an interval of 95 % misses the truth upwards in one case of forty: not in three of eighteen
        assert sum(richness.low > truths[key] for _, richness, *_ in rows) < 3, key
        assert all(richness.estimate >= richness.n_found for _, richness, *_ in rows)
    for what, number in (("minima", 256), ("transition_states", 1024)):
        # chances are nearly equal there: in the end the bound is nearly the number itself
        late = [richness for _, richness, *_ in judgements["wells", what][2::3]]
        assert abs(np.mean([richness.estimate for richness in late]) / number - 1.0) < 0.03
        # the interval speaks where some point was found once; without, it says how sure "all" is of points as common
        some = [richness for _, richness, *_ in judgements["wells", what] if richness.estimate > richness.n_found]
        some = [richness for richness in some if richness.n_found > 0.8 * number]
        assert len(some) >= 3
        assert 2 * sum(richness.low <= number <= richness.high for richness in some) >= len(some)


def test_hits_of_all_searches_do_not_tell_the_coverage():
    """Why surveys are needed: searches along one mode after another find each thing once, and minima over and over."""
    surface = wells()
    half, most = explored(surface, [0.5, 0.95])
    truth = survey(most, 4000, surface.options, seed=5)
    assert good_turing_coverage(most.transition_states.hits).value < truth.coverage()[1]
    truth = survey(half, 1000, surface.options, seed=5)
    assert good_turing_coverage(half.minima.hits).value > truth.coverage("minima")[2]


def test_random_starts_arrive_at_minima_as_often_as_their_basins_are_large():
    # basins of separable wells are boxes, of known shares of the box that starts are drawn from
    n, options = 400, OPTIONS._replace(n_starts=400, round_size=100)
    exploration = Exploration(tilted_wells(8), options, 2)
    for _ in range(n // 100):
        exploration.advance(map)
    minima = exploration.landscape.minima
    assert minima.hits.sum() == n
    middle = tilted_well_roots()[1]
    n_left = np.count_nonzero(minima.x < middle, axis=1)
    share = (1.5 + middle) / 3.0
    truth = (share**n_left * (1.0 - share) ** (8 - n_left)).sum()
    estimate = good_turing_coverage(minima.hits)
    assert abs(estimate.value - truth) < 4 * estimate.standard_error
    assert chao1(minima.hits).low < 256 < 1.3 * chao1(minima.hits).high
