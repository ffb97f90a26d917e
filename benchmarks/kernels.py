"""Rates of evaluations and Hessians, lossland's beside NumPy's and JAX's."""

import numpy as np

ROUNDS, SECONDS = 9, 0.5
EVALUATED = ("100", "1000", "10000", "100000", "784-10-10", "2-4-4-4-4")
DIFFERENTIATED = ("100", "1000", "10000", "100000", "2-4-4-4-4")
PEERS = ("numpy", "jax")
IN_ROWS = tuple(f"evaluation_{n_data}" for n_data in (100, 1000, 10_000, 100_000))  # works with the peer numpy_rows
IN_GRADIENTS = "hessian_in_gradients"

#: works and what each runs: kind and network
WORKS = {f"evaluation_{name}": ("evaluation", name) for name in EVALUATED}
WORKS |= {f"hessian_{name}": ("hessian", name) for name in DIFFERENTIATED}
#: the same with our kernels compiled for this very processor, as the peers' are: other bits on every kind of processor
NATIVE = {f"{work}_native": work for work in ("evaluation_1000", "evaluation_10000", "hessian_1000")}
WORKS |= {native: WORKS[work] for native, work in NATIVE.items()}


def side_by_side(ours, theirs, rounds=ROUNDS):
    """Return the median rates of two functions that return one rate each, run in turn, and the median of the ratio."""
    ours(), theirs()  # the first run of each compiles, loads and allocates
    pairs = np.array([(ours(), theirs()) for _ in range(rounds)])
    return *np.median(pairs, axis=0), np.median(pairs[:, 0] / pairs[:, 1])


def rate(worker, kind, network, seconds=SECONDS):
    """Return a function that lets a worker run for some CPU-seconds and returns the runs per CPU-second."""

    def measured():
        runs, spent = worker.call("rate", kind=kind, network=network, seconds=seconds)
        return runs / spent

    return measured


def refuse_other_results(own, other, kind, network):
    """Stop when a peer computes anything but our loss, gradient or Hessian: its speed would mean nothing."""
    ours, theirs = (worker.call("summary", kind=kind, network=network) for worker in (own, other))
    if not np.allclose(ours, theirs, rtol=1e-10, atol=0.0):
        raise SystemExit(f"{kind}_{network}: {other.name} computes {theirs}, lossland {ours}; expected the same")


def measure(workers, work, seconds=SECONDS):
    """Yield (work, peer, ours, theirs, ratio) of one work for every peer that runs here."""
    own = workers.get("lossland-native" if work in NATIVE else "lossland")
    for peer in (*PEERS, "numpy_rows") if work in IN_ROWS else PEERS:
        other = workers.get(peer)
        if other is not None:
            kind, network = WORKS[work]
            refuse_other_results(own, other, kind, network)
            yield work, peer, *side_by_side(rate(own, kind, network, seconds), rate(other, kind, network, seconds))


def measure_in_gradients(workers, seconds=SECONDS):
    """Return the row of our Hessian beside our own gradient, 2-10-4 with 1000 data."""
    own = workers.get("lossland")
    pair = rate(own, "hessian", "1000", seconds), rate(own, "evaluation", "1000", seconds)
    return IN_GRADIENTS, "own gradient", *side_by_side(*pair)
