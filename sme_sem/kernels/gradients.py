"""Value and gradient of a discrepancy without its curvature: what a quasi-Newton step needs, at a tenth of the cost.

With Omega = dF / dSigma, f = dF / dmu and E = (I - A)^-1 (see ``ram``)::

    M = E_y^T Omega E_y        along S_ij   2 w M_ij        along A_ij   2 (M S E^T)_ij + (E_y^T f)_i eta_j
                               along m_i    (E_y^T f)_i

Columns of E differ from the identity only for variables that send an arrow, so every product is thin.  By discrepancy,
with T = S + d d^T, d = ybar - mu, K = Sigma^-1 and V the weight::

    maximum likelihood        Omega = K - K T K                      f = -2 K d
    generalized               Omega = V (Sigma - S) V                f = -2 V d
    other least squares       Omega_ij = -(V e)_ij, i > j; twice that on the diagonal, f = -2 (V e) of the means
"""

from typing import NamedTuple

import numpy as np

from . import latent_response, least_squares, linalg, ram


class _Paths(NamedTuple):
    """The model without its derivatives: E less I and E S, for the senders s alone; Sigma, eta, and E itself."""

    sent: np.ndarray
    spread: np.ndarray
    sigma: np.ndarray
    eta: np.ndarray
    E: np.ndarray


def gradient(pattern, sample, theta):
    """F less ``constant``, and its gradient: (..., q) -> (...), (..., q); NaN where Sigma is not positive definite"""
    paths = _paths(pattern, sample, theta)
    value, omega, pull = _residuals(pattern, sample, paths.sigma, paths.eta[..., : pattern.observed])
    M = _through(pattern, paths, omega)
    by_cell = 2 * pattern.weight * _pairs(pattern, paths, M)
    if pattern.means:
        reached = np.vecmat(pull, paths.E[..., : pattern.observed, :])
        by_cell = by_cell + reached[..., pattern.row] * ram.mean_weight(pattern, paths.eta)
    share = sample.share
    return (share * value).sum(axis=-1), ram.sum_cells(pattern, share[..., None] * by_cell)


def of_ordered(pattern, sample, theta):
    """F of the moments of ordered answers and its gradient (``latent_response``): (..., q) -> (...), (..., q)"""
    found = latent_response.responses(pattern, theta)
    e = sample.target - found.vector
    weighted = least_squares.weigh(sample, e)
    along = np.matvec(latent_response.jacobian(pattern, found), weighted)
    value = (sample.share * np.vecdot(e, weighted)).sum(axis=-1)
    return value, ram.sum_cells(pattern, -2 * sample.share[..., None] * along)


def constant(sample):
    """What F has beyond parameters, -log|S| - p of maximum likelihood: -> (...), NaN where S is singular"""
    if sample.weight is not None or sample.metric is not None:
        return np.zeros(sample.share.shape[:-1])
    own = -linalg.log_determinant_of(sample.covariance) - sample.covariance.shape[-1]
    return (sample.share * own).sum(axis=-1)


def curvature(pattern, sample, theta):
    """The diagonal of the expected Hessian, each cell of a parameter for itself: (..., q) -> (..., q)

    ::

        2 w^2 (N_aa N_bb + N_ab^2) + 2 d^2 N_aa        N = X^T K X, see ``discrepancy``

    For maximum likelihood and generalized least squares.
    """
    paths = _paths(pattern, sample, theta)
    metric = linalg.whitener(paths.sigma) if sample.metric is None else sample.metric
    N = _through(pattern, paths, metric.mT @ metric)
    on_senders = np.zeros(paths.eta.shape)
    on_senders[..., pattern.sources] = np.vecdot(paths.spread @ N, paths.spread)
    own = np.linalg.diagonal(N)
    i, j = pattern.row, _columns(pattern)
    path = pattern.matrix == ram.PATHS
    crossed = _pairs(pattern, paths, N)
    by_cell = 2 * pattern.weight**2 * (own[..., i] * np.where(path, on_senders[..., j], own[..., j]) + crossed**2)
    if pattern.means:
        by_cell = by_cell + 2 * ram.mean_weight(pattern, paths.eta) ** 2 * own[..., i]
    return ram.sum_cells(pattern, sample.share[..., None] * by_cell)


def _paths(pattern, sample, theta):
    A, S, m = ram.matrices(pattern, theta, sample.covariance, sample.mean)
    s, p = pattern.sources, pattern.observed
    E = ram.total_effects(pattern, A)
    sent = E[..., s] - linalg.identity(pattern.variables)[:, s]
    from_senders = S[..., s, :]
    sigma = S[..., :p, :p] + sent[..., :p, :] @ from_senders[..., :p]
    spread = from_senders + sent[..., s, :] @ from_senders
    to_senders = S[..., :p, s] + sent[..., :p, :] @ from_senders[..., s]
    return _Paths(sent[..., :p, :], spread, sigma + to_senders @ sent[..., :p, :].mT, np.matvec(E, m), E)


def _through(pattern, paths, omega):
    """E_y^T (.) E_y: (..., p, p) -> (..., v, v)"""
    s, p, v = pattern.sources, pattern.observed, pattern.variables
    M = np.zeros((*omega.shape[:-2], v, v))
    M[..., :p, :p] = omega
    turned = omega @ paths.sent
    M[..., :p, s] += turned
    M[..., s, :p] += turned.mT
    M[..., s[:, None], s] += paths.sent.mT @ turned
    return M


def _pairs(pattern, paths, M):
    """Entries of M, for paths of M S E^T, by cell: (..., v, v) -> (..., c)"""
    along_paths = np.zeros(M.shape)
    along_paths[..., pattern.sources] = M @ paths.spread.mT
    i, j = pattern.row, _columns(pattern)
    return np.where(pattern.matrix == ram.PATHS, along_paths[..., i, j], M[..., i, j])


def _columns(pattern):
    return np.where(pattern.matrix == ram.INTERCEPTS, 0, pattern.col)


def _residuals(pattern, sample, sigma, mu):
    """F of each group, Omega and f: (..., G, p, p), (..., G, p)"""
    difference = sample.mean - mu if pattern.means else np.zeros(mu.shape)
    if sample.weight is not None:
        return _least_squares(pattern, sample, sigma, difference)
    if sample.metric is not None:
        V = sample.metric.mT @ sample.metric
        residual = sigma - sample.covariance
        omega, pull = V @ residual @ V, np.matvec(V, difference)
        return (omega * residual).sum(axis=(-2, -1)) / 2 + np.vecdot(difference, pull), omega, -2 * pull
    W = linalg.whitener(sigma)
    K = W.mT @ W
    scatter = sample.covariance
    if pattern.means:
        scatter = scatter + difference[..., :, None] * difference[..., None, :]
    inner = K @ scatter
    return linalg.log_determinant(W) + np.linalg.trace(inner), K - inner @ K, -2 * np.matvec(K, difference)


def _least_squares(pattern, sample, sigma, difference):
    e = least_squares.moments_vector(sample.covariance - sigma, difference if pattern.means else None)
    weighted = least_squares.weigh(sample, e)
    omega = least_squares.slope_along_sigma(pattern, weighted)
    return np.vecdot(e, weighted), omega, -2 * weighted[..., : pattern.observed]
