"""The figures of the spherical p-spin show the complexity, every energy, the two limits and the fitted exponents."""

import numpy as np
import pytest

from lossland.analysis.complexity import complexity, lowest_energy, threshold_energy
from lossland.errors import InputError
from lossland.plotting.complexity import plot_complexity, plot_energy_histograms, plot_variance

E_0, E_INF = lowest_energy(0), threshold_energy()
SIZES = np.array([10, 20, 50])
TABLE = {
    "n_variables": SIZES,
    "variance_total": 2.0 * SIZES**-1.5,
    "variance_total_error": 0.1 * SIZES**-1.5,
    "variance_within": [np.nan, 0.01, 0.002],  # a single minimum has no variance
    "variance_within_error": [np.nan, 0.001, 0.0003],
}
FIT = {"total": {"exponent": -1.5, "exponent_error": 0.04, "prefactor": 2.0}}


def upright(ax):
    """Return where the vertical lines of an axis stand."""
    return [line.get_xdata()[0] for line in ax.lines if line.get_xdata()[0] == line.get_xdata()[-1] < 0.0]


def test_curves_cross_zero_at_their_dots():
    figure = plot_complexity(indices=(0, 50), title="three spins")
    (ax,) = figure.axes
    curves = [line for line in ax.lines if line.get_label().startswith("$k")]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    for k, curve, dot in zip((0, 50), curves, dots, strict=True):
        u, theta = curve.get_data()
        assert np.array_equal(theta, complexity(u, k))
        assert dot.get_xdata()[0] == -lowest_energy(k)
        assert np.interp(-lowest_energy(k), u, theta) == pytest.approx(0.0, abs=1e-5)
        assert np.array_equal(curve.get_color(), dot.get_color())
    assert curves[0].get_linestyle() != curves[1].get_linestyle()
    assert upright(ax)[:2] == [-E_0, -E_INF]
    assert [text.get_text() for text in ax.texts] == ["$-E_0 = -1.657$", r"$-E_\infty = -1.633$"]
    assert ax.get_xlim()[0] < -E_0 < -E_INF < ax.get_xlim()[1]
    assert [text.get_text() for text in figure.legends[0].texts] == ["$k = 0$ (minima)", "$k = 50$"]


def test_histograms_hold_every_energy():
    rng = np.random.default_rng(2)
    energies = {100: rng.normal(-1.6, 0.02, 400), 10: rng.normal(-1.2, 0.1, 50), 4: [-1.0, -1.0]}
    figure = plot_energy_histograms(energies)
    for ax, size in zip(figure.axes, (4, 10, 100), strict=True):
        assert f"$N = {size}$" in [text.get_text() for text in ax.texts]
        assert upright(ax)[:2] == [-E_0, -E_INF]
        (outline,) = (patch for patch in ax.patches if len(patch.get_xy()) > 10)
        x, y = outline.get_xy().T
        assert abs(np.trapezoid(y, x)) == pytest.approx(1.0)  # none is left out: the area of a density
        assert ax.get_xlim()[0] < min(*energies[size], -E_0)
        assert max(energies[size]) < ax.get_xlim()[1]
    # of equal energies a narrow bar
    assert np.ptp(figure.axes[0].patches[-1].get_xy()[:, 0]) < 0.02


def test_variances_with_their_errors_and_the_fitted_line():
    figure = plot_variance(TABLE, FIT, title="variance")
    (ax,) = figure.axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    total, within = ax.containers
    assert np.array_equal(total.lines[0].get_ydata(), TABLE["variance_total"])
    assert np.array_equal(within.lines[0].get_ydata(), TABLE["variance_within"], equal_nan=True)
    low, high = np.array(total.lines[2][0].get_segments())[:, :, 1].T
    assert np.allclose((high - low) / 2, TABLE["variance_total_error"])
    labels = [text.get_text() for text in ax.get_legend().texts]
    assert labels == [r"over all realisations: $N^{-1.50 \pm 0.04}$", "within one realisation"]
    (line,) = (line for line in ax.lines if line.get_linestyle() == "-")
    assert np.allclose(line.get_ydata(), TABLE["variance_total"])


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (plot_complexity, [2], "p is 2, but a band of energies"),
        (plot_complexity, [3, ()], "no index was given"),
        (plot_complexity, [3, (0, -1)], "k is -1, but must be"),
        (plot_energy_histograms, [{}], "no number of spins was given"),
        (plot_energy_histograms, [{10: []}], "the energies of 10 spins must be finite, at least one"),
        (plot_energy_histograms, [{10: [np.nan]}], "the energies of 10 spins must be finite"),
        (plot_variance, [{"n_variables": [10]}, {}], "lacks the column 'variance_total'"),
        (plot_variance, [TABLE, {"between": {}}], "fit has the key 'between'; expected total or within"),
    ],
)
def test_bad_input(function, arguments, message):
    with pytest.raises(InputError, match=message):
        function(*arguments)


def test_histograms_of_another_model_have_no_levels():
    figure = plot_energy_histograms({5: [-2.0, -2.5], 8: [-2.4, -2.6]}, None)
    assert [line for ax in figure.axes for line in ax.lines] == []
    low, high = figure.axes[-1].get_xlim()
    assert -2.7 < low < -2.6
    assert -2.0 < high < -1.9
