"""Sample moments of ordered answers, from the tables of all pairs.

What a respondent adds to a threshold depends on one answer, to a correlation on two: it is looked up.  Nothing but the
counting, and the full Gamma, takes longer with more respondents.
Joreskog (1994), Psychometrika 59, 381-389; Muthen (1984), Psychometrika 49, 115-132.
"""

import numpy as np

from . import bivariate, contingency, polychoric
from .influence import Lookup, Moments, layout


def moments(codes, levels, *, correct=0.5):
    """Thresholds and polychoric correlations of one sample, gaps left out pair by pair.

    codes : (n, p) 0, 1, ..., NaN for gaps; levels : (p,) number of categories
    correct : what an empty cell of a two by two table is given, see ``contingency.without_empty_cell``
    """
    n, p = codes.shape
    K = levels.max()
    joint = contingency.joint(codes, K)
    counts, tables = contingency.margins(joint), contingency.of_pairs(joint)
    tau = polychoric.thresholds(counts)
    real = np.arange(K - 1) < levels[:, None] - 1
    found = correlations(tables, tau, levels, correct=correct)
    correlation = symmetric(found.rho, p)
    return Moments(
        n=n,
        layout=layout(levels),
        vector=np.concatenate([tau[real], found.rho]),
        correlation=correlation,
        covariance=correlation,
        at_bound=found.at_bound,
        influence=_influence(codes, counts, tables, tau, real, found.rho),
    )


def correlations(tables, tau, levels, *, correct=0.5):
    """Polychoric correlations, the empty cell of two by two filled: (..., pairs, K, K), (..., p, K - 1), (p,)"""
    first, second = contingency.pairs(len(levels))
    binary = (levels[first] == 2) & (levels[second] == 2)
    return polychoric.correlations(contingency.without_empty_cell(tables, binary, correct), tau)


def symmetric(rho, p):
    """A correlation matrix from its lower triangle by columns: (..., pairs) -> (..., p, p)"""
    first, second = contingency.pairs(p)
    result = np.broadcast_to(np.eye(p), (*rho.shape[:-1], p, p)).copy()
    result[..., first, second] = result[..., second, first] = rho
    return result


def _influence(codes, counts, tables, tau, real, rho):
    n, p = codes.shape
    K = counts.shape[1]
    first, second = contingency.pairs(p)
    own = polychoric.scores(tables, tau[first], tau[second], rho)
    single = _of_thresholds(counts, tau, real)
    pair = _with_gaps(own.rho, 0.0, 0.0)
    pair -= np.matvec(single[first], own.first)[:, :, None] + np.matvec(single[second], own.second)[:, None, :]
    pair /= np.where(own.information > 0, own.information, np.nan)[:, None, None]
    return Lookup(
        codes=np.where(codes >= 0, codes, K).astype(np.intp),
        single=single,
        real=real,
        pair=pair,
        counts=np.column_stack([counts, n - counts.sum(axis=1)]),
        tables=_with_gaps(tables, counts[first] - tables.sum(axis=2), counts[second] - tables.sum(axis=1)),
    )


def _of_thresholds(counts, tau, real):
    """(1[answer <= k] - F_k) / (n phi(tau_k)), zero for a gap: (p, K), (p, K - 1), (p, K - 1) -> (p, K + 1, K - 1)"""
    p, K = counts.shape
    n = counts.sum(axis=1)[:, None, None]
    share = counts.cumsum(axis=1)[:, None, :-1] / n
    below = np.arange(K)[:, None] <= np.arange(K - 1)
    height = np.where(real, bivariate.normal_density(tau), np.inf)[:, None, :]
    result = np.zeros((p, K + 1, K - 1))
    result[:, :K] = (below - share) / (n * height)
    return result


def _with_gaps(cells, second_missing, first_missing):
    """Add a row and a column for gaps: (pairs, K, K), (pairs, K), (pairs, K) -> (pairs, K + 1, K + 1)"""
    pairs, K, _ = cells.shape
    result = np.zeros((pairs, K + 1, K + 1))
    result[:, :K, :K] = cells
    result[:, :K, K], result[:, K, :K] = second_missing, first_missing
    return result
