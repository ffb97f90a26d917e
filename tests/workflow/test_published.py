"""Tables beside the papers: what is published has a row there, whatever was found."""

from types import SimpleNamespace

import numpy as np
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
    from published_table import make_table  # the script: plain functions

    return make_table


@pytest.mark.parametrize("name", LABELS)
def test_every_published_number_has_a_row_whatever_was_found(repository, make_table, tmp_path, name):
    published = pd.read_csv(repository / "config/published" / name)
    (tmp_path / "draw-1.csv").write_text("quantity,value\nn_minima,3\ntest_auc_mean,\n")
    (tmp_path / "draw-2.csv").write_text("quantity,value\nn_minima,5\n")
    draws, labels = [tmp_path / f"draw-{draw}.csv" for draw in (1, 2)], LABELS[name]
    rows = [[row[labels].to_dict(), draws, None] for _, row in published.iterrows()]
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
    make_table([[label, [tmp_path / "draw.csv"] * 2, "sample"]], path, tmp_path / "table.csv", 0.95)
    table = pd.read_csv(tmp_path / "table.csv").set_index("quantity")
    assert table["published"].to_dict() == {"n_minima": 2, "n_variables": 34}
    assert table["verdict"].to_dict() == {"n_minima": "sample", "n_variables": "inside"}


def test_what_is_neither_published_nor_known_has_no_row(repository, make_table, tmp_path):
    (tmp_path / "draw.csv").write_text("quantity,value\nn_minima,3\nchao1_minima,\ntest_gmin_auc,\n")
    path = repository / "config/published/chitturi2020_table1_D1.csv"
    make_table([[{"error_percent": 0}, [tmp_path / "draw.csv"], False]], path, tmp_path / "table.csv", 0.95)
    quantities = pd.read_csv(tmp_path / "table.csv")["quantity"].tolist()
    assert "test_gmin_auc" in quantities
    assert "chao1_minima" not in quantities


def test_coverage_that_is_not_known_fails_only_where_it_is_required(repository, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    from _verdicts import quality

    (tmp_path / "offences.csv").write_text("kind,row\n")
    numbers = "quantity,value\ncoverage_minima,\ncoverage_transition_states,\nn_components,\n"
    (tmp_path / "table.csv").write_text(numbers)
    paths = tmp_path / "offences.csv", tmp_path / "table.csv"
    assert [line[-1] for line in quality("MNIST", *paths, 0, 0)] == ["passed"]
    verdicts = {line[2]: line[-1] for line in quality("D2", *paths, 0.9, 0)}
    assert verdicts == {"unverified points": "passed", "coverage of minima": "failed", "unconnected parts": "failed"}


def test_size_is_looked_up_by_minima_and_by_transition_states(repository, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")
    import published_size

    # random starts find as many minima as published at once, and no transition state
    growth = {"n_searches": [20, 40, 60, 80], "n_minima": [7, 8, 9, 9], "n_transition_states": [0, 10, 19, 21]}
    growth |= {key: [0, 1, 2, 3] for key in ("n_evaluations", "n_hessians", "hits_minima", "hits_transition_states")}
    growth |= {"coverage_minima": [0.0, 0.5, 0.8, 0.9], "coverage_transition_states": [0.0, 0.2, 0.4, 0.6]}
    short = {key: np.array(values[:3]) for key, values in growth.items()}
    grown = {"a": SimpleNamespace(growth=growth), "b": SimpleNamespace(growth=short)}
    monkeypatch.setattr(published_size, "Landscape", SimpleNamespace(read=grown.get))
    now = [*published_size.COLUMNS, "chao1_minima", "chao1_transition_states"]
    (tmp_path / "now.csv").write_text("\n".join(["quantity,value", *(f"{name},9" for name in now)]) + "\n")
    published = repository / "config/published/chitturi2020_table2_D2.csv"
    draws = [[name, name, tmp_path / "now.csv", published, {"error_percent": 0}] for name in grown]
    published_size.make_table(draws, tmp_path / "size.csv")
    table = pd.read_csv(tmp_path / "size.csv").set_index("landscape")
    assert (table["published_n_minima"]["a"], table["published_n_transition_states"]["a"]) == (6, 20)
    at_minima, at_states = (
        table.loc["a", [f"{name}_at_{what}" for name in published_size.COLUMNS]].tolist()
        for what in ("minima", "transition_states")
    )
    assert at_minima == [20, 7, 0, 0.0, 0.0]
    assert at_states == [80, 9, 21, 0.9, 0.6]
    assert table.loc["b", "n_searches_at_minima"] == 20
    assert np.isnan(table.loc["b", "n_searches_at_transition_states"])
    assert (table["chao1_minima"] == 9).all()
