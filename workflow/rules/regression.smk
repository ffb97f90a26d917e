# Ballard et al. 2017, sections IV and VI: a non-linear regression, its landscape, and the network of its minima.
# (The rule `regression`, which compares tables with the reference, has nothing to do with it: results.smk.)
for _name in FITS[:1]:
    add_table(
        "ballard2017",
        "regression",
        "ballard2017_regression.csv",
        [({"model": "damped sines"}, _name)],
        context=True,  # the greatest frequency was chosen by the published number of minima, and all others hang on it
    )
    add_figure("ballard2017", "figure-6", {_name: "Regression"}, None, width=3.4, panel_height=4.1, ylabel="cost")
    STUDY_FIGURES["ballard2017"] += [
        f"figures/ballard2017/{figure}.png"
        for figure in ("figure-5", "figure-10", "figure-10-degrees", "minima-against-frequency")
    ]
    STUDY_LISTS["ballard2017"].append("results/ballard2017/frequency-counts.csv")
    _claim = partial(add_claim, "ballard2017", "regression")
    _text = "the lowest cost is far below the second lowest: their ratio above ten"
    _claim(_text, "second_over_lowest_energy", "> 0", "paired", [_name], minus=10.0, unit="ratio")
    _text = "paths between minima longer than in random networks"
    _claim(_text, "mean_shortest_path", "> 0", "paired", [_name], minus="random_mean_shortest_path", unit="edges")
    _text = "diameter larger than that of random networks"
    _claim(_text, "diameter", "> 0", "paired", [_name], minus="random_diameter", unit="edges")


rule fits:
    input:
        landscape=first_draw("ballard2017", FITS[0], "landscape.h5"),
    output:
        pdf="figures/ballard2017/figure-5.pdf",
        png=report(
            "figures/ballard2017/figure-5.png",
            caption="../report/fits.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-5"},
        ),
    log:
        "results/logs/ballard2017/figure-5.log",
    benchmark:
        "results/benchmarks/ballard2017/figure-5.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        title="Regression",
        code=code("landscape", "analysis.summary", "plotting.fits"),
    message:
        "Draw the data and all fits"
    script:
        "../scripts/fits.py"


rule network:
    input:
        landscape=first_draw("ballard2017", FITS[0], "landscape.h5"),
    output:
        network="figures/ballard2017/figure-10.pdf",
        degrees="figures/ballard2017/figure-10-degrees.pdf",
        png=report(
            "figures/ballard2017/figure-10.png",
            caption="../report/network.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-10"},
        ),
        degrees_png=report(
            "figures/ballard2017/figure-10-degrees.png",
            caption="../report/network.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/figure-10, degrees"},
        ),
    log:
        "results/logs/ballard2017/figure-10.log",
    benchmark:
        "results/benchmarks/ballard2017/figure-10.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        options={"colour_label": "cost", "title": "Regression: network of minima"},
        seed=derived_seed("ballard2017/figure-10"),
        code=code("landscape", "analysis.summary", "plotting.network"),
    message:
        "Draw the network of minima"
    script:
        "../scripts/network.py"


rule frequency_counts:
    input:
        landscapes=[f"results/{path}/landscape.h5" for name in FITS for path in draws_of("ballard2017", name)],
        published=in_repository("config/published/ballard2017_regression.csv"),
    output:
        table=report(
            "results/ballard2017/frequency-counts.csv",
            caption="../report/fits.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017, minima against the greatest frequency"},
        ),
        pdf="figures/ballard2017/minima-against-frequency.pdf",
        png=report(
            "figures/ballard2017/minima-against-frequency.png",
            caption="../report/fits.rst",
            category="Beside the papers",
            labels={"shows": "ballard2017/minima-against-frequency"},
        ),
    log:
        "results/logs/ballard2017/frequency-counts.log",
    benchmark:
        "results/benchmarks/ballard2017/frequency-counts.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        names=[path for name in FITS for path in draws_of("ballard2017", name)],
        code=code("landscape", "analysis.summary", "plotting.fits"),
    message:
        "Count minima below every frequency"
    script:
        "../scripts/frequency_counts.py"
