"""Multivariate skewness and kurtosis after Mardia, with their large-sample tests.

::

    skewness  b1 = mean over pairs of respondents of (z_i' z_j)^3 = sum over a, b, c of (mean of z_a z_b z_c)^2
    kurtosis  b2 = mean over respondents of (z_i' z_i)^2
    n b1 / 6                              chi-square with p (p + 1) (p + 2) / 6 degrees of freedom
    (b2 - p (p + 2)) / sqrt(8 p (p + 2) / n)      standard normal

z are the answers in the metric of their own covariance matrix.  That matrix is divided by n - 1, as
psych and semTools do; divided by n, as in Mardia's paper, b1 is larger by (n / (n - 1))^3 and b2 by
(n / (n - 1))^2.  The second form of b1, all third moments squared, needs p^3 numbers where the first
needs one for every pair of respondents, so its cost grows with n only in proportion.

Mardia (1970), Biometrika 57, 519-530.
"""

import numpy as np
from scipy import special

from . import linalg


def mardia_skew(values):
    """Multivariate skewness b1: (..., n, p) -> (...)"""
    z = standardized(values)
    n, p = z.shape[-2:]
    third = [(z * z[..., a : a + 1]).mT @ z / n for a in range(p)]  # one (..., p, p) slice for each item
    return sum((slice_**2).sum(axis=(-2, -1)) for slice_ in third)


def mardia_kurtosis(values):
    """Multivariate kurtosis b2: (..., n, p) -> (...)"""
    z = standardized(values)
    return ((z**2).sum(axis=-1) ** 2).mean(axis=-1)


def skew_test(skew, n, p):
    """Chi-square, degrees of freedom and p-value of b1: (...) -> (...), int, (...)"""
    df = p * (p + 1) * (p + 2) // 6
    chi_square = n * skew / 6
    return chi_square, df, special.chdtrc(df, chi_square)


def kurtosis_test(kurtosis, n, p):
    """z and two-sided p-value of b2: (...) -> (...), (...)"""
    z = (kurtosis - p * (p + 2)) / np.sqrt(8 * p * (p + 2) / n)
    return z, 2 * special.ndtr(-np.abs(z))


def standardized(values):
    """Center, and turn the covariance matrix (divided by n - 1) into the identity: (..., n, p) -> (..., n, p)

    NaN where that matrix is singular.
    """
    centred = values - values.mean(axis=-2, keepdims=True)
    n = values.shape[-2]
    return centred @ linalg.whitener(centred.mT @ centred / (n - 1)).mT
