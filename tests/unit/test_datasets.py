"""Tables of data: content, sampling, splitting, and every bad input in one sentence."""

import numpy as np
import pytest

from lossland.datasets import Dataset, check_layer_sizes, choose_inputs, load_csv, sample, split
from lossland.errors import InputError


@pytest.fixture
def table():
    inputs = np.arange(30.0).reshape(10, 3)
    return Dataset(inputs, np.arange(10) % 3, 3, ("a", "b", "c"), "numbers")


def sentence(caught):
    """Return the message, which must be one sentence on one line."""
    message = str(caught.value)
    assert "\n" not in message
    assert ". " not in message
    return message


def test_content_decides_the_digest(table):
    same = Dataset(table.inputs.copy(), table.labels.astype(np.int32), 3, ["a", "b", "c"], "another name")
    assert same.sha256 == table.sha256
    changed = table.inputs.copy()
    changed[9, 2] = np.nextafter(changed[9, 2], 100)
    others = [
        Dataset(changed, table.labels, 3, table.input_names),
        Dataset(table.inputs, table.labels[::-1], 3, table.input_names),
        Dataset(table.inputs, table.labels, 4, table.input_names),
        Dataset(table.inputs, table.labels, 3, ("a", "b", "d")),
    ]
    assert len({table.sha256, *(other.sha256 for other in others)}) == 5


def test_arrays_are_copies_that_cannot_be_written():
    inputs = np.zeros((2, 1))
    dataset = Dataset(inputs, [0, 1], 2, ("a",))
    inputs[0] = 7
    assert dataset.inputs[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        dataset.inputs[0] = 1


def test_choose_inputs_in_the_order_asked_for(table):
    chosen = choose_inputs(table, ["c", "a"])
    assert chosen.input_names == ("c", "a")
    assert np.array_equal(chosen.inputs, table.inputs[:, [2, 0]])
    with pytest.raises(InputError, match="'x'.*one of: a, b, c"):
        choose_inputs(table, ["a", "x"])
    with pytest.raises(InputError, match="'a' twice"):
        choose_inputs(table, ["a", "a"])


def test_split_gives_first_and_second_half(table):
    training, testing = split(table)
    assert np.array_equal(training.inputs, table.inputs[:5])
    assert np.array_equal(testing.inputs, table.inputs[5:])
    assert np.array_equal(testing.labels, table.labels[5:])
    odd = Dataset(table.inputs[:3], table.labels[:3], 3, table.input_names)
    assert [len(part) for part in split(odd)] == [2, 1]


def test_sample_is_without_replacement_seeded_and_uniform(table):
    everything = sample(table, 10, np.random.default_rng(0))
    assert sorted(everything.inputs[:, 0]) == list(table.inputs[:, 0])
    assert np.array_equal(everything.labels, (everything.inputs[:, 0] // 3).astype(int) % 3)
    first, again = (sample(table, 4, np.random.default_rng(5)) for _ in range(2))
    assert first.sha256 == again.sha256
    rng = np.random.default_rng(6)
    counts = np.zeros(10)
    for _ in range(3000):
        counts[(sample(table, 4, rng).inputs[:, 0] // 3).astype(int)] += 1
    # each row is drawn with probability 0.4: four standard deviations of the binomial count
    assert np.abs(counts - 1200).max() < 4 * np.sqrt(3000 * 0.4 * 0.6)


@pytest.mark.parametrize("n_data", [0, -1, 11, 2.5, True])
def test_sample_refuses_an_impossible_size(table, n_data):
    with pytest.raises(InputError, match=f"n_data is {n_data}.*1 to 10, the rows of numbers") as caught:
        sample(table, n_data, np.random.default_rng(0))
    sentence(caught)


def test_layer_sizes_that_fit(table):
    assert check_layer_sizes([3, 7, np.int64(2), 3], table) == (3, 7, 2, 3)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([2, 5, 3], "starts with 2, but expected 3, the number of inputs of numbers"),
        ([3, 5, 4], "ends with 4, but expected 3, the number of classes of numbers"),
        ([3, 0, 3], "expected positive whole numbers"),
        ([3, 2.5, 3], "expected positive whole numbers"),
        ([3, True, 3], "expected positive whole numbers"),
        ([3], "at least two layers"),
    ],
)
def test_layer_sizes_that_do_not_fit(table, sizes, message):
    with pytest.raises(InputError, match=message) as caught:
        check_layer_sizes(sizes, table)
    sentence(caught)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1.0], [np.nan]], [0, 1], 2, ("a",)), "input 'a', row 1 is nan"),
        (([[1.0], [2.0]], [0, 2], 2, ("a",)), "label 2, but expected labels 0 to 1"),
        (([[1.0], [2.0]], [0, -1], 2, ("a",)), "label -1"),
        (([[1.0], [2.0]], [0.0, 1.0], 2, ("a",)), "float64, but expected whole numbers"),
        (([[1.0], [2.0]], [0, 1, 1], 2, ("a",)), "shapes"),
        (([[1.0], [2.0]], [0, 1], 2, ("a", "b")), "1 inputs but 2 input names"),
        (([[1.0, 2.0]], [0], 2, ("a", "a")), "'a' twice"),
        (([[1.0], [2.0]], [0, 1], 1, ("a",)), "n_classes"),
        ((np.zeros((0, 1)), np.zeros(0, int), 2, ("a",)), "no rows"),
    ],
)
def test_a_dataset_checks_itself(arguments, message):
    with pytest.raises(InputError, match=message) as caught:
        Dataset(*arguments)
    sentence(caught)


def test_load_csv(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(b'\xef\xbb\xbfx, y,kind,note\r\n1,2e-1,0,"a, b"\r\n-3,4,1.0,\r\n\r\n5,6,1,c\r\n')
    dataset = load_csv(path, ["y", "x"], "kind")
    assert (dataset.name, dataset.input_names, dataset.n_classes) == ("own", ("y", "x"), 2)
    assert dataset.inputs.tolist() == [[0.2, 1.0], [4.0, -3.0], [6.0, 5.0]]
    assert dataset.labels.tolist() == [0, 1, 1]
    assert load_csv(path, ["x"], "kind", n_classes=4).n_classes == 4
    path.write_text("x;kind\n1;0\n2;1\n")
    assert load_csv(path, ["x"], "kind", separator=";").inputs.tolist() == [[1.0], [2.0]]


GOOD = "x,y,kind\n1,2,0\n3,4,1\n5,6,2\n"


@pytest.mark.parametrize(
    ("text", "inputs", "n_classes", "parts"),
    [
        (GOOD, ["x", "z"], None, ["column 'z'", "x, y, kind"]),
        (GOOD.replace("kind", "class"), ["x"], None, ["column 'kind'"]),
        (GOOD.replace("4", "four"), ["x", "y"], None, ["column 'y'", "row 3", "'four'", "finite number"]),
        (GOOD.replace("4", "NaN"), ["x", "y"], None, ["column 'y'", "row 3", "'NaN'", "finite number"]),
        (GOOD.replace("4", "inf"), ["x", "y"], None, ["column 'y'", "row 3", "'inf'", "finite number"]),
        (GOOD.replace("4", ""), ["x", "y"], None, ["column 'y'", "row 3", "''", "finite number"]),
        (GOOD.replace("4", "1_0"), ["x", "y"], None, ["column 'y'", "row 3", "'1_0'", "finite number"]),
        (GOOD.replace("4,1", "4"), ["x"], None, ["row 3", "2 fields", "expected 3"]),
        ("x,y,kind\n1,2,1\n3,4,1\n", ["x"], None, ["column 'kind'", "only the class 1", "at least two"]),
        (GOOD.replace("6,2", "6,3"), ["x"], None, ["column 'kind'", "none is 2", "0 to k - 1"]),
        (GOOD.replace("2,0", "2,3"), ["x"], None, ["column 'kind'", "none is 0", "0 to k - 1"]),
        (GOOD.replace("6,2", "6,-1"), ["x"], None, ["column 'kind'", "row 4", "'-1'", "whole number"]),
        (GOOD.replace("6,2", "6,0.5"), ["x"], None, ["column 'kind'", "row 4", "'0.5'", "whole number"]),
        (GOOD.replace("6,2", "6,red"), ["x"], None, ["column 'kind'", "row 4", "'red'", "whole number"]),
        (GOOD, ["x"], 2, ["column 'kind'", "row 4", "is 2", "0 to 1"]),
        ("", ["x"], None, ["empty", "header"]),
        ("x,y,kind\n", ["x"], None, ["no rows"]),
        (GOOD, ["x", "x"], None, ["'x' twice"]),
        (GOOD, ["x", "kind"], None, ["'kind'", "also named as an input"]),
        (GOOD, [], None, ["at least one column"]),
        (GOOD.replace("x,y", "x,x"), ["x"], None, ["2 columns called 'x'"]),
        (GOOD + '"', ["x"], None, ["not a CSV file"]),
        (b"x,kind\n\xff\xfe,0\n", ["x"], None, ["not a CSV file in UTF-8"]),
    ],
)
def test_load_csv_refuses(tmp_path, text, inputs, n_classes, parts):
    path = tmp_path / "own.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_csv(path, inputs, "kind", n_classes)
    message = sentence(caught)
    for part in [str(path), *parts]:
        assert part in message


def test_load_csv_refuses_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"own\.csv: No such file or directory") as caught:
        load_csv(tmp_path / "own.csv", ["x"], "kind")
    sentence(caught)
