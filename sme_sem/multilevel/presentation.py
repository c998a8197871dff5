"""What a fitted two-level model shows: the tables that a thesis or a report prints of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..sem import presentation, quoted
from ..sem.columns import measure_columns
from ..sem.cutoffs import PROFILES, Profile
from ..sem.presentation import ESTIMATE_COLUMNS, INTERVAL_COLUMNS, LOADING_COLUMNS, estimate_cells, path_label
from ..tables import Column, Kind, Table, Text, Words, term
from .levels import TITLES

if TYPE_CHECKING:
    from .result import TwoLevelFit


def two_level_tables(fit: TwoLevelFit, profile: Profile = PROFILES["conventional"]) -> tuple[Table, ...]:
    """List every table that has something to show."""
    found = (
        model_test(fit),
        fit_indices(fit, profile),
        shares_between(fit),
        loadings(fit),
        paths(fit),
        covariances(fit),
        defined(fit),
        r_squared(fit),
    )
    caution = quoted.objections(fit)
    shown = (*(table.noted(*caution) for table in found), presentation.diagnostics(fit))
    return tuple(table for table in shown if table.rows)


def model_test(fit: TwoLevelFit) -> Table:
    """Table of respondents, clusters, the chi-square test and the information criteria."""
    found = quoted.reported(fit)
    names = ("npar", "chisq", "df", "pvalue", "logl", "aic", "bic")
    row = (fit.n, fit.clusters, *(found.get(name, math.nan) for name in names))
    columns = (
        Column("n", "N", Kind.COUNT),
        Column("clusters", Words("Clusters", "组数"), Kind.COUNT),
        Column("npar", Words("Free parameters", "自由参数"), Kind.COUNT),
        *measure_columns("chisq", "df", "pvalue"),
        Column("logl", term("Log-likelihood"), Kind.STATISTIC),
        *measure_columns("aic", "bic"),
    )
    notes = [_ESTIMATOR.filled(estimator=fit.estimator, column=fit.answers.cluster, most=fit.answers.known.sizes[-1])]
    if fit.n < fit.answers.offered:
        notes.append(presentation.SET_ASIDE.filled(n=fit.n, collected=fit.answers.offered))
    if quoted.corrected(fit):
        notes.append(presentation.SCALED)
    title = Words("Test of the two-level model", "两层模型检验")
    return Table("model_test", title, columns, (row,), tuple(notes))


def fit_indices(fit: TwoLevelFit, profile: Profile = PROFILES["conventional"]) -> Table:
    """Table of the fit indices; the SRMR of each level tells where a model fits badly."""
    rows = presentation.index_rows(quoted.reported(fit), _INDICES, profile)
    notes = (presentation.cutoffs_note(profile), _MOSTLY_WITHIN)
    title = Words("Fit indices", "模型拟合度表")
    return Table("fit_indices", title, presentation.INDEX_COLUMNS, rows, notes)


def shares_between(fit: TwoLevelFit) -> Table:
    """Table of the share of variance that lies between clusters."""
    rows = tuple((str(name), *values) for name, *values in fit.intraclass().itertuples(name=None))
    columns = (
        Column("item", Words("Variable", "变量")),
        Column("within", Words("Variance within", "组内方差"), Kind.ESTIMATE),
        Column("between", Words("Variance between", "组间方差"), Kind.ESTIMATE),
        Column("icc", Words("ICC", "组内相关系数 ICC"), Kind.COEFFICIENT),
        Column("design_effect", Words("Design effect", "设计效应"), Kind.ESTIMATE),
    )
    return Table("intraclass", Words("Variance between clusters", "组间方差比例"), columns, rows, (_SHARES,))


def loadings(fit: TwoLevelFit) -> Table:
    """Table of the loadings at each level."""
    rows = tuple(
        (TITLES[row.group], row.lhs, row.rhs, *estimate_cells(row), row.std_all) for row in fit.rows if row.op == "=~"
    )
    return Table(
        "loadings", term("Measurement model"), (_LEVEL, *LOADING_COLUMNS), rows, (_STANDARDIZED, presentation.MARKER)
    )


def paths(fit: TwoLevelFit) -> Table:
    """Table of the regressions at each level."""
    rows = tuple(
        (TITLES[row.group], path_label(row.lhs, row.rhs), *estimate_cells(row), row.std_all, row.pvalue)
        for row in fit.rows
        if row.op == "~"
    )
    columns = (
        _LEVEL,
        Column("path", term("Path")),
        *ESTIMATE_COLUMNS,
        Column("beta", Words("β", "标准化系数 β"), Kind.COEFFICIENT),
        _STARS,
    )
    title = Words("Structural paths", "路径系数")
    return Table("structural_paths", title, columns, rows, (_STANDARDIZED, presentation.STARS_NOTE))


def covariances(fit: TwoLevelFit) -> Table:
    """Table of the free covariances of two variables at each level."""
    rows = tuple(
        (TITLES[row.group], f"{row.lhs} ↔ {row.rhs}", *estimate_cells(row), row.std_all, row.pvalue)
        for row in fit.rows
        if row.op == "~~" and row.lhs != row.rhs and row.free
    )
    columns = (_LEVEL, *presentation.COVARIANCE_COLUMNS)
    return Table("covariances", Words("Covariances", "协方差"), columns, rows, (presentation.STARS_NOTE,))


def defined(fit: TwoLevelFit) -> Table:
    """Table of what the model defines by ``:=``."""
    rows = tuple(
        (row.lhs, row.rhs, *estimate_cells(row), row.ci_lower, row.ci_upper) for row in fit.rows if row.op == ":="
    )
    columns = (
        Column("effect", Words("Effect", "效应")),
        Column("definition", Words("Definition", "定义")),
        *ESTIMATE_COLUMNS,
        *INTERVAL_COLUMNS,
    )
    note = Words("Standard errors by the delta method.", "标准误由Delta法得到。")
    title = Words("Effects defined in the model", "模型中定义的效应")
    return Table("defined_effects", title, columns, rows, (note,))


def r_squared(fit: TwoLevelFit) -> Table:
    """Table of the explained share of variance at each level, of what is regressed and of items."""
    found = fit.r_squared()
    rows = tuple(
        (TITLES[level], variable, value)
        for (level, variable), value in zip(found.index.to_list(), found.tolist(), strict=True)
    )
    columns = (
        _LEVEL,
        Column("variable", Words("Variable", "变量")),
        Column("r_squared", term("R-squared"), Kind.COEFFICIENT),
    )
    return Table("r_squared", Words("Explained variance", "解释方差（R²）"), columns, rows)


_LEVEL = Column("level", Words("Level", "层"), once=True)
_STARS = Column("significance", Words("Sig.", "显著性"), Kind.STARS)
_INDICES: Mapping[str, Text] = {
    **{name: presentation.INDICES[name] for name in ("chisq_df", "cfi", "tli", "rmsea")},
    "srmr_within": Words("SRMR within clusters", "组内SRMR"),
    "srmr_between": Words("SRMR between clusters", "组间SRMR"),
}
_ESTIMATOR = Words(
    "Estimator: {estimator}, two levels; clusters: {column}, up to {most} respondents each. N of RMSEA and BIC is that "
    "of respondents.",
    "估计方法：{estimator}，两层模型；分组变量：{column}，每组至多{most}人。RMSEA与BIC中的N为受访者人数。",
)
_MOSTLY_WITHIN = Words(
    "χ², CFI, TLI and RMSEA are ruled by the level within, where there are more answers; the SRMR is of each level's "
    "correlations (Hsu, Kwok, Lin and Acosta, 2015).",
    "χ²、CFI、TLI与RMSEA主要反映数据更多的组内层；SRMR分别针对各层的相关（Hsu、Kwok、Lin与Acosta，2015）。",
)
_SHARES = Words(
    "Of the unrestricted model. ICC: the share of variance between clusters. Design effect: 1 + (average size - 1) "
    "ICC; beyond 2 clusters should not be ignored (Muthén & Satorra, 1995).",
    "来自饱和模型。ICC为组间方差所占比例；设计效应为1 +（平均组规模 - 1）× ICC，大于2时不应忽略分组"
    "（Muthén与Satorra，1995）。",
)
_STANDARDIZED = Words("Standardized values use the deviations of their own level.", "标准化值使用各自层的标准差。")
