"""The data of a teacher and its students, the students' sizes, and random numbers for each of them."""

from pathlib import Path

import numpy as np

from lossland.datasets import read_mnist
from lossland.objectives.soft_targets import probabilities

N_PIXELS, N_CLASSES = 28 * 28, 10
HALVES, TEACHER, STUDENT, COPIES = range(4)  # what random numbers are for


def stream(seed, *purpose):
    """Return random numbers for one purpose: more of them for another one, or another size, change none of these."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=purpose))


def read_halves(path_to_file, settings, seed):
    """Return inputs and labels of the teacher's images, and inputs of the students'; no image is in both."""
    images, n_data = read_mnist(Path(path_to_file).parent, settings["pixels"])[0], settings["n_data"]
    rows = stream(seed, HALVES).permutation(len(images))[: 2 * n_data]
    return (*images.take(rows[:n_data]), images.take(rows[n_data:])[0])


def sizes_of(n_hidden):
    """Return the layer sizes of a network with so many hidden nodes."""
    return [N_PIXELS, n_hidden, N_CLASSES]


def students_of(n_teacher, relative_sizes):
    """Return {relative size: hidden nodes} of the students."""
    return {size: round(size * n_teacher) for size in relative_sizes}


def targets_of(weights, n_teacher, inputs):
    """Return what the teacher says of every image."""
    return probabilities(weights, np.array(sizes_of(n_teacher)), inputs)
