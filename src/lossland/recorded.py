"""The objective of a landscape file: rebuilt where its kind allows, else what the file says of it."""

from dataclasses import dataclass, field

import numpy as np

from lossland.errors import FileFormatError, InputError
from lossland.landscape_file import FileContents
from lossland.objectives.kinds import from_description

PROBE_RTOL = 1e-6  # of a function given, which may be written otherwise than that recorded: all is recomputed with it
ROUNDING = 1e-9  # of one recorded elsewhere, on another kind of processor: nothing is recomputed when files are merged


@dataclass(frozen=True)
class RecordedObjective:
    """What a file says of an objective that cannot be rebuilt from it, such as a user's own function.

    It stands for the objective in a landscape that is read, merged or analysed, but cannot be evaluated.
    """

    kind: str
    n_variables: int
    attributes: dict = field(default_factory=dict)
    arrays: dict = field(default_factory=dict)
    network: None = None
    isometries: None = None


def recorded_objective(path, contents: FileContents):
    """Rebuild the objective of a file; of a kind that cannot be rebuilt, return what the file says of it.

    Parameters
    ----------
    path : path-like
        Named in errors.
    contents : FileContents

    Returns
    -------
    Objective or RecordedObjective

    Raises
    ------
    FileFormatError
        When the description does not make sense or does not fit the points.
    """
    description = (contents.kind, contents.objective_attributes, contents.objective_arrays)
    try:
        objective = from_description(*description)
    except KeyError as error:
        if error.args == (contents.kind,):  # not a kind that can be rebuilt
            return RecordedObjective(contents.kind, contents.n_variables, *description[1:])
        raise FileFormatError(f"{path}: /objective has no {error}, which a {contents.kind} needs") from error
    except (ValueError, TypeError) as error:
        raise FileFormatError(f"{path}: /objective does not describe a {contents.kind}: {error}") from error
    if objective.n_variables != contents.n_variables:
        raise FileFormatError(
            f"{path}: /minima/x has {contents.n_variables} variables; /objective has {objective.n_variables}"
        )
    return objective


def refuse_another_function(path, contents: FileContents, objective) -> None:
    """Raise when a function is obviously not that of a file, whose points would all be called false.

    Parameters
    ----------
    path : path-like
        Named in the error.
    contents : FileContents
        Of a content that has changed since it was written nothing is concluded.
    objective : Objective
        Its energies at a few points of its start box are compared with those in the file.

    Raises
    ------
    InputError
    """
    recorded, found = contents.objective_attributes.get("probe"), np.array(objective.probe())
    if not contents.content_matches or np.shape(recorded) != found.shape:
        return
    with np.errstate(over="ignore"):
        same = np.allclose(found, recorded, rtol=PROBE_RTOL, atol=0.0)
    if not same:
        raise InputError(
            f"the function given is not that of {path}: at the points that tell functions apart its energies are "
            f"{_listed(found)}, and {_listed(recorded)} in the file; expected the same function, with the same box of "
            "starts"
        )


def _listed(numbers):
    return ", ".join(f"{number:.6g}" for number in numbers)


def same_objective(a, b) -> bool:
    """Return whether two objectives have the same kind, size, attributes and arrays.

    Energies at the points that tell functions apart are computed, and their last digits are the machine's.
    """

    def equal(name, left, right):
        if name == "probe" and np.shape(left) == np.shape(right):
            return np.allclose(left, right, rtol=ROUNDING, atol=0.0)
        return np.array_equal(left, right)

    def same(left, right):
        return left.keys() == right.keys() and all(equal(name, left[name], right[name]) for name in left)

    return (
        (a.kind, a.n_variables) == (b.kind, b.n_variables)
        and same(a.attributes, b.attributes)
        and same(a.arrays, b.arrays)
    )
