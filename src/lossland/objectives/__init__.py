"""Losses and potentials: value, gradient and Hessian kernels."""

from lossland.objectives.base import (
    DATA,
    HESSIAN,
    VALUE_GRADIENT,
    NetworkLayout,
    Objective,
    ObjectiveData,
    from_function,
    objective_data,
)
from lossland.objectives.locality import locality_mask
from lossland.objectives.mlp import mlp_cross_entropy

__all__ = [
    "DATA",
    "HESSIAN",
    "VALUE_GRADIENT",
    "NetworkLayout",
    "Objective",
    "ObjectiveData",
    "from_description",
    "from_function",
    "locality_mask",
    "mlp_cross_entropy",
    "objective_data",
]


def from_description(kind, attributes, arrays) -> Objective:
    """Rebuild the objective that a landscape file describes.

    Raises
    ------
    KeyError
        When the kind is a user's own function, which no file can hold.
    """
    if kind == "mlp_cross_entropy":
        return mlp_cross_entropy(
            attributes["layer_sizes"],
            arrays["inputs"],
            arrays["labels"],
            attributes["regularisation"],
            regularise_biases=bool(attributes["regularise_biases"]),
            normalisation=str(attributes["normalisation"]),
            mask=arrays.get("mask"),
        )
    raise KeyError(kind)
