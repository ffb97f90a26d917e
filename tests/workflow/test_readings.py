"""Readings of a paper side by side: what is published once, and what is found for each of them."""

import pandas as pd
import pytest


@pytest.fixture
def make_table(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from readings import make_table  # the script: a plain function

    return make_table


def test_one_column_for_each_reading(make_table, tmp_path):
    paths = []
    for number, values in enumerate([(5, 0.9, 0.8), (7, 0.7, 0.6), (3, 0.5, None)]):
        lines = [
            f"{name},{value}" for name, value in zip(("n_minima", "auc", "auc:class 0"), values, strict=True) if value
        ]
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text("\n".join(["quantity,value", "n_searches,9", *lines]) + "\n")
    (tmp_path / "published.csv").write_text("error_percent,auc\n0,0.97\n100,0.23\n")
    readings = [["small", 0, paths[:2]], ["small", 50, paths[2:]], ["large", 0, paths[2:]]]
    make_table(readings, tmp_path / "published.csv", tmp_path / "table.csv")
    table = pd.read_csv(tmp_path / "table.csv")
    assert table.columns.tolist() == ["error_percent", "quantity", "published", "small", "large"]
    rows = [tuple(row) for row in table.astype(object).where(table.notna(), None).itertuples(index=False)]
    assert rows == [
        (0, "n_minima", None, 6.0, 3.0),
        (0, "auc", 0.97, pytest.approx(0.8), 0.5),
        (0, "auc:class 0", 0.97, pytest.approx(0.7), None),
        (50, "n_minima", None, 3.0, None),
        (50, "auc", None, 0.5, None),
    ]
