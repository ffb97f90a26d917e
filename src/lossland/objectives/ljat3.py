"""Three atoms with Lennard-Jones pair and Axilrod-Teller triple interactions (LJAT3).

Chitturi et al. 2020, equation 4, in units epsilon = sigma = 1.  Everything is written in the squared distances
a = r12^2, b = r13^2, c = r23^2: by the law of cosines

    cos(t1) cos(t2) cos(t3) = (a + b - c) (a + c - b) (b + c - a) / (8 a b c),

so that one division and one square root serve the whole potential.
"""

from math import sqrt

from lossland._kernel import kernel
from lossland.objectives.base import VALUE_GRADIENT, Objective, no_hessian, objective_data

N_VARIABLES = 9


@kernel(VALUE_GRADIENT, error_model="numpy")
def ljat3_value_gradient(x, data, gradient):
    """Return the energy of three atoms and overwrite its gradient.

    Parameters
    ----------
    x : ndarray, shape (9,)
        x, y, z of atom 1, then of atoms 2 and 3; unit sigma.
    data : ObjectiveData
        ``parameters[0]`` is Z, the strength of the triple term; unit epsilon sigma^9.
    gradient : ndarray, shape (9,)
        Overwritten; unit epsilon/sigma.

    Returns
    -------
    float
        Energy in epsilon; infinite or NaN where two atoms coincide.
    """
    z = data.parameters[0]
    x12, y12, z12 = x[0] - x[3], x[1] - x[4], x[2] - x[5]
    x13, y13, z13 = x[0] - x[6], x[1] - x[7], x[2] - x[8]
    x23, y23, z23 = x[3] - x[6], x[4] - x[7], x[5] - x[8]
    a = x12 * x12 + y12 * y12 + z12 * z12
    b = x13 * x13 + y13 * y13 + z13 * z13
    c = x23 * x23 + y23 * y23 + z23 * z23

    inverse = 1.0 / (a * b * c)
    inverse_a, inverse_b, inverse_c = b * c * inverse, a * c * inverse, a * b * inverse
    a3 = inverse_a * inverse_a * inverse_a
    b3 = inverse_b * inverse_b * inverse_b
    c3 = inverse_c * inverse_c * inverse_c

    # triple = Z (abc)^(-3/2) + 3/8 Z (abc)^(-5/2) product of the three (opposite sides of the angles)
    p, q, r = a + b - c, a + c - b, b + c - a
    isotropic = z * inverse * sqrt(inverse)
    angular = 0.375 * isotropic * inverse
    qr, pr, pq = q * r, p * r, p * q
    product = angular * p * qr
    energy = 4.0 * (a3 * (a3 - 1.0) + b3 * (b3 - 1.0) + c3 * (c3 - 1.0)) + isotropic + product

    # twice the derivatives with respect to a, b, c: the gradient is these times the coordinate differences
    common = -3.0 * isotropic - 5.0 * product
    angular += angular
    by_a = inverse_a * (common + 24.0 * a3 * (1.0 - 2.0 * a3)) + angular * (qr + pr - pq)
    by_b = inverse_b * (common + 24.0 * b3 * (1.0 - 2.0 * b3)) + angular * (qr + pq - pr)
    by_c = inverse_c * (common + 24.0 * c3 * (1.0 - 2.0 * c3)) + angular * (pr + pq - qr)

    gradient[0] = by_a * x12 + by_b * x13
    gradient[1] = by_a * y12 + by_b * y13
    gradient[2] = by_a * z12 + by_b * z13
    gradient[3] = by_c * x23 - by_a * x12
    gradient[4] = by_c * y23 - by_a * y12
    gradient[5] = by_c * z23 - by_a * z12
    gradient[6] = -by_b * x13 - by_c * x23
    gradient[7] = -by_b * y13 - by_c * y23
    gradient[8] = -by_b * z13 - by_c * z23
    return energy


def ljat3(z: float = 2.0, *, cube_side: float = 2.0 * sqrt(3.0)) -> Objective:
    """Make the objective of the LJAT3 cluster (Chitturi et al. 2020, equation 4).

    Parameters
    ----------
    z : float
        Strength Z of the Axilrod-Teller term, unit epsilon sigma^9. At Z = 2 the minima are an equilateral triangle and
        three linear chains.
    cube_side : float
        Random starts are uniform in a cube of this side, unit sigma.

    Returns
    -------
    Objective
        9 variables: x, y, z of atom 1, then of atoms 2 and 3.
    """
    return Objective(
        kind="ljat3",
        n_variables=N_VARIABLES,
        value_gradient=ljat3_value_gradient,
        hessian=no_hessian,
        data=objective_data(parameters=[z]),
        start_low=0.0,
        start_high=float(cube_side),
        has_hessian=False,
        attributes={"z": float(z)},
    )
