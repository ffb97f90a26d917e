"""lossland comes first, so that it pins the processor level of the libraries that tests import."""

import lossland  # noqa: F401
