# Ballard et al. 2017, section VII: where the stationary points of spherical spin glasses lie, and their landscapes.
add_table("ballard2017", "spin-glasses", None, [({"n_spins": n}, name) for name, n in SPINS.items()])
add_figure(
    "ballard2017",
    "figure-15",
    {name: f"N = {n}" for name, n in SPINS.items()},
    None,
    n_columns=3,
    ylabel="energy per spin",
    shared_energies=True,
)
STUDY_FIGURES["ballard2017"] += [
    "figures/ballard2017/figure-13.png",
    *(f"figures/ballard2017/{figure}-{model}.png" for model in DESCENTS for figure in ("figure-12", "figure-14")),
]
STUDY_LISTS["ballard2017"] += [
    "results/ballard2017/complexity.csv",
    *(f"results/ballard2017/{table}-{model}.csv" for model in DESCENTS for table in ("variance", "exponents")),
]
STUDY_EXACT["ballard2017"].append("results/ballard2017/complexity.csv")
STUDY_CLAIM_FILES["ballard2017"] += [f"results/ballard2017/claims-{model}.csv" for model in DESCENTS]
_claim = partial(
    add_claim, "ballard2017", "spin-glasses", measure="fit", landscapes=list(SPINS), at=list(SPINS.values())
)
_claim("the band of the minima narrows with the number of spins", "energy_range_per_spin", "< 0", unit="per spin")
# of all minima: the ends of their band are two extreme ones alone
_text = "the energies of the minima spread less with more spins"
_claim(_text, "energy_sd_per_spin", "< 0", unit="per spin")
_claim("more minima with more spins", "n_minima", "> 0", log=True, unit="ln per spin")


rule complexity:
    input:
        published=in_repository("config/published/ballard2017_pspin.csv"),
    output:
        table=report(
            "results/ballard2017/complexity.csv",
            caption="../report/complexity.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017, levels of the complexity"},
        ),
        pdf="figures/ballard2017/figure-13.pdf",
        png=report(
            "figures/ballard2017/figure-13.png",
            caption="../report/complexity.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-13"},
        ),
    log:
        "results/logs/ballard2017/figure-13.log",
    benchmark:
        "results/benchmarks/ballard2017/figure-13.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        p=P,
        indices=[0, 1, 2, 50],
        code=code("analysis.comparison", "plotting.complexity"),
    message:
        "Draw the complexity functions"
    script:
        "../scripts/complexity.py"


rule descents:
    input:
        kernels="results/kernels.txt",
    output:
        table="results/ballard2017/descents/{model}-{n_spins}.csv",
    log:
        "results/logs/ballard2017/descents-{model}-{n_spins}.log",
    benchmark:
        "results/benchmarks/ballard2017/descents-{model}-{n_spins}.tsv"
    wildcard_constraints:
        model=one_of(DESCENTS),
        n_spins="[0-9]+",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=600,
    params:
        settings=descent_settings,
        unfinished=unfinished_descents,
        code=DESCENT_CODE,
    message:
        "Gradient descents of {wildcards.n_spins} spins ({wildcards.model})"
    script:
        "../scripts/descents.py"


rule descent_variance:
    input:
        descents=lambda wildcards: [path for _, path in descents_of(wildcards)],
    output:
        table=report(
            "results/ballard2017/variance-{model}.csv",
            caption="../report/complexity.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017, variance of energies, {model}"},
        ),
        exponents="results/ballard2017/exponents-{model}.csv",
        claims="results/ballard2017/claims-{model}.csv",
    log:
        "results/logs/ballard2017/variance-{model}.log",
    benchmark:
        "results/benchmarks/ballard2017/variance-{model}.tsv"
    wildcard_constraints:
        model=one_of(DESCENTS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        paths=descents_of,
        tolerance=ARRIVED,
        where=lambda wildcards: DESCENTS[wildcards.model][1],
        confidence=config["check"]["confidence"],
        code=code("analysis.effects", "analysis.scaling"),
    message:
        "Variance of the energies at which descents end ({wildcards.model})"
    script:
        "../scripts/descent_variance.py"


rule descent_pictures:
    input:
        descents=lambda wildcards: [path for _, path in descents_of(wildcards)],
        table="results/ballard2017/variance-{model}.csv",
        exponents="results/ballard2017/exponents-{model}.csv",
    output:
        histograms="figures/ballard2017/figure-12-{model}.pdf",
        variance="figures/ballard2017/figure-14-{model}.pdf",
        histograms_png=report(
            "figures/ballard2017/figure-12-{model}.png",
            caption="../report/complexity.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-12, {model}"},
        ),
        variance_png=report(
            "figures/ballard2017/figure-14-{model}.png",
            caption="../report/complexity.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-14, {model}"},
        ),
    log:
        "results/logs/ballard2017/figure-14-{model}.log",
    benchmark:
        "results/benchmarks/ballard2017/figure-14-{model}.tsv"
    wildcard_constraints:
        model=one_of(DESCENTS),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        paths=descents_of,
        # the levels of the complexity are those of one sphere
        p=lambda wildcards: P if wildcards.model == "sphere" else None,
        tolerance=ARRIVED,
        title=lambda wildcards: DESCENTS[wildcards.model][1],
        code=code("plotting.complexity"),
    message:
        "Draw energies at which descents end ({wildcards.model})"
    script:
        "../scripts/descent_pictures.py"
