"""Information about saturated moments, against differences of the likelihood and matrices of all moments."""

import numpy as np
import pytest

from kernels.gapped import Case, saturated_log_likelihoods
from sem.models import central_difference
from sme_sem.kernels import fiml, saturated
from sme_sem.kernels.gaps import missing_patterns
from sme_sem.kernels.saturated import saturated_information


def complete(own):
    """C as a matrix."""
    return own.of_complete(np.eye(len(own.observed)))


@pytest.mark.parametrize("groups", [1, 2])
def test_information_about_saturated_moments_is_curvature_and_spread_of_the_likelihood(groups):
    case = Case("feedback", groups)
    p = case.pattern.observed
    sigma, mu, _ = fiml.saturated(case.patterns, groups)
    i, j = np.triu_indices(p)
    for g, found in enumerate(saturated_information(case.patterns, sigma, mu, case.every)):
        own = case.answers[g]
        likelihood = saturated_log_likelihoods(own, p)
        best = np.concatenate([mu[g], sigma[g][i, j]])
        scores = central_difference(likelihood, best)
        expected = scores.T @ scores / len(own)
        np.testing.assert_allclose(found.first_order, expected, atol=1e-7 * abs(expected).max())

        def slope(x):
            return central_difference(lambda y: likelihood(y).mean(), x, step=1e-4)  # noqa: B023

        curvature = -central_difference(slope, best, step=1e-4)
        np.testing.assert_allclose(found.observed, curvature, atol=2e-5 * abs(curvature).max())
        inverse = np.linalg.inv(sigma[g])
        np.testing.assert_allclose(complete(found)[:p, :p], inverse, rtol=1e-12)
        np.testing.assert_allclose(complete(found)[:p, p:], 0, atol=1e-14)
        half = np.where(i == j, 0.5, 1)
        weight = np.outer(half, half) * (
            inverse[np.ix_(i, i)] * inverse[np.ix_(j, j)] + inverse[np.ix_(i, j)] * inverse[np.ix_(j, i)]
        )
        np.testing.assert_allclose(complete(found)[p:, p:], weight, rtol=1e-10, atol=1e-12)


def test_moments_among_given_variables_carry_no_information():
    case = Case("two constructs")
    sigma, mu, _ = fiml.saturated(case.patterns, 1)
    (whole,) = saturated_information(case.patterns, sigma, mu, case.every)
    (part,) = saturated_information(case.patterns, sigma, mu, case.every, given=2)
    i, j = np.triu_indices(6)
    kept = np.concatenate([np.arange(4), 6 + np.flatnonzero((i < 4) | (j < 4))])
    every = np.ix_(kept, kept)
    np.testing.assert_allclose(part.observed, whole.observed[every], rtol=1e-12)
    np.testing.assert_allclose(part.first_order, whole.first_order[every], rtol=1e-12)
    np.testing.assert_allclose(complete(part), complete(whole)[every], rtol=1e-12)
    assert len(part.free) == 4 and len(part.i) == 21 - 3


def test_whole_weights_inform_about_moments_as_repeated_rows_do():
    rng = np.random.default_rng(7)
    answers = rng.standard_normal((40, 3))
    answers[rng.random((40, 3)) < 0.25] = np.nan
    times = rng.integers(1, 4, 40)
    sigma, mu = np.eye(3)[None] + 0.3, np.full((1, 3), 0.2)
    repeated = answers.repeat(times, axis=0)
    expected = saturated_information(missing_patterns([repeated]), sigma, mu, repeated)[0]

    def times_alike(scores, group):
        assert group == 0
        return np.sqrt(times)[:, None] * scores

    patterns = missing_patterns([answers], [times.astype(float)])
    found = saturated_information(patterns, sigma, mu, answers, independent=times_alike)[0]
    np.testing.assert_allclose(found.observed, expected.observed, atol=1e-12)
    np.testing.assert_allclose(found.first_order, expected.first_order, atol=1e-12)
    np.testing.assert_allclose(complete(found), complete(expected), atol=1e-12)


@pytest.mark.parametrize("n", [40, 400])
def test_few_rows_of_scores_say_what_all_of_them_do(n):
    case = Case("two constructs", n=n)
    sigma, mu, _ = fiml.saturated(case.patterns, 1)
    kept = []

    def independent(scores, group):
        kept.append(scores)
        return scores

    (own,) = saturated_information(case.patterns, sigma, mu, case.every, independent=independent)
    assert len(own.scores) == min(n, 27)
    np.testing.assert_allclose(own.first_order, kept[0].T @ kept[0] / n, atol=1e-12)


def test_traces_and_influence_are_those_of_the_matrices():
    case = Case("means", n=300)
    sigma, mu, _ = fiml.saturated(case.patterns, 1)
    for own in saturated_information(case.patterns, sigma, mu, case.every, given=1):
        inverse = np.linalg.inv(own.observed)
        gamma = inverse @ own.first_order @ inverse
        np.testing.assert_allclose(own.vcov, inverse, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(own.influence.T @ own.influence, gamma, rtol=1e-8, atol=1e-10)
        assert own.trace_of_complete(robust=True) == pytest.approx(np.trace(complete(own) @ gamma), rel=1e-9)
        assert own.trace_of_complete(robust=False) == pytest.approx(np.trace(complete(own) @ inverse), rel=1e-9)


def test_matrices_made_in_pieces_are_the_same(monkeypatch):
    case = Case("means")
    sigma, mu, _ = fiml.saturated(case.patterns, 1)
    (whole,) = saturated_information(case.patterns, sigma, mu, case.every)
    at_once = complete(whole)
    monkeypatch.setattr(saturated, "CHUNK", 50)
    (own,) = saturated_information(case.patterns, sigma, mu, case.every)
    np.testing.assert_array_equal(own.observed, whole.observed)
    np.testing.assert_array_equal(complete(own), at_once)


def test_information_without_an_inverse_is_nan():
    own = saturated.Saturated(np.ones((2, 2)), np.eye(2), np.eye(2), np.array([0]), np.array([0]), np.array([0]))
    assert np.isnan(own.vcov).all() and np.isnan(own.influence).all()
