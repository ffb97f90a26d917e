"""NumPy's evaluations, with the linear algebra it finds best for this machine, and SciPy's minimisations on them."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from network import NumpyLoss, NumpyRowsLoss
from problem import REGULARISATION, SEARCHED, Problem, point
from protocol import Minimisations, kernel_calls, minimise_with, serve
from scipy.optimize import minimize

REFERENCE = Path(__file__).resolve().parents[2] / "src" / "lossland" / "reference" / "network.py"
#: of L-BFGS-B; of the histories tried (20, 40, 80) this suits it best, and no other criterion is to end it
OPTIONS = {"maxcor": 80, "maxiter": 20_000, "maxfun": 40_000, "maxls": 40, "ftol": 0.0, "gtol": 0.0}


def hessian_function(sizes, inputs, labels):
    """Return the exact Hessian in vectorised NumPy: from its file, because lossland would pin the linear algebra."""
    spec = importlib.util.spec_from_file_location("reference_network", REFERENCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    attributes = {
        "layer_sizes": sizes,
        "regularisation": REGULARISATION,
        "regularise_biases": True,
        "normalisation": "mean",
    }
    arrays = {"inputs": inputs, "labels": labels, "mask": np.ones(len(point(sizes)), dtype=bool)}
    return module.NetworkReference(attributes, arrays).hessian


def scipy_lbfgs(energy_gradient, x):
    """Return where L-BFGS-B ends."""
    return minimize(energy_gradient, x, jac=True, method="L-BFGS-B", options=OPTIONS).x


def main(path, rows):
    """Answer requests; ``rows``: evaluate with the data as rows."""
    problem, calls, network_loss = Problem(path), {}, NumpyRowsLoss if rows else NumpyLoss

    def call_of(kind, network):
        if (kind, network) not in calls:
            sizes, inputs, labels = problem.network(network)
            if kind == "evaluation":
                function = network_loss(sizes, inputs, labels, REGULARISATION).energy_gradient
            else:
                function = hessian_function(sizes, inputs, labels)
            x = point(sizes)
            calls[kind, network] = lambda: function(x)
        return calls[kind, network]

    loss = network_loss(*problem.network(SEARCHED), REGULARISATION)
    minimisations = Minimisations(problem.starts, minimise_with(scipy_lbfgs, loss.energy_gradient))
    serve(kernel_calls(call_of) | {"minimise": minimisations.run})


if __name__ == "__main__":
    main(sys.argv[1], "--rows" in sys.argv[2:])
