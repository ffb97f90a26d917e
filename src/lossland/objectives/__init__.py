"""Losses and potentials: value, gradient and Hessian kernels."""

from lossland._lazy import on_demand

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


def _load():
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
    from lossland.objectives.kinds import from_description
    from lossland.objectives.locality import locality_mask
    from lossland.objectives.mlp import mlp_cross_entropy
    from lossland.objectives.pspin import draw_couplings, p_spin
    from lossland.objectives.regression import damped_sines
    from lossland.objectives.soft_targets import distillation

    return locals()


__getattr__, __dir__ = on_demand(__name__, __all__, _load)
