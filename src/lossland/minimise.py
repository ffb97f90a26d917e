"""Minimisation: L-BFGS to the neighbourhood of a minimum, then Newton steps to machine precision."""

from lossland.lbfgs import LbfgsOptions, lbfgs

__all__ = ["LbfgsOptions", "lbfgs"]
