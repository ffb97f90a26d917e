"""lossland comes first, so that it pins the processor level of the libraries that tests import."""

import os

from lossland._kernel import load_all

if "PYTEST_XDIST_WORKER" not in os.environ:  # once, before workers start side by side and all compile the same
    load_all(n_processes=2)


def pytest_collection_modifyitems(items):
    """Begin with the run of the whole workflow, which takes longest, beside which the other tests then run."""
    items.sort(key=lambda item: item.path.name != "test_smoke.py")
