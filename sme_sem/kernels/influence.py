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
from scipy.linalg import blas

from . import contingency

_ROWS = 2048  # respondents whose influences are formed at a time


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

    codes : (n, p) 0 ... K - 1, or K for a gap; different, times : equal respondents once, and how often there are such
    single : (p, K + 1, K - 1) on thresholds, real : (p, K - 1) which of them exist
    pair : (pairs, K + 1, K + 1) on correlations
    counts : (p, K + 1), tables : (pairs, K + 1, K + 1) how many respondents answered so
    """

    codes: np.ndarray
    different: np.ndarray
    times: np.ndarray | None
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
    return _looked_up(own, own.codes[rows]) if isinstance(own, Lookup) else own[rows]


def gamma(moments):
    """n times the covariance matrix of the moments: -> (m, m)

    Costs n m^2 / 2 multiplications, n counting equal respondents once: with many of them, prefer the diagonal and
    ``gamma_along`` where they suffice.  No more than ``_ROWS`` influences exist at a time.
    """
    return moments.n * _products(moments, lambda z: z, len(moments.vector))


def gamma_along(moments, directions):
    """D^T Gamma D: (m, q) -> (q, q)

    Costs n m q multiplications, columns of one entry being free.
    """
    lone, place, value = lone_entries(directions.T)
    rest = directions[:, ~lone]
    seen = np.flatnonzero(rest.any(axis=1))
    rest = rest[seen]

    def view(z):
        along = np.empty((len(z), len(lone)), order="F")
        along[:, lone] = z[:, place] * value
        along[:, ~lone] = z[:, seen] @ rest
        return along

    return moments.n * _products(moments, view, len(lone))


def lone_entries(rows):
    """Which rows have one entry at most, where it stands and what it is: (q, m) -> (q,) of bool, (k,), (k,)"""
    lone = np.count_nonzero(rows, axis=1) <= 1
    place = np.argmax(rows[lone] != 0, axis=1)
    return lone, place, rows[lone, place]


def gamma_diagonal(moments):
    """The diagonal of Gamma alone, from tables where there are any: -> (m,)"""
    own = moments.influence
    with np.errstate(over="ignore", invalid="ignore"):  # what the answers cannot tell is refused by its name
        if not isinstance(own, Lookup):
            return moments.n * (own**2).sum(axis=0)
        single = (own.counts[:, :, None] * own.single**2).sum(axis=1)[own.real]
        return moments.n * np.concatenate([single, (own.tables * own.pair**2).sum(axis=(1, 2))])


def _products(moments, view, size):
    total = np.zeros((size, size), order="F")
    if not size:  # dsyrk takes no empty matrix
        return total
    for z in _portions(moments):
        seen = view(z)
        by_column = seen.flags.f_contiguous
        total = blas.dsyrk(1.0, seen if by_column else seen.T, trans=by_column, beta=1.0, c=total, overwrite_c=True)
    whole = total + total.T  # one triangle of the products is empty
    np.fill_diagonal(whole, np.diagonal(total))
    return whole


def _portions(moments):
    """Influences of some respondents at a time, equal ones once, by the root of how often there are such."""
    own = moments.influence
    if not isinstance(own, Lookup):
        for start in range(0, moments.n, _ROWS):
            yield own[start : start + _ROWS]
        return
    for start in range(0, len(own.different), _ROWS):
        z = _looked_up(own, own.different[start : start + _ROWS])
        yield z if own.times is None else z * np.sqrt(own.times[start : start + _ROWS, None])


def _looked_up(own, codes):
    """(rows, p) -> (rows, m), column after column in memory"""
    codes = np.ascontiguousarray(codes.T, dtype=np.intp)
    (p, rows), states = codes.shape, own.counts.shape[1]
    many = own.real.sum(axis=1)
    m = int(many.sum())
    z = np.empty((m + len(own.pair), rows))
    single, pair = z[:m], z[m:]
    place = np.append(0, many.cumsum())
    done = 0
    for i in range(p):
        single[place[i] : place[i + 1]] = own.single[i, :, own.real[i]].take(codes[i], axis=1)
        mine = slice(done, done + p - 1 - i)  # the pairs of which i is the first
        cell = codes[i] * states + codes[i + 1 :] + np.arange(p - 1 - i)[:, None] * states**2
        own.pair[mine].ravel().take(cell, out=pair[mine], mode="clip")
        done = mine.stop
    return z.T
