"""What a report says of the answers: who gave them, how well, and what their scales are like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ..measurement.missing import Missing
from ..measurement.nonresponse import Nonresponse
from ..responses.findings import SEVERITIES, message_of
from ..responses.origin import Provenance
from ..responses.sample import sample_numbers
from ..sem.presentation import Labels
from ..tables import NOTHING, Column, Kind, Language, Table, Words, term
from ..tables.format import cell
from . import charts, figures, narrative
from .report import Content, Figure, Section, filled, present

if TYPE_CHECKING:
    from .results import Results

_MOST_FINDINGS = 100
_MOST_BARS = 40
_MOST_PATTERNS = 10


def sample(results: Results) -> Section:
    """How many answered, and who they are."""
    content: list[Content | None] = [narrative.sample(results), counts(results)]
    content += filled([results.sample, sample_numbers(results.responses)])
    content += _waves(results.nonresponse, results.labels)
    return Section("sample", Words("Sample", "样本"), present(content))


def quality(results: Results, language: Language) -> Section:
    """What reading and screening noticed, gaps, and how each item was answered."""
    _, findings, missing = results.screening.screened.tables()
    content: list[Content | None] = [narrative.quality(results), *results.screening.tables()]
    content += results.screening.quality.tables() if results.screening.quality is not None else ()
    content += [findings, _findings(results), *_regularities(results.regularities)]
    content += [_with_gaps(missing.noted(_BEFORE.filled(n=len(results.screening.screened.frame))))]
    content += [_after(results, piece) for piece in _gaps(results.missing, results.labels)]
    shown = [piece for piece in content if not (isinstance(piece, Table) and not piece.rows)]
    return Section("quality", Words("Quality of the answers", "作答质量"), present([*shown, *_bars(results, language)]))


def descriptives(results: Results) -> Section:
    """Means and spread of the items, whether they are normal, correlations of the scales."""
    correlated = None if results.correlations is None else replace(results.correlations, labels=results.labels)
    described = None if results.descriptives is None else _after(results, results.descriptives.tables()[0])
    shape = [] if results.normality is None else [narrative.normality(results), results.normality.tables()[0]]
    tables = [described, *shape, None if correlated is None else correlated.tables()[0]]
    return Section("descriptives", term("Descriptive statistics"), present(tables))


def reliability(results: Results) -> Section:
    """How consistently the items of each scale answer alike, and which of a pre-test to keep, to revise or to drop."""
    content: list[Content | None] = [narrative.reliability(results)]
    for found in (results.reliability, results.item_advice):
        content += [table.labelled(results.labels, "scale") for table in found.tables()] if found is not None else ()
    return Section("reliability", term("Reliability analysis"), present(content))


def components(results: Results, language: Language) -> Section:
    """How many components the items have, and which."""
    content: list[Content | None] = [narrative.components(results)]
    if results.adequacy is not None:
        content += results.adequacy.tables()[:1]
    if results.components is not None:
        found = results.components
        noise = None if results.retention is None else results.retention.table["parallel_95"].tolist()
        values, kept = [float(v) for v in found.eigenvalues], found.loadings.shape[1]
        svg = figures.scree(values, parallel=noise, kept=kept, rule=narrative.rule(results), language=language)
        variance, *others = found.tables()
        content += [variance, Figure("scree", term("Scree plot"), svg)]
        content += [] if results.retention is None else results.retention.tables()[:1]
        colours = charts.loading_map(found.loadings, language=language)
        content += [*others, Figure("loadings", _LOADINGS_MAP, colours)]
    if results.adequacy is not None:
        content += results.adequacy.tables()[1:]
    return Section("components", term("Principal component analysis"), present(content))


def factors(results: Results, language: Language) -> Section:
    """The common factors of the items, where the study asks for them."""
    found = results.factors
    if found is None:
        return Section("factors", "")
    colours = Figure("factor_loadings", _LOADINGS_MAP, charts.loading_map(found.loadings, language=language))
    content = (narrative.factors(results), *found.tables(), colours)
    return Section("factors", term("Exploratory factor analysis"), present(content))


def counts(results: Results) -> Table:
    """From collected to analysed."""
    names = {
        "collected": Words("Collected", "回收问卷"),
        "valid": Words("Valid after screening", "有效问卷"),
        "analysed": Words("Analysed in the hypothesized model", "假设模型分析样本"),
    }
    counts = results.counts
    total = counts["collected"]
    columns = (
        Column("stage", Words("Stage", "阶段")),
        Column("count", term("Frequency"), Kind.COUNT),
        Column("percent", term("Percentage"), Kind.PERCENT),
    )
    rows = tuple((names[stage], count, 100 * count / total) for stage, count in counts.items())
    table = Table("counts", Words("From collected to analysed", "从回收到分析"), columns, rows)
    sent = results.options.get("distributed")
    if sent is None:
        return table
    rates = {name: cell(100 * counts[name] / sent, Kind.PERCENT) for name in ("collected", "valid")}
    return replace(table, rows=((_SENT, sent, None), *rows)).noted(_RATES.filled(**rates))


def _findings(results: Results) -> Table | None:
    """List the errors and warnings one by one, so that each can be looked up in the file."""
    found = results.screening.screened.findings
    grave = found[found["severity"] != "info"]
    if grave.empty:
        return None
    rows = tuple(
        (
            SEVERITIES[str(found["severity"])],
            None if pd.isna(found["row"]) else int(found["row"]),
            found["column"],
            message_of(found),
        )
        for found in grave.head(_MOST_FINDINGS).to_dict("records")
    )
    columns = (
        Column("severity", Words("Severity", "级别")),
        Column("row", Words("Row", "行"), Kind.COUNT),
        Column("column", Words("Column", "列")),
        Column("message", Words("Finding", "说明")),
    )
    more = len(grave) - len(rows)
    notes = (_MORE_FINDINGS.filled(n=more),) if more > 0 else ()
    return Table("findings_in_detail", Words("Errors and warnings in detail", "错误与警告明细"), columns, rows, notes)


def _bars(results: Results, language: Language) -> Iterable[Figure]:
    """One chart of the answers for each response scale."""
    instrument, frame = results.instrument, results.responses.frame
    entering = [item for item in results.responses.items if instrument.construct_of(item) is not None]
    scales: dict[tuple[int, int], list[str]] = {}
    for item in entering:
        scale = instrument.response_scale(item)
        scales.setdefault((scale.lowest, scale.highest), []).append(item)
    turned = set(instrument.reversed_items)
    for number, (bounds, items) in enumerate(scales.items(), start=1):
        shown = items[:_MOST_BARS]
        labels = {
            item: Words(f"{item}{' (R)' * (item in turned)}  ", f"{item}{'（R）' * (item in turned)}  ")
            + instrument.item(item).wording.words
            for item in shown
        }
        anchors = {code: text.words for code, text in instrument.response_scale(shown[0]).anchors.items()}
        svg = figures.likert_bars(frame[shown], labels, bounds, anchors, language)
        caption = _BARS + (_BARS_TURNED if turned & set(shown) else NOTHING)
        yield Figure(f"answers_{number}" if len(scales) > 1 else "answers", caption, svg)


def _with_gaps(missing: Table) -> Table:
    """Keep the items that somebody left out, and count the others."""
    place = next(i for i, column in enumerate(missing.columns) if column.name == "missing")
    rows = tuple(row for row in missing.rows if row[place])
    kept, others = replace(missing, rows=rows), len(missing.rows) - len(rows)
    return kept.noted(_COMPLETE.filled(n=others)) if rows and others else kept


def _after(results: Results, piece: Content) -> Content:
    """Say under a table that it is of those whom screening kept."""
    return piece.noted(_AFTER.filled(n=len(results.responses.frame))) if isinstance(piece, Table) else piece


def _gaps(found: Missing | None, labels: Labels) -> Iterator[Content]:
    """Gaps by construct, their patterns, Little's test, and the background variables that they go along with."""
    if found is None or not found.items["missing"].any():
        return
    frequent = replace(found, patterns=found.patterns[:_MOST_PATTERNS])
    for table in frequent.tables():
        if table.name == "missing_scales":
            yield replace(table, rows=tuple(row for row in table.rows if row[2])).labelled(labels, "scale")
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


def _waves(found: Nonresponse | None, labels: Labels) -> Iterator[Content]:
    """Early against late respondents, after a sentence that says whether they differ."""
    if found is None or found.table["pvalue"].isna().all():
        return
    different = found.table.loc[found.table["pvalue_corrected"] < 0.05, "variable"]
    (table,) = found.tables()
    said = _DIFFER if len(different) else _ALIKE
    yield said.filled(differ=len(different), tested=int(found.table["pvalue"].notna().sum()))
    yield table.labelled(labels, "variable")


def _regularities(found: Provenance | None) -> Iterator[Table]:
    """Give the checks of the file that ask for a look; nothing where none does."""
    if found is None or not any(check.look for check in found.checks):
        return
    (table,) = replace(found, checks=tuple(check for check in found.checks if check.look)).tables()
    shown = replace(table, columns=table.columns[:-1], rows=tuple(row[:-1] for row in table.rows))
    passed = sum(not check.look for check in found.checks)
    yield shown.noted(_PASSED.filled(n=passed)) if passed else shown


_LOADINGS_MAP = Words("Loadings as a map of colours", "因子载荷热图")
_SENT = Words("Sent out", "发放问卷")
_RATES = Words(
    "Percentages are of the questionnaires collected. Response rate: {collected}%; effective response rate (valid of "
    "those sent out): {valid}%.",
    "百分比以回收问卷为基数。问卷回收率：{collected}%；有效回收率（有效问卷占发放问卷的比例）：{valid}%。",
)
_BEFORE = Words("N = {n}, before screening.", "筛选前，N = {n}。")
_AFTER = Words("N = {n}, after screening.", "筛选后，N = {n}。")
_COMPLETE = Words("The other {n} items have no missing answer.", "其余{n}个题项无缺失。")
_BARS = Words("Distribution of the answers", "作答分布")
_BARS_TURNED = Words("; (R) reverse-coded items, already turned", "；（R）为反向计分题，已转换")
_MORE_FINDINGS = Words("{n} more are not listed.", "另有{n}条未列出。")
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
