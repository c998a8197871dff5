"""What a fitted model shows: the tables that a thesis or a report prints of it.

Numbers keep full precision; the tables only choose, name and order them.  A fit that the
diagnostics object to carries their messages under every table, so that no number of it can be
quoted without them.

"C.R. (z)" is the critical ratio, an estimate divided by its standard error; it must not be
taken for the composite reliability, CR.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import permutations
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import SmeSemError
from ..tables import Column, Kind, Number, Table, Text, Words, joined, term
from ..tables.format import cell, interval_columns
from .columns import measure_columns
from .cutoffs import PROFILES, Profile
from .effects import cut_short, effects, mediated
from .quoted import SCALED_ONLY, SEVERITIES, chisq_per_df, corrected, measures_to_judge, objections, of_means, reported
from .rows import Estimated, rows_of

if TYPE_CHECKING:
    from .fit import Fit
    from .judged import Judged

Labels = Mapping[str, Text]
"""What to print for a variable; a variable without a label is printed by its name."""


def require_labels(labels: object, argument: str = "labels") -> None:
    """Refuse what does not say by name what to print."""
    expected = Words("labels by name, such as {'TRUST': 'Trust'}", "由名称对应标签的字典，如{'TRUST': 'Trust'}")
    require_kind(argument, labels, (Mapping, NoneType), expected)


def named(name: str, labels: Labels | None) -> Text:
    """Give the label of a variable, or its name."""
    return (labels or {}).get(name, name)


def path_label(outcome: str, cause: str, labels: Labels | None = None) -> Words:
    """Write a path as readers of path diagrams do, outcome first.

    >>> path_label("CUSL", "cusa", {"cusa": "Satisfaction"}).en
    'CUSL ← Satisfaction'
    """
    return Words.same("{to} ← {by}").filled(to=named(outcome, labels), by=named(cause, labels))


def route_label(steps: Iterable[str], labels: Labels | None = None) -> Words:
    """Write a route with an arrow to each of its further variables.

    >>> route_label(["cusa", "trust", "CUSL"], {"cusa": "Satisfaction"}).en
    'Satisfaction → trust → CUSL'
    """
    return joined([named(step, labels) for step in steps], " → ", " → ")


def fit_tables(
    fit: Fit, labels: Labels | None = None, profile: Profile = PROFILES["conventional"]
) -> tuple[Table, ...]:
    """List every table of one fit that has something to show, in the order a report prints them."""
    candidates = (
        model_test(fit),
        fit_indices(fit, profile),
        measurement_model(fit, labels),
        second_order_loadings(fit, labels),
        composites(fit, labels),
        thresholds(fit),
        scales(fit),
        structural_paths(fit, labels),
        mediated_effects(fit, labels),
        defined_effects(fit),
        covariances(fit, labels),
        r_squared(fit, labels),
        largest_residuals(fit, labels),
        modification_indices(fit, labels=labels),
        diagnostics(fit),
    )
    return tuple(table for table in candidates if table.rows)


def model_test(fit: Fit) -> Table:
    """Table of the chi-square test, the test of close fit, and the information criteria."""
    found = reported(fit)
    measure = _measure(found)
    row = (
        fit.n,
        measure("npar"),
        measure("chisq"),
        measure("df"),
        chisq_per_df(found),
        measure("pvalue"),
        math.nan if math.isnan(measure("pvalue")) else measure("rmsea_pvalue"),
        measure("logl"),
        measure("aic"),
        measure("bic"),
    )
    columns = (
        Column("n", "N", Kind.COUNT),
        Column("npar", Words("Free parameters", "自由参数"), Kind.COUNT),
        *measure_columns("chisq", "df"),
        Column("chisq_df", "χ²/df", Kind.STATISTIC),
        Column("pvalue", "p", Kind.PROBABILITY),
        Column("rmsea_pvalue", Words("p of close fit", "近似拟合检验P值"), Kind.PROBABILITY),
        Column("logl", term("Log-likelihood"), Kind.STATISTIC),
        *measure_columns("aic", "bic"),
    )
    rejected_by_many = fit.n > _LARGE and measure("pvalue") < 0.05
    notes = (
        *_estimation(fit),
        *_responses(fit),
        *_correction(fit),
        _CLOSE_FIT + _LARGE_SAMPLE if rejected_by_many else _CLOSE_FIT,
    )
    return _guarded(Table("model_test", Words("Test of the model", "模型检验"), columns, (row,), notes), fit)


def fit_indices(fit: Fit, profile: Profile = PROFILES["conventional"]) -> Table:
    """Table of the fit indices: value, threshold and verdict; the thresholds are a named profile's."""
    found = measures_to_judge(fit)
    more = [name for name in MORE_INDICES if name in profile.cutoffs and not math.isnan(found.get(name, math.nan))]
    scaled = (_SCALED_INDICES,) if corrected(fit) and set(more) & set(SCALED_ONLY) else ()
    notes = (
        cutoffs_note(profile),
        (_NO_PGFI if "pgfi" in profile.cutoffs else _NO_GFI) if of_means(fit) else _GFI,
        *_correction(fit),
        *scaled,
    )
    rows = index_rows(found, INDICES | {name: MORE_INDICES[name] for name in more}, profile)
    return _guarded(Table("fit_indices", Words("Fit indices", "模型拟合度表"), INDEX_COLUMNS, rows, notes), fit)


def index_rows(
    found: Mapping[str, float], indices: Mapping[str, Text], profile: Profile
) -> tuple[tuple[Any, ...], ...]:
    """Give a row of :data:`INDEX_COLUMNS` for each index, named by its measure."""
    measure, rows = _measure(found), []
    for index, name in indices.items():
        value = chisq_per_df(found) if index == "chisq_df" else measure(index)
        threshold = profile.cutoffs.get(index)
        interval = index == "rmsea"
        rows.append(
            (
                name,
                Number(value, kind=Kind.STATISTIC) if index == "chisq_df" else value,
                measure("rmsea_ci_lower") if interval else None,
                measure("rmsea_ci_upper") if interval else None,
                str(threshold) if threshold else None,
                threshold.verdict(value) if threshold else None,
            )
        )
    return tuple(rows)


def cutoffs_note(profile: Profile) -> Words:
    """Say whose thresholds indices are held against."""
    return _PROFILE.filled(title=profile.title, source=profile.source)


def measurement_model(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of the loadings of items on first-order constructs."""
    latent = set(fit.latent)
    rows = _loadings(fit, labels, lambda indicator: indicator not in latent)
    turned = fit.options.rotation
    rotated = () if turned in (None, "none") else (_ROTATED.filled(rotation=str(turned)),)
    notes = (_CRITICAL_RATIO, MARKER, *rotated)
    return _by_group(Table("measurement_model", term("Measurement model"), LOADING_COLUMNS, rows, notes), fit)


def second_order_loadings(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of the loadings of constructs on second-order constructs; without rows if there is none."""
    latent = set(fit.latent)
    rows = _loadings(fit, labels, lambda indicator: indicator in latent)
    columns = (LOADING_COLUMNS[0], Column("item", Words("Element", "一阶构念")), *LOADING_COLUMNS[2:])
    title = Words("Second-order loadings", "二阶因子载荷")
    return _by_group(Table("second_order_loadings", title, columns, rows, (_CRITICAL_RATIO, MARKER)), fit)


def composites(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of what composites are made of, with weights, loadings and variance inflation; without rows if none is."""
    latent = set(fit.latent)
    rows = tuple(
        (
            row.group,
            named(row.construct, labels),
            named(row.item, labels) if row.item in latent else row.item,
            row.weight,
            row.weight_std,
            *(None if math.isnan(row.se) else value for value in (row.se, row.z, row.pvalue)),
            row.loading,
            row.vif,
        )
        for row in (rows_of(fit.composites()) if fit.table.composites else ())
    )
    columns = (
        Column("construct", Words("Composite", "合成构念"), once=True),
        Column("item", term("Item")),
        Column("weight", Words("Weight", "权重"), Kind.ESTIMATE),
        Column("weight_std", Words("Standardized weight", "标准化权重"), Kind.COEFFICIENT),
        *ESTIMATE_COLUMNS[1:],
        Column("loading", Words("Loading", "载荷"), Kind.COEFFICIENT),
        Column("vif", "VIF", Kind.ESTIMATE),
    )
    title = Words("Composites: weights of their items", "合成构念：题项权重")
    return _by_group(Table("composites", title, columns, rows, (_COMPOSITES,)), fit)


def thresholds(fit: Fit) -> Table:
    """Table of the thresholds of ordered variables, one row each; without rows if there is none."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in _relations(fit, "|"):
        found.setdefault((row.group, row.lhs), {})[row.rhs] = row.est
    names = [f"t{k + 1}" for k in range(max(map(len, found.values()), default=0))]
    rows = tuple((*of, *(cuts.get(name, math.nan) for name in names)) for of, cuts in found.items())
    columns = (Column("item", term("Item")), *(Column(name, name, Kind.ESTIMATE) for name in names))
    return _by_group(Table("thresholds", Words("Thresholds", "阈值"), columns, rows, (_THRESHOLDS,)), fit)


def scales(fit: Fit) -> Table:
    """Table of the scales or residual variances of ordered variables that are estimated; without rows if none is."""
    ordered = set(fit.table.ordered)
    rows = tuple(
        (row.group, row.lhs, _SCALES[row.op], row.est, row.se)
        for row in fit.rows
        if row.lhs == row.rhs and row.op in _SCALES and row.free and row.lhs in ordered
    )
    columns = (
        Column("item", term("Item")),
        Column("parameter", Words("Parameter", "参数")),
        Column("est", Words("Estimate", "估计值"), Kind.ESTIMATE),
        ESTIMATE_COLUMNS[1],
    )
    title = Words("Scales of latent responses", "潜在反应的尺度")
    return _by_group(Table("scales", title, columns, rows, (_SCALED_RESPONSES,)), fit)


def structural_paths(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of the regressions: b, standard error, C.R., p, and beta with its interval."""
    own = _relations(fit, "~")
    intervals = _standardized(fit, "~")
    rows = tuple(
        (
            row.group,
            path_label(row.lhs, row.rhs, labels),
            *estimate_cells(row),
            *(intervals.get((row.group, row.lhs, row.rhs)) or (row.std_all, None, None)),
            row.pvalue,
        )
        for row in own
    )
    columns = (
        Column("path", term("Path")),
        *ESTIMATE_COLUMNS,
        Column("beta", Words("β", "标准化系数 β"), Kind.COEFFICIENT),
        Column("beta_ci_lower", Words("95% CI of β: lower", "β的95%置信区间下限"), Kind.COEFFICIENT),
        Column("beta_ci_upper", Words("95% CI of β: upper", "β的95%置信区间上限"), Kind.COEFFICIENT),
        Column("significance", Words("Sig.", "显著性"), Kind.STARS),
    )
    multiplied = (_PRODUCT_ITSELF,) if _products(fit) & {row.rhs for row in own} else ()
    notes = (_B_BETA, *multiplied, STARS_NOTE)
    return _by_group(Table("structural_paths", Words("Structural paths", "路径系数"), columns, rows, notes), fit)


def mediated_effects(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of direct, indirect and total effects, for every pair of variables with a way between them."""
    pairs = mediated((row.rhs, row.lhs) for row in _relations(fit, "~"))
    found = list(rows_of(effects(fit, [(outcome, predictor) for predictor, outcome in pairs])))
    routes = Counter((row.outcome, row.predictor, row.group) for row in found if row.effect == "indirect")
    rows: list[tuple[Any, ...]] = []
    for row in found:
        only = routes[row.outcome, row.predictor, row.group] == 1
        if (row.effect == "direct" and row.est == 0) or (row.effect == "total indirect" and only):
            continue  # no such path; or one route, already shown
        route = row.route.split(" → ") if row.route else [row.predictor, row.outcome]
        shown = (route_label(route, labels), EFFECTS[row.effect])
        numbers = (row.est, row.se, row.z, row.pvalue, row.ci_lower, row.ci_upper, row.est_std)
        rows.append((row.group, *shown, *numbers))
    columns = (
        Column("route", term("Path")),
        Column("effect", Words("Effect", "效应类型")),
        *ESTIMATE_COLUMNS,
        *INTERVAL_COLUMNS,
        Column("est_std", Words("β", "标准化效应 β"), Kind.COEFFICIENT),
    )
    notes = _samples(fit) or (_BY_DELTA,)
    if any(map(cut_short, routes.values())):
        notes += (_MORE_ROUTES.filled(n=max(routes.values())),)
    title = Words("Direct, indirect and total effects", "直接、间接与总效应")
    return _by_group(Table("mediated_effects", title, columns, tuple(rows), notes), fit)


_MORE_ROUTES = Words(
    "Of some pairs the {n} shortest indirect routes are listed; total indirect effects hold all of them.",
    "部分变量对仅列出最短的{n}条间接路径；总间接效应包含全部路径。",
)


def defined_effects(fit: Fit) -> Table:
    """Table of what the model defines by ``:=``, such as indirect and total effects."""
    rows = tuple(
        (row.lhs, row.rhs, *estimate_cells(row), row.ci_lower, row.ci_upper, row.std_all)
        for row in _relations(fit, ":=")
    )
    columns = (
        Column("effect", Words("Effect", "效应")),
        Column("definition", Words("Definition", "定义")),
        *ESTIMATE_COLUMNS,
        *INTERVAL_COLUMNS,
        Column("std_all", Words("Standardized", "标准化值"), Kind.COEFFICIENT),
    )
    notes = _samples(fit) or (Words("Standard errors by the delta method.", "标准误由Delta法得到。"),)
    return _guarded(
        Table("defined_effects", Words("Effects defined in the model", "模型中定义的效应"), columns, rows, notes), fit
    )


def covariances(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of the covariances among constructs, and of those the model lets residuals have."""
    rows = tuple(
        (
            row.group,
            Words.same("{a} ↔ {b}").filled(a=named(row.lhs, labels), b=named(row.rhs, labels)),
            *estimate_cells(row),
            row.std_all,
            row.pvalue,
        )
        for row in _relations(fit, "~~")
        if row.lhs != row.rhs and row.free and row.lhs not in fit.table.made
    )
    note = Words(
        "For a variable that the model explains, r is the correlation of what it leaves unexplained.",
        "对于被模型解释的变量，r 为其残差的相关系数。",
    )
    return _by_group(
        Table("covariances", Words("Covariances", "协方差"), COVARIANCE_COLUMNS, rows, (note, STARS_NOTE)), fit
    )


def r_squared(fit: Fit, labels: Labels | None = None) -> Table:
    """Table of the explained share of variance of the variables that paths, or elements, lead to."""
    shares = fit.shares
    outcomes = dict.fromkeys((*(row.lhs for row in _relations(fit, "~")), *fit.latent))
    rows = tuple(
        (group, named(name, labels), shares[group, name])
        for group in fit.moments.labels
        for name in outcomes
        if (group, name) in shares
    )
    columns = (
        Column("variable", Words("Variable", "变量")),
        Column("r_squared", term("R-squared"), Kind.COEFFICIENT),
    )
    return _by_group(Table("r_squared", Words("Explained variance", "解释方差（R²）"), columns, rows), fit)


def largest_residuals(fit: Fit, labels: Labels | None = None, most: int = 10, *, tested: bool = False) -> Table:
    """Table of the pairs of observed variables whose correlation the model reproduces worst.

    tested : with the z of each residual, where it is known and there are not too many variables to compute it at once
    """
    scores, known = _standardized_residuals(fit) if tested else None, _of_structure(fit, labels)
    pairs: list[tuple[str, Words, float, float]] = []
    for group, frame in _each_group(fit.residuals()).items():
        i, j = np.tril_indices(len(frame), -1)
        values = frame.to_numpy(dtype=float)[i, j]
        z = np.full(len(values), np.nan) if scores is None else scores[group].to_numpy(dtype=float)[i, j]
        largest = np.argsort(-np.abs(values), kind="stable")[:most]  # none at all sorts last
        names = [
            _PAIR.filled(a=named(frame.columns[j[k]], known), b=named(frame.columns[i[k]], known)) for k in largest
        ]
        pairs += [(group, name, float(values[k]), float(z[k])) for name, k in zip(names, largest, strict=True)]
    present = (pair for pair in pairs if not math.isnan(pair[2]))
    shown = sorted(present, key=lambda pair: -abs(pair[2]))[:most]
    rows = tuple(pair if scores is not None else pair[:-1] for pair in shown)
    columns = (
        Column("pair", Words("Pair of items", "题项对")),
        Column("residual", Words("Residual correlation", "相关残差"), Kind.COEFFICIENT),
        *((Column("z", "z", Kind.STATISTIC),) if scores is not None else ()),
    )
    note = _RESIDUAL + (_RESIDUAL_Z if scores is not None else _RESIDUAL_ALONE)
    notes = (note, _POLYCHORIC) if fit.table.ordered else (note,)
    title = Words("Largest residual correlations", "最大相关残差")
    return _by_group(Table("largest_residuals", title, columns, rows, notes), fit)


def _of_structure(fit: Fit, labels: Labels | None) -> Labels:
    """Labels of what stands on paths, and of constructs: items keep their codes."""
    paths = _relations(fit, "~")
    structural = {*fit.latent, *(name for row in paths for name in (row.lhs, row.rhs))}
    return {name: text for name, text in (labels or {}).items() if name in structural}


def _each_group(found: pd.DataFrame | dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {"": found} if isinstance(found, pd.DataFrame) else found


def _standardized_residuals(fit: Fit) -> dict[str, pd.DataFrame] | None:
    """Residuals by their standard errors; None where these are unknown, or of too many moments."""
    if len(fit.observed) > _MOST_TESTED:
        return None
    try:
        return _each_group(fit.residuals("standardized"))
    except SmeSemError:
        return None


def modification_indices(fit: Fit, most: int = 10, labels: Labels | None = None) -> Table:
    """Table of the parameters whose release would lower chi-square most."""
    found = fit._modifications().head(most)
    known = _of_structure(fit, labels)
    rows = tuple(
        (row.group, _relation(row, known) if row.rhs else f"{row.lhs} {row.op}", row.mi, row.epc, row.sepc_all)
        for row in rows_of(found)
    )
    columns = (
        Column("parameter", Words("Parameter", "参数")),
        Column("mi", term("Modification index"), Kind.STATISTIC),
        Column("epc", term("Expected parameter change"), Kind.ESTIMATE),
        Column("sepc_all", Words("Standardized change", "标准化预期改变量"), Kind.COEFFICIENT),
    )
    note = Words(
        "=~ loading, ~ path, ~~ covariance. Exploratory: a change made because of this table must be "
        "justified by theory, reported as post hoc, and tested on other answers.",
        "=~ 载荷，~ 路径，~~ 协方差。仅供探索：据此修改模型须有理论依据，应注明为事后修改，并以新样本检验。",
    )
    title = Words("Modification indices", "修正指数")
    notes = (note, _OF_ORDERED) if fit.table.ordered else (note,)
    return _by_group(Table("modification_indices", title, columns, rows, notes), fit)


def diagnostics(fit: Judged) -> Table:
    """Table of everything noticed about the fit; without rows if there is nothing to say."""
    rows = tuple((SEVERITIES[d.severity], d.code, d.words) for d in fit.diagnostics)
    columns = (
        Column("severity", Words("Severity", "级别")),
        Column("code", Words("Code", "代码")),
        Column("message", Words("What it means, and what would help", "含义与建议")),
    )
    return Table("diagnostics", Words("Diagnostics of the model", "模型诊断"), columns, rows)


def _estimation(fit: Fit) -> tuple[Words, ...]:
    options = fit.options
    notes = [_ESTIMATORS.get(options.missing, _ESTIMATOR).filled(estimator=fit.estimator)]
    if fit.moments.total < fit.moments.n_collected:
        notes.append(SET_ASIDE.filled(n=fit.moments.total, collected=fit.moments.n_collected))
    if options.weights is not None:
        notes.append(_WEIGHTED.filled(column=options.weights))
    if options.cluster is not None:
        notes.append(_CLUSTERED.filled(column=options.cluster))
    return (*notes, *_samples(fit))


def _samples(fit: Fit) -> tuple[Words, ...]:
    """Say so where errors come from bootstrap samples."""
    found = fit.bootstrapped
    if found is None:
        return ()
    return (_BOOTSTRAPPED.filled(used=len(found.draws) - found.failed, failed=found.failed),)


def _correction(fit: Fit) -> tuple[Words, ...]:
    if not corrected(fit):
        wanted = fit.options.method.scaled and fit._measures["df"] > 0
        return (_UNCORRECTED,) if wanted else ()
    said = _SCALED_FOR_GAPS if fit.options.missing == "two_stage" else SCALED
    if fit.table.ordered:
        said = _SCALED_ORDERED
    factor = _measure(fit._measures)("chisq_scaling_factor")
    if math.isnan(factor):
        return (said,)
    return (said + _FACTOR.filled(c=cell(factor, Kind.ESTIMATE)),)


def _responses(fit: Fit) -> tuple[Words, ...]:
    """Say that answers are taken as ordered, and how."""
    if not fit.table.ordered:
        return ()
    return (_ORDERED.filled(k=len(fit.table.ordered), parameterization=fit.options.parameterization),)


def _measure(found: Mapping[str, float]) -> Callable[[str], float]:
    """Give a lookup that answers NaN for a measure the estimator does not have."""
    return lambda name: float(found.get(name, math.nan))


def _guarded(table: Table, fit: Fit) -> Table:
    return table.noted(*objections(fit))


def _by_group(table: Table, fit: Fit) -> Table:
    """Name the group in front of each row if there are several; rows come with it as their first value."""
    if fit.table.groups > 1:
        return replace(
            _guarded(table, fit), columns=(Column("group", Words("Group", "组别"), once=True), *table.columns)
        )
    return replace(_guarded(table, fit), rows=tuple(row[1:] for row in table.rows))


def _relations(fit: Fit, op: str) -> list[Estimated]:
    return [row for row in fit.rows if row.op == op]


def _relation(row: Any, labels: Labels) -> Words:
    left, op, right = named(row.lhs, labels), row.op, named(row.rhs, labels)
    return Words.same("{left} {op} {right}").filled(left=left, op=op, right=right)


def _products(fit: Fit) -> set[str]:
    """Name the constructs that measure the product of two others."""
    if not any("x" in name for name in fit.latent):  # which joins the names of both
        return set()
    from ..instrument.syntax import product_construct  # loads all that reads instruments

    return {product_construct(f"{a}:{b}") for a, b in permutations(fit.latent, 2)} & set(fit.latent)


def _standardized(fit: Fit, op: str) -> dict[tuple[str, str, str], tuple[float, float, float]]:
    """Map group, lhs and rhs to the standardized estimate and its interval."""
    frame = fit.standardized()
    own = frame[frame["op"] == op]
    return {(row.group, row.lhs, row.rhs): (row.est_std, row.ci_lower, row.ci_upper) for row in rows_of(own)}


def _loadings(fit: Fit, labels: Labels | None, wanted: Any) -> tuple[tuple[Any, ...], ...]:
    latent = set(fit.latent)
    return tuple(
        (
            row.group,
            named(row.lhs, labels),
            named(row.rhs, labels) if row.rhs in latent else row.rhs,
            *estimate_cells(row),
            row.std_all,
        )
        for row in _relations(fit, "=~")
        if wanted(row.rhs)
    )


def estimate_cells(row: Any) -> Iterable[float | None]:
    """Estimate, standard error, z and p; a fixed parameter has only the first."""
    if row.op != ":=" and not row.free:
        return row.est, None, None, None
    return row.est, row.se, row.z, row.pvalue


ESTIMATE_COLUMNS = (
    Column("est", Words("b", "非标准化系数 b"), Kind.ESTIMATE),
    Column("se", Words("S.E.", "标准误 S.E."), Kind.ESTIMATE),
    Column("z", Words("C.R. (z)", "C.R.（临界比 z）"), Kind.STATISTIC),
    Column("pvalue", "p", Kind.PROBABILITY),
)
INTERVAL_COLUMNS = interval_columns(0.95)
EFFECTS = {
    "direct": term("Direct effect"),
    "indirect": term("Indirect effect"),
    "total indirect": term("Total indirect effect"),
    "total": term("Total effect"),
}
LOADING_COLUMNS = (
    Column("construct", term("Latent variable"), once=True),
    Column("item", term("Item")),
    Column("est", term("Unstandardized loading"), Kind.ESTIMATE),
    *ESTIMATE_COLUMNS[1:],
    Column("std_all", term("Standardized factor loading"), Kind.COEFFICIENT),
)
COVARIANCE_COLUMNS = (
    Column("pair", Words("Pair", "变量对")),
    Column("est", term("Covariance"), Kind.ESTIMATE),
    *ESTIMATE_COLUMNS[1:],
    Column("std_all", Words("r", "相关系数 r"), Kind.COEFFICIENT),
    Column("significance", Words("Sig.", "显著性"), Kind.STARS),
)
INDEX_COLUMNS = (
    Column("index", Words("Index", "拟合指标")),
    Column("value", Words("Value", "结果"), Kind.COEFFICIENT),
    *interval_columns(0.9, Kind.COEFFICIENT),
    Column("threshold", term("Reference standard")),
    Column("verdict", term("Fit judgment")),
)
INDICES: dict[str, Text] = {
    name: term(english) + Words(f" ({short})", f"（{short}）")
    for name, english, short in (
        ("chisq_df", "Chi-square / df", "χ²/df"),
        ("cfi", "Comparative fit index", "CFI"),
        ("tli", "Tucker-Lewis index (non-normed fit index)", "TLI"),
        ("rmsea", "Root mean square error of approximation", "RMSEA"),
        ("srmr", "Standardized root mean square residual", "SRMR"),
        ("gfi", "Goodness of fit index", "GFI"),
        ("agfi", "Adjusted goodness of fit index", "AGFI"),
    )
}
MORE_INDICES: dict[str, Text] = {
    name: term(english) + Words(f" ({name.upper()})", f"（{name.upper()}）")
    for name, english in (
        ("nfi", "Normed fit index"),
        ("rfi", "Relative fit index"),
        ("ifi", "Incremental fit index (Bollen)"),
        ("pnfi", "Parsimony normed fit index"),
        ("pgfi", "Parsimony goodness of fit index"),
    )
}
"""Those that are shown where a profile has thresholds for them, and the estimator gives them."""
_SCALED_INDICES = Words(
    "NFI, RFI, IFI and PNFI rest on the corrected χ² of the model and of the baseline model.",
    "NFI、RFI、IFI与PNFI由模型与基准模型的校正χ²计算。",
)
_ESTIMATOR = Words("Estimator: {estimator}.", "估计方法：{estimator}。")
_ESTIMATORS = {
    "fiml": Words("Estimator: {estimator}, all answers used (FIML).", "估计方法：{estimator}，使用全部作答（FIML）。"),
    "two_stage": Words(
        "Estimator: {estimator} in two stages, all answers used; errors and test account for the gaps.",
        "估计方法：两阶段{estimator}，使用全部作答；标准误与检验已考虑缺失。",
    ),
    "robust_two_stage": Words(
        "Estimator: {estimator} in two stages, all answers used; errors and test account for the gaps and for answers "
        "that are not normal.",
        "估计方法：稳健两阶段{estimator}，使用全部作答；标准误与检验已考虑缺失与非正态。",
    ),
    "pairwise": Words("Estimator: {estimator}, pairwise covariances.", "估计方法：{estimator}，成对协方差。"),
}
_BOOTSTRAPPED = Words(
    "Standard errors and percentile intervals from {used} bootstrap samples ({failed} more failed); p is that of the "
    "estimate divided by its error.",
    "标准误与百分位置信区间来自{used}个自助样本（另有{failed}个失败）；p值由估计值除以标准误得到。",
)
_BY_DELTA = Words(
    "Standard errors by the delta method (Sobel, 1982): the interval is symmetric, which products of "
    "coefficients are not in small samples.",
    "标准误由Delta法（Sobel，1982）得到，置信区间对称；小样本下系数乘积的分布并不对称。",
)
SET_ASIDE = Words(
    "{n} of {collected} respondents are analysed; the others left open what the analysis needs.",
    "{collected}名受访者中有{n}名纳入分析；其余受访者缺少分析所需的作答。",
)
_WEIGHTED = Words("Sampling weights: {column}.", "抽样权重：{column}。")
_CLUSTERED = Words("Errors and test account for clusters: {column}.", "标准误与检验已考虑聚类：{column}。")
_UNCORRECTED = Words(
    "χ², its p and the indices are not corrected: the correction is not positive here, as happens with few "
    "respondents.",
    "χ²、p值及各指标未经校正：校正因子不为正，样本量很小时会出现这种情况。",
)
SCALED = Words(
    "χ² is corrected for answers that are not normal; CFI, TLI and RMSEA are the robust versions.",
    "χ²已按非正态数据校正；CFI、TLI与RMSEA为稳健版本。",
)
_SCALED_FOR_GAPS = Words(
    "χ² is corrected for gaps in the answers; CFI, TLI and RMSEA are the robust versions.",
    "χ²已按缺失作答校正；CFI、TLI与RMSEA为稳健版本。",
)
_SCALED_ORDERED = Words(
    "χ² is corrected for the estimator's weights; CFI, TLI and RMSEA are the robust versions (Savalei, 2021), or the "
    "scaled ones where these do not exist.",
    "χ²已按估计方法的权重校正；CFI、TLI与RMSEA为稳健版本（Savalei，2021），不存在时为校正版本。",
)
_ORDERED = Words(
    "{k} variables are ordered categories: each answer is a normal latent response cut at thresholds "
    "({parameterization} parameterization). Loadings, residuals and R² are those of the latent responses.",
    "{k}个变量为有序类别：每个回答视为正态潜在反应被阈值切分的结果（{parameterization}参数化）。载荷、残差与R²均针对潜在反应。",
)
_THRESHOLDS = Words(
    "Where the latent response passes from one category to the next. Their standard errors stand in fit.estimates().",
    "潜在反应由一个类别进入下一类别的界点。其标准误见fit.estimates()。",
)
_SCALED_RESPONSES = Words(
    "Scale: the inverse standard deviation of the latent response. The first group's are fixed at one.",
    "尺度为潜在反应标准差的倒数；第一组固定为1。",
)
_SCALES = {"~*~": Words("scale", "尺度"), "~~": Words("residual variance", "残差方差")}
_OF_ORDERED = Words("Of ordered items: | threshold, ~*~ scale.", "有序题项：| 阈值，~*~ 尺度。")
_PAIR = Words.same("{a} – {b}")
_LARGE = 400  # respondents
_CLOSE_FIT = Words("p of close fit tests RMSEA ≤ .05.", "近似拟合检验的原假设为 RMSEA ≤ .05。")
_LARGE_SAMPLE = Words(
    " With so many respondents chi-square rejects almost every model.", "样本量如此之大时，卡方检验几乎拒绝所有模型。"
)
_MOST_TESTED = 60  # variables: the covariances of their 1830 moments are computed in a second
_RESIDUAL = Words(
    "Observed minus implied correlation, the largest in size first", "观测相关减模型隐含相关，按绝对值排序"
)
_RESIDUAL_ALONE = Words(
    '. Whether one is more than chance, its z tells: residuals("standardized").',
    '。是否超出随机误差须看其z值：residuals("standardized")。',
)
_RESIDUAL_Z = Words(
    "; z: the residual covariance by its standard error. Where z is beyond ±2.58 (p < .01) the model misses a "
    "relation; of many pairs a few come near by chance. A large residual with a small z is no more than chance.",
    "；z为残差协方差与其标准误之比。|z| > 2.58（p < .01）说明模型遗漏了某种关系；题项对很多时，少数z值偶然偏大。"
    "残差大而|z|小，不超出随机误差。",
)
_POLYCHORIC = Words(
    "Correlations are those of the latent responses behind ordered answers.", "相关系数为有序回答背后潜在反应的相关。"
)
_FACTOR = Words(" Scaling correction factor: {c}.", "校正因子：{c}。")
_PROFILE = Words("Thresholds: {title}. Sources: {source}.", "判断标准：{title}。来源：{source}。")
_GFI = Words("GFI and AGFI as defined in LISREL and AMOS.", "GFI与AGFI采用LISREL和AMOS的定义。")
_NO_GFI = Words(
    "GFI and AGFI are left out: where means are modelled, they depend on where zero lies on the scale of the answers.",
    "未列GFI与AGFI：模型包含均值结构时，其取值取决于量尺的零点，不反映拟合优度。",
)
_NO_PGFI = Words(
    "GFI, AGFI and PGFI are left out: where means are modelled, they depend on where zero lies on the scale of the "
    "answers.",
    "未列GFI、AGFI与PGFI：模型包含均值结构时，其取值取决于量尺的零点，不反映拟合优度。",
)
_CRITICAL_RATIO = Words(
    "C.R.: critical ratio, the estimate divided by its standard error (not the composite reliability CR).",
    "C.R.为临界比，即估计值除以标准误（不是组合信度CR）。",
)
MARKER = Words(
    "A loading without standard error is fixed to give the construct its scale.",
    "没有标准误的载荷为设定构念尺度而固定。",
)
_COMPOSITES = Words(
    "A composite is the weighted sum of its items. S.E., C.R. and p belong to the standardized weight. Loading: "
    "correlation of item and composite. VIF: variance inflation among the items; beyond 5 weights say little.",
    "合成构念为其题项的加权和。标准误、C.R.与p值对应标准化权重。载荷：题项与合成构念的相关；VIF：题项间的方差膨胀因子，大于5时权重难以解释。",
)
_ROTATED = Words(
    "Loadings of exploratory blocks are rotated ({rotation}); their constructs have variance one.",
    "探索性区块的载荷经{rotation}旋转，其潜变量方差为1。",
)
_B_BETA = Words(
    "b: unstandardized, β: standardized estimate; C.R. (critical ratio) and p belong to b.",
    "b为非标准化系数，β为标准化系数；C.R.（临界比）与p值对应b。",
)
_PRODUCT_ITSELF = Words(
    "β of a product (×) is standardized by the standard deviation of the product itself; the test of hypotheses takes "
    "those of its two factors, which gives another β.",
    "乘积项（×）的β以乘积项自身的标准差标准化；假设检验表则以两个因子的标准差标准化，因而β值不同。",
)
OF_MODEL = Words("“{model}”: {said}", "“{model}”：{said}")
STARS_NOTE = Words("*** p < .001, ** p < .01, * p < .05.", "*** p < .001，** p < .01，* p < .05。")
