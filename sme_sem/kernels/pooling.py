"""What several completed copies of the same answers say together.

m copies give estimates Q_i with variances U_i.  With W the mean of U_i and B the variance of Q_i (divided by m - 1)::

    total T = W + (1 + 1/m) B        r = (1 + 1/m) B / W        share of T due to gaps = r / (1 + r)
    df_gaps = (m - 1) (1 + 1/r)^2    df_seen = (v + 1) / (v + 3) v / (1 + r)    df = 1 / (1/df_gaps + 1/df_seen)
    fraction of missing information = (r + 2 / (df + 3)) / (r + 1)

v is what the degrees of freedom would be without gaps.  Tests of k conditions are referred to F(k, df2).  With d_i a
copy's own chi-square, d its mean, and d_P the mean chi-square at the estimates averaged over copies (D3), d_S the
chi-square of the copies stacked, counted once (D4)::

    D2 = (d / k - (m + 1) / (m - 1) r) / (1 + r)    r = (1 + 1/m) var(sqrt d_i)    df2 = k^(-3/m) (m - 1) (1 + 1/r)^2
    D3 = d_P / (k (1 + r))                          r = (m + 1) / (k (m - 1)) (d - d_P)
    D4 = d_S / (k (1 + r))                          r = (m + 1) / (k (m - 1)) (d - d_S)

df2 of D3 and D4, K = k (m - 1): 4 + (K - 4) (1 + (1 - 2/K) / r)^2 above K = 4, else K (1 + 1/k) (1 + 1/r)^2 / 2.
A negative r counts as zero (for D4 Chan and Meng's positive part).

Rubin (1987), Multiple Imputation for Nonresponse in Surveys.  Barnard and Rubin (1999), Biometrika 86, 948-955 (df).
D2: Li, Meng, Raghunathan and Rubin (1991), Statistica Sinica 1, 65-92.  D3: Meng and Rubin (1992), Biometrika 79,
103-111.  D4: Chan and Meng (2022), Statistica Sinica 32, 1489-1514.  Shapes: m copies, q parameters.
"""

from typing import NamedTuple

import numpy as np
from scipy import special


class Spread(NamedTuple):
    """mean (..., q), within and between (..., q, q): W and B"""

    mean: np.ndarray
    within: np.ndarray
    between: np.ndarray


class PooledTest(NamedTuple):
    """statistic (...) to be referred to F(df1, df2)    increase : (...) r"""

    statistic: np.ndarray
    df1: np.ndarray
    df2: np.ndarray
    increase: np.ndarray


def spread(estimates, covariances):
    """Mean, W and B of the estimates of every copy: (..., m, q), (..., m, q, q) -> Spread"""
    mean = estimates.mean(axis=-2)
    d = estimates - mean[..., None, :]
    return Spread(mean, covariances.mean(axis=-3), d.mT @ d / (estimates.shape[-2] - 1))


def relative_increase(within, between, m):
    """r of variances: (...), (...), () -> (...), zero where there is no variance at all"""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(between > 0, (1 + 1 / m) * between / within, 0.0)


def degrees_of_freedom(increase, m, complete=np.inf):
    """df of an estimate: (...), (), (...) -> (...), infinite without gaps and with `complete` infinite"""
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = (m - 1) * (1 + 1 / np.asarray(increase)) ** 2
        ratio = np.where(np.isinf(complete), 1.0, (complete + 1) / (complete + 3))
        seen = ratio * complete / (1 + increase)
        return 1 / (1 / gaps + 1 / seen)


def missing_information(increase, df):
    """Fraction of missing information: (...), (...) -> (...)"""
    return np.where(increase > 0, (increase + 2 / (df + 3)) / (increase + 1), 0.0)


def two_sided(t, df):
    """Two-sided tail of Student's t, of the normal for infinite df: (...), (...) -> (...)"""
    return np.where(np.isinf(df), 2 * special.ndtr(-np.abs(t)), 2 * special.stdtr(df, -np.abs(t)))


def quantile(probability, df):
    """Quantile of Student's t, of the normal for infinite df: (), (...) -> (...)"""
    finite = np.where(np.isinf(df), 1.0, df)
    return np.where(np.isinf(df), special.ndtri(probability), special.stdtrit(finite, probability))


def p_value(test):
    """Upper tail of F: PooledTest -> (...)"""
    F, k = np.maximum(test.statistic, 0), test.df1
    finite = np.where(np.isinf(test.df2), 1.0, test.df2)
    return np.where(np.isinf(test.df2), special.chdtrc(k, k * F), special.fdtrc(k, finite, F))


def d2(own, k):
    """From chi-squares alone: (..., m), () -> PooledTest"""
    m = own.shape[-1]
    r = (1 + 1 / m) * np.sqrt(np.maximum(own, 0)).var(axis=-1, ddof=1)
    statistic = (own.mean(axis=-1) / k - (m + 1) / (m - 1) * r) / (1 + r)
    with np.errstate(divide="ignore"):
        return PooledTest(statistic, np.full(r.shape, float(k)), k ** (-3 / m) * (m - 1) * (1 + 1 / r) ** 2, r)


def d3(own, at_mean, k):
    """From chi-squares at each copy's and at the mean estimates: (..., m), (..., m), () -> PooledTest"""
    return _of_likelihoods(own, at_mean.mean(axis=-1), k)


def d4(own, stacked, k):
    """From each copy's chi-square and that of the copies stacked: (..., m), (...), () -> PooledTest"""
    return _of_likelihoods(own, stacked, k)


def _of_likelihoods(own, common, k):
    m = own.shape[-1]
    K = k * (m - 1)
    r = np.maximum((m + 1) / K * (own.mean(axis=-1) - common), 0)
    with np.errstate(divide="ignore"):
        few = K * (1 + 1 / k) * (1 + 1 / r) ** 2 / 2
        df2 = 4 + (K - 4) * (1 + (1 - 2 / K) / r) ** 2 if K > 4 else few
    return PooledTest(common / (k * (1 + r)), np.full(r.shape, float(k)), df2, r)


def stacked_moments(covariances, means):
    """Covariance and mean of all copies as one, divided by their number: (..., m, p, p), (..., m, p) -> without m"""
    mean = means.mean(axis=-2)
    d = means - mean[..., None, :]
    return covariances.mean(axis=-3) + d.mT @ d / means.shape[-2], mean
