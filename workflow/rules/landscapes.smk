# One landscape after the other, whatever its data and network: explore, verify, evaluate, count, draw.
# No input may be `ancient`: behind one, Snakemake overlooks changed params (and so code) while the other job runs.


rule kernels:
    output:
        digest="results/kernels.txt",
    log:
        "results/logs/kernels.log",
    benchmark:
        "results/benchmarks/kernels.tsv"
    conda:
        "../../environment.yml"
    threads: 2
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=EXPLORATION_CODE,
    message:
        "Compile the kernels once, before jobs start side by side"
    script:
        "../scripts/kernels.py"


# Shards explore one landscape together; with one shard, the rule `landscape` does it all by itself.
rule landscape_shard:
    input:
        dataset=dataset_file,
        kernels="results/kernels.txt",
    output:
        # without the checkpoint folder, which goes when the landscape is there, a mark means nothing
        marker=temp(f"results/{{landscape}}/shards/{{shard}}-of-{N_SHARDS}.txt"),
    log:
        f"results/logs/{{landscape}}/shard-{{shard}}-of-{N_SHARDS}.log",
    benchmark:
        f"results/benchmarks/{{landscape}}/shard-{{shard}}-of-{N_SHARDS}.tsv"
    conda:
        "../../environment.yml"
    threads: config["threads"]["landscape"]
    resources:
        mem_mb=4000,
        runtime=2880,
    params:
        problem=problem,
        explore=lambda wildcards: LANDSCAPES[wildcards.landscape]["explore"],
        seed=lambda wildcards: LANDSCAPES[wildcards.landscape]["seed"],
        checkpoint=checkpoint_name,
        n_shards=N_SHARDS,
        code=EXPLORATION_CODE,
    message:
        "Explore {wildcards.landscape}, shard {wildcards.shard}"
    script:
        "../scripts/landscape_shard.py"


rule landscape:
    input:
        dataset=dataset_file,
        kernels="results/kernels.txt",
        shards=shard_markers,
    output:
        # a finished landscape comes back when the job that should renew it fails
        landscape=update("results/{landscape}/landscape.h5"),
        cost="results/benchmarks/{landscape}/cost.csv",
    log:
        "results/logs/{landscape}/landscape.log",
    benchmark:
        "results/benchmarks/{landscape}/landscape.tsv"
    conda:
        "../../environment.yml"
    threads: config["threads"]["landscape"]
    resources:
        mem_mb=4000,
        runtime=2880,
    params:
        problem=problem,
        explore=lambda wildcards: LANDSCAPES[wildcards.landscape]["explore"],
        seed=lambda wildcards: LANDSCAPES[wildcards.landscape]["seed"],
        checkpoint=checkpoint_name,
        code=EXPLORATION_CODE,
    message:
        "Explore {wildcards.landscape}"
    script:
        "../scripts/landscape.py"


rule verification:
    input:
        landscape="results/{landscape}/landscape.h5",
    output:
        report="results/{landscape}/verification.csv",
    log:
        "results/logs/{landscape}/verification.log",
    benchmark:
        "results/benchmarks/{landscape}/verification.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        n_ends=config["check"]["n_ends"],
        code=code("verify"),
    message:
        "Recompute {wildcards.landscape} from its file alone"
    script:
        "../scripts/verification.py"


rule landscape_table:
    input:
        landscape="results/{landscape}/landscape.h5",
        dataset=dataset_file,
    output:
        minima="results/{landscape}/minima.csv",
        table="results/{landscape}/table.csv",
    log:
        "results/logs/{landscape}/table.log",
    benchmark:
        "results/benchmarks/{landscape}/table.tsv"
    wildcard_constraints:
        landscape=one_of(LANDSCAPES.keys() - OTHER_FUNCTIONS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        problem=problem,
        target=lambda wildcards: LANDSCAPES[wildcards.landscape]["auc_class"],
        code=code("landscape", "datasets", "analysis.network_performance", "analysis.summary"),
    message:
        "Performance of every minimum of {wildcards.landscape}, and the landscape in numbers"
    script:
        "../scripts/landscape_table.py"


rule function_table:
    input:
        landscape="results/{landscape}/landscape.h5",
    output:
        minima="results/{landscape}/minima.csv",
        table="results/{landscape}/table.csv",
    log:
        "results/logs/{landscape}/table.log",
    benchmark:
        "results/benchmarks/{landscape}/table.tsv"
    wildcard_constraints:
        landscape=one_of(OTHER_FUNCTIONS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        seed=lambda wildcards: LANDSCAPES[wildcards.landscape]["seed"],
        code=code("landscape", "objectives", "analysis.minima_table", "analysis.network", "analysis.summary"),
    message:
        "Connections of every minimum of {wildcards.landscape}, and the landscape in numbers"
    script:
        "../scripts/function_table.py"


rule disconnectivity:
    input:
        landscapes=["results/{landscape}/landscape.h5"],
        minima=["results/{landscape}/minima.csv"],
    output:
        pdf="figures/{landscape}/disconnectivity.pdf",
        png=report(
            "figures/{landscape}/disconnectivity.png",
            caption="../report/disconnectivity.rst",
            category="Landscapes",
            labels={"landscape": "{landscape}"},
        ),
    log:
        "results/logs/{landscape}/disconnectivity.log",
    benchmark:
        "results/benchmarks/{landscape}/disconnectivity.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        titles=lambda wildcards: [wildcards.landscape],
        colour=lambda wildcards: None if wildcards.landscape in OTHER_FUNCTIONS else "train_auc",
        graph=config["disconnectivity"],
        # inches: one column of a journal
        options=lambda wildcards: {"width": 3.4, "panel_height": 4.1, "ylabel": energy_label(wildcards.landscape)},
        code=code("landscape", "analysis.disconnectivity", "analysis.summary", "plotting.disconnectivity"),
    message:
        "Disconnectivity graph of {wildcards.landscape}"
    script:
        "../scripts/panels.py"
