# The landscapes of Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020): what they are called and belong to.
# Their tables, figures and claims: mislabelling.smk, mnist.smk, connectivity.smk, depth.smk.
from functools import partial
from types import SimpleNamespace

ERROR_PERCENTS = (0, 10, 50, 100)
MISLABELLED = {  # dataset: (table, published numbers, figures coloured by training and by testing AUC)
    "D1": ("table-1", "chitturi2020_table1_D1.csv", ("figure-1", "figure-2")),
    "D2": ("table-2", "chitturi2020_table2_D2.csv", ("figure-3", "figure-4")),
    "D3": ("table-D3", None, ("figure-D3-training", "figure-D3-testing")),  # its numbers are in a supplement only
}
MNIST_PERCENTS = (0, 10, 25, 40, 50, 60, 75, 100)
MNIST_PUBLISHED = "chitturi2020_table3_MNIST.csv"
MNIST_READINGS = config["landscapes"].get("mnist-readings", {})  # a study of config/mnist-readings.yaml
NEIGHBOURS = {  # number of hidden nodes: (figure, {landscape: nearest neighbours, None for all})
    10: ("figure-6", {"D1-1-neighbour": 1, "D1-2-neighbours": 2, "D1-3-neighbours": 3, "D1": None}),
    5: ("figure-7", {"D1-5-nodes-2-neighbours": 2, "D1-5-nodes-3-neighbours": 3, "D1-5-nodes": None}),
}
# {(hidden layers, training data): landscape}
DEPTH = {(layers, n_data): f"{layers}HL-{n_data}" for n_data in (100, 1000) for layers in (2, 3)}
DEPTH_NODES = {2: 5, 3: 4}  # hidden layers: nodes of each in the paper


def mislabelled(dataset, error_percent):
    """Return the name of the landscape of a dataset with so many wrong labels."""
    return f"{dataset}-error-{error_percent}" if error_percent else dataset


def mislabelled_draws(table):
    """Return [path under results/, dataset, problem] of every draw in a table, as those of wildcards are found."""
    paths = [path for name in CLASS_TABLES[table] for path in draws_of("chitturi2020", name)]
    wildcards = [SimpleNamespace(landscape=path) for path in paths]
    return [[path, dataset_file(of), problem(of)] for path, of in zip(paths, wildcards)]


def files_of_draws(table):
    """Return the files of the datasets of these draws."""
    files = [[draw[1]] if isinstance(draw[1], str) else draw[1] for draw in mislabelled_draws(table)]
    return sorted(set(sum(files, [])))


def mnist_tables():
    """Return {share of wrong labels: tables of the minima of all draws}."""
    return {
        str(e): [f"results/{path}/minima.csv" for path in draws_of("chitturi2020", name)]
        for e, name in MNIST_LANDSCAPES.items()
    }


def mnist_readings():
    """Return [reading of the paper, share of wrong labels, tables of all draws] of each landscape of that study."""
    return [
        [
            f"pixels 0 to {config['datasets'][settings['dataset']]['pixels']:g}, lambda {settings['regularisation']:g}",
            settings["error_percent"],
            *tables_of("mnist-readings", [name]),
        ]
        for name, settings in MNIST_READINGS.items()
    ]


def why_mnist_is_left_out(wildcards):
    """End the run with one sentence; what an input function raises, Snakemake shows with a trace."""
    way_out = "name a folder with its four files in LOSSLAND_MNIST_FOLDER, or run once with a network"
    sys.exit(f"{wildcards.needs_mnist} needs MNIST, but {MNIST_FAULT}: {way_out}.")


def neighbours_in_words(number):
    return "fully connected" if number is None else f"{number} nearest neighbour{'s' * (number > 1)}"


def add_claim_on_neighbours(claim, quantity, expected, n_hidden, number, unit, log=False):
    """Compare the network with so many neighbours with the fully connected one, on the same data."""
    names = {value: name for name, value in NEIGHBOURS[n_hidden][1].items()}
    sizes = f"{n_hidden} hidden nodes, {neighbours_in_words(number)}"
    pair, more = [names[number], names[None]], {"log": log, "unit": unit}
    add_claim("chitturi2020", "connectivity", f"{sizes}: {claim}", quantity, expected, "paired", pair, **more)


MNIST_LANDSCAPES = {e: mislabelled("MNIST", e) for e in MNIST_PERCENTS}
# landscapes on MNIST are taken off the config when it can be had nowhere
HAS_MNIST = set(MNIST_LANDSCAPES.values()) <= set(config["landscapes"]["chitturi2020"])
# {table of the classes of training data: its landscapes}
CLASS_TABLES = {"class-distribution": [mislabelled(dataset, e) for dataset in MISLABELLED for e in ERROR_PERCENTS]}
if HAS_MNIST:
    CLASS_TABLES["class-distribution-MNIST"] = list(MNIST_LANDSCAPES.values())

# Every file that is made from MNIST, by both papers and by the readings
NEEDS_MNIST = "|".join(
    (
        "figures/chitturi2020/(figure-5|MNIST).*",
        "results/chitturi2020/(table-3|claims-mnist|class-distribution-MNIST|MNIST).*",
        "figures/ballard2017/figure-16.*",
        "results/ballard2017/(students|student-levels|stalled-students|claims-students).*",
        "(figures|results)/mnist-readings/.*",
    )
)

# what tables and figures call a landscape is what it is
for _names, _key in (
    ({mislabelled(dataset, e): e for dataset in MISLABELLED for e in ERROR_PERCENTS}, "error_percent"),
    ({name: e for e, name in MNIST_LANDSCAPES.items()}, "error_percent"),
    ({name: k for _, named in NEIGHBOURS.values() for name, k in named.items()}, "n_neighbours"),
):
    for _name, _value in _names.items():
        _found = config["landscapes"]["chitturi2020"].get(_name, {_key: _value})[_key]
        if _found != _value:
            sys.exit(f"landscapes.chitturi2020.{_name}.{_key} is {_found}, expected {_value}, as its name says.")
