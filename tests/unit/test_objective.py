"""Functions that users hand in: what is compiled, checked and refused."""

import numba
import numpy as np
import pytest
from known_surfaces import double_wells, tilted_wells, tilted_wells_value_gradient

from lossland.landscape import Landscape
from lossland.objectives import from_function


def parabola(x, data, gradient):
    gradient[:] = 2.0 * x
    return np.sum(x * x)


def wrong_gradient(x, data, gradient):
    gradient[:] = 2.1 * x
    return np.sum(x * x)


def two_arguments(x, gradient):
    return 0.0


def returns_text(x, data, gradient):
    return "energy"


def test_plain_jitted_function_becomes_an_objective():
    objective = from_function(numba.njit(parabola), 3, low=-2.0, high=[1.0, 2.0, 3.0])
    energy, gradient = objective.energy_gradient([1.0, 2.0, 3.0])
    assert energy == 14.0
    assert gradient.tolist() == [2.0, 4.0, 6.0]
    assert np.abs(objective.hessian_matrix([1.0, 2.0, 3.0]) - 2.0 * np.eye(3)).max() < 1e-9
    assert np.abs(objective.hessian_product([1.0, 2.0, 3.0], [1.0, 0.0, -1.0]) - [2.0, 0.0, -2.0]).max() < 1e-9
    starts = np.array([objective.random_start(np.random.default_rng(seed)) for seed in range(50)])
    assert (starts >= -2.0).all()
    assert (starts <= [1.0, 2.0, 3.0]).all()


def test_an_objective_is_shown_without_its_data():
    assert len(repr(from_function(numba.njit(parabola), 1000))) < 300


def test_wrong_gradient_is_noticed():
    with pytest.raises(ValueError, match="'wrong_gradient' writes disagrees with difference quotients"):
        from_function(numba.njit(wrong_gradient), 3)


def lacks_a_term(x, data, gradient):
    gradient[0] = 4.0 * x[0] * (x[0] ** 2 - 1.0) + 0.3  # and 0.1 * x[1]
    gradient[1] = 4.0 * x[1] * (x[1] ** 2 - 1.0) + 0.2 + 0.1 * x[0]
    return (x[0] ** 2 - 1.0) ** 2 + (x[1] ** 2 - 1.0) ** 2 + 0.3 * x[0] + 0.2 * x[1] + 0.1 * x[0] * x[1]


def test_one_lucky_point_does_not_save_a_wrong_gradient():
    with pytest.raises(ValueError, match="'lacks_a_term' writes disagrees with difference quotients"):
        from_function(numba.njit(lacks_a_term), 2, low=-2.0, high=2.0)


@pytest.mark.parametrize("function", [two_arguments, returns_text])
def test_function_of_another_form_is_refused_with_form_and_cause(function):
    with pytest.raises(
        TypeError, match=rf"'{function.__name__}' does not compile as value_gradient\(x, data, gradient\)"
    ):
        from_function(numba.njit(function), 2)


def test_function_that_is_not_jitted_is_refused():
    with pytest.raises(TypeError, match="'parabola' is not jitted"):
        from_function(parabola, 2)


def test_box_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"low has shape \(3,\); expected a number or 2 of them"):
        from_function(numba.njit(parabola), 2, low=[0.0, 0.0, 0.0])
    for low, high in ((1.0, -1.0), ([0.0, 2.0], 1.0), (-np.inf, 1.0), (np.nan, 1.0)):
        with pytest.raises(ValueError, match="expected finite low <= high"):
            from_function(numba.njit(parabola), 2, low=low, high=high)


def wrong_on_the_diagonal(x, data, matrix):
    matrix[:] = np.diag(12.0 * x**2 - 3.0)


def never_written_beside_it(x, data, matrix):
    for i in range(x.size):
        matrix[i, i] = 12.0 * x[i] ** 2 - 4.0


@pytest.mark.parametrize("hessian", [wrong_on_the_diagonal, never_written_beside_it])
def test_wrong_hessian_is_refused(hessian):
    with pytest.raises(ValueError, match=f"'{hessian.__name__}' writes disagrees with difference quotients"):
        from_function(numba.njit(tilted_wells_value_gradient), 2, hessian=numba.njit(hessian))


def test_point_of_another_length_is_refused():
    with pytest.raises(ValueError, match="has 2 variables"):
        tilted_wells(2).energy([1.0, 2.0, 3.0])


def test_landscapes_of_different_functions_are_not_merged():
    with pytest.raises(ValueError, match="different objectives"):
        Landscape(double_wells([1.0, 2.0])).merge(Landscape(double_wells([1.0, 3.0])))
