"""Minima as a network: who is joined to whom, and by how many steps.

Each minimum is a node; an edge joins two minima with at least one transition state between them (Ballard et al., Phys.
Chem. Chem. Phys. 19, 12585 (2017), section VI; Doye, Phys. Rev. Lett. 88, 238701 (2002)). networkx counts degrees,
components and triangles; the shortest paths between all pairs, which it is slow at, are counted here.
"""

import math
from typing import NamedTuple

import networkx as nx
import numpy as np
from numba import int32, int64, uint64, void

from lossland._kernel import kernel
from lossland.errors import InputError

WORD = 64  # sources searched from at once, one bit each
PULL_FROM = 8  # a frontier of more than one node in so many is cheaper to collect than to send out
MOST_EXACT = 100_000  # nodes up to which paths start from all of them
N_SAMPLED = 10_000  # nodes from which they start otherwise


class NetworkProperties(NamedTuple):
    """Numbers of a network; NaN where there is nothing to take a mean of.

    Attributes
    ----------
    n_nodes, n_edges, n_components : int
        Of the whole network.
    mean_degree : float
        Edges that meet at a node, over all nodes.
    n_largest : int
        Nodes of the largest component, which the next five numbers describe.
    n_sources : int
        Nodes of it that paths were taken from: ``n_largest``, or fewer when they were sampled.
    mean_path : float
        Mean number of edges on the shortest path from a source to another node.
    diameter : int
        Edges on the longest shortest path from a source; from sampled ones a lower bound.
    clustering : float
        Mean over nodes of the share of pairs of neighbours that are neighbours, zero where there are fewer than two
        (Watts and Strogatz, Nature 393, 440 (1998)).
    transitivity : float
        Share of all pairs of edges with a common node that are closed to a triangle.
    n_joined_to_target : int
        Nodes with a path to the target, itself among them; zero without a target.
    mean_path_to_target, target_eccentricity : float
        Mean and largest number of edges on their shortest paths to it, itself left out of the mean.
    """

    n_nodes: int
    n_edges: int
    n_components: int
    mean_degree: float
    n_largest: int
    n_sources: int
    mean_path: float
    diameter: int
    clustering: float
    transitivity: float
    n_joined_to_target: int
    mean_path_to_target: float
    target_eccentricity: float


@kernel(int64(uint64))
def _n_bits(word):
    """Count the bits that are set, in pairs, fours and bytes."""
    word -= (word >> uint64(1)) & uint64(0x5555555555555555)
    word = (word & uint64(0x3333333333333333)) + ((word >> uint64(2)) & uint64(0x3333333333333333))
    word = (word + (word >> uint64(4))) & uint64(0x0F0F0F0F0F0F0F0F)
    return int64((word * uint64(0x0101010101010101)) >> uint64(56))


@kernel(int64(int64[::1], int32[::1], *3 * (uint64[::1],), int32[::1], int64, int32[::1]))
def _send(first, neighbours, seen, frontier, arriving, active, n_active, reached):
    """Send each active node's bits to its neighbours that lack them; list these in ``reached``, return their number."""
    n_reached = 0
    for i in range(n_active):
        bits = frontier[active[i]]
        for e in range(first[active[i]], first[active[i] + 1]):
            node = neighbours[e]
            new = bits & ~seen[node]
            if new != 0:
                if arriving[node] == 0:
                    reached[n_reached] = node
                    n_reached += 1
                arriving[node] |= new
    return n_reached


@kernel(int64(int64[::1], int32[::1], *3 * (uint64[::1],), uint64, int32[::1]))
def _collect(first, neighbours, seen, frontier, arriving, everything, reached):
    """Do what :func:`_send` does from the side of the nodes that lack some bit of ``everything``."""
    n_reached = 0
    for node in range(seen.size):
        if seen[node] == everything:
            continue
        bits = uint64(0)
        for e in range(first[node], first[node + 1]):
            bits |= frontier[neighbours[e]]
        bits &= ~seen[node]
        arriving[node] = bits
        reached[n_reached] = node
        n_reached += bits != 0
    return n_reached


@kernel(void(int64[::1], int32[::1], int64[::1], int64[::1]))
def _count_path_lengths(first, neighbours, sources, counts):
    """Add to ``counts[d]`` the pairs of a source and a node whose shortest path has d edges.

    Breadth-first searches from 64 sources at a time, one bit of a word each (Then et al., Proc. VLDB Endow. 8, 449
    (2014)). Frontiers are lists, so that long chains cost what is reached and not every node at every step.

    Parameters
    ----------
    first, neighbours : ndarray of int64, shape (n + 1,), and int32, shape (2 * n_edges,)
        The neighbours of node i are ``neighbours[first[i] : first[i + 1]]``.
    sources : ndarray of int64, shape (n_sources,)
        Different nodes.
    counts : ndarray of int64, shape (n,)
        Modified in place.
    """
    n = first.size - 1
    seen, frontier, arriving = np.zeros(n, np.uint64), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    active, reached = np.empty(n, np.int32), np.empty(n, np.int32)
    for start in range(0, sources.size, WORD):
        seen[:] = uint64(0)
        everything = uint64(0)
        n_active = min(WORD, sources.size - start)
        for k in range(n_active):
            bit = uint64(1) << uint64(k)
            node = sources[start + k]
            everything |= bit
            seen[node] = frontier[node] = bit
            active[k] = node
        counts[0] += n_active
        distance = 0
        while n_active > 0:
            if PULL_FROM * n_active > n:
                n_reached = _collect(first, neighbours, seen, frontier, arriving, everything, reached)
            else:
                n_reached = _send(first, neighbours, seen, frontier, arriving, active, n_active, reached)
            for i in range(n_active):
                frontier[active[i]] = uint64(0)
            distance += 1
            for i in range(n_reached):
                node = reached[i]
                bits = arriving[node]
                arriving[node] = uint64(0)
                frontier[node] = bits
                seen[node] |= bits
                counts[distance] += _n_bits(bits)
            active, reached = reached, active
            n_active = n_reached


def network_of_minima(n_minima, ends) -> nx.Graph:
    """Return the network of minima: one edge between two minima with any number of transition states between them.

    Parameters
    ----------
    n_minima : int
    ends : array_like of int, shape (m, 2)
        Rows of the two minima of each transition state; those that join a minimum to itself make no edge.

    Returns
    -------
    Graph
        Nodes 0..n_minima-1 in order, edges ascending.

    Raises
    ------
    InputError
        When there is no minimum, or ends are no rows of minima.
    """
    ends = np.asarray(ends)
    if ends.size == 0:
        ends = np.zeros((0, 2), dtype=np.int64)
    if n_minima < 1:
        raise InputError(f"{n_minima} minima make no network, which needs at least one")
    if ends.ndim != 2 or ends.shape[1] != 2 or not np.issubdtype(ends.dtype, np.integer):
        raise InputError(f"ends have shape {ends.shape} of {ends.dtype}, but must be integer rows of minima, (m, 2)")
    if ends.size and (ends.min() < 0 or ends.max() >= n_minima):
        raise InputError(f"ends of transition states lie in {ends.min()}..{ends.max()}, but rows are 0..{n_minima - 1}")
    low, high = np.sort(ends.astype(np.int64), axis=1).T
    pairs = np.unique((low * n_minima + high)[low < high])
    graph = nx.empty_graph(int(n_minima))
    graph.add_edges_from(zip((pairs // n_minima).tolist(), (pairs % n_minima).tolist(), strict=True))
    return graph


def largest_component(graph) -> nx.Graph:
    """Return the largest component, nodes in the order of ``graph``; of several as large, that of the first node."""
    members = max(nx.connected_components(graph), key=len)
    component = nx.Graph()
    component.add_nodes_from(node for node in graph if node in members)
    component.add_edges_from(graph.edges(members))
    return component


def degree_counts(graph) -> np.ndarray:
    """Return the number of nodes of each degree, int64 of shape (largest degree + 1,)."""
    return np.array(nx.degree_histogram(_checked(graph)), dtype=np.int64)


def path_length_counts(graph, sources=None) -> np.ndarray:
    """Count shortest paths by their number of edges; pairs of nodes without a path do not count.

    Exact, in O(n_sources (n_nodes + n_edges)) steps at most, a fraction of that in networks of short paths.

    Parameters
    ----------
    graph : Graph
    sources : sequence of nodes, optional
        Different nodes that paths start from (default all, so that each pair counts twice).

    Returns
    -------
    ndarray of int64, shape (longest + 1,)
        Pairs of a source and a node, by distance; at 0 the sources themselves.

    Raises
    ------
    InputError
        When the network has no nodes, directions, multiple edges or self-loops, or a source is none of its nodes.
    """
    row = {node: i for i, node in enumerate(_checked(graph))}
    rows = np.arange(len(row))
    if sources is not None:
        rows = np.array(sorted({row[_checked_node(graph, node)] for node in sources}), dtype=np.int64)
    matrix = nx.to_scipy_sparse_array(graph, weight=None, dtype=np.int8, format="csr")
    counts = np.zeros(len(row), dtype=np.int64)
    _count_path_lengths(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), rows, counts)
    return np.trim_zeros(counts, "b")


def network_properties(
    graph, *, target=None, rng=None, most_exact=MOST_EXACT, n_sampled=N_SAMPLED
) -> NetworkProperties:
    """Compute the numbers by which networks of minima are compared.

    Parameters
    ----------
    graph : Graph
        From :func:`network_of_minima`, or any simple undirected one.
    target : node, optional
        The global minimum, when paths to it are wanted.
    rng : Generator, optional
        Draws the sources of paths when the largest component has more than ``most_exact`` nodes.
    most_exact, n_sampled : int
        Nodes up to which paths start from all, and from how many they start otherwise.

    Raises
    ------
    InputError
        As for :func:`path_length_counts`; when sources must be drawn and ``rng`` is missing.
    """
    n_nodes, n_edges = _checked(graph).number_of_nodes(), graph.number_of_edges()
    largest = largest_component(graph)
    to_target = path_length_counts(graph, [target]) if target is not None else np.zeros(0, dtype=np.int64)
    counts = path_length_counts(largest, _sources(largest, rng, most_exact, n_sampled))
    return NetworkProperties(
        n_nodes=n_nodes,
        n_edges=n_edges,
        n_components=nx.number_connected_components(graph),
        mean_degree=2 * n_edges / n_nodes,
        n_largest=len(largest),
        n_sources=int(counts[0]),
        mean_path=_mean_path(counts),
        diameter=len(counts) - 1,
        # the order of nodes does not decide the last bit
        clustering=math.fsum(nx.clustering(largest).values()) / len(largest),
        transitivity=float(nx.transitivity(largest)),
        n_joined_to_target=int(to_target.sum()),
        mean_path_to_target=_mean_path(to_target),
        target_eccentricity=float(len(to_target) - 1) if target is not None else math.nan,
    )


def _checked(graph):
    """Return the network itself when it is one of minima."""
    if graph.number_of_nodes() == 0:
        raise InputError("the network has no nodes, but needs at least one")
    if graph.is_directed() or graph.is_multigraph() or nx.number_of_selfloops(graph):
        raise InputError("the network has directions, multiple edges or self-loops; expected a simple undirected one")
    return graph


def _checked_node(graph, node):
    if node not in graph:
        raise InputError(f"{node!r} is no node of the network of {len(graph)} nodes")
    return node


def _sources(graph, rng, most_exact, n_sampled):
    """Return the nodes that paths start from, None for all."""
    if len(graph) <= max(most_exact, n_sampled):
        return None
    if rng is None or n_sampled < 1:
        raise InputError(f"more than {most_exact} nodes: expected a Generator and n_sampled of at least one")
    nodes = list(graph)
    return [nodes[i] for i in rng.choice(len(nodes), n_sampled, replace=False)]


def _mean_path(counts):
    """Return the mean over paths of at least one edge, from whole numbers by one division."""
    counts = counts.tolist()
    n_paths = sum(counts[1:])
    return sum(d * count for d, count in enumerate(counts)) / n_paths if n_paths else math.nan
