"""The moments of bootstrap samples, from how often each respondent was drawn.

With C the counts (draws by respondents) and Z the answers around their means, one product gives the moments of all
draws at once::

    mean = C Z / n        covariance = C (z_i z_j) / n - mean mean^T

Answers taken as ordered are counted in tables of pairs instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..kernels import gamma, influence, linalg, ordered
from ..kernels.discrepancy import Sample
from ..sem.least_squares import weighted_by_covariances

if TYPE_CHECKING:
    from ..sem.fit import Fit

_NUMBERS = 1 << 22  # of products held at once


def samples(fit: Fit, counts: np.ndarray) -> Sample:
    """Condense draws to what the fit's discrepancy needs, with a leading axis of draws: (draws, N) -> Sample"""
    if fit.moments.ordered is not None:
        return _ordered(fit, counts, fit.moments.ordered)
    answers = fit.moments.answers
    assert answers is not None and fit.moments.mean is not None
    ends = np.cumsum(fit.moments.n)[:-1]
    by_group = np.split(counts, ends, axis=1)
    n = np.stack([own.sum(axis=1) for own in by_group], axis=1)
    parts = [
        _moments(own, centre, count) for own, centre, count in zip(answers, fit.moments.mean, by_group, strict=True)
    ]
    mean, covariance = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
    method = fit.options.method
    unbiased = fit.options.likelihood == "wishart" or method.discrepancy != "ML"
    if unbiased:
        covariance = covariance * (n / (n - 1))[..., None, None]
    weight = n - unbiased
    plain = Sample(covariance, mean if fit.table.means else None, weight / weight.sum(axis=1, keepdims=True))
    return _weighted(fit, plain, by_group)


def _moments(answers: np.ndarray, centre: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances, divided by n: (n, p), (p,), (draws, n) -> (draws, p), (draws, p, p)"""
    p = answers.shape[1]
    i, j = np.triu_indices(p)
    Z = answers - centre
    n = counts.sum(axis=1)[:, None]
    products = np.zeros((len(counts), len(i)))
    rows = max(_NUMBERS // max(len(i), 1), 1)
    for start in range(0, len(Z), rows):
        own = Z[start : start + rows]
        products += counts[:, start : start + rows] @ (own[:, i] * own[:, j])
    shift = counts @ Z / n
    covariance = np.empty((len(counts), p, p))
    covariance[:, i, j] = covariance[:, j, i] = products / n - shift[:, i] * shift[:, j]
    return centre + shift, covariance


def _ordered(fit: Fit, counts: np.ndarray, groups: tuple[influence.Moments, ...]) -> Sample:
    """Thresholds and polychoric correlations of every sample, with the weights these ask for."""
    by_group = np.split(counts, np.cumsum(fit.moments.n)[:-1], axis=1)
    parts = []
    for own, count in zip(groups, by_group, strict=True):
        lookup = own.influence
        assert isinstance(lookup, influence.Lookup)
        levels = lookup.real.sum(axis=1) + 1
        at_once = max(_NUMBERS // (len(count.T) * levels.max() * len(levels)), 1)
        pieces = [
            ordered.of_counts(lookup.codes, levels, count[k : k + at_once]) for k in range(0, len(count), at_once)
        ]
        parts.append([np.concatenate(column) for column in zip(*pieces, strict=True)])
    target, covariance, spread = (np.stack(column, axis=1) for column in zip(*parts, strict=True))
    n = np.stack([own.sum(axis=1) for own in by_group], axis=1) - 1
    weight = np.ones_like(target) if fit.options.method.discrepancy == "ULS" else 1 / spread
    return Sample(covariance, np.zeros(covariance.shape[:-1]), n / n.sum(axis=1, keepdims=True), None, weight, target)


def _weighted(fit: Fit, sample: Sample, by_group: list[np.ndarray]) -> Sample:
    """Give the samples the weight the estimator asks for, each its own."""
    method, means = fit.options.method, sample.mean is not None
    by_covariances = weighted_by_covariances(sample, method)
    if by_covariances is not None:
        return by_covariances
    assert fit.moments.answers is not None
    diagonal = method.discrepancy == "DWLS"
    parts = [
        gamma.of_counts(answers, counts, means=means, diagonal=diagonal)
        for answers, counts in zip(fit.moments.answers, by_group, strict=True)
    ]
    found = np.stack(parts, axis=1)
    return sample._replace(weight=1 / found if diagonal else linalg.inverse(found))
