# What the studies have registered: tables and claims beside the papers, and panels of disconnectivity graphs.


rule table_beside_paper:
    input:
        tables=lambda wildcards: sum(
            tables_of(study_of(wildcards.table), [name for _, name in TABLES_BESIDE_PAPER[wildcards.table]["rows"]]),
            [],
        ),
        published=lambda wildcards: [
            in_repository(f"config/published/{file}")
            for file in [TABLES_BESIDE_PAPER[wildcards.table]["published"]]
            if file
        ],
    output:
        table=report(
            "results/{table}.csv",
            caption="../report/table.rst",
            category="Beside the papers",
            labels={"shows": "{table}"},
        ),
    log:
        "results/logs/{table}.log",
    benchmark:
        "results/benchmarks/{table}.tsv"
    wildcard_constraints:
        table=one_of(TABLES_BESIDE_PAPER),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        rows=lambda wildcards: [
            [label, tables_of(study_of(wildcards.table), [name])[0], unjudged(wildcards.table, name)]
            for label, name in TABLES_BESIDE_PAPER[wildcards.table]["rows"]
        ],
        confidence=config["check"]["confidence"],
        code=code("analysis.comparison"),
    message:
        "Compare {wildcards.table} with the published one"
    script:
        "../scripts/published_table.py"


rule claims:
    input:
        tables=lambda wildcards: sorted({path for claim in claims_of(wildcards) for path in sum(claim["draws"], [])}),
    output:
        claims=report(
            "results/{study}/claims-{section}.csv",
            caption="../report/claims.rst",
            category="Beside the papers",
            labels={"shows": "{study}, {section}"},
        ),
    log:
        "results/logs/{study}/claims-{section}.log",
    benchmark:
        "results/benchmarks/{study}/claims-{section}.tsv"
    wildcard_constraints:
        study=one_of(STUDY_CLAIMS),
        section=one_of({section for sections in STUDY_CLAIMS.values() for section in sections}),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        claims=lambda wildcards: claims_of(wildcards),
        confidence=config["check"]["confidence"],
        code=code("analysis.effects"),
    message:
        "Put what {wildcards.study} claims on {wildcards.section} beside the spread over draws"
    script:
        "../scripts/claims.py"


rule panels:
    input:
        landscapes=lambda wildcards: common_draws(
            study_of(wildcards.figure), PANELS[wildcards.figure]["panels"], "landscape.h5"
        ),
        minima=lambda wildcards: common_draws(
            study_of(wildcards.figure), PANELS[wildcards.figure]["panels"], "minima.csv"
        ),
    output:
        pdf="figures/{figure}.pdf",
        png=report(
            "figures/{figure}.png",
            caption="../report/panels.rst",
            category="Beside the papers",
            labels={"shows": "{figure}"},
        ),
    log:
        "results/logs/{figure}.log",
    benchmark:
        "results/benchmarks/{figure}.tsv"
    wildcard_constraints:
        figure=one_of(PANELS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        titles=lambda wildcards: list(PANELS[wildcards.figure]["panels"].values()),
        colour=lambda wildcards: PANELS[wildcards.figure]["colour"],
        # a limit of the config beats that of the figure
        graph=lambda wildcards: PANELS[wildcards.figure]["graph"]
        | {key: value for key, value in config["disconnectivity"].items() if value is not None},
        options=lambda wildcards: PANELS[wildcards.figure]["options"]
        | {"centred": PANELS[wildcards.figure]["colour"] is not None},
        code=code("landscape", "analysis.disconnectivity", "analysis.summary", "plotting.disconnectivity"),
    message:
        "Draw {wildcards.figure}"
    script:
        "../scripts/panels.py"
