"""Minimising under constraints, against closed forms and another program's optimiser."""

import numpy as np
import pytest
from scipy import optimize

from sme_sem.kernels.constrained import (
    Restrictions,
    active,
    constrained_scoring,
    contradiction,
    free_directions,
    inseparable,
    null_space,
)
from sme_sem.kernels.discrepancy import Slope
from sme_sem.kernels.minimise import Status

H = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]])
G = np.array([-1.0, 2.0, 0.7])
FREE = -np.linalg.solve(H, G)


def bowl(theta, exact):
    return Slope(0.5 * theta @ H @ theta + G @ theta, H @ theta + G, H)


def valley(theta, exact):
    """Rosenbrock's, whose minimum is at (1, 1); squares, so that the Hessian has a positive stand-in."""
    x, y = theta
    jacobian = np.array([[-1, 0], [-2 * np.sqrt(10) * x, np.sqrt(10)]])
    value = (1 - x) ** 2 + 10 * (y - x**2) ** 2
    gradient = np.array([-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)])
    hessian = np.array([[2 - 40 * (y - 3 * x**2), -40 * x], [-40 * x, 20]])
    return Slope(value, gradient, hessian if exact else 2 * jacobian.T @ jacobian)


def linear(A, b, equalities):
    """A theta - b = 0 for the first rows, >= 0 for the others"""
    A, b = np.atleast_2d(np.asarray(A, dtype=float)), np.atleast_1d(b)
    return lambda theta: Restrictions(A @ theta - b, A, equalities)


def minimise(slope_at, restrictions_at, start, **options):
    found = constrained_scoring(slope_at, restrictions_at, np.asarray(start, dtype=float), **options)
    return found.theta[0], found.status[0], found


def test_without_constraints_it_is_newton_s_method():
    theta, status, found = minimise(bowl, linear(np.zeros((0, 3)), np.zeros(0), 0), np.zeros(3))
    np.testing.assert_allclose(theta, FREE, atol=1e-10)
    assert status is Status.CONVERGED
    assert found.iterations[0] <= 3


def test_under_linear_equalities_the_karush_kuhn_tucker_system_is_solved():
    A, b = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, -2.0]]), np.array([1.0, 0.3])
    system = np.block([[H, A.T], [A, np.zeros((2, 2))]])
    expected = np.linalg.solve(system, np.concatenate([-G, b]))[:3]
    theta, status, _ = minimise(bowl, linear(A, b, 2), [5, -3, 2])
    np.testing.assert_allclose(theta, expected, atol=1e-10)
    assert status is Status.CONVERGED


@pytest.mark.parametrize("start", [[0, 0, 0], [5, -3, 2], [-4, -4, -4]])
@pytest.mark.parametrize("seed", [*range(6), 201, 255])  # in the last two, a limit met on the way has to be dropped
def test_under_inequalities_another_optimiser_finds_the_same(seed, start):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((3, 3))  # three limits in three dimensions can always be kept
    b = A @ FREE + rng.uniform(-0.5, 0.5, 3)  # some hold at the free minimum, some do not
    limits = {"type": "ineq", "fun": lambda x: A @ x - b, "jac": lambda x: A}
    expected = optimize.minimize(
        lambda x: bowl(x, False).value,
        np.zeros(3),
        jac=lambda x: H @ x + G,
        constraints=[limits],
        method="SLSQP",
        options={"ftol": 1e-12},
    )
    theta, status, _ = minimise(bowl, linear(A, b, 0), start)
    assert expected.success and status is Status.CONVERGED
    np.testing.assert_allclose(theta, expected.x, atol=1e-6)
    assert (A @ theta - b > -1e-10).all()


def test_an_inequality_that_holds_anyway_changes_nothing():
    theta, status, _ = minimise(bowl, linear([1, 0, 0], FREE[0] - 1, 0), [8, 1, 1])
    np.testing.assert_allclose(theta, FREE, atol=1e-10)
    assert status is Status.CONVERGED


def test_an_inequality_that_binds_is_an_equality():
    bound = FREE[1] + 0.4
    theta, *_ = minimise(bowl, linear([0, 1, 0], bound, 0), np.zeros(3))
    equal, *_ = minimise(bowl, linear([0, 1, 0], bound, 1), np.zeros(3))
    np.testing.assert_allclose(theta, equal, atol=1e-10)
    assert theta[1] == pytest.approx(bound, abs=1e-12)


def test_the_nearest_point_of_a_circle_is_found():
    def slope(theta, exact):
        d = theta - [0.9, 1.2]
        return Slope(d @ d, 2 * d, 2 * np.eye(2))

    def circle(theta):
        return Restrictions(np.array([theta @ theta - 1]), 2 * theta[None], 1)

    theta, status, _ = minimise(slope, circle, [0.5, -0.1])
    np.testing.assert_allclose(theta, [0.6, 0.8], atol=1e-8)
    assert status is Status.CONVERGED


@pytest.mark.parametrize("start", [[-1.2, 1], [0, 0], [0.5, 2]])
def test_a_bent_valley_is_followed_to_a_bent_limit(start):
    def disc(theta):  # x^2 + y^2 <= 1
        return Restrictions(np.array([1 - theta @ theta]), -2 * theta[None], 0)

    theta, status, _ = minimise(valley, disc, start)
    limit = {"type": "ineq", "fun": lambda x: 1 - x @ x}
    expected = optimize.minimize(
        lambda x: valley(x, False).value, [0.5, 0.5], constraints=[limit], method="SLSQP", options={"ftol": 1e-15}
    ).x
    assert status is Status.CONVERGED
    np.testing.assert_allclose(theta, expected, atol=1e-5)
    assert theta @ theta == pytest.approx(1, abs=1e-9)


def test_a_redundant_constraint_is_no_obstacle():
    once, *_ = minimise(bowl, linear([1, 1, 0], 1.0, 1), np.zeros(3))
    twice, status, _ = minimise(bowl, linear([[1, 1, 0], [2, 2, 0]], [1.0, 2.0], 2), np.zeros(3))
    np.testing.assert_allclose(twice, once, atol=1e-10)
    assert status is Status.CONVERGED


def test_constraints_that_contradict_each_other_do_not_converge():
    _, status, found = minimise(bowl, linear([[1, 0, 0], [1, 0, 0]], [1.0, 2.0], 2), np.zeros(3), max_iterations=30)
    assert status is not Status.CONVERGED
    assert np.isfinite(found.theta).all()


def test_running_out_of_iterations_is_said():
    _, status, found = minimise(valley, linear([0, 0], -1.0, 0), [-1.2, 1], max_iterations=2)
    assert status is Status.ITERATION_LIMIT
    assert found.iterations[0] == 2


@pytest.mark.parametrize("broken", ["discrepancy", "constraint"])
def test_a_start_without_a_value_is_a_bad_start(broken):
    def slope(theta, exact):
        return bowl(theta, exact)._replace(value=np.nan) if broken == "discrepancy" else bowl(theta, exact)

    limit = np.nan if broken == "constraint" else 0.0
    _, status, found = minimise(slope, linear([1, 0, 0], limit, 1), np.zeros(3))
    assert status is Status.BAD_START
    assert found.iterations[0] == 0


def test_the_null_space_holds_every_direction_in_which_constraints_rest():
    slopes = np.array([[1.0, 2.0, 0.0, -1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 3.0, 1.0, -1.0]])  # the third is their sum
    N = null_space(slopes, 4)
    assert N.shape == (4, 2)
    np.testing.assert_allclose(slopes @ N, 0, atol=1e-14)
    np.testing.assert_allclose(N.T @ N, np.eye(2), atol=1e-14)


def test_without_constraints_every_direction_is_free():
    np.testing.assert_array_equal(null_space(np.zeros((0, 3)), 3), np.eye(3))
    np.testing.assert_allclose(abs(null_space(np.zeros((1, 3)), 3)), np.eye(3))


def pressed(gradient, curvature):
    return Slope(0.0, np.array(gradient, dtype=float), np.diag(np.array(curvature, dtype=float)))


def test_equalities_bind_always_and_inequalities_at_a_limit_beyond_which_the_discrepancy_falls():
    limits = Restrictions(np.array([0.3, 1e-9, 0.5, -1e-9]), np.eye(4), 1)
    np.testing.assert_array_equal(active(limits, pressed([0, 1, 1, 1e-3], [1, 1, 1, 1])), [True, True, False, True])
    np.testing.assert_array_equal(active(limits, pressed([0, 0, 1, 1e-8], [1, 1, 1, 1])), [True, False, False, False])


def test_how_near_a_limit_is_near_is_told_by_the_curvature():
    limits = Restrictions(np.array([1e-9, 1e-9]), np.eye(2), 0)
    np.testing.assert_array_equal(active(limits, pressed([1, 1e10], [1.0, 1e20])), [True, False])


def test_free_directions_are_the_same_space_in_any_unit():
    slopes = np.array([[1.0, 2.0, 0.0, -1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 3.0, 1.0, -1.0]])
    units = np.array([1e6, 1e-6, 1.0, 1e3])
    N = free_directions(slopes / units, np.diag(units**-2))
    assert N.shape == (4, 2)
    np.testing.assert_allclose(slopes @ (N / units[:, None]), 0, atol=1e-14)


@pytest.mark.parametrize("exponents", [(0, 0, 0), (6, -6, 0), (-6, 3, 6)])
def test_units_of_parameters_and_constraints_do_not_change_the_way(exponents):
    unit = 10.0 ** np.array(exponents)
    A, b = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, -2.0]]), np.array([1.0, 0.3])
    plain, _, there = minimise(bowl, linear(A, b, 1), [5, -3, 2])

    def rescaled(theta, exact):
        found = bowl(theta / unit, exact)
        return Slope(found.value, found.gradient / unit, found.hessian / np.outer(unit, unit))

    theta, status, found = minimise(rescaled, linear(A / unit * 1e4, b * 1e4, 1), unit * [5, -3, 2])
    assert status is Status.CONVERGED and found.iterations == there.iterations
    np.testing.assert_allclose(theta / unit, plain, rtol=1e-9)


def test_no_iterations_at_all_are_an_ending_too():
    theta, status, found = minimise(bowl, linear([1, 1, 0], 1, 1), [5, -3, 2], max_iterations=0)
    assert status is Status.ITERATION_LIMIT and found.iterations == [0]
    np.testing.assert_array_equal(theta, [5, -3, 2])


def test_with_the_curvature_of_constraints_the_last_digits_come_at_once():
    def cubic(theta):  # y = x^3 + 1
        return Restrictions(np.array([theta[1] - theta[0] ** 3 - 1]), np.array([[-3 * theta[0] ** 2, 1.0]]), 1)

    def curvature(theta, multipliers):
        return multipliers[0] * np.diag([-6 * theta[0], 0.0])

    def slope(theta, exact):
        d = theta - [1.5, 1.0]
        return Slope(d @ d, 2 * d, 2 * np.eye(2))

    theta, status, found = minimise(slope, cubic, [1.0, 1.0], curvature_at=curvature)
    assert status is Status.CONVERGED and found.iterations[0] < 12
    x = np.roots([6, 0, 0, 0, 2, -3])  # 2 (x - 1.5) + 2 x^3 3 x^2 = 0
    assert theta[0] == pytest.approx(x[np.isreal(x)].real.item(), abs=1e-9)
    without = minimise(slope, cubic, [1.0, 1.0])[2]
    assert found.iterations[0] < without.iterations[0]


def test_the_smallest_set_that_contradicts_itself_is_found():
    A = np.array([[1.0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])
    together = linear(A, [1.0, 2.0, 4.0, 0.0], 3)
    np.testing.assert_array_equal(contradiction(together, np.zeros(3)), [True, True, True, False])
    assert contradiction(linear(A, [1.0, 2.0, 3.0, 0.0], 3), np.zeros(3)) is None
    assert contradiction(linear(A, [1.0, 2.0, 2.5, 5.0], 0), np.zeros(3)) is None


def test_what_has_no_value_is_not_called_a_contradiction():
    assert contradiction(lambda theta: Restrictions(np.array([np.nan]), np.ones((1, 3)), 1), np.zeros(3)) is None


TOGETHER = np.array([[1.0, 1, 0, 0, 0], [0, 0, 1, -2, 0], [0, 0, 0, 0, 1]])  # columns 0 and 1, 2 and 3 move as one


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ([], [0, 1, 2, 3]),
        ([[1, -1, 0, 0, 0]], [2, 3]),  # settles the first pair
        ([[1, 0, 0, 0, 0], [0, 0, 0, 1, 0]], []),
        ([[1, 1, 0, 0, 0]], [0, 1, 2, 3]),  # says what the information knows
        ([[0, 0, 0, 0, 0]], [0, 1, 2, 3]),
    ],
)
@pytest.mark.parametrize("unit", [np.ones(5), np.array([1e-6, 1e5, 1e3, 1e-4, 1e6])], ids=["one unit", "units apart"])
def test_what_cannot_be_told_apart_is_named_whatever_the_units(constraints, expected, unit):
    information = TOGETHER.T @ TOGETHER
    slopes = np.array(constraints, dtype=float).reshape(-1, 5)
    assert inseparable(unit[:, None] * information * unit, slopes * unit).tolist() == expected


def test_what_moves_nothing_is_named_first_unless_a_constraint_holds_it():
    information = np.diag([1.0, 0.0, 2.0])
    assert inseparable(information, np.zeros((0, 3))).tolist() == [1]
    assert inseparable(information, np.array([[0.0, 3.0, 0.0]])).tolist() == []
    assert inseparable(information * np.nan, np.zeros((0, 3))).tolist() == []
