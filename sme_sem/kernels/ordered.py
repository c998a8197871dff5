"""Sample moments of ordered answers, from the tables of all pairs.

What a respondent adds to a threshold depends on one answer, to a correlation on two: it is looked up.  Nothing but the
counting, and the full Gamma, takes longer with more respondents.
Joreskog (1994), Psychometrika 59, 381-389; Muthen (1984), Psychometrika 49, 115-132.
"""

from typing import NamedTuple

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
    codes = np.where(codes >= 0, codes, K).astype(np.min_scalar_type(K))  # small: there may be many respondents
    different, times = contingency.collapsed(codes, K + 1)
    joint = contingency.joint(different, K, times)
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
        influence=_influence(codes, (different, times), counts, tables, tau, real, found.rho),
    )


class Counted(NamedTuple):
    """Moments of many samples: vector (B, m), correlation (B, p, p), and the diagonal of Gamma (B, m)."""

    vector: np.ndarray
    correlation: np.ndarray
    gamma: np.ndarray


def of_counts(codes, levels, counts, *, correct=0.5):
    """Moments of samples in which respondents count so often: (n, p), (p,), (B, n) -> Counted

    NaN, or infinite thresholds, where an outer category was not drawn.
    """
    K = levels.max()
    joint = contingency.joint(codes, K, counts)
    answers, tables = contingency.margins(joint), contingency.of_pairs(joint)
    tau = polychoric.thresholds(answers)
    real = np.arange(K - 1) < levels[:, None] - 1
    rho = correlations(tables, tau, levels, correct=correct).rho
    single, pair = shares(answers, tables, tau, real, rho)
    of_single = (answers[..., None] * single[..., :K, :] ** 2).sum(axis=-2)[..., real]
    of_pair = (with_gaps(tables, answers) * pair**2).sum(axis=(-2, -1))
    n = counts.sum(axis=-1, keepdims=True)
    return Counted(
        np.concatenate([tau[..., real], rho], axis=-1),
        symmetric(rho, len(levels)),
        n * np.concatenate([of_single, of_pair], axis=-1),
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


def _influence(codes, distinct, counts, tables, tau, real, rho):
    n = len(codes)
    single, pair = shares(counts, tables, tau, real, rho)
    return Lookup(
        codes=codes,
        different=distinct[0],
        times=distinct[1],
        single=single,
        real=real,
        pair=pair,
        counts=np.concatenate([counts, n - counts.sum(axis=1, keepdims=True)], axis=1),
        tables=with_gaps(tables, counts),
    )


def shares(counts, tables, tau, real, rho):
    """What a respondent adds to thresholds and correlations, by answer and by pair of answers, gaps last.

    counts (..., p, K), tables (..., pairs, K, K), tau (..., p, K - 1), real (p, K - 1), rho (..., pairs)
    -> (..., p, K + 1, K - 1), (..., pairs, K + 1, K + 1)
    """
    first, second = contingency.pairs(counts.shape[-2])
    own = polychoric.scores(tables, tau[..., first, :], tau[..., second, :], rho)
    single = _of_thresholds(counts, tau, real)
    pair = _padded(own.rho)
    pair -= np.matvec(single[..., first, :, :], own.first)[..., :, None]
    pair -= np.matvec(single[..., second, :, :], own.second)[..., None, :]
    pair /= np.where(own.information > 0, own.information, np.nan)[..., None, None]
    return single, pair


def with_gaps(tables, counts):
    """Tables with those who left one of the two open, last: (..., pairs, K, K), (..., p, K) -> (..., K + 1, K + 1)"""
    first, second = contingency.pairs(counts.shape[-2])
    result = _padded(tables)
    result[..., :-1, -1] = counts[..., first, :] - tables.sum(axis=-1)
    result[..., -1, :-1] = counts[..., second, :] - tables.sum(axis=-2)
    return result


def _of_thresholds(counts, tau, real):
    """(1[answer <= k] - F_k) / (n phi(tau_k)), zero for a gap: (..., p, K) -> (..., p, K + 1, K - 1)"""
    K = counts.shape[-1]
    n = counts.sum(axis=-1)[..., None, None]
    share = counts.cumsum(axis=-1)[..., None, :-1] / n
    below = np.arange(K)[:, None] <= np.arange(K - 1)
    height = np.where(real, bivariate.normal_density(tau), np.inf)[..., None, :]
    result = np.zeros((*counts.shape[:-1], K + 1, K - 1))
    result[..., :K, :] = (below - share) / (n * height)
    return result


def _padded(cells):
    """Add a row and a column of zeros, for gaps: (..., K, K) -> (..., K + 1, K + 1)"""
    *batch, K, _ = cells.shape
    result = np.zeros((*batch, K + 1, K + 1))
    result[..., :K, :K] = cells
    return result
