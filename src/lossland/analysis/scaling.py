"""How a number spreads, and how that scales with the size of a system: variances and power laws."""

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


def variances(values, groups) -> dict:
    """Return the variance of a number over all, and within groups, with standard errors.

    Parameters
    ----------
    values : array_like, shape (n,)
    groups : array_like, shape (n,)
        Of each value; groups are independent of one another, values of one group are not.

    Returns
    -------
    dict of str to float
        ``variance_total``: of all values together; ``variance_within``: the mean over groups of their unbiased
        variances; ``variance_total_error`` by leaving out one group after the other (the jackknife), and
        ``variance_within_error``, the standard deviation of that mean.

    Raises
    ------
    InputError
        When there are fewer than two groups, or a group has fewer than two values.
    """
    values, (names, number) = np.asarray(values, dtype=float), np.unique(groups, return_inverse=True)
    parts = [values[number == k] for k in range(names.size)]
    if len(parts) < 2 or min(part.size for part in parts) < 2:
        raise InputError("a variance within groups needs at least two groups of at least two values each")
    within = np.array([part.var(ddof=1) for part in parts])
    without = np.array([values[number != k].var(ddof=1) for k in range(names.size)])
    jackknife = (names.size - 1) / names.size * ((without - without.mean()) ** 2).sum()
    return {
        "variance_total": float(values.var(ddof=1)),
        "variance_total_error": float(np.sqrt(jackknife)),
        "variance_within": float(within.mean()),
        "variance_within_error": float(within.std(ddof=1) / np.sqrt(names.size)),
    }
