# Chitturi et al., Mach. Learn.: Sci. Technol. 1, 023002 (2020), section 4.1: landscapes under mislabelled training data.
# Each table has one row for each share of wrong labels; each figure one panel.
for _dataset, (_table, _published, _figures) in MISLABELLED.items():
    _landscapes = {_error_percent: mislabelled(_dataset, _error_percent) for _error_percent in ERROR_PERCENTS}
    add_table("chitturi2020", _table, _published, [({"error_percent": e}, name) for e, name in _landscapes.items()])
    for _colour, _figure in zip(("train_auc", "test_auc"), _figures):
        _panels = {name: f"{_dataset}, {e} % wrong labels" for e, name in _landscapes.items()}
        add_figure("chitturi2020", _figure, _panels, _colour, n_columns=2)

_claim = partial(add_claim, "chitturi2020", "mislabelling")
_trend = {"at": [error_percent / 100 for error_percent in ERROR_PERCENTS], "unit": "per 100 % wrong"}
_ln_trend = _trend | {"log": True, "unit": "ln per 100 % wrong"}
_counts = {"minima": "n_minima", "transition states": "n_transition_states"}
_train, _test = (f"correlation_train_loss_{_part}_auc" for _part in ("train", "test"))
_at_levels = (  # claim, at these shares, quantity, expected, minus another quantity or number, unit
    ("low loss means good training AUC", ERROR_PERCENTS, _train, "< 0", 0.0, "rank correlation"),
    ("low loss means good testing AUC", (0,), _test, "< 0", 0.0, "rank correlation"),
    ("the better testing AUC at the higher loss", (10, 50, 100), _test, "> 0", 0.0, "rank correlation"),
    ("lowest minimum better in training than in testing", (0, 100), "train_gmin_auc", "> 0", "test_gmin_auc", "AUC"),
    ("lowest minimum better in testing than in training", (10, 50), "test_gmin_auc", "> 0", "train_gmin_auc", "AUC"),
    ("rightly labelled part better than testing", (0, 10, 50), "train_correct_auc_mean", "> 0", "test_auc_mean", "AUC"),
    ("testing AUC spreads more than training AUC", ERROR_PERCENTS, "test_auc_sd", "> 0", "train_auc_sd", "AUC"),
    ("testing worse than guessing", (100,), "test_gmin_auc", "< 0", 0.5, "AUC"),
)
for _dataset in MISLABELLED:
    _names = [mislabelled(_dataset, error_percent) for error_percent in ERROR_PERCENTS]
    for _what, _number in _counts.items():
        _claim(f"{_dataset}: more {_what} with more wrong labels", _number, "> 0", "trend", _names, **_ln_trend)
        for _percent in ERROR_PERCENTS[2:]:  # what rises at first and then no more has no straight line
            _pair = [mislabelled(_dataset, _percent), _dataset]
            _text = f"{_dataset}: more {_what} at {_percent} % than at 0 %"
            _claim(_text, _number, "> 0", "paired", _pair, log=True, unit="ln")
    for _text, _quantity, _expected in (
        ("higher loss of the lowest minimum with more wrong labels", "train_gmin_loss", "> 0"),
        ("lower training AUC of the lowest minimum with more wrong labels", "train_gmin_auc", "< 0"),
        ("lower testing AUC of the lowest minimum with more wrong labels", "test_gmin_auc", "< 0"),
        ("testing AUC spreads more with more wrong labels", "test_auc_sd", "> 0"),
        ("good testing AUC moves to higher loss with more wrong labels", "correlation_train_loss_test_auc", "> 0"),
    ):
        _claim(f"{_dataset}: {_text}", _quantity, _expected, "trend", _names, **_trend)
    for _text, _percents, _quantity, _expected, _minus, _unit in _at_levels:
        for _percent in _percents:
            _level, _name = f"{_dataset}, {_percent} %", mislabelled(_dataset, _percent)
            _claim(f"{_level}: {_text}", _quantity, _expected, "paired", [_name], minus=_minus, unit=_unit)
for _percent in ERROR_PERCENTS:
    for _more, _less in (("D1", "D3"), ("D3", "D2")):
        _names = [mislabelled(dataset, _percent) for dataset in (_more, _less)]
        _text = f"{_percent} %: higher loss of the lowest minimum on {_more} than on {_less}"
        _claim(_text, "train_gmin_loss", "> 0", "difference", _names, unit="loss")
        for _what, _number in _counts.items():
            _text = f"{_percent} %: more {_what} on {_more} than on {_less}"
            _claim(_text, _number, "> 0", "difference", _names, log=True, unit="ln")

STUDY_FIGURES["chitturi2020"].insert(0, "figures/datasets/ljat3.png")
STUDY_LISTS["chitturi2020"] += [
    "results/datasets/outcomes.csv",
    "results/chitturi2020/class-distribution.csv",
    "results/chitturi2020/at-published-size.csv",
]


rule class_distribution:
    input:
        datasets=lambda wildcards: files_of_draws(wildcards.classes),
    output:
        table=report(
            "results/chitturi2020/{classes}.csv",
            caption="../report/classes.rst",
            category="Datasets",
            labels={"shows": "classes of the training data, {classes}"},
        ),
    log:
        "results/logs/chitturi2020/{classes}.log",
    benchmark:
        "results/benchmarks/chitturi2020/{classes}.tsv"
    wildcard_constraints:
        classes=one_of(CLASS_TABLES),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        draws=lambda wildcards: mislabelled_draws(wildcards.classes),
        code=code("datasets"),
    message:
        "Count the classes of all training data in {output.table}"
    script:
        "../scripts/class_distribution.py"
