"""Chains of imputations: items with gaps are drawn in turn, given all others, until the start is forgotten.

van Buuren (2007), Statistical Methods in Medical Research 16, 219-242 (fully conditional specification).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..kernels import chained_equations as kernel


@dataclass(frozen=True, eq=False)
class Plan:
    """What every chain does.

    values : (n, p), NaN where an answer is missing
    ordered : (p,) whether an item is drawn by proportional odds, else by predictive mean matching
    iterations, donors : how often every item is drawn; among how many answers a match is drawn
    """

    values: np.ndarray
    ordered: np.ndarray
    iterations: int
    donors: int

    @property
    def missing(self) -> np.ndarray:
        """Where answers are missing: (n, p)"""
        return np.isnan(self.values)


class Chains(NamedTuple):
    """What the chains gave.

    filled : (m, gaps) the answers drawn, in the order of the gaps row by row
    trace : (m, iterations, p) the mean of what was drawn
    """

    filled: np.ndarray
    trace: np.ndarray


def run(plans: Sequence[Plan], seed: int, numbers: Sequence[int]) -> list[Chains]:
    """Run the chains with these numbers for every plan; what a chain draws depends on seed and number alone."""
    return [
        _run(plan, [np.random.default_rng([seed, place, number]) for number in numbers])
        for place, plan in enumerate(plans)
    ]


def _run(plan: Plan, rngs: Sequence[np.random.Generator]) -> Chains:
    missing = plan.missing
    values = np.stack([_begun(plan, rng) for rng in rngs])
    gaps = missing.sum(axis=0)
    order = [j for j in np.argsort(gaps, kind="stable") if gaps[j]]
    trace = np.full((len(rngs), plan.iterations, len(gaps)), np.nan)
    for iteration in range(plan.iterations):
        for j in order:
            values[:, missing[:, j], j] = _drawn(plan, values, j, rngs)
            trace[:, iteration, j] = values[:, missing[:, j], j].mean(axis=-1)
    return Chains(values[:, missing], trace)


def _begun(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Fill every gap with one of the item's answers, drawn at random."""
    values = plan.values.copy()
    for j, gaps in enumerate(plan.missing.T):
        if gaps.any():
            values[gaps, j] = rng.choice(values[~gaps, j], gaps.sum())
    return values


def _drawn(plan: Plan, values: np.ndarray, j: int, rngs: Sequence[np.random.Generator]) -> np.ndarray:
    """Draw the gaps of one item: (m, gaps)"""
    gaps = plan.missing[:, j]
    X, given = _predictors(values, j), plan.values[~gaps, j]
    if plan.ordered[j]:
        return _by_odds(X, given, gaps, rngs)
    return _by_matching(X, given, gaps, rngs, plan.donors)


def _predictors(values: np.ndarray, j: int) -> np.ndarray:
    """All other items with mean zero and unit variance: (m, n, p) -> (m, n, p - 1)"""
    others = np.delete(values, j, axis=-1)
    centred = others - others.mean(axis=-2, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-2, keepdims=True))
    return centred / np.where(deviation > 0, deviation, 1)


def _by_odds(X: np.ndarray, given: np.ndarray, gaps: np.ndarray, rngs: Sequence[np.random.Generator]) -> np.ndarray:
    levels, category = np.unique(given, return_inverse=True)
    odds = kernel.proportional_odds(X[:, ~gaps], category, len(levels))
    normal = np.stack([rng.standard_normal(odds.theta.shape[-1]) for rng in rngs])
    uniform = np.stack([rng.uniform(size=gaps.sum()) for rng in rngs])
    return levels[kernel.drawn_categories(odds, X[:, gaps], normal, uniform, len(levels))]


def _by_matching(
    X: np.ndarray, given: np.ndarray, gaps: np.ndarray, rngs: Sequence[np.random.Generator], donors: int
) -> np.ndarray:
    X = np.concatenate([np.ones((*X.shape[:-1], 1)), X], axis=-1)
    n, q = X[0, ~gaps].shape
    normal = np.stack([rng.standard_normal(q) for rng in rngs])
    chi_square = np.array([rng.chisquare(n - q) for rng in rngs])
    y = np.broadcast_to(given, (len(rngs), n))
    estimate, draw = kernel.drawn_regression(X[:, ~gaps], y, normal, chi_square)
    seen, sought = np.matvec(X[:, ~gaps], estimate), np.matvec(X[:, gaps], draw)
    found = []
    for rng, own, wanted in zip(rngs, seen, sought, strict=True):
        shuffled = rng.permutation(n)  # so that equal predictions are equally often chosen
        near = shuffled[kernel.nearest(own[shuffled], wanted, donors)]
        chosen = near[np.arange(len(near)), rng.integers(near.shape[1], size=len(near))]
        kinds = kernel.alike(own)
        if np.bincount(kinds).max() > donors:  # else all who are alike may give
            chosen = kernel.another_alike(kinds, chosen, rng.uniform(size=n), rng.uniform(size=len(chosen)))
        found.append(given[chosen])
    return np.stack(found)
