"""Two models side by side: how they stand to each other, which test that calls for, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal, get_args

import numpy as np

from ..sem.fit import Fit
from ..sem.quoted import held_back
from ..tables import Words
from .difference import difference, right_method
from .nesting import Relation, relation, reproduced
from .sameness import same_rows
from .vuong import Rivalry, has_likelihood, rivalry

Method = Literal["auto", "standard", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000", "vuong"]
ALPHA = 0.05  # what the words about Vuong's tests go by; the tables give the p values
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True)
class Pair:
    """One comparison; NaN where there is none.

    wide, narrow : names; the second has as many or more degrees of freedom
    statistic : a chi-square difference, or Vuong's z (positive: ``wide`` is nearer to the answers)
    distinguishable_pvalue : Vuong's test that the respondents cannot tell the models apart
    aic, bic : wide minus narrow, with the ends of an interval
    """

    wide: str
    narrow: str
    relation: Relation
    test: str
    statistic: float
    df: float
    pvalue: float
    why: Words
    distinguishable_pvalue: float = np.nan
    aic: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    bic: tuple[float, float, float] = (np.nan, np.nan, np.nan)


def pair(names: tuple[str, str], wide: Fit, narrow: Fit, method: Method) -> Pair:
    """Compare two models by the method, or by the one that fits them (``"auto"``)."""
    found = relation(wide, narrow)
    if found is Relation.NOT_NESTED and wide.inference.df == narrow.inference.df:
        # a bound costs no degree of freedom, and a chi-square is no test of it
        for (a, free), (b, limited) in permutations(zip(names, (wide, narrow), strict=True)):
            if held_back(limited) and reproduced(free, limited).exactly:
                return Pair(a, b, Relation.NESTED, "none", np.nan, 0, np.nan, _BY_LIMITS)
    if method == "vuong":
        return _by_vuong(names, found, rivalry(wide, narrow), wide, narrow)
    if found is Relation.EQUIVALENT:
        return Pair(*names, found, "none", np.nan, 0, np.nan, _EQUIVALENT)
    if found is Relation.NESTED:
        own = difference(wide, narrow, method)
        why = _APPROXIMATE.filled(why=own.why) if held_back(wide) or held_back(narrow) else own.why
        return Pair(*names, found, own.method, own.statistic, own.df, own.pvalue, why)
    if method != "auto":
        return Pair(*names, found, "none", np.nan, np.nan, np.nan, _ONLY_NESTED.filled(method=method))
    if has_likelihood(wide) and same_rows(wide, narrow):
        return _by_vuong(names, found, rivalry(wide, narrow), wide, narrow)
    return Pair(*names, found, "none", np.nan, np.nan, np.nan, _NO_TEST)


def recommended(pairs: tuple[Pair, ...], fit: Fit) -> str:
    """Name the test these models call for: the difference test if any are nested, or else Vuong's, or none."""
    nested = [p for p in pairs if p.relation is Relation.NESTED]
    if not nested:
        apart = any(p.relation is Relation.NOT_NESTED for p in pairs)
        return "vuong" if apart and has_likelihood(fit) else "none"
    right = right_method(fit)
    negative = right == "satorra.bentler.2001" and any(p.test == "satorra.bentler.2010" for p in nested)
    return "satorra.bentler.2010" if negative else right


def _by_vuong(names: tuple[str, str], found: Relation, own: Rivalry, wide: Fit, narrow: Fit) -> Pair:
    if found is Relation.EQUIVALENT:
        return Pair(*names, found, "vuong", np.nan, np.nan, np.nan, _EQUIVALENT)
    if found is Relation.NESTED:
        df = float(narrow.inference.df - wide.inference.df)
        return Pair(
            *names,
            found,
            "vuong",
            own.ratio,
            df,
            own.ratio_pvalue,
            _VUONG_NESTED,
            own.distinguishable_pvalue,
            own.aic,
            own.bic,
        )
    why = _ALIKE if own.distinguishable_pvalue >= ALPHA else _NEARER if own.pvalue < ALPHA else _TIED
    return Pair(*names, found, "vuong", own.z, np.nan, own.pvalue, why, own.distinguishable_pvalue, own.aic, own.bic)


_EQUIVALENT = Words(
    "equivalent: both reproduce whatever the other implies; no answers can decide between them, only theory can",
    "等价模型：二者可互相重现对方隐含的矩，任何数据都无法区分，只能依据理论取舍",
)
_BY_LIMITS = Words(
    "nested: the second is the first with estimates held by limits (bounds, < or >), which cost no degree of freedom; "
    "the difference has no chi-square distribution, so there is no test",
    "嵌套：后者为前者加上限制（界限、<或>），限制不占自由度；差值不服从卡方分布，故无检验",
)
_APPROXIMATE = Words(
    "{why}; limits (bounds, < or >) hold estimates back, so the p-value is approximate",
    "{why}；有估计值被限制（界限、<或>）约束，p值为近似值",
)
_ONLY_NESTED = Words(
    "not nested, so {method} does not apply: take method='vuong' or 'auto'",
    "非嵌套，不适用{method}；应使用method='vuong'或'auto'",
)
_NO_TEST = Words(
    "not nested, and there is no likelihood of single respondents in the same rows to compare: no test; set fit "
    "indices side by side",
    "非嵌套，且无可逐一比较的个体似然：无检验可用，只能比较拟合指标",
)
_NEARER = Words(
    "not nested; the respondents can tell the models apart, and the sign of z says which is nearer (Vuong 1989)",
    "非嵌套；数据可区分两模型，z的符号表明何者更接近数据（Vuong，1989）",
)
_TIED = Words(
    "not nested; the respondents can tell the models apart, yet neither is significantly nearer (Vuong 1989)",
    "非嵌套；数据可区分两模型，但二者与数据的接近程度无显著差异（Vuong，1989）",
)
_ALIKE = Words(
    "not nested; the respondents cannot tell the models apart (p of distinguishability is .05 or more), so z is not to "
    "be interpreted (Vuong 1989)",
    "非嵌套；数据无法区分两模型（可区分性检验p ≥ .05），z值不宜解释（Vuong，1989）",
)
_VUONG_NESTED = Words(
    "nested; likelihood ratio against a weighted sum of chi-squares, which holds whether or not the wider model is "
    "true (Vuong 1989)",
    "嵌套；似然比与卡方加权和比较，无论较宽模型是否为真均成立（Vuong，1989）",
)
