"""What all workers share: one JSON line in, one JSON line out, and how a rate is measured.

A worker is one program with the loss of ``problem.npz`` in hand. It imports nothing that the others need.
"""

import json
import os
import sys
import time
import traceback

RMS_GRADIENT = 1e-9
ATTEMPTS = 4


def serve(calls):
    """Answer requests ``{"call": name, "arguments": {...}}`` from standard input until it ends."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a program prints goes to the log
    calls = {"ready": lambda: True, **calls}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"result": calls[request["call"]](**request["arguments"])}
        except Exception as error:  # noqa: BLE001  (told to the other side, which stops)
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def runs_in(function, seconds):
    """Return how often ``function`` ran, and the CPU-seconds that it took: ``seconds`` or a bit more."""
    start, runs, spent = time.process_time(), 0, 0.0
    while spent < seconds:
        function()
        runs += 1
        spent = time.process_time() - start
    return runs, spent


def kernel_calls(call_of):
    """Return the requests for rates and results of ``call_of(kind, network)``, a call without arguments."""

    def rate(kind, network, seconds):
        return runs_in(call_of(kind, network), seconds)

    def summary(kind, network):
        result = call_of(kind, network)()
        if kind == "evaluation":
            energy, gradient = result
            return [float(energy), float((gradient**2).sum())]
        return [float(result.trace()), float((result**2).sum())]

    return {"rate": rate, "summary": summary}


class Reached(Exception):
    """The gradient is as small as it must be."""


def minimise_with(minimiser, energy_gradient):
    """Return a minimisation by another program's ``minimiser(energy_gradient, x) -> x`` for :class:`Minimisations`.

    It ends as soon as the RMS gradient is below :data:`RMS_GRADIENT`, and is started again from where it gave up: SciPy
    stops when the energy no longer changes in its last digit, which is often before.
    """

    def minimise(x):
        evaluations = 0

        def watched(x):
            nonlocal evaluations
            evaluations += 1
            energy, gradient = energy_gradient(x)
            if gradient @ gradient < gradient.size * RMS_GRADIENT**2:
                raise Reached
            return energy, gradient

        try:
            for _ in range(ATTEMPTS):
                x = minimiser(watched, x)
        except Reached:
            return True, evaluations, 0
        return False, evaluations, 0

    return minimise


class Minimisations:
    """Minimisations from the same random starts, one after the other; those that do not converge cost time only."""

    def __init__(self, starts, minimise):
        self.starts, self.minimise, self.next = starts, minimise, 0

    def run(self, seconds):
        """Go on for that many CPU-seconds; return how many converged, and the CPU-seconds and gradients they took.

        ``minimise`` returns whether it converged, its gradients and its Hessians.
        """
        start, total, spent = time.process_time(), [0, 0, 0], 0.0
        while spent < seconds:
            outcome = self.minimise(self.starts[self.next % len(self.starts)])
            total = [known + int(new) for known, new in zip(total, outcome, strict=True)]
            self.next += 1
            spent = time.process_time() - start
        return {"found": total[0], "seconds": spent, "gradients": total[1], "hessians": total[2]}
