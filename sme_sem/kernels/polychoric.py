"""Correlations of the normal responses behind ordered answers, from tables of counts.

::

    answer a  <=>  tau_(a-1) < y* <= tau_a        tau_a = Phi^-1(share of answers up to a)
    P_ab(rho) = P(tau_(a-1) < y*_i <= tau_a, tau_(b-1) < y*_j <= tau_b),   sum of n_ab log P_ab -> max

Two steps: thresholds from the margins, then each correlation given the thresholds.
Olsson (1979), Psychometrika 44, 443-460, section 3; Muthen (1984), Psychometrika 49, 115-132.

Variables with fewer than K categories have infinite thresholds and empty cells at the end.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from . import bivariate, contingency
from .latent_correlation import Correlations, estimate

NEGLIGIBLE = np.sqrt(np.finfo(float).eps)  # cells less likely than this carry no score, as in lavaan


class CellScores(NamedTuple):
    """Slopes of the log-likelihood of a pair, by cell and summed.

    rho : (..., K, L) of a respondent in this cell, along rho
    information : (...) sum of rho^2 over respondents
    first : (..., K - 1), second : (..., L - 1) sum over respondents of rho's times the threshold's slope
    """

    rho: np.ndarray
    information: np.ndarray
    first: np.ndarray
    second: np.ndarray


def thresholds(counts):
    """tau of every variable: (..., p, K) -> (..., p, K - 1), infinite beyond the answers that occur"""
    below = counts.cumsum(axis=-1)
    total = below[..., -1:]
    return ndtri(below[..., :-1] / np.where(total > 0, total, np.nan))


def correlations(tables, thresholds):
    """rho of every pair: (..., pairs, K, K), (..., p, K - 1) -> Correlations of (..., pairs)"""
    first, second = contingency.pairs(thresholds.shape[-2])
    K = tables.shape[-1]
    flat = tables.reshape(-1, K, K)
    h = finite(thresholds[..., first, :]).reshape(-1, K - 1)
    k = finite(thresholds[..., second, :]).reshape(-1, K - 1)
    answered = ((flat.sum(axis=-1) > 0).sum(axis=-1) > 1) & ((flat.sum(axis=-2) > 0).sum(axis=-1) > 1)
    weight = np.where(answered[:, None, None], flat, np.nan)

    def cells_at(rho, members):
        return tuple(x.reshape(-1, K * K) for x in cells(h[members], k[members], rho))

    found = estimate(cells_at, weight.reshape(-1, K * K), correlation_of_codes(flat), to_bound=True)
    return Correlations(*(x.reshape(tables.shape[:-2]) for x in found))


def cells(h, k, rho):
    """Probabilities of cells and their first two slopes along rho: (b, K - 1), (b, L - 1), (b,) -> (b, K, L) each"""
    corner = np.broadcast_arrays(h[..., :, None], k[..., None, :], rho[..., None, None])
    return (
        probabilities(h, k, rho),
        _rectangles(_framed(bivariate.density(*corner))),
        _rectangles(_framed(bivariate.density_slope(*corner))),
    )


def probabilities(h, k, rho):
    """P_ab: (..., K - 1), (..., L - 1), (...) -> (..., K, L)"""
    frame = _framed(bivariate.distribution(h[..., :, None], k[..., None, :], rho[..., None, None]))
    frame[..., 1:-1, -1] = ndtr(h)
    frame[..., -1, 1:-1] = ndtr(k)
    frame[..., -1, -1] = 1
    return _rectangles(frame)


def scores(tables, h, k, rho):
    """How the likelihood of every pair changes with rho and with the thresholds, respondent by respondent.

    tables (..., K, L), h (..., K - 1), k (..., L - 1), rho (...) -> CellScores
    """
    h, k = finite(h), finite(k)
    P = probabilities(h, k, rho)
    likely = np.where(P > NEGLIGIBLE, P, np.inf)
    corner = h[..., :, None], k[..., None, :], rho[..., None, None]
    slope = _rectangles(_framed(bivariate.density(*corner))) / likely
    weight = tables * slope / likely
    return CellScores(
        rho=slope,
        information=(tables * slope**2).sum(axis=(-2, -1)),
        first=-(_edges(h, k, rho) * np.diff(weight, axis=-2)).sum(axis=-1),
        second=-(_edges(k, h, rho) * np.diff(weight.mT, axis=-2)).sum(axis=-1),
    )


def correlation_of_codes(tables):
    """Pearson's correlation of the codes themselves, where the search starts: (..., K, L) -> (...)"""
    share = tables / np.maximum(tables.sum(axis=(-2, -1), keepdims=True), 1)
    rows, columns = (np.arange(size) for size in tables.shape[-2:])
    row, column = share.sum(axis=-1), share.sum(axis=-2)
    product = np.vecdot(np.matvec(share, columns.astype(float)), rows)
    covariance = product - (row @ rows) * (column @ columns)
    variances = (row @ rows**2 - (row @ rows) ** 2) * (column @ columns**2 - (column @ columns) ** 2)
    return covariance / np.sqrt(np.where(variances > 0, variances, np.inf))


def finite(thresholds):
    """Thresholds one can compute with: infinity becomes a point with no probability beyond it."""
    return np.clip(thresholds, -bivariate.FARTHEST, bivariate.FARTHEST)


def _edges(h, k, rho):
    """The slope of P(y*_i < h_a, answer b) along h_a: (..., K - 1), (..., L - 1), (...) -> (..., K - 1, L)"""
    h, k, rho = h[..., :, None], k[..., None, :], rho[..., None, None]
    below = ndtr((k - rho * h) / np.sqrt((1 - rho) * (1 + rho)))
    padded = np.concatenate([np.zeros_like(below[..., :1]), below, np.ones_like(below[..., :1])], axis=-1)
    return bivariate.normal_density(h) * np.diff(padded, axis=-1)


def _framed(interior):
    """Put zeros around: (..., K - 1, L - 1) -> (..., K + 1, L + 1)"""
    *batch, rows, columns = interior.shape
    frame = np.zeros((*batch, rows + 2, columns + 2))
    frame[..., 1:-1, 1:-1] = interior
    return frame


def _rectangles(corner):
    """What lies between neighbouring corners: (..., K + 1, L + 1) -> (..., K, L)"""
    return np.diff(np.diff(corner, axis=-1), axis=-2)
