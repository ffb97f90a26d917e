"""Teacher and students: random numbers of their own, the zero of the loss, levels beside the published one."""

import numpy as np
import pandas as pd
import pytest

SETTINGS = {"n_data": 30, "n_hidden": 4, "teacher_epochs": 2, "epochs": 2, "batch": 7, "rate": 0.1, "decay": 0.5}


@pytest.fixture
def scripts(repository, monkeypatch):
    monkeypatch.syspath_prepend(repository / "workflow" / "scripts")


@pytest.fixture
def train(scripts, monkeypatch, tmp_path):
    """Return a function that trains teacher and students on a few random images, and returns curves, weights, zeros."""
    import students  # the script: plain functions

    rng = np.random.default_rng(0)
    images = rng.random((30, 784)), rng.integers(0, 10, size=30), rng.random((30, 784))
    monkeypatch.setattr(students, "read_halves", lambda path, settings, seed: images)
    files = [tmp_path / name for name in ("curves.csv", "weights.npz", "copies.csv")]

    def trained(relative_sizes, **changes):
        settings = SETTINGS | {"relative_sizes": relative_sizes} | changes
        students.train_students(["images"], *files, settings, seed=1)
        return pd.read_csv(files[0]), dict(np.load(files[1])), pd.read_csv(files[2])

    return trained


def test_another_size_or_more_epochs_change_no_other_student(train):
    curves, weights, _ = train([0.5, 1])
    _, others, _ = train([0.25, 1, 2, 0.5])
    for name in weights:
        assert np.array_equal(weights[name], others[name]), name
    longer, _, _ = train([0.5, 1], epochs=4)
    kept = longer[longer["epoch"] <= 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, curves)
    # both schedules start from the same weights
    first = curves[curves["epoch"] == 0].set_index(["schedule", "relative_size"])["divergence"]
    assert first["constant"].to_dict() == first["decaying"].to_dict()
    assert first["constant"].nunique() == 2


def test_halves_have_no_image_in_common(scripts, monkeypatch):
    import _students

    class Images:
        def __len__(self):
            return 20

        def take(self, rows):
            return rows, rows % 10

    monkeypatch.setattr(_students, "read_mnist", lambda folder, scale: (Images(),))
    mine, labels, theirs = _students.read_halves("images", {"n_data": 8, "pixels": 1.0}, 1)
    assert len(mine) == len(theirs) == 8
    assert len({*mine, *theirs}) == 16
    assert np.array_equal(labels, mine % 10)
    again = _students.read_halves("images", {"n_data": 8, "pixels": 1.0}, 2)[0]
    assert set(again) != set(mine)


def test_losses_vanish_at_the_teacher_and_at_its_copies_only(train, monkeypatch):
    _, _, copies = train([0.5, 1])
    assert copies["copy"].tolist() == [0, 1, 2, 3]
    assert copies[["divergence", "squared_error"]].abs().max(axis=None) < 1e-12
    import _copies

    class NoSymmetry:
        def random_copy(self, w, rng):
            return np.roll(w, 1)

    monkeypatch.setattr(_copies, "for_objective", lambda objective: NoSymmetry())
    _, _, others = train([0.5, 1])
    assert (others[["divergence", "squared_error"]] > 1e-12).any(axis=1).tolist() == [False, True, True, True]


def test_what_is_not_zero_fails_the_check(scripts, tmp_path):
    from verdicts import lines_of_zeros

    path = tmp_path / "copies.csv"
    path.write_text("copy,divergence,squared_error\n0,0.0,1e-30\n1,-1e-13,2e-12\n")
    found = [line[2:] for line in lines_of_zeros(path)]
    assert found == [
        ("divergence", 1e-13, "< 1e-12", "", "passed"),
        ("squared_error", 2e-12, "< 1e-12", "", "failed"),
    ]
    path.write_text("copy,divergence\n0,0.0\n1,\n")
    assert [line[-1] for line in lines_of_zeros(path)] == ["failed"]


def test_levels_of_students_that_can_be_the_teacher_stand_beside_the_published_one(scripts, repository, tmp_path):
    from student_levels import make_tables

    levels = {0.5: (0.10, 0.12, 0.11), 1.0: (0.02, 0.03, 0.025), 2.0: (0.0155, 0.0165, 0.016)}
    curves = [tmp_path / f"curves-{seed}.csv" for seed in (1, 2, 3)]
    for seed, path in enumerate(curves):
        rows = [
            {"epoch": epoch, "divergence": level[seed] * (epoch / 9) ** -0.5, "squared_error": 0.0}
            | {"schedule": schedule, "relative_size": size}
            for schedule in ("constant", "decaying")
            for size, level in levels.items()
            for epoch in range(1, 10)
        ]
        pd.DataFrame(rows).to_csv(path, index=False)
    published = repository / "config/published/ballard2017_students.csv"
    files = [tmp_path / name for name in ("students.csv", "levels.csv", "claims.csv")]
    make_tables(curves, published, *files, confidence=0.95)
    ends, found, claims = (pd.read_csv(path) for path in files)
    np.testing.assert_allclose(ends["end_slope"], -0.5, rtol=1e-9)
    assert found["quantity"].tolist() == ["divergence"] * 3 + ["divergence:constant rate"] * 3
    found = found[:3].set_index("relative_size")
    assert found["published"].dropna().to_dict() == {1.0: 0.016, 2.0: 0.016}
    assert found["mean"].to_dict() == pytest.approx({0.5: 0.11, 1.0: 0.025, 2.0: 0.016})
    assert found.at[1.0, "z"] == pytest.approx((0.016 - 0.025) / (0.005 * (4 / 3) ** 0.5))
    assert found["verdict"].tolist() == ["not published", "inside", "inside"]
    assert claims["claim"].tolist() == ["a student of size 0.5 stalls higher than one of size 1"]
    differences = np.log(np.array(levels[0.5]) / levels[1.0])
    assert claims["effect"].tolist() == pytest.approx([differences.mean()])


def test_end_slope_is_that_of_the_last_third_without_zeros(scripts):
    from _curves import ends_of

    epochs = np.arange(10)
    losses = np.where(epochs <= 6, 5.0, np.maximum(epochs, 1) ** -0.5)  # flat for two thirds
    losses[8] = -1e-17  # zero to rounding
    curve = pd.DataFrame({"epoch": epochs, "divergence": losses, "squared_error": 0.0})
    ends = ends_of(curve.assign(schedule="decaying", relative_size=1.0, seed=1))
    assert ends["end_slope"].tolist() == pytest.approx([-0.5])


def test_each_size_has_random_numbers_of_its_own(train, monkeypatch):
    import students

    original, purposes = students.stream, []

    def recorded(seed, *purpose):
        purposes.append(purpose)
        return original(seed, *purpose)

    monkeypatch.setattr(students, "stream", recorded)
    train([0.5, 1])
    assert sorted(purposes) == [(1,), (2, 2), (2, 2), (2, 4), (2, 4), (3,)]  # both schedules have the same
