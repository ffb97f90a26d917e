"""lossland's evaluations, Hessians, minimisations and transition states, and what two of its threads gain."""

import sys
import time

from lossland import ExploreOptions, explore  # before anything that loads SciPy
from lossland.exploration import Exploration
from lossland.minimise import minimise
from lossland.objectives import mlp_cross_entropy

# isort: split
import numpy as np
from numpy_worker import scipy_lbfgs
from problem import REGULARISATION, SEARCHED, Problem, point
from protocol import RMS_GRADIENT, Minimisations, kernel_calls, minimise_with, serve

#: the defaults without an end, one random start, because an exploration wants one, and rounds as short as the growth
#: is to be resolved
SEARCH = ExploreOptions(
    n_starts=1, n_hops=0, max_searches=10**6, coverage_minima=1.0, coverage_transition_states=1.0, round_size=10
)
THREADED = SEARCH._replace(n_starts=50, round_size=ExploreOptions().round_size)


class Search:
    """An exploration from given minima, with the cost of every transition state at the end of its round."""

    def __init__(self, objective, minima):
        self.exploration = Exploration(objective, SEARCH, seed=1)
        for x in minima:
            self.exploration.landscape.add_minimum(minimise(objective, x))
        self.costs, self.seconds, self.more = [], 0.0, True

    def run(self, seconds):
        """Go on for that many CPU-seconds; a round that has begun is finished, and paid for."""
        zero, end = time.process_time() - self.seconds, self.seconds + seconds
        while self.more and self.seconds < end:
            self.more = self.exploration.advance(map)
            self.seconds = time.process_time() - zero
            n_new = len(self.exploration.landscape.transition_states.energy) - len(self.costs)
            self.costs += n_new * [self._cost()]
        return self._cost()

    def dump(self, path):
        """Write all transition states with their ends and costs."""
        minima, states = self.exploration.landscape.minima, self.exploration.landscape.transition_states
        costs = np.array(self.costs).reshape(-1, 3)
        ends = minima.x[states.minima]
        np.savez(path, costs=costs, x=states.x, plus=ends[:, 0], minus=ends[:, 1], total=self._cost())

    def _cost(self):
        search = self.exploration.landscape.search
        return [self.seconds, int(search["n_evaluations"]), int(search["n_hessians"])]


def threaded(objective, threads, max_searches):
    """Return the wall-clock seconds of an exploration that is the same for any number of threads."""
    start = time.perf_counter()
    explore(objective, THREADED._replace(max_searches=max_searches), seed=1, threads=threads)
    return time.perf_counter() - start


def main(path):
    """Answer requests."""
    problem, objectives = Problem(path), {}

    def objective(network):
        if network not in objectives:
            objectives[network] = mlp_cross_entropy(*problem.network(network), REGULARISATION)
        return objectives[network]

    def call_of(kind, network):
        x, chosen = point(problem.network(network)[0]), objective(network)
        function = chosen.energy_gradient if kind == "evaluation" else chosen.hessian_matrix
        return lambda: function(x)

    def minimisation(start):
        found = minimise(searched, start)
        return found.converged and found.rms_gradient < RMS_GRADIENT, found.n_evaluations, found.n_hessians

    searched, searches = objective(SEARCHED), {}
    minimisation(problem.starts[-1])  # compiles or loads everything
    peer = Minimisations(problem.starts, minimise_with(scipy_lbfgs, searched.energy_gradient))

    def search(seconds):
        if not searches:
            searches[0] = Search(searched, problem.minima)
        return searches[0].run(seconds)

    serve(
        kernel_calls(call_of)
        | {
            "minimise": Minimisations(problem.starts, minimisation).run,
            "minimise_scipy": peer.run,
            "search": search,
            "dump": lambda path: searches[0].dump(path),
            "explore": lambda **arguments: threaded(searched, **arguments),
        }
    )


if __name__ == "__main__":
    main(sys.argv[1])
