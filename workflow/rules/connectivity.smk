# Chitturi et al. 2020, section 5: landscapes of networks whose hidden nodes are joined to near nodes only.
for _n_hidden, (_figure, _landscapes) in NEIGHBOURS.items():
    _panels = {name: neighbours_in_words(number) for name, number in _landscapes.items()}
    add_figure("chitturi2020", _figure, _panels, "test_auc", n_columns=2 if _n_hidden == 10 else 3)
add_table(
    "chitturi2020",
    "connectivity",
    "chitturi2020_section5_neighbours.csv",
    [
        ({"hidden_nodes": n_hidden, "neighbours": "all" if number is None else str(number)}, name)
        for n_hidden, (_, landscapes) in NEIGHBOURS.items()
        for name, number in landscapes.items()
    ],
    counted=False,
)
STUDY_LISTS["chitturi2020"].append("results/chitturi2020/mask-symmetry.csv")

add_claim_on_neighbours("fewer minima than fully connected", "n_minima", "< 0", 10, 1, "ln", log=True)
add_claim_on_neighbours("lower testing AUC than fully connected", "test_auc_mean", "< 0", 10, 1, "AUC")
for _number in (2, 3):
    add_claim_on_neighbours("more minima", "n_minima", "> 0", 10, _number, "ln", log=True)
    add_claim_on_neighbours("more transition states", "n_transition_states", "> 0", 10, _number, "ln", log=True)
    add_claim_on_neighbours("more sub-funnels", "n_monotonic_sequence_basins", "> 0", 5, _number, "ln", log=True)
    for _n_hidden in (10, 5):
        add_claim_on_neighbours("more frustration", "frustration", "> 0", _n_hidden, _number, "barrier over height")
add_claim_on_neighbours("higher testing AUC", "test_auc_mean", "> 0", 10, 2, "AUC")


rule mask_symmetry:
    output:
        table=report(
            "results/chitturi2020/mask-symmetry.csv",
            caption="../report/masks.rst",
            category="Beside the papers",
            labels={"shows": "symmetries that masks leave"},
        ),
    log:
        "results/logs/chitturi2020/mask-symmetry.log",
    benchmark:
        "results/benchmarks/chitturi2020/mask-symmetry.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        networks=[
            [config["landscapes"]["chitturi2020"][name]["layer_sizes"], number]
            for _, landscapes in NEIGHBOURS.values()
            for name, number in landscapes.items()
        ],
        code=code("mask_symmetry", "objectives.locality"),
    message:
        "Work out which symmetries the masks leave"
    script:
        "../scripts/mask_symmetry.py"
