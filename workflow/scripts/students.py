"""Train a teacher on one half of the images, and students of several sizes on what it says of the other half."""

import numpy as np
import pandas as pd
from _students import N_CLASSES, read_halves, sizes_of, students_of, targets_of

from lossland.sgd import train

SCHEDULES = ("constant", "decaying")


def train_students(paths, path_to_curves, path_to_weights, settings, seed):
    """Write both losses of every student and of the teacher after every epoch, and all weights."""
    sequences = np.random.SeedSequence(seed).spawn(2)
    inputs, labels, theirs = read_halves(paths[0], settings, sequences[0])
    rng, n_teacher, decay = np.random.default_rng(sequences[1]), settings["n_hidden"], settings["decay"]
    options = {"batch": settings["batch"], "rate": settings["rate"], "n_epochs": settings["epochs"]}
    told = options | {"n_epochs": settings["teacher_epochs"], "decay": decay}
    teacher = train(sizes_of(n_teacher), inputs, np.eye(N_CLASSES)[labels], rng, **told)
    curves, weights = [curve_of(teacher, "teacher", 1.0)], {"teacher": teacher.w}
    targets = targets_of(teacher.w, n_teacher, theirs)
    for schedule in SCHEDULES:
        told = options | {"decay": decay if schedule == "decaying" else 0.0}
        for size, n_hidden in students_of(n_teacher, settings["relative_sizes"]).items():
            student = train(sizes_of(n_hidden), theirs, targets, rng, **told)
            curves.append(curve_of(student, schedule, size))
            weights[f"{schedule}-{size:g}"] = student.w
    pd.concat(curves).to_csv(path_to_curves, index=False)
    np.savez(path_to_weights, **weights)


def curve_of(training, schedule, size):
    columns = {"divergence": training.divergence, "squared_error": training.squared_error}
    return pd.DataFrame(columns).rename_axis("epoch").reset_index().assign(schedule=schedule, relative_size=size)


if "snakemake" in globals():
    from _job import run

    run(train_students, snakemake.log[0], list(snakemake.input), *snakemake.output, *snakemake.params[:2])
