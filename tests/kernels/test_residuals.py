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
    (found,) = residuals.residual_covariances(gamma[None], slopes.T[None], (slopes.T @ A)[None], inverse)
    np.testing.assert_allclose(slopes.T @ A @ found, 0, atol=1e-9)
    np.testing.assert_allclose(found, gamma - slopes @ inverse @ slopes.T, atol=1e-9)
    assert np.linalg.matrix_rank(found, tol=1e-8) == 7


def test_groups_that_share_parameters_owe_residuals_to_each_other():
    gamma = np.stack([gammas.normal_theory(S, means=False) / 100, gammas.normal_theory(SIGMA, means=False) / 60])
    slopes = RNG.standard_normal((2, 3, 10))
    weight = RNG.standard_normal((2, 10, 10))
    weighted = slopes @ (weight @ weight.mT)
    inverse = np.linalg.inv((weighted @ slopes.mT).sum(axis=0))
    Q = np.eye(20) - np.concatenate(list(slopes.mT)) @ inverse @ np.concatenate(list(weighted), axis=1)
    together = np.zeros((20, 20))
    together[:10, :10], together[10:, 10:] = gamma
    expected = Q @ together @ Q.T
    found = residuals.residual_covariances(gamma, slopes, weighted, inverse)
    np.testing.assert_allclose(found, [expected[:10, :10], expected[10:, 10:]], rtol=1e-9, atol=1e-12)


def test_the_mean_square_of_residuals_has_the_moments_that_are_said():
    root = RNG.standard_normal((60, 80)) / 200
    X = root @ root.T
    right = np.sqrt((RNG.multivariate_normal(np.zeros(60), X, 20_000) ** 2).mean(axis=1))
    found = residuals.mean_square_test(np.zeros(60), X, 60)
    np.testing.assert_allclose([found.expected, found.error], [right.mean(), right.std()], rtol=0.02)
    wrong = np.full(60, 0.06)
    found = residuals.mean_square_test(wrong, X, 60)
    draws = [residuals.mean_square_test(e, X, 60).unbiased for e in RNG.multivariate_normal(wrong, X, 4000)]
    np.testing.assert_allclose([0.06, found.unbiased_error], [np.mean(draws), np.std(draws)], rtol=0.04)


def test_errors_beyond_numbers_give_no_test_and_no_warning():
    found = residuals.mean_square_test(np.full(3, 0.1), np.eye(3) * 1e200, 3)
    assert found.root == pytest.approx(0.1) and not np.isfinite(found.error)


def test_residuals_left_out_of_a_mean_square_are_zero():
    e, X = RNG.standard_normal(4), np.diag([0.1, 0.2, 0.1, 0.3])
    padded = np.zeros((6, 6))
    padded[:4, :4] = X
    np.testing.assert_allclose(
        residuals.mean_square_test(np.append(e, [0, 0]), padded, 6), residuals.mean_square_test(e, X, 6)
    )
