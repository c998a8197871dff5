"""Posterior modes: likelihoods against plain formulas, derivatives, and the all-continuous case in closed form."""

import numpy as np
import pytest
from scipy.stats import norm

from sem.models import central_difference
from sme_sem.kernels import factor_scores, response_scores

RNG = np.random.default_rng(3)
CUTS = np.array([-np.inf, -0.7, 0.4, 1.1, np.inf])


def limits(n, p, seed=1):
    code = np.random.default_rng(seed).integers(0, 4, (n, p))
    return CUTS[code], CUTS[code + 1]


def test_the_log_likelihood_of_an_interval_is_the_difference_of_two_probabilities():
    lower, upper = limits(50, 3)
    u = RNG.normal(size=(50, 3))
    value, _, _ = response_scores.log_likelihood(lower, upper, u)
    np.testing.assert_allclose(value, np.log(norm.cdf(upper - u) - norm.cdf(lower - u)), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("shift", [-30.0, -8.0, 0.0, 8.0, 30.0])
def test_slopes_are_those_of_finite_differences_far_in_the_tails_too(shift):
    lower, upper = limits(40, 1)
    lower, upper = lower[:, 0], upper[:, 0]
    u = np.random.default_rng(4).normal(size=40) + shift
    value, pull, weight = response_scores.log_likelihood(lower, upper, u)
    assert np.isfinite(value).all() and (weight >= 0).all() and (weight <= 1).all()
    h = 1e-4
    above, below = (response_scores.log_likelihood(lower, upper, u + d) for d in (h, -h))
    np.testing.assert_allclose(pull, (above[0] - below[0]) / (2 * h), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(weight, -(above[1] - below[1]) / (2 * h), rtol=1e-5, atol=1e-6)


def test_a_missing_answer_says_nothing_and_a_continuous_one_what_the_normal_density_says():
    lower, upper = np.array([[np.nan, 0.3]]), np.array([[np.nan, 0.3]])
    value, pull, weight = response_scores.log_likelihood(lower, upper, np.array([[5.0, 1.0]]))
    np.testing.assert_allclose(value, [[0, norm.logpdf(0.7)]])
    np.testing.assert_allclose(pull, [[0, -0.7]])
    assert weight.tolist() == [[0, 1]]


def test_modes_are_where_the_posterior_is_flat_and_errors_its_curvature():
    B = RNG.uniform(0.5, 2, (5, 2))
    lower, upper = limits(8, 5)
    found, errors = response_scores.modes(B, lower, upper)

    for i in range(8):

        def posterior(z, lower=lower[i], upper=upper[i]):
            return np.array([z @ z / 2 - np.log(norm.cdf(upper - B @ z) - norm.cdf(lower - B @ z)).sum()])

        def slope(z, posterior=posterior):
            return central_difference(posterior, z, 1e-4)[0]

        np.testing.assert_allclose(slope(found[i]), 0, atol=1e-7)
        np.testing.assert_allclose(errors[i], np.linalg.inv(central_difference(slope, found[i], 1e-4)), rtol=1e-4)


def test_continuous_answers_alone_give_regression_scores():
    B, answers = RNG.uniform(0.5, 2, (5, 2)), RNG.normal(size=(20, 5))
    found, errors = response_scores.modes(B, answers, answers)
    P = factor_scores.precision(B @ B.T + np.eye(5), np.ones((1, 5), dtype=bool))
    weights, variances = factor_scores.regression(P, B.T, np.eye(2))
    np.testing.assert_allclose(found, answers @ weights[0].T, atol=1e-9)
    np.testing.assert_allclose(np.diagonal(errors, axis1=1, axis2=2), np.tile(variances, (20, 1)), rtol=1e-10)


def test_many_respondents_are_scored_as_one_by_one():
    B = RNG.uniform(0.5, 2, (4, 2))
    lower, upper = limits(5000, 4)
    found, errors = response_scores.modes(B, lower, upper)
    for i in (0, 4095, 4096, 4999):
        alone, error = response_scores.modes(B, lower[[i]], upper[[i]])
        np.testing.assert_allclose(found[i], alone[0], atol=1e-10)
        np.testing.assert_allclose(errors[i], error[0], rtol=1e-8)


def test_who_answered_nothing_stands_at_the_mean_with_the_construct_s_own_variance():
    nothing = np.full((1, 4), np.nan)
    found, errors = response_scores.modes(RNG.uniform(0.5, 2, (4, 2)), nothing, nothing)
    np.testing.assert_allclose(found, 0, atol=1e-14)
    np.testing.assert_allclose(errors[0], np.eye(2), atol=1e-14)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_means_and_their_errors_are_those_of_a_dense_grid(dimensions):
    rng = np.random.default_rng(5)
    B = rng.uniform(0.5, 2, (6, dimensions))
    lower, upper = limits(20, 6)
    lower[0], upper[0] = 1.1, np.inf  # the highest answer to everything
    lower[1, 2:] = upper[1, 2:] = np.nan
    lower[2, 0] = upper[2, 0] = 0.4
    found, errors = response_scores.means(B, lower, upper)
    axis = np.linspace(-7, 7, 401)
    z = np.stack(np.meshgrid(*[axis] * dimensions), axis=-1).reshape(-1, dimensions)
    for i in range(6):
        gap, continuous = np.isnan(lower[i]), lower[i] == upper[i]
        away = z @ B.T
        likelihood = np.where(
            continuous, norm.pdf(lower[i] - away), norm.cdf(upper[i] - away) - norm.cdf(lower[i] - away)
        )
        height = np.where(gap, 1.0, likelihood).prod(axis=1) * norm.pdf(z).prod(axis=1)
        share = height / height.sum()
        mean = share @ z
        np.testing.assert_allclose(found[i], mean, atol=2e-6)
        np.testing.assert_allclose(errors[i], (share[:, None] * (z - mean)).T @ (z - mean), atol=5e-6)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 4])
def test_means_of_continuous_answers_are_the_modes(dimensions):
    B, answers = RNG.uniform(0.5, 2, (5, dimensions)), RNG.normal(size=(6, 5))
    for mean, mode in zip(response_scores.means(B, answers, answers), response_scores.modes(B, answers, answers)):
        np.testing.assert_allclose(mean, mode, atol=1e-9)


def test_means_in_three_and_four_dimensions_where_constructs_are_apart_are_those_of_each_alone():
    lower, upper = limits(12, 8)
    for dimensions in (3, 4):
        B = np.kron(np.eye(dimensions), np.array([[1.2], [0.9]]))
        own = slice(2 * dimensions)
        found, _ = response_scores.means(B, lower[:, own], upper[:, own])
        alone = [
            response_scores.means(B[:2, :1], lower[:, k : k + 2], upper[:, k : k + 2])[0]
            for k in range(0, 2 * dimensions, 2)
        ]
        np.testing.assert_allclose(found, np.concatenate(alone, axis=1), atol=1e-4)
