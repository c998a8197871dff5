"""Estimates of two-level models, and of the unrestricted and the independence model beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..kernels import linalg, minimise, ram, two_level
from ..kernels.discrepancy import Slope
from ..kernels.minimise import Status
from ..sem.start import plain_start, start_values
from .answers import Answers
from .levels import TwoLevels

ALIKE = 0.2  # how large the level between is taken to be where its own moments led nowhere
LEAST = 0.05  # of a variable's variance, or of one: what start values leave between clusters


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search ended.

    pattern : the model in 1 + D groups      answers : it was fitted to
    start, theta : (q,) where it began and ended      status, iterations : how
    """

    pattern: ram.Pattern
    answers: Answers
    start: np.ndarray
    theta: np.ndarray
    status: Status
    iterations: int

    def slope_at(self, theta: np.ndarray, *, exact: bool = False) -> Slope:
        """The discrepancy with its slope and its expected (``exact``: its own) Hessian, at theta (q,)."""
        parts = list(two_level.in_parts(self.pattern, self.answers.sample))
        with np.errstate(all="ignore"):  # a search that went astray can end anywhere
            return two_level.slope(parts, theta, exact=exact)

    @cached_property
    def expected(self) -> Slope:
        """With the expected Hessian, where the search ended."""
        return self.slope_at(self.theta)

    @property
    def value(self) -> float:
        """The discrepancy where the search ended."""
        return float(self.expected.value)

    @cached_property
    def information(self) -> np.ndarray:
        """Observed, per respondent: (q, q)"""
        return np.asarray(self.slope_at(self.theta, exact=True).hessian / 2)

    @cached_property
    def spread(self) -> np.ndarray:
        """Average product of scores per respondent, clusters being what is independent: (q, q)"""
        scores = two_level.scores(self.pattern, self.theta, self.answers.known)
        return np.asarray(scores.T @ scores / self.answers.n)


def estimated(levels: TwoLevels, answers: Answers, max_iterations: int) -> Found:
    """Search from good starts, from a level between that is like the one within, then from cautious ones."""
    pattern = levels.pattern(answers.known.sizes)
    covariances, means = _moments_of_levels(levels, answers)
    alike = [covariances[0], _like_within(levels, *covariances)]
    tried: list[Found] = []
    for begin, from_covariances in ((start_values, covariances), (start_values, alike), (plain_start, covariances)):
        start = np.empty(levels.n_free)
        for level, covariance, mean in zip(levels.both, from_covariances, means, strict=True):
            start[level.parameters] = begin(level.table, covariance[None], mean[None])
        tried.append(_searched(pattern, answers, start, max_iterations))
        if tried[-1].status is Status.CONVERGED:
            return tried[-1]
    return min(tried, key=lambda found: np.inf if np.isnan(found.value) else found.value)


def unrestricted(levels: TwoLevels, answers: Answers, max_iterations: int) -> Found:
    """The model that fits all covariances at both levels, and all means."""
    return _without_structure(levels, answers, max_iterations, related=True)


def independent(levels: TwoLevels, answers: Answers, max_iterations: int) -> Found:
    """The model without covariances, but those of covariates among each other."""
    return _without_structure(levels, answers, max_iterations, related=False)


def _without_structure(levels: TwoLevels, answers: Answers, max_iterations: int, *, related: bool) -> Found:
    names = levels.observed
    outer = set(levels.between.table.observed)
    kernels, start, q = [], [], 0
    for level, covariance, mean in zip(levels.both, *_moments_of_levels(levels, answers), strict=True):
        own = level.table.observed
        given = np.array([name in level.given.names for name in own])
        covariate = np.array([name in level.table.covariates for name in own])
        free = np.full(covariance.shape, related) | np.eye(len(own), dtype=bool) | np.outer(covariate, covariate)
        free &= ~np.outer(given, given)
        means = ~given & np.array([level is levels.between or name not in outer for name in own])
        pattern = two_level.without_structure(free, means, *level.given.among(own))
        places = np.array([names.index(name) for name in own])
        kernels.append(two_level.Level(pattern, places, q + np.arange(pattern.parameters)))
        start += [covariance[np.nonzero(np.triu(free))], mean[means]]
        q += pattern.parameters
    pattern = two_level.joined(kernels[0], kernels[1], len(names), answers.known.sizes)
    return _searched(pattern, answers, np.concatenate(start), max_iterations)


def _searched(pattern: ram.Pattern, answers: Answers, start: np.ndarray, max_iterations: int) -> Found:
    parts = list(two_level.in_parts(pattern, answers.sample))

    def slope_at(theta: np.ndarray, exact: bool) -> Slope:
        return two_level.slope(parts, theta, exact=exact)

    best = minimise.scoring_alone(slope_at, start, max_iterations=max_iterations)
    return Found(pattern, answers, start, best.theta[0], best.status[0], int(best.iterations[0]))


def _moments_of_levels(levels: TwoLevels, answers: Answers) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Rough covariances and means at each level, positive definite, to start from.

    Clusters' means vary by what is between clusters and by a share of what is within.
    """
    known, names = answers.known, levels.observed
    inner, outer = ([names.index(name) for name in level.table.observed] for level in levels.both)
    pooled = answers.sample.covariance[0]
    mean = np.average(known.means, axis=0, weights=known.size)
    apart = np.cov(known.means, rowvar=False).reshape(len(names), len(names))
    left = np.zeros_like(apart)
    left[np.ix_(inner, inner)] = pooled[np.ix_(inner, inner)] * np.mean(1 / known.size)
    between = _definite(apart - left, np.diagonal(apart))[np.ix_(outer, outer)]
    return [pooled[np.ix_(inner, inner)], between], [mean[inner], mean[outer]]


def _like_within(levels: TwoLevels, within: np.ndarray, between: np.ndarray) -> np.ndarray:
    """The covariances within, in small, of variables of both levels; clusters that differ little start better there."""
    inner, outer = (list(level.table.observed) for level in levels.both)
    both = [name for name in outer if name in inner]
    here, there = ([names.index(name) for name in both] for names in (outer, inner))
    found = np.diag(np.diagonal(between))
    found[np.ix_(here, here)] = ALIKE * within[np.ix_(there, there)]
    return found


def _definite(matrix: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The nearest thing with variances of at least a share of the whole, and correlations that go together."""
    deviation = np.sqrt(np.maximum(np.diagonal(matrix), LEAST * whole))
    values, vectors = np.linalg.eigh(matrix / np.outer(deviation, deviation))
    lifted = (vectors * np.maximum(values, LEAST)) @ vectors.T
    return np.asarray(linalg.correlation(lifted) * np.outer(deviation, deviation))
