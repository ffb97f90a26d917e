"""Train a teacher on one half of the images, and students of several sizes on what it says of the other half."""

import numpy as np
import pandas as pd
from _copies import losses_at_copies
from _students import COPIES, N_CLASSES, STUDENT, TEACHER, read_halves, sizes_of, stream, students_of, targets_of

from lossland.sgd import train


def train_students(paths, path_to_curves, path_to_weights, path_to_copies, settings, seed):
    """Write both losses of students and teacher after every epoch, all weights, and the losses at the teacher."""
    inputs, labels, theirs = read_halves(paths[0], settings, seed)
    n_teacher, decay = settings["n_hidden"], settings["decay"]
    options = {"batch": settings["batch"], "rate": settings["rate"], "n_epochs": settings["epochs"]}
    told = options | {"n_epochs": settings["teacher_epochs"], "decay": decay}
    teacher = train(sizes_of(n_teacher), inputs, np.eye(N_CLASSES)[labels], stream(seed, TEACHER), **told)
    curves, weights = [curve_of(teacher, "teacher", 1.0)], {"teacher": teacher.w}
    targets = targets_of(teacher.w, n_teacher, theirs)
    losses_at_copies(teacher.w, sizes_of(n_teacher), theirs, targets, stream(seed, COPIES)).to_csv(path_to_copies)
    for schedule, told in (("constant", options), ("decaying", options | {"decay": decay})):
        for size, n_hidden in students_of(n_teacher, settings["relative_sizes"]).items():
            student = train(sizes_of(n_hidden), theirs, targets, stream(seed, STUDENT, n_hidden), **told)
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
