"""Implied moments against the textbook formula, and their derivatives against finite differences."""

import numpy as np
import pytest

from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand, parameters_of, true_theta
from sme_sem.kernels import ram

every_population = pytest.mark.parametrize("name", POPULATIONS)


def model(name, groups=1):
    table = parameters_of(fitted_text(POPULATIONS[name]), groups)
    return table, table.pattern, true_theta(POPULATIONS[name], table)


@every_population
def test_implied_moments_are_those_of_the_textbook(name):
    table, pattern, theta = model(name)
    covariance, mean = moments_by_hand(POPULATIONS[name])
    implied = ram.implied(pattern, theta)
    order = list(table.observed)
    np.testing.assert_allclose(implied.sigma[0], covariance.loc[order, order], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(implied.mu[0], mean[order], rtol=1e-12, atol=1e-14)


@every_population
def test_the_derivatives_are_those_of_finite_differences(name):
    _, pattern, theta = model(name)
    dsigma, dmu = ram.jacobian(pattern, ram.implied(pattern, theta))
    by_parameter = np.einsum("gcij,gcq->gijq", dsigma, pattern.gather)
    numeric = central_difference(lambda x: ram.implied(pattern, x).sigma, theta)
    np.testing.assert_allclose(by_parameter, numeric, atol=1e-8)
    means = np.einsum("gci,gcq->giq", dmu, pattern.gather)
    np.testing.assert_allclose(means, central_difference(lambda x: ram.implied(pattern, x).mu, theta), atol=1e-8)


@every_population
def test_total_effects_are_the_inverse_of_i_minus_a(name):
    _, pattern, theta = model(name)
    A, _, _ = ram.matrices(pattern, theta)
    np.testing.assert_allclose(ram.implied(pattern, theta).E, np.linalg.inv(np.eye(A.shape[-1]) - A), atol=1e-13)


def test_a_feedback_loop_without_equilibrium_has_no_moments_and_disturbs_nobody():
    table, pattern, theta = model("feedback")
    loop = [i for i, name in enumerate(table.names()) if name in ("y1 ~ y2", "y2 ~ y1")]
    batch = np.stack([theta, theta, theta])
    batch[1, loop] = 1.0
    sigma = ram.implied(pattern, batch).sigma
    assert np.isnan(sigma[1]).any()
    np.testing.assert_array_equal(sigma[[0, 2]], ram.implied(pattern, batch[[0, 2]]).sigma)


def test_covariances_are_exactly_symmetric():
    _, pattern, theta = model("second order")
    sigma = ram.implied(pattern, theta).sigma
    np.testing.assert_array_equal(sigma, sigma.mT)


def test_equal_parameters_stand_in_every_cell_they_were_given():
    table, pattern, theta = model("equal loadings")
    A, _, _ = ram.matrices(pattern, theta)
    place = {name: i for i, name in enumerate(table.variables)}
    shared = theta[table.labels["a"]]
    for item, construct in (("t2", "trust"), ("t3", "trust"), ("u2", "use")):
        assert A[0, place[item], place[construct]] == shared
    assert pattern.one_to_one is None


def test_a_parameter_of_one_group_leaves_the_other_group_as_it_is():
    table, pattern, theta = model("two constructs", groups=2)
    before = ram.implied(pattern, theta).sigma
    second = next(p.index for p in table.parameters if p.op == "=~" and p.free and p.group == 1)
    theta[second] += 0.1
    after = ram.implied(pattern, theta).sigma
    np.testing.assert_array_equal(after[0], before[0])
    assert (after[1] != before[1]).any()


def test_exogenous_moments_are_taken_from_the_sample():
    table = parameters_of("y ~ x1 + x2; y ~ 1")
    pattern = table.pattern
    covariance = np.array([[[9.0, 9.0, 9.0], [9.0, 2.0, 0.5], [9.0, 0.5, 3.0]]])
    mean = np.array([[7.0, 1.0, -1.0]])
    theta = np.zeros(table.n_free)
    names = table.names()
    theta[[names.index(n) for n in ("y ~ x1", "y ~ x2", "y ~~ y", "y ~ 1")]] = 0.5, 0.25, 1.0, 4.0
    implied = ram.implied(pattern, theta, covariance, mean)
    np.testing.assert_array_equal(implied.sigma[0, 1:, 1:], covariance[0, 1:, 1:])
    np.testing.assert_array_equal(implied.mu[0, 1:], mean[0, 1:])
    assert implied.sigma[0, 0, 0] == pytest.approx(1 + 0.25 * 2 + 0.0625 * 3 + 2 * 0.125 * 0.5)
    assert implied.mu[0, 0] == pytest.approx(4 + 0.5 - 0.25)


def test_sums_by_parameter_agree_with_and_without_the_short_cut():
    _, pattern, _ = model("paths among constructs")
    rng = np.random.default_rng(0)
    c = len(pattern.matrix)
    values, pairs = rng.normal(size=(1, c)), rng.normal(size=(1, c, c))
    assert pattern.one_to_one is not None
    np.testing.assert_allclose(ram.sum_cells(pattern, values), values[0] @ pattern.gather[0], rtol=1e-14)
    expected = pattern.gather[0].T @ pairs[0] @ pattern.gather[0]
    np.testing.assert_allclose(ram.sum_cell_pairs(pattern, pairs), expected, rtol=1e-14)


def test_cells_are_summed_into_parameters_by_row_as_by_the_gathering_matrix():
    for name, groups in (("two constructs", 1), ("two constructs", 2)):
        _, pattern, _ = model(name, groups)
        values = np.random.default_rng(0).normal(size=(groups, 3, len(pattern.matrix)))
        np.testing.assert_allclose(ram.by_parameter(pattern, values), values @ pattern.gather, atol=1e-15)


@every_population
def test_the_derivatives_of_some_cells_are_those_of_all(name):
    _, pattern, theta = model(name)
    moments, cells = ram.implied(pattern, theta), np.array([3, 0, len(pattern.matrix) - 1])
    for some, every in zip(ram.jacobian(pattern, moments, cells), ram.jacobian(pattern, moments), strict=True):
        np.testing.assert_array_equal(some, every[:, cells])


def test_pairs_of_cells_are_summed_into_parameters_as_by_the_gathering_matrix():
    for name, groups in (("equal loadings", 1), ("equal loadings", 2), ("two constructs", 2)):
        _, pattern, _ = model(name, groups)
        c = len(pattern.matrix)
        pairs = np.random.default_rng(0).normal(size=(2, groups, c, c))
        expected = (pattern.gather.mT @ pairs @ pattern.gather).sum(axis=-3)
        np.testing.assert_allclose(ram.sum_cell_pairs(pattern, pairs), expected, atol=1e-13)
