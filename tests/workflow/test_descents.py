"""Descents of spin glasses that are killed go on where they were."""

import pandas as pd
import pytest

SETTINGS = {"n_spins": 6, "p": 3, "spheres": 1, "realisations": 4, "starts": 3, "tolerance": 1e-6, "seed": 5}


@pytest.fixture
def descents(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    import descents  # the script: plain functions

    return descents


def test_killed_descents_go_on_and_come_out_the_same(descents, tmp_path, monkeypatch, capsys):
    descents.make_descents(tmp_path / "whole.csv", tmp_path / "unfinished-1.csv", **SETTINGS)
    lowest = pd.read_csv(tmp_path / "whole.csv").groupby("realisation")["energy_per_spin"].min()
    assert lowest.nunique() == SETTINGS["realisations"]  # each is a glass of its own
    capsys.readouterr()
    descend, calls = descents.descend_on_spheres, []

    def killed_in_the_third(*arguments, **more):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return descend(*arguments, **more)

    monkeypatch.setattr(descents, "descend_on_spheres", killed_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        descents.make_descents(tmp_path / "again.csv", tmp_path / "unfinished-2.csv", **SETTINGS)
    assert not (tmp_path / "again.csv").exists()
    capsys.readouterr()
    descents.make_descents(tmp_path / "again.csv", tmp_path / "unfinished-2.csv", **SETTINGS)
    assert capsys.readouterr().out.count("realisation") == 2
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.csv", "whole.csv"]
