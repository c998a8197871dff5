"""What a study looks at beside its models: gaps, late respondents, regularities of the file, items, distinctness.

Each is shown only where it says something; the record holds everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..kernels import overall_power as power
from ..measurement.discriminant import Heterotrait
from ..measurement.item_advice import ItemAdvice
from ..measurement.missing import Missing
from ..measurement.nonresponse import Nonresponse
from ..responses.origin import Provenance
from ..sem import cutoffs
from ..sem.presentation import path_label
from ..sem.rows import rows_of
from ..tables import Column, Kind, Language, Table, Text, Words, written
from ..tables.format import level
from . import charts, figures
from .report import Content, Figure

if TYPE_CHECKING:
    from ..comparison.invariance import Invariance
    from ..sem.fit import Fit
    from .results import Analyses

_Labels = Mapping[str, Text]
_MOST_PATTERNS = 10
_ALPHA, _WANTED = 0.05, 0.80


def gaps(found: Missing | None, labels: _Labels) -> Iterator[Content]:
    """Gaps by construct, their patterns, Little's test, and the background variables that they go along with."""
    if found is None or not found.items["missing"].any():
        return
    frequent = replace(found, patterns=found.patterns[:_MOST_PATTERNS])
    for table in frequent.tables():
        if table.name == "missing_scales":
            yield _labelled(replace(table, rows=tuple(row for row in table.rows if row[2])), labels)
        elif table.name == "missing_patterns":
            rarer = len(found.patterns) - len(table.rows)
            yield table.noted(_RARER.filled(n=rarer)) if rarer else table
        elif table.name == "little_mcar":
            yield table
    if len(found.background):
        yield _along(found)


def _along(found: Missing) -> Content:
    """Keep the background variables that gaps go along with, and count the others."""
    clear = found.background["pvalue_corrected"] < 0.05
    tested = int(found.background["pvalue"].notna().sum())
    if not clear.any():
        return _NOT_ALONG.filled(n=tested)
    table = replace(found, background=found.background[clear]).tables()[-1]
    others = tested - int(clear.sum())
    return table.noted(_OTHERS.filled(n=others)) if others else table


def waves(found: Nonresponse | None, labels: _Labels) -> Iterator[Content]:
    """Early against late respondents, after a sentence that says whether they differ."""
    if found is None or found.table["pvalue"].isna().all():
        return
    different = found.table.loc[found.table["pvalue_corrected"] < 0.05, "variable"]
    (table,) = found.tables()
    said = _DIFFER if len(different) else _ALIKE
    yield said.filled(differ=len(different), tested=int(found.table["pvalue"].notna().sum()))
    yield _labelled(table, labels)


def regularities(found: Provenance | None) -> Iterator[Table]:
    """Give the checks of the file that ask for a look; nothing where none does."""
    if found is None or not any(check.look for check in found.checks):
        return
    (table,) = replace(found, checks=tuple(check for check in found.checks if check.look)).tables()
    shown = replace(table, columns=table.columns[:-1], rows=tuple(row[:-1] for row in table.rows))
    passed = sum(not check.look for check in found.checks)
    yield shown.noted(_PASSED.filled(n=passed)) if passed else shown


def alike(found: Heterotrait | None, labels: _Labels) -> Iterator[Table]:
    """Pairs of constructs whose HTMT may be as high as the bound; the others are counted."""
    if found is None:
        return
    near = found.ratios[found.ratios["htmt_ci_upper"] >= cutoffs.HTMT]
    if near.empty:
        return
    (table,) = replace(found, ratios=near).tables()
    shown, others = _labelled(replace(table, title=_NEAR), labels, columns=2), len(found.ratios) - len(near)
    yield shown.noted(_DISTINCT.filled(n=others, bound=level(cutoffs.HTMT))) if others else shown


def advice(found: ItemAdvice | None, labels: _Labels) -> Iterator[Table]:
    """Which items of a pre-test to keep, to revise or to drop."""
    if found is not None:
        (table,) = found.tables()
        yield _labelled(table, labels)


def overall_power(fit: Fit) -> Iterator[Table]:
    """Power of the tests of close and of not-close fit with these respondents, and the respondents they need."""
    df = float(fit.measures()["df"])
    if df <= 0 or not fit.converged:
        return
    groups = len(fit.moments.labels)
    rows = tuple(
        (
            name,
            null,
            true,
            fit.n,
            power.overall_power(fit.n, df, null, true, _ALPHA, groups),
            power.respondents_needed(_WANTED, df, null, true, _ALPHA, groups),
        )
        for name, (null, true) in ((_OF_CLOSE, cutoffs.CLOSE_FIT), (_OF_NOT_CLOSE, cutoffs.NOT_CLOSE_FIT))
    )
    columns = (
        Column("test", Words("Test", "检验")),
        Column("null", Words("RMSEA tested", "原假设RMSEA"), Kind.COEFFICIENT),
        Column("true", Words("RMSEA if false", "备择假设RMSEA"), Kind.COEFFICIENT),
        Column("n", "n", Kind.COUNT),
        Column("power", Words("Power", "统计功效"), Kind.COEFFICIENT),
        Column("needed", Words("n for a power of .80", "功效达到.80所需样本量"), Kind.COUNT),
    )
    yield Table("overall_power", _POWER, columns, rows, (_POWER_NOTE,))


def by_group(found: Invariance, labels: _Labels, groups: _Labels, language: Language) -> Iterator[Figure]:
    """Draw the standardized paths of every group at the step at which loadings are equal."""
    fit = found.fits.get("metric", list(found.fits.values())[-1])
    paths = fit.standardized()
    paths = paths[(paths["op"] == "~") & paths["se"].gt(0)]
    drawn = {
        written(groups.get(str(label), str(label)), language): tuple(
            figures.Interval(
                path_label(row.lhs, row.rhs, labels),
                float(row.est_std),
                float(row.ci_lower),
                float(row.ci_upper),
            )
            for row in rows_of(paths[paths["group"].astype(str) == str(label)])
        )
        for label in groups
    }
    if any(drawn.values()):
        yield Figure("paths_by_group", _BY_GROUP, str(charts.forest_by_group(drawn, language)))


def analyses(found: Analyses | None, language: Language) -> Iterator[Content]:
    """What is left of each hypothesis in every analysis, with the curve of each."""
    if found is None:
        return
    yield from found.tables()
    for name in found.table.loc[found.table["estimated"] > 0, "hypothesis"]:
        drawn = str(found.specification_curve(name, language=language))
        yield Figure(f"specifications_{name}", _CURVE.filled(name=name), drawn)


def _labelled(table: Table, labels: _Labels, columns: int = 1) -> Table:
    """Write constructs and items by their labels in the first columns."""
    rows = tuple((*(labels.get(name, name) for name in row[:columns]), *row[columns:]) for row in table.rows)
    return replace(table, rows=rows)


_RARER = Words("{n} rarer patterns are not shown.", "另有{n}种较少见的模式未列出。")
_NOT_ALONG = Words(
    "Those who left an item open differ significantly from the others in no background variable ({n} comparisons, "
    "corrected for their number).",
    "各题缺失者与其他受访者在背景变量上均无显著差异（共{n}次比较，已校正）。",
)
_OTHERS = Words("{n} other comparisons are not significant after correction.", "其余{n}次比较校正后不显著。")
_ALIKE = Words(
    "Early and late respondents differ significantly in none of {tested} variables (after correction for their "
    "number), so nothing speaks for non-response bias.",
    "早期与晚期受访者在{tested}个变量上（校正后）均无显著差异，未见无应答偏差的迹象。",
)
_DIFFER = Words(
    "Early and late respondents differ significantly in {differ} of {tested} variables (after correction for their "
    "number): those who did not answer at all may differ as well.",
    "早期与晚期受访者在{tested}个变量中有{differ}个（校正后）差异显著：未应答者也可能有所不同。",
)
_PASSED = Words("{n} other checks found nothing.", "其余{n}项检查未发现问题。")
_NEAR = Words("Constructs that may not be distinct: HTMT with intervals", "区分度存疑的构念：HTMT及置信区间")
_DISTINCT = Words(
    "The interval of the other {n} pairs stays below {bound}.", "其余{n}对构念的置信区间上限均低于{bound}。"
)
_POWER = Words("Power of the tests of overall fit", "整体拟合检验的统计功效")
_OF_CLOSE, _OF_NOT_CLOSE = Words("close fit", "近似拟合"), Words("not-close fit", "非近似拟合")
_POWER_NOTE = Words(
    "Level .05. MacCallum, Browne and Sugawara (1996). Whether so many respondents were planned, the authors must say.",
    "显著性水平.05。MacCallum、Browne与Sugawara（1996）。样本量是否事先规划须由作者说明。",
)
_BY_GROUP = Words(
    "Standardized path coefficients of the groups with 95% confidence intervals, loadings held equal",
    "各组标准化路径系数及其95%置信区间（载荷跨组相等）",
)
_CURVE = Words("{name}: estimates of all analyses in ascending order", "{name}：全部分析设定的估计值（升序）")
