"""Wrong labels on purpose: exactly so many, each another class with equal probability, nested in their share."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lossland.datasets import Dataset, mislabel, take_draw
from lossland.errors import InputError

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
LABELS = np.random.default_rng(5).integers(0, 4, size=1000)


def wrong(error_percent, seed=3, labels=LABELS):
    return mislabel(labels, 4, error_percent, np.random.default_rng(seed)) != labels


@pytest.mark.parametrize(("error_percent", "number"), [(0, 0), (10, 100), (12.5, 125), (50, 500), (100, 1000)])
def test_exactly_that_share_is_wrong(error_percent, number):
    assert wrong(error_percent).sum() == number


def test_every_other_class_is_equally_likely():
    labels = np.full(30000, 2)
    counts = np.bincount(mislabel(labels, 4, 100, np.random.default_rng(1)), minlength=4)
    assert counts[2] == 0
    assert np.abs(counts[[0, 1, 3]] - 10000).max() < 4 * np.sqrt(10000 * 2 / 3)


def test_larger_share_contains_the_smaller_with_the_same_classes():
    few, many = (mislabel(LABELS, 4, share, np.random.default_rng(3)) for share in (10, 50))
    chosen = few != LABELS
    assert np.array_equal(many[chosen], few[chosen])
    assert not np.array_equal(wrong(50, seed=3), wrong(50, seed=4))


def test_labels_at_hand_are_not_changed():
    before = LABELS.copy()
    mislabel(LABELS, 4, 100, np.random.default_rng(0))
    assert np.array_equal(LABELS, before)


@pytest.mark.parametrize(
    ("share", "n_classes", "sentence"),
    [
        (-1, 4, "error_percent is -1, but expected 0 to 100"),
        (100.1, 4, "error_percent is 100.1, but"),
        (0.05, 4, "of 1000 data a whole number"),
        (10, 1, "n_classes is 1, but a wrong label needs at least two"),
    ],
)
def test_what_cannot_be(share, n_classes, sentence):
    with pytest.raises(InputError, match=sentence):
        mislabel(LABELS, n_classes, share, np.random.default_rng(0))


@pytest.fixture
def table():
    inputs = np.arange(100.0)[:, None]
    return Dataset(inputs, np.arange(100) % 3, 3, ("x",), "table")


def test_draws_share_no_row_and_the_rest_is_for_testing(table):
    draws = [take_draw(table, None, 20, draw, shuffle_seed=1, n_draws=3) for draw in range(3)]
    rows = np.concatenate([draw.inputs[:, 0] for draw in draws])
    assert np.unique(rows).size == 60
    for draw in draws:
        assert np.array_equal(np.sort(np.concatenate([rows, draw.test_inputs[:, 0]])), np.arange(100.0))
        assert np.array_equal(draw.true_labels, draw.inputs[:, 0].astype(int) % 3)
        assert not draw.wrong.any()


def test_wrong_labels_of_a_draw_are_in_its_training_data_only(table):
    clean, noisy = (take_draw(table, table, 50, 1, shuffle_seed=1, error_percent=e) for e in (0, 40))
    assert noisy.wrong.sum() == 20
    assert np.array_equal(noisy.inputs, clean.inputs)
    assert np.array_equal(noisy.true_labels, clean.labels)
    assert np.array_equal(noisy.test_labels, table.labels)
    other = take_draw(table, table, 50, 0, shuffle_seed=1, error_percent=40)
    assert not np.array_equal(other.wrong, noisy.wrong)


def test_few_data_are_the_first_of_many(table):
    many, few = (take_draw(table, table, n, 2, shuffle_seed=1, block=30) for n in (30, 10))
    assert np.array_equal(few.inputs, many.inputs[:10])
    with pytest.raises(InputError, match="block is 9, but a draw takes 10 rows of it"):
        take_draw(table, table, 10, 0, shuffle_seed=1, block=9)


def test_too_few_rows_for_all_draws(table):
    with pytest.raises(InputError, match="n_data is 40 in 3 draws, but table has 100 rows for training"):
        take_draw(table, None, 40, 0, shuffle_seed=1, n_draws=3)


def test_classes_of_two_columns_of_one_table_are_counted_apart(tmp_path, monkeypatch):
    """A landscape whose network does not fit the data is refused here as it is when it is explored."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from class_distribution import make_table  # the script: a plain function

    numbers = np.arange(60)
    columns = {"x": numbers, "a": numbers % 2, "b": numbers % 3 % 2}
    pd.DataFrame(columns).to_csv(tmp_path / "points.csv", index=False)
    problem = {"kind": "csv", "inputs": ["x"], "pixels": None, "layer_sizes": [1, 2, 2], "n_data": 60, "block": None}
    problem |= {"draw": 0, "n_draws": 1, "shuffle_seed": 1, "mislabelling_seed": 1, "error_percent": 0}
    draws = [(label, str(tmp_path / "points.csv"), problem | {"label": label}) for label in "ab"]
    make_table(draws, tmp_path / "table.csv")
    assert pd.read_csv(tmp_path / "table.csv")[["true_0", "true_1"]].to_numpy().tolist() == [[30, 30], [40, 20]]
    draws[1][2]["layer_sizes"] = [1, 2, 3]
    with pytest.raises(InputError, match="layer_sizes ends with 3, but expected 2"):
        make_table(draws, tmp_path / "table.csv")
