"""From results to a report: which sentence, table and figure stands in which section."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from ..comparison import side_by_side
from ..diagrams.drawing import path_diagram
from ..diagrams.model import DiagramModel
from ..measurement import measurement_table
from ..measurement.importance import TITLE as IMPORTANCE
from ..resampling.presentation import bootstrap_paths
from ..responses.findings import SEVERITIES, message_of
from ..responses.sample import sample_numbers
from ..sem import presentation, quoted
from ..sem.columns import measure_columns
from ..sem.cutoffs import profile
from ..sem.diagram import diagram_model
from ..sem.rivals import comparable, model_comparison
from ..sem.rows import rows_of
from ..tables import NOTHING, Column, Kind, Language, Table, Text, Words, joined, term
from ..tables.format import cell
from ..tables.table import is_missing
from . import charts, figures, further, narrative
from .advice import without_advice
from .checklist import checklist
from .computing import methods, reproduction
from .report import Content, Figure, Report, Section
from .set_aside import conclusions, with_and_without

if TYPE_CHECKING:
    from ..measurement import Importance
    from ..qualitative.coding import Level
    from ..sem.fit import Fit
    from .results import Results

_MOST_FINDINGS = 100
_MOST_BARS = 40
_MOST_MODELS = 3
_MOST_EQUIVALENTS = 12
_BETA = ("beta", "beta_ci_lower", "beta_ci_upper")


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
        _sample(results),
        _quality(results, language),
        _descriptives(results),
        _reliability(results),
        _components(results, language),
        _factors(results, language),
        _measurement(results),
        _method_bias(results),
        _model_fit(results),
        _paths(results, language),
        _hypotheses(results),
        _moderation(results, language),
        _explained(results),
        _set_aside(results),
        _countermeasures(results, language),
        _rivals(results),
        _multiverse(results, language),
        _groups(results, language),
        _diagram(results, language),
        _modification(results),
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
    found: list[Table] = [_counts(results)]
    if results.reliability is not None:
        table = results.reliability.tables()[0].labelled(results.labels, "scale")
        found.append(_narrowed(table, ("scale", "n_items", "n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "omega")))
    if results.fit is not None:
        found += [presentation.model_test(results.fit), _indices(results, results.fit)]
    if results.hypotheses is not None:
        found += results.hypotheses.tables()
    if len(results.fits) + len(results.failures) > 1:
        columns = (
            "model",
            "n",
            "chisq",
            "df",
            "cfi",
            "rmsea",
            "srmr",
            "chisq_diff",
            "df_diff",
            "pvalue_diff",
            "aic_diff",
        )
        found.append(_narrowed(_comparison(results), columns))
    return tuple(found)


# --- sections ----------------------------------------------------------------------------------------


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
    return Section("summary", Words("Summary", "摘要"), _present(said))


def _sample(results: Results) -> Section:
    content: list[Content | None] = [narrative.sample(results), _counts(results)]
    content += _filled([results.sample, sample_numbers(results.responses)])
    content += further.waves(results.nonresponse, results.labels)
    return Section("sample", Words("Sample", "样本"), _present(content))


def _quality(results: Results, language: Language) -> Section:
    _, findings, missing = results.screening.screened.tables()
    content: list[Content | None] = [narrative.quality(results), *results.screening.tables()]
    content += results.screening.quality.tables() if results.screening.quality is not None else ()
    content += [findings, _findings(results), *further.regularities(results.regularities)]
    content += [_with_gaps(missing.noted(_BEFORE.filled(n=len(results.screening.screened.frame))))]
    content += [_after(results, piece) for piece in further.gaps(results.missing, results.labels)]
    shown = [piece for piece in content if not (isinstance(piece, Table) and not piece.rows)]
    return Section(
        "quality",
        Words("Quality of the answers", "作答质量"),
        _present([*shown, *_bars(results, language)]),
    )


def _descriptives(results: Results) -> Section:
    correlated = None if results.correlations is None else replace(results.correlations, labels=results.labels)
    described = None if results.descriptives is None else _after(results, results.descriptives.tables()[0])
    shape = [] if results.normality is None else [narrative.normality(results), results.normality.tables()[0]]
    tables = [described, *shape, None if correlated is None else correlated.tables()[0]]
    return Section("descriptives", term("Descriptive statistics"), _present(tables))


def _reliability(results: Results) -> Section:
    tables = results.reliability.tables() if results.reliability is not None else ()
    return Section(
        "reliability",
        term("Reliability analysis"),
        _present(
            [
                narrative.reliability(results),
                *(table.labelled(results.labels, "scale") for table in tables),
                *further.advice(results.item_advice, results.labels),
            ]
        ),
    )


def _components(results: Results, language: Language) -> Section:
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
        colours = cast(str, charts.loading_map(found.loadings, language=language))
        content += [*others, Figure("loadings", _LOADINGS_MAP, colours)]
    if results.adequacy is not None:
        content += results.adequacy.tables()[1:]
    return Section("components", term("Principal component analysis"), _present(content))


def _factors(results: Results, language: Language) -> Section:
    found = results.factors
    if found is None:
        return Section("factors", "")
    colours = Figure("factor_loadings", _LOADINGS_MAP, cast(str, charts.loading_map(found.loadings, language=language)))
    content = (narrative.factors(results), *found.tables(), colours)
    return Section("factors", term("Exploratory factor analysis"), _present(content))


def _measurement(results: Results) -> Section:
    fit = results.fit
    if fit is None:
        return Section("measurement", "")
    measured = results.measurement or fit
    tables = (
        _measured(results, measured),
        presentation.second_order_loadings(measured, results.labels),
        presentation.composites(fit, results.labels),
        presentation.thresholds(fit),
        presentation.scales(fit),
        *([presentation.covariances(fit, results.labels)] if measured is fit else []),
    )
    valid = results.validity.tables() if results.validity is not None else ()
    judged = [table.labelled(results.labels, "construct") for table in valid]
    judged += further.alike(results.heterotrait, results.labels)
    said = [narrative.measured_apart(measured) if measured is not fit else None, narrative.loadings(measured)]
    said.append(narrative.validity(results))
    return Section("measurement", term("Measurement model"), _present([*said, *_filled(tables), *judged]))


def _measured(results: Results, fit: Fit) -> Table:
    if results.validity is None:
        return presentation.measurement_model(fit, results.labels)
    scales = results.reliability.scales if results.reliability is not None else None
    alpha = None if scales is None else dict(zip(scales["scale"], map(float, scales["alpha"]), strict=True))
    return measurement_table(fit, results.validity, alpha, results.labels)


def _method_bias(results: Results) -> Section:
    if results.method_bias is None:
        return Section("method_bias", "")
    tables = [
        table.labelled(results.labels, "construct" if table.name == "full_collinearity" else None)
        for table in results.method_bias.tables()
    ]
    return Section("method_bias", term("Common method bias"), _present(_filled(tables)))


def _model_fit(results: Results) -> Section:
    fit = results.fit
    if fit is None:
        return Section("fit", "")
    tables = (
        presentation.model_test(fit),
        _indices(results, fit),
        presentation.largest_residuals(fit, results.labels, tested=True),
        presentation.diagnostics(fit),
        *further.overall_power(fit),
    )
    said = narrative.fit_judgement(fit, results.options["thresholds"])
    return Section("fit", term("Model fit"), _present([said, *_filled(tables)]))


def _paths(results: Results, language: Language) -> Section:
    fit = results.fit
    if fit is None:
        return Section("paths", "")
    paths = _structural_paths(results, fit)
    content: list[Content | None] = list(_filled([paths]))
    intervals = [
        figures.Interval(row["path"], *(row[name] for name in _BETA))
        for row in paths.records(language)
        if not any(is_missing(row[name]) for name in _BETA)
    ]
    if intervals:
        content.append(Figure("paths", _FOREST, figures.forest(intervals, language)))
    others = [presentation.mediated_effects(fit, results.labels), presentation.defined_effects(fit)]
    if results.measurement not in (None, fit):
        others.insert(0, presentation.covariances(fit, results.labels))
    content += [*_filled(others), *_bootstrapped(results)]
    return Section("paths", term("Structural model"), _present(content))


def _structural_paths(results: Results, fit: Fit) -> Table:
    """The regressions, and with which category those of a question are compared."""
    table = presentation.structural_paths(fit, results.labels)
    return replace(table, notes=(*table.notes, *results.categories.notes(fit.observed)))


def _bootstrapped(results: Results) -> list[Table]:
    """Paths with bootstrap intervals, then what kind of mediation there is."""
    if results.bootstrap is None:
        return []
    verdicts = results.mediation.tables() if results.mediation is not None else ()
    interval = results.options["bootstrap"]["interval"]
    return list(_filled([bootstrap_paths(results.bootstrap, results.labels, interval), *verdicts]))


def _hypotheses(results: Results) -> Section:
    if results.hypotheses is None:
        return Section("hypotheses", "")
    table = _with_text(results.hypotheses.tables()[0], results)
    return Section("hypotheses", term("Hypothesis testing results"), _present([narrative.hypotheses(results), table]))


def _moderation(results: Results, language: Language) -> Section:
    """For every moderated effect, its slopes and where it differs from zero."""
    content: list[Content | None] = [_PRODUCTS] if results.slopes else []
    for number, slopes in enumerate(results.slopes, start=1):
        tables = [replace(table, name=f"{table.name}_{number}") for table in slopes.tables()]
        content += _filled(tables)
        content.append(Figure(f"slopes_{number}", tables[0].title, str(slopes.figure(language=language))))
    return Section("moderation", Words("Moderated effects", "调节效应"), _present(content))


def _explained(results: Results) -> Section:
    fit = results.fit
    tables = _filled([presentation.r_squared(fit, results.labels)]) if fit is not None else ()
    content = _present([narrative.explained(results), *tables]) if tables else ()
    return Section("explained", Words("Explained variance", "解释方差"), content)


def _set_aside(results: Results) -> Section:
    if results.fit is None or results.everyone is None:
        return Section("set_aside", "")
    said = conclusions(results.fit, results.everyone, results.options["alpha"])
    table = with_and_without(results.fit, results.everyone, results.labels)
    title = Words("With and without careless respondents", "剔除不认真作答者前后的结果对比")
    return Section("set_aside", title, (said, table))


def _countermeasures(results: Results, language: Language) -> Section:
    """Drivers of the outcome: of all respondents, then of each group."""
    content: list[Content | None] = []
    for found in (results.importance, results.importance_by_group):
        if found is not None:
            content += _drivers(results, found, language)
    return Section("countermeasures", _MATTERS, _present(content))


def _drivers(results: Results, found: Importance, language: Language) -> list[Content | None]:
    labels, groups = results.labels, _group_labels(results)
    drivers = [
        charts.Driver(
            presentation.named(row.construct, labels),
            row.importance,
            row.performance,
            bool(row.pvalue < results.options["alpha"]),
            groups.get(row.group, row.group),
        )
        for row in rows_of(found.table)
    ]
    (table,) = found.tables()
    rows = tuple(
        tuple(
            groups.get(str(value), value)
            if column.name == "group"
            else presentation.named(str(value), labels)
            if column.name == "construct"
            else value
            for value, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    )
    title, name = IMPORTANCE.filled(target=presentation.named(found.target, labels)), "importance"
    if found is results.importance_by_group:
        title, name = title + _BY_GROUP, "importance_by_group"
    caption = title + _NEGATIVE if any(driver.importance < 0 for driver in drivers) else title
    known = [driver for driver in drivers if math.isfinite(driver.importance)]
    picture = Figure(name, caption, cast(str, charts.importance_map(known, language))) if known else None
    shown = replace(table.labelled(labels), name=name, title=title, rows=rows)
    said = narrative.countermeasures(found, labels, groups)
    return [said, _taken_out(results) if name != "importance" else None, picture, shown]


def _group_labels(results: Results) -> presentation.Labels:
    """Give the labels of the groups that the study compares, by their codes."""
    return dict(results.instrument.category_labels(results.options.get("group")))


def _taken_out(results: Results) -> Words | None:
    """Say that the variable that makes the groups is no cause within them; nothing where the model has none."""
    group = results.options.get("group")
    if group is None or results.fit is None or results.categories.standing_for(group).isdisjoint(results.fit.observed):
        return None
    return _CONSTANT.filled(name=presentation.named(group, results.labels))


def _rivals(results: Results) -> Section:
    if len(results.fits) + len(results.failures) < 2:
        return Section("rivals", _RIVALS, tuple(_equivalents(results)))
    content: list[Content | None] = [narrative.rivals(results)]
    described = [
        _DESCRIBED.filled(title=model.title.words, said=said.words)
        for name, model in results.instrument.models.items()
        for said in (model.description, model.theory)
        if said and (name in results.fits or name in results.failures)
    ]
    pairs = None if results.compared is None else results.compared.pairs_table(results.model_titles, why=False)
    content += [*described, _comparison(results), _weights(results), pairs, *_equivalents(results), *_beside(results)]
    for name, fit in results.fits.items():
        if name != results.hypothesized:
            table = presentation.composites(fit, results.labels)
            title = _WEIGHTS_OF.filled(model=results.model_titles[name])
            content += _filled([replace(table, name=f"composites_{name}", title=title)])
            table = _structural_paths(results, fit)
            title = _PATHS_OF.filled(model=results.model_titles[name])
            content += _filled([replace(table, name=f"structural_paths_{name}", title=title)])
            table = presentation.mediated_effects(fit, results.labels)
            title = _EFFECTS_OF.filled(model=results.model_titles[name])
            content += _filled([replace(table, name=f"mediated_effects_{name}", title=title)])
    return Section("rivals", _RIVALS, _present(content))


def _weights(results: Results) -> Table | None:
    """What the table of models has no room for: intervals of the RMSEA, and the weights of comparable models."""
    weights: dict[Any, dict[Any, Any]] = {}
    if results.compared is not None:
        weighed = results.compared.table.set_index("model")[["akaike_weight", "ecvi"]]
        weights = weighed.dropna(axis="columns", how="all").to_dict("index")
    known = {*_OF_FIT, *(name for own in weights.values() for name in own)}
    columns = tuple(c for c in _WEIGHTS if c.name in known)
    base = results.hypothesized
    rows = []
    for name in sorted(results.fits, key=lambda name: name != base):
        if results.fits[name].converged:
            measures = quoted.reported(results.fits[name])
            found = {c: measures.get(c) for c in _OF_FIT} | weights.get(name, {})
            rows.append((results.model_titles[name], *(found.get(c.name) for c in columns[1:])))
    notes = tuple(note for name, note in _WEIGHED.items() if name in known)
    return Table("model_weights", _WEIGHTS_TITLE, columns, tuple(rows), notes) if rows else None


def _equivalents(results: Results) -> Iterator[Table]:
    """List models that fit exactly as well as the hypothesized one, the first of them."""
    if results.equivalents is not None and results.fit is not None:
        (table,) = results.equivalents.labelled(results.labels)
        more = len(table.rows) - _MOST_EQUIVALENTS
        shown = replace(table, rows=table.rows[:_MOST_EQUIVALENTS])
        yield from _filled([shown.noted(_MORE_ALIKE.filled(n=more)) if more > 0 else shown])


def _multiverse(results: Results, language: Language) -> Section:
    content = tuple(further.analyses(results.multiverse, language))
    return Section("multiverse", Words("Other defensible analyses", "其他合理分析设定"), content)


def _groups(results: Results, language: Language) -> Section:
    """Lay out the steps of invariance, and whether paths differ between the groups."""
    found = results.invariance
    if found is None:
        return Section("groups", "")
    fit = next(iter(found.fits.values()))
    known = _group_labels(results)
    place = {label: k for k, label in enumerate(known)}
    ordered = sorted(found.groups, key=lambda label: place.get(label, len(place)))
    groups = {label: known.get(label, _GROUP.filled(name=label)) for label in ordered}
    n = dict(zip(fit.moments.labels, fit.moments.n, strict=True))
    counted = [_COUNTED.filled(group=groups[label], n=round(n[label])) for label in groups]
    return Section(
        "groups",
        Words("Groups", "多组比较"),
        _present(
            [
                _GROUPED.filled(
                    name=presentation.named(results.options.get("group", ""), results.labels),
                    counts=joined(counted, ", ", "，"),
                ),
                _taken_out(results),
                narrative.invariance(found),
                *found.labelled(results.labels, groups),
                *further.by_group(found, results.labels, groups, language),
            ]
        ),
    )


def _diagram(results: Results, language: Language) -> Section:
    if results.fit is None:
        return Section("diagram", "")
    model = diagram_model(results.fit, results.labels)
    caption = _CAPTION.filled(model=results.model_titles.get(results.hypothesized or "", ""))
    figure = Figure("path_diagram", caption, path_diagram(model, language), _reduced_diagram(model, caption, language))
    return Section("diagram", term("Path diagram"), (figure, *quoted.objections(results.fit)))


def _reduced_diagram(model: DiagramModel, caption: Words, language: Language) -> Figure | None:
    """Draw a model without items, and at last without the constructs that only measure others."""
    if not model.loadings:
        return None
    structure, least = model.structural(), None
    if structure.paths and structure.nodes != model.nodes:
        least = Figure("path_diagram", caption + _WITHOUT_ELEMENTS, path_diagram(structure, language))
    return Figure("path_diagram", caption + _WITHOUT_ITEMS, path_diagram(model, language, items=False), least)


def _modification(results: Results) -> Section:
    tables = [presentation.modification_indices(results.fit, labels=results.labels)] if results.fit is not None else []
    return Section("modification", Words("Modification indices", "修正指数"), _present(_filled(tables)))


def _origins(results: Results, language: Language) -> Section:
    content: list[Content | None] = list(_interviews(results, language)) if results.coding is not None else []
    content += _filled([results.trail] if results.trail is not None else [])
    return Section("origins", Words("Where the questions come from", "题项来源"), _present(content))


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
    yield from _filled([*coding.tables(), replace(counted, rows=named)])
    saturated = saturation(coding)
    yield saturated.tables()[0].notes[0]
    totals, expected = (saturated.curve[column].tolist() for column in ("total", "expected"))
    yield Figure("saturation", _SATURATION, word_figures.saturation_curve(totals, expected, language))
    yield from _filled(saturated.tables()[1:])


def _questionnaire(results: Results) -> Section:
    tables = [replace(table, title=Words("Items", "题项")) for table in results.instrument.tables()]
    tables.append(_constructs(results))
    return Section("questionnaire", term("Questionnaire"), _present(_filled(tables)))


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


# --- parts -------------------------------------------------------------------------------------------


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


def _counts(results: Results) -> Table:
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


def _indices(results: Results, fit: Fit) -> Table:
    return presentation.fit_indices(fit, profile(results.options["thresholds"]))


def _comparison(results: Results) -> Table:
    base = results.hypothesized or ""
    tested = {} if results.compared is None else results.compared.difference_tests(base)
    return model_comparison(results.fits, base, results.model_titles, results.failures, tested)


def _beside(results: Results) -> Iterator[Table]:
    """Print the models of the same answers beside each other, the hypothesized one first, as many as a page holds."""
    base = results.fit
    if base is None or not base.converged:
        return
    alike = {name: fit for name, fit in results.fits.items() if fit.converged and comparable(fit, base)}
    names = list(dict.fromkeys([results.hypothesized or "", *alike]))
    if len(names) < 2:
        return
    for number, first in enumerate(range(0, len(names), _MOST_MODELS), start=1):
        part = {name: alike[name] for name in names[first : first + _MOST_MODELS]}
        beside = side_by_side(part, labels=results.labels, titles=results.model_titles)
        (table,) = beside.tables()
        if number > 1:
            table = replace(table, name=f"{table.name}_{number}", title=_CONTINUED.filled(title=table.title))
        yield table


def _with_text(table: Table, results: Results) -> Table:
    """Put the wording of each hypothesis beside its id."""
    texts = {test.id: test.text for test in results.hypotheses.tests} if results.hypotheses else {}
    column = Column("text", term("Research hypothesis"))
    rows = tuple((row[0], texts[row[0]], *row[1:]) for row in table.rows)
    return replace(table, columns=(table.columns[0], column, *table.columns[1:]), rows=rows)


def _narrowed(table: Table, names: Iterable[str]) -> Table:
    """Keep some columns, in the order named."""
    known = [column.name for column in table.columns]
    places = [known.index(name) for name in names]
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def _with_gaps(missing: Table) -> Table:
    """Keep the items that somebody left out, and count the others."""
    place = next(i for i, column in enumerate(missing.columns) if column.name == "missing")
    rows = tuple(row for row in missing.rows if row[place])
    kept, others = replace(missing, rows=rows), len(missing.rows) - len(rows)
    return kept.noted(_COMPLETE.filled(n=others)) if rows and others else kept


def _after(results: Results, piece: Content) -> Content:
    """Say under a table that it is of those whom screening kept."""
    return piece.noted(_AFTER.filled(n=len(results.responses.frame))) if isinstance(piece, Table) else piece


def _filled(tables: Iterable[Table]) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.rows)


def _present(content: Iterable[Content | None]) -> tuple[Content, ...]:
    return tuple(piece for piece in content if piece is not None)


_PRODUCTS = Words(
    "The product of two constructs is measured by products of their items, that of a construct and an observed "
    "moderator by its items times the moderator. These are not normally distributed: a model "
    "with products is estimated with robust standard errors (MLR) where ML was chosen.",
    "两个构念的乘积由其题项的乘积测量，构念与观测调节变量的乘积由其题项与该变量的乘积测量。乘积不服从正态分布，因此在选用ML时，含乘积项的模型改用稳健标准误（MLR）估计。",
)
_RIVALS = Words("Hypothesized and rival models", "假设模型与竞争模型")
_WEIGHTS_TITLE = Words("Intervals of the RMSEA, and weights of the models", "RMSEA置信区间与模型权重")
_WEIGHTS = (
    Column("model", Words("Model", "模型")),
    *measure_columns("rmsea", "rmsea_ci_lower", "rmsea_ci_upper"),
    Column("akaike_weight", term("Akaike weight"), Kind.COEFFICIENT),
    Column("ecvi", "ECVI", Kind.ESTIMATE),
)
_OF_FIT = ("model", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper")
_WEIGHED = {
    "akaike_weight": Words(
        "Akaike weight: how plausible a model is among those of the same answers, were all equally so before (Burnham "
        "& Anderson, 2004).",
        "Akaike权重：在先验机会均等的前提下，该模型在同一数据的各模型中的可信程度（Burnham与Anderson，2004）。",
    ),
    "ecvi": Words("Smaller ECVI is better.", "ECVI越小越好。"),
}
_MORE_ALIKE = Words("{n} more are not shown.", "另有{n}种未列出。")
_GROUP = Words("Group {name}", "组别{name}")
_COUNTED = Words("{group}: {n}", "{group}：{n}")
_CONSTANT = Words(
    "{name} makes the groups and does not vary within them: it is left out of the model of each group, and the other "
    "relations stay.",
    "{name}为分组变量，组内没有差异，故各组模型中不再包含该变量，其余关系保持不变。",
)
_GROUPED = Words("Groups of {name}, with their respondents: {counts}.", "按{name}分组，各组样本量：{counts}。")
_CONTINUED = Words("{title}: further models", "{title}：其余模型")
_VERSION = Words("{name}, version {version}", "{name}，版本{version}")
_MATTERS = Words("Which drivers matter most", "驱动因素的重要性与对策")
_NEGATIVE = Words("; (−) negative effect: higher scores lower the outcome", "；（−）效应为负：得分越高结果越低")
_BY_GROUP = Words(", by group", "：分组结果")
_LOADINGS_MAP = Words("Loadings as a map of colours", "因子载荷热图")
_SYNTHETIC = Words("{source} (synthetic)", "{source}（合成）")
_SUBTITLE = Words("Results report", "分析结果报告")
_ATTENTION = Words(
    "The results below must not be used before these points have been settled.",
    "在处理以下问题之前，请勿使用本报告的相关结果。",
)
_SENT = Words("Sent out", "发放问卷")
_RATES = Words(
    "Percentages are of the questionnaires collected. Response rate: {collected}%; effective response rate (valid of "
    "those sent out): {valid}%.",
    "百分比以回收问卷为基数。问卷回收率：{collected}%；有效回收率（有效问卷占发放问卷的比例）：{valid}%。",
)
_FOREST = Words("Standardized path coefficients with 95% confidence intervals", "标准化路径系数及其95%置信区间")
_SATURATION = Words("Codes found as interviews were coded", "编码数随资料份数的变化")
_CAPTION = Words(
    "{model}: standardized estimates; solid arrows p < .05, dashed arrows not significant",
    "{model}：标准化估计值；实线箭头 p < .05，虚线箭头不显著",
)
_WITHOUT_ITEMS = Words("; items are left out, so that letters stay legible", "；为使文字清晰可读，图中略去题项")
_WITHOUT_ELEMENTS = Words(
    "; items and first-order constructs are left out, so that letters stay legible",
    "；为使文字清晰可读，图中略去题项与一阶构念",
)
_DESCRIBED = Words("{title}: {said}", "{title}：{said}")
_WEIGHTS_OF = Words("Composites: weights of their items: {model}", "合成构念：题项权重：{model}")
_PATHS_OF = Words("Structural paths: {model}", "路径系数：{model}")
_EFFECTS_OF = Words("Direct, indirect and total effects: {model}", "直接、间接与总效应：{model}")
_BEFORE = Words("N = {n}, before screening.", "筛选前，N = {n}。")
_AFTER = Words("N = {n}, after screening.", "筛选后，N = {n}。")
_COMPLETE = Words("The other {n} items have no missing answer.", "其余{n}个题项无缺失。")
_BARS = Words("Distribution of the answers", "作答分布")
_BARS_TURNED = Words("; (R) reverse-coded items, already turned", "；（R）为反向计分题，已转换")
_MORE_FINDINGS = Words("{n} more are not listed.", "另有{n}条未列出。")
