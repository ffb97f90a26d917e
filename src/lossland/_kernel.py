"""Kernels: functions that Numba compiles for given signatures, ahead of the first call and not when they are imported.

``numba.njit`` with a signature compiles, or loads from the cache, at the decorator.  The package has some two hundred
kernels; most are called by other kernels alone, whose machine code holds theirs, and a program that reads a landscape
needs none of the searches.  So a kernel of this package is loaded when it is first called from Python, or first named
in a kernel that has to be compiled.
"""

import importlib
import pkgutil
import subprocess
import sys

from numba.core import typeinfer
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

#: of ``numba.njit``.  What is not set here a kernel would inherit from that in whose compilation it is first needed,
#: and so its bits would depend on who comes first
OPTIONS = {
    "nopython": True,
    "nogil": True,
    "boundscheck": None,
    "fastmath": False,
    "error_model": "python",
    "forceinline": False,
}


class Kernel(CPUDispatcher):
    """A function that is compiled, or loaded from the cache, for its signatures when it is needed.

    What Numba asks of a dispatcher once it is needed passes through one of the methods below.
    """

    declared = ()  # the signatures; set by :func:`kernel`

    def load(self):
        """Compile for the signatures, or load that from the cache, once."""
        if not self._can_compile:
            return
        with global_compiler_lock, typeinfer.register_dispatcher(self):
            if self._can_compile:  # another thread may have been faster
                for signature in self.declared:
                    self.compile(signature)
                self.disable_compile()

    def get_call_template(self, args, kws):
        """Tell a kernel that is being compiled how this one is called."""
        self.load()
        return super().get_call_template(args, kws)

    def get_compile_result(self, sig):
        """Give the machine code to who takes this kernel as a first-class function."""
        self.load()
        return super().get_compile_result(sig)

    def get_function_type(self):
        """Give the type of a first-class function."""
        self.load()
        return super().get_function_type()

    def _reduce_states(self):
        """Pickle with the signatures, which Numba takes from what is loaded."""
        self.load()
        return super()._reduce_states()

    def _compile_for_args(self, *args):
        """Return what the first call from Python is to call; all others find it without coming here."""
        self.load()
        given = [self.typeof_pyval(argument) for argument in args]
        for wanted, compiled in self.overloads.items():
            if len(given) == len(wanted) and None not in map(self.typingctx.can_convert, given, wanted):
                return compiled.entry_point
        return self._explain_matching_error(*args)


def kernel(signature, **options):
    """Return a decorator: ``numba.njit(signature, cache=True, nogil=True)``, but the kernel is loaded when needed.

    Parameters
    ----------
    signature : numba signature or list of them
    **options
        Of ``numba.njit``, such as ``fastmath``.
    """

    def decorate(function):
        made = Kernel(function, targetoptions=OPTIONS | options)
        made.declared = signature if isinstance(signature, list) else [signature]
        made.enable_caching()
        return made

    return decorate


def load_all(n_processes: int = 1, *, backwards: bool = False) -> int:
    """Load the kernels of all modules of the package, compiling those that are not in the cache; return how many.

    For programs that start others side by side, which would all compile.

    Parameters
    ----------
    n_processes : int
        With two or more, a second process begins with the last module, until both find in the cache what is left.
    backwards : bool
        Begin with the last module.
    """
    if n_processes > 1:
        program = f"from {__name__} import load_all; load_all(backwards=True)"
        with subprocess.Popen([sys.executable, "-c", program]):
            return load_all()
    package, kernels = importlib.import_module(__package__), {}
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{__package__}.")]
    # objectives last: two processes that begin at either end then seldom compile the same
    for name in sorted(names, key=lambda name: ".objectives" in name):
        if not name.endswith("__main__"):
            members = vars(importlib.import_module(name)).values()
            kernels |= {id(member): member for member in members if isinstance(member, Kernel)}
    for member in reversed(kernels.values()) if backwards else kernels.values():
        member.load()
    return len(kernels)
