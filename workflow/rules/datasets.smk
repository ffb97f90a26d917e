# Quenches of random three-atom clusters. A table of one's own is read where it lies.


rule ljat3_dataset:
    input:
        kernels="results/kernels.txt",
    output:
        dataset="results/datasets/{dataset}.h5",
    log:
        "results/logs/datasets/{dataset}.log",
    benchmark:
        "results/benchmarks/datasets/{dataset}.tsv"
    wildcard_constraints:
        dataset=one_of(LJAT3),
    conda:
        "../../environment.yml"
    threads: config["threads"]["dataset"]
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        cube_side=lambda wildcards: config["datasets"][wildcards.dataset]["cube_side"],
        n_quenches=lambda wildcards: config["datasets"][wildcards.dataset]["n_quenches"],
        n_steps_kept=lambda wildcards: config["datasets"][wildcards.dataset].get("n_steps_kept", 0),
        seed=lambda wildcards: derived_seed(wildcards.dataset),
        name=lambda wildcards: wildcards.dataset.removeprefix("ljat3_"),
        code=code("datasets"),
    message:
        "Quench random three-atom clusters: {wildcards.dataset}"
    script:
        "../scripts/ljat3_dataset.py"


rule ljat3_outcomes:
    input:
        datasets=expand("results/datasets/{dataset}.h5", dataset=LJAT3),
    output:
        table=report(
            "results/datasets/outcomes.csv",
            caption="../report/outcomes.rst",
            category="Datasets",
            labels={"shows": "shares of the outcomes"},
        ),
    log:
        "results/logs/datasets/outcomes.log",
    benchmark:
        "results/benchmarks/datasets/outcomes.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("datasets"),
    message:
        "Count the outcomes of the quenches"
    script:
        "../scripts/ljat3_outcomes.py"


rule ljat3_figure:
    input:
        datasets=expand("results/datasets/{dataset}.h5", dataset=LJAT3),
    output:
        pdf="figures/datasets/ljat3.pdf",
        png=report(
            "figures/datasets/ljat3.png",
            caption="../report/ljat3.rst",
            category="Datasets",
            labels={"shows": "starts coloured by outcome"},
        ),
    log:
        "results/logs/datasets/figure.log",
    benchmark:
        "results/benchmarks/datasets/figure.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("datasets", "plotting.datasets", "plotting.style"),
    message:
        "Draw the start distances coloured by outcome"
    script:
        "../scripts/ljat3_figure.py"
