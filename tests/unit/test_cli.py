"""The command line: exit status, one sentence per offence or error, no traceback."""

import importlib.metadata
import sys

import h5py
import numpy as np
import pytest
from known_landscapes import (
    add_copy,
    add_state,
    edit,
    network_landscape,
    plant,
    saddle_of_index_two,
    set_entry,
    wells_landscape,
)

from lossland.cli import main
from lossland.landscape_file import read_contents


@pytest.fixture(scope="module")
def network():
    return network_landscape()


@pytest.fixture(scope="module")
def network_file(network, tmp_path_factory):
    path, landscape = tmp_path_factory.mktemp("network") / "network.h5", network
    landscape.search.update(n_searches=9, n_evaluations=1234, coverage_minima=0.75, stop_reason="budget of searches")
    landscape.search["n_failed"]["stalled"] = 2
    landscape.add_hit_minimum(0, survey_hits=1)
    landscape.write(path)
    return path


@pytest.fixture
def wells_file(tmp_path):
    wells_landscape((1.0, 2.0)).write(tmp_path / "wells.h5")
    return tmp_path / "wells.h5"


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_sound_file_exits_0(capsys, network_file):
    status, out, err = run(capsys, "verify", network_file)
    assert (status, err) == (0, "")
    assert "3 minima and 2 transition states checked, the ends of 2 of these (0 undetermined); all verified" in out
    assert "the ends of 1 of these" in run(capsys, "verify", network_file, "--ends", 1)[1]
    assert "the ends of 2 of these" in run(capsys, "verify", network_file, "--ends", "all")[1]


def test_offences_exit_1_and_are_listed(capsys, network_file, tmp_path):
    path = tmp_path / "wrong.h5"
    path.write_bytes(network_file.read_bytes())
    with h5py.File(path, "r+") as file:
        file["minima/energy"][2] += 1e-8
    status, out, _ = run(capsys, "verify", path, "--ends", 0)
    assert status == 1
    lines = out.splitlines()
    assert "content_sha256" in lines[0]
    assert lines[1].startswith("/minima row 2: energy is ")
    assert lines[2].endswith("2 offences")


def swap(contents):
    for column in contents.transition_states.values():
        column[[0, 1]] = column[[1, 0]]


#: what is planted, and the line that tells of it
OFFENCES = {
    "energy": (set_entry("minima", "energy", 2, 1.0), "/minima row 2: energy is 1 in the file; recomputed, it is "),
    "gradient": (set_entry("minima", "rms_gradient", 1, 1e-9), "/minima row 1: rms_gradient is 1e-09 in the file; "),
    "eigenvalue": (set_entry("minima", "smallest_eigenvalue", 0, 1.0), "/minima row 0: smallest_eigenvalue is 1 in "),
    "log_det": (
        set_entry("transition_states", "log_det_hessian", 1, 0.0),
        "/transition_states row 1: log_det_hessian is 0 in the file; recomputed, it is ",
    ),
    "hits": (set_entry("minima", "hits", 1, 0), "/minima row 1: hits is 0; expected at least 1"),
    "survey_hits": (
        set_entry("transition_states", "survey_hits", 0, 9),
        "/transition_states row 0: survey_hits is 9; expected 0 to ",
    ),
    "order": (swap, "/transition_states row 1: energy "),
    "finite": (set_entry("minima", "x", 1, np.nan), "/minima row 1: x is not finite"),
    "search": (
        lambda contents: contents.search.update(coverage_minima=1.5),
        "/search: coverage_minima is 1.5; expected 0 to 1",
    ),
}


@pytest.mark.parametrize("kind", OFFENCES)
def test_every_planted_offence_is_one_line(capsys, network, tmp_path, kind):
    path, (change, line) = tmp_path / "wrong.h5", OFFENCES[kind]
    network.write(path)
    plant(path, change)
    status, out, err = run(capsys, "verify", path, "--ends", 0)
    assert (status, err, out.count("\n")) == (1, "", 2)
    assert out.startswith(line)
    assert out.endswith("; 1 offences\n")


def test_planted_points_and_ends_are_one_line_each(capsys, network, tmp_path):
    rng, saddle = np.random.default_rng(0), saddle_of_index_two(network.objective, network.transition_states.x[0])
    network.write(tmp_path / "sound.h5")
    ends = sorted(read_contents(tmp_path / "sound.h5").transition_states["minima"][1].tolist())
    other = min({0, 1, 2} - set(ends))
    for number, (change, line) in enumerate(
        (
            (add_state(saddle, [0, 0]), ": 2 negative Hessian eigenvalues, the lowest "),
            (add_copy("minima", network.symmetry, rng), "/minima row 1: the same point as row 0, up to symmetry"),
            (add_copy("transition_states", network.symmetry, rng), "/transition_states row 1: the same point as row 0"),
            (
                set_entry("transition_states", "minima", 1, [ends[0], other]),
                f"/transition_states row 1: it falls to {ends[0]} and {ends[1]} of /minima, not to rows ",
            ),
        )
    ):
        path = tmp_path / f"{number}.h5"
        network.write(path)
        plant(path, change)
        status, out, err = run(capsys, "verify", path)
        assert (status, err, out.count("\n")) == (1, "", 2), out
        assert line in out.splitlines()[0]
        assert out.endswith("; 1 offences\n")
    edit(tmp_path / "sound.h5", lambda file: file["transition_states/minima"].__setitem__(0, [0, 3]))
    status, out, _ = run(capsys, "verify", tmp_path / "sound.h5", "--ends", 0)
    assert (status, out.count("\n")) == (1, 2)
    assert out.startswith("/transition_states row 0: its ends are rows [0, 3] of /minima; expected rows from 0 to 2")


@pytest.mark.parametrize("command", ["verify", "info"])
def test_unreadable_files_exit_2_with_one_sentence(capsys, network_file, tmp_path, command):
    (tmp_path / "text.h5").write_text("hello")
    (tmp_path / "folder.h5").mkdir()
    (tmp_path / "cut.h5").write_bytes(network_file.read_bytes()[:3000])
    (tmp_path / "newer.h5").write_bytes(network_file.read_bytes())
    with h5py.File(tmp_path / "newer.h5", "a") as file:
        file.attrs["format_version"] = 3
    for name, message in (
        ("text.h5", "is not an HDF5 file"),
        ("cut.h5", "is truncated or damaged"),
        ("absent.h5", "no such file"),
        ("folder.h5", "cannot read {tmp_path}/folder.h5: it is a folder"),
        ("newer.h5", "format_version 3, but this lossland reads 2"),
    ):
        status, out, err = run(capsys, command, tmp_path / name)
        assert (status, out) == (2, "")
        assert name in err
        assert message.format(tmp_path=tmp_path) in err
        assert err.count("\n") == 1


def test_a_file_that_may_not_be_read_is_not_called_damaged(capsys, network_file, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lossland.landscape_file.broken", forbidden)
    status, _, err = run(capsys, "info", network_file)
    assert (status, err) == (2, f"lossland info: cannot read {network_file}: permission denied\n")


def test_the_objective_of_a_users_function(capsys, wells_file, tmp_path, monkeypatch):
    (tmp_path / "own_wells.py").write_text(
        "from known_landscapes import wells\nobjective = wells((1.0, 2.0))\nother = wells((1.0, 2.1))\nnumber = 3\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert run(capsys, "verify", wells_file, "--objective", "own_wells:objective")[0] == 0
    status, _, err = run(capsys, "verify", wells_file, "--objective", "own_wells:other")
    assert (status, err.count("\n"), "the function given is not that of " in err) == (2, 1, True), err
    for name, message in (
        ("own_wells:number", "number is int in own_wells; expected a lossland Objective"),
        ("own_wells:absent", "own_wells has no absent"),
        ("no_such_module:objective", "cannot import no_such_module"),
        ("own_wells", "expected module:name"),
    ):
        status, _, err = run(capsys, "verify", wells_file, "--objective", name)
        assert status == 2
        assert message in err
    status, _, err = run(capsys, "verify", wells_file)
    assert (status, "--objective module:name" in err) == (2, True)


def test_info_says_what_is_in_a_file(capsys, network_file, wells_file):
    status, out, _ = run(capsys, "info", network_file)
    lines = {line[:20].strip(): line[20:].strip() for line in out.splitlines()}
    assert status == 0
    assert lines["objective"] == "mlp_cross_entropy, 21 variables"
    assert lines["layer_sizes"] == "[2, 3, 3]"
    assert lines["minima"].startswith("3 (coverage 0.7500; Chao1 at least ")
    assert lines["transition states"] == "2, 2 without degenerate rearrangements (coverage unknown)"
    assert lines["components"] == "1"
    assert lines["searches"] == "9; 1234 evaluations"
    assert lines["failed attempts"] == "stalled 2"
    assert lines["stopped because"] == "budget of searches"
    assert "its function is not in the file" in run(capsys, "info", wells_file)[1]


def test_explore_in_shards(capsys, tmp_path, monkeypatch):
    (tmp_path / "shared_wells.py").write_text(
        "from known_landscapes import wells\nobjective = wells((1.0, 2.0))\nnumber = 3\n"
    )
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    settings = ("--set", "max_searches=120", "--set", "displacement=0.3", "--set", "strategy=mixed")
    for shard in ("1/2", "2/2"):
        arguments = ("shared_wells:objective", f"{shard[0]}.h5", *settings, "--checkpoint", "kept", "--shard", shard)
        status, out, _ = run(capsys, "explore", *arguments)
        assert (status, out.startswith(f"{shard[0]}.h5: 4 minima and 4 transition states; ")) == (0, True), out
    assert (tmp_path / "1.h5").read_bytes() == (tmp_path / "2.h5").read_bytes()
    for arguments, message in (
        (("shared_wells:number", "a.h5"), "number is int in shared_wells; expected a lossland Objective"),
        (
            ("shared_wells:objective", "a.h5", "--set", "searches=3"),
            "--set searches=3: searches is not a setting; did you mean max_searches?",
        ),
        (("shared_wells:objective", "a.h5", "--set", "kt"), "kt is not a setting; expected one of n_starts"),
        (
            ("shared_wells.py:objective", "a.h5"),
            "the objective is 'shared_wells.py:objective', which names a file; expected a module of the current folder",
        ),
        (("shared_wells:objective", "shared_wells.py"), "shared_wells.py holds something else than a landscape"),
        (
            ("shared_wells:objective", "a.h5", "--set", "n_starts=1.5"),
            "1.5 is no value of n_starts; expected one like 50",
        ),
        (
            ("shared_wells:objective", "a.h5", "--set", "strategy=3"),
            "strategy is '3'; expected one of mixed, single-ended",
        ),
        (("shared_wells:objective", "a.h5", "--set", "n_starts=0"), "n_starts is 0; expected a whole number from 1 on"),
        (("shared_wells:objective", "a.h5", "--shard", "1/2"), "name it with --checkpoint FOLDER"),
        (("shared_wells:objective", "nowhere/a.h5"), "there is no folder "),
        (("shared_wells:objective", "a" * 260), "cannot be written: File name too long"),
        (("shared_wells:objective", "/proc/a.h5"), "/proc/a.h5 cannot be written: "),
        (("shared_wells:nothing", "a.h5"), "shared_wells has no nothing"),
        (("leaves:objective", "a.h5"), "cannot import leaves (SystemExit"),
        (("shared_wells:objective", "a.h5", "--set", "n_starts=Infinity"), "Infinity is no value of n_starts"),
        (("shared_wells:objective", "a.h5", "--set", "kT="), "nothing is no value of kT"),
        (("shared_wells:objective", "a.h5", "--set", "history=1000000"), "history is 1000000; expected a whole number"),
        (("shared_wells:objective", "a.h5", "--set", f"max_climb={10**20}"), "expected a whole number from 1 to 1e+12"),
        (("shared_wells:objective", "."), "is a folder; expected the name of a file"),
        (("shared_wells:objective", "a.h5", "--checkpoint", "shared_wells.py"), "shared_wells.py cannot be made"),
        (("./shared_wells:objective", "a.h5"), "without .py, such as shared_wells:objective"),
        (("a.h5", "shared_wells:objective"), "the objective is 'a.h5'; expected module:name"),
        (
            ("shared_wells:objective", "a.h5", "--set", "displacement=Infinity"),
            "displacement is inf; expected a number",
        ),
        (("shared_wells:objective", "a.h5", "--set", "n_starts=true"), "true is no value of n_starts"),
    ):
        status, _, err = run(capsys, "explore", *arguments)
        assert (status, message in err) == (2, True), err
    for seed, message in (("-1", "'-1' is no whole number from 0 on"), ("9" * 20, "is more than 9223372036854775807")):
        with pytest.raises(SystemExit):
            run(capsys, "explore", "shared_wells:objective", "a.h5", "--seed", seed)
        assert message in capsys.readouterr().err
    for shard in ("3/2", "0/2", "1/0", "a/b", "1", "", "1/2/3"):
        with pytest.raises(SystemExit):
            run(capsys, "explore", "shared_wells:objective", "a.h5", "--shard", shard)
        assert f"{shard!r} is no shard; expected I/N with I from 1 to N, such as 1/3" in capsys.readouterr().err


def test_a_landscape_without_minima_replaces_no_file(capsys, tmp_path, monkeypatch):
    (tmp_path / "hopeless.py").write_text(
        "import numba\nfrom lossland.objectives.base import from_function\n"
        "nowhere = numba.njit(lambda x, data, gradient: 0.0 * x[0] / 0.0)\n"
        "objective = from_function(nowhere, 1)\n"
    )
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["good"] = 1.0
    good = (tmp_path / "a.h5").read_bytes()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    status, _, err = run(capsys, "explore", "hopeless:objective", "a.h5")
    assert (status, "no minimum found from any start; a.h5 is not written" in err) == (2, True)
    assert (tmp_path / "a.h5").read_bytes() == good


def test_an_interrupted_exploration_says_what_is_kept(capsys, tmp_path, monkeypatch):
    def interrupted(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("lossland.cli.explore", interrupted)
    (tmp_path / "wells_here.py").write_text("from known_landscapes import wells\nobjective = wells((1.0, 2.0))\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for more, end in (((), "interrupted\n"), (("--checkpoint", "kept"), "is kept, run again to go on\n")):
        status, _, err = run(capsys, "explore", "wells_here:objective", "a.h5", *more)
        assert (status, err.endswith(end)) == (130, True)


def test_compare_says_what_two_landscapes_share(capsys, network_file, wells_file):
    status, out, _ = run(capsys, "compare", network_file, network_file)
    assert (status, out.splitlines()) == (
        0,
        [
            "minima                     3 and 3, 3 in both: 100.00% and 100.00%, 100.00% of all",
            "transition states          2 and 2, 2 in both: 100.00% and 100.00%, 100.00% of all",
            "of these, degenerate ones  0 and 0, 0 in both",
        ],
    )
    status, _, err = run(capsys, "compare", network_file, wells_file)
    assert (status, "belong to different objectives" in err) == (2, True)


def test_version_and_wrong_arguments(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"lossland {importlib.metadata.version('lossland')}"
    for arguments in ([], ["verify"], ["verify", "a.h5", "--ends", "some"], ["nonsense"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert "'some' is neither a whole number nor 'all'" in errors
    assert "invalid choice: 'nonsense'" in errors
