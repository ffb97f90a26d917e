"""JAX's evaluations and Hessians: jitted, float64, one thread, each in the faster of two layouts of the data."""

import os
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
if hasattr(os, "sched_setaffinity"):  # Linux; XLA makes a thread for every core that it may use
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from problem import REGULARISATION, Problem, point  # noqa: E402
from protocol import kernel_calls, runs_in, serve  # noqa: E402

jax.config.update("jax_enable_x64", True)


def layers(x, layer_sizes):
    """Yield the matrix, shape (n_out, n_in), and the biases of each layer."""
    start = 0
    for n_in, n_out in zip(layer_sizes, layer_sizes[1:], strict=False):
        end = start + n_in * n_out
        yield x[start:end].reshape(n_out, n_in), x[end : end + n_out]
        start = end + n_out


def rows(layer_sizes):
    """Return the loss with data as rows."""

    def loss(x, inputs, labels):
        *hidden, (matrix, biases) = layers(x, layer_sizes)
        for weights, shifts in hidden:
            inputs = jnp.tanh(inputs @ weights.T + shifts)
        log_odds = inputs @ matrix.T + biases
        chosen = jnp.take_along_axis(log_odds, labels[:, None], 1)[:, 0]
        return jnp.mean(jax.nn.logsumexp(log_odds, axis=1) - chosen) + REGULARISATION * (x @ x)

    return loss


def columns(layer_sizes):
    """Return the loss with data as columns and labels as one-hot rows."""

    def loss(x, inputs, one_hot):
        *hidden, (matrix, biases) = layers(x, layer_sizes)
        for weights, shifts in hidden:
            inputs = jnp.tanh(weights @ inputs + shifts[:, None])
        log_odds = matrix @ inputs + biases[:, None]
        chosen = (log_odds * one_hot).sum(axis=0)
        return jnp.mean(jax.nn.logsumexp(log_odds, axis=0) - chosen) + REGULARISATION * (x @ x)

    return loss


def fastest(kind, sizes, inputs, labels):
    """Return a call without arguments that runs one evaluation or Hessian in the layout that proves faster."""
    make = jax.value_and_grad if kind == "evaluation" else jax.hessian
    one_hot = np.eye(sizes[-1])[:, labels]
    calls = []
    for loss, data in ((rows(sizes), (inputs, labels)), (columns(sizes), (inputs.T.copy(), one_hot))):
        function, arguments = jax.jit(make(loss)), [jnp.asarray(value) for value in (point(sizes), *data)]

        def call(function=function, arguments=arguments):
            return jax.block_until_ready(function(*arguments))

        call()  # compiles
        calls.append((max(n / spent for n, spent in [runs_in(call, 0.1) for _ in range(3)]), call))
    return max(calls, key=lambda pair: pair[0])[1]


def main(path):
    """Answer requests."""
    problem, calls = Problem(path), {}

    def call_of(kind, network):
        if (kind, network) not in calls:
            calls[kind, network] = fastest(kind, *problem.network(network))
        return calls[kind, network]

    serve(kernel_calls(call_of))


if __name__ == "__main__":
    main(sys.argv[1])
