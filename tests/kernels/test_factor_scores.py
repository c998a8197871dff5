"""Weights of factor scores, against regression and generalised least squares written out."""

import numpy as np
import pytest

from sme_sem.kernels import factor_scores

LOADINGS = np.array([[1, 0], [0.8, 0], [0.6, 0.3], [0, 1], [0, 0.7]])
V = np.array([[1.2, 0.4], [0.4, 0.9]])
THETA = np.diag([0.5, 0.4, 0.6, 0.3, 0.7])
SIGMA = LOADINGS @ V @ LOADINGS.T + THETA
ALL = np.ones((1, 5), dtype=bool)
SOME = np.array([[1, 0, 1, 1, 0], [0, 0, 0, 1, 1], [1, 1, 0, 0, 0]], dtype=bool)


def test_precision_inverts_what_was_answered():
    P = factor_scores.precision(SIGMA, SOME)
    for own, answered in zip(P, SOME, strict=True):
        np.testing.assert_allclose(own[np.ix_(answered, answered)], np.linalg.inv(SIGMA[np.ix_(answered, answered)]))
        assert (own[~answered] == 0).all() and (own[:, ~answered] == 0).all()


@pytest.mark.parametrize("answered", [ALL, SOME])
def test_regression_weights_are_those_of_the_constructs_on_the_items(answered):
    C = V @ LOADINGS.T
    weights, variances = factor_scores.regression(factor_scores.precision(SIGMA, answered), C, V)
    for own, variance, a in zip(weights, variances, answered, strict=True):
        expected = np.linalg.solve(SIGMA[np.ix_(a, a)], C[:, a].T).T
        np.testing.assert_allclose(own[:, a], expected, atol=1e-12)
        np.testing.assert_allclose(variance, np.diagonal(V - expected @ C[:, a].T), atol=1e-12)


def test_bartlett_weights_are_weighted_least_squares_with_the_specific_variances():
    weights, variances = factor_scores.bartlett(factor_scores.precision(SIGMA, ALL), LOADINGS, V)
    inner = LOADINGS.T @ np.linalg.inv(THETA)
    np.testing.assert_allclose(weights[0], np.linalg.solve(inner @ LOADINGS, inner), atol=1e-12)
    np.testing.assert_allclose(weights[0] @ LOADINGS, np.eye(2), atol=1e-12)  # unbiased
    np.testing.assert_allclose(variances[0], np.diagonal(np.linalg.inv(inner @ LOADINGS)), atol=1e-12)


def test_a_construct_nobody_asked_about_or_that_is_mixed_up_has_no_bartlett_score():
    weights, variances = factor_scores.bartlett(factor_scores.precision(SIGMA, SOME[1:]), LOADINGS, V)
    np.testing.assert_array_equal(np.isnan(variances), [[True, False], [False, True]])
    assert np.isnan(weights[0, 0]).all() and np.isfinite(weights[0, 1]).all()
    only = np.array([[False, False, True, False, False]])  # one item, two constructs
    assert np.isnan(factor_scores.bartlett(factor_scores.precision(SIGMA, only), LOADINGS, V)[1]).all()
