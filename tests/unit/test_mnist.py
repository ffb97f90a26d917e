"""MNIST files: read, refused where they are damaged, drawn from; and the real ones where there is a copy."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from lossland.datasets import MNIST_FILES, read_mnist, take_draw
from lossland.errors import InputError

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "mnist"
RNG = np.random.default_rng(2)
ARRAYS = {
    MNIST_FILES[0]: RNG.integers(0, 256, size=(40, 2, 3), dtype=np.uint8),
    MNIST_FILES[1]: np.arange(40, dtype=np.uint8) % 10,
    MNIST_FILES[2]: RNG.integers(0, 256, size=(12, 2, 3), dtype=np.uint8),
    MNIST_FILES[3]: np.arange(12, dtype=np.uint8) % 10,
}


def idx(array, kind=8):
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    for name, array in ARRAYS.items():
        (tmp_path / name).write_bytes(gzip.compress(idx(array)))
    return tmp_path


def test_images_become_rows_of_numbers_from_0_to_1(folder):
    training, testing = read_mnist(folder)
    assert (len(training), len(testing)) == (40, 12)
    inputs, labels = training.take([3, 1])
    assert np.array_equal(inputs, ARRAYS[MNIST_FILES[0]].reshape(40, 6)[[3, 1]] / 255.0)
    assert labels.tolist() == [3, 1]
    assert training.sha256 != testing.sha256


@pytest.mark.parametrize("scale", [2.0, 255.0])
def test_images_become_rows_of_numbers_from_0_to_the_scale(folder, scale):
    small, (training, testing) = read_mnist(folder)[0], read_mnist(folder, scale)
    pixels = ARRAYS[MNIST_FILES[0]].reshape(40, 6)
    np.testing.assert_allclose(training.take(slice(None))[0], pixels * (scale / 255.0), rtol=1e-15)
    np.testing.assert_allclose(
        testing.take([7])[0], ARRAYS[MNIST_FILES[2]].reshape(12, 6)[[7]] * (scale / 255.0), rtol=1e-15
    )
    assert (read_mnist(folder, 255.0)[0].take(slice(None))[0] == pixels).all()  # the bytes as they are
    assert training.sha256 == small.sha256


def test_draws_have_testing_images_for_testing(folder):
    training, testing = read_mnist(folder)
    draw = take_draw(training, testing, 20, 1, shuffle_seed=3, error_percent=50)
    assert draw.inputs.shape == (20, 6)
    assert draw.wrong.sum() == 10
    assert np.array_equal(draw.test_inputs, testing.take(slice(None))[0])
    assert np.array_equal(draw.test_labels, ARRAYS[MNIST_FILES[3]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read as a compressed IDX file"),
        (b"no gzip", "cannot be read as a compressed IDX file"),
        (gzip.compress(idx(ARRAYS[MNIST_FILES[0]]))[:-20], "cannot be read as a compressed IDX file"),
        (gzip.compress(idx(ARRAYS[MNIST_FILES[0]])[:-1]), "cannot be read as a compressed IDX file"),
        (gzip.compress(idx(ARRAYS[MNIST_FILES[0]], kind=13)), "is not an IDX file of bytes"),
        (gzip.compress(idx(ARRAYS[MNIST_FILES[0]][:39])), r"shapes \(39, 2, 3\) and \(40,\)"),
    ],
)
def test_damaged_file(folder, content, sentence):
    path = folder / MNIST_FILES[0]
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_mnist(folder)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no copy of MNIST in {REAL}")
def test_real_files():
    training, testing = read_mnist(REAL)
    assert training.pixels.shape == (60000, 784)
    assert testing.pixels.shape == (10000, 784)
    assert np.bincount(training.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(testing.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
