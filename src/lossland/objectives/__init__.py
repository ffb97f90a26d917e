"""Losses and potentials: value, gradient and Hessian kernels."""

from lossland.objectives.base import (
    DATA,
    HESSIAN,
    VALUE_GRADIENT,
    NetworkLayout,
    Objective,
    ObjectiveData,
    from_function,
)

__all__ = ["DATA", "HESSIAN", "VALUE_GRADIENT", "NetworkLayout", "Objective", "ObjectiveData", "from_function"]
