"""A bad configuration stops the run before anything is computed, with one sentence of file, key and expectation."""

import copy
import re

import configuration
import pytest
import yaml
from snakemake.utils import update_config

from lossland.exploration import ExploreOptions
from lossland.status import MAX_DENSE


@pytest.fixture(scope="module")
def schema(repository):
    return yaml.safe_load((repository / "workflow/schemas/config.schema.yaml").read_text())


@pytest.fixture(scope="module")
def default(repository):
    return yaml.safe_load((repository / "config/default.yaml").read_text())


def check(config, schema, files, repository):
    configuration.check_repetitions(files)
    configuration.check(config, schema, files)
    configuration.check_tables(config, files, repository)


@pytest.fixture
def complaint(repository, schema, default, write_config):
    """Return a function from a change of the default configuration to the complaint about it."""

    def complain(change):
        changed = write_config(change)
        config = copy.deepcopy(default)
        update_config(config, yaml.safe_load(changed.read_text()))
        files = [repository / "config/default.yaml", changed]
        with pytest.raises(configuration.ConfigurationError) as raised:
            check(config, schema, files, repository)
        file, sentence = str(raised.value).split(": ", 1)
        assert file == str(changed)
        assert "\n" not in sentence
        return sentence

    return complain


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("explore: {max_serches: 3}", "explore.max_serches is not a known key, did you mean max_searches?"),
        ("landscape: {}", "landscape is not a known key, did you mean landscapes?"),
        ("datasets: {ljat3_D1: {side: 3.0}}", "datasets.ljat3_D1.side is not a known key, did you mean cube_side?"),
        ("explore: {max_searches: many}", "explore.max_searches is 'many', expected a whole number"),
        (
            "explore: {tolerance: 1e-9}",
            "explore.tolerance is '1e-9', expected a number (write 1e-09 with a point, as 1.0e-4)",
        ),
        ("seed: true", "seed is True, expected a whole number"),
        ("explore: {kT: .nan}", "explore.kT is nan, expected a finite number"),
        ("explore: {displacement: .inf}", "explore.displacement is inf, expected a finite number"),
        ("seed: -1", "seed is -1, expected it to be at least 0"),
        (
            "datasets: {ljat3_D1: {n_steps_kept: some}}",
            "datasets.ljat3_D1.n_steps_kept is 'some', expected a whole number at least 0 or 'all'",
        ),
        (
            "datasets: {ljat3_D1: {n_quenches: 33}}",
            "datasets.ljat3_D1.n_quenches is 33, expected it to be a multiple of 2",
        ),
        (
            "datasets: {x: {kind: ljat}}",
            "datasets.x.kind is 'ljat', expected it to be one of ['ljat3', 'csv', 'mnist', 'damped_sines', 'p_spin']",
        ),
        ("studies: [ballard]", "studies names 'ballard', expected keys of landscapes: chitturi2020, ballard2017"),
        ("descents: {dataset: mnist}", "descents.dataset is of kind mnist, expected a key of datasets of kind p_spin"),
        ("datasets: {spins: {p: 2}}", "datasets.spins.p is 2, expected at least 3 for descents"),
        (
            "students: {n_continued: 5001}",
            "students.n_continued is 5001, expected at most n_data, 5000",
        ),
        (
            "students: {dataset: curve}",
            "students.dataset is of kind damped_sines, expected a key of datasets of kind mnist",
        ),
        ("students: {relative_sizes: [0, 1]}", "students.relative_sizes.0 is 0, expected it to be more than 0"),
        (
            "students: {relative_sizes: [1, 0.01]}",
            "students.relative_sizes.1 is 0.01, which makes 0 hidden nodes where n_hidden is 20, expected at least one",
        ),
        (
            "students: {relative_sizes: [0.5, 1, 0.51]}",
            "students.relative_sizes.2 is 0.51, which makes 10 hidden nodes where n_hidden is 20, as 0.5 does, "
            "expected every number once",
        ),
        ("students: {n_data: 1}", "students.n_data is 1, expected it to be at least 2"),
        ("students: {n_hidden: 0}", "students.n_hidden is 0, expected it to be at least 1"),
        ("descents: {n_spins: [5, 6]}", "descents.n_spins is [5, 6], expected it to be at least 3 long"),
        ("datasets: {mnist: {pixels: 0}}", "datasets.mnist.pixels is 0, expected it to be more than 0"),
        (
            "datasets: {ljat3_D1: {pixels: 1}}",
            "datasets.ljat3_D1.pixels is not a known key, expected one of kind, cube_side, n_quenches, n_steps_kept",
        ),
        ("datasets: {spins: {p: 0}}", "datasets.spins.p is 0, expected it to be at least 1"),
        ("datasets: {spins: {p: 1000000000}}", "datasets.spins.p is 1000000000, expected it to be at most 170"),
        ("datasets: {curve: {n_data: 1}}", "datasets.curve.n_data is 1, expected it to be at least 5"),
        (
            "datasets: {x: {kind: ljat3, cube_side: 3.0}}",
            "datasets.x.n_quenches is missing, expected starts that are minimised",
        ),
    ],
)
def test_wrong_key_or_value(complaint, change, sentence):
    assert complaint(change) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "dataset: ljat3_D4",
            "dataset is 'ljat3_D4', expected a key of datasets: ljat3_D1, ljat3_D2, ljat3_D3, mnist, curve, spins",
        ),
        ("dataset: spins", "dataset is 'spins' of kind p_spin, expected n_spins beside it"),
        ("dataset: spins, n_spins: 5", "dataset is 'spins' of kind p_spin, which has no use for inputs"),
        ("n_spins: 5", "n_spins is given, but ljat3_D1 is of kind ljat3"),
        ("n_spins: 1", "n_spins is 1, expected it to be at least 2"),
        ("inputs: [r12, r14]", "inputs names 'r14', expected columns of ljat3_D1: r12, r13, r23"),
        ("layer_sizes: [3, 10, 4]", "layer_sizes starts with 3, expected 2, the number of inputs"),
        ("layer_sizes: [2, 10, 3]", "layer_sizes ends with 3, expected 4, the number of outcomes of LJAT3"),
        ("n_data: 50000", "n_data is 50000 in 3 draws, expected at most 100000 in all, half of n_quenches"),
        ("mask: [1, 0, 1]", "mask has 3 entries, expected 74, one for each weight of [2, 10, 4]"),
        ("auc_class: 4", "auc_class is 4, expected less than 4, the number of outputs"),
        ("auc_class: mean", "auc_class is 'mean', expected a whole number at least 0 or 'macro'"),
        ("error_percent: 101", "error_percent is 101, expected it to be at most 100"),
        (
            "error_percent: 0.05",
            "error_percent is 0.05, which makes 0.5 wrong labels, expected a whole number of the 1000 training data",
        ),
        ("block: 999", "block is 999, expected at least n_data, 1000"),
        ("block: 50000", "block is 50000 in 3 draws, expected at most 100000 in all, half of n_quenches"),
        ("n_neighbours: 0", "n_neighbours is 0, expected it to be at least 1"),
        (
            "n_neighbours: 2, layer_sizes: [2, 4]",
            "n_neighbours needs a hidden layer, but layer_sizes is [2, 4]",
        ),
        (
            f"n_neighbours: 2, mask: {[1] * 74}",
            "n_neighbours is given beside mask, expected one of the two",
        ),
    ],
)
def test_landscape_that_does_not_fit_its_data(complaint, change, sentence):
    assert complaint(f"landscapes: {{chitturi2020: {{D1: {{{change}}}}}}}") == f"landscapes.chitturi2020.D1.{sentence}"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("inputs: [pixel_0]", "inputs is ['pixel_0'], expected null: networks on mnist take all pixels"),
        ("layer_sizes: [783, 10, 10]", "layer_sizes starts with 783, expected 784, the number of inputs"),
        ("layer_sizes: [784, 10, 9]", "layer_sizes ends with 9, expected 10, the number of digits"),
        ("n_data: 60001", "n_data is 60001, expected at most 60000 in all, the training images"),
        (
            "explore: {max_searches: 5}",
            "explore.max_searches is 5, expected at most 4, n_starts + n_hops: landscapes of more than 4000 variables "
            "are sampled for minima only",
        ),
    ],
)
def test_landscape_that_does_not_fit_mnist(complaint, change, sentence):
    found = complaint(f"landscapes: {{chitturi2020: {{MNIST: {{{change}}}}}}}")
    assert found == f"landscapes.chitturi2020.MNIST.{sentence}"


def own(repository, **changes):
    config = yaml.safe_load((repository / "config/own.yaml").read_text())
    config["landscapes"]["own"]["points"].update({key: value for key, value in changes.items() if key != "table"})
    if "table" in changes:
        config["datasets"]["points"]["path"] = str(changes["table"])
    return config


@pytest.mark.parametrize(
    ("rows", "expectation"),
    [
        ("x1,class\n0.1,0\n0.2,1\n", "has no column 'x2'"),
        ("x1,x2,class\n0.1,0.2,0\n0.1,a,1\n", "row 3 is 'a', but expected a finite number"),
        ("x1,x2,class\n0.1,nan,0\n0.1,0.3,1\n", "row 2 is 'nan', but expected a finite number"),
        ("x1,x2,class\n0.1,0.2,0\n0.1,0.3,0\n", "only the class 0, but expected at least two"),
        ("x1,x2,class\n0.1,0.2,0\n0.1,0.3,2\n", "none is 1; expected all of 0 to k - 1"),
    ],
)
def test_bad_table(complaint, repository, tmp_path, rows, expectation):
    table = tmp_path / "table.csv"
    table.write_text(rows)
    sentence = complaint(own(repository, table=table))
    assert sentence.startswith(f"datasets.points: {table}")
    assert expectation in sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "explore: {n_starts: 3}\nseed: 3\nexplore:\n  n_hops: 3\n",
            "explore stands there twice, in lines 1 and 3, expected every key once",
        ),
        (
            "landscapes:\n  chitturi2020:\n    D1:\n      n_data: 5\n      n_data: 6\n",
            "landscapes.chitturi2020.D1.n_data stands there twice, in lines 4 and 5, expected every key once",
        ),
        (
            '{"datasets": {"curve": {"noise": 0.1, "noise": 0.2}}}',
            "datasets.curve.noise stands there twice, in lines 1 and 1, expected every key once",
        ),
    ],
)
def test_key_given_twice(complaint, change, sentence):
    assert complaint(change) == sentence


def test_shared_parts_are_no_repetitions(repository, write_config):
    parts = (
        "base: &base {n_starts: 3}\none:\n  <<: *base\n  <<: *base\n  n_starts: 4\ntwo: [*base, *base, {n_starts: 5}]\n"
    )
    configuration.check_repetitions([write_config(parts), *sorted((repository / "config").glob("*.yaml"))])


def test_json_with_tabs_is_read_as_snakemake_reads_it(snakemake, tmp_path, write_config):
    path = write_config('{\n\t"explore": {\n\t\t"kt": 1.0\n\t}\n}\n')
    process = snakemake(tmp_path / "run", "--configfile", path, "--dry-run")
    assert "changed.yaml: explore.kt is not a known key, did you mean kT?" in process.stdout
    assert "Traceback" not in process.stdout


def test_misspelt_name_is_recognised(complaint):
    sentence = complaint({"landscapes": {"chitturi2020": {"D22": {"n_data": 500}}}})
    assert "landscapes.chitturi2020.D22.dataset is missing" in sentence
    assert sentence.endswith("; did you mean landscapes.chitturi2020.D2?")
    assert complaint({"datasets": {"ljat3_D9": {"n_quenches": 10}}}).endswith("; did you mean datasets.ljat3_D3?")


def test_a_mistake_is_told_of_the_same_landscape_every_time(complaint):
    mistakes = {name: {"n_data": -5} for name in ("MNIST", "D3", "D1-1-neighbour", "D1")}
    assert "landscapes.chitturi2020.D1.n_data" in complaint({"landscapes": {"chitturi2020": mistakes}})


@pytest.mark.parametrize(
    ("change", "expectation"),
    [
        ({"n_data": 301}, "n_data is 301, expected at most 300 in all"),
        ({"layer_sizes": [2, 3, 4]}, "layer_sizes ends with 4, but expected 3, the number of classes"),
    ],
)
def test_landscape_that_does_not_fit_its_table(complaint, repository, change, expectation):
    assert expectation in complaint(own(repository, **change))


def test_snakemake_prints_the_sentence_and_computes_nothing(snakemake, tmp_path, write_config):
    path = write_config("explore: {kt: 1.0}")
    process = snakemake(tmp_path / "run", "--configfile", path)
    assert process.returncode == 1
    lines = [line for line in process.stdout.splitlines() if "changed.yaml: " in line]
    assert [line.split(": ", 1)[1] for line in lines] == ["explore.kt is not a known key, did you mean kT?"], (
        process.stdout
    )
    assert "Traceback" not in process.stdout
    assert not (tmp_path / "run" / "results").exists()


def test_snakemake_refuses_a_key_given_twice(snakemake, tmp_path, write_config):
    process = snakemake(tmp_path / "run", "--configfile", write_config("seed: 3\nseed: 4\n"), "--dry-run")
    assert process.returncode == 1
    assert "changed.yaml: seed stands there twice, in lines 1 and 2, expected every key once." in process.stdout
    assert "Traceback" not in process.stdout


def test_key_given_by_hand_is_not_blamed_on_a_file(snakemake, tmp_path):
    process = snakemake(tmp_path / "run", "--config", "sed=3")
    assert process.returncode == 1
    assert "--config: sed is not a known key, did you mean seed?" in process.stdout.splitlines(), process.stdout


def schema_keys(subschema, schema, prefix=""):
    """Yield every key that the schema knows, written as in config/README.md."""
    while "$ref" in subschema:
        subschema = schema["$defs"][subschema["$ref"].removeprefix("#/$defs/")]
    for branch in ("then", "else"):
        if branch in subschema:
            yield from schema_keys(subschema[branch], schema, prefix)
    for key, value in subschema.get("properties", {}).items():
        if not value and f"{prefix}{key}".endswith("kind"):
            continue  # repeated in both branches
        below = list(schema_keys(value, schema, f"{prefix}{key}.")) if key != "explore" or not prefix else []
        yield from below or [f"{prefix}{key}"]
    if isinstance(subschema.get("additionalProperties"), dict):
        level = {"datasets.": "<name>.", "landscapes.": "<study>."}.get(prefix, "<name>.")
        yield from schema_keys(subschema["additionalProperties"], schema, prefix + level)


def test_reference_page_has_exactly_the_keys_of_the_schema(repository, schema):
    rows = [line for line in (repository / "config/README.md").read_text().splitlines() if line.startswith("| `")]
    cells = [row.split("|")[1] for row in rows if not row.split("|")[1].strip().endswith(".yaml`")]
    documented = [key for cell in cells for key in re.findall(r"`([^`]+)`", cell)]
    assert sorted(documented) == sorted(set(schema_keys(schema, schema)))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (
            "landscapes: {ballard2017: {spins-50: {n_spins: 3500}}}",
            "landscapes.ballard2017.spins-50.n_spins: 3500 spins",
        ),
        ("descents: {n_spins: [10, 20, 9000]}", "descents.n_spins: 9000 spins with p = 3 need"),
        (
            "descents: {n_spins_on_three_spheres: [5, 6, 9000]}",  # 8 * 9000**3 bytes
            "descents.n_spins_on_three_spheres: three spheres of 9000 spins need 5431.5 GiB",
        ),
    ],
)
def test_glasses_that_do_not_fit_in_memory(complaint, change, key):
    sentence = complaint(change)
    assert sentence.startswith(key)
    assert re.search(r"need \d+\.\d GiB of memory, but there are \d+\.\d GiB$", sentence)


def test_limit_of_dense_hessians_is_that_of_the_library():
    assert configuration.MAX_DENSE == MAX_DENSE


@pytest.mark.parametrize(("config", "starts"), [("paper", 500), ("coverage", 50)])
def test_long_runs_have_their_own_starts(repository, default, config, starts):
    """Settings of a landscape beat those of all: a default made short must not shorten the long runs."""
    update_config(default := copy.deepcopy(default), yaml.safe_load((repository / f"config/{config}.yaml").read_text()))
    for name, landscape in default["landscapes"]["chitturi2020"].items():
        if landscape["dataset"] != "mnist" and (config == "paper" or name in ("D1", "D2")):
            assert (default["explore"] | landscape["explore"])["n_starts"] == starts, name


def test_search_options_are_those_of_the_library(schema, default):
    assert list(schema["$defs"]["explore"]["properties"]) == list(ExploreOptions._fields)
    assert default["explore"].keys() == set(ExploreOptions._fields)


def test_every_key_of_the_schema_is_described(schema):
    def undescribed(subschema, path):
        for key, value in subschema.get("properties", {}).items():
            if value and "description" not in value:
                yield [*path, key]
            yield from undescribed(value, [*path, key])

    parts = {"config": schema, **schema["$defs"]}
    assert [path for name, part in parts.items() for path in undescribed(part, [name])] == []
