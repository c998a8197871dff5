"""Totals of ordered answers: how they vary, and how much of that a construct explains.

An answer counts as the number of thresholds its latent response y* has passed, so that for two items::

    cov(i, j) = sum over thresholds a of i and b of j:  Phi2(tau_ia, tau_jb; rho_ij) - Phi(tau_ia) Phi(tau_jb)

    omega = sum of cov at rho_ij = lambda_i lambda_j psi  /  sum of cov at the polychoric correlations

Sums of cov run over all entries.  The numerator is the covariance of two totals that share nothing but the construct:
on its diagonal rho = lambda_i^2 psi, in the denominator rho = 1, an item's own variance.  Thresholds and loadings are
those of responses with unit variance; from one category to the next is one step.

Green and Yang (2009), Psychometrika 74, 155-167.
"""

import numpy as np
from scipy.special import ndtr

from . import bivariate, polychoric


def categorical_omega(loadings, variance, correlation, thresholds):
    """Share of the variance of the total of ordered answers that the construct explains.

    loadings : (..., k)   variance : (...) of the construct   correlation : (..., k, k)   thresholds : (..., k, K - 1),
    infinite beyond an item's last  ->  (...)
    """
    common = variance[..., None, None] * loadings[..., :, None] * loadings[..., None, :]
    explained = covariance(common, thresholds)
    total = covariance(correlation, thresholds)
    k = np.arange(loadings.shape[-1])
    total[..., k, k] = variances(thresholds)
    return explained.sum(axis=(-2, -1)) / total.sum(axis=(-2, -1))


def covariance(correlation, thresholds):
    """Covariances of answers from correlations of responses: (..., k, k), (..., k, K - 1) -> (..., k, k)

    NaN where a correlation is not below one in size.
    """
    tau = polychoric.finite(thresholds)
    below = ndtr(tau)
    rho = np.where(abs(correlation) < 1, correlation, np.nan)[..., None, None]
    both = bivariate.distribution(tau[..., :, None, :, None], tau[..., None, :, None, :], rho)
    apart = below[..., :, None, :, None] * below[..., None, :, None, :]
    return (both - apart).sum(axis=(-2, -1))


def variances(thresholds):
    """Variances of answers: (..., k, K - 1) -> (..., k)"""
    below = ndtr(thresholds)
    a, b = below[..., :, None], below[..., None, :]
    return (np.minimum(a, b) - a * b).sum(axis=(-2, -1))
