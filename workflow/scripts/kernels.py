"""Compile every kernel once: kernels have explicit signatures, so importing their module compiles and caches them."""

import importlib
import pkgutil
from pathlib import Path

import lossland
from lossland._runtime import source_digest


def compile_kernels(path_to_digest):
    """Import every module, then record which sources were compiled."""
    for module in pkgutil.walk_packages(lossland.__path__, "lossland."):
        if not module.name.endswith("__main__"):
            print(importlib.import_module(module.name).__name__)
    Path(path_to_digest).write_text(f"{source_digest()}\n")


if "snakemake" in globals():
    from _job import run

    run(compile_kernels, snakemake.log[0], path_to_digest=snakemake.output.digest)
