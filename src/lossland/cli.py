"""The command ``lossland``: explore a function, verify a landscape file, or say what is in it."""

import argparse
import importlib
import importlib.metadata
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import h5py
import numpy as np
from tqdm import tqdm

from lossland.analysis.agreement import agreement
from lossland.completeness import chao1, known_coverages
from lossland.errors import InputError, LosslandError
from lossland.exploration import ExploreOptions, explore
from lossland.explore_options import refuse_unknown_settings
from lossland.landscape import Landscape
from lossland.objectives.base import Objective
from lossland.recorded import RecordedObjective
from lossland.verify import verification

SOUND, OFFENCES, UNREADABLE, INTERRUPTED = 0, 1, 2, 130
COMPARED = {  # how the parts of an agreement are called
    "minima": "minima",
    "transition_states": "transition states",
    "degenerate": "of these, degenerate ones",
}


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
    except KeyboardInterrupt:
        kept = ": what the checkpoint folder holds is kept, run again to go on" * bool(vars(options).get("checkpoint"))
        print(f"lossland {options.command}: interrupted{kept}", file=sys.stderr)
        return INTERRUPTED


def _parser():
    parser = argparse.ArgumentParser(
        prog="lossland", description="Landscape files: make them, check them, or say what is in them."
    )
    parser.add_argument("--version", action="version", version=f"lossland {importlib.metadata.version('lossland')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_explore(commands)
    command = commands.add_parser(
        "verify",
        help="recompute everything in a landscape file",
        description="Recompute everything in a landscape file. Exit status 0: sound; 1: offences; 2: unreadable or "
        "of another function than the one given.",
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
    command.add_argument("--seed", type=_seed, default=0, help="of that draw (default: 0)")
    command.set_defaults(run=_verify)
    command = commands.add_parser("info", help="summarise a landscape file", description="Summarise a landscape file.")
    command.add_argument("file", type=Path, metavar="FILE")
    command.set_defaults(run=_info)
    command = commands.add_parser(
        "compare",
        help="say what two landscapes have in common",
        description="Say how many points of each of two landscapes of one objective are known to the other.",
    )
    command.add_argument("first", type=Path, metavar="A")
    command.add_argument("second", type=Path, metavar="B")
    command.set_defaults(run=_compare)
    return parser


def _add_explore(commands):
    command = commands.add_parser(
        "explore",
        help="explore a function and write its landscape",
        description="Explore a function and write its landscape. Any number of processes (--shard 1/3, 2/3, 3/3, "
        "otherwise with the same arguments) do it together through --checkpoint; each writes the same FILE.",
    )
    command.add_argument("objective", metavar="MODULE:NAME", help="a lossland objective, such as from_function returns")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the exploration, such as max_searches=5000; repeat for more",
    )
    command.add_argument("--seed", type=_seed, default=0, help="of all random numbers (default: 0)")
    command.add_argument("--threads", type=_threads, default=1, help="of this process (default: 1)")
    command.add_argument("--checkpoint", type=Path, metavar="FOLDER", help="keeps what has been found; shards share it")
    command.add_argument("--shard", type=_shard, default=(0, 1), metavar="I/N", help="this process, from 1, of N")
    command.set_defaults(run=_explore)


def _whole_number(text, least, most=2**63 - 1):
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
    if int(text) > most:
        raise argparse.ArgumentTypeError(f"{text!r} is more than {most}")
    return int(text)


_seed, _threads = partial(_whole_number, least=0), partial(_whole_number, least=1)


def _shard(text):
    index, _, number = text.partition("/")
    if not (index.isdecimal() and number.isdecimal() and 1 <= int(index) <= int(number)):
        raise argparse.ArgumentTypeError(f"{text!r} is no shard; expected I/N with I from 1 to N, such as 1/3")
    return int(index) - 1, int(number)


def _explore(options):
    if options.shard[1] > 1 and not options.checkpoint:
        raise InputError("--shard: shards share their work through a folder; name it with --checkpoint FOLDER")
    objective = _load_objective(options.objective, "the objective")
    more = {"seed": options.seed, "threads": options.threads, "checkpoint": options.checkpoint, "shard": options.shard}
    _refuse_unwritable(options.file)
    landscape = explore(objective, _settings(options.set), progress=sys.stderr.isatty(), **more)
    if not landscape.counts()["n_minima"]:
        raise InputError(f"{options.objective}: {landscape.search['stop_reason']}; {options.file} is not written")
    landscape.write(options.file)
    print(f"{options.file}: {_totals(landscape)}; {landscape.search['stop_reason']}")
    return SOUND


def _refuse_unwritable(path):
    """Raise before hours of work what would be raised after them."""
    target = path.resolve()
    try:
        if target.is_dir():
            raise InputError(f"{path} is a folder; expected the name of a file")
        if not target.parent.is_dir():
            raise InputError(f"{path} cannot be written: there is no folder {target.parent}")
        if target.exists() and target.stat().st_size and not h5py.is_hdf5(target):
            raise InputError(f"{path} holds something else than a landscape; name another file, or remove it first")
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def _settings(pairs):
    """Return the options of an exploration, some of them given as KEY=VALUE with the value as in JSON."""
    changes, defaults = {}, ExploreOptions()._asdict()
    for pair in pairs:
        key, _, text = pair.partition("=")
        try:
            refuse_unknown_settings([key])
        except InputError as error:
            raise InputError(f"--set {pair}: {error}") from None
        kind = type(defaults[key])
        try:
            value = text if kind is str else json.loads(text)
            changes[key] = kind(value)
            exact = changes[key] == value and not isinstance(value, bool)
        except (TypeError, ValueError, OverflowError):
            exact = False
        if not exact:
            raise InputError(
                f"--set {pair}: {text or 'nothing'} is no value of {key}; expected one like {json.dumps(defaults[key])}"
            )
    return ExploreOptions(**changes)


def _totals(landscape):
    counts = landscape.counts()
    return f"{counts['n_minima']} minima and {counts['n_transition_states']} transition states"


def _count(text):
    if text == "all":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor 'all'")
    return int(text)


def _verify(options):
    objective = None if options.objective is None else _load_objective(options.objective, "--objective")
    with tqdm(desc="verify", unit="row", disable=None, leave=False) as bar:

        def progress(done, total):
            bar.total = total
            bar.update(done - bar.n)

        checked = verification(options.file, objective, ends=options.ends, seed=options.seed, progress=progress)
    for offence in checked.offences:
        print(offence.sentence)
    print(
        f"{options.file}: {checked.n_minima} minima and {checked.n_transition_states} transition states checked, "
        f"the ends of {checked.n_ends_checked} of these ({checked.n_undetermined} undetermined); "
        + (f"{len(checked.offences)} offences" if checked.offences else "all verified")
    )
    return OFFENCES if checked.offences else SOUND


def _load_objective(name, where):
    """Import ``module:name``, the current folder first, and return the objective found there."""
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise InputError(f"{where} is {name!r}; expected module:name, such as mueller_brown:objective")
    if module_name.endswith(".py") or "/" in module_name:
        raise InputError(
            f"{where} is {name!r}, which names a file; expected a module of the current folder, without .py, "
            f"such as {Path(module_name).stem}:{attribute}"
        )
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:  # anything may happen in a user's module
        reason = f"{type(error).__name__}: {error}"
        raise InputError(f"{where} {name}: cannot import {module_name} ({reason})") from error
    if not hasattr(module, attribute):
        raise InputError(f"{where} {name}: {module_name} has no {attribute}")
    objective = getattr(module, attribute)
    if not isinstance(objective, Objective):
        raise InputError(
            f"{where} {name}: {attribute} is {type(objective).__name__} in {module_name}; "
            "expected a lossland Objective, such as lossland.objectives.from_function returns"
        )
    return objective


def _info(options):
    landscape = Landscape.read(options.file)
    for name, value in _summary(landscape).items():
        print(f"{name:<20} {value}")
    return SOUND


def _compare(options):
    shared = agreement(Landscape.read(options.first), Landscape.read(options.second))
    for name, points in shared._asdict().items():
        print(
            f"{COMPARED[name]:<26} {points.n_first} and {points.n_second}, {points.n_common} in both{_shares(points)}"
        )
    return SOUND


def _shares(points):
    if not (points.n_first and points.n_second):
        return ""
    return f": {points.of_first:.2%} and {points.of_second:.2%}, {points.of_union:.2%} of all"


def _summary(landscape):
    """Return what ``lossland info`` prints, line by line."""
    counts, search, objective = landscape.counts(), landscape.search, landscape.objective
    failed = ", ".join(f"{name} {number}" for name, number in search["n_failed"].items() if number)
    coverages = known_coverages(landscape)
    known = "" if not isinstance(objective, RecordedObjective) else " (its function is not in the file)"
    n_joining = counts["n_transition_states"] - counts["n_degenerate"]
    return {
        "objective": f"{objective.kind}, {objective.n_variables} variables{known}",
        **{f"  {name}": _short(value) for name, value in objective.attributes.items()},
        **{f"  {name}": f"array {np.shape(value)}" for name, value in objective.arrays.items()},
        "minima": f"{counts['n_minima']}{_found(landscape.minima, coverages['coverage_minima'])}",
        "transition states": f"{counts['n_transition_states']}, {n_joining} without degenerate rearrangements"
        f"{_found(landscape.transition_states, coverages['coverage_transition_states'])}",
        "minimum energies": _range(landscape.minima.energy),
        "saddle energies": _range(landscape.transition_states.energy),
        "components": landscape.n_components if counts["n_transition_states"] else "unknown, without transition states",
        "searches": f"{search['n_searches']}; {search['n_evaluations']} evaluations",
        "failed attempts": failed or "none",
        "stopped because": search["stop_reason"] or "not recorded",
        "seed": landscape.seed,
        "config": json.dumps(landscape.config, sort_keys=True),
    }


def _found(table, coverage):
    """Return coverage and Chao1 in words."""
    if np.isnan(coverage):
        return " (coverage unknown)"
    richness = chao1(table.survey_hits, table.hits - table.survey_hits)
    return (
        f" (coverage {coverage:.4f}; Chao1 at least {richness.estimate:.1f}, "
        f"95 % interval {richness.low:.1f} to {richness.high:.1f})"
    )


def _range(energies):
    return "none" if energies.size == 0 else f"{energies.min():.12g} to {energies.max():.12g}"


def _short(value):
    return value.tolist() if isinstance(value, np.ndarray) else value
