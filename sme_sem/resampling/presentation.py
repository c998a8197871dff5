"""What a bootstrap shows: quantities with their errors, intervals and p-values, and how many samples stand behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..sem.presentation import EFFECTS, Labels, path_label
from ..sem.quoted import objections
from ..sem.rows import rows_of
from ..tables import Column, Kind, Table, Text, Words, joined, term
from ..tables.format import percent
from .mediation import INTERVAL_NAMES, P_VALUES, Interval

if TYPE_CHECKING:
    from .bootstrap import Bootstrap


def bootstrap_tables(found: Bootstrap) -> tuple[Table, ...]:
    """List the tables of one bootstrap that have something to show."""
    notes = (*_notes(found), *_left_out(found))
    tables = [_test(found, notes)] if found.kind == "bollen-stine" else []
    columns = (_PARAMETER, *_shown(found, ("perc", "bca" if len(found.left_out) else "bc"), "pvalue"))
    for name, (title, kinds) in _PARTS.items():
        own = found.table[found.table["kind"].isin(kinds)]
        if len(own):
            rows = tuple(
                (_quantity(row), *(getattr(row, column.name) for column in columns[1:])) for row in rows_of(own)
            )
            tables.append(Table(f"bootstrap_{name}", title, columns, rows, notes))
    return tuple(tables)


def bootstrap_paths(found: Bootstrap, labels: Labels | None = None, interval: Interval = "perc") -> Table:
    """Table of the structural paths alone, as they are and standardized, with one kind of interval."""
    own = found.table[(found.table["op"] == "~") & found.table["kind"].isin(tuple(_COEFFICIENTS))]
    shown = _shown(found, (interval,), P_VALUES[interval])
    rows = tuple(
        (path_label(row.lhs, row.rhs, labels), _COEFFICIENTS[row.kind], *(getattr(row, c.name) for c in shown))
        for row in rows_of(own)
    )
    columns = (Column("path", term("Path")), Column("coefficient", Words("Coefficient", "系数")), *shown)
    title = Words("Structural paths with bootstrap intervals", "路径系数的Bootstrap置信区间")
    return Table("bootstrap_paths", title, columns, rows, (_COEFFICIENT, *_notes(found, interval)))


def _shown(found: Bootstrap, intervals: Sequence[Interval], pvalue: str) -> tuple[Column, ...]:
    """Give the columns of some kinds of interval, with that of the group where there are several."""
    group = (Column("group", Words("Group", "组别")),) if found.fit.table.groups > 1 else ()
    limits = [column for interval in intervals for column in _LIMITS[interval]]
    return (*group, *_ESTIMATED, *limits, Column(pvalue, "p", Kind.PROBABILITY))


def _quantity(row: Any) -> Text:
    """Name a quantity in words."""
    name = str(row.parameter)
    inner = _OF_GROUP.sub("", name.removeprefix("std(").removesuffix(")") if name.startswith("std(") else name)
    said: Text = inner
    if row.kind in ("effect", "standardized_effect"):
        path = f"{row.rhs} → {row.lhs}" if inner.startswith(f"{row.op}(") else inner
        said = _EFFECT.filled(path=path, effect=EFFECTS[str(row.op).replace("_", " ")])
    elif row.kind == "r_squared":
        said = _R_SQUARED.filled(name=row.lhs)
    return _STANDARDIZED.filled(quantity=said) if row.kind in _SCALED else said


def _test(found: Bootstrap, notes: tuple[Text, ...]) -> Table:
    columns = (
        Column("chisq", "χ²", Kind.STATISTIC),
        Column("draws", term("Bootstrap sample"), Kind.COUNT),
        Column("pvalue", "p", Kind.PROBABILITY),
    )
    own = found.fit.inference
    row = (own.total * own.value, len(found.draws) - found.failed, found.pvalue)
    title = Words("Bollen-Stine test of the model", "Bollen-Stine 自助法模型检验")
    return Table("bootstrap_test", title, columns, (row,), (_BOLLEN_STINE, *notes))


def _left_out(found: Bootstrap) -> tuple[Text, ...]:
    """Say so where BCa intervals were not asked for."""
    return () if len(found.left_out) else (_NO_BCA,)


def _notes(found: Bootstrap, interval: Interval = "perc") -> tuple[Text, ...]:
    used = len(found.draws) - found.failed
    drawn = _SAMPLES.filled(used=used, draws=len(found.draws), kind=_KINDS[found.kind], level=percent(found.level))
    said: list[Text] = [drawn + _GOES_WITH.filled(interval=INTERVAL_NAMES[interval])]
    if found.seed is not None:
        said.append(Words("Seed {seed}.", "随机种子{seed}。").filled(seed=found.seed))
    if found.failed:
        listed = joined([_REASONS[reason] + f": {count}" for reason, count in found.failures.items()])
        said.append(_FAILED.filled(failed=found.failed, listed=listed))
    negative = found.negative_variances
    if negative:
        said.append(_NEGATIVE.filled(count=negative))
    return (*said, *objections(found.fit))


_COEFFICIENTS = {"estimate": Words.same("b"), "standardized": Words.same("β")}
_COEFFICIENT = Words("b: unstandardized, β: standardized coefficient.", "b为非标准化系数，β为标准化系数。")
_KINDS = {
    "nonparametric": Words("respondents drawn with replacement", "有放回抽取受访者"),
    "bollen-stine": Words("drawn from answers in which the model holds", "从符合模型的变换数据中抽取"),
    "cluster": Words("clusters drawn with replacement", "有放回抽取整群"),
}
_PARTS = {
    "effects": (
        Words("Bootstrap: effects and defined quantities", "Bootstrap：效应与自定义参数"),
        ("defined", "standardized_defined", "effect", "standardized_effect"),
    ),
    "estimates": (Words("Bootstrap: estimates", "Bootstrap：非标准化估计"), ("estimate",)),
    "standardized": (Words("Bootstrap: standardized estimates", "Bootstrap：标准化估计"), ("standardized",)),
    "shares": (
        Words("Bootstrap: explained variance and discriminant validity", "Bootstrap：解释方差与区分效度"),
        ("r_squared", "htmt"),
    ),
}
_OF_GROUP = re.compile(r"\.g\d+$")  # which group is told beside it
_PARAMETER = Column("parameter", Words("Parameter", "参数"))
_ESTIMATED = (
    Column("est", Words("Estimate", "估计值"), Kind.ESTIMATE),
    Column("se", term("Bootstrap standard error"), Kind.ESTIMATE),
    Column("bias", Words("Bias", "偏差"), Kind.ESTIMATE),
)
_LIMITS: dict[Interval, tuple[Column, Column]] = {
    "perc": (
        Column("perc_lower", Words("Percentile, lower", "百分位法下限"), Kind.ESTIMATE),
        Column("perc_upper", Words("Percentile, upper", "百分位法上限"), Kind.ESTIMATE),
    ),
    "bc": (
        Column("bc_lower", Words("Bias-corrected, lower", "偏差校正法下限"), Kind.ESTIMATE),
        Column("bc_upper", Words("Bias-corrected, upper", "偏差校正法上限"), Kind.ESTIMATE),
    ),
    "bca": (
        Column("bca_lower", Words("BCa, lower", "BCa下限"), Kind.ESTIMATE),
        Column("bca_upper", Words("BCa, upper", "BCa上限"), Kind.ESTIMATE),
    ),
}
_SCALED = ("standardized_effect", "standardized_defined")
_STANDARDIZED = Words("{quantity}, standardized", "{quantity}（标准化）")
_EFFECT, _R_SQUARED = Words("{path}: {effect}", "{path}：{effect}"), Words("R² of {name}", "{name}的R²")
_NO_BCA = Words(
    "BCa intervals leave out every respondent in turn and are not computed here; bias-corrected ones stand in their "
    "place.",
    "BCa置信区间须逐一剔除每名受访者重新估计，此处未计算，代以偏差校正置信区间。",
)
_SAMPLES = Words(
    "{used} of {draws} bootstrap samples ({kind}); {level} intervals",
    "共{draws}个Bootstrap样本（{kind}），其中{used}个可用；置信水平{level}",
)
_GOES_WITH = Words("; p goes with the {interval} interval.", "；p值与{interval}置信区间一致。")
_FAILED = Words(
    "{failed} samples failed and are not used ({listed}).", "{failed}个样本未能得到估计，已剔除（{listed}）。"
)
_REASONS = {
    "bad_start": Words(
        "nothing to fit, as where an item does not vary or a category is empty",
        "题项无变异或某一类别无人选择等，无法估计",
    ),
    "iteration_limit": Words("the iterations ended first", "达到迭代上限"),
    "no_descent": Words("the search found no minimum", "搜索未找到极小值"),
    "contradiction": Words("no values keep the constraints", "没有满足约束的参数值"),
}
_NEGATIVE = Words(
    "{count} samples gave a negative variance; they are used as they are.", "{count}个样本出现负方差，予以保留。"
)
_BOLLEN_STINE = Words(
    "p: share of samples, drawn where the model holds, that fit no better than the answers. Bollen and Stine (1992).",
    "p为模型成立时自助样本的χ²不小于实际χ²的比例。Bollen与Stine（1992）。",
)
