"""Kernels are compiled for one processor level, whatever this machine can do beyond it."""

import os
import pathlib
import platform
import subprocess
import sys

import pytest

import lossland

PROGRAM = """
{first}
import lossland
import numba
import numpy as np

@numba.njit("float64(float64[::1], float64[::1])", fastmath=True)
def dot(a, b):
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total

print(*dot.inspect_asm().values())
"""


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="levels are those of x86")
@pytest.mark.parametrize("first", ["import lossland", "import numba"])
def test_kernels_use_vectors_of_four_and_no_wider_ones(first):
    free = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_CPU", "LOSSLAND_CPU"))}
    command = [sys.executable, "-c", PROGRAM.format(first=first)]
    assembly = subprocess.run(command, env=free, capture_output=True, text=True, check=True).stdout
    assert "vfmadd" in assembly
    assert "ymm" in assembly
    assert "zmm" not in assembly


@pytest.mark.skipif(platform.machine().lower() not in ("x86_64", "amd64"), reason="levels are those of x86")
@pytest.mark.parametrize("cpu", ["", "native"])
def test_numpy_leaves_out_what_other_machines_lack(cpu):
    """Its exponentials, logarithms and cosines have other last bits with vectors of eight."""
    program = """
import os
import lossland
from numpy._core._multiarray_umath import __cpu_features__ as features
print(os.environ.get("NPY_DISABLE_CPU_FEATURES"))
print(sum(there for name, there in features.items() if name == "X86_V4" or name.startswith("AVX512")))
"""
    free = {name: value for name, value in os.environ.items() if name != "NPY_DISABLE_CPU_FEATURES"}
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, env=free | {"LOSSLAND_CPU": cpu}, capture_output=True, text=True, check=True)
    told, n_wider = done.stdout.split("\n")[:2]
    assert (told == "None") == (cpu == "native")
    assert cpu == "native" or n_wider == "0"


def test_kernels_are_cached_by_their_sources_whatever_was_imported_first(tmp_path):
    """Beside the sources, where Numba puts them by itself, they would outlive an edit of another module."""
    program = """
import os, pathlib, numba
os.environ["LOSSLAND_CACHE_DIR"] = os.getcwd()
import lossland
numba.njit("float64(float64)")(lambda x: x)  # whenever it compiles, Numba may read its settings again
print(numba.config.CACHE_DIR)
"""
    free = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    free["PYTHONPATH"] = str(pathlib.Path(lossland.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=free, capture_output=True, text=True, check=True
    )
    assert pathlib.Path(done.stdout.strip()).parent == tmp_path


def test_package_offers_what_it_loads_on_demand():
    assert dir(lossland) == ["ExploreOptions", "Landscape", "explore"]
    for name in dir(lossland):
        assert getattr(lossland, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'lossland' has no attribute 'explor'"):
        lossland.explor  # noqa: B018
