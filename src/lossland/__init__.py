"""lossland: energy-landscape exploration for the loss functions of small neural networks."""

from lossland import _runtime

_runtime.configure()
