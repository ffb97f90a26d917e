"""Published numbers beside ours: what each of them is judged by, and which are not judged."""

import pandas as pd
import pytest


@pytest.fixture
def script(repository, monkeypatch):
    """Return a function that imports a script of the workflow: plain functions."""
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    return __import__


@pytest.mark.parametrize("p", [3, 4])
def test_levels_of_the_complexity_beside_the_published_ones(script, repository, tmp_path, p):
    paths = repository / "config/published/ballard2017_pspin.csv", tmp_path / "complexity.csv", tmp_path / "figure.pdf"
    script("complexity").draw_complexity(*paths, p, [0, 2])
    levels = pd.read_csv(paths[1]).set_index("level")
    verdicts = pd.DataFrame(script("_verdicts").published(paths[1]), columns=script("_verdicts").COLUMNS)
    if p == 3:
        assert levels["energy_per_spin"].round(6).tolist() == [-1.632993, -1.656998, -1.650253]
        assert levels["verdict"].tolist() == ["agrees", "agrees", "not published"]
        assert verdicts["expected"].tolist() == [-1.633, -1.657]
        assert verdicts["value"].tolist() == levels["energy_per_spin"].tolist()[:2]
        assert verdicts["quantity"].tolist() == ["E_infinity", "E_0"]
        assert verdicts["verdict"].tolist() == ["agrees", "agrees"]
    else:  # the paper has three spins
        assert set(levels["verdict"]) == {"not published"}
        assert verdicts.empty
    assert (tmp_path / "figure.png").stat().st_size
