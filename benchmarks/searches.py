"""Minimisations and transition states per CPU-second, and what each of them costs in gradients.

The programs take turns. Whatever a search spends counts: failures, duplicates, points that fail the verification. The
verification itself (:mod:`judge`) runs here, not in the programs, and costs none of them anything.
"""

from typing import NamedTuple

import numpy as np
from judge import Judge
from programs import BUILD

#: CPU-seconds of minimisations for each program, and of one turn
MINIMISATION, MINIMISATION_TURN = 15.0, 3.0
#: CPU-seconds of the searches for transition states, and of one turn
GROWTH, UNALIGNED, TURN = 100.0, 60.0, 10.0
#: distinct transition states at which a rate is taken, if they are reached: later ones are hard to find for anybody
ENOUGH = 200

#: name of the peer -> program and call
MINIMISERS = {
    "lossland": ("lossland", "minimise"),
    "scipy": ("numpy", "minimise"),
    "scipy+kernel": ("lossland", "minimise_scipy"),
    "topsearch": ("topsearch", "minimise"),
    "topsearch+kernel": ("topsearch+kernel", "minimise"),
}
SEARCHERS = ("topsearch", "topsearch+kernel")


class Cost(NamedTuple):
    """One line of ``costs.csv``: what a program found, and all that it spent on it."""

    work: str
    program: str
    found: int
    duplicates: int
    unverified: int
    cpu_seconds: float
    gradients: int
    hessians: int
    gradients_each: float

    @property
    def rate(self):
        """Found per CPU-second."""
        return self.found / self.cpu_seconds


def cost(work, program, counts, spent, hessian_in_gradients):
    """Return the line for counts (distinct, duplicates, unverified) and spent (seconds, gradients, Hessians)."""
    seconds, gradients, hessians = spent
    each = (gradients + hessians * hessian_in_gradients) / counts[0] if counts[0] else np.inf
    return Cost(work, program, *counts, seconds, int(gradients), int(hessians), each)


def rows(costs):
    """Yield (work, peer, ours, theirs, ratio): lossland's cost, the first, beside each of the others."""
    own, *others = costs
    for other in others:
        yield other.work, other.program, own.rate, other.rate, own.rate / other.rate if other.rate else np.inf


def minimisations(workers, hessian_in_gradients, scale=1.0):
    """Return the costs of minimisations from the same starts, lossland's first."""
    running = {peer: (workers.get(name), call) for peer, (name, call) in MINIMISERS.items() if workers.get(name)}
    totals = {peer: np.zeros(4) for peer in running}
    while min(total[1] for total in totals.values()) < scale * MINIMISATION:
        for peer, (worker, call) in running.items():
            if totals[peer][1] < scale * MINIMISATION:
                part = worker.call(call, seconds=scale * MINIMISATION_TURN)
                totals[peer] += [part[key] for key in ("found", "seconds", "gradients", "hessians")]
    return [
        cost("minimisation", peer, (int(total[0]), 0, 0), total[1:], hessian_in_gradients)
        for peer, total in totals.items()
    ]


def search_in_turns(workers, aligned, scale=1.0):
    """Let all programs search and return {program: what they found}, lossland's first.

    lossland knows the symmetry by itself: its one search is set beside the peers' with alignment and without.
    """
    budget = scale * (GROWTH if aligned else UNALIGNED)
    calls = {"lossland": {}} if aligned else {}
    calls |= {name: {"align": aligned} for name in SEARCHERS if workers.get(name) is not None}
    spent = dict.fromkeys(calls, 0.0)
    while calls and min(spent.values()) < budget:
        for name, arguments in calls.items():
            if spent[name] < budget:
                turn = min(scale * TURN, budget - spent[name])
                before, spent[name] = spent[name], workers.get(name).call("search", seconds=turn, **arguments)[0]
                if spent[name] <= before:
                    spent[name] = budget  # nothing left to search
    return {name: _dumped(workers.get(name), arguments) for name, arguments in calls.items()}


def _dumped(worker, arguments):
    path = BUILD / f"found-{worker.name}-{'-'.join(map(str, arguments.values()))}.npz"
    worker.call("dump", path=str(path), **arguments)
    with np.load(path) as file:
        return dict(file)


def judged(objective, found):
    """Return the costs (n, 3) of the distinct verified transition states, and the numbers of all other kinds then.

    Returns
    -------
    growth : ndarray, shape (n, 5)
        For each distinct one: CPU-seconds, gradients and Hessians spent by then, duplicates, unverified ones so far.
    totals : ndarray, shape (5,)
        The same at the end.
    """
    judge, growth = Judge(objective), []
    for spent, x, plus, minus in zip(found["costs"], found["x"], found["plus"], found["minus"], strict=True):
        if judge.is_new(x, plus, minus):
            growth.append([*spent, judge.n_duplicates, judge.n_unverified])
    return np.array(growth).reshape(-1, 5), np.array([*found["total"], judge.n_duplicates, judge.n_unverified])


def transition_state_cost(work, program, growth, totals, hessian_in_gradients):
    """Return the cost of the first :data:`ENOUGH` distinct ones, or of all if there are fewer."""
    reached = len(growth) >= ENOUGH
    number, at = (ENOUGH, growth[ENOUGH - 1]) if reached else (len(growth), totals)
    return cost(work, program, (number, int(at[3]), int(at[4])), at[:3], hessian_in_gradients)
