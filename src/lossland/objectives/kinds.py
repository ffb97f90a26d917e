"""Kinds of objectives that a landscape file holds whole."""


def from_description(kind, attributes, arrays):
    """Rebuild the objective that a landscape file describes; only the kernels of its kind are loaded.

    Parameters
    ----------
    kind : str
    attributes, arrays : dict
        As in the file, by name.

    Returns
    -------
    Objective

    Raises
    ------
    KeyError
        When the kind is a user's own function, which no file can hold.
    """
    if kind == "mlp_cross_entropy":
        from lossland.objectives.mlp import mlp_cross_entropy

        return mlp_cross_entropy(
            attributes["layer_sizes"],
            arrays["inputs"],
            arrays["labels"],
            attributes["regularisation"],
            regularise_biases=bool(attributes["regularise_biases"]),
            normalisation=str(attributes["normalisation"]),
            mask=arrays.get("mask"),
        )
    if kind == "p_spin":
        from lossland.objectives.pspin import p_spin

        return p_spin(arrays["couplings"], attributes["n_spins"], attributes["p"], stiffness=attributes["stiffness"])
    if kind == "damped_sines":
        from lossland.objectives.regression import damped_sines

        return damped_sines(arrays["x"], arrays["t"], attributes["max_frequency"])
    if kind == "distillation":
        from lossland.objectives.soft_targets import distillation

        return distillation(attributes["layer_sizes"], arrays["inputs"], arrays["targets"])
    raise KeyError(kind)
