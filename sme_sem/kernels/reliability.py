"""Internal consistency of a scale, from the covariance matrix of its items.

::

    alpha = k / (k - 1) * (1 - sum of item variances / variance of the total)
    omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances)

Every coefficient is a ratio, so covariances may be divided by n or by n - 1.
Omega's denominator is the variance the one-factor model implies; other programs put
the observed variance of the total there.

Cronbach (1951), Psychometrika 16, 297-334.  Guttman (1945), Psychometrika 10, 255-282.
Feldt, Woodruff & Salih (1987), Applied Psychological Measurement 11, 93-103.
McDonald (1999), Test Theory.  Maximum likelihood: ``kernels.factors``.
"""

import numpy as np
from scipy import stats

from . import factors, linalg


def cronbach_alpha(covariance):
    """Coefficient alpha: (..., k, k) -> (...)."""
    k = covariance.shape[-1]
    return k / (k - 1) * (1 - _ratio(np.linalg.trace(covariance), _total_variance(covariance)))


def standardized_alpha(covariance):
    """Alpha of the standardised items: (..., k, k) -> (...)."""
    return cronbach_alpha(linalg.correlation(covariance))


def alpha_interval(alpha, n, k, level=0.95):
    """Feldt's confidence interval of alpha.

    (1 - population alpha) / (1 - alpha) follows F with n - 1 and (n - 1)(k - 1) degrees of
    freedom when all items measure equally well.

    alpha : (...), n : (...)  ->  lower (...), upper (...)
    """
    df = n - 1
    tail = (1 - level) / 2
    lower, upper = (1 - (1 - alpha) * stats.f.isf(q, df, df * (k - 1)) for q in (tail, 1 - tail))
    return lower, upper


def guttman_lambda2(covariance):
    """Guttman's lambda-2, a lower bound of reliability never below alpha: (..., k, k) -> (...)."""
    k = covariance.shape[-1]
    shared = covariance * (1 - np.eye(k))
    spread = np.sqrt(k / (k - 1) * (shared**2).sum(axis=(-2, -1)))
    return _ratio(shared.sum(axis=(-2, -1)) + spread, _total_variance(covariance))


def split_half(covariance):
    """Spearman-Brown coefficient of two halves: the 1st, 3rd, 5th ... item, and the others.

    2r / (1 + r), where r is the correlation of the two half totals.  The halves count as equally
    long, even where the number of items is odd.

    covariance : (..., k, k)  ->  (...)
    """
    odd, even = covariance[..., ::2, :], covariance[..., 1::2, :]
    between = odd[..., 1::2].sum(axis=(-2, -1))
    within = odd[..., ::2].sum(axis=(-2, -1)) * even[..., 1::2].sum(axis=(-2, -1))
    r = _ratio(between, np.sqrt(within))
    return _ratio(2 * r, 1 + r)


def mean_inter_item_correlation(covariance):
    """Average correlation between two items: (..., k, k) -> (...)."""
    k = covariance.shape[-1]
    return ((linalg.correlation(covariance) * (1 - np.eye(k))).sum(axis=(-2, -1))) / (k * (k - 1))


def variance_if_deleted(covariance):
    """Variance of the total without each item: (..., k, k) -> (..., k).

    Summed from what is left: taken off the whole, a small unit drowns in the rounding error of a large one.
    """
    others = 1 - np.eye(covariance.shape[-1])
    return np.maximum(np.vecdot(others @ covariance, others), 0)  # rounding error where the others cancel out


def alpha_if_deleted(covariance):
    """Alpha of the items that remain without each one; NaN for two items: (..., k, k) -> (..., k)."""
    k = covariance.shape[-1]
    if k < 3:
        return np.full(covariance.shape[:-1], np.nan)
    remaining = np.matvec(1 - np.eye(k), np.linalg.diagonal(covariance))
    return (k - 1) / (k - 2) * (1 - _ratio(remaining, variance_if_deleted(covariance)))


def item_rest_correlation(covariance):
    """Correlation of each item with the total of the others (CITC): (..., k, k) -> (..., k)."""
    own = np.linalg.diagonal(covariance)
    with_rest = (covariance * (1 - np.eye(covariance.shape[-1]))).sum(axis=-1)
    return _ratio(with_rest, np.sqrt(own * variance_if_deleted(covariance)))


def mcdonald_omega(loadings, unique_variances):
    """Share of the total's variance that the factor explains: (..., k), (..., k) -> (...)."""
    common = loadings.sum(axis=-1) ** 2
    return _ratio(common, common + unique_variances.sum(axis=-1))


def one_factor_ml(covariance):
    """Maximum likelihood loadings and unique variances of one factor.

    covariance : (..., k, k)  ->  loadings (..., k), unique variances (..., k)

    NaN where there is no proper answer: fewer than three items, a constant item, a singular matrix, nothing in common,
    or a unique variance that would have to be zero or less (a Heywood case).
    """
    k = covariance.shape[-1]
    scale = np.sqrt(np.linalg.diagonal(covariance))
    if k < 3:
        return np.full(scale.shape, np.nan), np.full(scale.shape, np.nan)
    R = linalg.correlation(covariance)
    whole = _has_full_rank(R)
    found = factors.maximum_likelihood(np.where(whole[..., None, None], R, np.eye(k)), 1)
    proper = (found.proper & whole)[..., None]
    loadings = np.where(proper, found.loadings[..., 0], np.nan)
    loadings = loadings * np.where(loadings.sum(axis=-1, keepdims=True) < 0, -1, 1)
    return loadings * scale, np.where(proper, found.unique, np.nan) * scale**2


def _has_full_rank(R):
    finite = np.isfinite(R).all(axis=(-2, -1))
    smallest = np.linalg.eigvalsh(np.where(finite[..., None, None], R, np.eye(R.shape[-1])))[..., 0]
    return finite & (smallest > 1e-10)


def _total_variance(covariance):
    return covariance.sum(axis=(-2, -1))


def _ratio(part, whole):
    """Divide, with NaN where there is nothing to divide by."""
    return part / np.where(whole > 0, whole, np.nan)
