# Configuration, names, paths and digests that everything shares.
import hashlib
import os
import re
import runpy
import sys

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

sys.path.insert(0, str(REPOSITORY / "workflow"))

# jobs inherit this environment, so that no library that a script imports first is left unpinned
runpy.run_path(str(REPOSITORY / "src/lossland/_runtime.py"))["pin_environment"]()

import configuration
import public_data
import run_lock
from code_digest import code_digest as code

SCHEMA = REPOSITORY / "workflow" / "schemas" / "config.schema.yaml"
CONFIG_FILES = [
    os.path.relpath(file) for file in (REPOSITORY / "config" / "default.yaml", *(workflow.overwrite_configfiles or ()))
]


def validated_config():
    """Complain in one sentence about a bad configuration, or fill in the schema's defaults."""
    try:
        if workflow.is_main_process:
            configuration.check_repetitions(CONFIG_FILES)
        configuration.check(config, yaml.safe_load(SCHEMA.read_text()), CONFIG_FILES)
        if workflow.is_main_process:
            configuration.check_tables(config, CONFIG_FILES, REPOSITORY)
    except configuration.ConfigurationError as error:
        sys.exit(str(error) if str(error).endswith("?") else f"{error}.")
    validate(config, str(SCHEMA))
    return config


def mnist_folder():
    """Return (folder, sentence, studies): where MNIST lies, or None and why, and the studies that use it.

    Where it cannot be had its landscapes are taken off the config. A dry run, and a run of studies that have no such
    landscape, download nothing.
    """
    runs = workflow.is_main_process and not workflow.output_settings.dryrun
    datasets = {name: dataset for name, dataset in config["datasets"].items() if dataset["kind"] == "mnist"}
    users = [
        (study, landscape)
        for study, landscapes in config["landscapes"].items()
        for landscape, settings in landscapes.items()
        if settings["dataset"] in datasets
    ]
    studies = {"ballard2017"} | {study for study, _ in users}  # the students of that one are none of its landscapes
    chosen = bool(studies & set(config["studies"]))
    copies = [dataset["local"] for dataset in datasets.values() if dataset["local"]]
    folder, sentence = public_data.folder_of_mnist(copies, REPOSITORY, runs and chosen)
    for study, landscape in users if folder is None else ():
        del config["landscapes"][study][landscape]
    if sentence and chosen and workflow.is_main_process:
        logger.warning(sentence)
    return folder, sentence, studies


def in_repository(path):
    """Return a path of the repository as seen from the working directory."""
    return os.path.relpath(REPOSITORY / path)


def derived_seed(name):
    """Return a seed for what has this name, so that adding a landscape changes no other."""
    return int.from_bytes(hashlib.sha256(f"{config['seed']}/{name}".encode()).digest()[:4], "big")


def draws_of(study, name):
    """Return the paths under results/ of a landscape's draws; a landscape without `draws` is its own only draw."""
    draws = config["landscapes"][study][name].get("draws")
    if draws is None:
        return [f"{study}/{name}"]
    return [f"{study}/{name}/draw-{draw}" for draw in range(1, draws + 1)]


def draws_of_study(study):
    """Return the paths under results/ of all landscapes of a study."""
    return [path for name in config["landscapes"][study] for path in draws_of(study, name)]


def first_draw(study, name, file):
    """Return a file of a landscape's first draw."""
    return f"results/{draws_of(study, name)[0]}/{file}"


def common_draws(study, names, file):
    """Return a file of each draw of these landscapes, landscape by landscape: of all draws that each of them has."""
    paths = [draws_of(study, name) for name in names]
    return [f"results/{path}/{file}" for draws in paths for path in draws[: min(map(len, paths))]]


def all_landscapes():
    """Return {path under results/: everything that defines the landscape}."""
    landscapes = {}
    for study, named in config["landscapes"].items():
        for name, settings in named.items():
            paths = draws_of(study, name)
            dataset = config["datasets"][settings["dataset"]]
            common = of_function(settings, dataset) or of_network(settings, dataset, len(paths))
            common |= {
                "explore": config["explore"] | settings["explore"],
                "kind": dataset["kind"],
                "shuffle_seed": derived_seed(rows_of(settings["dataset"])),
            }
            for draw, path in enumerate(paths):
                landscapes[path] = common | {"draw": draw, "seed": derived_seed(path)}
    return landscapes


def of_network(settings, dataset, n_draws):
    """Return the settings of a network, with what its data add."""
    return {key: value for key, value in settings.items() if key not in configuration.FUNCTIONS.values()} | {
        "inputs": settings["inputs"] or configuration.columns(dataset),
        "label": dataset.get("label"),
        "pixels": dataset.get("pixels"),
        # of a table, what no draw trains on is for testing; quenches have a half of their own for that
        "n_draws": n_draws if dataset["kind"] == "csv" else None,
        "mislabelling_seed": derived_seed(f"{rows_of(settings['dataset'])}/mislabelling"),
    }


def rows_of(name):
    """Name the data that a dataset has its rows from: of kind mnist all have the same, so that draws are alike, too."""
    return "mnist" if config["datasets"][name]["kind"] == "mnist" else name


def of_function(settings, dataset):
    """Return the settings of another function, defaults of networks left out, with all of its dataset; else nothing."""
    if dataset["kind"] not in configuration.FUNCTIONS:
        return {}
    keys = configuration.FUNCTION_KEYS | {configuration.FUNCTIONS[dataset["kind"]]}
    return dataset | {key: value for key, value in settings.items() if key in keys}


def energy_label(landscape):
    """Return what the energies of a landscape are called in its graph."""
    return {"damped_sines": "cost", "p_spin": "energy per spin"}.get(LANDSCAPES[landscape]["kind"], "loss")


def one_of(names):
    """Return a wildcard constraint that matches these names and nothing else."""
    return "|".join(re.escape(name) for name in sorted(names)) or "(?!)"


def dataset_file(wildcards):
    """Return the dataset of a landscape: a file of quenches, the files of MNIST, the user's own table, or nothing."""
    name = LANDSCAPES[wildcards.landscape]["dataset"]
    dataset = config["datasets"][name]
    if dataset["kind"] in configuration.FUNCTIONS:
        return []
    if dataset["kind"] == "mnist":
        return mnist_files()
    return f"results/datasets/{name}.h5" if dataset["kind"] == "ljat3" else in_repository(dataset["path"])


def mnist_files():
    """Return the files of MNIST, which can be had."""
    return [os.path.relpath(Path(MNIST_FOLDER, file.name)) for file in public_data.MNIST_FILES]


def problem(wildcards):
    """Return all that defines the loss of a landscape."""
    return {key: value for key, value in LANDSCAPES[wildcards.landscape].items() if key not in NOT_THE_PROBLEM}


def checkpoint_name(wildcards):
    """Name the folder in which an unfinished landscape waits; another problem, search or code never resumes it."""
    landscape = LANDSCAPES[wildcards.landscape]
    problem = repr((landscape, config["datasets"][landscape["dataset"]], EXPLORATION_CODE))
    return f"results/{wildcards.landscape}/checkpoint-{hashlib.sha256(problem.encode()).hexdigest()[:12]}"


def shard_markers(wildcards):
    """Return what the shards of a landscape leave when it is explored; nothing for a single one."""
    if N_SHARDS == 1:
        return []
    folder = f"results/{wildcards.landscape}/shards"
    return [f"{folder}/{shard}-of-{N_SHARDS}.txt" for shard in range(1, N_SHARDS + 1)]


def lock_folder():
    """Keep a second run out of this folder."""
    if not run_lock.hold(".snakemake/lossland.lock"):
        raise WorkflowError(f"{os.getcwd()} is in use by another run of snakemake: wait until it is done.")


def start_jobs_without_delay():
    """Take back Snakemake's limit of a hundred jobs a second where jobs run on this machine.

    It sets a timer whenever a job starts, and whenever a timer goes off: after a hundred jobs all waiting jobs are
    looked through a hundred times a second (Snakemake 9.27), which takes a tenth of a processor and more.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


# Settings of a landscape that do not change its loss
NOT_THE_PROBLEM = (
    "explore",
    "seed",
    "draws",
    "auc_class",
    "required_coverage",
    "required_coverage_transition_states",
)

config = validated_config()
MNIST_FOLDER, MNIST_FAULT, _users = mnist_folder()
LEFT_OUT = {MNIST_FAULT: _users} if MNIST_FOLDER is None else {}  # sentences, and the studies that do without
LANDSCAPES = all_landscapes()
OTHER_FUNCTIONS = {path for path, settings in LANDSCAPES.items() if settings["kind"] in configuration.FUNCTIONS}
PAPERS = [study for study in ("chitturi2020", "ballard2017") if study in config["landscapes"]]
N_SHARDS = config["shards"]["landscape"]
LJAT3 = [name for name, dataset in config["datasets"].items() if dataset["kind"] == "ljat3"]
EXPLORATION_CODE = code("datasets", "exploration", "objectives")
# What the files of the studies add to a full run, by study: tables beside published numbers, claims about landscapes,
# files of other claims, tables of numbers that must be zero but for rounding, other tables, those among them of exact
# numbers beside published ones, figures
STUDY_TABLES = {study: [] for study in config["landscapes"]}
STUDY_CLAIMS = {study: {} for study in config["landscapes"]}
STUDY_CLAIM_FILES = {study: [] for study in config["landscapes"]}
STUDY_ZEROS = {study: [] for study in config["landscapes"]}
STUDY_LISTS = {study: [] for study in config["landscapes"]}
STUDY_EXACT = {study: [] for study in config["landscapes"]}
STUDY_FIGURES = {study: [] for study in config["landscapes"]}
# One page for all studies of the papers, in results; a run of one's own leaves that page alone
PAGE = "" if set(config["studies"]) - {"own"} else "own/"


wildcard_constraints:
    landscape=one_of(LANDSCAPES),
    shard="[0-9]+",
