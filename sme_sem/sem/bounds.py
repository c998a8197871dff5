"""Bounds of single parameters: ``lower(0)*x``, ``upper(c(1, NA))*x``, and the kinds that ``bounds=`` names.

A bound is the inequality ``label > value``, or ``label < value``, that needs no label: the search keeps it, and where
it holds an estimate back the standard errors take that one as fixed there.  Degrees of freedom do not change.

Keeping variances from becoming negative helps small samples to converge, and so does keeping everything within what
the sample's variances allow: De Jonckere and Rosseel (2022), Structural Equation Modeling 29, 412-427.  With v the
variance of an item, and u that of the item which gives a construct its scale (lavaan's ``bounds = "standard"``)::

    residual variance of an item             0 ... v            0 ... 0.9 u for the marker
    variance of a construct            0.1 u ... u        0.005 u ... u     where others predict it
    loading             -sqrt(v / 0.1 u) ... sqrt(v / 0.1 u)
    covariance     -0.998 sqrt(a b) ... 0.998 sqrt(a b)     a, b the upper bounds of the two variances

A construct whose scale is given otherwise has 0 and the largest variance for u.  ``"wide"`` leaves some room around
these.  (lavaan writes 0.005 for 0.005 u, which depends on the unit, and takes any loading of one for a marker.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from ..errors import SpecificationError
from ..syntax import Term, Value
from ..words import Words, at

if TYPE_CHECKING:
    from .parameters import Parameter, ParameterTable
    from .specification import Specification

Bounds = Literal["none", "pos_var", "pos_ov_var", "pos_lv_var", "standard", "wide"]
KINDS: tuple[Bounds, ...] = ("none", "pos_var", "pos_ov_var", "pos_lv_var", "standard", "wide")
LEAST_RELIABLE, LEAST_DISTURBED = 0.1, 0.005  # of a marker: the construct's share, and that others do not predict


class Room(NamedTuple):
    """What is added to the range of an item's variance at both ends and a construct's above, and two factors."""

    below: float
    above: float
    construct: float
    loading: float
    covariance: float


ROOMS = {"standard": Room(0, 0, 0, 1, 0.998), "wide": Room(0.05, 0.2, 0.3, 1.2, 1)}


@dataclass(frozen=True)
class Bound:
    """The lowest (``">"``) or the highest (``"<"``) value of a free parameter, given by its index."""

    index: int
    op: Literal[">", "<"]
    value: float

    @property
    def sign(self) -> int:
        """What makes ``sign * (estimate - value)`` zero or more where the bound is kept."""
        return 1 if self.op == ">" else -1


def bounds(parameters: Sequence[Parameter], by_group: Sequence[Specification]) -> tuple[Bound, ...]:
    """Bounds that each group's model gives the numbered parameters; said once where groups share parameters.

    Raises :class:`~sme_sem.errors.SpecificationError` for a lower bound above the upper one, and for a parameter fixed
    beyond its own.
    """
    bounded = {(t.key, g): t for g, model in enumerate(by_group) for t in model.relations if t.lowers or t.uppers}
    if not bounded:
        return ()
    found: dict[Bound, None] = {}
    for p in parameters:
        if (p.key, p.group) in bounded:
            limits = tuple(_of_group(p, bounded[p.key, p.group], len(by_group)))
            if p.free:
                found |= dict.fromkeys(limits)
            else:
                _require_within(p, limits)
    return tuple(found)


def bounded_variances(
    parameters: Sequence[Parameter], kind: str, latent: Sequence[str], stated: Sequence[Bound]
) -> tuple[Bound, ...]:
    """Variances of a kind kept from becoming negative, where the model does not state their lower bound itself."""
    taken = {bound.index for bound in stated if bound.op == ">"}
    if kind == "none" or kind in ROOMS:
        return ()
    return tuple(
        dict.fromkeys(
            Bound(p.index, ">", 0.0)
            for p in parameters
            if p.free and p.op == "~~" and p.lhs == p.rhs and p.index not in taken
            if kind == "pos_var" or (p.lhs in latent) == (kind == "pos_lv_var")
        )
    )


def within_moments(table: ParameterTable, kind: str, variances: np.ndarray) -> ParameterTable:
    """Add the bounds that the sample's variances (groups, p) give, where the model states none.

    Where groups share a parameter the narrowest bounds serve them all.
    """
    if kind not in ROOMS:
        return table
    taken = {(bound.index, bound.op) for bound in table.bounds}
    found: dict[tuple[int, str], Bound] = {}
    for group, variance in enumerate(variances):
        for bound in _allowed(table, group, variance, ROOMS[kind]):
            key = bound.index, bound.op
            if np.isfinite(bound.value) and key not in taken:
                found[key] = max(bound, found.get(key, bound), key=lambda b: b.sign * b.value)
    return replace(table, bounds=(*table.bounds, *found.values()))


def _allowed(table: ParameterTable, group: int, variances: np.ndarray, room: Room) -> Iterator[Bound]:
    """The bounds of one group's free parameters: variances (p,)"""
    apart = table.made.union(table.composed)
    parameters = [p for p in table.parameters if p.group == group and not apart & {p.lhs, p.rhs}]
    of = dict(zip(table.observed, variances.tolist(), strict=True))
    markers = _markers(table, parameters)
    fixed = {p.lhs: p.value for p in parameters if p.op == "~~" and p.lhs == p.rhs and not p.varies}
    lowest = {
        name: LEAST_RELIABLE * of[markers[name]] if name in markers else fixed.get(name, 0.0) for name in table.latent
    }
    limits = dict(_of_variances(parameters, of, markers, lowest, room))
    for p in parameters:
        if p.op == "~~" and p.lhs == p.rhs and p.lhs in limits:
            lower, upper = limits[p.lhs]
        elif p.op == "~~" and p.lhs in limits and p.rhs in limits:
            upper = room.covariance * np.sqrt(limits[p.lhs][1] * limits[p.rhs][1])
            lower = -upper
        elif p.op == "=~" and p.rhs in of and lowest[p.lhs] > 0:
            upper = room.loading * np.sqrt(of[p.rhs] / lowest[p.lhs])
            lower = -upper
        else:
            continue
        if p.free:
            yield from (Bound(p.index, ">", float(lower)), Bound(p.index, "<", float(upper)))


def _of_variances(
    parameters: Sequence[Parameter],
    of: dict[str, float],
    markers: dict[str, str],
    lowest: dict[str, float],
    room: Room,
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Lower and upper bound of every variance that the model has, and is not given."""
    scaling, predicted = set(markers.values()), {p.effect for p in parameters}
    for p in parameters:
        if p.op != "~~" or p.lhs != p.rhs or p.exogenous:
            continue
        if not p.varies:
            yield p.lhs, (p.value, p.value)
        elif p.lhs in of:
            span = of[p.lhs] * (1 - LEAST_RELIABLE * (p.lhs in scaling))
            yield p.lhs, (-room.below * span, (1 + room.above) * span)
        else:
            high = of[markers[p.lhs]] if p.lhs in markers else max(of.values())
            low = LEAST_DISTURBED * high if p.lhs in predicted else lowest[p.lhs]
            yield p.lhs, (low, high + room.construct * (high - low))


def _markers(table: ParameterTable, parameters: Sequence[Parameter]) -> dict[str, str]:
    """The item that gives each construct its scale: the only one whose loading is fixed, at one."""
    fixed: dict[str, list[Parameter]] = {}
    for p in parameters:
        if p.op == "=~" and not p.free:
            fixed.setdefault(p.lhs, []).append(p)
    return {
        name: own[0].rhs
        for name, own in fixed.items()
        if len(own) == 1 and own[0].value == 1 and own[0].rhs in table.observed
    }


def renumbered(limits: Sequence[Bound], place: dict[int, int]) -> tuple[Bound, ...]:
    """The bounds of the parameters that ``place`` gives another index."""
    return tuple(replace(bound, index=place[bound.index]) for bound in limits if bound.index in place)


def _of_group(p: Parameter, term: Term, groups: int) -> Iterator[Bound]:
    lower, upper = (_own(values, p.group, groups) for values in (term.lowers, term.uppers))
    if lower is not None and upper is not None and lower > upper:
        raise SpecificationError(at(str(p), _NO_VALUE_LEFT.filled(lower=f"{lower:g}", upper=f"{upper:g}")))
    if lower is not None:
        yield Bound(p.index, ">", lower)
    if upper is not None:
        yield Bound(p.index, "<", upper)


def _require_within(p: Parameter, limits: Iterable[Bound]) -> None:
    for bound in limits:
        if bound.sign * (p.value - bound.value) < 0:
            below, above = Words("below its lower", "小于其下界"), Words("above its upper", "大于其上界")
            side, values = below if bound.op == ">" else above, {"value": f"{p.value:g}", "bound": f"{bound.value:g}"}
            raise SpecificationError(_BEYOND.filled(parameter=p, side=side, **values))


def _own(values: tuple[Value, ...], group: int, groups: int) -> Value:
    if not values:
        return None
    return values[group if len(values) == groups else 0]


_NO_VALUE_LEFT = Words(
    "the lower bound {lower} is above the upper one, {upper}; no value is left.",
    "下界{lower}大于上界{upper}，没有可取的值。",
)
_BEYOND = Words(
    "{parameter} is fixed at {value}, {side} bound of {bound}: leave one of the two out, or write NA* before the bound "
    "to have it estimated.",
    "{parameter}固定为{value}，{side}{bound}：请删去其一，或在界限前写NA*以估计该参数。",
)
