"""Quenches of LJAT3 clusters: outcomes, paths, files, figure."""

import dataclasses

import h5py
import numpy as np
import pytest
from matplotlib.figure import Figure

from lossland.datasets import (
    QUENCH_OPTIONS,
    QuenchError,
    classify,
    outcome_table,
    quench_many,
    quench_starts,
    random_starts,
    read_quenches,
    write_quenches,
)
from lossland.errors import FileFormatError, InputError, LosslandError
from lossland.lbfgs import lbfgs
from lossland.objectives.ljat3 import ljat3
from lossland.plotting.datasets import starts_figure

SIDES = {"D1": 2 * np.sqrt(3), "D2": 1.385, "D3": 2 * np.sqrt(2)}
N = 20_000
TRIANGLE, CHAIN = 1.1687530, 1.1087641


@pytest.fixture(scope="module")
def sets():
    return {name: quench_many(side, N, seed, name=name) for seed, (name, side) in enumerate(SIDES.items())}


@pytest.fixture(scope="module")
def kept():
    return quench_many(SIDES["D1"], 200, 7, n_steps_kept="all")


def distances(points):
    atoms = points.reshape(-1, 3, 3)
    return np.stack([np.linalg.norm(atoms[:, i] - atoms[:, j], axis=1) for i, j in ((0, 1), (0, 2), (1, 2))], axis=1)


# 20,000 quenches of an independent implementation; the triangle's share of D3 moves by more than the statistical error
# with the settings of the minimiser (0.236 to 0.266), so D3 is held by its order and by symmetry below
@pytest.mark.parametrize(
    ("name", "reference"), [("D1", [0.203, 0.268, 0.265, 0.264]), ("D2", [0.743, 0.089, 0.083, 0.085])]
)
def test_outcome_shares(sets, name, reference):
    shares = np.bincount(sets[name].outcomes, minlength=4) / N
    reference = np.array(reference)
    error = np.sqrt(2 * reference * (1 - reference) / N)  # of the difference of two samples of this size
    assert (np.abs(shares - reference) < 3.5 * error).all()


@pytest.mark.parametrize("name", SIDES)
def test_the_three_chains_are_equally_likely(sets, name):
    counts = np.bincount(sets[name].outcomes, minlength=4)[1:]
    expected = counts.sum() / 3
    assert ((counts - expected) ** 2 / expected).sum() < 13.8  # chi-squared, 2 degrees of freedom, p = 0.001


def test_the_triangle_is_the_more_likely_the_smaller_the_cube(sets):
    d1, d2, d3 = (np.mean(sets[name].outcomes == 0) for name in SIDES)
    assert d1 + 0.02 < d3 < d2 - 0.02


def test_outcome_is_that_of_the_end_point_of_a_single_quench():
    objective = ljat3()
    points = random_starts(2.5, 100, 3)
    _, outcomes, iterations, _ = quench_starts(points)
    for x, outcome, n_iterations in zip(points, outcomes, iterations, strict=True):
        energy, rms, n, _, _ = lbfgs(
            objective.value_gradient, objective.data, x, QUENCH_OPTIONS, np.empty((0, 0)), np.empty((0, 9))
        )
        ends = distances(x)[0]
        pairs = [(0, 1), (0, 2), (1, 2)]
        long = pairs[np.argmax(ends)]
        centre = 0 if np.ptp(ends) < 1e-6 else next(i + 1 for i in range(3) if i not in long)
        assert (n, centre) == (n_iterations, outcome)
        assert rms <= 1e-10
        assert round(energy, 3) == (-2.185 if outcome == 0 else -2.219)


def test_classify():
    shapes = [
        [TRIANGLE] * 3,
        [CHAIN, CHAIN, 2 * CHAIN],
        [CHAIN, 2 * CHAIN, CHAIN],
        [2 * CHAIN, CHAIN, CHAIN],
        [CHAIN, CHAIN, 1.999 * CHAIN],
        [TRIANGLE, TRIANGLE, TRIANGLE + 1e-3],
        [40.0, 40.0, 40.0],
        [1.1, 40.0, 40.0],
        [20.0, 20.0, 40.0],
    ]
    assert classify(np.array(shapes)).tolist() == [0, 1, 2, 3, -1, -1, -1, -1, -1]


def test_same_bits_with_any_number_of_threads_and_other_bits_with_another_seed():
    one, two = (quench_many(2.0, 2500, 11, threads=threads, n_steps_kept=3) for threads in (1, 2))
    for field in ("starts", "outcomes", "iterations", "steps"):
        assert getattr(one, field).tobytes() == getattr(two, field).tobytes()
    assert one.sha256 == two.sha256
    assert quench_many(2.0, 2500, 12, n_steps_kept=3).sha256 != one.sha256


def test_a_longer_set_begins_with_the_shorter_one():
    short, long = (quench_many(2.0, n, 4) for n in (700, 1300))
    assert np.array_equal(long.starts[:700], short.starts)
    assert np.array_equal(long.outcomes[:700], short.outcomes)


def test_starts_are_uniform_in_the_cube():
    points = random_starts(1.385, 20_000, 0)
    assert 0 <= points.min() < 1e-3
    assert 1.385 - 1e-3 < points.max() < 1.385
    assert np.abs(points.mean(axis=0) - 1.385 / 2).max() < 4.5 * 1.385 / np.sqrt(12 * 20_000)
    assert np.abs(quench_many(1.385, 50, 0).starts - distances(points[:50])).max() < 1e-14


@pytest.mark.parametrize("separation", [1e-1, 3e-2, 1e-2, 1e-4, 1e-8, 1e-12, 1e-15])
def test_almost_coincident_atoms_still_reach_a_minimum(separation):
    rng = np.random.default_rng(8)
    points = random_starts(1.385, 300, 8)
    direction = rng.normal(size=(300, 3))
    points[:, :3] *= separation  # near the origin, where so small a distance can be represented
    points[:, 3:6] = points[:, :3] + separation * direction / np.linalg.norm(direction, axis=1)[:, None]
    starts, outcomes, iterations, steps = quench_starts(points, n_steps_kept=300)
    assert starts[:, 0] == pytest.approx(separation, rel=1e-3)
    assert set(outcomes) == {0, 1, 2}  # 1 and 2 are together, so 3 is not pushed between them
    assert iterations.max() < 200
    assert np.array_equal(steps[:, 299], starts)


def test_steps_out_of_the_core_are_counted_and_kept():
    # all three atoms overlap: more than one step along the force before L-BFGS begins
    points = random_starts(0.02, 100, 3)
    starts, _, iterations, steps = quench_starts(points, n_steps_kept="all")
    rows = np.arange(100)
    assert np.array_equal(steps[rows, iterations], starts)
    assert (np.abs(steps[rows, iterations - 1] - starts).max(axis=1) > 0.03).all()
    assert np.abs(np.diff(steps, axis=1)).max() <= np.sqrt(2) * QUENCH_OPTIONS.max_step + 1e-12


def test_exactly_coincident_atoms_are_an_error_that_names_the_first():
    points = random_starts(2.0, 30, 1)
    points[[5, 9], 3:6] = points[[5, 9], :3]
    with pytest.raises(
        QuenchError, match=r"2 of 30 quenches of pair .* first is number 5 \(status NOT_FINITE\)"
    ) as caught:
        quench_starts(points, name="pair")
    assert repr(points[5, 8].item()) in str(caught.value)


def test_an_unconverged_quench_is_an_error():
    options = QUENCH_OPTIONS._replace(max_iterations=40)
    points = random_starts(2.0, 100, 1)
    n_long = int((quench_starts(points)[2] > 40).sum())
    assert n_long > 0
    with pytest.raises(QuenchError, match=rf"{n_long} of 100 .*MAX_ITERATIONS"):
        quench_starts(points, options=options)


def test_a_quench_to_another_shape_is_an_error():
    # exactly collinear and far apart, converged at once by a loose tolerance: no minimum
    points = np.array([[0, 0, 0, 9, 0, 0, 22, 0, 0]])
    with pytest.raises(QuenchError, match=r"1 of 1 .*number 0 \(converged to another shape\)"):
        quench_starts(points, options=QUENCH_OPTIONS._replace(tolerance=1e-2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 10, 0), "cube_side"),
        ((float("nan"), 10, 0), "cube_side"),
        ((1.0, 0, 0), "n_quenches"),
        ((1.0, 2.5, 0), "n_quenches"),
        ((1.0, 10, -1), "seed"),
    ],
)
def test_quench_many_refuses(arguments, message):
    with pytest.raises(InputError, match=message):
        quench_many(*arguments)


def test_steps_lead_from_the_start_to_the_minimum(kept):
    n_kept = kept.steps.shape[1]
    assert n_kept == kept.iterations.max() + 1
    ends = kept.steps[:, 0]
    assert np.array_equal(classify(ends), kept.outcomes)
    rows = np.arange(len(kept))
    assert np.array_equal(kept.steps[rows, kept.iterations], kept.starts)
    before = kept.steps[rows, kept.iterations - 1]
    assert (np.abs(before - kept.starts).max(axis=1) > 0).all()
    shorter = kept.iterations < n_kept - 1
    assert np.array_equal(kept.steps[shorter, -1], kept.starts[shorter])
    # no step is longer than max_step, so no distance changes by more than sqrt(2) of it
    assert np.abs(np.diff(kept.steps, axis=1)).max() <= np.sqrt(2) * QUENCH_OPTIONS.max_step + 1e-12
    few = quench_many(SIDES["D1"], 200, 7, n_steps_kept=5)
    assert np.array_equal(few.steps, kept.steps[:, :5])
    assert np.array_equal(few.outcomes, kept.outcomes)


def test_dataset_of_quenches(kept):
    dataset = kept.dataset(("r13", "r23"))
    assert np.array_equal(dataset.inputs, kept.starts[:, [1, 2]])
    assert np.array_equal(dataset.labels, kept.outcomes)
    assert (dataset.n_classes, dataset.input_names) == (4, ("r13", "r23"))
    assert kept.dataset().input_names == ("r12", "r13")
    assert np.array_equal(kept.dataset(("r12",), step=3).inputs[:, 0], kept.steps[:, 3, 0])
    with pytest.raises(InputError, match="'r21'.*r12, r13, r23"):
        kept.dataset(("r21",))
    with pytest.raises(InputError, match="step 1000"):
        kept.dataset(step=1000)


def test_file_round_trip_is_byte_identical(tmp_path, kept):
    for name in ("a.h5", "b.h5"):
        write_quenches(quench_many(SIDES["D1"], 200, 7, n_steps_kept="all", threads=2), tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    again = read_quenches(tmp_path / "a.h5")
    assert again.sha256 == kept.sha256
    assert again.settings == kept.settings
    assert again.settings["lbfgs"]["max_step"] == QUENCH_OPTIONS.max_step
    assert np.array_equal(again.steps, kept.steps)
    write_quenches(again, tmp_path / "a.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.h5"]


def test_damaged_and_foreign_files_are_refused(tmp_path):
    path = tmp_path / "set.h5"
    write_quenches(quench_many(2.0, 100, 1), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileFormatError, match=r"set\.h5 is truncated or not a file of quenches"):
        read_quenches(path)
    path.write_text("r12,r13\n")
    with pytest.raises(FileFormatError, match=r"set\.h5 is truncated or not a file of quenches"):
        read_quenches(path)
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "lossland-landscape"
    with pytest.raises(FileFormatError, match=r"set\.h5 is not a file of quenches"):
        read_quenches(path)
    path.write_bytes(whole)
    with h5py.File(path, "r+") as file:
        file["outcomes"][3] = (file["outcomes"][3] + 1) % 4
    with pytest.raises(FileFormatError, match=r"set\.h5 is damaged.*sha256"):
        read_quenches(path)
    with h5py.File(path, "r+") as file:
        del file["starts"]
    with pytest.raises(FileFormatError, match=r"set\.h5 is truncated or not"):
        read_quenches(path)
    with pytest.raises(FileFormatError, match=r"missing\.h5 does not exist"):
        read_quenches(tmp_path / "missing.h5")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "set.h5"
    quenches = quench_many(2.0, 100, 1)
    write_quenches(quenches, path)
    whole = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LosslandError, match=r"set\.h5: No space left on device; what was there before is untouched"):
        write_quenches(dataclasses.replace(quenches, name="other"), path)
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_outcome_table(sets):
    table = outcome_table(list(sets.values()))
    assert len(table) == 12
    for name, quenches in sets.items():
        rows = table[table["dataset"] == name]
        assert rows["n"].tolist() == np.bincount(quenches.outcomes, minlength=4).tolist()
        assert rows["share"].sum() == pytest.approx(1.0)
        assert (rows["n"] * rows["mean_iterations"]).sum() == pytest.approx(quenches.iterations.sum())
        assert rows["share_se"].iloc[0] == pytest.approx(np.std(quenches.outcomes == 0) / np.sqrt(N))
        assert (rows["cube_side"] == SIDES[name]).all()


def test_figure_shows_every_set_and_its_shares(sets, tmp_path):
    figure = starts_figure(list(sets.values()), n_shown=500)
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 12
    first, bars = figure.axes[0], figure.axes[3]
    shown = np.asarray(first.collections[0].get_offsets())
    assert np.array_equal(shown, sets["D1"].starts[:500, :2])
    assert np.array_equal(np.asarray(figure.axes[6].collections[0].get_offsets()), sets["D2"].starts[:500, 1:])
    heights = [bar.get_height() for bar in bars.patches]
    assert heights == pytest.approx((100 * np.bincount(sets["D1"].outcomes) / N).tolist())
    colours = first.collections[0].get_facecolors()
    triangles = sets["D1"].outcomes[:500] == 0
    assert (colours[triangles] == colours[triangles][0]).all()
    assert not (colours[~triangles] == colours[triangles][0]).all(axis=1).any()
    figure.savefig(tmp_path / "starts.png")
    assert (tmp_path / "starts.png").stat().st_size > 10_000
