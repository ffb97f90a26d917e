# Chitturi et al. 2020, section 6: two and three hidden layers with about as many weights, on few and on more data.
add_table(
    "chitturi2020",
    "table-4",
    "chitturi2020_table4_depth.csv",
    [({"hidden_layers": layers, "n_data": n_data}, name) for (layers, n_data), name in DEPTH.items()],
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
for _layers in (2, 3):
    _few, _more = DEPTH[_layers, 100], DEPTH[_layers, 1000]
    _claims = {
        "barrier_median": ("lower barriers to the global minimum with 100 data than with 1000", "< 0"),
        "n_minima": ("more minima with 100 data than with 1000", "> 0"),
        "n_transition_states": ("more transition states with 100 data than with 1000", "> 0"),
    }
    for _quantity, (_claim, _expected) in _claims.items():
        _claim = f"{_layers} hidden layers: {_claim}"
        add_claim(
            "chitturi2020", "depth", _claim, _quantity, _expected, "difference", [_few, _more], log=True, unit="ln"
        )
for _n_data in (100, 1000):
    _three, _two = DEPTH[3, _n_data], DEPTH[2, _n_data]
    for _quantity, _claim in (("energy_range", "wider range of losses"), ("n_minima", "more minima")):
        _claim = f"{_n_data} data: {_claim} with three hidden layers than with two"
        add_claim("chitturi2020", "depth", _claim, _quantity, "> 0", "paired", [_three, _two], log=True, unit="ln")
