"""Whether another interview would say anything new.

Three looks at the same question: how many new codes each further source brought, in the order they were coded; how
many codes were probably never seen; and what sources that were held out add to the codes of all others.

Saturation after Guest, Namey and Chen (2020), PLOS ONE 15(5), e0232076: the codes that a run of sources brings,
relative to the codes of the first few (the base), fall to a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from types import NoneType

import numpy as np
import pandas as pd

from ..arguments import require_kind, texts
from ..errors import DataProblem
from ..kernels import unseen
from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from ..tables.format import percent
from .coding import LEVEL_NAMES, LEVELS, NO_CODES, Coding, Level, require_coding
from .frequency import frequencies


@dataclass(frozen=True, slots=True)
class SaturationRule:
    """When coding counts as saturated.

    base : sources whose codes are the yardstick; run : sources looked at together
    threshold : new codes of a run over codes of the base, at most
    """

    base: int = 4
    run: int = 3
    threshold: float = 0.05

    def __post_init__(self) -> None:
        whole = all(isinstance(n, Integral) and n >= 1 for n in (self.base, self.run))
        if not whole or not isinstance(self.threshold, Real) or not 0 <= self.threshold < 1:
            raise DataProblem(
                Words(
                    f"saturation rule: base and run are whole numbers from 1, threshold a share below 1; got {self}",
                    f"饱和准则：base与run为不小于1的整数，threshold为小于1的比例；实为{self}",
                )
            )


@dataclass(frozen=True, eq=False)
class Saturation(Tabled):
    """New codes source by source, and how many are likely to be missing.

    curve : source, new, total, expected (over all orders of the sources), run_ratio (new codes of the run that ends
        here over those of the base; NaN before there is one)
    reached_at : the source count at which the rule is first met; None if never
    holds : the last run meets the rule    seen : codes in all sources
    chao : lower bound of the number of codes, from sources; coverage : chance that the next mention is of a known code
    """

    level: Level
    rule: SaturationRule
    curve: pd.DataFrame
    reached_at: int | None
    holds: bool
    seen: int
    chao: unseen.Chao
    coverage: float

    def tables(self) -> tuple[Table, ...]:
        """Give the curve, and the estimate of what was not seen."""
        code, rule = LEVEL_NAMES[self.level], self.rule
        said = {"base": rule.base, "run": rule.run, "threshold": percent(rule.threshold), "at": self.reached_at}
        verdict = (_HOLDS if self.holds else _BROKEN if self.reached_at else _NOT).filled(**said)
        curve = rows_from(self.curve)
        values = (self.seen, *self.chao, self.coverage)
        return (
            Table("saturation", code + _TITLE, _CURVE, curve, (verdict, _ORDER)),
            Table("unseen_codes", code + _UNSEEN_TITLE, _UNSEEN, (values,), (_BOUND,)),
        )


def saturation(
    coding: Coding,
    level: Level = "concept",
    *,
    order: Sequence[str] | None = None,
    rule: SaturationRule | None = None,
) -> Saturation:
    """Follow how many new codes each further source brings.

    Parameters
    ----------
    coding
        Coded segments.
    level : {"concept", "category", "main_category"}
        Which codes.
    order
        The sources in the order they were coded, or some of them; left out, all in the order of the file.
    rule
        When coding counts as saturated.

    Returns
    -------
    Saturation
        ``.curve``, ``.reached_at``, ``.holds``, ``.chao``, ``.coverage``.

    Raises
    ------
    DataProblem
        If ``order`` names an unknown source or one twice, or no code of the level was given.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> heard = {"F1": "ab", "F2": "bc", "F3": "ac", "F4": "abc"}
    >>> coding = read_coding(pd.DataFrame([(s, c) for s in heard for c in heard[s]], columns=["source", "concept"]))
    >>> result = saturation(coding, rule=SaturationRule(base=1, run=2))
    >>> result.curve["new"].tolist(), result.reached_at
    ([2, 1, 0, 0], 4)
    """
    require_coding(coding)
    require_kind("rule", rule, (SaturationRule, NoneType), _A_RULE)
    rule = rule or SaturationRule()
    sources = texts("order", order, "F1") if order is not None else coding.sources
    coding = coding.of_sources(sources)
    if len(set(sources)) != len(sources):
        raise DataProblem(Words("order: a source is named twice", "order：有资料重复列出"))
    counted = frequencies(coding, level)
    if counted.by_source.empty:
        raise DataProblem(NO_CODES[level])
    held = counted.by_source.to_numpy() > 0
    new = np.bincount(held.argmax(axis=1), minlength=len(sources))
    total = new.cumsum()
    ratio = np.full(len(sources), np.nan)
    for end in range(rule.base + rule.run, len(sources) + 1):
        ratio[end - 1] = (
            (total[end - 1] - total[end - 1 - rule.run]) / total[rule.base - 1] if total[rule.base - 1] else np.inf
        )
    met = np.flatnonzero(ratio <= rule.threshold)
    occurs, mentions = held.sum(axis=1), counted.by_source.to_numpy().sum(axis=1)
    curve = pd.DataFrame(
        {
            "source": list(sources),
            "new": new,
            "total": total,
            "expected": unseen.accumulation(occurs, len(sources)),
            "run_ratio": ratio,
        }
    )
    return Saturation(
        level=level,
        rule=rule,
        curve=curve,
        reached_at=int(met[0]) + 1 if len(met) else None,
        holds=bool(ratio[-1] <= rule.threshold),
        seen=len(occurs),
        chao=unseen.chao(occurs, len(sources)),
        coverage=unseen.good_turing(mentions),
    )


@dataclass(frozen=True, eq=False)
class HoldOut(Tabled):
    """What held-out sources add to the codes of all others.

    table : level, found (codes in the held-out sources), new (how many of them the others lack), names (the new ones)
    """

    sources: tuple[str, ...]
    table: pd.DataFrame

    @property
    def passed(self) -> bool:
        """No held-out source holds a code, of any level, that the others lack."""
        return not self.table["new"].any()

    def tables(self) -> tuple[Table, ...]:
        """Give codes found and new by level."""
        rows = tuple(
            (LEVEL_NAMES[level], found, new, "、".join(names))
            for level, found, new, names in self.table.itertuples(index=False, name=None)
        )
        named = _HELD_OUT.filled(sources="、".join(self.sources))
        return (
            Table(
                "saturation_hold_out", _HOLD_OUT_TITLE, _HOLD_OUT, rows, (named, _PASSED if self.passed else _FAILED)
            ),
        )


def hold_out(coding: Coding, sources: Sequence[str]) -> HoldOut:
    """Check whether named sources hold codes that the others lack.

    Parameters
    ----------
    coding
        Coded segments, those of the held-out sources included.
    sources
        Names of the held-out sources.

    Returns
    -------
    HoldOut
        ``.table``, ``.passed``.

    Raises
    ------
    DataProblem
        If a source is unknown, none is named, or none is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F1", "F2"], "concept": ["a", "b", "a"]}))
    >>> hold_out(coding, ["F2"]).passed, hold_out(coding, ["F1"]).passed
    (True, False)
    """
    require_coding(coding)
    held = tuple(dict.fromkeys(texts("sources", sources, "F1")))
    later = coding.of_sources(held)
    others = coding.of_sources(tuple(name for name in coding.sources if name not in held))
    if not held or not others.sources:
        raise DataProblem(
            Words(
                "hold-out: name some of the sources, and leave some to compare them with",
                "留出：请列出一部分资料，并留下另一部分作比较",
            )
        )
    rows = []
    for level in LEVELS:
        found, known = later.codes(level), set(others.codes(level))
        new = tuple(name for name in found if name not in known)
        rows.append((level, len(found), len(new), new))
    return HoldOut(held, pd.DataFrame(rows, columns=["level", "found", "new", "names"]))


_TITLE, _UNSEEN_TITLE = Words(": saturation", "饱和度检验"), Words(": how many were not seen", "未观察数量估计")
_RULE = Words(
    "a run of {run} sources brings at most {threshold} of the codes of the first {base}",
    "连续{run}份材料新增编码不超过前{base}份材料编码数的{threshold}",
)
_HOLDS = Words("Saturated: ", "已达到饱和：") + _RULE + Words(", first after {at}.", "，首次出现于第{at}份材料。")
_BROKEN = (
    Words("Not saturated: met after {at} sources (", "未达到饱和：第{at}份材料时曾满足（")
    + _RULE
    + Words("), but later ones brought new codes.", "），但其后又出现新编码。")
)
_NOT = Words("Not saturated: never did it happen that ", "未达到饱和：未出现") + _RULE + Words(".", "的情形。")
_ORDER = Words("Expected: mean over all orders of the sources.", "期望值：对材料所有排列顺序取平均。")
_BOUND = Words(
    "Chao's estimate is a lower bound. Coverage: chance that the next mention is of a known code (Good and Turing).",
    "Chao估计为下界。覆盖率：下一次提及属于已知编码的概率（Good–Turing）。",
)
_CURVE = (
    Column("source", Words("Source", "资料来源")),
    Column("new", Words("New codes", "新增编码"), Kind.COUNT),
    Column("total", Words("Total", "累计编码"), Kind.COUNT),
    Column("expected", Words("Expected", "期望累计"), Kind.ESTIMATE),
    Column("run_ratio", Words("New in run / base", "新增比例"), Kind.COEFFICIENT),
)
_UNSEEN = (
    Column("seen", Words("Seen", "已观察"), Kind.COUNT),
    Column("chao", Words("Chao estimate", "Chao估计"), Kind.ESTIMATE),
    Column("se", Words("Standard error", "标准误"), Kind.ESTIMATE),
    Column("lower", Words("95% lower", "95%下限"), Kind.ESTIMATE),
    Column("upper", Words("95% upper", "95%上限"), Kind.ESTIMATE),
    Column("coverage", Words("Coverage", "覆盖率"), Kind.COEFFICIENT),
)
_HOLD_OUT_TITLE = Words("Saturation on held-out sources", "预留材料的饱和度检验")
_HELD_OUT = Words("Held out: {sources}.", "预留材料：{sources}。")
_PASSED = Words("Nothing new: the coding is saturated for them.", "未出现新的概念与范畴，通过饱和度检验。")
_FAILED = Words("They hold codes that the others lack.", "预留材料中出现了新的编码，未通过饱和度检验。")
_HOLD_OUT = (
    Column("level", Words("Level", "层级")),
    Column("found", Words("Found", "识别数"), Kind.COUNT),
    Column("new", Words("New", "新增数"), Kind.COUNT),
    Column("names", Words("New codes", "新增编码")),
)
_A_RULE = Words("a rule such as SaturationRule(base=4, run=3)", "规则，如SaturationRule(base=4, run=3)")
