"""Totals of ordered answers, against simulated ones and against continuous ones."""

import numpy as np
import pytest

from sme_sem.kernels import scores, validity

LOADINGS = np.array([0.8, 0.7, 0.6])
THRESHOLDS = np.array([[-1.0, -0.2, 0.7], [-0.5, 0.4, np.inf], [-1.4, -0.9, 1.8]])


def correlation():
    R = np.outer(LOADINGS, LOADINGS)
    np.fill_diagonal(R, 1)
    return R


def omega():
    return scores.categorical_omega(LOADINGS, np.array(1.0), correlation(), THRESHOLDS)


def answered(responses):
    return (responses[:, :, None] > THRESHOLDS).sum(axis=2)


@pytest.fixture(scope="module")
def totals():
    """Two totals of the same people that share nothing but the construct."""
    rng = np.random.default_rng(77)
    construct = rng.normal(size=(400_000, 1))
    return [answered(construct * LOADINGS + rng.normal(size=(400_000, 3)) * np.sqrt(1 - LOADINGS**2)) for _ in range(2)]


def test_categorical_omega_is_the_correlation_of_two_parallel_totals(totals):
    first, second = (answers.sum(axis=1) for answers in totals)
    assert omega() == pytest.approx(np.corrcoef(first, second)[0, 1], abs=0.004)


def test_variances_and_covariances_are_those_of_simulated_answers(totals):
    seen = np.cov(totals[0], rowvar=False)
    expected = scores.covariance(np.outer(LOADINGS, LOADINGS), THRESHOLDS)
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(expected[off], seen[off], atol=0.006)
    np.testing.assert_allclose(scores.variances(THRESHOLDS), np.diag(seen), atol=0.006)


def test_a_correlation_near_one_gives_nearly_the_variance():
    same = np.tile(THRESHOLDS[0], (2, 1))
    near = scores.covariance(np.array([[1.0, 1 - 1e-10], [1 - 1e-10, 1.0]]), same)
    assert near[0, 1] == pytest.approx(scores.variances(same)[0], abs=1e-4)
    assert np.isnan(near[0, 0])


def test_with_many_fine_categories_it_is_the_reliability_of_the_continuous_total():
    fine = np.tile(np.linspace(-4, 4, 81), (3, 1))
    found = scores.categorical_omega(LOADINGS, np.array(1.0), correlation(), fine)
    assert found == pytest.approx(validity.composite_reliability(LOADINGS, 1.0, correlation()), abs=1e-3)


def test_uncorrelated_responses_give_uncorrelated_answers():
    np.testing.assert_allclose(scores.covariance(np.zeros((3, 3)), THRESHOLDS), 0, atol=1e-14)
