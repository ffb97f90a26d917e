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
    monkeypatch.setenv("LOSSLAND_MNIST_FOLDER", str(mnist_stub(tmp_path)) if with_mnist else "")
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
        "class_distribution": 1,
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


def mnist_stub(folder):
    """Return a folder with files of the right names."""
    (folder / "mnist").mkdir()
    for file in MNIST_FILES:
        (folder / "mnist" / file.name).touch()
    return folder / "mnist"


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
    assert "own/glass" in (tmp_path / "run/results/own/summary.md").read_text()


def test_one_figure_needs_its_own_landscapes_only(snakemake, tmp_path):
    jobs = planned(snakemake(tmp_path, "--dry-run", "figures/chitturi2020/figure-2.pdf"))
    assert jobs == {"kernels": 1, "ljat3_dataset": 1, "landscape": 4, "landscape_table": 4, "panels": 1}


@pytest.mark.parametrize("paper", ["chitturi2020", "ballard2017"])
def test_one_paper_is_a_target(snakemake, tmp_path, paper):
    process = snakemake(tmp_path, "--dry-run", paper)
    assert planned(process)[paper] == 1
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
