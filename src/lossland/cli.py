"""The command ``lossland``: verify a landscape file, or say what is in it."""

import argparse
import importlib
import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from lossland.completeness import chao1
from lossland.errors import InputError, LosslandError
from lossland.landscape import Landscape
from lossland.objectives.base import Objective
from lossland.recorded import RecordedObjective
from lossland.verify import verification

SOUND, OFFENCES, UNREADABLE = 0, 1, 2


def main(arguments=None) -> int:
    """Run the command line and return the exit status: 0 sound, 1 offences found, 2 not usable at all."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        sys.stderr.close()
        return SOUND
    except LosslandError as error:
        print(f"lossland {options.command}: {error}", file=sys.stderr)
        return UNREADABLE


def _parser():
    parser = argparse.ArgumentParser(
        prog="lossland", description="Landscape files: check them, or say what is in them."
    )
    parser.add_argument("--version", action="version", version=f"lossland {importlib.metadata.version('lossland')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser(
        "verify",
        help="recompute everything in a landscape file",
        description="Recompute everything in a landscape file. Exit status 0: sound; 1: offences; 2: unreadable.",
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--objective",
        metavar="MODULE:NAME",
        help="the lossland objective of a user's own function, which no file can hold",
    )
    command.add_argument(
        "--ends",
        type=_count,
        metavar="N|all",
        help="recompute the ends of N transition states drawn at random, or of all (default: all)",
    )
    command.add_argument("--seed", type=int, default=0, help="of that draw (default: 0)")
    command.set_defaults(run=_verify)
    command = commands.add_parser("info", help="summarise a landscape file", description="Summarise a landscape file.")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=_info)
    return parser


def _count(text):
    if text == "all":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor 'all'")
    return int(text)


def _verify(options):
    objective = None if options.objective is None else _load_objective(options.objective)
    with tqdm(desc="verify", unit="row", disable=None, leave=False) as bar:

        def progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        checked = verification(options.file, objective, ends=options.ends, seed=options.seed, progress=progress)
    for offence in checked.offences:
        print(offence.sentence)
    print(
        f"{options.file}: {checked.n_minima} minima and {checked.n_transition_states} transition states checked, "
        f"the ends of {checked.n_ends_checked} of these; "
        + (f"{len(checked.offences)} offences" if checked.offences else "all verified")
    )
    return OFFENCES if checked.offences else SOUND


def _load_objective(name):
    """Import ``module:name``, the current folder first, and return the objective found there."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise InputError(f"--objective is {name!r}; expected module:name, such as mueller_brown:objective")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InputError(f"--objective {name}: cannot import {module_name}: {error}") from error
    objective = getattr(module, attribute, None)
    if not isinstance(objective, Objective):
        raise InputError(
            f"--objective {name}: {attribute} is {type(objective).__name__} in {module_name}; "
            "expected a lossland Objective, such as lossland.objectives.from_function returns"
        )
    return objective


def _info(options):
    landscape = Landscape.read(options.file)
    for name, value in _summary(landscape).items():
        print(f"{name:<20} {value}")
    return SOUND


def _summary(landscape):
    """Return what ``lossland info`` prints, line by line."""
    counts, search, objective = landscape.counts(), landscape.search, landscape.objective
    failed = ", ".join(f"{name} {number}" for name, number in search["n_failed"].items() if number)
    known = "" if not isinstance(objective, RecordedObjective) else " (its function is not in the file)"
    n_joining = counts["n_transition_states"] - counts["n_degenerate"]
    return {
        "objective": f"{objective.kind}, {objective.n_variables} variables{known}",
        **{f"  {name}": _short(value) for name, value in objective.attributes.items()},
        **{f"  {name}": f"array {np.shape(value)}" for name, value in objective.arrays.items()},
        "minima": f"{counts['n_minima']}{_found(landscape.minima.hits, search['coverage_minima'])}",
        "transition states": f"{counts['n_transition_states']}, {n_joining} without degenerate rearrangements"
        f"{_found(landscape.transition_states.hits, search['coverage_transition_states'])}",
        "minimum energies": _range(landscape.minima.energy),
        "saddle energies": _range(landscape.transition_states.energy),
        "components": landscape.n_components,
        "searches": f"{search['n_searches']}, failed: {failed or 'none'}; {search['n_evaluations']} evaluations",
        "stopped because": search["stop_reason"] or "not recorded",
        "seed": landscape.seed,
        "config": json.dumps(landscape.config, sort_keys=True),
    }


def _found(hits, coverage):
    """Return coverage and Chao1 in words."""
    richness = chao1(hits)
    return (
        f" (coverage {coverage:.4f}; Chao1 at least {richness.estimate:.1f}, "
        f"95 % interval {richness.low:.1f} to {richness.high:.1f})"
    )


def _range(energies):
    return "none" if energies.size == 0 else f"{energies.min():.12g} to {energies.max():.12g}"


def _short(value):
    return value.tolist() if isinstance(value, np.ndarray) else value
