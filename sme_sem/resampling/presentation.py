"""What a bootstrap shows: quantities with their errors, intervals and p-values, and how many samples stand behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..sem.presentation import Labels, path_label
from ..sem.rows import rows_of
from ..tables import Column, Kind, Table, Text, Words, joined, rows_from, term
from ..tables.format import percent

if TYPE_CHECKING:
    from .bootstrap import Bootstrap


def bootstrap_tables(found: Bootstrap) -> tuple[Table, ...]:
    """List the tables of one bootstrap that have something to show."""
    notes = _notes(found)
    tables = [_test(found, notes)] if found.kind == "bollen-stine" else []
    for name, (title, kinds) in _PARTS.items():
        own = found.table[found.table["kind"].isin(kinds)]
        if len(own):
            tables.append(Table(f"bootstrap_{name}", title, _COLUMNS, rows_from(own, _COLUMNS), notes))
    return tuple(tables)


def bootstrap_paths(found: Bootstrap, labels: Labels | None = None) -> Table:
    """Table of the structural paths alone, as they are and standardized."""
    own = found.table[(found.table["op"] == "~") & found.table["kind"].isin(tuple(_COEFFICIENTS))]
    shown = _COLUMNS[1:] if found.fit.table.groups > 1 else _COLUMNS[2:]
    rows = tuple(
        (path_label(row.lhs, row.rhs, labels), _COEFFICIENTS[row.kind], *(getattr(row, c.name) for c in shown))
        for row in rows_of(own)
    )
    columns = (Column("path", term("Path")), Column("coefficient", Words("Coefficient", "系数")), *shown)
    title = Words("Structural paths with bootstrap intervals", "路径系数的Bootstrap置信区间")
    return Table("bootstrap_paths", title, columns, rows, (_COEFFICIENT, *_notes(found)))


def _test(found: Bootstrap, notes: tuple[Text, ...]) -> Table:
    columns = (
        Column("chisq", "χ²", Kind.STATISTIC),
        Column("draws", term("Bootstrap sample"), Kind.COUNT),
        Column("pvalue", "p", Kind.PROBABILITY),
    )
    row = (found.fit._total * found.fit._value, len(found.draws) - found.failed, found.pvalue)
    title = Words("Bollen-Stine test of the model", "Bollen-Stine 自助法模型检验")
    return Table("bootstrap_test", title, columns, (row,), (_BOLLEN_STINE, *notes))


def _notes(found: Bootstrap) -> tuple[Text, ...]:
    used = len(found.draws) - found.failed
    said: list[Text] = [
        _SAMPLES.filled(used=used, draws=len(found.draws), kind=_KINDS[found.kind], level=percent(found.level))
    ]
    if found.seed is not None:
        said.append(Words("Seed {seed}.", "随机种子{seed}。").filled(seed=found.seed))
    if found.failed:
        listed = joined([_REASONS[reason] + f": {count}" for reason, count in found.failures.items()])
        said.append(_FAILED.filled(failed=found.failed, listed=listed))
    negative = found.negative_variances
    if negative:
        said.append(_NEGATIVE.filled(count=negative))
    return tuple(said)


_COEFFICIENTS = {"estimate": Words("b", "b"), "standardized": Words("β", "β")}
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
_COLUMNS = (
    Column("parameter", Words("Parameter", "参数")),
    Column("group", Words("Group", "组别")),
    Column("est", Words("Estimate", "估计值"), Kind.ESTIMATE),
    Column("se", term("Bootstrap standard error"), Kind.ESTIMATE),
    Column("bias", Words("Bias", "偏差"), Kind.ESTIMATE),
    Column("perc_lower", Words("Percentile, lower", "百分位法下限"), Kind.ESTIMATE),
    Column("perc_upper", Words("Percentile, upper", "百分位法上限"), Kind.ESTIMATE),
    Column("bca_lower", Words("BCa, lower", "BCa下限"), Kind.ESTIMATE),
    Column("bca_upper", Words("BCa, upper", "BCa上限"), Kind.ESTIMATE),
    Column("pvalue", "p", Kind.PROBABILITY),
)
_SAMPLES = Words(
    "{used} of {draws} bootstrap samples ({kind}); {level} intervals; p goes with the percentile interval.",
    "共{draws}个Bootstrap样本（{kind}），其中{used}个可用；置信水平{level}；p值与百分位法置信区间一致。",
)
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
