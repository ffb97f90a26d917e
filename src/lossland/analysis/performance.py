"""How well minima of a network's loss predict: area under the ROC curve, cross-entropy, share of correct predictions.

Probabilities come as (n_data, n_out) for one minimum or (n_minima, n_data, n_out) for several; the result is one number
or one per minimum. All data handed in count: to judge a part of the data, hand in that part.
"""

import numpy as np
from numba import float64, int64

from lossland._kernel import kernel
from lossland.errors import InputError


@kernel(int64(float64[::1], float64[::1]))
def _wins(positive, negative):
    """Count pairs in which the positive is higher, twice, and ties once; both arrays ascending."""
    below = not_above = twice = 0
    for value in positive:
        while below < negative.size and negative[below] < value:
            below += 1
        not_above = max(not_above, below)
        while not_above < negative.size and negative[not_above] <= value:
            not_above += 1
        twice += below + not_above
    return twice


def _checked(probabilities, labels):
    probabilities = np.asarray(probabilities, dtype=np.float64)
    labels = np.asarray(labels)
    if probabilities.ndim < 2 or labels.shape != probabilities.shape[-2:-1] or labels.size == 0:
        raise InputError(
            f"probabilities of shape {probabilities.shape} and labels of shape {labels.shape}: "
            "expected (..., n_data, n_out) and (n_data,) with at least one datum"
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() >= probabilities.shape[-1]:
        raise InputError(f"labels must be integers 0..{probabilities.shape[-1] - 1}, one for each output")
    return probabilities, labels


def _result(values):
    return float(values) if np.ndim(values) == 0 else values


def auc(probabilities, labels, target=0):
    """Area under the ROC curve of one class against all others.

    The true positive rate integrated over the false positive rate as the threshold on the probability of ``target`` is
    swept (Ballard et al., Phys. Chem. Chem. Phys. 19, 12585 (2017), eqs. 6 and 7), computed exactly as the share of
    pairs (one datum of the class, one of another) in which the first has the higher probability; equal ones count half.

    Parameters
    ----------
    probabilities : array_like, shape (..., n_data, n_out)
    labels : array_like of int, shape (n_data,)
    target : int
        The class to be told from the others.

    Returns
    -------
    float or ndarray, shape (...)

    Raises
    ------
    InputError
        When shapes or labels do not fit, a probability is NaN, or the data lack ``target`` or any other class.
    """
    probabilities, labels = _checked(probabilities, labels)
    if not 0 <= target < probabilities.shape[-1]:
        raise InputError(f"target is {target}, but classes are 0..{probabilities.shape[-1] - 1}")
    is_target = labels == target
    n_target = int(np.count_nonzero(is_target))
    n_pairs = n_target * (labels.size - n_target)
    if n_pairs == 0:
        raise InputError(
            f"{n_target} of {labels.size} data are of class {target}: the AUC needs data of it and of others"
        )
    scores = probabilities[..., target]
    if np.isnan(scores).any():
        raise InputError("probabilities hold NaN, which has no rank")
    areas = np.empty(scores.shape[:-1])
    for i in np.ndindex(areas.shape):
        areas[i] = _wins(np.sort(scores[i][is_target]), np.sort(scores[i][~is_target])) / (2 * n_pairs)
    return _result(areas[()])


def macro_auc(probabilities, labels):
    """Mean of :func:`auc` over all classes that occur in ``labels``.

    Parameters
    ----------
    probabilities : array_like, shape (..., n_data, n_out)
    labels : array_like of int, shape (n_data,)

    Returns
    -------
    float or ndarray, shape (...)
    """
    probabilities, labels = _checked(probabilities, labels)
    return _result(np.mean([auc(probabilities, labels, target) for target in np.unique(labels)], axis=0))


def cross_entropy(probabilities, labels, penalty=0.0):
    """Mean over the data of -ln(probability of the datum's class), plus ``penalty``.

    Parameters
    ----------
    probabilities : array_like, shape (..., n_data, n_out)
    labels : array_like of int, shape (n_data,)
    penalty : float or array_like, shape (...)
        What regularisation adds, e.g. lambda |w|^2 of each minimum; zero gives the loss without regularisation.

    Returns
    -------
    float or ndarray, shape (...)
        Infinity where a datum's class has probability zero.
    """
    probabilities, labels = _checked(probabilities, labels)
    chosen = probabilities[..., np.arange(labels.size), labels]
    with np.errstate(divide="ignore"):
        return _result(-np.log(chosen).mean(axis=-1) + penalty)


def accuracy(probabilities, labels):
    """Share of the data whose most probable class (the first of equals) is their own.

    Parameters
    ----------
    probabilities : array_like, shape (..., n_data, n_out)
    labels : array_like of int, shape (n_data,)

    Returns
    -------
    float or ndarray, shape (...)
    """
    probabilities, labels = _checked(probabilities, labels)
    return _result((probabilities.argmax(axis=-1) == labels).mean(axis=-1))
