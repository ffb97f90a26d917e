# Chitturi et al. 2020, section 6: two and three hidden layers with about as many weights, on few and on more data.
add_table(
    "chitturi2020",
    "table-4",
    "chitturi2020_table4_depth.csv",
    [
        ({"hidden_layers": layers, "nodes_per_hidden_layer": DEPTH_NODES[layers], "n_data": n_data}, name)
        for (layers, n_data), name in DEPTH.items()
    ],
)
add_figure(
    "chitturi2020",
    "figure-8",
    {name: f"{layers} hidden layers, {n_data} data" for (layers, n_data), name in DEPTH.items()},
    "test_auc",
    # many of the minima of an unfinished landscape are not yet joined to the lowest one
    graph={"n_lowest": 2000, "unconnected": "drop"},
    n_columns=2,
)
_claim = partial(add_claim, "chitturi2020", "depth", log=True, unit="ln")
for _layers in (2, 3):
    _pair = [DEPTH[_layers, 100], DEPTH[_layers, 1000]]
    _text = f"{_layers} hidden layers: {{}} with 100 data than with 1000"
    _claim(_text.format("lower barriers to the global minimum"), "barrier_median", "< 0", "paired", _pair)
    _claim(_text.format("more minima"), "n_minima", "> 0", "paired", _pair)
    _claim(_text.format("more transition states"), "n_transition_states", "> 0", "paired", _pair)
for _n_data in (100, 1000):
    _pair = [DEPTH[3, _n_data], DEPTH[2, _n_data]]
    _text = f"{_n_data} data: {{}} with three hidden layers than with two"
    _claim(_text.format("wider range of losses"), "energy_range", "> 0", "paired", _pair)
    # the full range grows with the number of minima that are found
    _middle = "energy_range:middle 90 % of joined"
    _claim(_text.format("wider range of the middle 90 % of losses"), _middle, "> 0", "paired", _pair)
    _claim(_text.format("more minima"), "n_minima", "> 0", "paired", _pair)
    _claim(_text.format("more transition states"), "n_transition_states", "> 0", "paired", _pair)
