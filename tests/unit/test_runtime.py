"""Kernels are compiled for one processor level, whatever this machine can do beyond it."""

import os
import platform
import subprocess
import sys

import pytest

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
