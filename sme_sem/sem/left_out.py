"""A model without some of its variables."""

from __future__ import annotations

from collections.abc import Iterable

from ..syntax import DEFINING
from .specification import Specification


def without(model: Specification, names: Iterable[str]) -> Specification:
    """Take variables out of a model, with every relation that they have a part in.

    Definitions and constraints go as well where they need a label that no relation carries any more.

    Examples
    --------
    >>> model = Specification.read("use ~ a*trust + b*age; both := a*b; twice := 2*both; a > 0; b < 1")
    >>> print(without(model, ["age"]))
    use ~ a*trust
    a > 0
    """
    gone = set(names)
    kept = [t for t in model.relations if gone.isdisjoint((t.lhs, t.rhs))]
    lost = {label for t in model.relations for label in t.labels} - {label for t in kept for label in t.labels}
    terms = []
    for term in model.terms:
        if term.op not in DEFINING:
            terms += [term] if gone.isdisjoint((term.lhs, term.rhs)) else []
        elif lost.isdisjoint(term.needed):
            terms.append(term)
        elif term.op == ":=":
            lost.add(term.lhs)
    return Specification(tuple(terms))
