"""Effect coding: constructs take the scale of their indicators together instead of one marker's.

The loadings of a construct average one, so that its variance is in the indicators' own unit; where means are
modelled the intercepts of its indicators sum to zero and its mean is free: an average answer of the construct's
indicators.  Loadings, or intercepts, of which one is fixed by the model are left as they are, as lavaan does.

Little, Slegers and Card (2006), A non-arbitrary method of identifying and scaling latent variables in SEM and
MACS models, Structural Equation Modeling 13, 59-72.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parameters import Parameter


@dataclass(frozen=True)
class Sum:
    """Some free parameters, by index (one that occurs twice counts twice), and what they add up to."""

    indices: tuple[int, ...]
    total: float


def with_free_means(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Free the mean of every construct whose indicators' intercepts will sum to zero."""
    kept = list(parameters)
    for place, own in _constructs(kept):
        intercepts = _intercepts(kept, own)
        mean = next((i for i, p in enumerate(kept) if p.op == "~1" and (p.lhs, p.group) == place), None)
        if mean is not None and intercepts and all(p.free for p in intercepts) and not kept[mean].user:
            kept[mean] = replace(kept[mean], index=max(kept[mean].index, 0), value=float("nan"))
    return kept


def sums(parameters: Sequence[Parameter], kinds: Sequence[str]) -> tuple[Sum, ...]:
    """What the numbered parameters must add up to; said once where groups share parameters."""
    found: list[Sum] = []
    for _, own in _constructs(parameters):
        for kind, rows, total in (("loadings", own, len(own)), ("intercepts", _intercepts(parameters, own), 0)):
            if kind in kinds and rows and all(p.free for p in rows):
                found.append(Sum(tuple(sorted(p.index for p in rows)), float(total)))
    return tuple(dict.fromkeys(found))


def _constructs(parameters: Sequence[Parameter]) -> Iterator[tuple[tuple[str, int], list[Parameter]]]:
    """Each construct of each group, and its loadings."""
    loadings: dict[tuple[str, int], list[Parameter]] = {}
    for p in parameters:
        if p.op == "=~":
            loadings.setdefault((p.lhs, p.group), []).append(p)
    yield from loadings.items()


def _intercepts(parameters: Sequence[Parameter], loadings: Sequence[Parameter]) -> list[Parameter]:
    indicators = {(p.rhs, p.group) for p in loadings}
    return [p for p in parameters if p.op == "~1" and (p.lhs, p.group) in indicators]
