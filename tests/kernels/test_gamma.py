"""Gamma: fourth moments, duplication matrices, and traces of matrices formed in full."""

import numpy as np
import pytest
from scipy.linalg import block_diag

from kernels.test_discrepancy import duplication
from sme_sem.kernels import gamma

with_and_without_means = pytest.mark.parametrize("means", [False, True])


def skewed(n=60, p=4, seed=1):
    rng = np.random.default_rng(seed)
    return rng.exponential(size=(n, p)) @ rng.uniform(0.2, 1, size=(p, p)) + 3


def covariance(p=4, seed=2):
    half = np.random.default_rng(seed).standard_normal((p, 3 * p))
    return half @ half.T / (3 * p)


@with_and_without_means
def test_gamma_of_answers_is_made_of_their_central_moments(means):
    answers = skewed()
    d = answers - answers.mean(axis=0)
    pairs = [(i, j) for j in range(4) for i in range(j, 4)]
    i, j = np.array(pairs).T
    second = np.einsum("ni,nj->ij", d, d) / 60
    third = np.einsum("ni,nj,nk->ijk", d, d, d) / 60
    fourth = np.einsum("ni,nj,nk,nl->ijkl", d, d, d, d) / 60
    expected = fourth[i[:, None], j[:, None], i, j] - np.outer(second[i, j], second[i, j])
    if means:
        expected = np.block([[second, third[:, i, j]], [third[:, i, j].T, expected]])
    np.testing.assert_allclose(gamma.distribution_free(answers, means=means), expected, rtol=1e-10)


@with_and_without_means
def test_gamma_of_normal_theory_is_twice_the_kronecker_square_seen_by_the_triangle(means):
    S = covariance()
    shrink = np.linalg.pinv(duplication(4))
    expected = 2 * shrink @ np.kron(S, S) @ shrink.T
    if means:
        expected = block_diag(S, expected)
    np.testing.assert_allclose(gamma.normal_theory(S, means=means), expected, rtol=1e-12, atol=1e-14)


@with_and_without_means
def test_many_covariance_matrices_have_many_gammas(means):
    S = np.stack([covariance(seed=seed) for seed in range(6)]).reshape(2, 3, 4, 4)
    found = gamma.normal_theory(S, means=means)
    np.testing.assert_array_equal(found[1, 2], gamma.normal_theory(S[1, 2], means=means))


@with_and_without_means
def test_normal_answers_have_the_gamma_of_normal_theory_and_skewed_ones_have_not(means):
    S = covariance(3)
    normal = np.random.default_rng(4).standard_normal((100_000, 3)) @ np.linalg.cholesky(S).T
    theory = gamma.normal_theory(S, means=means)
    assert abs(gamma.distribution_free(normal, means=means) - theory).max() < 0.03 * theory.max()
    odd = skewed(100_000, 3)
    theory = gamma.normal_theory(np.cov(odd.T), means=means)
    assert abs(gamma.distribution_free(odd, means=means) - theory).max() > 0.3 * theory.max()


class Blocks:
    """Slopes, weights and Gammas of two groups, and the same as the blocks of single matrices."""

    def __init__(self, *, best=False):
        rng = np.random.default_rng(8)
        self.share = np.array([0.3, 0.7])
        self.delta = rng.standard_normal((2, 5, 10))
        self.gamma = np.stack([gamma.distribution_free(skewed(seed=seed), means=False) for seed in (3, 4)])
        half = rng.standard_normal((2, 10, 30))
        self.weight = np.linalg.inv(self.gamma) if best else half @ half.mT / 30
        self.V = block_diag(*(self.share[:, None, None] * self.weight))
        self.Gamma = block_diag(*(self.gamma / self.share[:, None, None]))
        self.Delta = np.concatenate(self.delta, axis=-1)
        self.inverse = np.linalg.inv(self.Delta @ self.V @ self.Delta.T)
        self.directions = np.eye(5)

    def traces(self):
        return gamma.traces(self.delta, self.weight, self.gamma, self.share, self.directions)

    def spread(self):
        return gamma.spread(self.delta @ self.weight, self.gamma, self.share)


def test_the_traces_are_those_of_the_matrices_formed_in_full():
    two = Blocks()
    V, Delta = two.V, two.Delta
    U = V - V @ Delta.T @ two.inverse @ Delta @ V
    product = U @ two.Gamma
    assert two.traces() == pytest.approx((np.trace(product), np.trace(product @ product)), rel=1e-10)


def test_the_spread_is_that_of_the_matrices_formed_in_full():
    two = Blocks()
    left = two.Delta @ two.V
    np.testing.assert_allclose(two.spread(), left @ two.Gamma @ left.T, rtol=1e-11)


def test_with_the_best_weight_both_traces_are_the_degrees_of_freedom_and_the_sandwich_is_flat():
    two = Blocks(best=True)
    assert two.traces() == pytest.approx((15, 15), rel=1e-8)  # 2 * 10 moments, 5 parameters
    np.testing.assert_allclose(two.inverse @ two.spread(), np.eye(5), atol=1e-8)


def test_traces_and_spread_know_diagonal_weights_and_slopes_along_one_moment():
    two = Blocks()
    diagonal = np.abs(np.random.default_rng(9).standard_normal((2, 10))) + 0.5
    two.delta[:, 0] = 0
    two.delta[0, 0, 3] = 2.0
    full = diagonal[..., None] * np.eye(10)
    V, Delta = block_diag(*(two.share[:, None, None] * full)), np.concatenate(two.delta, axis=-1)
    two.inverse = np.linalg.inv(Delta @ V @ Delta.T)
    U = V - V @ Delta.T @ two.inverse @ Delta @ V
    expected = np.trace(U @ two.Gamma), np.trace(U @ two.Gamma @ U @ two.Gamma)
    for weight in (diagonal, full):
        two.weight = weight
        assert two.traces() == pytest.approx(expected, rel=1e-10)
    np.testing.assert_allclose(two.spread(), Delta @ V @ two.Gamma @ V @ Delta.T, rtol=1e-11)


def test_a_weight_that_is_not_definite_has_no_traces():
    two = Blocks()
    two.weight[1] = -two.weight[1]
    assert np.isnan(two.traces()).all()
