"""The moments of bootstrap samples, from how often each respondent was drawn.

One product gives the means and covariances of all draws at once (``kernels.covariances``).  Answers taken as ordered
are counted in tables of pairs instead.  Other moments (ordered answers beside numbers or covariates, means and
covariances estimated from answers with gaps) are found one draw at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataProblem
from ..kernels import covariances, fiml, gamma, gaps, influence, linalg, ordered
from ..kernels.discrepancy import Sample
from ..sem import ordered as answers_of
from ..sem.least_squares import weighted_by_covariances
from ..sem.stack import stacked

if TYPE_CHECKING:
    from ..sem.fit import Fit

_NUMBERS = 1 << 22  # in the tables of samples held at once
_HELD = 1 << 24  # numbers in the weights of samples held at once


def at_once(fit: Fit) -> int:
    """How many samples can be held at a time: few where each has a large weight matrix."""
    weight = fit.sample.weight
    return max(_HELD // (1 if weight is None else weight.size), 1)


def samples(fit: Fit, counts: np.ndarray) -> Sample:
    """Condense draws to what the fit's discrepancy needs, with a leading axis of draws: (draws, N) -> Sample"""
    groups = fit.moments.ordered
    if groups is not None:
        tabled = all(isinstance(own.influence, influence.Lookup) for own in groups)
        return (
            _ordered(fit, counts, groups)
            if tabled and fit.options.method.discrepancy != "WLS"
            else _latent(fit, counts)
        )
    answers = fit.moments.answers
    assert answers is not None and fit.moments.mean is not None
    by_group = split(fit, weighing(fit, counts))
    n = np.stack([own.sum(axis=1) for own in by_group], axis=1)
    if fit.moments.first_stage is not None:
        covariance, mean = _estimated(fit, counts, fit.moments.first_stage)
    elif fit.options.missing == "pairwise":
        parts = [_available(own, count) for own, count in zip(answers, by_group, strict=True)]
        mean, covariance = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
    else:
        parts = [
            covariances.of_samples(own, centre, count)
            for own, centre, count in zip(answers, fit.moments.mean, by_group, strict=True)
        ]
        mean, covariance = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
    unbiased = fit.options.unbiased
    if unbiased:
        covariance = covariance * (n / (n - 1))[..., None, None]
    weight = n - unbiased
    plain = Sample(covariance, mean if fit.table.means else None, weight / weight.sum(axis=1, keepdims=True))
    return _weighted(fit, plain, by_group)


def split(fit: Fit, counts: np.ndarray) -> list[np.ndarray]:
    """Divide counts by group: (..., N) -> (..., n) each"""
    assert fit.moments.answers is not None
    return np.split(counts, np.cumsum([len(own) for own in fit.moments.answers])[:-1], axis=-1)


def weighing(fit: Fit, counts: np.ndarray) -> np.ndarray:
    """How much each respondent counts, with the weights of the sampling: (..., N) -> (..., N)"""
    weights = fit.moments.design.weights
    return counts if weights is None else counts * np.concatenate(weights)


def with_given(fit: Fit, by_group: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Moments of one draw as far as they are given, those of exogenous variables: -> (G, p, p), (G, p)

    The others are the fit's.
    """
    moments, x = fit.moments, fit.pattern.exogenous
    assert moments.answers is not None and moments.mean is not None
    covariance, mean = moments.covariance.copy(), moments.mean.copy()
    if len(x):
        for g, (own, count) in enumerate(zip(moments.answers, by_group, strict=True)):
            mean[g, x] = count @ own[:, x] / count.sum()
            d = own[:, x] - mean[g, x]
            covariance[g, x[:, None], x] = (count[:, None] * d).T @ d / count.sum()
    return covariance, mean


def _estimated(fit: Fit, counts: np.ndarray, patterns: gaps.Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Saturated moments of every draw: -> (draws, G, p, p), (draws, G, p), NaN where there are none"""
    assert fit.moments.answers is not None
    answers, groups = np.concatenate(fit.moments.answers), fit.table.groups
    found = [fiml.saturated(gaps.recounted(patterns, answers, weighing(fit, own)), groups) for own in counts]
    covariance, mean = (np.stack([part[k] for part in found]) for k in range(2))
    covariance[~np.isfinite([value for *_, value in found])] = np.nan
    return covariance, mean


def _available(answers: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances pair by pair: (n, p) with NaN, (draws, n) -> (draws, p), (draws, p, p)"""
    found = [gaps.available_moments(np.repeat(answers, own.astype(int), axis=0)) for own in counts]
    return np.stack([mean for _, mean in found]), np.stack([covariance for covariance, _ in found])


def _latent(fit: Fit, counts: np.ndarray) -> Sample:
    """Moments of ordered answers from the respondents of every draw, NaN where they do not exist."""
    moments = fit.moments
    assert moments.answers is not None
    everyone = np.concatenate(moments.answers)
    columns = {name: everyone[:, moments.names.index(name)] for name in fit.table.ordered}
    known = {name: np.unique(own[~np.isnan(own)]) for name, own in columns.items()}
    assert fit.sample.target is not None
    nothing = fit.sample._replace(target=np.full_like(fit.sample.target, np.nan))
    found = []
    for own in counts:
        by_group = split(fit, own)
        covariance, mean = with_given(fit, by_group)
        answers = tuple(np.repeat(a, c.astype(int), axis=0) for a, c in zip(moments.answers, by_group, strict=True))
        n = np.array([len(rows) for rows in answers])
        drawn = replace(moments, answers=answers, covariance=covariance, mean=mean, n=n, ordered=None)
        try:
            drawn = answers_of.condensed(fit.table, drawn, known)
            found.append(answers_of.sample(fit.table, drawn, fit.options.method))
        except (DataProblem, np.linalg.LinAlgError):  # a category or a covariance that the draw does not hold
            found.append(nothing)
    return stacked(found)


def _ordered(fit: Fit, counts: np.ndarray, groups: tuple[influence.Moments, ...]) -> Sample:
    """Thresholds and polychoric correlations of every sample, with the weights these ask for."""
    by_group = split(fit, counts)
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
