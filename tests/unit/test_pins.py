"""pyproject.toml, requirements.lock and environment.yml say the same, and none says where packages come from."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import lossland

ROOT = Path(__file__).resolve().parents[2]
HOST = re.compile(r"//|--(extra-)?index|--find-links|--trusted-host|\b[\w-]+\.(org|com|net|io|dev|edu)\b")


def normalised(name):
    """Return the one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project():
    """Return the table [project] of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def direct_dependencies():
    """Return the names of everything that pyproject.toml asks for, optional or not."""
    requirements = [*project()["dependencies"]]
    for extra in project()["optional-dependencies"].values():
        requirements += extra
    requirements += tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    return sorted({normalised(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements})


def locked(text):
    """Return {name: (version, number of hashes)} of a lock; a line of any other form is an error."""
    pins = {}
    for line in text.replace("\\\n", " ").splitlines():
        match = re.fullmatch(r"([\w.-]+)==([\w.]+)(?: ; [^#]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})*)\s*", line)
        assert match, f"requirements.lock: cannot read {line[:80]!r}"
        pins[normalised(match[1])] = match[2], match[3].count("--hash")
    return pins


def lock():
    """Return the pins of requirements.lock."""
    return locked((ROOT / "requirements.lock").read_text())


def environment():
    """Return {name: version} of environment.yml, Python included."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (wheels,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    pairs = [entry.split("=", 1) for entry in listed if isinstance(entry, str) and "=" in entry]
    pairs += [entry.split("==", 1) for entry in wheels]
    return {normalised(name): version for name, version in pairs}


def test_every_pin_of_the_lock_has_a_hash():
    assert len(lock()) > len(direct_dependencies())
    assert [name for name, (_, n_hashes) in lock().items() if n_hashes == 0] == []


def test_lock_holds_every_direct_dependency():
    assert [name for name in direct_dependencies() if name not in lock()] == []


def test_environment_pins_direct_dependencies_as_the_lock_does():
    expected = {name: lock()[name][0] for name in direct_dependencies()}
    assert environment() == {**expected, "python": "3.11"}


def test_all_name_the_same_python():
    assert project()["requires-python"] == f">={environment()['python']},<3.12"


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock", "environment.yml", "Makefile", ".ci/run"])
def test_no_host_is_named(name):
    lines = (ROOT / name).read_text().splitlines()
    assert [line for line in lines if HOST.search(line)] == []


@pytest.mark.parametrize("line", ["--index-url file:///a", "numpy @ https://a/b.whl", "  - a.example.org/conda"])
def test_a_named_host_is_noticed(line):
    assert HOST.search(line)


@pytest.mark.parametrize("line", ["numpy>=1 --hash=sha256:00", "--find-links wheels", "-e ."])
def test_a_line_that_is_no_pin_is_noticed(line):
    with pytest.raises(AssertionError, match="cannot read"):
        locked(line)


def test_the_version_stands_in_one_place():
    files = [*ROOT.glob("src/lossland/**/*.py"), ROOT / "CITATION.cff", ROOT / "environment.yml", ROOT / "Makefile"]
    quoted = re.compile(rf"version\W+{re.escape(project()['version'])}\b", re.IGNORECASE)
    assert [path.name for path in files if quoted.search(path.read_text())] == []
    assert Path(lossland.__file__).is_relative_to(ROOT / "src")
