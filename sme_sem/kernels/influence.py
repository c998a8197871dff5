"""Moments as averages over respondents, and Gamma, which says how they vary from sample to sample.

::

    Gamma = n sum of z_i z_i^T

z_i is what respondent i adds to the estimated moments, -A^-1 s_i: s_i are the scores of the moments' estimating
equations and A is block triangular, because correlations are estimated given thresholds, means, slopes and variances.
The blocks of A are sums of products of scores.
Muthen (1984), Psychometrika 49, 115-132; Muthen and Satorra (1995), Psychometrika 60, 489-503.
"""

from typing import NamedTuple

import numpy as np

from . import contingency

_ROWS = 4096  # respondents whose influences are formed at a time


class Layout(NamedTuple):
    """Which moment stands where; the four kinds follow each other in this order.

    threshold : (T, 2) variable and number of the threshold from 0, by variable; number -1 is a continuous one's mean
    slope : (S, 2) variable and covariate, the variable running faster
    variance : (V,) the continuous variables
    covariance : (pairs, 2) the lower triangle by columns: the smaller variable and the larger
    """

    threshold: np.ndarray
    slope: np.ndarray
    variance: np.ndarray
    covariance: np.ndarray


class Lookup(NamedTuple):
    """Influences that depend on answers alone, as with ordered variables and no covariates.

    codes : (n, p) 0 ... K - 1, or K for a gap
    single : (p, K + 1, K - 1) on thresholds, real : (p, K - 1) which of them exist
    pair : (pairs, K + 1, K + 1) on correlations
    counts : (p, K + 1), tables : (pairs, K + 1, K + 1) how many respondents answered so
    """

    codes: np.ndarray
    single: np.ndarray
    real: np.ndarray
    pair: np.ndarray
    counts: np.ndarray
    tables: np.ndarray


class Moments(NamedTuple):
    """Sample moments of n respondents and p variables; with covariates, of what these leave over.

    vector : (m,) in the order of the layout; the response behind an ordered variable has unit variance
    correlation, covariance : (p, p)
    at_bound : (pairs,) where a correlation's likelihood has no maximum inside -1 and 1
    influence : Lookup, or (n, m)
    """

    n: int
    layout: Layout
    vector: np.ndarray
    correlation: np.ndarray
    covariance: np.ndarray
    at_bound: np.ndarray
    influence: Lookup | np.ndarray


def layout(levels, covariates=0):
    """Say where each moment stands: (p,) number of categories or 0, number of covariates -> Layout"""
    p = len(levels)
    numbers = [(i, k) for i, size in enumerate(levels) for k in (range(size - 1) if size else [-1])]
    return Layout(
        threshold=np.array(numbers, dtype=int).reshape(-1, 2),
        slope=np.stack(np.divmod(np.arange(covariates * p), max(p, 1))[::-1], axis=1),
        variance=np.flatnonzero(np.asarray(levels) == 0),
        covariance=np.stack(contingency.pairs(p), axis=1),
    )


def influences(moments, rows=slice(None)):
    """What respondents add to the moments: -> (rows, m)"""
    own = moments.influence
    if not isinstance(own, Lookup):
        return own[rows]
    codes = own.codes[rows]
    p, states = own.counts.shape
    single = own.single[np.arange(p), codes][:, own.real]
    first, second = contingency.pairs(p)
    cell = np.arange(len(first)) * states**2 + codes[:, first] * states + codes[:, second]
    return np.concatenate([single, own.pair.take(cell)], axis=1)


def gamma(moments):
    """n times the covariance matrix of the moments: -> (m, m)

    Costs n m^2 multiplications: with many respondents, prefer the diagonal and ``gamma_along`` where they suffice.
    """
    return moments.n * _products(moments, lambda z: z)


def gamma_along(moments, directions):
    """D^T Gamma D, at the cost of n m q multiplications: (m, q) -> (q, q)"""
    return moments.n * _products(moments, lambda z: z @ directions)


def gamma_diagonal(moments):
    """The diagonal of Gamma alone, from tables where there are any: -> (m,)"""
    own = moments.influence
    if not isinstance(own, Lookup):
        return moments.n * (own**2).sum(axis=0)
    single = (own.counts[:, :, None] * own.single**2).sum(axis=1)[own.real]
    return moments.n * np.concatenate([single, (own.tables * own.pair**2).sum(axis=(1, 2))])


def _products(moments, view):
    total = 0.0
    for start in range(0, moments.n, _ROWS):
        z = view(influences(moments, slice(start, start + _ROWS)))
        total = total + z.T @ z
    return total
