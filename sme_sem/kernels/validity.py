"""Convergent and discriminant validity, from loadings and from correlations among items.

For the items of one construct, loadings l, variance of the construct psi, covariances S of the items::

    CR   = (sum of l)^2 psi / sum of all entries of S
    AVE  = sum of l^2 psi / sum of the variances in S

and for two constructs with items I and J::

    HTMT = mean |r_ij| / sqrt(mean |r| within I * mean |r| within J)

where r_ij pairs an item of I with one of J, and no item is paired with itself.  HTMT takes arithmetic
means, HTMT2 geometric ones.

Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.  Henseler, Ringle & Sarstedt (2015),
Journal of the Academy of Marketing Science 43, 115-135.  Roemer, Schuberth & Henseler (2021), Industrial
Management & Data Systems 121, 2637-2650.
"""

import numpy as np


def composite_reliability(loadings, variance, covariance):
    """Share of the total score's variance that the construct explains: (..., k), (...), (..., k, k) -> (...)"""
    return loadings.sum(axis=-1) ** 2 * variance / covariance.sum(axis=(-2, -1))


def average_variance_extracted(loadings, variance, covariance):
    """Share of the items' variances that the construct explains: (..., k), (...), (..., k, k) -> (...)"""
    return (loadings**2).sum(axis=-1) * variance / np.linalg.trace(covariance)


def heterotrait_monotrait(correlation, members):
    """HTMT with arithmetic means.

    correlation : (..., p, p) of the items    members : (c, p), one where an item belongs to a construct
    ->  (..., c, c), one on the diagonal; NaN beside a construct with fewer than two items
    """
    return _against_own(_pair_means(np.abs(correlation), members))


def heterotrait_monotrait_geometric(correlation, members):
    """HTMT2, with geometric means: shapes as in :func:`heterotrait_monotrait`."""
    smallest = np.finfo(float).tiny  # a correlation of exactly zero has no logarithm
    return _against_own(np.exp(_pair_means(np.log(np.maximum(np.abs(correlation), smallest)), members)))


def largest_shared_variance(correlation):
    """Largest squared correlation with another construct: (..., c, c) -> (..., c)

    NaN marks a pair not to be compared; a construct without any other has NaN.
    """
    others = ~np.eye(correlation.shape[-1], dtype=bool) & ~np.isnan(correlation)
    largest = np.where(others, correlation**2, 0).max(axis=-1)
    return np.where(others.any(axis=-1), largest, np.nan)


def _against_own(means):
    """mean(i, j) / sqrt(mean(i, i) mean(j, j)): (..., c, c) -> (..., c, c)"""
    own = np.linalg.diagonal(means)
    with np.errstate(divide="ignore", invalid="ignore"):  # items of one construct that do not correlate at all
        return means / np.sqrt(own[..., :, None] * own[..., None, :])


def _pair_means(size, members):
    """Mean over all pairs of different items, one of each construct: (..., p, p), (c, p) -> (..., c, c)"""
    different = np.where(np.eye(members.shape[-1], dtype=bool), 0, size)
    pairs = members.sum(axis=-1)[:, None] * members.sum(axis=-1) - members @ members.mT
    total = members @ different @ members.mT
    return np.where(pairs > 0, total / np.maximum(pairs, 1), np.nan)
