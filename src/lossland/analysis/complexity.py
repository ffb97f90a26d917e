"""How many stationary points a pure spherical p-spin glass has at each energy: its complexity functions.

Auffinger, Ben Arous and Cerny, Comm. Pure Appl. Math. 66, 165 (2013), for the energy
H(w) = N**(-(p-1)/2) sum x[i1..ip] w[i1]..w[ip] with |w|**2 = N and independent standard normal x, whose variance is N.
The energy per spin is u = H / N; the index is the number of negative eigenvalues of the Hessian on the sphere.
"""

from numbers import Real

import numpy as np
from scipy.optimize import brentq

from lossland.errors import InputError

ROOT_TOLERANCE = 1e-14


def threshold_energy(p=3) -> float:
    """Return E_inf = 2 sqrt((p-1)/p): stationary points of any fixed index have energies below -E_inf as N grows.

    The stationary points of each index are most numerous just below -E_inf. Ballard et al., Phys. Chem. Chem. Phys. 19,
    12585 (2017), section VII, print "-E_inf = 2 sqrt(2/3) = -1.633" for p = 3: a slip of the sign, since
    2 sqrt(2/3) = 1.633 is E_inf.

    Parameters
    ----------
    p : int
        Spins of each term, at least 2.

    Raises
    ------
    InputError
        When ``p`` is no whole number or below 2.
    """
    _check_whole("p", p, 2)
    return 2.0 * np.sqrt((p - 1) / p)


def rate_function(u, p=3) -> np.ndarray:
    """Return I_1(u), the cost of an eigenvalue outside the bulk: its probability falls as exp(-N I_1(u)).

    I_1(u) = (2 / E_inf**2) times the integral of sqrt(z**2 - E_inf**2) over z from u to -E_inf: the large deviations of
    the lowest eigenvalue of the Gaussian orthogonal ensemble whose bulk is [-E_inf, E_inf]. In
    closed form -u / E_inf**2 sqrt(u**2 - E_inf**2) - ln(-u + sqrt(u**2 - E_inf**2)) + ln E_inf.

    Parameters
    ----------
    u : float or array_like
        Energies per spin.
    p : int

    Returns
    -------
    ndarray of the shape of ``u``, or float
        0 for u >= -E_inf, where there are eigenvalues anyway.

    Raises
    ------
    InputError
        When an energy is not finite, or for ``p`` as in :func:`threshold_energy`.
    """
    ratio = np.maximum(-_finite(u) / threshold_energy(p), 1.0)
    # factors instead of ratio**2 - 1, which cancels at the threshold
    return ratio * np.sqrt((ratio - 1.0) * (ratio + 1.0)) - np.arccosh(ratio)


def complexity(u, k, p=3) -> np.ndarray:
    """Return Theta_k(u): the mean number of stationary points of index k below energy N u grows as exp(N Theta_k(u)).

    1/2 ln(p-1) - (p-2) / (4 (p-1)) u**2 - (k+1) I_1(u) for u <= -E_inf, and flat above: 1/2 ln(p-1) - (p-2)/p. Where
    it is negative there is no such point but with a probability that vanishes with N.
    For p = 2 there are 2 N stationary points only, and Theta_k is 0 above -E_inf and -(k+1) I_1 below.

    Parameters
    ----------
    u : float or array_like
        Energies per spin.
    k : int
        Index, 0 for minima; fixed while N grows.
    p : int

    Returns
    -------
    ndarray of the shape of ``u``, or float

    Raises
    ------
    InputError
        When ``k`` is no whole number or negative, and as :func:`rate_function`.
    """
    _check_whole("k", k, 0)
    below = np.minimum(_finite(u), -threshold_energy(p))
    return _parabola(below, p) - (k + 1) * rate_function(below, p)


def total_complexity(u, p=3) -> np.ndarray:
    """Return Theta(u): the mean number of stationary points of all indices below N u grows as exp(N Theta(u)).

    1/2 ln(p-1) - (p-2) / (4 (p-1)) u**2 - I_1(u) for u <= 0, where I_1 is 0 from -E_inf on, and 1/2 ln(p-1) above.
    Below -E_inf it is that of the minima.

    Parameters
    ----------
    u : float or array_like
        Energies per spin.
    p : int

    Returns
    -------
    ndarray of the shape of ``u``, or float

    Raises
    ------
    InputError
        As :func:`rate_function`.
    """
    below = np.minimum(_finite(u), 0.0)
    return _parabola(below, p) - rate_function(below, p)


def lowest_energy(k, p=3) -> float:
    """Return E_k, the root of Theta_k(-E_k) = 0: below -E_k there is no stationary point of index k as N grows.

    E_0 is minus the energy per spin of the global minimum. For p = 2 all E_k are E_inf.

    Parameters
    ----------
    k : int
        Index, 0 for minima.
    p : int

    Raises
    ------
    InputError
        For ``k`` and ``p`` as :func:`complexity`.
    """
    _check_whole("k", k, 0)
    threshold = threshold_energy(p)
    if p == 2:
        return threshold
    beyond = np.sqrt(2 * (p - 1) * np.log(p - 1) / (p - 2))  # where the parabola alone is 0
    return float(brentq(lambda energy: complexity(-energy, k, p), threshold, beyond, xtol=ROOT_TOLERANCE))


def _parabola(u, p):
    return 0.5 * np.log(p - 1) - (p - 2) / (4 * (p - 1)) * u**2


def _finite(u):
    u = np.asarray(u, dtype=float)
    if not np.isfinite(u).all():
        raise InputError("u holds an energy that is not finite, but needs numbers")
    return u


def _check_whole(name, value, least):
    if not (isinstance(value, Real) and value >= least and float(value).is_integer()):
        raise InputError(f"{name} is {value!r}, but must be a whole number of at least {least}")
