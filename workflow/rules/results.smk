# What a run asks for, what it says about its own results, and the comparison with the reference.

# Small tables that must not move unnoticed: {name in the reference folder: table}
REGRESSION_TABLES = {
    "_".join(Path(path).parts[1:]): path for kind in ("lists", "tables", "claims") for path in of_page(PAGE, kind)
}

# One target for each paper
for _study in PAPERS:

    rule:
        name:
            _study
        input:
            summary=f"results/{_study}/summary.md",
            figures=asked_for(_study)["figures"],
            costs=asked_for(_study)["costs"],
        log:
            f"results/logs/{_study}.log",
        conda:
            "../../environment.yml"
        message:
            "Done: start with {input.summary}"


rule verdicts:
    input:
        tables=lambda wildcards: of_page(wildcards.page, "tables") + of_page(wildcards.page, "exact"),
        claims=lambda wildcards: of_page(wildcards.page, "claims"),
        verifications=lambda wildcards: files_of_landscapes(wildcards.page, "verification.csv"),
        landscapes=lambda wildcards: files_of_landscapes(wildcards.page, "table.csv"),
        zeros=lambda wildcards: of_page(wildcards.page, "zeros"),
    output:
        verdicts=report(
            "results/{page}check.csv",
            caption="../report/check.rst",
            category="Verdict",
            labels={"shows": "all checks, results/{page}"},
        ),
    log:
        "results/logs/{page}verdicts.log",
    benchmark:
        "results/benchmarks/{page}verdicts.tsv"
    wildcard_constraints:
        page=one_of(PAGES),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=lambda wildcards: of_page(wildcards.page, "landscapes"),
        required=lambda wildcards: [
            [LANDSCAPES[path][f"required_coverage{of}"] for of in ("", "_transition_states")]
            for path in of_page(wildcards.page, "landscapes")
        ],
        code=code(),
    message:
        "Verdict on every published number and on the quality of every landscape, for results/{wildcards.page}"
    script:
        "../scripts/verdicts.py"


rule check:
    input:
        verdicts=f"results/{PAGE}check.csv",
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
        verdicts="results/{page}check.csv",
        tables=lambda wildcards: of_page(wildcards.page, "tables"),
        claims=lambda wildcards: of_page(wildcards.page, "claims"),
        landscapes=lambda wildcards: files_of_landscapes(wildcards.page, "table.csv"),
        lists=lambda wildcards: of_page(wildcards.page, "lists"),
        figures=lambda wildcards: of_page(wildcards.page, "figures"),
    output:
        page=report(
            "results/{page}summary.md",
            caption="../report/summary.rst",
            category="Verdict",
            labels={"shows": "summary, results/{page}"},
        ),
    log:
        "results/logs/{page}summary.log",
    benchmark:
        "results/benchmarks/{page}summary.tsv"
    wildcard_constraints:
        page=one_of(PAGES),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=lambda wildcards: of_page(wildcards.page, "landscapes"),
        left_out=lambda wildcards: [text for text, users in LEFT_OUT.items() if users & set(PAGES[wildcards.page])],
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
        report=f"results/{PAGE}regression.txt",
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
