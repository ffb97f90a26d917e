# Chitturi et al. 2020, section 4.1, table 3 and figure 5: samples of low-lying minima of networks on mislabelled MNIST.
# Left out of a run when MNIST can be had nowhere.
if HAS_MNIST:
    add_table(
        "chitturi2020",
        "table-3",
        MNIST_PUBLISHED,
        [({"error_percent": e}, name) for e, name in MNIST_LANDSCAPES.items()],
        counted=False,
    )
    STUDY_FIGURES["chitturi2020"].append("figures/chitturi2020/figure-5.png")
    STUDY_LISTS["chitturi2020"].append("results/chitturi2020/class-distribution-MNIST.csv")
    _claim = partial(add_claim, "chitturi2020", "mnist")
    _names = list(MNIST_LANDSCAPES.values())
    _trend = {"at": [e / 100 for e in MNIST_PERCENTS], "unit": "per 100 % wrong"}
    # over the minima alone, and over classes and minima together, which the published deviations seem to be
    for _over, _part in {"": "", ", over classes and minima": ":classes and minima"}.items():
        _text = f"testing AUC spreads more with more wrong labels{_over}"
        _claim(_text, f"test_auc_sd{_part}", "> 0", "trend", _names, **_trend)
        for _percent, _name in MNIST_LANDSCAPES.items():
            _text = f"{_percent} %: testing AUC spreads more than training AUC{_over}"
            _minus = {"minus": f"train_auc_sd{_part}", "unit": "AUC"}
            _claim(_text, f"test_auc_sd{_part}", "> 0", "paired", [_name], **_minus)
    _claim("testing AUC falls with more wrong labels", "test_auc_mean", "< 0", "trend", _names, **_trend)
    for _percent, _name in list(MNIST_LANDSCAPES.items())[1:-1]:
        _text = f"{_percent} %: AUC of the rightly labelled part above that of the wrongly labelled"
        _minus = {"minus": "train_incorrect_auc_mean", "unit": "AUC"}
        _claim(_text, "train_correct_auc_mean", "> 0", "paired", [_name], **_minus)
    for _percent, _name in MNIST_LANDSCAPES.items():
        _text = f"{_percent} %: training AUC above testing AUC"
        _claim(_text, "train_auc_mean", "> 0", "paired", [_name], minus="test_auc_mean", unit="AUC")

    rule auc_spread:
        input:
            minima=sum(mnist_tables().values(), []),
            published=in_repository(f"config/published/{MNIST_PUBLISHED}"),
        output:
            pdf="figures/chitturi2020/figure-5.pdf",
            png=report(
                "figures/chitturi2020/figure-5.png",
                caption="../report/spread.rst",
                category="Beside the papers",
                labels={"shows": "chitturi2020/figure-5"},
            ),
        log:
            "results/logs/chitturi2020/figure-5.log",
        benchmark:
            "results/benchmarks/chitturi2020/figure-5.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            tables=mnist_tables(),
            column="test_auc",
            title="MNIST: testing AUC of the minima",
            code=code("plotting.spread"),
        message:
            "Draw how the testing AUC of networks on MNIST spreads over their minima"
        script:
            "../scripts/auc_spread.py"


if MNIST_READINGS:
    STUDY_LISTS["mnist-readings"].append("results/mnist-readings/table-3.csv")

    rule readings:
        input:
            tables=sum([tables for *_, tables in mnist_readings()], []),
            published=in_repository(f"config/published/{MNIST_PUBLISHED}"),
        output:
            table=report(
                "results/mnist-readings/table-3.csv",
                caption="../report/readings.rst",
                category="Beside the papers",
                labels={"shows": "readings of table 3 of chitturi2020"},
            ),
        log:
            "results/logs/mnist-readings/table-3.log",
        benchmark:
            "results/benchmarks/mnist-readings/table-3.tsv"
        conda:
            "../../environment.yml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            readings=mnist_readings(),
            code=code(),
        message:
            "Put readings of the paper's lambda side by side"
        script:
            "../scripts/readings.py"


if MNIST_FOLDER is None:

    rule mnist_left_out:
        """Say why what needs MNIST cannot be made, when it is asked for by name."""
        input:
            why_mnist_is_left_out,
        output:
            "{needs_mnist}",
        log:
            "results/logs/{needs_mnist}.log",
        wildcard_constraints:
            needs_mnist=NEEDS_MNIST,
        conda:
            "../../environment.yml"
        message:
            "Nothing: {wildcards.needs_mnist} needs MNIST"
