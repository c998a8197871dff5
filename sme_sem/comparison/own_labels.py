"""Labels that hold relations equal within each group only.

A label that is written once holds its relation equal in all groups, as in lavaan.  Where the question is whether groups
are equal that would answer it beforehand, so each group is given a label of its own: ``y ~ b*x`` becomes
``y ~ c("b.1", "b.2")*x``.  What is to be equal all the same is written once for each group, ``c(b, b)*x``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..sem.specification import Specification
from ..syntax import DEFINING, Term


def own_labels(model: Specification, groups: int, equal: Callable[[Term], bool]) -> Specification:
    """Give every group labels of its own, but for those that a constraint needs or that stand where all is equal.

    Definitions that need such labels are left out; nothing depends on them.

    Examples
    --------
    >>> model = Specification.read("y ~ b*x + c*z; ind := b*c; c > 0")
    >>> print(own_labels(model, 2, lambda term: False))
    y ~ c("b.1", "b.2")*x + c*z
    c > 0
    """
    apart = {*across_groups(model, equal)}
    gone, terms = set(apart), []
    for term in model.terms:
        if term.op == ":=" and gone & term.needed:
            gone.add(term.lhs)
        elif len(term.labels) == 1 and term.labels[0] in apart:
            terms.append(replace(term, labels=tuple(f"{term.labels[0]}.{g + 1}" for g in range(groups))))
        else:
            terms.append(term)
    return Specification(tuple(terms))


def across_groups(model: Specification, equal: Callable[[Term], bool]) -> tuple[str, ...]:
    """Name the labels, in their order, that would hold relations equal in all groups where nothing else does."""
    once = [term for term in model.relations if len(term.labels) == 1]
    kept = {term.labels[0] for term in once if equal(term)} | _needed(model)
    return tuple(dict.fromkeys(term.labels[0] for term in once if term.labels[0] not in kept))


def _needed(model: Specification) -> set[str]:
    """What constraints name, by way of definitions too."""
    needed = {name for term in model.terms if term.op in DEFINING and term.op != ":=" for name in term.needed}
    for term in reversed([term for term in model.terms if term.op == ":="]):
        if term.lhs in needed:
            needed |= term.needed
    return needed
