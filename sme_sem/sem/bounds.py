"""Bounds of single parameters: ``lower(0)*x``, ``upper(c(1, NA))*x``, and the kinds that ``bounds=`` names.

A bound is the inequality ``label > value``, or ``label < value``, that needs no label: the search keeps it, and where
it holds an estimate back the standard errors take that one as fixed there.  Degrees of freedom do not change.

Keeping variances from becoming negative helps small samples to converge: De Jonckere and Rosseel (2022), Structural
Equation Modeling 29, 412-427.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..errors import SpecificationError
from .syntax import Term, Value

if TYPE_CHECKING:
    from .parameters import Parameter

Bounds = Literal["none", "pos_var", "pos_ov_var", "pos_lv_var"]
KINDS: tuple[Bounds, ...] = ("none", "pos_var", "pos_ov_var", "pos_lv_var")


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


def bounds(parameters: Sequence[Parameter], terms: Sequence[Term], groups: int) -> tuple[Bound, ...]:
    """Bounds that the terms give the numbered parameters; said once where groups share parameters.

    Raises :class:`~sme_sem.errors.SpecificationError` for a lower bound above the upper one, and for a parameter fixed
    beyond its own.
    """
    own = {term.key: term for term in terms if term.lowers or term.uppers}
    if not own:
        return ()
    found: dict[Bound, None] = {}
    for p in parameters:
        if p.key in own:
            limits = tuple(_of_group(p, own[p.key], groups))
            if p.free:
                found |= dict.fromkeys(limits)
            else:
                _keeping(p, limits)
    return tuple(found)


def bounded_variances(
    parameters: Sequence[Parameter], kind: str, latent: Sequence[str], stated: Sequence[Bound]
) -> tuple[Bound, ...]:
    """Variances of a kind kept from becoming negative, where the model does not state their lower bound itself."""
    taken = {bound.index for bound in stated if bound.op == ">"}
    if kind == "none":
        return ()
    return tuple(
        dict.fromkeys(
            Bound(p.index, ">", 0.0)
            for p in parameters
            if p.free and p.op == "~~" and p.lhs == p.rhs and p.index not in taken
            if kind == "pos_var" or (p.lhs in latent) == (kind == "pos_lv_var")
        )
    )


def renumbered(limits: Sequence[Bound], place: dict[int, int]) -> tuple[Bound, ...]:
    """The bounds of the parameters that ``place`` gives another index."""
    return tuple(replace(bound, index=place[bound.index]) for bound in limits if bound.index in place)


def _of_group(p: Parameter, term: Term, groups: int) -> Iterator[Bound]:
    lower, upper = (_own(values, p.group, groups) for values in (term.lowers, term.uppers))
    if lower is not None and upper is not None and lower > upper:
        raise SpecificationError(f"{p}: the lower bound {lower:g} is above the upper one, {upper:g}; no value is left.")
    if lower is not None:
        yield Bound(p.index, ">", lower)
    if upper is not None:
        yield Bound(p.index, "<", upper)


def _keeping(p: Parameter, limits: Iterable[Bound]) -> None:
    for bound in limits:
        if bound.sign * (p.value - bound.value) < 0:
            side = "below its lower" if bound.op == ">" else "above its upper"
            raise SpecificationError(
                f"{p} is fixed at {p.value:g}, {side} bound of {bound.value:g}: leave one of the two out, or write "
                "NA* before the bound to have it estimated."
            )


def _own(values: tuple[Value, ...], group: int, groups: int) -> Value:
    if not values:
        return None
    return values[group if len(values) == groups else 0]
