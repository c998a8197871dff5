"""From results to a report: which section stands where, and what stands before and behind the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from ..sem import presentation
from ..tables import Column, Language, Table, Text, Words, term
from . import contents_of_answers, contents_of_comparisons, contents_of_models, narrative
from .advice import without_advice
from .checklist import checklist
from .computing import methods, reproduction
from .report import Content, Figure, Report, Section, filled, present

if TYPE_CHECKING:
    from ..qualitative.coding import Level
    from .results import Results

_SCALES = ("scale", "n_items", "n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "omega")
_COMPARED = ("model", "n", "chisq", "df", "cfi", "rmsea", "srmr", "chisq_diff", "df_diff", "pvalue_diff", "aic_diff")


def report_of(results: Results, language: Language = "en") -> Report:
    """Compose the report.

    Parameters
    ----------
    results
        Of a study.
    language
        Of the writing in figures; sentences and tables hold both languages.

    Returns
    -------
    Report
        Sections without anything to show are left out.
    """
    sections = (
        _attention(results),
        _summary(results),
        contents_of_answers.sample(results),
        contents_of_answers.quality(results, language),
        contents_of_answers.descriptives(results),
        contents_of_answers.reliability(results),
        contents_of_answers.components(results, language),
        contents_of_answers.factors(results, language),
        contents_of_models.measurement(results),
        contents_of_models.method_bias(results),
        contents_of_models.model_fit(results),
        contents_of_models.structural_model(results, language),
        contents_of_models.hypotheses(results),
        contents_of_models.moderated_effects(results, language),
        contents_of_models.explained(results),
        contents_of_models.set_aside(results),
        contents_of_models.countermeasures(results, language),
        contents_of_comparisons.rivals(results),
        contents_of_comparisons.multiverse(results, language),
        contents_of_comparisons.groups(results, language),
        contents_of_models.diagram(results, language),
        contents_of_models.modification(results),
        _origins(results, language),
        _questionnaire(results),
        methods(results),
        reproduction(results),
        _checklist(results),
    )
    return Report(
        title=results.title,
        sections=tuple(without_advice(section) for section in sections if section.content),
        subtitle=_SUBTITLE,
        facts=tuple(_facts(results)),
        synthetic=results.synthetic,
    )


def headline(results: Results) -> tuple[Table, ...]:
    """List the tables that say what came out: counts, reliability, fit, hypotheses, rivals."""
    found: list[Table] = [contents_of_answers.counts(results)]
    if results.reliability is not None:
        table = results.reliability.tables()[0].labelled(results.labels, "scale")
        found.append(_narrowed(table, _SCALES))
    if results.fit is not None:
        found += [presentation.model_test(results.fit), contents_of_models.indices(results, results.fit)]
    if results.hypotheses is not None:
        found += results.hypotheses.tables()
    if len(results.fits) + len(results.failures) > 1:
        found.append(_narrowed(contents_of_comparisons.comparison(results), _COMPARED))
    return tuple(found)


def _attention(results: Results) -> Section:
    problems = results.problems
    if not problems:
        return Section("attention", "")
    rows = tuple((problem.step, problem.message) for problem in problems)
    columns = (Column("step", Words("Where", "环节")), Column("message", Words("What", "问题")))
    table = Table("problems", Words("Open problems", "待处理问题"), columns, rows)
    return Section("attention", Words("Needs attention first", "须首先处理的问题"), (_ATTENTION, table))


def _summary(results: Results) -> Section:
    said: list[Text | None] = [results.instrument.description.words if results.instrument.description else None]
    said += [narrative.sample(results), narrative.reliability(results)]
    if results.fit is not None:
        said.append(narrative.fit_judgement(results.fit, results.options["thresholds"]))
    said += [narrative.hypotheses(results), narrative.explained(results), narrative.rivals(results)]
    return Section("summary", Words("Summary", "摘要"), present(said))


def _origins(results: Results, language: Language) -> Section:
    content: list[Content | None] = list(_interviews(results, language)) if results.coding is not None else []
    content += filled([results.trail] if results.trail is not None else [])
    return Section("origins", Words("Where the questions come from", "题项来源"), present(content))


def _interviews(results: Results, language: Language) -> Iterator[Content]:
    """Say what was coded, how often, and whether further interviews would have brought anything new."""
    from ..qualitative import frequencies, saturation
    from . import word_figures

    coding = results.coding
    assert coding is not None
    level: Level = "category" if coding.codes("category") else "concept"
    counted = frequencies(coding, level).tables()[0]
    known = [c.label.words for c in results.instrument.constructs]
    labels = {label.en: label for label in known} | {label.zh: label for label in known}
    named = tuple((labels.get(str(code), code), *rest) for code, *rest in counted.rows)
    yield from filled([*coding.tables(), replace(counted, rows=named)])
    saturated = saturation(coding)
    yield saturated.tables()[0].notes[0]
    totals, expected = (saturated.curve[column].tolist() for column in ("total", "expected"))
    yield Figure("saturation", _SATURATION, word_figures.saturation_curve(totals, expected, language))
    yield from filled(saturated.tables()[1:])


def _questionnaire(results: Results) -> Section:
    tables = [replace(table, title=Words("Items", "题项")) for table in results.instrument.tables()]
    tables.append(_constructs(results))
    return Section("questionnaire", term("Questionnaire"), present(filled(tables)))


def _constructs(results: Results) -> Table:
    """Say of each construct by which code models name it, and where it comes from, if the instrument states that."""
    constructs = results.instrument.constructs
    stated = any(c.origin is not None for c in constructs)
    rows = tuple(
        (c.name, c.label.words, *((c.origin.words if c.origin else "–",) if stated else ())) for c in constructs
    )
    origin = (Column("origin", Words("Origin", "来源")),) if stated else ()
    columns = (Column("code", Words("Code", "代码")), Column("construct", term("Construct")), *origin)
    return Table("constructs", Words("Constructs and their codes", "构念及其代码"), columns, rows)


def _checklist(results: Results) -> Section:
    content = () if results.fit is None else (checklist(results),)
    return Section("checklist", Words("Appendix: reporting checklist", "附录：报告规范核对表"), content)


def _facts(results: Results) -> Iterable[tuple[Text, Text]]:
    counts, responses = results.counts, results.screening.screened
    said = " → ".join(str(count) for count in counts.values())
    stages = Words(
        "collected → valid" + " → analysed" * ("analysed" in counts),
        "回收 → 有效" + " → 分析" * ("analysed" in counts),
    )
    yield Words("Respondents", "样本量"), Words(f"{said} (", f"{said}（") + stages + Words(")", "）")
    source, hashed = responses.source, f", SHA-256 {responses.sha256}"
    yield Words("Answers", "数据"), _SYNTHETIC.filled(source=source) + hashed if results.synthetic else source + hashed
    if results.provenance is not None:
        yield Words("Origin of the answers", "数据来源"), results.provenance
    instrument = results.instrument
    yield Words("Instrument", "问卷"), _VERSION.filled(name=instrument.name, version=instrument.version)
    if results.hypothesized:
        title = results.model_titles[results.hypothesized]
        yield term("Hypothesized model (conceptual model)"), title
    yield Words("Computed with", "计算软件"), f"sme-sem {metadata.version('sme-sem')}"


def _narrowed(table: Table, names: Iterable[str]) -> Table:
    """Keep some columns, in the order named."""
    known = [column.name for column in table.columns]
    places = [known.index(name) for name in names]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


_VERSION = Words("{name}, version {version}", "{name}，版本{version}")
_SYNTHETIC = Words("{source} (synthetic)", "{source}（合成）")
_SUBTITLE = Words("Results report", "分析结果报告")
_ATTENTION = Words(
    "The results below must not be used before these points have been settled.",
    "在处理以下问题之前，请勿使用本报告的相关结果。",
)
_SATURATION = Words("Codes found as interviews were coded", "编码数随资料份数的变化")
