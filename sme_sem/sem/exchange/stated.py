"""Every parameter of a fitted model, group by group, as a program with other defaults has to be told it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import SpecificationError
from ...relation import Relation
from ...syntax import Term
from ...words import Text, Words
from ..estimators import chosen_estimator
from ..parameters import ParameterTable

if TYPE_CHECKING:
    from ..result import Fit


@dataclass(frozen=True, slots=True)
class Stated(Relation):
    """One relation in one group.

    value : where it is fixed; None when it is estimated
    label : equal labels, in one group or several, are one parameter
    """

    value: float | None = None
    label: str = ""


def stated(table: ParameterTable) -> list[list[Stated]]:
    """Give every relation of each group; what follows from others, or from the sample, is left out."""
    labels = _labels(table)
    groups: list[list[Stated]] = [[] for _ in range(table.groups)]
    for p in table.parameters:
        if p.free:
            groups[p.group].append(Stated(p.lhs, p.op, p.rhs, None, labels.get(p.index, "")))
        elif not (p.derived or p.exogenous):
            groups[p.group].append(Stated(p.lhs, p.op, p.rhs, p.value))
    return groups


def _labels(table: ParameterTable) -> dict[int, str]:
    """Name the parameters that have a label or a bound, stand in several places, or make up a sum."""
    names = {index: label for label, index in table.labels.items()}
    uses = Counter(p.index for p in table.parameters if p.free)
    several = {index for index, count in uses.items() if count > 1}
    several |= {index for one in table.sums for index in one.indices} | {bound.index for bound in table.bounds}
    taken = {*names.values(), *table.variables, *(t.lhs for t in table.definitions)}
    for index in sorted(several - set(names)):
        name = f"p{index + 1}"
        while name in taken:
            name += "_"
        names[index] = name
        taken.add(name)
    return names


def sums(table: ParameterTable) -> list[tuple[str, float]]:
    """What effect coding makes labelled parameters add up to: ``("p1 + p2 + p3", 3.0)``."""
    labels = _labels(table)
    return [(" + ".join(labels[i] for i in one.indices), one.total) for one in table.sums]


def limits(table: ParameterTable) -> list[Term]:
    """Bounds of single parameters as inequalities of their labels."""
    labels = _labels(table)
    return [Term(labels[b.index], b.op, number(b.value)) for b in table.bounds]


def fixed_labels(table: ParameterTable) -> dict[str, float]:
    """Labels that name no estimated parameter, and where it is fixed."""
    return {p.label: p.value for p in table.parameters if p.label and not p.free}


def own_errors_and_test(fit: Fit) -> tuple[str, str]:
    """Standard errors and test that the estimator's name stands for."""
    options = fit.options
    gaps, ordered = options.missing == "fiml", bool(fit.table.ordered)
    own = chosen_estimator(options.method.name, None, None, gaps=gaps, ordered=ordered)
    return own.se, own.test


LAVAAN_INSTEAD = Words("write the lavaan script", "改为导出lavaan脚本")
COMPOSITES = Words("composites (<~)", "合成构念（<~）")
OWN_ERRORS = Words("these errors or this test (se=, test=)", "此标准误或检验（se=、test=）")
_UNTOLD = Words("{program} cannot be told {what}; {instead}.", "{program}无法表达{what}；请{instead}。")


def refuse(program: str, what: Text, instead: Text) -> SpecificationError:
    """Say what a program has no words for, and what would do."""
    return SpecificationError(_UNTOLD.filled(program=program, what=what, instead=instead))


def number(value: float) -> str:
    """Write a number so that it reads back as the same, without an exponent where there is no need of one.

    >>> number(1.0), number(0.8), number(-2e-9)
    ('1', '0.8', '-2e-09')
    """
    text = repr(float(value))
    return text.removesuffix(".0")
