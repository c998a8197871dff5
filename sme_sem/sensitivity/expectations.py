"""What is expected of a model: a relation or a defined quantity, and its sign.

``"use ~ trust > 0"``, ``"use ~ price < 0"``, ``"indirect > 0"``; without a sign, either counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import SpecificationError
from ..instrument.parts import Hypothesis
from ..instrument.syntax import product_construct
from ..sem.fit import Fit
from ..sem.routes import route_effect
from ..sem.specification import Specification
from ..suggestions import did_you_mean
from ..words import Words

Key = tuple[str, str, str]
FITTED, ABSENT, FIXED = "fitted", "not in this model", "fixed in this model"


class Expectation(NamedTuple):
    """A hypothesis: its name, the relation or the name of a defined quantity, and the sign, '' for either.

    route : with mediators, the variables from cause to outcome
    """

    id: str
    key: Key
    sign: str
    route: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The relation as it is written in a model, or the route."""
        if self.route:
            return " → ".join(self.route)
        return " ".join(filter(None, self.key)) if self.key[1] != ":=" else self.key[0]


class Finding(NamedTuple):
    """What one fit says of one expectation; estimates, then standardized ones, each with error and interval."""

    status: str
    est: float = np.nan
    se: float = np.nan
    ci_lower: float = np.nan
    ci_upper: float = np.nan
    pvalue: float = np.nan
    std: float = np.nan
    std_se: float = np.nan
    std_ci_lower: float = np.nan
    std_ci_upper: float = np.nan


def expectations(
    stated: Mapping[str, str] | Sequence[str] | str | Iterable[Hypothesis],
) -> tuple[Expectation, ...]:
    """Read hypotheses: texts by name, texts alone, or those of an instrument."""
    if isinstance(stated, str):
        stated = (stated,)
    require_kind("hypotheses", stated, Iterable, _BY_NAME)
    pairs = stated.items() if isinstance(stated, Mapping) else ((_name(one), one) for one in stated)
    found = tuple(_read(str(name), one) for name, one in pairs)
    if not found:
        raise SpecificationError(
            Words(
                'hypotheses= is empty: name at least one path, such as hypotheses={"H1": "use ~ trust > 0"}.',
                'hypotheses=为空：请至少写一条路径，如hypotheses={"H1": "use ~ trust > 0"}。',
            )
        )
    names = [one.id for one in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SpecificationError(_TWICE.filled(name=repr(twice[0])))
    return found


def require_known(expected: Iterable[Expectation], variables: set[str], defined: set[str]) -> None:
    """Refuse a hypothesis about what no analysis can have."""
    known = variables | {product_construct(name) for name in variables if ":" in name}
    for one in expected:
        lhs, op, rhs = one.key
        names, among = ((lhs,), defined) if op == ":=" else ((lhs, *rhs.split(":"), *one.route[1:-1]), known)
        if unknown := [name for name in names if name and name not in among and op != "|"]:
            said = (_NO_QUANTITY if op == ":=" else _NO_VARIABLE).filled(name=repr(unknown[0]))
            raise SpecificationError(_OF.filled(name=repr(one.id)) + said + did_you_mean(unknown[0], sorted(among)))


def findings(fit: Fit, expected: Sequence[Expectation], level: float) -> tuple[Finding, ...]:
    """Look expectations up in a fit; intervals have the level given."""
    raw, standardized = _columns(fit.estimates(level=level)), _columns(fit.standardized(level=level))
    place = {}
    for at, (lhs, op, rhs) in enumerate(zip(raw["lhs"], raw["op"], raw["rhs"], strict=True)):
        place[lhs, op, "" if op == ":=" else rhs] = at
        if op == "~~":
            place[rhs, op, lhs] = at
    found = (place.get(one.key, place.get((*one.key[:2], product_construct(one.key[2])))) for one in expected)
    return tuple(
        _along(fit, one.route, level) if one.route else _finding(raw, standardized, one.key, at)
        for one, at in zip(expected, found, strict=True)
    )


def _along(fit: Fit, route: Sequence[str], level: float) -> Finding:
    effect = route_effect(fit, route, level)
    if effect is None:
        return Finding(ABSENT)
    if not effect.estimated:
        return Finding(FIXED)
    own, scaled = effect.estimate, effect.standardized
    numbers = (own.est, own.se, own.ci_lower, own.ci_upper, own.pvalue)
    return Finding(FITTED, *numbers, scaled.est, scaled.se, scaled.ci_lower, scaled.ci_upper)


def _columns(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    return {str(name): column.to_numpy() for name, column in frame.items()}


def _finding(
    raw: Mapping[str, np.ndarray], standardized: Mapping[str, np.ndarray], key: Key, at: int | None
) -> Finding:
    if at is None:
        return Finding(ABSENT)
    if key[1] != ":=" and not raw["free"][at]:
        return Finding(FIXED)
    return Finding(
        FITTED,
        *(float(raw[name][at]) for name in ("est", "se", "ci_lower", "ci_upper", "pvalue")),
        *(float(standardized[name][at]) for name in ("est_std", "se", "ci_lower", "ci_upper")),
    )


def _name(one: str | Hypothesis) -> str:
    return one.id if isinstance(one, Hypothesis) else re.split(r"[<>]", str(one))[0].strip()


def _read(name: str, one: str | Hypothesis) -> Expectation:
    if isinstance(one, Hypothesis):
        return Expectation(name, (one.outcome, "~", one.cause), one.sign, one.route if one.via else ())
    match = re.fullmatch(r"([^<>]+?)\s*(?:([<>])\s*0)?\s*", str(one))
    if match is None:
        raise SpecificationError(_OF.filled(name=repr(name)) + _UNREAD.filled(one=repr(one)))
    relation, sign = match[1].strip(), {">": "+", "<": "-", None: ""}[match[2]]
    if "~" not in relation:
        return Expectation(name, (relation, ":=", ""), sign)
    terms = Specification.read(relation).relations
    if len(terms) != 1:
        raise SpecificationError(_OF.filled(name=repr(name)) + _SEVERAL.filled(relation=repr(relation), n=len(terms)))
    return Expectation(name, (terms[0].lhs, terms[0].op, terms[0].rhs), sign)


_OF = Words("hypothesis {name}: ", "假设{name}：")
_NO_QUANTITY = Words("no quantity is defined as {name}.", "没有定义为{name}的量。")
_NO_VARIABLE = Words("no model has a variable {name}.", "没有模型含变量{name}。")
_UNREAD = Words(
    "{one} is not read. Write a relation of the model, with the sign expected if there is one: 'use ~ trust > 0', "
    "'use ~ price < 0', or the name of a := line.",
    "无法读取{one}。请写模型中的关系，有预期符号则一并写出：'use ~ trust > 0'、'use ~ price < 0'，或:=一行的名称。",
)
_SEVERAL = Words("{relation} is {n} relations; state them one by one.", "{relation}含{n}个关系；请逐一写出。")
_TWICE = Words(
    "two hypotheses are named {name}, and would be counted as one: give each a name of its own, as in "
    "hypotheses={{'H1': 'use ~ trust > 0', 'H2': 'use ~ trust < 0'}}.",
    "有两个假设同名（{name}），统计时会合为一个：请分别命名，"
    "如hypotheses={{'H1': 'use ~ trust > 0', 'H2': 'use ~ trust < 0'}}。",
)
_BY_NAME = Words(
    "relations by name, such as {'H1': 'use ~ trust > 0'}", "按名称给出的关系，如{'H1': 'use ~ trust > 0'}"
)
