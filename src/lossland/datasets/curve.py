"""Data of a non-linear regression: points of a damped product of sines, with noise."""

import numpy as np

from lossland.errors import InputError
from lossland.objectives.regression import N_VARIABLES, curve_points


def draw_curve(parameters, n_data: int, x_max: float, noise: float, rng: np.random.Generator):
    """Draw data as Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), section IV, do.

    Parameters
    ----------
    parameters : array_like, shape (5,)
        q1 to q5 of the curve (:func:`lossland.objectives.regression.curve`).
    n_data : int
    x_max : float
        The points are uniform between 0 and this.
    noise : float
        Standard deviation of the normal noise.
    rng : numpy.random.Generator

    Returns
    -------
    x, t : ndarray, shape (n_data,)

    Raises
    ------
    InputError
        When there are not five parameters, or fewer data than these.
    """
    parameters = np.asarray(parameters, dtype=np.float64)
    if parameters.shape != (N_VARIABLES,) or n_data < N_VARIABLES:
        raise InputError(f"{parameters.size} parameters and {n_data} data; expected {N_VARIABLES}, and no fewer data")
    x = rng.uniform(0.0, x_max, n_data)
    return x, curve_points(parameters.copy(), x) + rng.normal(0.0, noise, n_data)
