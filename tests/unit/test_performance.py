"""Area under the ROC curve against trapezoids under the curve itself; loss and accuracy by hand."""

import numpy as np
import pytest

from lossland.analysis.performance import accuracy, auc, cross_entropy, macro_auc
from lossland.errors import InputError


def trapezoid_twin(scores, positive):
    """Sweep the threshold over all scores and integrate the true over the false positive rate (eqs. 6 and 7)."""
    thresholds = np.concatenate(([np.inf], np.unique(scores)[::-1]))
    true_rate = [np.mean(scores[positive] >= p) for p in thresholds]
    false_rate = [np.mean(scores[~positive] >= p) for p in thresholds]
    return np.trapezoid(true_rate, false_rate)


def random_predictions(seed, decimals, n_minima=4, n_data=200):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(4), (n_minima, n_data)).round(decimals)
    return probabilities, rng.permutation(np.arange(n_data) % 4)


@pytest.mark.parametrize("decimals", [1, 2, 15])  # many ties, some, none
def test_auc_is_the_area_under_the_curve(decimals):
    probabilities, labels = random_predictions(decimals, decimals)
    for target in range(4):
        expected = [trapezoid_twin(p[:, target], labels == target) for p in probabilities]
        np.testing.assert_allclose(auc(probabilities, labels, target), expected, rtol=1e-12)
        assert auc(probabilities[2], labels, target) == auc(probabilities, labels, target)[2]
    expected = np.mean([auc(probabilities, labels, target) for target in range(4)], axis=0)
    np.testing.assert_allclose(macro_auc(probabilities, labels), expected, rtol=1e-15)


def test_auc_of_perfect_inverted_and_blind_predictions():
    labels = np.array([0, 0, 1, 1, 1])
    scores = np.array([0.9, 0.8, 0.3, 0.2, 0.1])
    perfect = np.column_stack((scores, 1 - scores))
    assert auc(perfect, labels) == 1.0
    assert auc(perfect[:, ::-1], labels) == 0.0
    assert auc(np.full((5, 2), 0.5), labels) == 0.5


def test_loss_and_accuracy_by_hand():
    probabilities = np.array([[[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]], [[0.2, 0.4, 0.4], [1.0, 0.0, 0.0]]])
    labels = [0, 1]
    plain = [-(np.log(0.5) + np.log(0.8)) / 2, np.inf]
    np.testing.assert_allclose(cross_entropy(probabilities, labels), plain, rtol=1e-15)
    penalised = cross_entropy(probabilities, labels, [0.125, 1.0])
    np.testing.assert_allclose(penalised, [plain[0] + 0.125, np.inf], rtol=1e-15)
    assert accuracy(probabilities, labels).tolist() == [1.0, 0.0]
    assert accuracy(probabilities[0], labels) == 1.0


@pytest.mark.parametrize(
    ("labels", "target", "message"),
    [
        ([0, 1], 0, "expected"),
        ([0, 1, 4], 0, "0..3"),
        ([0, 1, -1], 0, "0..3"),
        ([0.0, 1.0, 2.0], 0, "integers"),
        ([1, 1, 2], 0, "0 of 3 data are of class 0"),
        ([1, 1, 1], 1, "3 of 3 data are of class 1"),
        ([0, 1, 2], 4, "target is 4"),
    ],
)
def test_bad_labels_are_named(labels, target, message):
    with pytest.raises(InputError, match=message):
        auc(np.full((3, 4), 0.25), np.array(labels), target)


def test_nan_is_refused():
    with pytest.raises(InputError, match="NaN"):
        auc([[np.nan, 1.0], [0.5, 0.5]], [0, 1])
