"""Compile every kernel once, so that jobs side by side find them in the cache."""

from pathlib import Path

from lossland._kernel import load_all
from lossland._runtime import source_digest


def compile_kernels(path_to_digest, n_processes):
    """Load all kernels, then record which sources were compiled."""
    print(f"{load_all(n_processes)} kernels")
    Path(path_to_digest).write_text(f"{source_digest()}\n")


if "snakemake" in globals():
    from _job import run

    run(compile_kernels, snakemake.log[0], snakemake.output.digest, n_processes=snakemake.threads)
