# How the file of a study says which tables, figures and claims it has; rules/comparison.smk makes them.

# {<study>/<table>: {"published": table of config/published or None, "rows": [(label, landscape)], "context": whether
# published numbers are not judged}}; a label is {column: value} and finds the published row
TABLES_BESIDE_PAPER = {}
# {<study>/<figure>: {"panels": {landscape: title}, "colour": column of minima.csv, "graph" and "options": how to draw}}
PANELS = {}
# {path under results/: (table of published numbers of minima and transition states, {column: value} of the row there)}
PUBLISHED_COUNTS = {}
# {folder of a summary and its verdicts, as what follows "results/": studies}: one for each study, and that of the run
PAGES = {f"{study}/": [study] for study in config["landscapes"]} | {PAGE: config["studies"]}


def add_table(study, table, published, rows, counted=True, context=False):
    """Promise results/<study>/<table>.csv: landscapes, all draws of each, beside the published numbers.

    ``counted``: numbers of minima and transition states are among these, for every row. ``context``: they hang on what
    was chosen from them, so that agreement would say nothing.
    """
    TABLES_BESIDE_PAPER[f"{study}/{table}"] = {"published": published, "rows": rows, "context": context}
    STUDY_TABLES[study].append(f"results/{study}/{table}.csv")
    for label, name in rows if published and counted else ():
        PUBLISHED_COUNTS[f"{study}/{name}"] = (published, label)


def add_figure(study, figure, panels, colour, graph=None, **options):
    """Promise figures/<study>/<figure>.{pdf,png}: disconnectivity graphs of one draw of some landscapes.

    Panels are {landscape: title}; ``graph`` holds options of the graphs, the others are of their drawing.
    """
    PANELS[f"{study}/{figure}"] = {"panels": panels, "colour": colour, "graph": graph or {}, "options": options}
    STUDY_FIGURES[study].append(f"figures/{study}/{figure}.png")


def add_claim(study, section, claim, quantity, expected, measure, landscapes, **more):
    """Promise a line of results/<study>/claims-<section>.csv: the effect that a claim is about, over all draws.

    Measures: the ``paired`` difference of a quantity between two landscapes whose draws have the same data, between two
    quantities of one, or from a number (``minus``); the ``difference`` of two landscapes of independent data; the
    ``trend``, the slope over landscapes ``at`` so many units whose draws have the same data; the ``fit``, the slope
    through all draws of landscapes ``at`` so many units, of independent data. With ``log``, of the natural logarithm.
    """
    entry = {"claim": claim, "quantity": quantity, "expected": expected, "measure": measure, "landscapes": landscapes}
    STUDY_CLAIMS[study].setdefault(section, []).append(entry | more)


def claim_files(study):
    """Return the tables of a study's claims."""
    return [f"results/{study}/claims-{name}.csv" for name in STUDY_CLAIMS[study]] + STUDY_CLAIM_FILES[study]


def tables_of(study, names):
    """Return the tables of all draws of these landscapes."""
    return [[f"results/{path}/table.csv" for path in draws_of(study, name)] for name in names]


def is_sample(study, name):
    """Tell whether no coverage is required of a landscape, so that its counts say more of the search than of it."""
    landscape = config["landscapes"][study][name]
    return not landscape["required_coverage"] and not landscape["required_coverage_transition_states"]


def unjudged(table, name):
    """Return what stands in a table instead of verdicts on a landscape: on all published numbers, or its counts."""
    if TABLES_BESIDE_PAPER[table]["context"]:
        return "context"
    return "sample" if is_sample(study_of(table), name) else None


def claims_of(wildcards):
    """Return the claims of a section of a study, with the tables of the draws of their landscapes, samples or not."""
    study = wildcards.study
    return [
        claim
        | {
            "draws": tables_of(study, claim["landscapes"]),
            "sample": any(is_sample(study, name) for name in claim["landscapes"]),
        }
        for claim in STUDY_CLAIMS[study][wildcards.section]
    ]


def reference_files(wildcards):
    """Return the reference's tables in the repository; only a config that says where they are has any."""
    if config["reference"] is None:
        raise WorkflowError("there is no reference: this needs a config with the key reference, as config/smoke.yaml")
    return [in_repository(f"{config['reference']}/{name}") for name in REGRESSION_TABLES]


def study_of(path):
    return path.split("/")[0]


def draws_with_counts(study):
    """Return [name, landscape, its numbers, published table, row there] of every draw whose size is published."""
    return [
        [
            path,
            f"results/{path}/landscape.h5",
            f"results/{path}/table.csv",
            in_repository(f"config/published/{file}"),
            label,
        ]
        for landscape, (file, label) in PUBLISHED_COUNTS.items()
        if landscape.split("/")[0] == study
        for path in draws_of(*landscape.split("/"))
    ]


def asked_for(study):
    """Return what a run makes of a study, {kind: paths}; "landscapes" are paths under results/."""
    named = config["landscapes"][study]
    # a study without figures of its own has the graph of each landscape
    graphs = [] if STUDY_FIGURES[study] else [f"figures/{path}/disconnectivity.png" for path in draws_of_study(study)]
    # growth beside published numbers; where a study has none, of each landscape
    grown = [name for name in named if f"{study}/{name}" in PUBLISHED_COUNTS or not STUDY_TABLES[study]]
    return {
        "tables": STUDY_TABLES[study],
        "claims": claim_files(study),
        "lists": STUDY_LISTS[study],
        "exact": STUDY_EXACT[study],
        "zeros": STUDY_ZEROS[study],
        "figures": [*STUDY_FIGURES[study], *graphs, *(f"figures/{study}/{name}/growth.png" for name in grown)],
        "costs": [f"results/{study}/costs.csv"],
        "landscapes": draws_of_study(study),
    }


def of_page(page, kind):
    """Return all paths of one kind that the studies of a page ask for."""
    return [path for study in PAGES[page] for path in asked_for(study)[kind]]


def files_of_landscapes(page, file):
    """Return a file of every landscape of a page."""
    return [f"results/{path}/{file}" for path in of_page(page, "landscapes")]
