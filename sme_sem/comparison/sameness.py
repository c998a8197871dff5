"""Whether models can be compared at all: the same answers, explained by the same kind of estimate."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ..errors import ConvergenceError, SpecificationError
from ..sem.fit import Fit
from ..sem.fitted import require_models
from ..sem.rivals import equal_moments
from ..words import NOTHING, Words, joined

_ADVICE = Words(
    " Chi-square, AIC and BIC are only comparable for the same answers; fit both models to the same data.",
    "卡方、AIC与BIC只有在作答相同时才可比较；请以同一数据拟合两个模型。",
)


def require_comparable(fits: Mapping[str, Fit]) -> None:
    """Refuse models whose fits cannot be set against each other, with the reason."""
    require_models(fits)
    if len(fits) < 2:
        raise SpecificationError(_TWO_OR_MORE.filled(n=len(fits)))
    for name, fit in fits.items():
        if not fit.converged:
            raise ConvergenceError(_NOT_CONVERGED.filled(name=repr(name)))
    for (a, first), (b, second) in pairwise(fits.items()):
        reason = _other_answers(first, second) or _other_estimates(first, second)
        if reason:
            raise SpecificationError(_NOT_COMPARABLE.filled(one=repr(a), other=repr(b), reason=reason))


def same_rows(a: Fit, b: Fit) -> bool:
    """Whether both were fitted to the same respondents in the same order, so that these can be compared one by one."""
    if a.moments.answers is None or b.moments.answers is None:
        return False
    other = b.moments.of(a.moments.names).answers
    assert other is not None
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a.moments.answers, other, strict=True))


def _other_answers(a: Fit, b: Fit) -> Words:
    only = [sorted(set(x.observed) - set(y.observed)) for x, y in ((a, b), (b, a))]
    if only[0] or only[1]:
        return _ONLY_ONE.filled(names=joined(map(repr, only[0] + only[1]), ", ", "、")) + _ADVICE
    if a.moments.labels != b.moments.labels and set(a.moments.labels) == set(b.moments.labels):
        return _GROUPS_IN_ORDER.filled(one=_groups(a), other=_groups(b))
    if a.moments.labels != b.moments.labels:
        return _OTHER_GROUPS.filled(one=_groups(a), other=_groups(b))
    if not np.array_equal(a.moments.n, b.moments.n):
        return _OTHER_NUMBERS.filled(one=_rows(a), other=_rows(b)) + _ADVICE
    drawn = _otherwise_drawn(a, b)
    if drawn:
        return drawn
    if not equal_moments(a.moments, b.moments):
        return _OTHER_RESPONDENTS.filled(n=a.n) + _ADVICE
    return NOTHING


def _otherwise_drawn(a: Fit, b: Fit) -> Words:
    """Whether one takes respondents for drawn with other chances, or together with others."""
    one, other = a.moments.design, b.moments.design
    for argument, x, y in (("weights", one.weights, other.weights), ("cluster", one.clusters, other.clusters)):
        if (x is None) != (y is None):
            return _ONLY_ONE_DRAWN.filled(argument=argument)
        if x is not None and y is not None and not all(map(_alike, x, y)):
            return _OTHERWISE_DRAWN.filled(argument=argument)
    return NOTHING


def _alike(x: np.ndarray, y: np.ndarray) -> bool:
    return len(x) == len(y) and np.allclose(x, y)


def _other_estimates(a: Fit, b: Fit) -> Words:
    x, y = a.options, b.options
    if x.method.discrepancy != y.method.discrepancy:
        return _ESTIMATORS.filled(one=x.estimator, other=y.estimator)
    if x.method.test != y.method.test:
        return _TESTS.filled(one=x.method.test, other=y.method.test)
    if x.information != y.information and x.method.test != "standard":
        return _DIFFERENT.filled(one=f"information={x.information!r}", other=repr(y.information))
    if (x.missing, x.likelihood) != (y.missing, y.likelihood):
        one, other = (f"missing={own.missing!r}, likelihood={own.likelihood!r}" for own in (x, y))
        return _DIFFERENT.filled(one=one, other=other)
    if a.table.ordered != b.table.ordered:
        return _ORDERED
    if a.table.means != b.table.means:
        return _MEANS
    if set(a.table.exogenous) != set(b.table.exogenous):
        given = sorted(set(a.table.exogenous) ^ set(b.table.exogenous))
        return _GIVEN.filled(names=joined(map(repr, given), ", ", "、"))
    return NOTHING


def _groups(fit: Fit) -> Words:
    return joined(fit.moments.labels, ", ", "、") if len(fit.moments.labels) > 1 else _ONE_GROUP


def _rows(fit: Fit) -> str:
    return " + ".join(str(int(n)) for n in fit.moments.n)


_TWO_OR_MORE = Words(
    "compare needs two models or more, by name; {n} given.", "比较至少需要两个有名称的模型，此处有{n}个。"
)
_NOT_CONVERGED = Words(
    "model {name} did not converge: its chi-square means nothing. Mend or drop it.",
    "模型{name}未收敛，其卡方没有意义。请修正或删去。",
)
_NOT_COMPARABLE = Words("models {one} and {other} cannot be compared: {reason}", "模型{one}与{other}不可比较：{reason}")
_ONLY_ONE = Words("only one of them contains {names}.", "只有其一包含{names}。")
_ONE_GROUP = Words("one", "单独一组")
_GROUPS_IN_ORDER = Words(
    "their groups stand in different orders ({one}; {other}). Fit both to the same DataFrame.",
    "两者各组的顺序不同（{one}；{other}）。请对同一DataFrame拟合两者。",
)
_OTHER_GROUPS = Words(
    "their groups are {one} and {other}. Give both the same group=.",
    "其一的组为{one}，另一的组为{other}。请对两者设相同的group=。",
)
_ONLY_ONE_DRAWN = Words(
    "only one of them is fitted with {argument}=. Give both the same.",
    "只有其一以{argument}=拟合。请对两者设相同的{argument}=。",
)
_OTHERWISE_DRAWN = Words(
    "their {argument}= are not the same, row by row. Fit both to one DataFrame with one column for it.",
    "两者的{argument}=逐行不一致。请对同一DataFrame、以同一列拟合两者。",
)
_ESTIMATORS = Words(
    "one is estimated by {one}, the other by {other}. Take one estimator for both.",
    "其一以{one}估计，另一以{other}估计。请对两者用同一估计方法。",
)
_TESTS = Words(
    "their tests differ ({one} and {other}). Take one estimator and test= for both.",
    "两者的检验不同（{one}与{other}）。请对两者用同一估计方法与test=。",
)
_DIFFERENT = Words(
    "{one} in one, {other} in the other. Take the same for both.", "其一为{one}，另一为{other}。请对两者取相同的设置。"
)
_ORDERED = Words(
    "other variables are ordered in one than in the other. Give both the same ordered=.",
    "两者视为有序的变量不同。请对两者设相同的ordered=。",
)
_OTHER_NUMBERS = Words("they rest on {one} and {other} respondents.", "受访者人数分别为{one}与{other}。")
_OTHER_RESPONDENTS = Words(
    "their {n} respondents are not the same, or answered otherwise.", "两者的{n}名受访者不同，或作答不同。"
)
_MEANS = Words(
    "one models means, the other does not. Give both meanstructure=True.",
    "其一含均值结构，另一则否。请对两者均设meanstructure=True。",
)
_GIVEN = Words(
    "only one takes {names} as given. Give both fixed_x=False.",
    "只有其一将{names}视为给定。请对两者均设fixed_x=False。",
)
