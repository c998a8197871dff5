"""Direct, indirect and total effects along the paths of a model.

An indirect effect is the product of the coefficients on one route from predictor to outcome; its
standard error follows from the delta method (Sobel 1982, Sociological Methodology 13, 290-312).  The total
effect is the entry of (I - A)^-1, so that feedback loops are summed to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from ..errors import SpecificationError, among, did_you_mean
from ..kernels import ram
from .expressions import Quantity
from .solution import Point, standard_errors

MOST_ROUTES = 1000


def effects(point: Point, vcov: np.ndarray, outcome: str, predictor: str) -> pd.DataFrame:
    """All effects of one variable on another: effect, route, group, est, se, est_std.

    point : the fitted model   vcov : (q, q)
    """
    for name in (outcome, predictor):
        if not among(name, point.place):
            raise SpecificationError(f"{name!r} is not a variable of the model." + did_you_mean(name, point.place))
        for composite in point.table.composites:
            if name in composite.items:
                raise SpecificationError(
                    f"{name!r} is what the composite {composite.name!r} is made of, which stands for it in the model: "
                    f"take the effects of {composite.name!r}, and the weights of its items from fit.composites()."
                )
    if outcome == predictor:
        raise SpecificationError(f"an effect needs two variables, got {outcome!r} twice.")
    rows: list[tuple[str, str, int, Quantity]] = []
    for group in range(point.table.groups):
        rows += _of_group(point, group, outcome, predictor)
    i, j = point.place[outcome], point.place[predictor]
    variance = np.linalg.diagonal(point.moments.cov)
    deviation = np.sqrt(np.where(variance > 0, variance, np.nan))  # a variance of zero or below standardizes nothing
    gradients = np.array([quantity.gradient for *_, quantity in rows])
    return pd.DataFrame(
        {
            "effect": [effect for effect, *_ in rows],
            "route": [route for _, route, *_ in rows],
            "group": [group for *_, group, _ in rows],
            "est": [float(quantity.value) for *_, quantity in rows],
            "se": standard_errors(gradients, vcov),
            "est_std": [float(q.value) * deviation[g, j] / deviation[g, i] for *_, g, q in rows],
        }
    )


def _of_group(point: Point, group: int, outcome: str, predictor: str) -> list[tuple[str, str, int, Quantity]]:
    paths: dict[tuple[str, str], Quantity] = {}
    for p, value in zip(point.table.parameters, point.estimates, strict=True):
        if p.effect and p.group == group:
            paths[p.cause, p.effect] = Quantity(np.asarray(value), point.table.slope_of(p))
    zero = Quantity(np.asarray(0.0), np.zeros(point.table.n_free))
    direct = paths.get((predictor, outcome), zero)
    total = _total(point, group, outcome, predictor)
    indirect = Quantity(total.value - direct.value, total.gradient - direct.gradient)
    found = [("direct", f"{predictor} → {outcome}", group, direct)]
    for route in routes(paths, predictor, outcome):
        if len(route) > 2:
            found.append(
                (
                    "indirect",
                    " → ".join(route),
                    group,
                    _product([paths[a] for a in pairwise(route)]),
                )
            )
    found.append(("total indirect", "", group, indirect))
    found.append(("total", "", group, total))
    return found


def _total(point: Point, group: int, outcome: str, predictor: str) -> Quantity:
    """E_ij and its gradient: dE / dA_kl = E_.k E_l."""
    pattern, E = point.pattern, point.moments.E[group]
    i, j = point.place[outcome], point.place[predictor]
    path = pattern.matrix == ram.PATHS
    row, column = np.where(path, pattern.row, 0), np.where(path, pattern.col, 0)  # elsewhere no places in E
    by_cell = np.where(path, E[i, row] * E[column, j], 0.0)
    return Quantity(np.asarray(E[i, j]), by_cell @ pattern.gather[group])


def _product(factors: list[Quantity]) -> Quantity:
    result = factors[0]
    for factor in factors[1:]:
        result = Quantity(result.value * factor.value, factor.value * result.gradient + result.value * factor.gradient)
    return result


def routes(paths: Iterable[tuple[str, str]], start: str, end: str) -> Iterator[tuple[str, ...]]:
    """Every route that visits no variable twice, shortest first."""
    following: dict[str, list[str]] = {}
    for a, b in paths:
        following.setdefault(a, []).append(b)
    waiting: list[tuple[str, ...]] = [(start,)]
    found = 0
    while waiting and found < MOST_ROUTES:
        route = waiting.pop(0)
        for step in following.get(route[-1], ()):
            if step == end:
                found += 1
                yield (*route, step)
            elif step not in route:
                waiting.append((*route, step))


def mediated(arrows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of cause and outcome with at least one variable between them.

    >>> mediated([("a", "b"), ("b", "c"), ("a", "c")])
    [('a', 'c')]
    """
    following: dict[str, list[str]] = {}
    for cause, outcome in dict.fromkeys(arrows):
        following.setdefault(cause, []).append(outcome)
    found: dict[tuple[str, str], None] = {}
    for start, nearest in following.items():
        waiting = [far for near in nearest for far in following.get(near, [])]
        while waiting:
            name = waiting.pop(0)
            if name != start and (start, name) not in found:
                found[start, name] = None
                waiting += following.get(name, [])
    return list(found)
