"""lossland: energy-landscape exploration for the loss functions of small neural networks."""

from lossland import _runtime

_runtime.configure()

from lossland.explore import explore  # noqa: E402
from lossland.explore_options import ExploreOptions  # noqa: E402
from lossland.landscape import Landscape  # noqa: E402

__all__ = ["ExploreOptions", "Landscape", "explore"]
