"""Two landscapes are compared point by point, and two strategies find the same landscape where all of it is known."""

import numpy as np
import pytest
from known_surfaces import double_wells, small_network, tilted_wells

from lossland import ExploreOptions, explore
from lossland.analysis.agreement import Shared, agreement
from lossland.errors import InputError
from lossland.exploration import Exploration
from lossland.landscape import Landscape
from lossland.partners import Partners
from lossland.symmetry import NoSymmetry, for_objective

WELLS = ExploreOptions(
    n_starts=20, n_hops=0, soft_modes=6, searches_per_minimum=16, displacement=0.3, max_searches=1500, max_climb=60
)


def test_single_and_double_ended_searches_find_all_of_five_tilted_wells():
    options = [WELLS._replace(strategy=strategy) for strategy in ("single-ended", "double-ended")]
    first, second = (explore(tilted_wells(5), chosen, seed=seed) for seed, chosen in enumerate(options))
    shared = agreement(first, second)
    assert shared.minima == Shared(32, 32, 32)
    assert shared.transition_states == Shared(80, 80, 80)
    assert shared.degenerate == Shared(0, 0, 0)
    # pairs are no random draws
    assert second.search["coverage_transition_states"] == 0.0
    assert not second.transition_states.survey_hits.any()


def test_shares_by_hand():
    shared = Shared(4, 10, 3)
    assert (shared.n_union, shared.of_first, shared.of_second, shared.of_union) == (11, 0.75, 0.3, 3 / 11)
    assert np.isnan(Shared(0, 2, 0).of_first)


def test_missing_points_are_missed():
    whole = explore(tilted_wells(3), WELLS)
    part = Landscape(whole.objective, **{k: whole.config[k] for k in ("energy_tolerance", "distance_tolerance")})
    assert agreement(whole, part).minima == Shared(8, 0, 0)
    few = explore(tilted_wells(3), WELLS._replace(n_starts=4, max_searches=9))
    number = len(few.transition_states.energy)
    assert 0 < number < 12
    assert agreement(whole, few).transition_states == Shared(12, number, number)
    assert agreement(few, whole).transition_states.of_first == 1.0


def test_landscapes_of_different_functions_are_not_compared():
    with pytest.raises(InputError, match="different objectives"):
        agreement(Landscape(double_wells([1.0])), Landscape(double_wells([2.0])))


def test_double_ended_exploration_finds_degenerate_rearrangements_and_repeats_itself(tmp_path):
    options = ExploreOptions(n_starts=10, n_hops=0, max_searches=60, round_size=25, strategy="double-ended")
    for name in "ab":
        landscape = explore(small_network(), options, seed=3, threads=1 if name == "a" else 2)
        landscape.write(tmp_path / name)
    assert landscape.counts()["n_degenerate"] > 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_double_ended_exploration_ends_when_every_pair_was_tried():
    exploration = Exploration(tilted_wells(2), WELLS._replace(strategy="double-ended", max_attempts=2))
    while exploration.advance():
        pass
    assert exploration.landscape.search["stop_reason"] == "nothing left to search"
    assert list(exploration.planner.partners.attempts.values()) == [2] * 6  # pairs of four minima without symmetry


def test_near_pairs_are_tried_again_before_far_ones():
    partners = Partners(NoSymmetry(1), 3, 1e-5)
    x, energy = np.array([[0.0], [1.0], [3.0]]), np.arange(3.0)
    tried = [(pair[:2], before) for pair, before in partners.pairs(x, energy, 99)]
    # turns of rows 0, 1, 2, and so on; all ranks are 1, an attempt doubles them, and the nearer of equal ones is first
    assert tried[:4] == [((0, 1), 0), ((1, 2), 0), ((0, 2), 0), ((0, 1), 1)]
    assert len(tried) == 9
    assert len(set(tried)) == 9


def test_own_copies_are_tried_further_out_than_those_of_others():
    objective = small_network()
    rng, partners = np.random.default_rng(0), Partners(for_objective(objective), 1, 1e-5)
    x = partners.symmetry.canonical_many(rng.normal(size=(2, objective.n_variables)))
    tried = [pair for pair, _ in partners.pairs(x, np.arange(2.0), 18)]
    own = [pair for pair in tried if pair.row == pair.other]
    assert (len(own), len(tried)) == (17, 18)  # both rows have the other one's aligned copy in common
    # the nearest copies are tried, whatever their numbers
    copies = partners.copies(x[0], x[0])
    distances = np.unique(np.linalg.norm(copies - x[0], axis=1).round(9))
    reached = [np.linalg.norm(copies[pair.copy] - x[0]) for pair in own if pair.row == 0]
    np.testing.assert_allclose(sorted(reached), distances[1:9], rtol=1e-8)


def test_neighbouring_copies_are_copies_one_move_away():
    objective = small_network()
    symmetry = for_objective(objective)
    x = np.random.default_rng(0).normal(size=objective.n_variables)
    copies = symmetry.neighbouring_copies(x)
    # the identity, three flips, three exchanges with four choices of signs
    assert len(np.unique(copies.round(12), axis=0)) == len(copies) == 1 + 3 + 3 * 4
    np.testing.assert_array_equal(copies[0], x)
    np.testing.assert_allclose(symmetry.canonical_many(copies), np.tile(symmetry.canonical(x), (16, 1)), atol=1e-14)
    np.testing.assert_array_equal(NoSymmetry(2).neighbouring_copies([1.0, 2.0]), [[1.0, 2.0]])
