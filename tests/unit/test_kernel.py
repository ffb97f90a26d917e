"""Kernels are compiled for one signature, and not before somebody needs them."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numba import float64, int64, njit, types

from lossland import _vector
from lossland._kernel import kernel, load_all


@kernel(float64(float64[::1]))
def total(values):
    """Sum in order."""
    result = 0.0
    for i in range(values.size):
        result += values[i]
    return result


@kernel(float64(float64[::1]), fastmath=_vector.FASTMATH)
def twice_total(values):
    """Need a kernel that is not compiled yet."""
    return 2.0 * total(values)


@pytest.fixture
def weighted():
    """Return a new kernel that nobody has called."""

    @kernel(float64(float64, int64))
    def product(x, n):
        return x * n

    return product


def test_import_loads_no_kernel():
    program = """
import sys
import lossland.exploration
from lossland._kernel import Kernel
kernels = [value for name in list(sys.modules) if name.startswith("lossland")
           for value in vars(sys.modules[name]).values() if isinstance(value, Kernel)]
print(len(kernels) > 100, sum(len(one.overloads) for one in kernels))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0"]


def test_first_call_loads_and_every_call_converts(weighted):
    assert not weighted.overloads
    assert weighted(3, True) == 3.0  # converted as by a kernel that was loaded at its definition
    assert list(weighted.overloads) == [(float64, int64)]
    assert weighted(0.5, 4) == 2.0
    assert len(weighted.overloads) == 1


def test_first_call_finds_the_one_of_two_signatures_that_fits():
    @kernel([float64(float64), float64[::1](float64[::1])])
    def doubled(x):
        return x + x

    assert doubled(np.array([4.0])).tolist() == [8.0]
    assert doubled(3) == 6.0


@pytest.mark.parametrize("arguments", [(1.0,), (1.0, 2, 3), ("a", 1), (np.zeros(2), 1)])
def test_wrong_arguments_are_refused_at_the_first_call_and_later(weighted, arguments):
    for _ in range(2):
        with pytest.raises(TypeError):
            weighted(*arguments)


def test_strided_array_is_refused_at_the_first_call():
    @kernel(float64(float64[::1]))
    def first(values):
        return values[0]

    with pytest.raises(TypeError, match="No matching definition"):
        first(np.zeros(4)[::2])


def test_kernels_call_each_other_and_take_each_other_as_functions(weighted):
    @kernel(float64(types.FunctionType(float64(float64, int64)), float64))
    def twice(function, x):
        return function(x, 2)

    @njit
    def outer(x):
        return weighted(x, 2) + 1.0

    assert outer(1.5) == 4.0
    assert twice(weighted, 1.5) == 3.0


def test_kernel_does_not_take_over_how_another_is_compiled_that_needs_it_first():
    values, in_order = np.random.default_rng(1).normal(size=1000), 0.0
    for value in values.tolist():
        in_order += value
    assert twice_total(values) == 2.0 * in_order
    assert total(values) == in_order


def test_threads_that_come_at_once_load_once(weighted):
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(weighted, np.arange(32.0), range(32))) == [float(i * i) for i in range(32)]
    assert len(weighted.overloads) == 1


def test_pickled_kernel_keeps_its_signature():
    norm = pickle.loads(pickle.dumps(_vector.norm))
    assert norm(np.array([3.0, 4.0])) == 5.0
    with pytest.raises(TypeError):
        norm(3.0)


def test_two_processes_load_what_one_does():
    assert load_all(n_processes=2) == load_all() > 150
    assert _vector.norm.overloads
