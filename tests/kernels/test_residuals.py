"""Sampling errors of residuals, against finite differences, simulation and projections."""

import numpy as np
import pytest

from sme_sem.kernels import gamma as gammas
from sme_sem.kernels import residuals

RNG = np.random.default_rng(8)
ROOT = 0.3 * RNG.standard_normal((4, 4)) + np.eye(4)
S = ROOT @ ROOT.T
SIGMA = S + 0.1 * np.diag([1.0, 2.0, 0.5, 1.0])
D = np.array([0.2, -0.1, 0.3, 0.0])


def log_likelihood(flat):
    """Of one average respondent whose moments are S and D, at means and covariances in a row."""
    i, j = residuals.places(4)
    sigma = np.zeros((4, 4))
    sigma[i, j] = sigma[j, i] = flat[4:]
    d = D - flat[:4]
    return -0.5 * (np.linalg.slogdet(sigma)[1] + np.trace((S + np.outer(d, d)) @ np.linalg.inv(sigma)))


def test_observed_information_is_the_curvature_of_the_likelihood():
    i, j = residuals.places(4)
    at = np.concatenate([np.zeros(4), SIGMA[i, j]])
    f, E = log_likelihood, np.eye(14)

    def second(a, b, h):
        return (f(at + h * (a + b)) - f(at + h * (a - b)) - f(at - h * (a - b)) + f(at - h * (a + b))) / (4 * h**2)

    by_difference = [[(second(a, b, 2e-3) - 4 * second(a, b, 1e-3)) / 3 for b in E] for a in E]  # Richardson's
    found = residuals.normal_information(SIGMA, S, D, means=True, observed=True)
    np.testing.assert_allclose(found, by_difference, atol=1e-5)


def test_expected_information_inverts_the_covariance_of_normal_moments():
    A = residuals.normal_information(S, S, np.zeros(4), means=True, observed=False)
    np.testing.assert_allclose(A @ gammas.normal_theory(S, means=True), np.eye(14), atol=1e-9)
    observed = residuals.normal_information(S, S, np.zeros(4), means=True, observed=True)
    np.testing.assert_allclose(observed, A, atol=1e-10)


@pytest.mark.parametrize("means", [False, True])
def test_gamma_of_normal_answers_is_the_normal_one(means):
    answers = RNG.multivariate_normal(np.zeros(4), S, 400_000)
    found, expected = gammas.distribution_free(answers, means=means), gammas.normal_theory(S, means=means)
    scale = np.sqrt(np.outer(np.diagonal(expected), np.diagonal(expected)))
    np.testing.assert_allclose(found / scale, expected / scale, atol=0.02)


def test_gamma_with_whole_weights_is_that_of_clusters_of_copies():
    answers, times = RNG.standard_normal((50, 4)), RNG.integers(1, 4, 50)
    weighted = gammas.distribution_free(answers, means=True, weight=times.astype(float))
    cluster = np.arange(50).repeat(times)
    copies = gammas.distribution_free(answers.repeat(times, axis=0), means=True, cluster=cluster)
    np.testing.assert_allclose(weighted * 50 / 49, copies, atol=1e-12)


def test_what_is_given_is_taken_out_as_in_a_regression():
    gamma = gammas.normal_theory(S, means=False)
    kept, given = np.arange(7), np.arange(7, 10)
    expected = gamma[:7, :7] - gamma[:7, 7:] @ np.linalg.solve(gamma[np.ix_(given, given)], gamma[7:, :7])
    information = residuals.normal_information(S, S, np.zeros(4), means=False, observed=False)
    np.testing.assert_allclose(residuals.given_the_rest(gamma, information, kept), expected, atol=1e-9)


def test_a_residual_has_no_error_along_what_the_model_can_follow():
    gamma = gammas.normal_theory(S, means=False)
    A = np.linalg.inv(gamma)
    slopes = RNG.standard_normal((10, 3))
    inverse = np.linalg.inv(slopes.T @ A @ slopes)
    found = residuals.residual_covariance(gamma, A, slopes, inverse, 1.0)
    np.testing.assert_allclose(slopes.T @ A @ found, 0, atol=1e-9)
    np.testing.assert_allclose(found, gamma - slopes @ inverse @ slopes.T, atol=1e-9)
    assert np.linalg.matrix_rank(found, tol=1e-8) == 7
