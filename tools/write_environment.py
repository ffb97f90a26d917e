"""Write environment.yml from pyproject.toml and requirements.lock: Python and every direct dependency, pinned alike.

Only Python and pip come from conda. The packages are the wheels of the lock, because conda builds NumPy and SciPy
against other BLAS libraries, and with those equal runs would not give equal bits.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = """\
# Written by `make lock`; tests/unit/test_pins.py compares it with pyproject.toml and requirements.lock.
#   conda env create --file environment.yml && conda activate lossland
#   pip install --no-deps --no-build-isolation --editable .
name: lossland
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def main():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = project["dependencies"] + sum(project["optional-dependencies"].values(), [])
    names = sorted({re.match(r"[\w.-]+", requirement)[0] for requirement in requirements})
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    text = HEADER + "".join(f"      - {name}=={pins[name]}\n" for name in names)
    (ROOT / "environment.yml").write_text(text)


if __name__ == "__main__":
    main()
