# What a run asks for, what it says about its own results, and the comparison with the reference.

TABLES = [table for study in config["studies"] for table in STUDY_TABLES[study]]
CLAIMS = [path for study in config["studies"] for path in claim_files(study)]
LISTS = [table for study in config["studies"] for table in STUDY_LISTS[study]]
ZEROS = [table for study in config["studies"] for table in STUDY_ZEROS[study]]
# A study without figures of its own has the graph of each landscape
GRAPHS = [
    f"figures/{path}/disconnectivity.png"
    for study in config["studies"]
    if not STUDY_FIGURES[study]
    for path in draws_of_study(study)
]
# Growth beside published numbers; where a study has none, of each landscape
GROWTH = [
    f"figures/{study}/{name}/growth.png"
    for study in config["studies"]
    for name in config["landscapes"][study]
    if f"{study}/{name}" in PUBLISHED_COUNTS or not STUDY_TABLES[study]
]
FIGURES = [*(figure for study in config["studies"] for figure in STUDY_FIGURES[study]), *GRAPHS, *GROWTH]
COSTS = expand("results/{study}/costs.csv", study=config["studies"])
# Small tables that must not move unnoticed: {name in the reference folder: table}
REGRESSION_TABLES = {"_".join(Path(path).parts[1:]): path for path in [*LISTS, *TABLES, *CLAIMS]}


# One target for each paper
for _study in PAPERS:

    rule:
        name:
            _study
        input:
            *(STUDY_TABLES[_study] + claim_files(_study) + STUDY_LISTS[_study] + STUDY_FIGURES[_study]),
            *(f"results/{path}/verification.csv" for path in draws_of_study(_study)),
            costs=f"results/{_study}/costs.csv",
        log:
            f"results/logs/{_study}.log",
        conda:
            "../../environment.yml"
        message:
            f"Every table and figure of {_study}"


rule verdicts:
    input:
        tables=TABLES,
        claims=CLAIMS,
        verifications=expand("results/{path}/verification.csv", path=SELECTED),
        landscapes=expand("results/{path}/table.csv", path=SELECTED),
        zeros=ZEROS,
    output:
        verdicts=report(
            f"{PAGE}/check.csv",
            caption="../report/check.rst",
            category="Verdict",
            labels={"shows": "all checks"},
        ),
    log:
        "results/logs/verdicts.log",
    benchmark:
        "results/benchmarks/verdicts.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=SELECTED,
        required=[
            [LANDSCAPES[path][f"required_coverage{of}"] for of in ("", "_transition_states")] for path in SELECTED
        ],
        code=code(),
    message:
        "Verdict on every published number and on the quality of every landscape"
    script:
        "../scripts/verdicts.py"


rule check:
    input:
        verdicts=f"{PAGE}/check.csv",
    log:
        "results/logs/check.log",
    benchmark:
        "results/benchmarks/check.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Verdict of {input.verdicts}"
    script:
        "../scripts/check.py"


rule summary:
    input:
        verdicts=f"{PAGE}/check.csv",
        tables=TABLES,
        claims=CLAIMS,
        landscapes=expand("results/{path}/table.csv", path=SELECTED),
        lists=LISTS,
        figures=FIGURES,
    output:
        page=report(
            f"{PAGE}/summary.md",
            caption="../report/summary.rst",
            category="Verdict",
            labels={"shows": "summary"},
        ),
    log:
        "results/logs/summary.log",
    benchmark:
        "results/benchmarks/summary.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=SELECTED,
        left_out=LEFT_OUT,
        code=code(),
    message:
        "Write {output.page}"
    script:
        "../scripts/summary.py"


rule regression:
    """Compare tables with their reference, as regression tests do; the study of non-linear regression is ballard2017."""
    input:
        tables=list(REGRESSION_TABLES.values()),
        references=reference_files,
    output:
        report=f"{PAGE}/regression.txt",
    log:
        "results/logs/regression.log",
    benchmark:
        "results/benchmarks/regression.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Compare the tables with the reference in the repository"
    script:
        "../scripts/regression.py"


rule reference:
    """Make today's tables the reference that rule regression compares with."""
    input:
        tables=list(REGRESSION_TABLES.values()),
    log:
        "results/logs/reference.log",
    benchmark:
        "results/benchmarks/reference.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        references=reference_files,
    message:
        "Make today's tables the reference, on purpose"
    script:
        "../scripts/reference.py"
