"""Direct, indirect and total effects along the paths of a model.

An indirect effect is the product of the coefficients on one route from predictor to outcome; its
standard error follows from the delta method (Sobel 1982, Sociological Methodology 13, 290-312).  The total
effect is the entry of (I - A)^-1, so that feedback loops are summed to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arguments import among
from ..errors import SpecificationError
from ..kernels import ram
from ..suggestions import did_you_mean
from ..threads import one_thread
from ..words import Words
from .expressions import Quantity
from .solution import Point, standard_errors, without_constants, z_tests

if TYPE_CHECKING:
    from .result import Fit

MOST_ROUTES = 1000


Pair = tuple[str, str]
"""Outcome and predictor."""


@one_thread()
def effects(fit: Fit, pairs: Sequence[Pair]) -> pd.DataFrame:
    """All effects of variables on others, pair by pair and group by group, tested as :meth:`Fit.effects` has it.

    Columns: outcome, predictor, effect, route, group, est, se, est_std, z, pvalue, ci_lower, ci_upper.
    """
    columns = _columns(fit.inference.point, fit.inference.vcov, pairs)
    columns["group"] = [fit.moments.labels[g] for g in columns["group"]]
    if fit.bootstrapped is None:
        return pd.DataFrame(columns | z_tests(columns["est"], columns["se"], 0.95))
    names = (columns[name] for name in ("effect", "route", "predictor", "outcome", "group"))
    se, lower, upper = fit.bootstrapped.errors_of_effects(zip(*names, strict=True), 0.95)
    se = without_constants(se)
    return pd.DataFrame(columns | z_tests(columns["est"], se, 0.95) | {"ci_lower": lower, "ci_upper": upper})


def _columns(point: Point, vcov: np.ndarray, pairs: Sequence[Pair]) -> dict[str, Any]:
    for pair in pairs:
        _require_variables(point, *pair)
    by_group = [_of_group(point, group, pairs) for group in range(point.table.groups)]
    rows = [row for own in zip(*by_group, strict=True) for effects in own for row in effects]
    outcome, predictor, effect, route, group, found = zip(*rows, strict=True) if rows else ((),) * 6
    value = np.array([float(quantity.value) for quantity in found])
    gradients = np.array([quantity.gradient for quantity in found]).reshape(len(rows), point.table.n_free)
    variance = np.linalg.diagonal(point.moments.cov)
    deviation = np.sqrt(np.where(variance > 0, variance, np.nan))  # a variance of zero or below standardizes nothing
    i, j = ([point.place[name] for name in names] for names in (outcome, predictor))
    of = list(group)
    return {
        "outcome": outcome,
        "predictor": predictor,
        "effect": effect,
        "route": route,
        "group": of,
        "est": value,
        "se": standard_errors(gradients, vcov),
        "est_std": value * deviation[of, j] / deviation[of, i],
    }


def _require_variables(point: Point, outcome: str, predictor: str) -> None:
    for name in (outcome, predictor):
        if not among(name, point.place):
            raise SpecificationError(_NO_VARIABLE.filled(name=repr(name)) + did_you_mean(name, point.place))
        for composite in point.table.composites:
            if name in composite.items:
                raise SpecificationError(_WITHIN.filled(name=repr(name), composite=repr(composite.name)))
    if outcome == predictor:
        raise SpecificationError(_TWO_VARIABLES.filled(name=repr(outcome)))


_Row = tuple[str, str, str, str, int, Quantity]


def _of_group(point: Point, group: int, pairs: Sequence[Pair]) -> Iterator[list[_Row]]:
    """The effects in one group, pair by pair."""
    paths = {
        (p.cause, p.effect): Quantity(np.asarray(value), point.table.slope_of(p))
        for p, value in zip(point.table.parameters, point.estimates, strict=True)
        if p.effect and p.group == group
    }
    zero = Quantity(np.asarray(0.0), np.zeros(point.table.n_free))
    totals = _totals(point, group, pairs)
    for (outcome, predictor), value, gradient in zip(pairs, totals.value, totals.gradient, strict=True):
        direct = paths.get((predictor, outcome), zero)
        found = [("direct", f"{predictor} → {outcome}", direct)]
        for route in routes(paths, predictor, outcome):
            if len(route) > 2:
                found.append(("indirect", " → ".join(route), product([paths[a] for a in pairwise(route)])))
        found.append(("total indirect", "", Quantity(value - direct.value, gradient - direct.gradient)))
        found.append(("total", "", Quantity(value, gradient)))
        yield [(outcome, predictor, effect, route, group, quantity) for effect, route, quantity in found]


def _totals(point: Point, group: int, pairs: Sequence[Pair]) -> Quantity:
    """E_ij of each pair and its gradient: dE / dA_kl = E_.k E_l."""
    pattern, E = point.pattern, point.moments.E[group]
    i, j = (np.array([point.place[pair[side]] for pair in pairs], dtype=int) for side in (0, 1))
    path = np.flatnonzero(pattern.matrix == ram.PATHS)
    by_cell = E[i[:, None], pattern.row[path]] * E[pattern.col[path], j[:, None]]
    return Quantity(E[i, j], by_cell @ pattern.gather[group][path])


def product(factors: Sequence[Quantity]) -> Quantity:
    """Multiply quantities, with the gradient of the product."""
    result = factors[0]
    for factor in factors[1:]:
        result = Quantity(result.value * factor.value, factor.value * result.gradient + result.value * factor.gradient)
    return result


def routes(paths: Iterable[tuple[str, str]], start: str, end: str) -> Iterator[tuple[str, ...]]:
    """Every route that visits no variable twice, shortest first, ``MOST_ROUTES`` at most."""
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


def cut_short(indirect: int) -> bool:
    """Whether so many indirect routes were listed that there may be more; totals hold all of them."""
    return indirect >= MOST_ROUTES - 1


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


_NO_VARIABLE = Words("{name} is not a variable of the model.", "{name}不是模型的变量。")
_WITHIN = Words(
    "{name} is what the composite {composite} is made of, which stands for it in the model: take the effects of "
    "{composite}, and the weights of its items from fit.composites().",
    "{name}是合成构念{composite}的题项，在模型中由后者代表：请取{composite}的效应，其题项的权重见fit.composites()。",
)
_TWO_VARIABLES = Words("an effect needs two variables, got {name} twice.", "效应需要两个变量，而{name}给出了两次。")
