"""Vector arithmetic of the kernels, and the one set of fast-math flags of the package.

The flags allow the compiler to reorder and fuse sums, which vectorises them, but not to assume that values are finite:
NaN and infinity still propagate, so the searches can test for them.
"""

import numpy as np
from numba import boolean, float64, void

from lossland._kernel import kernel

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}


@kernel(float64(float64[::1], float64[::1]), fastmath=FASTMATH)
def dot(a, b):
    """Return the scalar product of two vectors of equal length."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@kernel(void(float64, float64[::1], float64[::1]), fastmath=FASTMATH)
def add_scaled(factor, a, b):
    """Add ``factor * a`` to ``b`` in place."""
    for i in range(a.size):
        b[i] += factor * a[i]


@kernel(void(float64, float64[::1]))
def scale(factor, a):
    """Multiply ``a`` by ``factor`` in place."""
    for i in range(a.size):
        a[i] *= factor


@kernel(float64(float64[::1]))
def norm(a):
    """Return the Euclidean norm."""
    return np.sqrt(dot(a, a))


@kernel(float64(float64[::1], float64[::1]))
def distance(a, b):
    """Return the Euclidean distance."""
    total = 0.0
    for i in range(a.size):
        total += (a[i] - b[i]) ** 2
    return np.sqrt(total)


@kernel(float64(float64[::1]))
def rms(a):
    """Return the root mean square of the elements."""
    return np.sqrt(dot(a, a) / a.size)


@kernel(boolean(float64, float64[::1]))
def finite(value, a):
    """Whether the value and all elements are finite."""
    return np.isfinite(value) and np.isfinite(dot(a, a))
