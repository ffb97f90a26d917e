"""Packages that load what they offer when it is asked for: few programs need all that it stands on."""

import sys


def on_demand(package, names, load):
    """Return ``__getattr__`` and ``__dir__`` (PEP 562) of a module that loads what it offers when it is asked for.

    No submodule may be called like one of the names: once imported, it would stand in the place of that name.

    Parameters
    ----------
    package : str
    names : list of str
        What the package offers.
    load : callable
        Imports all of it and returns it as a dict by name.
    """

    def load_and_get(name):
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = load()
        vars(sys.modules[package]).update({offered: found[offered] for offered in names})
        return found[name]

    return load_and_get, lambda: sorted(names)
