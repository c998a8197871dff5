"""What an Mplus file says of all groups and of each, in one model.

Sections such as ``MODEL women:`` say something for one group; a group without a word has what the overall section says,
or Mplus's default.  Loadings, intercepts and thresholds are equal across groups there until a group mentions them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...errors import SpecificationError
from ...syntax import Term, Value
from ..completion import parameter_table
from ..options import Options
from ..specification import Specification

_Key = tuple[str, str, str]
_UNSAID: Mapping[str, Value] = {"|": None, "~*~": 1.0}
_MEASURING = ("=~", "~1", "|")
"""Loadings, intercepts and thresholds, which Mplus holds equal across groups until a group mentions them."""


def together(overall: list[Term], groups: Mapping[str, list[Term]]) -> list[Term]:
    """Put what is said of each group into one term: ``c(1, NA)*x``; a group without a word takes the overall one's."""
    common = {term.key: term for term in overall}
    own = {name: {term.key: term for term in group} for name, group in groups.items()}
    usual = _usual(overall)
    complete = all(_tells_all(common, group) for group in own.values())
    found = []
    for key in dict.fromkeys([*common, *(key for group in own.values() for key in group)]):
        each = [
            (group[key] if complete else _mentioned(group[key], name)) if key in group else common.get(key)
            for name, group in own.items()
        ]
        first = next(term for term in each if term is not None)
        if not all(term == first for term in each):
            unsaid = usual.get(key, _UNSAID.get(first.op, 0.0))
            first = _by_group(first, each, [None if key in group else unsaid for group in own.values()])
        found.append(first)
    return found


def _tells_all(common: Mapping[_Key, Term], group: Mapping[_Key, Term]) -> bool:
    """Whether a group leaves no loading, intercept or threshold to the equality that is Mplus's default."""
    loadings = [key for key in {**common, **group} if key[1] == "=~"]
    placed = {key[0] for key in group if key[1] in ("~1", "|")}
    return all(key in group and key[2] in placed for key in loadings)


def _mentioned(term: Term, group: str) -> Term:
    """What a group says for itself, under a label of its own that frees it from equality with the others.

    The label has a dot, which no name of Mplus has.
    """
    if term.op not in _MEASURING or term.labels or any(value is not None for value in term.fixed):
        return term
    return replace(term, labels=(".".join(name for name in (term.lhs, term.rhs, group) if name),))


def _usual(overall: list[Term]) -> dict[_Key, Value]:
    """Where a parameter is fixed of which a group says nothing more; None where it is free."""
    try:
        table = parameter_table(Specification(()).add_terms(overall), Options(meanstructure=True))
    except SpecificationError:  # the groups say the rest
        return {}
    return {p.key: None if p.free or p.value != p.value else p.value for p in table.parameters}


def _by_group(first: Term, each: list[Term | None], plain: list[Value]) -> Term:
    """One term of what each group says; ``plain`` is the value where it is nothing."""
    fixed = [t.fixed[0] if t is not None and t.fixed else value for t, value in zip(each, plain, strict=True)]
    labels = ["" if t is None or not t.labels else t.labels[0] for t in each]
    starts = [None if t is None or not t.starts else t.starts[0] for t in each]
    return replace(
        first,
        fixed=tuple(fixed) if any(t is None or t.fixed for t in each) or any(plain) else (),
        labels=tuple(labels) if any(labels) else (),
        starts=tuple(starts) if any(s is not None for s in starts) else (),
    )
