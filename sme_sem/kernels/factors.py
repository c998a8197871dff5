"""Exploratory factors of a correlation matrix, by maximum likelihood or minimum residuals.

::

    R = Lambda Lambda^T + Psi,   Lambda (p, m), Psi diagonal (unique variances)

Given Psi the best Lambda is known, so that Psi alone is searched.  With eigenvalues t and eigenvectors w, the m largest
called leading (s) and the others trailing (j):

* maximum likelihood, of Psi^-1/2 R Psi^-1/2, along x = log psi::

    F = sum_j (t_j - log t_j - 1)    gradient sum_j (1 - t_j) w_j^2
    Hessian P o Q + sum_s w_s w_s^T o C_s    P, Q, C_s = sum_j w_j w_j^T times 1, t_j, (1 - t_j)(t_s + t_j)/(t_s - t_j)

* minimum residuals, of R - Psi, along psi::

    F = sum_j t_j^2 / 2              gradient -sum_j t_j w_j^2
    Hessian P o P - sum_s w_s w_s^T o C_s    C_s = sum_j w_j w_j^T times 2 t_j / (t_s - t_j)

F of minimum residuals is half the sum of squared residual correlations, each counted twice (unweighted least squares).
P o P is the expected Hessian of both.

Joreskog (1967), Psychometrika 32, 443-482.  Harman & Jones (1966), Psychometrika 31, 351-368.
Clarke (1970), British Journal of Mathematical and Statistical Psychology 23, 43-52 (the exact Hessian).
"""

from typing import NamedTuple

import numpy as np

from . import linalg
from .discrepancy import Slope, normal_distance
from .minimise import Status, scoring

IMPROPER = 1e-6  # a unique variance below this is none


class Factors(NamedTuple):
    """loadings (..., p, m) unrotated, unique (..., p), proper (...) whether found with all unique variances positive"""

    loadings: np.ndarray
    unique: np.ndarray
    proper: np.ndarray


def maximum_likelihood(correlation, m):
    """(..., p, p) -> Factors"""
    return _found(correlation, m, _likelihood, _scaled, np.log, np.exp)


def minimum_residuals(correlation, m):
    """(..., p, p) -> Factors"""
    return _found(correlation, m, _residuals, _reduced, np.asarray, np.asarray)


def likelihood_discrepancy(correlation, loadings, unique):
    """log|Sigma| - log|R| + tr(R Sigma^-1) - p: (..., p, p), (..., p, m), (..., p) -> (...)"""
    return normal_distance(correlation, _implied(loadings, unique))


def root_mean_square_residual(correlation, loadings, unique):
    """Of the correlations, the diagonal left out: (..., p, p), (..., p, m), (..., p) -> (...)"""
    p = correlation.shape[-1]
    residual = np.where(np.eye(p, dtype=bool), 0, correlation - _implied(loadings, unique))
    return np.sqrt((residual**2).sum(axis=(-2, -1)) / (p * (p - 1)))


def degrees_of_freedom(p, m):
    """Correlations less loadings, which may be rotated."""
    return ((p - m) ** 2 - (p + m)) // 2


def most(p):
    """The largest number of factors that p items identify, 0 if not even one."""
    return max((m for m in range(1, p) if degrees_of_freedom(p, m) >= 0), default=0)


def principal_axis(R, rounds=3):
    """Loadings on one common factor of a correlation matrix: (..., k, k) -> (..., k)"""
    k = R.shape[-1]
    if k == 1:
        return np.ones(R.shape[:-1])
    if k == 2:
        r = np.where(R[..., 0, 1] == 0, 0.1, R[..., 0, 1])
        root = np.sqrt(np.minimum(abs(r), 0.95))
        return np.stack([root, root * np.sign(r)], axis=-1)
    each = np.arange(k)
    reduced = R.copy()
    reduced[..., each, each] = 0
    communality = abs(reduced).max(axis=-1)
    axis = np.zeros(communality.shape)
    for _ in range(rounds):
        reduced[..., each, each] = communality
        values, vectors = np.linalg.eigh(reduced)
        axis = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1:], 1e-4))
        communality = np.minimum(np.maximum(axis**2, 0.02), 0.95)
    axis = np.copysign(np.sqrt(communality), axis)
    return axis * np.where(axis.sum(axis=-1, keepdims=True) < 0, -1, 1)


def echelon(loadings):
    """Turn loadings until items ``pivots`` have a triangle of zeros: (p, m) -> (p, m), (m,)"""
    m = loadings.shape[1]
    rest, pivots = loadings.copy(), []
    for _ in range(m):  # Gram and Schmidt with the longest row first
        i = int((rest**2).sum(axis=1).argmax())
        axis = rest[i] / max(float(np.linalg.norm(rest[i])), 1e-12)
        rest = rest - np.outer(rest @ axis, axis)
        pivots.append(i)
    Q, _ = np.linalg.qr(loadings[pivots].T)
    turned = loadings @ Q
    return turned * np.where(np.diagonal(turned[pivots]) < 0, -1, 1), np.array(pivots)


def _implied(loadings, unique):
    return loadings @ loadings.mT + unique[..., None] * np.eye(unique.shape[-1])


def _found(correlation, m, slope, decomposed, inside, outside):
    *batch, p, _ = correlation.shape
    R = correlation.reshape(-1, p, p)
    start = inside((1 - m / (2 * p)) / np.linalg.diagonal(linalg.inverse(R)))
    minimum = scoring(lambda theta, members, exact: slope(R[members], theta, m, exact), start)
    unique = outside(minimum.theta)
    proper = (minimum.status == Status.CONVERGED) & (unique > IMPROPER).all(axis=-1)
    t, w, root = decomposed(R, np.where(proper[:, None], unique, np.nan), m)
    loadings = root[..., None] * w * np.sqrt(np.maximum(t, 0))[..., None, :]
    return Factors(loadings.reshape(*batch, p, m), unique.reshape(*batch, p), proper.reshape(batch))


def _likelihood(R, x, m, exact):
    root = np.exp(-np.clip(x, -40, 40) / 2)
    t, w, lead, leading = _eigen(R * root[..., :, None] * root[..., None, :], m)
    t = np.where(t > 0, t, np.nan)
    P = w @ w.mT
    hessian = P * P
    if exact:
        hessian = P * _weighted(w, t) + _bent(w, t, lead, leading, lambda s: (1 - t) * (s + t) / _apart(s, t))
    return Slope((t - np.log(t) - 1).sum(axis=-1), np.matvec(w**2, 1 - t), hessian)


def _residuals(R, psi, m, exact):
    t, w, lead, leading = _eigen(R - psi[..., None] * np.eye(psi.shape[-1]), m)
    P = w @ w.mT
    hessian = P * P
    if exact:
        hessian = hessian - _bent(w, t, lead, leading, lambda s: 2 * t / _apart(s, t))
    return Slope((t**2).sum(axis=-1) / 2, -np.matvec(w**2, t), hessian)


def _bent(w, t, lead, leading, weight):
    """sum_s w_s w_s^T o C_s, the trailing t, w and the leading ones: -> (b, p, p)"""
    total = 0.0
    for k in range(lead.shape[-1]):
        own = leading[..., k]
        total = total + own[..., :, None] * own[..., None, :] * _weighted(w, weight(lead[..., k, None]))
    return total


def _apart(s, t):
    """s - t, NaN where factors and the rest cannot be told apart."""
    return np.where(s > t, s - t, np.nan)


def _weighted(w, values):
    return (w * values[..., None, :]) @ w.mT


def _eigen(matrix, m):
    """Trailing eigenvalues and vectors, then the m leading ones, the largest last; NaN where an entry is missing."""
    finite = np.isfinite(matrix).all(axis=(-2, -1))[..., None]
    t, w = np.linalg.eigh(np.where(finite[..., None], matrix, np.eye(matrix.shape[-1])))
    t = np.where(finite, t, np.nan)
    return t[..., :-m], w[..., :-m], t[..., -m:], w[..., -m:]


def _scaled(R, unique, m):
    root = np.sqrt(unique)
    known = np.where(np.isfinite(root), root, 1)  # an improper member is given no loadings
    _, _, lead, leading = _eigen(R / (known[..., :, None] * known[..., None, :]), m)
    return lead[..., ::-1] - 1, leading[..., ::-1], root


def _reduced(R, unique, m):
    known = np.where(np.isfinite(unique), unique, 1)
    _, _, lead, leading = _eigen(R - known[..., None] * np.eye(known.shape[-1]), m)
    return lead[..., ::-1], leading[..., ::-1], np.where(np.isfinite(unique), 1.0, np.nan)
