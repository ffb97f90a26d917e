"""The README's example runs as it stands and finds what it says."""

import re
from pathlib import Path

import numpy as np

from lossland import Landscape

README = Path(__file__).resolve().parents[2] / "README.md"


def test_example_of_the_readme(tmp_path, monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    promised = re.findall(r"^print.*# (.*)$", code, re.MULTILINE)
    printed = capsys.readouterr().out.splitlines()
    assert len(promised) == len(printed) == 2
    for promise, line in zip(promised, printed, strict=True):
        expected = [float(number) for number in promise.split(",")]
        assert np.allclose([float(number) for number in re.findall(r"-\d+\.\d+", line)], expected, atol=0.005)
    assert Landscape.read("mueller-brown.h5").counts() == {"n_minima": 3, "n_transition_states": 2, "n_degenerate": 0}
    assert (tmp_path / "mueller-brown.png").stat().st_size > 5000
    assert (tmp_path / "mueller-brown.pdf").read_bytes().startswith(b"%PDF")
