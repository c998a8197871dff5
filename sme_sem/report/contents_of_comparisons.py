"""What a report sets beside the hypothesized model: rivals, other analyses, groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..comparison import side_by_side
from ..sem import presentation, quoted
from ..sem.columns import measure_columns
from ..sem.presentation import Labels, path_label
from ..sem.rivals import comparable, model_comparison
from ..sem.rows import rows_of
from ..tables import Column, Kind, Language, Table, Words, joined, term, written
from . import charts, figures, narrative
from .contents_of_models import group_labels, structural_paths, taken_out
from .report import Content, Figure, Section, filled, present

if TYPE_CHECKING:
    from ..comparison.invariance import Invariance
    from .results import Results

_MOST_MODELS = 3
_MOST_EQUIVALENTS = 12


def rivals(results: Results) -> Section:
    """The models of the study beside each other."""
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
    content += [*described, comparison(results), _weights(results), pairs, *_equivalents(results), *_beside(results)]
    for name, fit in results.fits.items():
        if name != results.hypothesized:
            tables = {
                _WEIGHTS_OF: presentation.composites(fit, results.labels),
                _PATHS_OF: structural_paths(results, fit),
                _EFFECTS_OF: presentation.mediated_effects(fit, results.labels),
            }
            for title, table in tables.items():
                said = title.filled(model=results.model_titles[name])
                content += filled([replace(table, name=f"{table.name}_{name}", title=said)])
    return Section("rivals", _RIVALS, present(content))


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
        yield from filled([shown.noted(_MORE_ALIKE.filled(n=more)) if more > 0 else shown])


def multiverse(results: Results, language: Language) -> Section:
    """What is left of each hypothesis in other defensible analyses."""
    found, content = results.multiverse, list[Content]()
    if found is not None:
        content += found.tables()
        for name in found.table.loc[found.table["estimated"] > 0, "hypothesis"]:
            drawn = found.specification_curve(name, language=language)
            content.append(Figure(f"specifications_{name}", _CURVE.filled(name=name), drawn))
    return Section("multiverse", Words("Other defensible analyses", "其他合理分析设定"), tuple(content))


def groups(results: Results, language: Language) -> Section:
    """Lay out the steps of invariance, and whether paths differ between the groups."""
    found = results.invariance
    if found is None:
        return Section("groups", "")
    fit = next(iter(found.fits.values()))
    known = group_labels(results)
    place = {label: k for k, label in enumerate(known)}
    ordered = sorted(found.groups, key=lambda label: place.get(label, len(place)))
    titles = {label: known.get(label, _GROUP.filled(name=label)) for label in ordered}
    n = dict(zip(fit.moments.labels, fit.moments.n, strict=True))
    counted = [_COUNTED.filled(group=title, n=round(n[label])) for label, title in titles.items()]
    group = presentation.named(results.options.get("group", ""), results.labels)
    content: list[Content | None] = [_GROUPED.filled(name=group, counts=joined(counted, ", ", "，"))]
    content += [taken_out(results), narrative.invariance(found), *found.labelled(results.labels, titles)]
    content += _by_group(found, results.labels, titles, language)
    return Section("groups", Words("Groups", "多组比较"), present(content))


def comparison(results: Results) -> Table:
    """The table of all models, with differences from the hypothesized one."""
    base = results.hypothesized or ""
    tested = {} if results.compared is None else results.compared.differences(base)
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


def _by_group(found: Invariance, labels: Labels, groups: Labels, language: Language) -> Iterator[Figure]:
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
        yield Figure("paths_by_group", _PATHS_BY_GROUP, charts.forest_by_group(drawn, language))


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
_GROUPED = Words("Groups of {name}, with their respondents: {counts}.", "按{name}分组，各组样本量：{counts}。")
_CONTINUED = Words("{title}: further models", "{title}：其余模型")
_DESCRIBED = Words("{title}: {said}", "{title}：{said}")
_WEIGHTS_OF = Words("Composites: weights of their items: {model}", "合成构念：题项权重：{model}")
_PATHS_OF = Words("Structural paths: {model}", "路径系数：{model}")
_EFFECTS_OF = Words("Direct, indirect and total effects: {model}", "直接、间接与总效应：{model}")
_PATHS_BY_GROUP = Words(
    "Standardized path coefficients of the groups with 95% confidence intervals, loadings held equal",
    "各组标准化路径系数及其95%置信区间（载荷跨组相等）",
)
_CURVE = Words("{name}: estimates of all analyses in ascending order", "{name}：全部分析设定的估计值（升序）")
