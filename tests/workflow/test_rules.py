"""The graph of rules: what each configuration asks for, and what every rule declares."""

import re

import pytest
from public_files import MNIST_FILES


def planned(process):
    """Return {rule: number of jobs} of a dry run."""
    assert process.returncode == 0, process.stdout
    table = process.stdout.split("Job stats:")[1].split("total")[0]
    return {name: int(number) for name, number in re.findall(r"^(\w+)\s+(\d+)$", table, re.MULTILINE)}


# landscapes of networks on LJAT3, and on MNIST where there is a copy; of other functions; sets of gradient descents
DRAWS = {"default": (58, 8), "coverage": (72, 8), "smoke": (28, 8), "paper": (192, 24)}
FUNCTIONS = {"default": 24, "coverage": 24, "smoke": 10, "paper": 50}
SEEDS = {"default": 3, "coverage": 3, "smoke": 2, "paper": 5}
STUDENT_JOBS = {"stalled_students": 1, "student_levels": 1, "student_curves": 1}
DESCENTS = {"default": 12, "coverage": 12, "smoke": 7, "paper": 16}


@pytest.mark.parametrize("config", DRAWS)
@pytest.mark.parametrize("with_mnist", [True, False])
def test_every_configuration_plans_the_same_rules(snakemake, tmp_path, monkeypatch, config, with_mnist):
    # as if the run had found MNIST, or had not
    as_found(monkeypatch, mnist_stub(tmp_path) if with_mnist else "")
    jobs = planned(snakemake(tmp_path, "--dry-run", "--configfile", f"config/{config}.yaml"))
    assert jobs.pop("regression", 0) == (config == "smoke")
    draws = sum(DRAWS[config][: 2 if with_mnist else 1])
    assert (jobs.pop("landscape_table"), jobs.pop("function_table")) == (draws, FUNCTIONS[config])
    assert jobs.pop("landscape") == jobs.pop("verification") == draws + FUNCTIONS[config]
    assert jobs.pop("descents") == DESCENTS[config]
    assert jobs == {
        "all": 1,
        "kernels": 1,
        "ljat3_dataset": 3,
        "ljat3_outcomes": 1,
        "ljat3_figure": 1,
        "class_distribution": 2 if with_mnist else 1,
        "mask_symmetry": 1,
        "table_beside_paper": 8 if with_mnist else 7,
        "claims": 6 if with_mnist else 5,
        "panels": 11,
        "growth": 13,
        "costs": 2,
        "fits": 1,
        "network": 1,
        "frequency_counts": 1,
        "complexity": 1,
        "descent_variance": 2,
        "descent_pictures": 2,
        "published_size": 1,
        "verdicts": 1,
        "summary": 1,
    } | ({"auc_spread": 1, "students": SEEDS[config], **STUDENT_JOBS} if with_mnist else {})


def as_found(monkeypatch, folder):
    """Set what a run tells its jobs when it has found MNIST in a folder, or nowhere."""
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", str(folder))
    monkeypatch.setenv("LOSSLAND_MNIST_MISSING", "" if folder else "mnist is left out: why")


def mnist_stub(folder):
    """Return a folder with files of the right names."""
    (folder / "mnist").mkdir()
    for file in MNIST_FILES:
        (folder / "mnist" / file.name).touch()
    return folder / "mnist"


def test_damaged_copy_of_mnist_leaves_it_out_with_one_sentence(snakemake, tmp_path, monkeypatch):
    """The folder that the user names is truncated: plan and run go on without MNIST, and neither is silent."""
    monkeypatch.delenv("LOSSLAND_MNIST_MISSING", raising=False)
    folder = mnist_stub(tmp_path)
    (folder / MNIST_FILES[0].name).write_bytes(b"\x1f\x8b\x08")
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", str(folder))
    sentence = f"mnist is left out: {folder}/{MNIST_FILES[0].name} has 3 bytes, but expected {MNIST_FILES[0].size} "
    smoke = ("--configfile", "config/smoke.yaml")
    plan = snakemake(tmp_path / "run", "--dry-run", *smoke)
    jobs = planned(plan)
    assert jobs["landscape"] == DRAWS["smoke"][0] + FUNCTIONS["smoke"]
    assert not jobs.keys() & {"auc_spread", "students", *STUDENT_JOBS}
    run = snakemake(tmp_path / "run", "results/datasets/outcomes.csv", *smoke)
    assert run.returncode == 0, run.stdout
    assert (tmp_path / "run/results/datasets/outcomes.csv").stat().st_size
    for process in (plan, run):
        assert process.stdout.count("mnist is left out") == process.stdout.count(sentence) == 1, process.stdout


@pytest.mark.parametrize(
    "target",
    [
        "figures/chitturi2020/figure-5.pdf",
        "results/chitturi2020/MNIST-error-10/draw-1/landscape.h5",
        "results/chitturi2020/class-distribution-MNIST.csv",
        "figures/ballard2017/figure-16.png",
        "results/ballard2017/claims-students.csv",
    ],
)
def test_what_needs_mnist_says_why_it_cannot_be_made(snakemake, tmp_path, monkeypatch, target):
    as_found(monkeypatch, "")
    process = snakemake(tmp_path, target)
    assert process.returncode == 1
    why = (
        f"{target} needs MNIST, but mnist is left out: why: name a folder with its four files in LOSSLAND_MNIST_FOLDER"
    )
    assert why in process.stdout
    assert "Traceback" not in process.stdout
    assert "No rule to produce" not in process.stdout


def test_readings_of_lambda_on_mnist(snakemake, tmp_path, monkeypatch):
    as_found(monkeypatch, mnist_stub(tmp_path))
    jobs = planned(snakemake(tmp_path, "--dry-run", "--configfile", "config/mnist-readings.yaml"))
    assert jobs["landscape"] == jobs["verification"] == jobs["landscape_table"] == 12
    assert jobs["readings"] == 1
    assert "ljat3_dataset" not in jobs


def test_own_landscape_asks_for_nothing_of_the_papers(snakemake, tmp_path):
    jobs = planned(snakemake(tmp_path, "--dry-run", "--configfile", "config/own.yaml"))
    landscape = {"landscape", "verification", "landscape_table", "disconnectivity"}
    rest = {"all", "kernels", "growth", "costs", "verdicts", "summary"}
    assert jobs.keys() == landscape | rest


def test_own_function_goes_from_landscape_to_summary(snakemake, tmp_path, write_config):
    config = (
        "studies: [own]\nlandscapes: {own: {glass: {dataset: spins, n_spins: 5, explore: {n_starts: 10, n_hops: 0, "
    )
    path = write_config(config + "max_searches: 40}}}}")
    process = snakemake(tmp_path / "run", "--configfile", path)
    assert process.returncode == 0, process.stdout
    assert (tmp_path / "run/figures/own/glass/disconnectivity.png").stat().st_size
    report = tmp_path / "report.html"
    process = snakemake(tmp_path / "run", "--report", report, "--configfile", path)
    assert process.returncode == 0, process.stdout
    assert "every branch ends at the energy per spin of a minimum" in report.read_text()
    assert "own/glass" in (tmp_path / "run/results/own/summary.md").read_text()


def test_one_figure_needs_its_own_landscapes_only(snakemake, tmp_path):
    jobs = planned(snakemake(tmp_path, "--dry-run", "figures/chitturi2020/figure-2.pdf"))
    assert jobs == {"kernels": 1, "ljat3_dataset": 1, "landscape": 12, "landscape_table": 12, "panels": 1}


@pytest.mark.parametrize("paper", ["chitturi2020", "ballard2017"])
def test_one_paper_is_a_target(snakemake, tmp_path, paper):
    process = snakemake(tmp_path, "--dry-run", paper)
    jobs = planned(process)
    assert jobs[paper] == jobs["verdicts"] == jobs["summary"] == jobs["costs"] == 1
    assert jobs["growth"] == {"chitturi2020": 12, "ballard2017": 1}[paper]
    assert f"results/{paper}/summary.md" in process.stdout
    others = {"chitturi2020", "ballard2017"} - {paper}
    assert not any(f"results/{other}/" in process.stdout for other in others)
    assert "figure-6" in process.stdout


def test_lint(snakemake, tmp_path):
    process = snakemake(tmp_path, "--lint")
    assert process.returncode == 0, process.stdout


def test_every_rule_declares_what_the_house_asks_for(repository):
    for path in sorted((repository / "workflow/rules").glob("*.smk")):
        rules = re.split(r"^rule ", path.read_text(), flags=re.MULTILINE)[1:]
        for text in rules:
            name = text.split(":")[0]
            directives = set(re.findall(r"^    (\w+):", text, re.MULTILINE))
            wanted = {"message", "log", "benchmark", "threads", "resources", "script"}
            assert wanted <= directives, f"{path.name}, rule {name}: {wanted - directives} missing"
            assert "mem_mb=" in text, name
            assert "runtime=" in text, name


def test_every_figure_is_in_the_report(repository):
    """A PNG stands for its figure in the report; with its caption it is the argument of `report`."""
    rules = "\n".join(path.read_text() for path in sorted((repository / "workflow/rules").glob("*.smk")))
    assert re.findall(r'^ +\w+=f?"figures/.*\.png",$', rules, re.MULTILINE) == []
    assert len(re.findall(r'report\(\s+f?"figures/.*\.png",\s+caption=', rules)) > 10


def test_regression_check_without_a_reference_is_refused(snakemake, tmp_path):
    """It has the name of a study of Ballard 2017, and so is asked for by mistake."""
    for target in ("regression", "reference"):
        process = snakemake(tmp_path, "--dry-run", target)
        assert process.returncode == 1
        assert "there is no reference: this needs a config with the key reference" in process.stdout
    assert (
        "nowhere/chitturi2020_table-1.csv"
        in snakemake(tmp_path, "-n", "regression", "--config", "reference=nowhere").stdout
    )
    assert "regression (Compare tables with their reference" in snakemake(tmp_path, "--list").stdout


def test_scripts_are_thin(repository):
    for path in sorted((repository / "workflow/scripts").glob("*.py")):
        assert len(path.read_text().splitlines()) <= 40, path.name


def test_no_input_hides_changed_code(repository):
    """Behind an `ancient` input whose own job runs, Snakemake overlooks changed params, and so stale results stay."""
    files = [repository / "Snakefile", *(repository / "workflow/rules").glob("*.smk")]
    assert len(files) > 3
    assert [file.name for file in files if "ancient(" in file.read_text()] == []
