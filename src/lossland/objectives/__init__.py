"""Losses and potentials: value, gradient and Hessian kernels."""

from lossland.objectives.base import (
    DATA,
    HESSIAN,
    VALUE_GRADIENT,
    Isometries,
    NetworkLayout,
    Objective,
    ObjectiveData,
    from_function,
    objective_data,
)
from lossland.objectives.distillation import distillation
from lossland.objectives.locality import locality_mask
from lossland.objectives.mlp import mlp_cross_entropy
from lossland.objectives.pspin import draw_couplings, p_spin
from lossland.objectives.regression import damped_sines

__all__ = [
    "DATA",
    "HESSIAN",
    "VALUE_GRADIENT",
    "Isometries",
    "NetworkLayout",
    "Objective",
    "ObjectiveData",
    "damped_sines",
    "distillation",
    "draw_couplings",
    "from_description",
    "from_function",
    "locality_mask",
    "mlp_cross_entropy",
    "objective_data",
    "p_spin",
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
    if kind == "p_spin":
        return p_spin(arrays["couplings"], attributes["n_spins"], attributes["p"], stiffness=attributes["stiffness"])
    if kind == "damped_sines":
        return damped_sines(arrays["x"], arrays["t"], attributes["max_frequency"])
    if kind == "distillation":
        return distillation(attributes["layer_sizes"], arrays["inputs"], arrays["targets"])
    raise KeyError(kind)
