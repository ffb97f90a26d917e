# Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), section 4.1: landscapes under mislabelled training data.
# Each table has one row for each share of wrong labels; each figure one panel.

# table -> published numbers and {wrong labels in percent: landscape}
CHITTURI_TABLES = {
    "table-1": {"published": "chitturi2020_table1_D1.csv", "rows": {0: "D1"}},
    "table-2": {"published": "chitturi2020_table2_D2.csv", "rows": {0: "D2"}},
}
# figure -> landscape (its first draw is shown) and what colours its branches
CHITTURI_FIGURES = {
    "figure-1": {"landscape": "D1", "colour": "train_auc", "title": "D1, coloured by training AUC"},
    "figure-2": {"landscape": "D1", "colour": "test_auc", "title": "D1, coloured by testing AUC"},
    "figure-3": {"landscape": "D2", "colour": "train_auc", "title": "D2, coloured by training AUC"},
    "figure-4": {"landscape": "D2", "colour": "test_auc", "title": "D2, coloured by testing AUC"},
}
for _table in CHITTURI_TABLES.values():
    for _error_percent, _name in _table["rows"].items():
        PUBLISHED_COUNTS[f"chitturi2020/{_name}"] = (_table["published"], {"error_percent": _error_percent})
STUDY_TABLES["chitturi2020"] = expand("results/chitturi2020/{table}.csv", table=CHITTURI_TABLES)
STUDY_FIGURES["chitturi2020"] = [
    "figures/datasets/ljat3.png",
    *expand("figures/chitturi2020/{figure}.png", figure=CHITTURI_FIGURES),
]


rule chitturi2020_table:
    input:
        tables=lambda wildcards: [
            f"results/{path}/table.csv"
            for name in CHITTURI_TABLES[wildcards.table]["rows"].values()
            for path in draws_of("chitturi2020", name)
        ],
        published=lambda wildcards: in_repository(f"config/published/{CHITTURI_TABLES[wildcards.table]['published']}"),
    output:
        table=report(
            "results/chitturi2020/{table}.csv",
            caption="../report/table.rst",
            category="Chitturi 2020",
            labels={"shows": "{table}"},
        ),
    log:
        "results/logs/chitturi2020/{table}.log",
    benchmark:
        "results/benchmarks/chitturi2020/{table}.tsv"
    wildcard_constraints:
        table=one_of(CHITTURI_TABLES),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        rows=lambda wildcards: {
            str(error_percent): [f"results/{path}/table.csv" for path in draws_of("chitturi2020", name)]
            for error_percent, name in CHITTURI_TABLES[wildcards.table]["rows"].items()
        },
        confidence=config["check"]["confidence"],
        code=code("analysis.comparison"),
    message:
        "Compare {wildcards.table} with the published one"
    script:
        "../scripts/published_table.py"


rule chitturi2020_figure:
    input:
        landscape=lambda wildcards: first_draw(
            "chitturi2020", CHITTURI_FIGURES[wildcards.figure]["landscape"], "landscape.h5"
        ),
        minima=lambda wildcards: first_draw(
            "chitturi2020", CHITTURI_FIGURES[wildcards.figure]["landscape"], "minima.csv"
        ),
    output:
        pdf="figures/chitturi2020/{figure}.pdf",
        png=report(
            "figures/chitturi2020/{figure}.png",
            caption="../report/disconnectivity.rst",
            category="Chitturi 2020",
            labels={"shows": "{figure}"},
        ),
    log:
        "results/logs/chitturi2020/{figure}.log",
    benchmark:
        "results/benchmarks/chitturi2020/{figure}.tsv"
    wildcard_constraints:
        figure=one_of(CHITTURI_FIGURES),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        colour=lambda wildcards: CHITTURI_FIGURES[wildcards.figure]["colour"],
        title=lambda wildcards: CHITTURI_FIGURES[wildcards.figure]["title"],
        n_levels=config["disconnectivity"]["n_levels"],
        n_lowest=config["disconnectivity"]["n_lowest"],
        code=code("landscape", "analysis.disconnectivity", "plotting.disconnectivity"),
    message:
        "Draw {wildcards.figure} of Chitturi 2020"
    script:
        "../scripts/disconnectivity.py"
