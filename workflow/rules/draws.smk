# All draws of a landscape side by side: how they grew, and what was found at what cost.

# {path under results/: its draws}, for every landscape of every study
DRAWS = {f"{study}/{name}": draws_of(study, name) for study, named in config["landscapes"].items() for name in named}
NOT_PUBLISHED = (None, {})
# The same, and all draws of each study together
DRAWS_TOGETHER = DRAWS | {study: draws_of_study(study) for study in config["landscapes"]}


rule growth:
    input:
        landscapes=lambda wildcards: expand("results/{path}/landscape.h5", path=DRAWS[wildcards.all_draws]),
        published=lambda wildcards: [
            in_repository(f"config/published/{table}")
            for table in PUBLISHED_COUNTS.get(wildcards.all_draws, NOT_PUBLISHED)[:1]
            if table
        ],
    output:
        pdf="figures/{all_draws}/growth.pdf",
        png=report(
            "figures/{all_draws}/growth.png",
            caption="../report/growth.rst",
            category="Growth",
            labels={"landscape": "{all_draws}"},
        ),
    log:
        "results/logs/{all_draws}/growth.log",
    benchmark:
        "results/benchmarks/{all_draws}/growth.tsv"
    wildcard_constraints:
        all_draws=one_of(DRAWS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        row=lambda wildcards: PUBLISHED_COUNTS.get(wildcards.all_draws, NOT_PUBLISHED)[1],
        title=lambda wildcards: wildcards.all_draws,
        code=code("landscape", "completeness", "plotting.growth"),
    message:
        "Draw how the landscapes of {wildcards.all_draws} grew"
    script:
        "../scripts/growth.py"


# With the time that it took, which is another in every run: no other file is made from this one.
rule costs:
    input:
        tables=lambda wildcards: expand("results/{path}/table.csv", path=DRAWS_TOGETHER[wildcards.together]),
        costs=lambda wildcards: expand("results/benchmarks/{path}/cost.csv", path=DRAWS_TOGETHER[wildcards.together]),
    output:
        table=report(
            "results/{together}/costs.csv",
            caption="../report/costs.rst",
            category="Growth",
            labels={"landscape": "{together}, costs"},
        ),
    log:
        "results/logs/{together}/costs.log",
    benchmark:
        "results/benchmarks/{together}/costs.tsv"
    wildcard_constraints:
        together=one_of(DRAWS_TOGETHER),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=lambda wildcards: DRAWS_TOGETHER[wildcards.together],
    message:
        "What the landscapes of {wildcards.together} cost"
    script:
        "../scripts/costs.py"


rule published_size:
    input:
        landscapes=lambda wildcards: [draw[1] for draw in draws_with_counts(wildcards.study)],
        numbers=lambda wildcards: [draw[2] for draw in draws_with_counts(wildcards.study)],
        published=lambda wildcards: sorted({draw[3] for draw in draws_with_counts(wildcards.study)}),
    output:
        table=report(
            "results/{study}/at-published-size.csv",
            caption="../report/size.rst",
            category="Growth",
            labels={"landscape": "{study}, at published size"},
        ),
    log:
        "results/logs/{study}/at-published-size.log",
    benchmark:
        "results/benchmarks/{study}/at-published-size.tsv"
    wildcard_constraints:
        study=one_of(config["landscapes"]),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        draws=lambda wildcards: draws_with_counts(wildcards.study),
        code=code("landscape", "completeness"),
    message:
        "Look up when the landscapes of {wildcards.study} had as many stationary points as published"
    script:
        "../scripts/published_size.py"
