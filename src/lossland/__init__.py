"""lossland: energy-landscape exploration for the loss functions of small neural networks."""

from lossland import _runtime

_runtime.configure()

from lossland._lazy import on_demand  # noqa: E402

__all__ = ["ExploreOptions", "Landscape", "explore"]


def _load():
    from lossland.exploration import explore
    from lossland.explore_options import ExploreOptions
    from lossland.landscape import Landscape

    return locals()


__getattr__, __dir__ = on_demand(__name__, __all__, _load)
