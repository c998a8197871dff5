"""Change a model relation by relation, as long as that improves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from ..arguments import chosen, probability, require_kind, texts, whole
from ..errors import SmeSemError, SpecificationError
from ..relation import Relation, circular
from ..sem.fit import Fit
from ..sem.specification import Specification
from ..suggestions import did_you_mean
from ..words import Words
from .refit import refitted

KINDS = ("modification", "neighbours")
OPERATORS = ("=~", "~", "~~")


class Rule(NamedTuple):
    """How to search: by which kind, from which relations, how far, and which modification index is too small."""

    kind: str
    operators: tuple[str, ...]
    allowed: frozenset[tuple[str, str, str]] | None
    most: int
    least: float


class Step(NamedTuple):
    """One change: what, how many models were looked at to find it, and the model it gave."""

    change: str
    mi: float
    looked_at: int
    fit: Fit

    @property
    def relation(self) -> str:
        """The change as it is shown."""
        return self.change.replace("NA*", "")


class Way(NamedTuple):
    """A whole search: where it ended, its steps, and how many models it looked at."""

    fit: Fit
    steps: tuple[Step, ...]
    looked_at: int


def rule_of(
    fit: Fit, kind: str, relations: Sequence[str], allowed: Sequence[str] | None, most: int, alpha: float
) -> Rule:
    """Read what a search is told."""
    chosen("kind", kind, KINDS)
    operators = texts("relations", relations, "~~")
    for one in operators:
        chosen("relations", one, OPERATORS)
    most = whole("most", most, 1, Words("how many changes may be made, one or more", "最多修改几处，不小于1"))
    probability("alpha", alpha, 0.05)
    if fit.table.ordered or fit.options.method.discrepancy != "ML":
        raise SpecificationError(_BY_LIKELIHOOD.filled(name=repr(fit.estimator)))
    keys = None if allowed is None else _allowed(fit, allowed)
    least = float(special.chdtri(fit.table.groups, alpha))
    return Rule(kind, operators, keys, most, least)


def searched(start: Fit, rule: Rule) -> Way:
    """Change the model until nothing improves it."""
    at, steps, looked_at = start, [], 0
    for _ in range(rule.most):
        step, looked = (_widened if rule.kind == "modification" else _best_neighbour)(at, rule)
        looked_at += looked
        if step is None:
            break
        steps.append(step)
        at = step.fit
    return Way(at, tuple(steps), looked_at)


def _widened(fit: Fit, rule: Rule) -> tuple[Step | None, int]:
    """Free the relation with the largest modification index that gives a model with estimates."""
    candidates = _candidates(fit, rule)
    for line, mi in candidates:
        if not mi > rule.least:
            break
        wider = _fitted(fit, fit.specification.add(line))
        if wider is not None:
            return Step(line, mi, len(candidates), wider), len(candidates)
    return None, len(candidates)


def _best_neighbour(fit: Fit, rule: Rule) -> tuple[Step | None, int]:
    """Fit every model one relation away and take the lowest BIC, if it is lower than now."""
    best, lowest, looked_at = None, _bic(fit), 0
    for line, mi, specification in _neighbours(fit, rule):
        looked_at += 1
        other = _fitted(fit, specification)
        if other is not None and _bic(other) < lowest - 1e-8:
            best, lowest = Step(line, mi, 0, other), _bic(other)
    return (None if best is None else best._replace(looked_at=looked_at)), looked_at


def _neighbours(fit: Fit, rule: Rule) -> Iterator[tuple[str, float, Specification]]:
    for line, mi in _candidates(fit, rule):
        yield line, mi, fit.specification.add(line)
    free = {p.key for p in fit.table.parameters if p.free and p.lhs != p.rhs}
    for term in fit.specification.relations:
        usable = term.op in ("~", "~~") and term.op in rule.operators and term.key in free
        if usable and (rule.allowed is None or term.key in rule.allowed):
            yield f"- {term}", np.nan, fit.specification.drop(str(term)).add(f"{term.lhs} {term.op} 0*{term.rhs}")


def _candidates(fit: Fit, rule: Rule) -> list[tuple[str, float]]:
    """Relations that may be freed, the largest modification index (summed over groups) first."""
    frame = fit._modifications()
    paths = {(p.lhs, p.rhs) for p in fit.table.parameters if p.op == "~"}
    loops = circular(paths)
    sums: dict[tuple[str, str, str], float] = {}
    fixed = {p.key for p in fit.table.parameters if p.op == "=~"}
    for lhs, op, rhs, mi in zip(frame["lhs"], frame["op"], frame["rhs"], frame["mi"], strict=True):
        key = Relation(lhs, op, rhs).key
        if op not in rule.operators or lhs == rhs or key in fixed:
            continue
        if rule.allowed is not None and key not in rule.allowed:
            continue
        if op == "~" and not loops and circular(paths | {(lhs, rhs)}):
            continue
        sums[key] = sums.get(key, 0.0) + mi
    stated = {term.key for term in fit.specification.relations}
    return [
        (f"{key[0]} {key[1]} {'NA*' if key in stated else ''}{key[2]}", mi)
        for key, mi in sorted(sums.items(), key=lambda item: -item[1])
    ]


def _fitted(fit: Fit, specification: Specification) -> Fit | None:
    """Fit another specification to the same moments; None where it has no admissible estimates."""
    try:
        found = refitted(fit, specification)
    except SmeSemError:
        return None
    return found if found.admissible or (not fit.admissible and found.converged) else None


def _bic(fit: Fit) -> float:
    test = fit.inference.test
    return float(test.chi_square + np.log(fit.n) * test.parameters)


def _allowed(fit: Fit, allowed: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """Read the relations that may be freed; refuse what the model knows nothing of."""
    require_kind(
        "allowed",
        allowed,
        Iterable,
        Words("relations, such as ['use ~ age', 't1 ~~ t2']", "关系，如['use ~ age', 't1 ~~ t2']"),
    )
    lines = [allowed] if isinstance(allowed, (str, Specification)) else allowed
    known = (*fit.observed, *fit.latent)
    spelled = {_factors(name): name for name in known}
    terms = [_spelled(t, spelled) for line in lines for t in Specification.read(line).relations]
    if unknown := [name for t in terms for name in (t.lhs, t.rhs) if name and name not in known]:
        strange = _NO_VARIABLE.filled(name=repr(unknown[0])) + did_you_mean(unknown[0], known)
        raise SpecificationError(strange + _BETWEEN_VARIABLES)
    return frozenset(t.key for t in terms)


def _spelled(relation: Relation, names: Mapping[tuple[str, ...], str]) -> Relation:
    """Write products as the model does: ``b:a`` is ``a:b``."""
    lhs, rhs = (names.get(_factors(name), name) for name in (relation.lhs, relation.rhs))
    return Relation(lhs, relation.op, rhs)


def _factors(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.split(":")))


_BY_LIKELIHOOD = Words(
    "search compares models by likelihood, which estimator={name} does not have: fit with 'ML' or 'MLR'.",
    "search以似然函数比较模型，而estimator={name}没有似然函数：请以'ML'或'MLR'拟合。",
)
_NO_VARIABLE = Words("allowed: the model has no variable {name}.", "allowed：模型中没有变量{name}。")
_BETWEEN_VARIABLES = Words(" Relations are freed between variables of the model.", "只能在模型的变量之间放开关系。")
