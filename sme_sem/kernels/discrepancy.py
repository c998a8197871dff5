"""How far the implied moments lie from the sample's: value, gradient and Hessian of a discrepancy.

Normal-theory maximum likelihood, G groups with shares w_g of all respondents, d = ybar - mu::

    F = sum_g w_g { log|Sigma| - log|S| + tr(S Sigma^-1) - p + d^T Sigma^-1 d }

The last term only where means are modelled.  Whiten with W Sigma W^T = I and put (``ram``)
X <- W X, R = I - W (S + d d^T) W^T, delta = W d.  With Z = x_a x_b^T + x_b x_a^T (times w) and
nu = d_r x_a for each cell::

    gradient   tr(R Z_r) - 2 delta^T nu_r
    expected   tr(Z_r Z_s) + 2 nu_r^T nu_s

all of which are entries of G = X^T X, H = X^T R X and t = X^T delta.

Joreskog (1969), Psychometrika 34, 183-202; the pairs-of-columns form is worked out in ``ram``.

Generalized least squares has the same shape in a metric that stays, W S W^T = I, with R = W (Sigma - S) W^T::

    F = sum_g w_g { 1/2 tr(R^2) + delta^T delta }

Joreskog and Goldberger (1972), Psychometrika 37, 243-260.
"""

from typing import NamedTuple

import numpy as np

from . import linalg, ram


class Sample(NamedTuple):
    """What a discrepancy needs to know of the answers.

    covariance : (..., G, p, p)   mean : (..., G, p) or None   share : (..., G)  n_g / N
    metric : (..., G, p, p) the whitener of generalized least squares, or None: the model's own (maximum likelihood)
    weight : (..., G, m) or (..., G, m, m) the weight of the other kinds of least squares (``least_squares``), or None
    target : (..., G, m) the moments of ordered answers (``latent_response``), or None: those above
    volume : (..., G) log|S|, or None: found at every look
    """

    covariance: np.ndarray
    mean: np.ndarray | None
    share: np.ndarray
    metric: np.ndarray | None = None
    weight: np.ndarray | None = None
    target: np.ndarray | None = None
    volume: np.ndarray | None = None

    def of(self, members):
        """Pick some members of a batch."""
        return self._replace(**{name: part[members] for name, part in self._asdict().items() if part is not None})

    def looked_at_often(self):
        """The same, with log|S| at hand."""
        return self._replace(volume=linalg.log_determinant_of(self.covariance))


class Slope(NamedTuple):
    """value (...), gradient (..., q), hessian (..., q, q)"""

    value: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray


class Whitened(NamedTuple):
    """The model and the residuals in the metric of Sigma.

    gram, rest : (..., G, v + s, v + s)  X^T X and X^T R X     along : (..., G, v + s)  X^T delta
    distance : (..., G)                  the discrepancy of each group
    """

    gram: np.ndarray | None
    rest: np.ndarray
    along: np.ndarray
    distance: np.ndarray | None


def normal_distance(covariance, sigma, mean=None, mu=None):
    """log|Sigma| - log|S| + tr(S Sigma^-1) - p + (m - mu)' Sigma^-1 (m - mu); mean None for covariances alone

    covariance, sigma : (..., p, p)   mean, mu : (..., p)  ->  (...)
    """
    W = linalg.whitener(sigma)
    inside = np.linalg.trace(W @ covariance @ W.mT) - sigma.shape[-1]
    volume = linalg.log_determinant(W) - linalg.log_determinant_of(covariance)
    along = 0.0 if mean is None else (np.matvec(W, mean - mu) ** 2).sum(axis=-1)
    return volume + inside + along


def value(pattern, sample, theta):
    """F at theta: (..., q) -> (...), NaN where Sigma is not positive definite"""
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    *_, distance = _whiten(pattern, sample, moments)
    return (distance * sample.share).sum(axis=-1)


def slope(pattern, sample, theta, *, exact=False):
    """F, its gradient, and its expected (``exact``: its own) Hessian at theta: (..., q) -> Slope"""
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    white = whitened(pattern, sample, moments)
    share = sample.share[..., None]
    gradient = ram.sum_cells(pattern, share * gradient_by_cell(pattern, moments, white))
    if exact and sample.metric is None:
        curvature = exact_curvature(pattern, moments, white)
    else:
        curvature = expected_curvature(pattern, moments, white)
    if exact and sample.metric is not None:
        add_bend(pattern, moments, white, curvature)
    curvature *= share[..., None]
    return Slope((white.distance * sample.share).sum(axis=-1), gradient, ram.sum_cell_pairs(pattern, curvature))


def whitened(pattern, sample, moments):
    """Bring model and residuals into the metric of Sigma: Implied -> Whitened"""
    W, R, delta, distance = _whiten(pattern, sample, moments)
    X = W @ moments.X
    return Whitened(X.mT @ X, X.mT @ R @ X, np.vecmat(delta, X), distance)


def expected_curvature(pattern, moments, white):
    """tr(Z_r Z_s) + 2 nu_r^T nu_s by pairs of cells: (..., G, c, c)"""
    curvature = _traces(pattern, white.gram)
    curvature *= pattern.pair_weight
    if pattern.means:
        d = ram.mean_weight(pattern, moments.eta)
        curvature += 2 * d[..., :, None] * d[..., None, :] * _pick(white.gram, pattern.a, pattern.a)
    return curvature


def _traces(pattern, matrix):
    """Half of tr(Z_r Z_s) without the weights, M_aa M_bb + M_ab M_ba by pairs of cells: (..., c, c)"""
    a, b = pattern.a, pattern.b
    to_a, to_b = matrix.take(a, axis=-1), matrix.take(b, axis=-1)
    traces, across = to_a.take(a, axis=-2), to_b.take(a, axis=-2)
    traces *= to_b.take(b, axis=-2)
    across *= to_a.take(b, axis=-2)
    traces += across
    return traces


def expected_columns(pattern, moments, white, chosen):
    """Some columns of the expected curvature, and all of its diagonal: cells (k,) -> (..., G, c, k), (..., G, c)"""
    a, b, w, G = pattern.a, pattern.b, pattern.weight, white.gram
    to_a, to_b = G.take(a[chosen], axis=-1), G.take(b[chosen], axis=-1)
    aa, own = to_a.take(a, axis=-2), G[..., a, a]
    curvature, across = to_b.take(b, axis=-2), to_a.take(b, axis=-2)
    curvature *= aa
    across *= to_b.take(a, axis=-2)
    curvature += across
    curvature *= w[:, None]
    curvature *= 2 * w[chosen]
    diagonal = 2 * w**2 * (own * G[..., b, b] + G[..., a, b] ** 2)
    if pattern.means:
        d = ram.mean_weight(pattern, moments.eta)
        aa *= d[..., :, None]
        aa *= 2 * d[..., None, chosen]
        curvature += aa
        diagonal += 2 * d**2 * own
    return curvature, diagonal


def exact_curvature(pattern, moments, white):
    """The Hessian itself by pairs of cells: (..., G, c, c)

    ::

        tr(Z_r Z_s) - 2 tr(R Z_r Z_s) + tr(R Z_rs) + 2 nu_r^T nu_s + 2 delta^T (Z_r nu_s + Z_s nu_r - nu_rs)

    where Z_rs and nu_rs are second derivatives (``bend``).  The first two terms are entries of products as tr(Z_r Z_s)
    alone is: those of K = G - H less those of H.
    """
    G, H = white.gram, white.rest
    curvature = _traces(pattern, G - H)
    curvature -= _traces(pattern, H)
    curvature *= pattern.pair_weight
    add_bend(pattern, moments, white, curvature)
    if pattern.means:
        d = ram.mean_weight(pattern, moments.eta)
        a, b = pattern.a, pattern.b
        of_a = 2 * pattern.weight * white.along[..., a]
        of_b = 2 * pattern.weight * white.along[..., b] + d
        half = (of_a[..., :, None] * _pick(G, b, a) + of_b[..., :, None] * _pick(G, a, a)) * d[..., None, :]
        curvature += half
        curvature += half.mT
    return curvature


def _whiten(pattern, sample, moments):
    """W, R, delta, and the discrepancy of each group."""
    if sample.metric is not None:
        return _whiten_by_sample(pattern, sample, moments)
    W = linalg.whitener(moments.sigma)
    if pattern.means:
        difference = sample.mean - moments.mu
        scatter = sample.covariance + difference[..., :, None] * difference[..., None, :]
        delta = np.matvec(W, difference)
    else:
        scatter = sample.covariance
        delta = np.zeros(moments.mu.shape)
    white = W @ scatter @ W.mT
    volume = linalg.log_determinant_of(sample.covariance) if sample.volume is None else sample.volume
    distance = linalg.log_determinant(W) - volume + np.linalg.trace(white) - pattern.observed
    return W, linalg.identity(pattern.observed) - (white + white.mT) / 2, delta, distance


def _whiten_by_sample(pattern, sample, moments):
    W = sample.metric
    residual = W @ (moments.sigma - sample.covariance) @ W.mT
    delta = np.matvec(W, sample.mean - moments.mu) if pattern.means else np.zeros(moments.mu.shape)
    distance = (residual**2).sum(axis=(-2, -1)) / 2 + np.vecdot(delta, delta)
    return W, (residual + residual.mT) / 2, delta, distance


def gradient_by_cell(pattern, moments, white):
    """tr(R Z_r) - 2 delta^T nu_r by cell: (..., G, c)"""
    a, b = pattern.a, pattern.b
    gradient = 2 * pattern.weight * white.rest[..., a, b]
    if pattern.means:
        gradient = gradient - 2 * ram.mean_weight(pattern, moments.eta) * white.along[..., a]
    return gradient


def add_bend(pattern, moments, white, curvature):
    """Add the terms with second derivatives to a curvature by pairs of cells: (..., G, c, c)

    For r any cell and s a path k <- l, the change of X_a and X_b of r along s.  A path's column b
    changes along a covariance as well, which is the transpose of a change already counted.
    Only paths r have such terms: half of them are these rows, the other half their transpose.
    """
    path, covariance, intercept = (pattern.kinds[kind] for kind in (ram.PATHS, ram.COVARIANCES, ram.INTERCEPTS))
    E, H = moments.E, white.rest
    i, j = pattern.row[path], pattern.col[path]
    bent = np.zeros((*H.shape[:-2], len(i), len(pattern.matrix)))
    # r = i <- j, s = k <- l: E_jk H(e_i, c_l) + half of cov_jl H(e_i, e_k); the transposed terms follow by symmetry
    reach = _pick(E, j, i)
    of_paths = 2 * reach * _pick(H, i, pattern.b[path]) + _pick(moments.cov, j, j) * _pick(H, i, i)
    # r = i <- j, s = covariance (k, l)
    k, l = pattern.row[covariance], pattern.col[covariance]  # noqa: E741
    of_covariances = _pick(E, j, k) * _pick(H, i, l) + _pick(E, j, l) * _pick(H, i, k)
    if pattern.means:
        # r = i <- j, s = k <- l: E_yi E_jk eta_l;  s = m_k: E_yi E_jk
        toward = -2 * white.along[..., i, None]
        of_paths += toward * reach * moments.eta[..., None, j]
        bent[..., intercept] = toward * _pick(E, j, pattern.row[intercept])
    bent[..., path] = of_paths
    bent[..., covariance] = 2 * pattern.weight[covariance] * of_covariances
    curvature[..., path, :] += bent
    curvature[..., path] += bent.mT


def _pick(matrix, rows, columns):
    """Entries [rows[r], columns[s]] for every pair: (..., m, m), (c,), (d,) -> (..., c, d)"""
    return matrix.take(columns, axis=-1).take(rows, axis=-2)  # few columns one by one, then whole rows
