"""Run the real workflow in temporary folders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "workflow"))
sys.path.insert(0, str(REPOSITORY / "tests" / "unit"))  # known landscapes, killed runs


COPIES = [REPOSITORY.parent / "shared" / "data" / "mnist", REPOSITORY / "data" / "mnist"]
MNIST = any(folder.is_dir() for folder in COPIES)
for name in ("LOSSLAND_MNIST_FOLDER", "LOSSLAND_MNIST_MISSING"):
    os.environ.pop(name, None)
if not MNIST:  # no run of the tests waits for the network
    os.environ["LOSSLAND_MNIST_FOLDER"] = ""
    os.environ["LOSSLAND_MNIST_MISSING"] = "mnist is left out: there is no copy for the tests"


def run_snakemake(folder, *arguments):
    """Run snakemake with ``folder`` as working directory; return the completed process, its output as one text."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")]
    command += ["--directory", str(folder), "--cores", "2", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.fixture(scope="session")
def snakemake():
    """Return :func:`run_snakemake`."""
    return run_snakemake


@pytest.fixture(scope="session")
def has_mnist():
    """Tell whether runs find MNIST: beside the repository, or downloaded before."""
    return MNIST


@pytest.fixture(scope="session")
def repository():
    """Return the root of the repository."""
    return REPOSITORY


@pytest.fixture
def write_config(tmp_path):
    """Return a function that writes a configuration and returns its path."""

    def write(content):
        path = tmp_path / "changed.yaml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return path

    return write


@pytest.fixture(scope="session")
def smoke_run(tmp_path_factory):
    """Run the smoke configuration once; return its folder."""
    folder = tmp_path_factory.mktemp("smoke")
    process = run_snakemake(folder, "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    return folder
