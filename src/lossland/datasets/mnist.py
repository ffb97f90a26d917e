"""MNIST, the handwritten digits: LeCun, Bottou, Bengio and Haffner, Proc. IEEE 86, 2278 (1998)."""

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lossland.errors import InputError

MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
N_CLASSES = 10
UNSIGNED_BYTE = 8  # the type of IDX files of MNIST
WHITE = 255.0  # the largest byte


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images and their classes, kept as bytes: as floating-point numbers they would take eight times the memory.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (n, n_pixels)
    labels : ndarray of int64, shape (n,)
    name : str
    scale : float
        What a white pixel is as an input, if a black one is 0.
    """

    pixels: np.ndarray
    labels: np.ndarray
    name: str
    n_classes: int = N_CLASSES
    scale: float = 1.0

    def __len__(self):
        return self.labels.size

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the pixels, row by row from the upper left."""
        return tuple(f"pixel_{number}" for number in range(self.pixels.shape[1]))

    @property
    def sha256(self) -> str:
        """Digest of pixels and labels."""
        return hashlib.sha256(self.pixels.tobytes() + self.labels.astype("<i8").tobytes()).hexdigest()

    def take(self, rows) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs from 0 to ``scale``, shape (k, n_pixels), and labels, shape (k,), of some rows."""
        return self.pixels[rows] / (WHITE / self.scale), self.labels[rows]


def read_mnist(folder, scale: float = 1.0) -> tuple[ImageSet, ImageSet]:
    """Return the training and the testing set from the four files of a folder.

    Parameters
    ----------
    folder : path-like
    scale : float
        What a white pixel is as an input; 255 takes the bytes as they are.

    Raises
    ------
    InputError
        When a file is missing or is not what it should be.
    """
    paths = [Path(folder, name) for name in MNIST_FILES]
    train_images, train_labels, test_images, test_labels = (_read_idx(path) for path in paths)
    sets = []
    for images, labels, name in ((train_images, train_labels, "training"), (test_images, test_labels, "testing")):
        if images.ndim != 3 or labels.shape != images.shape[:1] or labels.max(initial=0) >= N_CLASSES:
            raise InputError(
                f"{folder}: MNIST {name} images and labels have shapes {images.shape} and {labels.shape}; "
                f"expected (n, rows, columns) and (n,) with classes below {N_CLASSES}"
            )
        pixels = images.reshape(len(images), -1)
        sets.append(ImageSet(pixels, labels.astype(np.int64), f"MNIST {name}", scale=scale))
    return tuple(sets)


def _read_idx(path):
    """Return the array of a compressed IDX file of bytes."""
    try:
        content = gzip.decompress(path.read_bytes())
        kind, n_dimensions = content[:3], content[3]
        shape = struct.unpack_from(f">{n_dimensions}I", content, 4)
        values = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * n_dimensions).reshape(shape)
    except (OSError, EOFError, zlib.error, IndexError, struct.error, ValueError) as error:
        raise InputError(f"{path} cannot be read as a compressed IDX file: {error}") from error
    if kind != bytes([0, 0, UNSIGNED_BYTE]):
        raise InputError(f"{path} is not an IDX file of bytes: it begins with {kind.hex()}, expected 000008")
    return values
