"""Random networks of one size: how much of a network of minima is chance (Erdos and Renyi 1959)."""

import math
from typing import NamedTuple

import networkx as nx
import numpy as np

from lossland.analysis.network import NetworkProperties, degree_counts, network_properties
from lossland.errors import InputError

#: large random networks hardly differ: there are as many as have so many nodes in all, within these limits
NODES_IN_ALL, FEWEST_GRAPHS, MOST_GRAPHS = 1_000_000, 3, 100
MOST_EXACT = 5_000  # nodes up to which paths start from all of them
N_SAMPLED = 1_000  # nodes from which they start otherwise, in each network


class Spread(NamedTuple):
    """Mean and standard deviation (n - 1 in the denominator; NaN for one) of a number over random networks."""

    mean: float
    sd: float


class RandomNetworks(NamedTuple):
    """What random networks of one size are like; the names are those of :class:`NetworkProperties`.

    Attributes
    ----------
    n_graphs : int
    n_sources : int
        Fewest nodes that the paths of one of them were taken from.
    n_largest, mean_path, diameter, clustering, transitivity : Spread
    """

    n_graphs: int
    n_sources: int
    n_largest: Spread
    mean_path: Spread
    diameter: Spread
    clustering: Spread
    transitivity: Spread


def n_random_networks(n_nodes: int) -> int:
    """Return how many networks of one size are drawn: a hundred up to 10,000 nodes, three from 250,001 on."""
    return min(max(NODES_IN_ALL // n_nodes, FEWEST_GRAPHS), MOST_GRAPHS)


def random_networks(
    n_nodes, n_edges, rng, *, n_graphs=None, most_exact=MOST_EXACT, n_sampled=N_SAMPLED
) -> RandomNetworks:
    """Measure networks whose edges join pairs of nodes drawn at random, all pairs alike.

    Few edges leave some nodes outside the largest component, which paths and triangles are taken from. To compare with
    a network that has other components too, give the nodes and edges of its
    :func:`~lossland.analysis.network.largest_component`.

    Parameters
    ----------
    n_nodes, n_edges : int
        Of each random network.
    rng : Generator
        Draws the edges, and the nodes that paths start from.
    n_graphs : int, optional
        How many; by default :func:`n_random_networks`.
    most_exact, n_sampled : int
        Nodes of the largest component up to which paths start from all, 5,000, and from how many they start otherwise,
        1,000: the mean over all networks is hardly less sure, but the diameter is a lower bound then.

    Raises
    ------
    InputError
        When there is no graph to draw, no node, or no room for so many edges.
    """
    options = {"rng": rng, "most_exact": most_exact, "n_sampled": n_sampled}
    found = [network_properties(graph, **options) for graph in _random_graphs(n_nodes, n_edges, rng, n_graphs)]
    columns = ("n_largest", "mean_path", "diameter", "clustering", "transitivity")
    spreads = {name: _spread([getattr(numbers, name) for numbers in found]) for name in columns}
    return RandomNetworks(len(found), min(numbers.n_sources for numbers in found), **spreads)


def random_degree_counts(n_nodes, n_edges, rng, *, n_graphs=None) -> np.ndarray:
    """Return the mean number of nodes of each degree in networks as :func:`random_networks` measures them.

    Nothing is measured here. Parameters are those of :func:`random_networks`.

    Returns
    -------
    ndarray, shape (largest degree + 1,)
    """
    counts = [degree_counts(graph) for graph in _random_graphs(n_nodes, n_edges, rng, n_graphs)]
    total = np.zeros(max(map(len, counts)), dtype=np.int64)
    for of_one in counts:
        total[: of_one.size] += of_one
    return total / len(counts)


def small_world_coefficient(network: NetworkProperties, random: RandomNetworks) -> float:
    """Return how much more a network is clustered than random ones, over how much longer its paths are.

    sigma = (C / C_random) / (L / L_random) (Humphries and Gurney, PLoS ONE 3, e2051 (2008)): well above one in a small
    world, where paths are short as by chance but neighbours know one another. NaN when random networks of that size
    have no triangles or no paths, or the network has no paths.
    """
    c, length = random.clustering.mean, random.mean_path.mean
    if not (c > 0.0 and length > 0.0):
        return math.nan
    return (network.clustering / c) / (network.mean_path / length)


def _random_graphs(n_nodes, n_edges, rng, n_graphs):
    """Yield one network after the other."""
    if n_nodes < 1 or not 0 <= n_edges <= n_nodes * (n_nodes - 1) // 2:
        raise InputError(f"{n_nodes} nodes and {n_edges} edges: expected at least one node, and edges between pairs")
    if n_graphs is None:
        n_graphs = n_random_networks(n_nodes)
    if n_graphs < 1:
        raise InputError(f"n_graphs is {n_graphs}, but must be at least one")
    for _ in range(n_graphs):
        yield nx.gnm_random_graph(n_nodes, n_edges, seed=int(rng.integers(2**63)))


def _spread(numbers):
    """Return mean and standard deviation, the sums rounded once."""
    n, mean = len(numbers), math.fsum(numbers) / len(numbers)
    squares = math.fsum((number - mean) ** 2 for number in numbers)
    return Spread(mean, math.sqrt(squares / (n - 1)) if n > 1 else math.nan)
