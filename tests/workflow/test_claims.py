"""Claims: draws of the same data are paired, and what does not fit is not made to fit."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def effect(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from claims import effect  # the script: plain functions

    return lambda claim: effect({"quantity": "n", "expected": "> 0", **claim}, 0.95)


@pytest.fixture
def tables(tmp_path):
    """Return a function that writes the tables of a landscape's draws, {quantity: one value for each draw}."""

    def write(name, **quantities):
        paths = []
        for draw, values in enumerate(zip(*quantities.values(), strict=True)):
            paths.append(tmp_path / f"{name}-{draw}.csv")
            lines = [f"{key},{value}" for key, value in zip(quantities, values, strict=True) if value is not None]
            paths[-1].write_text("\n".join(["quantity,value", *lines]) + "\n")
        return paths

    return write


def test_pairs_of_draws(effect, tables):
    draws = [tables("a", n=[10, 20, 40]), tables("b", n=[5, 10, 10])]
    found = effect({"measure": "paired", "draws": draws, "log": True})
    assert found["effect"] == pytest.approx(np.log([2, 2, 4]).mean(), rel=1e-12)
    assert found["n"] == 3


def test_first_draws_are_paired_where_one_landscape_has_more(effect, tables):
    draws = [tables("a", n=[10, 20, 40]), tables("b", n=[5, 7])]
    found = effect({"measure": "paired", "draws": draws})
    assert (found["effect"], found["n"]) == ((5 + 13) / 2, 2)
    trend = effect({"measure": "trend", "draws": draws, "at": [0.0, 1.0]})
    assert (trend["effect"], trend["n"]) == ((-5 - 13) / 2, 2)


def test_difference_takes_all_draws(effect, tables):
    draws = [tables("a", n=[10, 20, 40]), tables("b", n=[5, 7])]
    assert effect({"measure": "difference", "draws": draws})["effect"] == pytest.approx(70 / 3 - 6, rel=1e-12)


def test_other_quantity_or_number(effect, tables):
    draws = [tables("a", n=[0.8, 0.9], m=[0.6, 0.5])]
    assert effect({"measure": "paired", "draws": draws, "minus": "m"})["effect"] == pytest.approx(0.3, rel=1e-12)
    assert effect({"measure": "paired", "draws": draws, "minus": 0.5})["effect"] == pytest.approx(0.35, rel=1e-12)


def test_draw_without_the_number_is_left_out(effect, tables):
    draws = [tables("a", n=[4, None, 8]), tables("b", n=[2, 3, 0])]
    found = effect({"measure": "paired", "draws": draws, "log": True})
    assert (found["effect"], found["n"], found["verdict"]) == (pytest.approx(np.log(2)), 1, "too few draws")


def test_counts_of_samples_are_not_judged(repository, monkeypatch, tables, tmp_path):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from claims import make_claims

    draws = [tables("a", n_minima=[10, 21], loss=[0.4, 0.5]), tables("b", n_minima=[5, 10], loss=[0.1, 0.12])]
    common = {"claim": "more", "unit": "", "measure": "paired", "draws": draws, "expected": "> 0"}
    claims = [
        common | {"quantity": quantity, "sample": sample, "log": True}
        for quantity in ("n_minima", "loss")
        for sample in (True, False)
    ]
    make_claims(claims, tmp_path / "claims.csv", 0.95)
    found = pd.read_csv(tmp_path / "claims.csv")
    assert found["verdict"].tolist() == ["sample", "supported", "supported", "supported"]
    assert found["effect"][0] == found["effect"][1] == pytest.approx(np.log([2.0, 2.1]).mean(), rel=1e-12)
    assert found["low"][0] == found["low"][1] > 0.0


def test_page_shows_networks_and_other_functions_side_by_side(repository, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from _markdown import landscape_rows

    (tmp_path / "a.csv").write_text("quantity,value\nn_minima,3\ntrain_gmin_loss,0.5\n")
    (tmp_path / "b.csv").write_text("quantity,value\nn_minima,4\nlowest_energy_per_spin,-1.5\n")
    rows = landscape_rows(["a", "b"], [tmp_path / "a.csv", tmp_path / "b.csv"])
    assert rows["n_minima"].tolist() == [3, 4]
    assert rows["train_gmin_loss"].tolist()[0] == 0.5
    assert rows["lowest_energy_per_spin"].tolist()[1] == -1.5
    assert "lowest_energy" not in rows
