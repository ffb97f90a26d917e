"""topsearch on the network's loss: minimisations, and transition states from given minima, aligned or not.

Settings were chosen for the most verified transition states per CPU-second; limits are raised where the defaults store
points that have not converged.
"""

import itertools
import sys
import time

import numpy as np
from network import NumpyLoss, aligned
from problem import REGULARISATION, SEARCHED, Problem
from protocol import Minimisations, minimise_with, serve
from topsearch.data.coordinates import StandardCoordinates
from topsearch.data.kinetic_transition_network import KineticTransitionNetwork
from topsearch.minimisation import lbfgs
from topsearch.potentials.potential import Potential
from topsearch.sampling.exploration import NetworkSampling
from topsearch.similarity.similarity import StandardSimilarity
from topsearch.transition_states.hybrid_eigenvector_following import HybridEigenvectorFollowing
from topsearch.transition_states.nudged_elastic_band import NudgedElasticBand

BOUND = 10.0  # of every weight; two hundredths of the range are also the largest step of descents
HISTORY, STEPS = 80, 20_000  # of minimisations; the program's defaults are 5 and 200
SADDLE = {
    "ts_conv_crit": 1e-6,
    "ts_steps": 30,
    "pushoff": 0.5,
    "steepest_descent_conv_crit": 1e-6,
    "max_uphill_step_size": 0.1,
    "positive_eigenvalue_step": 0.02,
    "eigenvalue_conv_crit": 1e-3,
}
BAND = {"force_constant": 1.0, "image_density": 10.0, "max_images": 50, "neb_conv_crit": 1e-2}
SAME = {"distance_criterion": 1e-2, "energy_criterion": 1e-7}


class Loss(Potential):
    """The loss as a potential of topsearch that counts its evaluations."""

    def __init__(self, energy_gradient):
        super().__init__()
        self.energy_gradient, self.n_evaluations = energy_gradient, 0

    def function_gradient(self, position):
        """Return loss and gradient."""
        self.n_evaluations += 1
        return self.energy_gradient(position)

    def function(self, position):
        """Return the loss."""
        return self.function_gradient(position)[0]

    def gradient(self, position, displacement=None):
        """Return the gradient."""
        return self.function_gradient(position)[1]


class AlignedSimilarity(StandardSimilarity):
    """Distances and pairs up to node permutations and signs."""

    def __init__(self, layer_sizes, **criteria):
        super().__init__(**criteria)
        self.layer_sizes = layer_sizes

    def distance(self, coords1, coords2):
        """Return the distance to the nearest copy."""
        return np.linalg.norm(coords1 - aligned(coords2, coords1, self.layer_sizes))

    def optimal_alignment(self, coords1, coords2):
        """Return distance, both points and no permutation."""
        nearest = aligned(coords2, coords1.position, self.layer_sizes)
        return np.linalg.norm(coords1.position - nearest), coords1.position, nearest, None

    def test_same(self, coords1, coords2, energy1, energy2):
        """Look at energies first: alignments take longer."""
        if abs(energy1 - energy2) >= self.energy_criterion:
            return False
        return super().test_same(coords1, coords2, energy1, energy2)


class Search:
    """Connection attempts between nearest neighbours, more of them in every cycle, among all minima known by then."""

    def __init__(self, energy_gradient, minima, similarity):
        np.random.seed(1)  # noqa: NPY002  (the program draws from the global generator)
        n_variables = minima.shape[1]
        self.potential, self.network = Loss(energy_gradient), KineticTransitionNetwork()
        self.coordinates = StandardCoordinates(n_variables, [(-BOUND, BOUND)] * n_variables)
        self.sampling = NetworkSampling(
            ktn=self.network,
            coords=self.coordinates,
            global_optimiser=None,
            single_ended_search=HybridEigenvectorFollowing(self.potential, **SADDLE),
            double_ended_search=NudgedElasticBand(self.potential, **BAND),
            similarity=similarity,
        )
        for x in minima:
            self.coordinates.position = x.copy()
            similarity.test_new_minimum(self.network, self.coordinates, energy_gradient(x)[0])
        self.seconds, self.zero, self.attempts, self.found = 0.0, 0.0, self._attempts(), []
        self.n_pairs, self.failures = 0, {}
        self._record()

    def run(self, seconds):
        """Go on for that many CPU-seconds; a connection attempt that has begun is finished, and paid for."""
        self.zero, end = time.process_time() - self.seconds, self.seconds + seconds
        while self.seconds < end and next(self.attempts, None) is not None:
            self.n_pairs += 1
            self.seconds = time.process_time() - self.zero
        return [self.seconds, self.potential.n_evaluations, 0]

    def _attempts(self):
        """Yield after each pair, nearest first, each pair once and then again with more images."""
        for neighbours in itertools.count(1):
            pairs = self.sampling.select_minima(self.coordinates, "ClosestEnumeration", neighbours)
            for pair in pairs:
                if self.sampling.check_pair(*pair)[0] and (neighbours == 1 or not self._tried(pair)):
                    self.sampling.run_connection_attempts([pair])
                    yield pair
            if neighbours > self.network.n_minima:
                return

    def _tried(self, pair):
        return bool((self.network.pairlist == np.sort(pair)).all(axis=1).any())

    def _record(self):
        """Keep every transition state at the moment it is found: the network keeps one for each pair of minima."""
        search = self.sampling.single_ended_search
        run = search.run

        def recorded(coords):
            outcome = run(coords)
            if outcome[0] is None:
                self.failures[search.failure] = self.failures.get(search.failure, 0) + 1
            else:
                cost = time.process_time() - self.zero, self.potential.n_evaluations, 0
                self.found.append((cost, *(outcome[i].copy() for i in (0, 2, 4))))
            return outcome

        search.run = recorded

    def dump(self, path):
        """Write all transition states with their ends and costs."""
        columns = [np.array(column) for column in zip(*self.found, strict=True)] or 4 * [np.empty((0, 3))]
        total = [self.seconds, self.potential.n_evaluations, 0]
        np.savez(path, **dict(zip(("costs", "x", "plus", "minus"), columns, strict=True)), total=total)


def compiled(sizes, inputs, labels):
    """Return lossland's compiled loss and gradient."""
    from lossland.objectives import mlp_cross_entropy  # noqa: PLC0415  (only asked for with --kernel)

    return mlp_cross_entropy(sizes, inputs, labels, REGULARISATION).energy_gradient


def topsearch_lbfgs(energy_gradient, x):
    """Return where the program's minimiser ends."""
    return lbfgs.minimise(energy_gradient, x, len(x) * [(None, None)], 0.0, HISTORY, STEPS)[0]


def main(path, kernel):
    """Answer requests."""
    problem, searches = Problem(path), {}
    sizes, inputs, labels = problem.network(SEARCHED)
    if kernel:
        energy_gradient = compiled(sizes, inputs, labels)
    else:
        energy_gradient = NumpyLoss(sizes, inputs, labels, REGULARISATION).energy_gradient

    def search(align, seconds):
        if align not in searches:
            similarity = AlignedSimilarity(sizes, **SAME) if align else StandardSimilarity(**SAME)
            searches[align] = Search(energy_gradient, problem.minima, similarity)
        return searches[align].run(seconds)

    minimise = minimise_with(topsearch_lbfgs, energy_gradient)
    minimise(problem.starts[-1])
    serve(
        {
            "minimise": Minimisations(problem.starts, minimise).run,
            "search": search,
            "dump": lambda align, path: searches[align].dump(path),
        }
    )


if __name__ == "__main__":
    main(sys.argv[1], "--kernel" in sys.argv[2:])
