"""Data of a regression: the curve, the points and the noise that were asked for."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import kstest

from lossland.datasets import draw_curve
from lossland.errors import InputError
from lossland.objectives.regression import curve

PARAMETERS = [0.1, 2.13, 0.3, 1.34, -0.2]


def test_points_are_uniform_and_noise_is_normal():
    x, t = draw_curve(PARAMETERS, 4000, 9.0, 0.02, np.random.default_rng(0))
    assert kstest(x / 9.0, "uniform").pvalue > 1e-3
    exact = np.exp(-0.1 * x) * np.sin(2.13 * x + 0.3) * np.sin(1.34 * x - 0.2)
    assert kstest((t - exact) / 0.02, "norm").pvalue > 1e-3
    np.testing.assert_allclose(curve(PARAMETERS, x), exact, rtol=1e-12)


def test_equal_seeds_give_equal_data():
    first, second = (draw_curve(PARAMETERS, 10, 9.0, 0.1, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, second)


def test_data_have_the_same_bits_with_other_instructions_of_the_processor():
    """NumPy's exponential and sine differ with the processor; the data of a landscape must not."""
    program = "import lossland, hashlib, numpy as np; from lossland.datasets import draw_curve; "
    program += f"x, t = draw_curve({PARAMETERS}, 200, 9.0, 0.1, np.random.default_rng(3)); "
    program += "print(hashlib.sha256(x.tobytes() + t.tobytes()).hexdigest())"
    # a processor without these instructions has nothing to disable, and says so in a warning
    environments = [os.environ | {"NPY_DISABLE_CPU_FEATURES": disabled} for disabled in ("", "X86_V4 AVX512_ICL")]
    runs = [
        subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        for environment in environments
    ]
    assert runs[0].stdout == runs[1].stdout != ""


@pytest.mark.parametrize(("parameters", "n_data"), [([1.0] * 4, 10), (PARAMETERS, 1)])
def test_bad_input_is_refused(parameters, n_data):
    with pytest.raises(InputError, match="expected 5, and no fewer data"):
        draw_curve(parameters, n_data, 1.0, 0.1, np.random.default_rng(0))
