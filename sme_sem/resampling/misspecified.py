"""Populations in which a measurement model leaves something out, from little to much, as dynamic cut-offs have them.

With F constructs, level k has k second loadings, up to F - 1: of the weakest item of each construct, on the construct
whose items tell most of it, as large as the item's own loading if that leaves something of the item.  Constructs of
more than two items come first, then those with the smallest loadings; no two constructs are connected twice.  With one
construct, what is left of items correlates by .30 in a third, in two thirds and in all of the pairs of items.

McNeish and Wolf (2023), Psychological Methods 28, 61-88; of one construct (2022), Behavior Research Methods 54,
1157-1174.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..kernels import misspecification
from ..words import NOTHING, Words, joined

if TYPE_CHECKING:
    from ..sem.fit import Fit

RELATED = 0.3


@dataclass(frozen=True, eq=False)
class Level:
    """A population.

    number : 0 where the model leaves out nothing   added : what is new at this level   size : how large that is
    covariance, mean : (p, p), (p,) of the observed variables
    """

    number: int
    added: Words
    size: float
    covariance: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True)
class _Item:
    """An item of one construct alone, and of no other relation."""

    place: int
    construct: int
    loading: float


def levels(fit: Fit) -> list[Level]:
    """List the populations, the one that the model describes first; that one alone where no item could be used."""
    point = fit.inference.point
    cov = point.moments.cov[0]
    deviation = np.sqrt(np.diagonal(cov))
    correlation = cov / np.outer(deviation, deviation)
    loadings = _loadings(fit)
    items = sorted(_alone(fit, loadings), key=lambda item: abs(item.loading))
    added = (_second_loadings if len(loadings) > 1 else _relations)(fit, correlation, loadings, items)
    p = len(fit.observed)
    mean = point.moments.mu[0]
    found = [Level(0, NOTHING, np.nan, cov[:p, :p], mean)]
    for number, (said, size, changed) in enumerate(added, start=1):
        found.append(Level(number, said, size, changed * np.outer(deviation[:p], deviation[:p]), mean))
    return found


def _loadings(fit: Fit) -> dict[int, dict[int, float]]:
    """Standardized loadings of observed items, by construct: places in the model's matrices."""
    place, p = fit.inference.point.place, len(fit.observed)
    standardized = fit.inference.point.standardized_values(observed=True)
    made = {composite.name for composite in fit.table.composites}
    found: dict[int, dict[int, float]] = {}
    for parameter, loading in zip(fit.table.parameters, standardized, strict=True):
        if parameter.op == "=~" and place[parameter.rhs] < p and parameter.lhs not in made:
            found.setdefault(place[parameter.lhs], {})[place[parameter.rhs]] = float(loading)
    return found


def _alone(fit: Fit, loadings: dict[int, dict[int, float]]) -> Iterator[_Item]:
    """Items of one construct that neither lead to anything nor have another relation."""
    place = fit.inference.point.place
    related = {
        place[name]
        for row in fit.table.parameters
        if row.op in ("~", "<~") or (row.op == "~~" and row.lhs != row.rhs)
        for name in (row.lhs, row.rhs)
    }
    for construct, own in loadings.items():
        for item, loading in own.items():
            once = sum(item in others for others in loadings.values()) == 1
            if once and item not in related and 0 < abs(loading) < 1:
                yield _Item(item, construct, loading)


_Added = Iterator[tuple[Words, float, np.ndarray]]
"""What each level adds, how much, and the correlations of the observed variables then."""


def _second_loadings(
    fit: Fit, correlation: np.ndarray, loadings: dict[int, dict[int, float]], items: Sequence[_Item]
) -> _Added:
    weakest: dict[int, _Item] = {}
    for item in items:
        weakest.setdefault(item.construct, item)
    wanted = sorted(weakest.values(), key=lambda item: (len(loadings[item.construct]) <= 2, abs(item.loading)))
    told = {construct: _told(list(own.values())) for construct, own in loadings.items()}
    free = {frozenset(pair) for pair in combinations(loadings, 2)}
    on: dict[int, int] = {}
    chosen = wanted[: len(loadings) - 1]
    for item in sorted(chosen, key=lambda item: abs(item.loading)):
        others = [other for other in loadings if frozenset((item.construct, other)) in free]
        if others:
            on[item.place] = max(others, key=told.__getitem__)
            free.remove(frozenset((item.construct, on[item.place])))
    sizes: dict[tuple[int, int], float] = {}
    for item in (own for own in chosen if own.place in on):
        other = on[item.place]
        size = float(misspecification.second_loading(item.loading, correlation[item.construct, other]))
        sizes[item.place, other] = size
        said = _LOADS.filled(item=fit.table.variables[item.place], construct=fit.table.variables[other])
        yield said, size, misspecification.with_second_loadings(correlation, len(fit.observed), sizes)


def _told(loadings: Sequence[float]) -> float:
    """How much a construct's items tell of it; all, where one of them is it."""
    values = np.array(loadings)
    return 1.0 if (abs(values) >= 1).any() else misspecification.maximal_reliability(values)


def _relations(
    fit: Fit, correlation: np.ndarray, loadings: dict[int, dict[int, float]], items: Sequence[_Item]
) -> _Added:
    """Pairs of items, the weakest first."""
    counts = _pairs(len(items))
    p = len(fit.observed)
    residual = np.zeros(p)
    residual[[item.place for item in items]] = [1 - item.loading**2 for item in items]
    pairs = [(items[2 * k].place, items[2 * k + 1].place) for k in range(len(items) // 2)]
    for before, count in zip([0, *counts], counts, strict=False):
        names = [(fit.table.variables[i], fit.table.variables[j]) for i, j in pairs[before:count]]
        said = joined([_RELATED.filled(first=first, second=second) for first, second in names])
        yield said, RELATED, misspecification.with_relations(correlation[:p, :p], residual, pairs[:count], RELATED)


def _pairs(items: int) -> list[int]:
    """How many pairs of so many items each level has: a third, two thirds and all; fewer levels of few items."""
    if items < 6:
        return {4: [1], 5: [1, 2]}.get(items, [])
    return [items // 2 // 3, items // 2 * 2 // 3, items // 2]


_LOADS = Words("{item} on {construct}", "{item}在{construct}上")
_RELATED = Words("{first} with {second}", "{first}与{second}")
