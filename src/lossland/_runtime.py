"""What must be settled before NumPy, SciPy or Numba are imported: threads, processor target and the kernel cache.

Equal runs must give equal bits on every machine, so kernels are compiled for one processor level (x86-64-v3, every
x86 machine since about 2015), OpenBLAS is told to use its kernels of the same level, and NumPy to leave out its own of
higher ones, whose exponentials, logarithms and cosines have other last bits.  ``LOSSLAND_CPU=native`` gives that up for
speed.  The cache of compiled kernels is keyed by a digest of all sources with kernels, because Numba does
not notice an edit in a kernel that another module calls.
"""

import hashlib
import logging
import os
import platform
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
PORTABLE_CPU, PORTABLE_BLAS = "x86-64-v3", "Haswell"  # the same level
BEYOND = "X86_V4 AVX512_ICL AVX512_SPR"  # what NumPy has above it; a machine without them ignores that

log = logging.getLogger("lossland")


def source_digest() -> str:
    """Return a short digest of the sources of the package that hold kernels or what kernels are made of."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"numba" in text or b"_kernel" in text or b"IntEnum" in text:
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    root = os.environ.get("LOSSLAND_CACHE_DIR")
    if root:
        return Path(root)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lossland"


def pin_environment() -> bool:
    """Pin BLAS threads and processor targets of libraries that are not loaded yet; return whether a target is pinned.

    Kernels use the linear algebra of SciPy, so it is SciPy that must not be loaded before.
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else threads that wait keep processors from those that work
    portable = platform.machine().lower() in ("x86_64", "amd64") and os.environ.get("LOSSLAND_CPU") != "native"
    if portable:
        if "scipy.linalg" in sys.modules and "OPENBLAS_CORETYPE" not in os.environ:
            log.warning("SciPy was imported before lossland: results may differ in the last bits between processors")
        os.environ.setdefault("OPENBLAS_CORETYPE", PORTABLE_BLAS)
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", BEYOND)
        os.environ.setdefault("NUMBA_CPU_NAME", PORTABLE_CPU)
        os.environ.setdefault("NUMBA_CPU_FEATURES", "")  # none but the level's own: Numba would add all of this machine
    return portable


def configure() -> None:
    """Pin the environment, and point Numba at the cache of these sources."""
    portable = pin_environment()
    import numba  # noqa: PLC0415  (after the environment is set)

    # Numba reads the environment again when it next compiles, if that has changed since it was imported, and would
    # forget what is set here
    numba.config.reload_config()
    if portable and numba.config.CPU_NAME is None:
        numba.config.CPU_NAME = os.environ["NUMBA_CPU_NAME"]
    if portable and numba.config.CPU_FEATURES is None:
        numba.config.CPU_FEATURES = os.environ["NUMBA_CPU_FEATURES"]
    if "NUMBA_CACHE_DIR" not in os.environ:
        numba.config.CACHE_DIR = str(_cache_root() / source_digest())
