"""lossland comes first, so that it pins the processor level of the libraries that tests import."""

import lossland.exploration  # noqa: F401  (with its kernels, compiled before workers start side by side)


def pytest_collection_modifyitems(items):
    """Begin with the run of the whole workflow, which takes longest, beside which the other tests then run."""
    items.sort(key=lambda item: item.path.name != "test_smoke.py")
