"""What single respondents contribute, against the log-likelihood itself and the matrices of the textbook."""

import numpy as np
import pytest
from scipy import stats

from kernels.test_discrepancy import duplication
from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand, parameters_of, true_theta
from sme_sem.kernels import casewise, discrepancy, ram

NAMES = ["two constructs", "paths among constructs", "equal loadings", "feedback", "means"]
every_model = pytest.mark.parametrize("name", NAMES)


class Case:
    """A model near its population, and odd answers to it."""

    def __init__(self, name, n=40):
        self.table = parameters_of(fitted_text(POPULATIONS[name]))
        self.pattern = self.table.pattern
        rng = np.random.default_rng(5)
        truth = true_theta(POPULATIONS[name], self.table)
        self.theta = truth + rng.uniform(-0.04, 0.04, size=truth.shape)
        covariance, mean = moments_by_hand(POPULATIONS[name])
        order = list(self.table.observed)
        skewed = rng.exponential(size=(n, len(order))) - 1
        self.answers = skewed @ np.linalg.cholesky(covariance.loc[order, order]).T + mean[order].to_numpy()
        self.mean = self.answers.mean(axis=0)
        self.covariance = np.cov(self.answers, rowvar=False, bias=True)

    def implied(self, theta):
        return ram.implied(self.pattern, theta, self.covariance[None], self.mean[None])

    def scores(self, *, around_sample=False):
        implied = self.implied(self.theta)
        return casewise.scores(self.pattern, implied, self.answers, self.mean, 0, around_sample=around_sample)

    def log_likelihoods(self, theta):
        implied = self.implied(theta)
        centre = implied.mu[0] if self.pattern.means else self.mean
        return stats.multivariate_normal(centre, implied.sigma[0]).logpdf(self.answers)


def vech(M):
    return np.concatenate([M[i:, i] for i in range(len(M))])


def deviations(case, *, means):
    """z_i, one respondent a row: products less their average, below the deviations themselves if means count."""
    centred = case.answers - case.mean
    products = np.array([vech(np.outer(row, row)) for row in centred])
    products -= products.mean(axis=0)
    return np.hstack([centred, products]) if means else products


def deviations_given(case, given, *, means):
    """z_i less the same of what the last ``given`` variables predict, themselves unchanged."""
    known = case.answers.copy()
    X = np.column_stack([np.ones(len(known)), known[:, -given:]])
    known[:, :-given] = X @ np.linalg.solve(X.T @ X, X.T @ known[:, :-given])
    other = Case.__new__(Case)
    other.answers, other.mean = known, known.mean(axis=0)
    return deviations(case, means=means) - deviations(other, means=means)


def weight(sigma, *, means):
    """V = [Sigma^-1, 1/2 D^T (Sigma^-1 x Sigma^-1) D]"""
    D, inverse = duplication(len(sigma)), np.linalg.inv(sigma)
    half = 0.5 * D.T @ np.kron(inverse, inverse) @ D
    if not means:
        return half
    p, m = len(sigma), len(half)
    return np.block([[inverse, np.zeros((p, m))], [np.zeros((m, p)), half]])


@every_model
def test_scores_are_slopes_of_each_respondent_s_log_likelihood(name):
    case = Case(name)
    numeric = central_difference(case.log_likelihoods, case.theta)
    np.testing.assert_allclose(case.scores(), numeric, atol=1e-7 * (1 + abs(numeric).max()))


@every_model
def test_scores_add_up_to_the_gradient_of_the_discrepancy(name):
    case = Case(name)
    sample = discrepancy.Sample(case.covariance[None], case.mean[None] if case.pattern.means else None, np.ones(1))
    gradient = discrepancy.slope(case.pattern, sample, case.theta).gradient
    np.testing.assert_allclose(case.scores().mean(axis=0), -gradient / 2, atol=1e-12)


@every_model
def test_scores_around_the_sample_are_the_textbook_s(name):
    case = Case(name)
    means = case.pattern.means

    def stacked(theta):
        implied = case.implied(theta)
        return np.concatenate([implied.mu[0], vech(implied.sigma[0])]) if means else vech(implied.sigma[0])

    Delta = central_difference(stacked, case.theta)
    V = weight(case.implied(case.theta).sigma[0], means=means)
    expected = deviations(case, means=means) @ V @ Delta
    np.testing.assert_allclose(case.scores(around_sample=True), expected, atol=1e-7 * (1 + abs(expected).max()))


@every_model
def test_scores_around_the_sample_average_to_zero_anywhere(name):
    scores = Case(name).scores(around_sample=True)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-12)
    assert abs(scores).max() > 0.1


@every_model
@pytest.mark.parametrize("means", [False, True])
def test_the_trace_is_that_of_v_times_gamma(name, means):
    case = Case(name)
    sigma = case.implied(case.theta).sigma[0]
    z, V = deviations(case, means=means), weight(sigma, means=means)
    Gamma = z.T @ z / len(z)
    found = casewise.weighted_trace(case.answers, case.mean, sigma, means=means)
    assert found == pytest.approx(np.trace(V @ Gamma), rel=1e-11)


@every_model
@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("given", [0, 2])
@pytest.mark.parametrize("n", [9, 400], ids=["fewer respondents than moments", "many respondents, part by part"])
def test_the_squares_are_those_of_the_products_of_all_pairs_of_respondents(name, means, given, n, monkeypatch):
    monkeypatch.setattr(casewise, "ROWS", 64)
    case = Case(name, n)
    sigma = case.implied(case.theta).sigma[0]
    z = deviations_given(case, given, means=means) if given else deviations(case, means=means)
    V, scores = weight(sigma, means=means), np.random.default_rng(1).normal(size=(n, 3))
    own = case.answers, case.mean, sigma, scores
    squares, along = casewise.weighted_squares(*own, means=means, given=given)
    assert (n < len(V)) == (n == 9)
    assert squares == pytest.approx(((z @ V @ z.T) ** 2).sum(), rel=1e-10)
    expected = scores.T @ z @ V @ z.T @ scores
    np.testing.assert_allclose(along @ along.T, expected, atol=1e-10 * abs(expected).max())


@every_model
@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("given", [1, 2])
def test_given_variables_take_their_own_moments_and_what_they_predict_out_of_the_trace(name, means, given):
    case = Case(name)
    sigma = case.implied(case.theta).sigma[0]
    z, V = deviations_given(case, given, means=means), weight(sigma, means=means)
    own = case.answers, case.mean, sigma
    expected = z @ V @ z.T
    assert casewise.weighted_trace(*own, means=means, given=given) == pytest.approx(
        np.trace(expected) / len(z), rel=1e-11
    )
    cluster = np.arange(len(z)) % 7
    sums = casewise.independent(z, cluster=cluster)
    found = casewise.weighted_trace(*own, means=means, given=given, cluster=cluster)
    assert found == pytest.approx(np.trace(V @ sums.T @ sums) / len(z), rel=1e-11)


def test_for_normal_answers_the_trace_counts_the_moments():
    p = 4
    answers = np.random.default_rng(0).standard_normal((200_000, p))
    for means in (False, True):
        trace = casewise.weighted_trace(answers, answers.mean(axis=0), np.cov(answers.T, bias=True), means=means)
        assert trace == pytest.approx(p * (p + 1) / 2 + p * means, rel=0.01)


def test_no_variables_contribute_nothing():
    nobody, nothing = np.zeros((5, 0)), np.zeros((0, 0))
    assert casewise.weighted_trace(nobody, np.zeros(0), nothing, means=True) == 0
    squares, along = casewise.weighted_squares(nobody, np.zeros(0), nothing, np.ones((5, 2)), means=True)
    assert squares == 0 and along.shape == (2, 0)


# --- weights and clusters --------------------------------------------------------------------------


def test_contributions_are_weighted_and_added_up_by_cluster():
    found = casewise.independent(
        np.array([[1.0, 2], [3, 4], [5, 6], [7, 8]]), np.array([1.0, 2, 1, 3]), np.array([1, 0, 1, 0])
    )
    np.testing.assert_allclose(found, np.sqrt(2) * np.array([[27.0, 32], [6, 8]]))


def test_without_weights_and_clusters_contributions_stay_what_they_are():
    contributions = np.arange(6.0).reshape(3, 2)
    assert casewise.independent(contributions) is contributions


@every_model
@pytest.mark.parametrize("means", [True, False])
@pytest.mark.parametrize("clustered", [True, False])
def test_the_trace_with_weights_and_clusters_is_that_of_the_matrices(name, means, clustered):
    case = Case(name)
    rng = np.random.default_rng(9)
    w, cluster = rng.uniform(0.5, 2, 40), rng.permutation(np.arange(40) % 7) if clustered else None
    mean = np.average(case.answers, axis=0, weights=w)
    centred = case.answers - mean
    products = np.array([vech(np.outer(row, row)) for row in centred])
    products -= np.average(products, axis=0, weights=w)
    z = casewise.independent(np.hstack([centred, products]) if means else products, w, cluster)
    sigma = case.implied(case.theta).sigma[0]
    expected = np.trace(weight(sigma, means=means) @ z.T @ z) / w.sum()
    found = casewise.weighted_trace(case.answers, mean, sigma, means=means, weight=w, cluster=cluster)
    assert found == pytest.approx(expected, rel=1e-9)
