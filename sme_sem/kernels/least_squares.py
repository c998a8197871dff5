"""Weighted least squares between sample and model moments, and what its sandwich is made of.

With s the m moments of the sample (means if modelled, then the lower triangle of the covariances), sigma the
model's, e = s - sigma, V a weight that does not depend on the model and w_g the groups' shares::

    F = sum_g w_g e^T V e        gradient -2 Delta V e        expected Hessian 2 Delta V Delta^T

V = I is unweighted least squares, V = Gamma^-1 asymptotically distribution free, V = diag(Gamma)^-1 its diagonal
version; Gamma is the covariance matrix of sqrt(n) s.  (V of normal theory has a product form, see ``discrepancy``.)

Browne (1984), British Journal of Mathematical and Statistical Psychology 37, 62-83; Satorra and Bentler (1994).
"""

import numpy as np

from . import discrepancy, linalg, ram
from .discrepancy import Slope, Whitened


def slope(pattern, sample, theta, *, exact=False):
    """F, its gradient and its expected (``exact``: its own) Hessian at theta: (..., q) -> Slope"""
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    e = residual(pattern, sample, moments)
    delta = jacobian(pattern, moments)
    curvature = expected_curvature(sample, delta)
    if exact:
        discrepancy.add_bend(pattern, moments, _pulled(pattern, moments, weigh(sample, e)), curvature)
    return slope_of(pattern, sample, e, delta, curvature)


def expected_curvature(sample, delta):
    """By pairs of cells, from slopes of the moments by cell: (..., G, c, m) -> (..., G, c, c)"""
    return 2 * delta @ weigh_rows(sample, delta).mT


def slope_of(pattern, sample, e, delta, curvature):
    """F, its gradient and Hessian from residuals (..., G, m), and by cell slopes of the moments and the curvature"""
    weighted = weigh(sample, e)
    share = sample.share[..., None]
    return Slope(
        (sample.share * np.vecdot(e, weighted)).sum(axis=-1),
        ram.sum_cells(pattern, -2 * share * np.matvec(delta, weighted)),
        ram.sum_cell_pairs(pattern, share[..., None] * curvature),
    )


def moments_vector(covariance, mean=None):
    """Means, unless None, and then the lower triangle: (..., p, p), (..., p) -> (..., m)"""
    triangle = linalg.vech(covariance)
    return triangle if mean is None else np.concatenate([mean, triangle], axis=-1)


def residual(pattern, sample, moments):
    """s - sigma: Implied -> (..., G, m)"""
    means = sample.mean - moments.mu if pattern.means else None
    return moments_vector(sample.covariance - moments.sigma, means)


def weigh(sample, vectors):
    """V x for one vector in each group: (..., G, m) -> (..., G, m)"""
    return np.matvec(sample.weight, vectors) if _full(sample) else sample.weight * vectors


def weigh_rows(sample, rows):
    """X V for a stack of rows in each group: (..., G, c, m) -> (..., G, c, m)"""
    return rows @ sample.weight if _full(sample) else rows * sample.weight[..., None, :]


def _full(sample):
    """Whether V is a matrix and not only its diagonal."""
    return sample.weight.ndim > sample.share.ndim + 1


def jacobian(pattern, moments):
    """Slopes of the moments by cell: Implied -> (..., G, c, m)"""
    columns, rows = np.triu_indices(pattern.observed)
    u = moments.X[..., pattern.a].mT
    v = moments.X[..., pattern.b].mT * pattern.weight[:, None]
    triangle = u[..., rows] * v[..., columns] + u[..., columns] * v[..., rows]
    if not pattern.means:
        return triangle
    return np.concatenate([u * ram.mean_weight(pattern, moments.eta)[..., None], triangle], axis=-1)


def by_parameter(pattern, cells):
    """Sum rows given by cell into rows by parameter, group by group: (..., G, c, m) -> (..., G, q, m)"""
    alone = pattern.one_to_one
    return pattern.gather.mT @ cells if alone is None else cells[..., alone, :]


def slope_along_sigma(pattern, weighted):
    """dF / dSigma of weighted residuals V e, a covariance and its mirror image each for itself: -> (..., G, p, p)"""
    columns, rows = np.triu_indices(pattern.observed)
    triangle = weighted[..., -len(rows) :]
    omega = np.zeros((*triangle.shape[:-1], pattern.observed, pattern.observed))
    omega[..., rows, columns] = omega[..., columns, rows] = -np.where(rows == columns, 2.0, 1.0) * triangle
    return omega


def _pulled(pattern, moments, weighted):
    """The slope of F along Sigma and mu, seen by the columns of X."""
    X, omega = moments.X, slope_along_sigma(pattern, weighted)
    along = (
        np.vecmat(weighted[..., : pattern.observed], X) if pattern.means else np.zeros((*omega.shape[:-2], X.shape[-1]))
    )
    return Whitened(None, X.mT @ omega @ X, along, None)
