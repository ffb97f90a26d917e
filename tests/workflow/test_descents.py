"""Descents of spin glasses: killed ones go on where they were; variances and claims on where they end."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

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


def test_variances_are_of_what_arrived_and_scatter_widens_the_claims(repository, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from descent_variance import make_tables

    rng, paths = np.random.default_rng(3), []
    for n_spins, scatter in ((10, 1.0), (20, 3.0), (40, 0.4), (80, 1.0)):
        energies = rng.normal(-1.5, np.sqrt(scatter / n_spins), size=400)
        table = pd.DataFrame({"realisation": np.repeat(np.arange(1, 21), 20), "energy_per_spin": energies})
        table["gradient_norm"] = np.where(np.arange(400) % 100 == 0, 0.5, 1e-7)
        table.loc[table["gradient_norm"] > 1e-6, "energy_per_spin"] = 1e3  # far from any end
        paths.append([n_spins, tmp_path / f"{n_spins}.csv"])
        table.to_csv(paths[-1][1], index=False)
    files = [tmp_path / name for name in ("variance.csv", "exponents.csv", "claims.csv")]
    make_tables(paths, 1e-6, "sphere", 0.95, *files)
    variances, exponents, claims = (pd.read_csv(path) for path in files)
    assert variances[["n_descents", "n_not_arrived"]].to_numpy().tolist() == [[400, 4]] * 4
    assert (variances["mean"] + 1.5).abs().max() < 0.1
    total = exponents.set_index("variance").loc["total"]
    assert total["chi_square"] > 4.0
    width = claims.at[0, "high"] - claims.at[0, "low"]
    quantile = stats.t.ppf(0.975, 2)
    assert width == pytest.approx(2 * quantile * total["exponent_error"] * np.sqrt(total["chi_square"]))
