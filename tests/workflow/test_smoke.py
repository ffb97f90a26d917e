"""The smoke run of the real workflow: complete, equal to its reference, and not done twice."""

import re
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

LEVELS = ("", "-error-10", "-error-50", "-error-100")
LANDSCAPES = [f"{dataset}{level}" for dataset in ("D1", "D2", "D3") for level in LEVELS]
LANDSCAPES += ["D1-1-neighbour", "D1-2-neighbours", "D1-3-neighbours"]
LANDSCAPES += ["D1-5-nodes", "D1-5-nodes-2-neighbours", "D1-5-nodes-3-neighbours"]
SAMPLES = ["2HL-1000", "2HL-100", "3HL-1000", "3HL-100"]
TWICE = ("D1", "D1-2-neighbours", *LANDSCAPES[4:8])
DRAWS_OF = {name: (1, 2) if name in TWICE else (1,) for name in [*LANDSCAPES, *SAMPLES]}
DRAWS = [f"chitturi2020/{name}/draw-{draw}" for name, draws in DRAWS_OF.items() for draw in draws]
NETWORKS = DRAWS[: -len(SAMPLES)]  # of which coverage is required
FITS = [f"ballard2017/{name}/draw-{draw}" for name in ("regression", "regression-to-40") for draw in (1, 2)]
SPINS = [f"ballard2017/spins-{n}/draw-1" for n in range(50, 101, 10)]


def test_everything_is_there(smoke_run):
    tables = ["table-1", "table-2", "table-D3", "table-4", "connectivity", "class-distribution", "mask-symmetry"]
    tables += ["claims-mislabelling", "claims-connectivity", "claims-depth", "costs", "at-published-size"]
    figures = ["figure-1", "figure-2", "figure-3", "figure-4", "figure-6", "figure-7", "figure-8"]
    figures += ["figure-D3-training", "figure-D3-testing", *(f"{name}/growth" for name in [*LANDSCAPES[:8], *SAMPLES])]
    wanted = ["results/summary.md", "results/check.csv", "results/regression.txt", "results/datasets/outcomes.csv"]
    wanted += [f"results/chitturi2020/{table}.csv" for table in tables]
    wanted += [f"figures/chitturi2020/{figure}.{kind}" for figure in figures for kind in ("pdf", "png")]
    wanted += [f"figures/datasets/ljat3.{kind}" for kind in ("pdf", "png")]
    files = ("landscape.h5", "verification.csv", "minima.csv", "table.csv")
    wanted += [f"results/{draw}/{file}" for draw in [*DRAWS, *FITS, *SPINS] for file in files]
    tables = ["regression", "frequency-counts", "spin-glasses", "complexity", "costs", "claims-regression"]
    tables += ["claims-spin-glasses"]
    figures = ["figure-5", "figure-6", "figure-10", "figure-10-degrees", "figure-13", "figure-15"]
    figures += ["minima-against-frequency", "regression/growth"]
    for model in ("sphere", "three-spheres"):
        tables += [f"{table}-{model}" for table in ("variance", "exponents", "claims")]
        figures += [f"figure-12-{model}", f"figure-14-{model}"]
    wanted += [f"results/ballard2017/{table}.csv" for table in tables]
    wanted += [f"figures/ballard2017/{figure}.{kind}" for figure in figures for kind in ("pdf", "png")]
    assert [path for path in wanted if not (smoke_run / path).stat().st_size] == []


def test_mnist_is_there(smoke_run, has_mnist):
    if not has_mnist:
        pytest.skip("no copy of MNIST beside the repository or in its folder data")
    table = pd.read_csv(smoke_run / "results/chitturi2020/table-3.csv")
    assert sorted(set(table["error_percent"])) == [0, 10, 25, 40, 50, 60, 75, 100]
    tested = table[table["quantity"] == "test_auc_mean"].set_index("error_percent")
    assert tested.at[0, "mean"] > 0.85 > 0.4 > tested.at[100, "mean"]
    assert tested.at[0, "published"] == 0.9687
    shape = ["n_components", "n_monotonic_sequence_basins"]
    assert not table["quantity"].isin(shape).any()  # minima alone were sampled
    costs = pd.read_csv(smoke_run / "results/chitturi2020/costs.csv").set_index("landscape")
    coverages = costs.loc["chitturi2020/MNIST/draw-1", ["coverage_minima", "coverage_transition_states"]]
    assert coverages.isna().tolist() == [False, True]  # the random starts tell that of the minima
    assert (smoke_run / "figures/chitturi2020/figure-5.png").stat().st_size
    assert (smoke_run / "results/chitturi2020/claims-mnist.csv").stat().st_size
    classes = pd.read_csv(smoke_run / "results/chitturi2020/class-distribution-MNIST.csv")
    assert classes["n_wrong"].tolist() == classes["error_percent"].tolist() == [0, 10, 25, 40, 50, 60, 75, 100]
    true = classes[[f"true_{k}" for k in range(10)]]
    assert (true.sum(axis=1) == 100).all()
    assert (true == true.iloc[0]).all(axis=None)  # all shares are of the same images
    labelled = classes[[f"labelled_{k}" for k in range(10)]].to_numpy()
    assert np.array_equal(labelled[0], true.iloc[0])
    assert (abs(labelled - true.to_numpy()).sum(axis=1) <= 2 * classes["n_wrong"]).all()


def test_students_learn_and_go_on(smoke_run, has_mnist):
    if not has_mnist:
        pytest.skip("no copy of MNIST beside the repository or in its folder data")
    students = pd.read_csv(smoke_run / "results/ballard2017/students.csv").set_index(
        ["schedule", "relative_size", "seed"]
    )
    curves = pd.read_csv(smoke_run / "results/ballard2017/students/curves-1.csv")
    for schedule in ("constant", "decaying"):
        ends = []
        for size in (0.5, 1.0, 2.0):
            chosen = (curves["schedule"] == schedule) & (curves["relative_size"] == size)
            curve = curves.loc[chosen, "divergence"].to_numpy()
            assert curve[-1] < curve[1] < curve[0]
            assert students.loc[(schedule, size, 1), "divergence"] == curve[-1]
            ends.append(curve[-1])
        assert ends == sorted(ends, reverse=True)  # the larger the student, the nearer to its teacher
    levels = pd.read_csv(smoke_run / "results/ballard2017/student-levels.csv").set_index(["relative_size", "quantity"])
    ours = students.loc[("decaying", 2.0), "divergence"]
    assert levels.at[(2.0, "divergence"), "mean"] == pytest.approx(ours.mean(), rel=1e-12)
    assert levels.at[(2.0, "divergence"), "published"] == 0.016
    table = pd.read_csv(smoke_run / "results/ballard2017/stalled-students.csv")
    stalled, continued = (table[table["at"] == at].set_index("relative_size") for at in ("stalled", "continued"))
    assert stalled.index.tolist() == continued.index.tolist() == [0.5, 1.0, 2.0]
    lost = stalled["divergence_on_all"]
    assert lost.to_dict() == pytest.approx(
        students.loc["decaying"].xs(1, level="seed")["divergence"].to_dict(), rel=1e-9
    )
    assert (continued["divergence"] < stalled["divergence"]).all()
    lowest = table[[f"eigenvalue_{k}_over_largest" for k in range(1, 6)]]
    assert (lowest.diff(axis=1).iloc[:, 1:] >= 0.0).all(axis=None)
    assert lowest.max(axis=None) < 1.0
    assert (smoke_run / "figures/ballard2017/figure-16.png").stat().st_size


def test_summary_says_what_is_left_out(smoke_run, has_mnist):
    assert ("mnist is left out: " in (smoke_run / "results/summary.md").read_text()) == (not has_mnist)


def test_nothing_is_done_twice(smoke_run, snakemake):
    process = snakemake(smoke_run, "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    assert "Nothing to be done" in process.stdout


def test_every_landscape_passes_its_own_checks(smoke_run, snakemake, has_mnist):
    process = snakemake(smoke_run, "check", "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    verdicts = pd.read_csv(smoke_run / "results/check.csv")
    assert set(verdicts.loc[verdicts["kind"] == "quality", "verdict"]) == {"passed"}
    quality = verdicts[verdicts["kind"] == "quality"]
    # of a sample no coverage is required, and it may be in parts
    connected = quality.loc[quality["quantity"] == "unconnected parts", "where"].tolist()
    assert connected == NETWORKS + FITS
    n_landscapes = len([*DRAWS, *FITS, *SPINS]) + 8 * has_mnist
    assert (quality["quantity"] == "unverified points").sum() == n_landscapes
    zeros = quality[quality["where"].str.startswith("ballard2017/students/teacher-copies-")]
    assert zeros["quantity"].tolist() == ["divergence", "squared_error"] * 2 * has_mnist
    assert set(verdicts["kind"]) == {"quality", "published", "claim"}


def test_table_is_mean_and_spread_of_its_draws(smoke_run):
    table = pd.read_csv(smoke_run / "results/chitturi2020/table-2.csv")
    table = table[table["error_percent"] == 0].set_index("quantity")
    draws = [
        pd.read_csv(smoke_run / f"results/chitturi2020/D2/draw-{draw}/table.csv").set_index("quantity")["value"]
        for draw in (1, 2)
    ]
    for quantity in ("n_minima", "train_gmin_loss", "test_auc_mean"):
        a, b = (draw[quantity] for draw in draws)
        assert table.at[quantity, "mean"] == pytest.approx((a + b) / 2, rel=1e-12)
        assert table.at[quantity, "sd"] == pytest.approx(abs(a - b) / 2**0.5, rel=1e-12)
    assert table.at["train_gmin_loss", "published"] == 0.519
    counted = {name: sum(np.isfinite(draw.get(name, np.nan)) for draw in draws) for name in table.index}
    assert table["n"].to_dict() == counted


def test_every_published_number_is_in_a_table(smoke_run, repository, has_mnist):
    tables = {"table-1": "table1_D1", "table-2": "table2_D2", "table-4": "table4_depth"}
    tables |= {"connectivity": "section5_neighbours"} | ({"table-3": "table3_MNIST"} if has_mnist else {})
    for name, file in tables.items():
        table = pd.read_csv(smoke_run / f"results/chitturi2020/{name}.csv")
        labels = list(table.columns[: table.columns.get_loc("quantity")])
        cells = pd.read_csv(repository / f"config/published/chitturi2020_{file}.csv").set_index(labels).stack().dropna()
        table = table.set_index([*labels, "quantity"])["published"]
        assert table.loc[cells.index].tolist() == cells.tolist(), name


def test_costs_are_those_of_each_draw(smoke_run):
    costs = pd.read_csv(smoke_run / "results/chitturi2020/costs.csv").set_index("landscape")
    assert set(DRAWS) <= set(costs.index)
    shown = ["n_minima", "n_transition_states", "coverage_minima", "coverage_transition_states", "n_searches"]
    for draw in DRAWS[:4]:
        table = pd.read_csv(smoke_run / f"results/{draw}/table.csv").set_index("quantity")["value"]
        assert costs.loc[draw, shown].tolist() == table[shown].tolist()
    assert (costs[["cpu_seconds", "elapsed_seconds"]] > 0).all(axis=None)


def test_wrong_labels_are_those_of_the_config(smoke_run):
    classes = pd.read_csv(smoke_run / "results/chitturi2020/class-distribution.csv").set_index("landscape")
    for name in LANDSCAPES[:12]:
        percent = int(name.rpartition("-error-")[2]) if "-error-" in name else 0
        for draw in DRAWS_OF[name]:
            line = classes.loc[f"chitturi2020/{name}/draw-{draw}"]
            assert (line["error_percent"], line["n_data"], line["n_wrong"]) == (percent, 100, percent)
            assert line[[f"labelled_{k}" for k in range(4)]].sum() == 100
            clean = classes.loc[f"chitturi2020/{name.partition('-error-')[0]}/draw-{draw}"]
            assert line[[f"true_{k}" for k in range(4)]].equals(clean[[f"true_{k}" for k in range(4)]])


def test_minima_in_the_wall_do_not_count(smoke_run):
    for draw in FITS:
        minima = pd.read_csv(smoke_run / f"results/{draw}/minima.csv")
        table = pd.read_csv(smoke_run / f"results/{draw}/table.csv").set_index("quantity")["value"]
        counts = pd.read_csv(smoke_run / "results/ballard2017/frequency-counts.csv")
        counts = counts[counts["landscape"] == draw]
        n_minima = counts["n_minima"].to_numpy()
        assert len(minima) == table["n_minima"] >= n_minima[-1] >= n_minima[0]
        with h5py.File(smoke_run / f"results/{draw}/landscape.h5") as file:
            frequencies, of_states = (
                np.abs(file[f"{what}/x"][:, [1, 3]]).max(axis=1) for what in ("minima", "transition_states")
            )
            limit, ends = file["objective"].attrs["max_frequency"], file["transition_states/minima"][:]
        assert np.array_equal(minima["minimum"], np.flatnonzero(frequencies <= limit))
        for cutoff, n_minima, n_states in counts[["cutoff", "n_minima", "n_transition_states"]].itertuples(index=False):
            inside = frequencies <= cutoff
            assert n_minima == np.count_nonzero(inside)
            assert n_states == np.count_nonzero((of_states <= cutoff) & inside[ends[:, 0]] & inside[ends[:, 1]])
        both = (frequencies <= limit)[ends].all(axis=1)
        assert table["n_transition_states"] == np.count_nonzero(both & (of_states <= limit))


def test_spread_of_the_energies_is_that_of_the_minima(smoke_run):
    glasses = pd.read_csv(smoke_run / "results/ballard2017/spin-glasses.csv").set_index(["n_spins", "quantity"])["mean"]
    for path, n_spins in zip(SPINS, range(8, 14), strict=True):
        energies = pd.read_csv(smoke_run / f"results/{path}/minima.csv")["energy"] / n_spins
        assert glasses[n_spins, "energy_sd_per_spin"] == pytest.approx(energies.std(ddof=0), rel=1e-12)
        assert glasses[n_spins, "energy_range_per_spin"] == pytest.approx(np.ptp(energies), rel=1e-12)
    claims = pd.read_csv(smoke_run / "results/ballard2017/claims-spin-glasses.csv")
    assert {"energy_range_per_spin", "energy_sd_per_spin"} < set(claims["quantity"])


def test_variances_are_those_of_the_descents(smoke_run):
    table = pd.read_csv(smoke_run / "results/ballard2017/variance-sphere.csv").set_index("n_variables")
    exponents = pd.read_csv(smoke_run / "results/ballard2017/exponents-sphere.csv").set_index("variance")
    claims = pd.read_csv(smoke_run / "results/ballard2017/claims-sphere.csv").set_index("quantity")
    for n, line in table.iterrows():
        descents = pd.read_csv(smoke_run / f"results/ballard2017/descents/sphere-{n}.csv")
        assert (descents["gradient_norm"] <= 1e-6).all()
        assert line["variance_total"] == pytest.approx(descents["energy_per_spin"].var(), rel=1e-12)
        within = descents.groupby("realisation")["energy_per_spin"].var()
        assert line["variance_within"] == pytest.approx(within.mean(), rel=1e-12)
    assert claims.at["exponent_total", "effect"] == pytest.approx(exponents.at["total", "exponent"], rel=1e-12)


def test_published_size_is_read_off_the_growth(smoke_run):
    table = pd.read_csv(smoke_run / "results/chitturi2020/at-published-size.csv").set_index("landscape")
    assert table.loc["chitturi2020/D2/draw-1", "published_n_minima"] == 6
    deep = table.loc["chitturi2020/2HL-100/draw-1"]
    assert deep["published_n_minima"] == 65591
    assert pd.isna(deep["n_searches_at_minima"])


def test_claims_are_effects_of_the_draws_tables(smoke_run):
    claims = pd.read_csv(smoke_run / "results/chitturi2020/claims-connectivity.csv").set_index("claim")
    claim = claims.loc["10 hidden nodes, 2 nearest neighbours: higher testing AUC"]
    sparse, full = (
        [
            pd.read_csv(smoke_run / f"results/chitturi2020/{name}/draw-{draw}/table.csv").set_index("quantity")["value"]
            for draw in (1, 2)
        ]
        for name in ("D1-2-neighbours", "D1")
    )
    differences = [a["test_auc_mean"] - b["test_auc_mean"] for a, b in zip(sparse, full, strict=True)]
    assert claim["effect"] == pytest.approx(sum(differences) / 2, rel=1e-9)
    assert claim["n"] == 2


def test_claims_on_wrong_labels_compare_the_same_data_at_every_share(smoke_run):
    claims = pd.read_csv(smoke_run / "results/chitturi2020/claims-mislabelling.csv").set_index("claim")
    clean, wrong = (
        [
            pd.read_csv(smoke_run / f"results/chitturi2020/{name}/draw-{draw}/table.csv").set_index("quantity")["value"]
            for draw in (1, 2)
        ]
        for name in ("D2", "D2-error-50")
    )
    ratios = [np.log(b["n_transition_states"] / a["n_transition_states"]) for a, b in zip(clean, wrong, strict=True)]
    found = claims.loc["D2: more transition states at 50 % than at 0 %"]
    assert (found["effect"], found["n"]) == (pytest.approx(np.mean(ratios), rel=1e-9), 2)
    wider = claims.loc["D2, 50 %: testing AUC spreads more than training AUC"]
    assert wider["effect"] == pytest.approx(np.mean([t["test_auc_sd"] - t["train_auc_sd"] for t in wrong]), rel=1e-9)
    correlations = claims[claims["quantity"] == "correlation_train_loss_test_auc"]
    levels = [f"{dataset}, {percent} %" for dataset in ("D1", "D2", "D3") for percent in (0, 10, 50, 100)]
    assert [text.split(":")[0] for text in correlations.index if "%" in text] == levels


def test_moved_number_is_found(smoke_run, snakemake, tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(smoke_run, folder)
    path = folder / "results/chitturi2020/table-1.csv"
    table = pd.read_csv(path)
    table.loc[table["quantity"] == "train_gmin_loss", "mean"] *= 1 + 1e-5
    table.to_csv(path, index=False)
    process = snakemake(
        folder, "results/regression.txt", "--rerun-triggers", "mtime", "--configfile", "config/smoke.yaml"
    )
    assert process.returncode == 1
    assert "results/chitturi2020/table-1.csv" in process.stdout
    assert re.search(r"line \d+ \(train_gmin_loss, \w+\), column mean", process.stdout)
    assert "if that is meant, run make reference" in process.stdout


def test_failed_quality_fails_the_check(smoke_run, snakemake, tmp_path):
    folder = tmp_path / "failed"
    shutil.copytree(smoke_run, folder)
    path = folder / "results/check.csv"
    verdicts = pd.read_csv(path)
    verdicts.loc[verdicts["quantity"] == "unconnected parts", "verdict"] = "failed"
    verdicts.to_csv(path, index=False)
    process = snakemake(folder, "check", "--rerun-triggers", "mtime", "--configfile", "config/smoke.yaml")
    assert process.returncode == 1
    assert f"{len(NETWORKS + FITS)} failed" in process.stdout


def test_page_of_one_paper_has_its_verdicts_and_says_what_is_left_out(smoke_run, snakemake, tmp_path, monkeypatch):
    folder = tmp_path / "paper"
    shutil.copytree(smoke_run, folder)
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", "")
    process = snakemake(
        folder, "results/chitturi2020/summary.md", "--rerun-triggers", "mtime", "--configfile", "config/smoke.yaml"
    )
    assert process.returncode == 0, process.stdout
    everything = pd.read_csv(smoke_run / "results/check.csv")
    mnist = everything["where"].str.contains("table-3|claims-mnist|MNIST")
    expected = everything[everything["where"].str.startswith("chitturi2020/") & ~mnist].reset_index(drop=True)
    assert pd.read_csv(folder / "results/chitturi2020/check.csv").equals(expected)
    page = (folder / "results/chitturi2020/summary.md").read_text()
    assert "mnist is left out: " in page
    assert "](../../figures/chitturi2020/D2/growth.png)" in page
    assert "ballard2017" not in page


def test_damaged_dataset_costs_no_finished_landscape(smoke_run, snakemake, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(smoke_run, folder)
    landscape, dataset = (
        folder / "results" / path for path in ("chitturi2020/D2/draw-1/landscape.h5", "datasets/ljat3_D2.h5")
    )
    before = landscape.read_bytes()
    dataset.write_bytes(dataset.read_bytes()[:5000])
    process = snakemake(
        folder, landscape.relative_to(folder), "--rerun-triggers", "mtime", "--configfile", "config/smoke.yaml"
    )
    assert process.returncode == 1
    assert "results/datasets/ljat3_D2.h5" in process.stdout
    assert landscape.read_bytes() == before


def test_report_is_self_contained(smoke_run, snakemake, tmp_path):
    report = tmp_path / "report.html"
    process = snakemake(smoke_run, "--report", report, "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    assert "figure-1" in report.read_text()
    assert "coloured by None" not in report.read_text()


def test_own_landscape(snakemake, tmp_path):
    process = snakemake(tmp_path, "--configfile", "config/own.yaml")
    assert process.returncode == 0, process.stdout
    for path in ("landscape.h5", "table.csv", "minima.csv", "verification.csv"):
        assert (tmp_path / "results/own/points" / path).stat().st_size
    for name in ("disconnectivity", "growth"):
        for kind in ("pdf", "png"):
            assert (tmp_path / f"figures/own/points/{name}.{kind}").stat().st_size
    assert not (tmp_path / "results/summary.md").exists()
