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
    levels = pd.read_csv(paths[1]).set_index("quantity")
    verdicts = pd.DataFrame(script("_verdicts").published(paths[1]), columns=script("_verdicts").COLUMNS)
    if p == 3:
        assert levels["mean"].round(6).tolist() == [-1.632993, -1.656998, -1.650253]
        assert levels["verdict"].tolist() == ["agrees", "agrees", "not published"]
        assert verdicts["expected"].tolist() == [-1.633, -1.657]
        assert verdicts["value"].tolist() == levels["mean"].tolist()[:2]
        assert verdicts["quantity"].tolist() == ["E_infinity", "E_0"]
        assert verdicts["verdict"].tolist() == ["agrees", "agrees"]
    else:  # the paper has three spins
        assert set(levels["verdict"]) == {"not published"}
        assert verdicts.empty
    assert (tmp_path / "figure.png").stat().st_size


@pytest.mark.parametrize(
    ("unjudged", "expected"),
    [
        (None, {"n_minima": "inside", "mean_degree": "outside", "diameter": "not published"}),
        ("sample", {"n_minima": "sample", "mean_degree": "outside", "diameter": "not published"}),
        ("context", {"n_minima": "context", "mean_degree": "context", "diameter": "not published"}),
    ],
)
def test_what_is_not_judged_says_why(script, tmp_path, unjudged, expected):
    published, table = tmp_path / "published.csv", tmp_path / "table.csv"
    published.write_text("model,n_minima,mean_degree\nfit,9,5.0\n")
    for draw, numbers in enumerate([(8, 2.0, 4), (9, 2.1, 4)]):
        values = zip(expected, numbers, strict=True)
        (tmp_path / f"{draw}.csv").write_text("quantity,value\n" + "".join(f"{k},{v}\n" for k, v in values))
    rows = [[{"model": "fit"}, [tmp_path / "0.csv", tmp_path / "1.csv"], unjudged]]
    script("published_table").make_table(rows, published, table, 0.95)
    found = pd.read_csv(table).set_index("quantity")
    assert found["verdict"].to_dict() == expected
    assert found["published"].tolist()[:2] == [9, 5.0]
