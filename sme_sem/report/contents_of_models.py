"""What a report says of the hypothesized model: its measurement, its fit, its paths, what they mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ..diagrams.drawing import path_diagram
from ..diagrams.model import DiagramModel
from ..kernels import overall_power as power
from ..measurement import measurement_table
from ..measurement.discriminant import Heterotrait
from ..measurement.importance import TITLE as IMPORTANCE
from ..resampling.presentation import bootstrap_paths
from ..sem import cutoffs, presentation, quoted
from ..sem.diagram import diagram_model
from ..sem.rows import rows_of
from ..tables import Column, Kind, Language, Table, Words, term
from ..tables.format import level
from ..tables.table import is_missing
from . import charts, figures, narrative
from .report import Content, Figure, Section, filled, present
from .set_aside import conclusions, with_and_without

if TYPE_CHECKING:
    from ..measurement import Importance
    from ..sem.fit import Fit
    from .results import Results

_BETA = ("beta", "beta_ci_lower", "beta_ci_upper")
_ALPHA, _WANTED = 0.05, 0.80


def measurement(results: Results) -> Section:
    """Loadings, reliability and validity of the constructs."""
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
    quality = [table.labelled(results.labels, "construct") for table in valid]
    quality += _alike(results.heterotrait, results.labels)
    said = [narrative.measured_apart(measured) if measured is not fit else None, narrative.loadings(measured)]
    said.append(narrative.validity(results))
    return Section("measurement", term("Measurement model"), present([*said, *filled(tables), *quality]))


def _measured(results: Results, fit: Fit) -> Table:
    if results.validity is None:
        return presentation.measurement_model(fit, results.labels)
    scales = results.reliability.scales if results.reliability is not None else None
    alpha = None if scales is None else dict(zip(scales["scale"], map(float, scales["alpha"]), strict=True))
    return measurement_table(fit, results.validity, alpha, results.labels)


def method_bias(results: Results) -> Section:
    """Whether one method of asking made the answers alike."""
    if results.method_bias is None:
        return Section("method_bias", "")
    tables = [
        table.labelled(results.labels, "construct" if table.name == "full_collinearity" else None)
        for table in results.method_bias.tables()
    ]
    return Section("method_bias", term("Common method bias"), present(filled(tables)))


def model_fit(results: Results) -> Section:
    """The test of the model, its indices, and what it misses."""
    fit = results.fit
    if fit is None:
        return Section("fit", "")
    tables = (
        presentation.model_test(fit),
        indices(results, fit),
        *(results.dynamic_cutoffs.tables() if results.dynamic_cutoffs is not None else ()),
        presentation.largest_residuals(fit, results.labels, tested=True),
        presentation.diagnostics(fit),
        *_overall_power(fit),
    )
    said = narrative.fit_judgement(fit, results.options["thresholds"])
    return Section("fit", term("Model fit"), present([said, *filled(tables)]))


def structural_model(results: Results, language: Language) -> Section:
    """Paths, mediated effects, and their bootstrap intervals."""
    fit = results.fit
    if fit is None:
        return Section("paths", "")
    paths = structural_paths(results, fit)
    content: list[Content | None] = list(filled([paths]))
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
    content += [*filled(others), *_bootstrapped(results)]
    return Section("paths", term("Structural model"), present(content))


def structural_paths(results: Results, fit: Fit) -> Table:
    """The regressions, and with which category those of a question are compared."""
    table = presentation.structural_paths(fit, results.labels)
    return replace(table, notes=(*table.notes, *results.categories.notes(fit.observed)))


def _bootstrapped(results: Results) -> list[Table]:
    """Paths with bootstrap intervals, then what kind of mediation there is."""
    if results.bootstrap is None:
        return []
    verdicts = results.mediation.tables() if results.mediation is not None else ()
    interval = results.options["bootstrap"]["interval"]
    return list(filled([bootstrap_paths(results.bootstrap, results.labels, interval), *verdicts]))


def hypotheses(results: Results) -> Section:
    """Which hypotheses are supported."""
    if results.hypotheses is None:
        return Section("hypotheses", "")
    table = _with_text(results.hypotheses.tables()[0], results)
    return Section("hypotheses", term("Hypothesis testing results"), present([narrative.hypotheses(results), table]))


def moderated_effects(results: Results, language: Language) -> Section:
    """For every moderated effect, its slopes and where it differs from zero."""
    content: list[Content | None] = [_PRODUCTS] if results.slopes else []
    for number, slopes in enumerate(results.slopes, start=1):
        tables = [replace(table, name=f"{table.name}_{number}") for table in slopes.tables()]
        content += filled(tables)
        content.append(Figure(f"slopes_{number}", tables[0].title, slopes.figure(language=language)))
    return Section("moderation", Words("Moderated effects", "调节效应"), present(content))


def explained(results: Results) -> Section:
    """What share of variance is explained."""
    fit = results.fit
    tables = filled([presentation.r_squared(fit, results.labels)]) if fit is not None else ()
    content = present([narrative.explained(results), *tables]) if tables else ()
    return Section("explained", Words("Explained variance", "解释方差"), content)


def set_aside(results: Results) -> Section:
    """Whether the results hang on those who were set aside."""
    if results.fit is None or results.everyone is None:
        return Section("set_aside", "")
    said = conclusions(results.fit, results.everyone, results.options["alpha"])
    table = with_and_without(results.fit, results.everyone, results.labels)
    title = Words("With and without careless respondents", "剔除不认真作答者前后的结果对比")
    return Section("set_aside", title, (said, table))


def countermeasures(results: Results, language: Language) -> Section:
    """Drivers of the outcome: of all respondents, then of each group."""
    content: list[Content | None] = []
    for found in (results.importance, results.importance_by_group):
        if found is not None:
            content += _drivers(results, found, language)
    return Section("countermeasures", _MATTERS, present(content))


def _drivers(results: Results, found: Importance, language: Language) -> list[Content | None]:
    labels, groups = results.labels, group_labels(results)
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
    shown = table.labelled(labels, "construct")
    if any(column.name == "group" for column in table.columns):
        shown = shown.labelled(groups, "group")
    title, name = IMPORTANCE.filled(target=presentation.named(found.target, labels)), "importance"
    if found is results.importance_by_group:
        title, name = title + _BY_GROUP, "importance_by_group"
    caption = title + _NEGATIVE if any(driver.importance < 0 for driver in drivers) else title
    known = [driver for driver in drivers if math.isfinite(driver.importance)]
    picture = Figure(name, caption, charts.importance_map(known, language)) if known else None
    said = narrative.countermeasures(found, labels, groups)
    apart = taken_out(results) if name != "importance" else None
    return [said, apart, picture, replace(shown, name=name, title=title)]


def group_labels(results: Results) -> presentation.Labels:
    """Give the labels of the groups that the study compares, by their codes."""
    return dict(results.instrument.category_labels(results.options.get("group")))


def taken_out(results: Results) -> Words | None:
    """Say that the variable that makes the groups is no cause within them; nothing where the model has none."""
    group = results.options.get("group")
    if group is None or results.fit is None or results.categories.standing_for(group).isdisjoint(results.fit.observed):
        return None
    return _CONSTANT.filled(name=presentation.named(group, results.labels))


def diagram(results: Results, language: Language) -> Section:
    """The model as a picture."""
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


def modification(results: Results) -> Section:
    """Which parameters, if free, would lower chi-square most."""
    tables = [] if results.fit is None else [presentation.modification_indices(results.fit, labels=results.labels)]
    return Section("modification", Words("Modification indices", "修正指数"), present(filled(tables)))


def indices(results: Results, fit: Fit) -> Table:
    """The fit indices against the study's profile."""
    return presentation.fit_indices(fit, cutoffs.profile(results.options["thresholds"]))


def _with_text(table: Table, results: Results) -> Table:
    """Put the wording of each hypothesis beside its id."""
    texts = {test.id: test.text for test in results.hypotheses.tests} if results.hypotheses else {}
    column = Column("text", term("Research hypothesis"))
    rows = tuple((row[0], texts[row[0]], *row[1:]) for row in table.rows)
    return replace(table, columns=(table.columns[0], column, *table.columns[1:]), rows=rows)


def _alike(found: Heterotrait | None, labels: presentation.Labels) -> Iterator[Table]:
    """Pairs of constructs whose HTMT may be as high as the bound; the others are counted."""
    if found is None:
        return
    near = found.ratios[found.ratios["htmt_ci_upper"] >= cutoffs.HTMT]
    if near.empty:
        return
    (table,) = replace(found, ratios=near).tables()
    shown = replace(table, title=_NEAR).labelled(labels, "construct").labelled(labels, "other")
    others = len(found.ratios) - len(near)
    yield shown.noted(_DISTINCT.filled(n=others, bound=level(cutoffs.HTMT))) if others else shown


def _overall_power(fit: Fit) -> Iterator[Table]:
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


_PRODUCTS = Words(
    "The product of two constructs is measured by products of their items, that of a construct and an observed "
    "moderator by its items times the moderator. These are not normally distributed: a model "
    "with products is estimated with robust standard errors (MLR) where ML was chosen.",
    "两个构念的乘积由其题项的乘积测量，构念与观测调节变量的乘积由其题项与该变量的乘积测量。乘积不服从正态分布，因此在选用ML时，含乘积项的模型改用稳健标准误（MLR）估计。",
)
_CONSTANT = Words(
    "{name} makes the groups and does not vary within them: it is left out of the model of each group, and the other "
    "relations stay.",
    "{name}为分组变量，组内没有差异，故各组模型中不再包含该变量，其余关系保持不变。",
)
_MATTERS = Words("Which drivers matter most", "驱动因素的重要性与对策")
_NEGATIVE = Words("; (−) negative effect: higher scores lower the outcome", "；（−）效应为负：得分越高结果越低")
_BY_GROUP = Words(", by group", "：分组结果")
_FOREST = Words("Standardized path coefficients with 95% confidence intervals", "标准化路径系数及其95%置信区间")
_CAPTION = Words(
    "{model}: standardized estimates; solid arrows p < .05, dashed arrows not significant",
    "{model}：标准化估计值；实线箭头 p < .05，虚线箭头不显著",
)
_WITHOUT_ITEMS = Words("; items are left out, so that letters stay legible", "；为使文字清晰可读，图中略去题项")
_WITHOUT_ELEMENTS = Words(
    "; items and first-order constructs are left out, so that letters stay legible",
    "；为使文字清晰可读，图中略去题项与一阶构念",
)
_NEAR = Words("Constructs that may not be distinct: HTMT with intervals", "区分度存疑的构念：HTMT及置信区间")
_DISTINCT = Words(
    "Intervals that stay below {bound} are not listed: {n}.", "其余{n}对构念的置信区间上限均低于{bound}，未列出。"
)
_POWER = Words("Power of the tests of overall fit", "整体拟合检验的统计功效")
_OF_CLOSE, _OF_NOT_CLOSE = Words("close fit", "近似拟合"), Words("not-close fit", "非近似拟合")
_POWER_NOTE = Words(
    "Level .05. MacCallum, Browne and Sugawara (1996). Whether so many respondents were planned, the authors must say.",
    "显著性水平.05。MacCallum、Browne与Sugawara（1996）。样本量是否事先规划须由作者说明。",
)
