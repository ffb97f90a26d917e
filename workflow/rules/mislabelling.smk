# Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), section 4.1: landscapes under mislabelled training data.
# Each table has one row for each share of wrong labels; each figure one panel.
for _dataset, (_table, _published, _figures) in MISLABELLED.items():
    _landscapes = {_error_percent: mislabelled(_dataset, _error_percent) for _error_percent in ERROR_PERCENTS}
    add_table("chitturi2020", _table, _published, [({"error_percent": e}, name) for e, name in _landscapes.items()])
    for _colour, _figure in zip(("train_auc", "test_auc"), _figures):
        _panels = {name: f"{_dataset}, {e} % wrong labels" for e, name in _landscapes.items()}
        add_figure("chitturi2020", _figure, _panels, _colour, n_columns=2)

_fractions = [error_percent / 100 for error_percent in ERROR_PERCENTS]
for _dataset in MISLABELLED:
    _names = [mislabelled(_dataset, error_percent) for error_percent in ERROR_PERCENTS]
    for _what, _quantity in (("minima", "n_minima"), ("transition states", "n_transition_states")):
        add_claim(
            "chitturi2020",
            "mislabelling",
            f"{_dataset}: more {_what} with more wrong labels",
            _quantity,
            "> 0",
            "trend",
            _names,
            at=_fractions,
            log=True,
            unit="ln per 100 % wrong",
        )
    for _claim, _quantity in (
        ("testing AUC spreads more with more wrong labels", "test_auc_sd"),
        ("good testing AUC moves to higher loss with more wrong labels", "correlation_train_loss_test_auc"),
    ):
        add_claim(
            "chitturi2020",
            "mislabelling",
            f"{_dataset}: {_claim}",
            _quantity,
            "> 0",
            "trend",
            _names,
            at=_fractions,
            unit="per 100 % wrong",
        )
    add_claim(
        "chitturi2020",
        "mislabelling",
        f"{_dataset}: without wrong labels low loss means good testing AUC",
        "correlation_train_loss_test_auc",
        "< 0",
        "mean",
        [_dataset],
        unit="rank correlation",
    )
    for _error_percent in ERROR_PERCENTS[1:-1]:
        add_claim(
            "chitturi2020",
            "mislabelling",
            f"{_dataset}, {_error_percent} %: AUC of the rightly labelled part above that of testing",
            "train_correct_auc_mean",
            "> 0",
            "paired",
            [mislabelled(_dataset, _error_percent)],
            minus="test_auc_mean",
            unit="AUC",
        )
for _error_percent in ERROR_PERCENTS:
    for _more, _less in (("D1", "D3"), ("D3", "D2")):
        for _what, _quantity in (("minima", "n_minima"), ("transition states", "n_transition_states")):
            add_claim(
                "chitturi2020",
                "mislabelling",
                f"{_error_percent} %: more {_what} on {_more} than on {_less}",
                _quantity,
                "> 0",
                "difference",
                [mislabelled(_more, _error_percent), mislabelled(_less, _error_percent)],
                log=True,
                unit="ln",
            )

STUDY_FIGURES["chitturi2020"].insert(0, "figures/datasets/ljat3.png")
STUDY_LISTS["chitturi2020"] += [
    "results/datasets/outcomes.csv",
    "results/chitturi2020/class-distribution.csv",
    "results/chitturi2020/at-published-size.csv",
]


rule class_distribution:
    input:
        datasets=expand("results/datasets/ljat3_{dataset}.h5", dataset=MISLABELLED),
    output:
        table=report(
            "results/chitturi2020/class-distribution.csv",
            caption="../report/classes.rst",
            category="Datasets",
            labels={"shows": "classes of the training data"},
        ),
    log:
        "results/logs/chitturi2020/class-distribution.log",
    benchmark:
        "results/benchmarks/chitturi2020/class-distribution.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        draws=mislabelled_draws(),
        code=code("datasets"),
    message:
        "Count the classes of all training data"
    script:
        "../scripts/class_distribution.py"
