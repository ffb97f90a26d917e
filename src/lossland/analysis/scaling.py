"""How a number scales with the size of a system: power laws."""

import numpy as np

from lossland.errors import InputError


def power_law_fit(n, variance, error) -> dict:
    """Fit variance = prefactor * n**exponent by weighted least squares of the logarithms.

    The weights are those of independent errors, (variance / error)**2, and the errors are taken at their word: where
    the points scatter by more than these, ``chi_square`` is above 1 and the error of the exponent is too small.

    Parameters
    ----------
    n : array_like, shape (n_sizes,)
        Sizes.
    variance : array_like, shape (n_sizes,)
        A positive number for each size.
    error : array_like, shape (n_sizes,)
        Its standard error, small against it.

    Returns
    -------
    dict
        ``exponent``, ``exponent_error`` (one standard error), ``prefactor``, and ``chi_square`` (for each degree of
        freedom; NaN for two sizes, which any power law fits).

    Raises
    ------
    InputError
        When the arrays differ in length, hold anything but positive numbers, or there are fewer than two sizes.
    """
    arrays = [np.asarray(array, dtype=float) for array in (n, variance, error)]
    n, variance, error = arrays
    if n.ndim != 1 or not n.shape == variance.shape == error.shape:
        raise InputError(f"{n.size} sizes, {variance.size} variances and {error.size} errors: expected as many of each")
    if not all(np.isfinite(array).all() and (array > 0.0).all() for array in arrays):
        raise InputError("sizes, variances and errors of a power law must all be positive numbers")
    if np.unique(n).size < 2:
        raise InputError(f"a power law needs at least two sizes, but there are {np.unique(n).size}")
    x, y, weight = np.log(n), np.log(variance), variance / error
    # about the weighted mean of x, where level and slope are independent
    middle = np.average(x, weights=weight**2)
    stretched = weight * (x - middle)
    exponent = (stretched * weight * y).sum() / (stretched**2).sum()
    level = np.average(y, weights=weight**2)
    residuals = weight * (y - level - exponent * (x - middle))
    return {
        "exponent": float(exponent),
        "exponent_error": float(1.0 / np.sqrt((stretched**2).sum())),
        "prefactor": float(np.exp(level - exponent * middle)),
        "chi_square": float((residuals**2).sum() / (n.size - 2)) if n.size > 2 else np.nan,
    }
