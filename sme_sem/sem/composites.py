"""Constructs that are made of their items: composites, ``C <~ x1 + x2 + x3``.

A composite is the weighted sum of its items, without error, and all that they have to do with the rest of the model
goes through it; among themselves they covary freely.  With x1 the item of known weight m (the *marker*)::

    x1 = (C - w2 x2 - w3 x3) / m            without residual
    xj = lj C + uj        j > 1             the u covary freely

These are arrows like any others, so that estimation, tests and errors are those of every model, and as many parameters
as the items' covariances and the weights that are not fixed.  The weights are parameters themselves, the loadings l
(``C ~> x2``) and the covariances of the u stand for the covariances of the items.

The model is that of Schamberger, Schuberth, Henseler and Rosseel (2025), arXiv:2508.06112, with the items' covariances
estimated (their estimates by maximum likelihood are the sample's); Henseler and Ogasawara's specification gives the
same moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..errors import SpecificationError
from ..syntax import Term
from ..words import Words, at
from .specification import Specification

WEIGHT, LOADING = "<~", "~>"


@dataclass(frozen=True, slots=True)
class Composite:
    """A construct, the items it is made of, and the one among them whose weight is fixed."""

    name: str
    items: tuple[str, ...]
    marker: str

    @property
    def others(self) -> tuple[str, ...]:
        """All items but the marker."""
        return tuple(item for item in self.items if item != self.marker)


def composites_of(specification: Specification) -> tuple[Composite, ...]:
    """List the composites of a model, in the order written.

    Raises :class:`~sme_sem.errors.SpecificationError` where one has no fixed weight, or an item also something else to
    do.

    >>> composites_of(Specification.read("C <~ x1 + x2; y ~ C"))[0].marker
    'x1'
    """
    terms: dict[str, list[Term]] = {}
    for term in specification.relations:
        if term.op == WEIGHT:
            terms.setdefault(term.lhs, []).append(term)
    found = tuple(Composite(name, tuple(t.rhs for t in own), _marker(own)) for name, own in terms.items())
    _refuse_other_roles(specification, found)
    return found


def added(composites: Sequence[Composite], means: bool, latent: Sequence[str]) -> Iterator[tuple[Term, bool]]:
    """What composites bring with them, and whether it is free (else it is zero)."""
    items = {item for composite in composites for item in composite.items}
    for composite in composites:
        marker, others = composite.marker, composite.others
        if composite.name not in items:
            yield Term(composite.name, "~~", composite.name), True
        yield Term(marker, "~~", marker), False
        yield from ((Term(composite.name, LOADING, item), True) for item in others)
        yield from ((Term(item, "~~", item), True) for item in others)
        yield from ((Term(a, "~~", b), True) for a, b in combinations(others, 2))
        if means:
            observed = marker not in latent
            yield Term(composite.name, "~1"), observed
            yield from ((Term(item, "~1"), item != marker) for item in composite.items if item not in latent)


def _marker(terms: Sequence[Term]) -> str:
    """The first item whose weight is a number other than zero; the first of all, at one, unless it is freed."""
    if not terms[0].fixed:
        return terms[0].rhs
    for term in terms:
        if term.fixed and all(value is not None and value != 0 for value in term.fixed):
            return term.rhs
    raise SpecificationError(_NO_SCALE.filled(name=terms[0].lhs, item=terms[0].rhs))


def _refuse_other_roles(specification: Specification, composites: Sequence[Composite]) -> None:
    """Refuse items that do more than make up one composite, and composites that are measured as well."""
    made = {item: composite.name for composite in composites for item in composite.items}
    names = {composite.name for composite in composites}
    blocks = {term.lhs for term in specification.relations if term.block}
    for term in specification.relations:
        if term.op == WEIGHT:
            if made[term.rhs] != term.lhs:
                raise SpecificationError(
                    _OF_TWO.filled(item=repr(term.rhs), one=repr(term.lhs), other=repr(made[term.rhs]))
                )
            if term.lhs == term.rhs:
                raise SpecificationError(at(str(term), _OF_ITSELF))
            if term.rhs in blocks:
                raise SpecificationError(at(str(term), _ROTATED))
        elif term.op == "=~" and term.lhs in names:
            instead = f"{term.rhs} ~ {term.lhs}"
            raise SpecificationError(at(str(term), _REFLECTED.filled(name=repr(term.lhs), instead=instead)))
        elif term.op == "~~" and term.lhs == term.rhs and term.lhs in names and term.fixed:
            raise SpecificationError(at(str(term), _VARIANCE))
        elif item := next((n for n in (term.effect, term.cause, term.lhs, term.rhs) if n in made), ""):
            if term.op != "=~" or term.rhs == item:
                raise SpecificationError(at(str(term), _STANDS_FOR.filled(item=repr(item), name=repr(made[item]))))


_NO_SCALE = Words(
    "'{name}' has no scale: a composite needs one weight that is a number other than zero, as in {name} <~ 1*{item}.",
    "'{name}'没有尺度：合成构念须有一个权重为非零数值，如{name} <~ 1*{item}。",
)
_OF_TWO = Words(
    "{item} is an item of two composites, {one} and {other}; leave it to one.",
    "{item}同为两个合成构念{one}与{other}的题项；请只归入其一。",
)
_OF_ITSELF = Words("a composite cannot be made of itself.", "合成构念不能由自身合成。")
_ROTATED = Words(
    "constructs of an exploratory block are rotated and cannot be items of a composite.",
    "探索性区块中的潜变量须经旋转，不能作为合成构念的题项。",
)
_REFLECTED = Words(
    "{name} is made of its items (<~) and cannot be reflected by others too; write a regression instead, {instead}.",
    "{name}由其题项合成（<~），不能再由其他题项反映；请改写为回归：{instead}。",
)
_VARIANCE = Words(
    "the variance of a composite follows from its items; its scale is given by a fixed weight.",
    "合成构念的方差由其题项决定；其尺度由固定的权重给出。",
)
_STANDS_FOR = Words(
    "{item} is an item of the composite {name}, which stands for it in the rest of the model; items of a composite "
    "covary freely, and nothing else can be said of them.",
    "{item}是合成构念{name}的题项，在模型的其余部分由{name}代表；合成构念的题项自由共变，不能再作其他设定。",
)
