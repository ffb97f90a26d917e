"""Slow, readable twins of the objectives and of the descent: what verification recomputes with.

Nothing here shares code with the kernels of the engine.
"""

from lossland.errors import InputError
from lossland.reference.function import FunctionReference
from lossland.reference.network import NetworkReference
from lossland.reference.passed_saddles import ends_beyond, saddle_passed
from lossland.reference.sines import SineReference
from lossland.reference.spins import SpinReference
from lossland.reference.steepest_descent import CAREFUL, CLOSER, QUICK, both_ends

#: kinds that a file holds whole
TWINS = {"mlp_cross_entropy": NetworkReference, "p_spin": SpinReference, "damped_sines": SineReference}

__all__ = [
    "CAREFUL",
    "CLOSER",
    "QUICK",
    "FunctionReference",
    "NetworkReference",
    "SineReference",
    "SpinReference",
    "both_ends",
    "ends_beyond",
    "reference_for",
    "saddle_passed",
]


def reference_for(contents, objective=None):
    """Return the twin of the objective that a file describes.

    Parameters
    ----------
    contents : FileContents
    objective : Objective, optional
        Needed for every kind that has no twin here.

    Raises
    ------
    InputError
        When the objective is needed and absent, not needed and given, or not the one of the file.
    """
    if contents.kind in TWINS:
        if objective is not None:
            raise InputError(f"a landscape of kind {contents.kind!r} holds its function: give no objective")
        return TWINS[contents.kind](contents.objective_attributes, contents.objective_arrays)
    if objective is None:
        raise InputError(
            f"a landscape of kind {contents.kind!r} does not hold its function: give it (--objective module:name)"
        )
    if (objective.kind, objective.n_variables) != (contents.kind, contents.n_variables):
        raise InputError(
            f"the objective given is {objective.kind!r} of {objective.n_variables} variables; "
            f"expected {contents.kind!r} of {contents.n_variables}"
        )
    return FunctionReference(objective)
