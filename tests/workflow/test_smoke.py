"""The smoke run of the real workflow: complete, equal to its reference, and not done twice."""

import re
import shutil

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow


def test_everything_is_there(smoke_run):
    wanted = ["results/summary.md", "results/check.csv", "results/regression.txt", "results/datasets/outcomes.csv"]
    wanted += [f"results/chitturi2020/table-{number}.csv" for number in (1, 2)]
    wanted += [f"figures/chitturi2020/figure-{number}.{kind}" for number in (1, 2, 3, 4) for kind in ("pdf", "png")]
    wanted += [f"figures/datasets/ljat3.{kind}" for kind in ("pdf", "png")]
    wanted += [f"figures/chitturi2020/{name}/growth.{kind}" for name in ("D1", "D2") for kind in ("pdf", "png")]
    wanted += ["results/chitturi2020/costs.csv"]
    draws = [f"results/chitturi2020/{name}/draw-{draw}" for name in ("D1", "D2") for draw in (1, 2)]
    files = ("landscape.h5", "verification.csv", "minima.csv", "table.csv")
    wanted += [f"{draw}/{file}" for draw in draws for file in files]
    assert [path for path in wanted if not (smoke_run / path).stat().st_size] == []


def test_nothing_is_done_twice(smoke_run, snakemake):
    process = snakemake(smoke_run, "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    assert "Nothing to be done" in process.stdout


def test_every_landscape_passes_its_own_checks(smoke_run, snakemake):
    process = snakemake(smoke_run, "check", "--configfile", "config/smoke.yaml")
    assert process.returncode == 0, process.stdout
    verdicts = pd.read_csv(smoke_run / "results/check.csv")
    assert set(verdicts.loc[verdicts["kind"] == "quality", "verdict"]) == {"passed"}
    assert (verdicts["kind"] == "quality").sum() == 4 * 4


def test_table_is_mean_and_spread_of_its_draws(smoke_run):
    table = pd.read_csv(smoke_run / "results/chitturi2020/table-2.csv").set_index("quantity")
    draws = [
        pd.read_csv(smoke_run / f"results/chitturi2020/D2/draw-{draw}/table.csv").set_index("quantity")["value"]
        for draw in (1, 2)
    ]
    for quantity in ("n_minima", "train_gmin_loss", "test_auc_mean"):
        a, b = (draw[quantity] for draw in draws)
        assert table.at[quantity, "mean"] == pytest.approx((a + b) / 2, rel=1e-12)
        assert table.at[quantity, "sd"] == pytest.approx(abs(a - b) / 2**0.5, rel=1e-12)
    assert table.at["train_gmin_loss", "published"] == 0.519
    assert list(table["n"].unique()) == [2]


def test_costs_are_those_of_each_draw(smoke_run):
    costs = pd.read_csv(smoke_run / "results/chitturi2020/costs.csv").set_index("landscape")
    draws = [f"chitturi2020/{name}/draw-{draw}" for name in ("D1", "D2") for draw in (1, 2)]
    assert list(costs.index) == draws
    shown = ["n_minima", "n_transition_states", "coverage_minima", "coverage_transition_states", "n_searches"]
    for draw in draws:
        table = pd.read_csv(smoke_run / f"results/{draw}/table.csv").set_index("quantity")["value"]
        assert costs.loc[draw, shown].tolist() == table[shown].tolist()
    assert (costs[["cpu_seconds", "elapsed_seconds"]] > 0).all(axis=None)


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
    assert "4 failed" in process.stdout


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


def test_own_landscape(snakemake, tmp_path):
    process = snakemake(tmp_path, "--configfile", "config/own.yaml")
    assert process.returncode == 0, process.stdout
    for path in ("landscape.h5", "table.csv", "minima.csv", "verification.csv"):
        assert (tmp_path / "results/own/points" / path).stat().st_size
    for name in ("disconnectivity", "growth"):
        for kind in ("pdf", "png"):
            assert (tmp_path / f"figures/own/points/{name}.{kind}").stat().st_size
    assert not (tmp_path / "results/summary.md").exists()
