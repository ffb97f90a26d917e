"""Tables beside the papers: what is published has a row there, whatever was found."""

import pandas as pd
import pytest

LABELS = {
    "chitturi2020_table1_D1.csv": ["error_percent"],
    "chitturi2020_table2_D2.csv": ["error_percent"],
    "chitturi2020_table3_MNIST.csv": ["error_percent"],
    "chitturi2020_table4_depth.csv": ["hidden_layers", "nodes_per_hidden_layer", "n_data"],
    "chitturi2020_section5_neighbours.csv": ["hidden_nodes", "neighbours"],
}


@pytest.fixture
def make_table(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from published_table import make_table  # the script: a plain function

    return make_table


@pytest.mark.parametrize("name", LABELS)
def test_every_published_number_has_a_row_whatever_was_found(repository, make_table, tmp_path, name):
    published = pd.read_csv(repository / "config/published" / name)
    (tmp_path / "draw-1.csv").write_text("quantity,value\nn_minima,3\ntest_auc_mean,\n")
    (tmp_path / "draw-2.csv").write_text("quantity,value\nn_minima,5\n")
    draws, labels = [tmp_path / f"draw-{draw}.csv" for draw in (1, 2)], LABELS[name]
    rows = [[row[labels].to_dict(), draws, False] for _, row in published.iterrows()]
    make_table(rows, repository / "config/published" / name, tmp_path / "table.csv", 0.95)
    table = pd.read_csv(tmp_path / "table.csv").set_index([*labels, "quantity"])
    cells = published.set_index(labels).stack().dropna()
    assert len(cells) == table["published"].notna().sum() > 0
    for place, number in cells.items():
        row = table.loc[place]
        assert row["published"] == number
        if place[-1] != "n_minima":
            assert (row["n"], row["verdict"]) == (0, "too few draws")
    found = table.xs("n_minima", level="quantity")
    assert (found["mean"] == 4.0).all()
    assert len(found) == len(published)


def test_every_published_table_is_tried(repository):
    files = {path.name for path in (repository / "config/published").glob("chitturi2020_*.csv")}
    assert files == set(LABELS)


def test_counts_of_samples_have_no_verdict_but_that(repository, make_table, tmp_path):
    (tmp_path / "draw.csv").write_text("quantity,value\nn_minima,3\nn_variables,34\n")
    label, path = {"hidden_nodes": 10, "neighbours": "1"}, repository / "config/published" / list(LABELS)[-1]
    make_table([[label, [tmp_path / "draw.csv"] * 2, True]], path, tmp_path / "table.csv", 0.95)
    table = pd.read_csv(tmp_path / "table.csv").set_index("quantity")
    assert table["published"].to_dict() == {"n_minima": 2, "n_variables": 34}
    assert table["verdict"].to_dict() == {"n_minima": "sample", "n_variables": "inside"}
