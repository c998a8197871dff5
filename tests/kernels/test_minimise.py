"""The one loop: members arrive, each on its own, and those that cannot are named."""

import numpy as np
import pytest

from sem.models import POPULATIONS, fitted_text, moments_by_hand, noisy_covariance, parameters_of, true_theta
from sme_sem.kernels import discrepancy, minimise
from sme_sem.kernels.discrepancy import Slope
from sme_sem.kernels.minimise import Status


def quadratic(target, curvature):
    """(theta - target)^T C (theta - target) for each member of a batch."""

    def slope_at(theta, members, exact):
        gap = theta - target[members]
        pull = np.matvec(curvature[members], gap)
        return Slope(np.vecdot(gap, pull), 2 * pull, 2 * curvature[members])

    return slope_at


class Problem:
    """Samples of one population, their discrepancy, and the population's parameters as a start."""

    def __init__(self, name, members, n=400):
        self.table = parameters_of(fitted_text(POPULATIONS[name]))
        self.pattern = self.table.pattern
        covariance, mean = moments_by_hand(POPULATIONS[name])
        order = list(self.table.observed)
        S = [noisy_covariance(covariance.loc[order, order], n, seed)[None] for seed in range(members)]
        means = np.stack([mean.loc[order].to_numpy()[None]] * members) if self.pattern.means else None
        self.sample = discrepancy.Sample(np.stack(S), means, np.ones((members, 1)))
        self.start = np.stack([true_theta(POPULATIONS[name], self.table)] * members)

    def slope_at(self, theta, members, exact):
        return discrepancy.slope(self.pattern, self.sample.of(members), theta, exact=exact)

    def alone(self, b):
        def slope_at(theta, members, exact):
            return self.slope_at(theta, np.full(len(members), b), exact)

        with np.errstate(all="ignore"):
            return minimise.scoring(slope_at, self.start[b : b + 1])

    def together(self, **options):
        with np.errstate(all="ignore"):
            return minimise.scoring(self.slope_at, self.start, **options)


def test_a_bowl_is_solved_in_one_step():
    rng = np.random.default_rng(0)
    target = rng.normal(size=(5, 3))
    half = rng.normal(size=(5, 3, 6))
    found = minimise.scoring(quadratic(target, half @ half.mT), np.zeros((5, 3)))
    np.testing.assert_allclose(found.theta, target, rtol=1e-12)
    assert set(found.status) == {Status.CONVERGED}
    assert (found.iterations <= 2).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_parameter_s_unit_does_not_matter(scale):
    units = np.array([[1.0, scale]])
    curvature = np.array([[[2.0, 1.0], [1.0, 3.0]]]) / (units[:, :, None] * units[:, None, :])
    found = minimise.scoring(quadratic(units, curvature), np.zeros((1, 2)))
    assert found.status[0] is Status.CONVERGED
    np.testing.assert_allclose(found.theta, units, rtol=1e-9)


@pytest.mark.parametrize("name", POPULATIONS)
def test_at_the_minimum_the_slope_is_zero_and_no_neighbour_is_lower(name):
    problem = Problem(name, 4)
    found = problem.together()
    assert set(found.status) == {Status.CONVERGED}
    slope = problem.slope_at(found.theta, np.arange(4), False)
    np.testing.assert_allclose(slope.gradient, 0, atol=1e-9)
    rng = np.random.default_rng(5)
    for _ in range(20):
        other = found.theta + rng.uniform(-0.02, 0.02, found.theta.shape)
        assert (problem.slope_at(other, np.arange(4), False).value > found.value).all()


@pytest.mark.parametrize("name", POPULATIONS)
def test_members_arrive_to_the_last_digit(name):
    problem = Problem(name, 4)
    found = problem.together()
    slope = problem.slope_at(found.theta, np.arange(4), True)
    left = np.linalg.solve(slope.hessian, slope.gradient[..., None])[..., 0]
    np.testing.assert_allclose(left, 0, atol=3e-14)


def test_a_step_that_will_leave_nothing_is_the_last():
    problem = Problem("paths among constructs", 4)
    found, further = problem.together(), problem.together(tolerance=1e-60)
    assert (found.iterations < further.iterations).all()
    np.testing.assert_allclose(found.theta, further.theta, rtol=1e-13, atol=1e-13)


def test_a_member_ends_where_it_would_end_alone_to_the_last_bit():
    problem = Problem("paths among constructs", 6)
    together = problem.together()
    for b in range(6):
        alone = problem.alone(b)
        np.testing.assert_array_equal(together.theta[b], alone.theta[0])
        assert together.iterations[b] == alone.iterations[0]
        assert together.value[b] == alone.value[0]
        assert together.status[b] is alone.status[0]


@pytest.mark.parametrize("size", [1.2, 0.3, 0.01])
def test_where_the_expected_hessian_misleads_the_exact_one_takes_over(size):
    own, apart = np.array([[1.0, 0.9], [0.9, 1.0]]), size * np.array([[1.0, -0.5], [-0.5, 1.0]])

    def slope_at(theta, members, exact):
        value = np.vecdot(theta, theta @ own) / 2 + 0.05 * (theta**4).sum(axis=-1)
        hessian = own + 0.6 * theta[:, :, None] ** 2 * np.eye(2) if exact else np.stack([apart] * len(theta))
        return Slope(value, theta @ own + 0.2 * theta**3, hessian)

    found = minimise.scoring(slope_at, np.array([[3.0, 2.0]]))
    assert found.status[0] is Status.CONVERGED and found.iterations[0] < 100
    np.testing.assert_allclose(found.theta, 0, atol=1e-12)


def test_a_hopeless_member_is_named_and_the_others_arrive():
    problem = Problem("two constructs", 5)
    before = problem.together()
    problem.sample.covariance[2] = np.nan
    problem.start[4, problem.table.names().index("trust ~~ trust")] = -9
    after = problem.together()
    assert [s is Status.BAD_START for s in after.status] == [False, False, True, False, True]
    np.testing.assert_array_equal(after.theta[[0, 1, 3]], before.theta[[0, 1, 3]])
    assert set(after.status[[0, 1, 3]]) == {Status.CONVERGED}


def test_a_target_that_recedes_for_ever_does_not_count_as_arrived():
    def downhill(theta, members, exact):  # e^-x has no minimum
        value = np.exp(-theta[:, 0])
        return Slope(value, -value[:, None], value[:, None, None])

    found = minimise.scoring(downhill, np.zeros((1, 1)), max_iterations=10)
    assert found.status[0] is Status.ITERATION_LIMIT
    assert found.iterations[0] == 10
    assert 0 < found.value[0] < np.exp(-5)


def test_where_the_slope_lies_no_step_descends():
    def liar(theta, members, exact):  # the slope points uphill
        return Slope(theta[:, 0] ** 2, -2 * theta, np.full((len(theta), 1, 1), 2.0))

    found = minimise.scoring(liar, np.ones((1, 1)))
    assert found.status[0] is Status.NO_DESCENT
    assert found.theta[0, 0] == 1.0


def test_a_valley_without_a_single_lowest_point_is_left_to_the_caller_with_a_finite_value():
    flat = np.array([[[1.0, 1.0], [1.0, 1.0]]])  # only the sum of the two parameters matters
    found = minimise.scoring(quadratic(np.ones((1, 2)), flat), np.zeros((1, 2)))
    assert np.isfinite(found.theta).all()
    assert found.value[0] == pytest.approx(0, abs=1e-6)
    assert found.theta[0].sum() == pytest.approx(2, abs=1e-3)


def test_too_few_iterations_are_said_so():
    limited = Problem("paths among constructs", 3).together(max_iterations=1)
    assert set(limited.status) == {Status.ITERATION_LIMIT}
    assert (limited.iterations == 1).all()


def test_without_parameters_there_is_nothing_to_find():
    def constant(theta, members, exact):
        b = len(theta)
        return Slope(np.full(b, 0.5), np.zeros((b, 0)), np.zeros((b, 0, 0)))

    found = minimise.scoring(constant, np.zeros((3, 0)))
    assert set(found.status) == {Status.CONVERGED}
    np.testing.assert_array_equal(found.value, 0.5)


def test_the_caller_s_start_is_not_changed():
    start = np.zeros((1, 2))
    minimise.scoring(quadratic(np.ones((1, 2)), np.eye(2)[None]), start)
    np.testing.assert_array_equal(start, 0)


def test_every_way_to_fail_comes_with_advice():
    for status in Status:
        assert (status.value == "") == (status is Status.CONVERGED)
    assert "start values" in Status.ITERATION_LIMIT.value
    assert "identified" in Status.NO_DESCENT.value


def test_where_the_value_is_rounding_error_the_slope_alone_decides():
    calls = iter(range(10**6))

    def noisy(theta, members, exact):
        value = (theta**2).sum(axis=-1) / 2 + 1e-11 * next(calls)
        return Slope(value, theta, np.broadcast_to(np.eye(2), (len(theta), 2, 2)))

    found = minimise.scoring(noisy, np.full((1, 2), 1e-6))
    assert found.status[0] is Status.CONVERGED
    np.testing.assert_allclose(found.theta, 0, atol=1e-12)


def test_a_search_that_no_longer_gains_anything_is_given_up():
    def level(theta, members, exact):
        return Slope(np.zeros(len(theta)), np.ones_like(theta), np.broadcast_to(np.eye(2), (len(theta), 2, 2)))

    found = minimise.scoring(level, np.zeros((1, 2)), max_iterations=10**4)
    assert found.status[0] is Status.NO_DESCENT
    assert found.iterations[0] < 100


def test_batches_joined_are_one_batch():
    problem = Problem(next(iter(POPULATIONS)), 3)
    whole = problem.together()
    joined = minimise.Minimum.joined([problem.alone(b) for b in range(3)])
    for name in ("theta", "value", "decrement", "status", "iterations"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))


def bends(steepness):
    """r1 = x + 1 and r2 = c x^2 + x - 1, squared: smallest at 0, where J^T J is 2 and the Hessian 2 - 2 c (halved)."""

    def slope_at(theta, members, exact):
        x, c = theta[:, 0], steepness[members]
        r, J = np.stack([x + 1, c * x**2 + x - 1]), np.stack([np.ones_like(x), 2 * c * x + 1])
        return Slope((r**2).sum(axis=0), 2 * (J * r).sum(axis=0)[:, None], 2 * (J**2).sum(axis=0)[:, None, None])

    return slope_at


def test_where_residuals_stay_large_differences_of_gradients_take_over():
    # of what is left an expected Hessian leaves |c| at each step
    steepness, start = np.array([0.5, -0.5, -0.95, -0.97]), np.full((4, 1), 0.2)
    plain = minimise.scoring(bends(steepness), start)
    found = minimise.scoring_by_expectation(bends(steepness), start)
    assert list(plain.status[:2]) == [Status.CONVERGED] * 2 and Status.CONVERGED not in plain.status[2:]
    assert list(found.status) == [Status.CONVERGED] * 4
    assert (found.iterations[:2] == plain.iterations[:2]).all()
    assert (found.iterations[2:] < minimise.SLOW + minimise.FEW).all()
    assert found.theta[2:] == pytest.approx(0, abs=1e-9)
    for few in (1, minimise.SLOW, minimise.SLOW + 1):
        given = minimise.scoring_by_expectation(bends(steepness), start, max_iterations=few)
        assert (given.iterations <= few + 1).all() and given.status[-1] is Status.ITERATION_LIMIT
