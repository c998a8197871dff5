"""A start for composites whose marker, the item of fixed weight, weighs little.

In its unit the other weights are large and hardly known, and the search crawls or goes astray.  It is first made with
the heaviest item as the marker, where it is short; then what that found is told in the model's own unit.  With C the
composite of the heaviest item, w the weight there of the model's own marker, and m the weight that the model fixes::

    C' = (m / w) C        wj' = (m / w) wj        loadings and residuals of items follow from the implied moments
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..kernels.discrepancy import Sample
from .composites import LOADING, WEIGHT, Composite
from .parameters import Parameter, ParameterTable
from .solution import Point

HEAVY = 0.9  # of the heaviest item's standardized weight, below which a marker is exchanged


def heavier(table: ParameterTable, sample: Sample, start: np.ndarray) -> ParameterTable | None:
    """The model with the heaviest items as markers, as a start has it; None where its own are heavy enough."""
    candidates = [composite for composite in table.composites if _exchangeable(table, composite)]
    if not candidates:
        return None
    point = Point.at(table, table.pattern, start, sample.covariance, sample.mean)
    sizes = np.abs(point.standardized_values(observed=True))
    found = {composite: _heaviest(table, composite, sizes) for composite in candidates}
    found = {composite: item for composite, item in found.items() if item != composite.marker}
    if not found:
        return None
    swaps = {composite.name: {composite.marker: item, item: composite.marker} for composite, item in found.items()}
    return replace(
        table,
        parameters=tuple(_swapped(p, swaps) for p in table.parameters),
        composites=tuple(replace(one, marker=found.get(one, one.marker)) for one in table.composites),
    )


def in_own_unit(table: ParameterTable, other: Point) -> np.ndarray:
    """The free parameters where the model with other markers was found: (q,)

    Parameters that are equal, but not in the unit of both markers, start at their average.
    """
    times = _times(table, other)
    items: dict[str, str] = {}
    for composite in table.composites:
        if (composite.name, 0) in times:
            items |= dict.fromkeys(composite.items, composite.name)
    free = [p for p in table.parameters if p.free]
    index, values = [p.index for p in free], [_told(p, other, times, items) for p in free]
    return np.bincount(index, values, table.n_free) / np.bincount(index, minlength=table.n_free)


def _exchangeable(table: ParameterTable, composite: Composite) -> bool:
    """Whether another item can be the marker: weights are free and nothing else fixes the composite's unit."""
    own = [p for p in table.parameters if p.op == WEIGHT and p.lhs == composite.name]
    free = all(p.free == (p.rhs != composite.marker) and np.isnan(p.start) for p in own)
    apart = len({(p.index, p.rhs) for p in own if p.free}) == len({p.index for p in own if p.free})
    tied = any(
        not p.free and p.value != 0 and p.op != WEIGHT and composite.name in (p.lhs, p.rhs) for p in table.parameters
    )
    return free and apart and not tied and composite.name not in table.made


def _heaviest(table: ParameterTable, composite: Composite, sizes: np.ndarray) -> str:
    """The item of largest standardized weight over the groups, or the marker if that is not much lighter."""
    weights = dict.fromkeys(composite.items, 0.0)
    for p, size in zip(table.parameters, sizes.tolist(), strict=True):
        if p.op == WEIGHT and p.lhs == composite.name and np.isfinite(size):
            weights[p.rhs] += size
    heaviest = max(weights, key=weights.__getitem__)
    return heaviest if weights[composite.marker] < HEAVY * weights[heaviest] else composite.marker


def _swapped(p: Parameter, swaps: Mapping[str, Mapping[str, str]]) -> Parameter:
    """Exchange the names of two items of a composite, which stand in its own relations only."""
    if p.op in (WEIGHT, LOADING):
        return replace(p, rhs=swaps.get(p.lhs, {}).get(p.rhs, p.rhs))
    if p.op not in ("~~", "~1"):
        return p
    names = {old: new for own in swaps.values() for old, new in own.items()}
    return replace(p, lhs=names.get(p.lhs, p.lhs), rhs=names.get(p.rhs, p.rhs))


def _times(table: ParameterTable, other: Point) -> dict[tuple[str, int], float]:
    """How many times the composite found the model's own one is, where markers differ, by composite and group."""
    fixed = {p.key: p.value for p in table.parameters if p.op == WEIGHT and not p.free}
    weights = {(*p.key, p.group): p for p in other.table.parameters if p.op == WEIGHT}
    found = {}
    for composite, there in zip(table.composites, other.table.composites, strict=True):
        key = composite.name, WEIGHT, composite.marker
        if there.marker != composite.marker:
            for group in range(table.groups):
                found[composite.name, group] = fixed[key] / other.estimate(weights[(*key, group)])
    return found


def _told(p: Parameter, other: Point, times: Mapping[tuple[str, int], float], items: Mapping[str, str]) -> float:
    """A free parameter in the model's own unit."""
    left, right = times.get((p.lhs, p.group), 1.0), times.get((p.rhs, p.group), 1.0)
    if p.op == WEIGHT and (p.lhs, p.group) in times:
        weight = next(q for q in other.table.parameters if q.key == p.key and q.group == p.group)
        return left * other.estimate(weight)
    composite = items.get(p.rhs if p.op == LOADING else p.lhs)
    if composite is None or p.op in ("=~", "~", WEIGHT):
        unit = {"~": left / right, "=~": right / left}.get(p.op, left * right)
        return float(other.theta[p.index]) * unit
    cov, c, i = other.moments.cov[p.group], other.place[composite], other.place[p.lhs]
    if p.op == LOADING:
        return float(cov[other.place[p.rhs], c] / cov[c, c] / left)
    slope = cov[i, c] / cov[c, c]
    if p.op == "~1":
        return float(other.moments.eta[p.group, i] - slope * other.moments.eta[p.group, c])
    j = other.place[p.rhs]
    return float(cov[i, j] - slope * cov[j, c])
