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
    _nothing_else(specification, found)
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
    raise SpecificationError(
        f"{terms[0].lhs!r} has no scale: a composite needs one weight that is a number other than zero, as in "
        f"{terms[0].lhs} <~ 1*{terms[0].rhs}."
    )


def _nothing_else(specification: Specification, composites: Sequence[Composite]) -> None:
    """Refuse items that do more than make up one composite, and composites that are measured as well."""
    made = {item: composite.name for composite in composites for item in composite.items}
    names = {composite.name for composite in composites}
    blocks = {term.lhs for term in specification.relations if term.block}
    for term in specification.relations:
        if term.op == WEIGHT:
            if made[term.rhs] != term.lhs:
                raise SpecificationError(
                    f"{term.rhs!r} is an item of two composites, {term.lhs!r} and {made[term.rhs]!r}; leave it to one."
                )
            if term.lhs == term.rhs:
                raise SpecificationError(f"{term}: a composite cannot be made of itself.")
            if term.rhs in blocks:
                raise SpecificationError(
                    f"{term}: constructs of an exploratory block are rotated and cannot be items of a composite."
                )
        elif term.op == "=~" and term.lhs in names:
            raise SpecificationError(
                f"{term}: {term.lhs!r} is made of its items (<~) and cannot be reflected by others too; write a "
                f"regression instead, {term.rhs} ~ {term.lhs}."
            )
        elif term.op == "~~" and term.lhs == term.rhs and term.lhs in names and term.fixed:
            raise SpecificationError(
                f"{term}: the variance of a composite follows from its items; its scale is given by a fixed weight."
            )
        elif item := next((n for n in (term.effect, term.cause, term.lhs, term.rhs) if n in made), ""):
            if term.op != "=~" or term.rhs == item:
                raise SpecificationError(
                    f"{term}: {item!r} is an item of the composite {made[item]!r}, which stands for it in the rest of "
                    "the model; items of a composite covary freely, and nothing else can be said of them."
                )
