"""The search for estimates: from a good start, then from a cautious one, with or without constraints.

Least squares are searched as shares of the sample's own weighted squares, which moves no minimum: unweighted ones are
in the fourth power of the answers' unit, and what is near enough to a minimum must not depend on that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

import numpy as np

from ..kernels import latent_response, least_squares, minimise, ram
from ..kernels.constrained import NEAR, constrained_scoring
from ..kernels.discrepancy import Sample, Slope
from ..kernels.latent_response import OrderedPattern
from ..kernels.minimise import Status
from ..responses.moments import Moments
from . import marking, objective
from .constraints import constrained, contradictory, curvature, limited, restrictions
from .parameters import ParameterTable
from .solution import Point
from .start import plain_start, start_values

SAME = 1e-8  # discrepancies that differ by less, relative to one more than their size, are one minimum


def same(a: minimise.Minimum, b: minimise.Minimum) -> bool:
    """Whether two searches (batches of one) ended as low."""
    return bool(abs(a.value[0] - b.value[0]) <= SAME * (1 + abs(b.value[0])))


def search(
    pattern: ram.Pattern, sample: Sample, moments: Moments, start: np.ndarray, max_iterations: int
) -> minimise.Minimum:
    """Minimise from one start: a batch of one."""
    if isinstance(pattern, OrderedPattern):
        return search_together(pattern, sample, moments, start[None], max_iterations)
    sample = _prepared(pattern, sample)

    def slope_at(theta: np.ndarray, exact: bool) -> Slope:
        return objective.slope(pattern, sample, moments, theta, exact=exact)

    return minimise.scoring_alone(slope_at, start, max_iterations=max_iterations)


def search_together(
    pattern: ram.Pattern, sample: Sample, moments: Moments, starts: np.ndarray, max_iterations: int
) -> minimise.Minimum:
    """Minimise from several starts (k, q) at once; for complete answers."""
    sample = _prepared(pattern, sample)
    if _separable(pattern, sample):
        return _search_apart(pattern, sample, starts, max_iterations)

    def slope_at(theta: np.ndarray, members: np.ndarray, exact: bool) -> Slope:
        return objective.slope(pattern, sample, moments, theta, exact=exact)

    by = minimise.scoring_by_expectation if isinstance(pattern, OrderedPattern) else minimise.scoring
    return by(slope_at, starts, max_iterations=max_iterations)


def _separable(pattern: ram.Pattern, sample: Sample) -> TypeGuard[OrderedPattern]:
    """Whether thresholds can be left out of the search."""
    return isinstance(pattern, OrderedPattern) and sample.weight is not None and sample.weight.ndim == 2


def _search_apart(pattern: OrderedPattern, sample: Sample, starts: np.ndarray, limit: int) -> minimise.Minimum:
    """Minimise over what moves correlations, from starts (k, q), and then put thresholds where they fit."""
    apart = pattern.apart
    assert sample.weight is not None and sample.target is not None
    rest = sample._replace(weight=apart.of(sample.weight), target=apart.of(sample.target))

    def slope_at(theta: np.ndarray, members: np.ndarray, exact: bool) -> Slope:
        return latent_response.slope(apart.pattern, rest, theta)

    found = minimise.scoring_by_expectation(slope_at, starts[:, apart.staying], max_iterations=limit)
    with np.errstate(all="ignore"):  # a search that failed can end anywhere
        return replace(found, theta=apart.together(sample, found.theta, pattern.owner))


def search_within(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    start: np.ndarray,
    max_iterations: int,
) -> minimise.Minimum:
    """Minimise under the model's constraints from one start."""
    sample = _prepared(pattern, sample)

    def slope_at(theta: np.ndarray, exact: bool) -> Slope:
        return objective.slope(pattern, sample, moments, theta, exact=exact)

    return constrained_scoring(
        slope_at,
        lambda theta: restrictions(table, theta),
        start,
        curvature_at=lambda theta, multipliers: curvature(table, theta, multipliers),
        max_iterations=max_iterations,
    )


def _prepared(pattern: ram.Pattern, sample: Sample) -> Sample:
    """Divide the weights of least squares by what they give the sample's covariances; find once what stays.

    Means have no part in that: where a scale begins is no size.
    """
    if sample.weight is None:
        return sample.looked_at_often()
    s = sample.target
    if s is None:
        s = least_squares.moments_vector(sample.covariance, None if sample.mean is None else np.zeros_like(sample.mean))
    elif isinstance(pattern, OrderedPattern):
        s = s.copy()
        s[..., np.flatnonzero(pattern.sign < 0)] = 0.0
    whole = sample.share @ np.vecdot(s, least_squares.weigh(sample, s))
    return sample._replace(weight=sample.weight / (whole if whole > 0 else 1.0))


def good_start(
    table: ParameterTable, sample: Sample, moments: Moments, max_iterations: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where the search begins, and after how many iterations: composites are first found with heavier markers."""
    start = start_values(table, sample.covariance, sample.mean, sample.target)
    free = replace(table, definitions=(), bounds=())  # what the model says of weights is said in its own unit
    other = marking.heavier(free, sample, start) if table.composites else None
    none = np.zeros(1, dtype=int)
    if other is None:
        return start, none
    pattern = other.pattern
    there = start_values(other, sample.covariance, sample.mean, sample.target)
    if constrained(other):
        found = search_within(other, pattern, sample, moments, there, max_iterations)
    else:
        found = search(pattern, sample, moments, there, max_iterations)
    if found.status[0] is not Status.CONVERGED:
        return start, none
    point = Point.at(other, pattern, found.theta[0], sample.covariance, sample.mean)
    return marking.in_own_unit(table, point), found.iterations


def estimated(
    table: ParameterTable, pattern: ram.Pattern, sample: Sample, moments: Moments, max_iterations: int
) -> minimise.Minimum:
    """Search from the good start, and from the cautious one if that failed."""
    if constrained(table):
        return _estimated_within(table, pattern, sample, moments, max_iterations)
    start, before = good_start(table, sample, moments, max_iterations)
    best = search(pattern, sample, moments, start, max_iterations)
    best = replace(best, iterations=best.iterations + before)
    if best.status[0] is not Status.CONVERGED:
        other = search(
            pattern, sample, moments, plain_start(table, sample.covariance, sample.mean, sample.target), max_iterations
        )
        if other.status[0] is Status.CONVERGED or other.value[0] < best.value[0]:
            best = other
    return best


def _estimated_within(
    table: ParameterTable, pattern: ram.Pattern, sample: Sample, moments: Moments, max_iterations: int
) -> minimise.Minimum:
    """Search under constraints, from the estimates without those the model states if there are any.

    Where these break an inequality, or run away, or where constraints bend, there may be several minima: all starts are
    tried, and the lowest one found counts.
    """
    good, _ = good_start(table, sample, moments, max_iterations)
    starts, inside = [good, plain_start(table, sample.covariance, sample.mean, sample.target)], True
    if limited(table):
        if contradictory(table, good):
            nowhere = np.array([np.nan])
            return minimise.Minimum(good[None], nowhere, nowhere, np.array([Status.CONTRADICTION]), np.array([0]))
        without = estimated(replace(table, definitions=(), bounds=()), pattern, sample, moments, max_iterations)
        limits = restrictions(table, without.theta[0])
        kept = (limits.values[limits.equalities :] > -NEAR).all()
        straight = (limits.slopes == restrictions(table, good).slopes).all()
        inside = without.status[0] is Status.CONVERGED and bool(kept and straight)
        starts = [without.theta[0], *starts] if inside else [*starts, without.theta[0]]
    found: list[minimise.Minimum] = []
    for theta in starts:
        found.append(search_within(table, pattern, sample, moments, theta, max_iterations))
        if found[-1].status[0] is Status.CONVERGED and inside:
            break
    converged = [one for one in found if one.status[0] is Status.CONVERGED]
    if not converged:
        return found[-1]
    lowest = min(converged, key=lambda one: float(one.value[0]))
    return next(one for one in converged if same(one, lowest))
