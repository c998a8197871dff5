"""Regressions of observed scores, alone or in steps: what is tried before, or reported beside, a structural model.

::

    y = X b + e,   b = (X^T X)^-1 X^T y,   beta_j = b_j s_j / s_y

A step adds predictors to those of the step before; its test is that of the added slopes.  With ``se="hc3"`` errors and
all tests allow the residuals' variance to depend on the predictors.  AIC and BIC count the residual variance as a
parameter, as R's do (statsmodels and SPSS do not).  Computed by statsmodels.

MacKinnon and White (1985), Journal of Econometrics 29, 305-325.  Breusch and Pagan (1979), Econometrica 47, 1287-1294,
as Koenker (1981), Journal of Econometrics 17, 107-112, has it.  Durbin and Watson (1951), Biometrika 38, 159-177.
Cook (1977), Technometrics 19, 15-18.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..errors import DataProblem, SpecificationError, probability
from ..kernels import covariances, linalg
from ..responses.numeric import require_frame
from ..sem.specification import Specification
from ..sem.spelling import chosen
from ..tables import Column, Kind, Number, Table, Tabled, Text, Words, term
from .answers import complete_answers, require_correlations, require_scales, require_scores

Errors = Literal["standard", "hc3"]
INTERCEPT = "(Intercept)"
ALIKE, UNEQUAL = 5.0, 0.05  # a variance inflation, and a p value of unequal variances, that are worth a note


@dataclass(frozen=True, eq=False)
class Regression(Tabled):
    """Least-squares regressions of one outcome.

    outcome : its name
    coefficients : one row per model and predictor (model, predictor, est, se, beta, t, pvalue, ci_lower, ci_upper, vif)
    models : one row per model (model, n, r2, r2_adjusted, f, df1, df2, pvalue, r2_change, f_change, df_change,
        pvalue_change, sigma, aic, bic, durbin_watson, breusch_pagan, breusch_pagan_pvalue); changes are those against
        the model before, NaN where that is not contained
    cases : one row per respondent under the last model (fitted, residual, leverage, studentized, cook, dffits);
        residuals are studentized with the respondent left out
    level : of the intervals
    """

    outcome: str
    coefficients: pd.DataFrame
    models: pd.DataFrame
    cases: pd.DataFrame
    level: float
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the coefficients, what each model explains and, of several models, their slopes side by side."""
        several = len(self.models) > 1
        title = Words("Regression of {name}", "{name}的回归分析").filled(name=self.outcome)
        names = [term("Intercept") if name == INTERCEPT else name for name in self.coefficients["predictor"]]
        printed = self.coefficients.assign(predictor=pd.Series(names, dtype=object))
        first = 0 if several else 1  # one model needs no number
        explained = [c for c in _EXPLAINED_COLUMNS if several or not c.name.endswith("_change")]
        found = (
            _table("regression", title, printed, _coefficient_columns(self.level)[first:], self.notes),
            _table("regression_models", _EXPLAINED, self.models, explained[first:]),
            _table("regression_residuals", _RESIDUALS, self.models, _RESIDUAL_COLUMNS[first:], (_MEASURES,)),
        )
        return (self._side_by_side(), *found) if several else found

    def _side_by_side(self) -> Table:
        """Standardized slopes with stars, a column per model."""
        slopes = self.coefficients[self.coefficients["predictor"] != INTERCEPT]
        keys = zip(slopes["predictor"], slopes["model"], strict=True)
        values = zip(slopes["beta"].to_numpy(), slopes["pvalue"].to_numpy(), strict=True)
        at = {key: Number(beta, p=p) for key, (beta, p) in zip(keys, values, strict=True)}
        models = list(self.models["model"])
        columns = (
            Column("predictor", _PREDICTOR),
            *(Column(f"model_{m}", _MODEL + Words(f" {m}", f"{m}"), Kind.ESTIMATE) for m in models),
        )
        names = dict.fromkeys(slopes["predictor"])
        rows = tuple((name, *(at.get((name, m), "") for m in models)) for name in names)
        title = Words("Standardized slopes on {name}, step by step", "{name}的分层回归：标准化系数")
        return Table("regression_steps", title.filled(name=self.outcome), columns, rows, (_STARS,))


def _table(
    name: str, title: Words, frame: pd.DataFrame, columns: Sequence[Column], notes: tuple[Text, ...] = ()
) -> Table:
    rows = tuple(frame[[c.name for c in columns]].itertuples(index=False, name=None))
    return Table(name, title, tuple(columns), rows, notes)


def regression(
    models: str | Specification | Sequence[str | Specification],
    data: pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None = None,
    *,
    se: Errors = "standard",
    level: float = 0.95,
) -> Regression:
    """Regress an outcome on predictors, in one model or step by step.

    Parameters
    ----------
    models : str, Specification, or a sequence of these
        ``"y ~ x + z"``, with an intercept in any case; a product is written ``x:z``.  Several are compared one with the
        next: ``["y ~ size + age", "y ~ size + age + market"]`` is a hierarchical regression.
    data : DataFrame
        One row per respondent, reverse-worded items already recoded.  Rows with a gap in any of the models are left
        out of all.
    scales : mapping of str to sequence of str, optional
        The items of scales that the models name; a scale's score is the mean of its items.
    se : {"standard", "hc3"}
        Errors that take the residuals' variance as the same for everybody, or allow it to differ.
    level : float
        Of the intervals.

    Returns
    -------
    Regression
        ``.coefficients``, ``.models``, ``.cases``.

    Raises
    ------
    SpecificationError
        For a model that is not one outcome's regression, and for names that are no columns.
    DataProblem
        If there are too few respondents, or variables that are constant or follow from one another.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("sales ~ 0.4*market + 0.3*size; market ~~ 0.3*size", 200, seed=1)
    >>> found = sme.regression(["sales ~ size", "sales ~ size + market"], answers)
    >>> print(found.models[["model", "r2", "r2_change", "df_change"]].round(2))
       model    r2  r2_change  df_change
    0      1  0.08        NaN        NaN
    1      2  0.20       0.12        1.0
    """
    se, level = chosen("se", se, get_args(Errors)), probability("level", level, 0.95)
    outcome, steps = _steps(models)
    scores, notes = _scored(data, outcome, steps, scales)
    fitted = [_fitted(scores, outcome, names, se) for names in steps]
    cases = _cases(fitted[-1], scores.index)
    coefficients = pd.DataFrame(
        [
            row
            for m, own in enumerate(zip(steps, fitted, strict=True), start=1)
            for row in _rows(m, *own, scores, level)
        ],
        columns=[c.name for c in _coefficient_columns(level)],
    )
    summaries = pd.DataFrame(
        [_summary(m, steps, fitted, scores) for m in range(len(steps))],
        columns=[c.name for c in (*_EXPLAINED_COLUMNS, *_RESIDUAL_COLUMNS[1:])],
    )
    said = (*notes, *((_HC3,) if se == "hc3" else ()), *_noticed(coefficients, summaries, cases, se))
    return Regression(outcome, coefficients, summaries, cases, level, said)


def _steps(models: str | Specification | Sequence[str | Specification]) -> tuple[str, list[tuple[str, ...]]]:
    """The outcome, and the predictors of each model."""
    given = [models] if isinstance(models, (str, Specification)) or not isinstance(models, Iterable) else list(models)
    if not given:
        raise SpecificationError("no model: write the regression as 'y ~ x + z'.")
    read = [Specification.read(model) for model in given]
    outcomes = dict.fromkeys(t.lhs for one in read for t in one.terms)
    plain = all(
        t.op == "~" and not (t.fixed or t.labels or t.starts or t.equal or t.lowers or t.uppers)
        for one in read
        for t in one.terms
    )
    if len(outcomes) != 1 or not plain:
        raise SpecificationError(
            "a regression is of one outcome on its predictors, 'y ~ x + z', without labels or fixed values; several "
            "outcomes, constructs or constraints are a model for sme.fit."
        )
    return next(iter(outcomes)), [tuple(t.rhs for t in one.terms) for one in read]


def _scored(
    data: pd.DataFrame, outcome: str, steps: Sequence[Sequence[str]], scales: Mapping[str, Sequence[str]] | None
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Complete scores of all variables, and what is to be said of them."""
    require_frame(data, "data")
    if scales is not None:
        require_scales(scales)
    known = scales or {}
    names = list(dict.fromkeys((outcome, *(name for own in steps for name in own))))
    factors = list(dict.fromkeys(part for name in names for part in (name.split(":") if name not in data else [name])))
    require_scores(factors, data, known)
    items = list(dict.fromkeys(item for name in factors for item in known.get(name, [name])))
    answers = complete_answers(data, items)
    scores = pd.DataFrame(
        {name: answers.frame[list(known.get(name, [name]))].mean(axis=1) for name in factors}, answers.frame.index
    )
    products = [name for name in names if name not in scores]
    for name in products:
        scores[name] = scores[name.split(":")].prod(axis=1)
    scored = [_SCORED] if any(name in known for name in factors) else []
    return scores[names], (*answers.sample_notes(), *scored, *([_PRODUCTS] if products else []))


def _fitted(scores: pd.DataFrame, outcome: str, names: Sequence[str], se: Errors) -> Any:
    from statsmodels.api import OLS

    try:
        require_correlations(complete_answers(scores[[outcome, *names]]))
    except DataProblem as problem:
        raise DataProblem(f"{outcome} ~ {' + '.join(names)}: {problem}") from None
    design = np.column_stack([np.ones(len(scores)), scores[list(names)]])
    return OLS(scores[outcome].to_numpy(), design).fit(cov_type="HC3" if se == "hc3" else "nonrobust", use_t=True)


def _rows(model: int, names: Sequence[str], found: Any, scores: pd.DataFrame, level: float) -> list[tuple[Any, ...]]:
    predictors = scores[list(names)]
    spread = predictors.std().to_numpy() / np.std(found.model.endog, ddof=1)
    beta = [np.nan, *(found.params[1:] * spread)]
    vif = [np.nan, *np.diagonal(linalg.inverse(linalg.correlation(covariances.of_answers(predictors.to_numpy()))))]
    low, high = found.conf_int(1 - level).T
    columns = (found.params, found.bse, beta, found.tvalues, found.pvalues, low, high, vif)
    return [(model, name, *map(float, own)) for name, *own in zip((INTERCEPT, *names), *columns, strict=True)]


def _summary(m: int, steps: Sequence[Sequence[str]], fitted: Sequence[Any], scores: pd.DataFrame) -> tuple[Any, ...]:
    from statsmodels.stats.diagnostic import het_breuschpagan
    from statsmodels.stats.stattools import durbin_watson

    found, k = fitted[m], len(steps[m])
    equal, equal_p, *_ = het_breuschpagan(found.resid, found.model.exog)
    return (
        m + 1,
        len(scores),
        found.rsquared,
        found.rsquared_adj,
        float(found.fvalue),
        k,
        int(found.df_resid),
        float(found.f_pvalue),
        *_change(m, steps, fitted),
        np.sqrt(found.scale),
        found.aic + 2,
        found.bic + np.log(len(scores)),
        durbin_watson(found.resid),
        equal,
        equal_p,
    )


def _change(m: int, steps: Sequence[Sequence[str]], fitted: Sequence[Any]) -> tuple[float, float, float, float]:
    """What a model explains beyond the one before, and the test of the slopes it adds."""
    if m == 0 or not set(steps[m - 1]) < set(steps[m]):
        return (np.nan,) * 4
    added = [i + 1 for i, name in enumerate(steps[m]) if name not in steps[m - 1]]
    test = fitted[m].wald_test(np.eye(len(steps[m]) + 1)[added], use_f=True, scalar=True)
    gained = fitted[m].rsquared - fitted[m - 1].rsquared
    return float(gained), float(test.statistic), float(len(added)), float(test.pvalue)


def _cases(found: Any, index: pd.Index[Any]) -> pd.DataFrame:
    influence = found.get_influence()
    return pd.DataFrame(
        {
            "fitted": found.fittedvalues,
            "residual": found.resid,
            "leverage": influence.hat_matrix_diag,
            "studentized": influence.resid_studentized_external,
            "cook": influence.cooks_distance[0],
            "dffits": influence.dffits[0],
        },
        index=index,
    )


def _noticed(coefficients: pd.DataFrame, models: pd.DataFrame, cases: pd.DataFrame, se: Errors) -> list[Text]:
    """What a reader should know of the residuals and the predictors."""
    largest = cases["cook"].idxmax()
    said: list[Text] = [_COOK.filled(d=f"{cases['cook'].max():.3f}", row=largest)]
    unequal = models["breusch_pagan_pvalue"].min() < UNEQUAL
    said += [_UNEQUAL] if unequal and se == "standard" else []
    alike = list(dict.fromkeys(coefficients.loc[coefficients["vif"] >= ALIKE, "predictor"]))
    return said + ([_ALIKE.filled(names=", ".join(alike))] if alike else [])


def _coefficient_columns(level: float) -> tuple[Column, ...]:
    percent = f"{100 * level:g}%"
    return (
        Column("model", _MODEL, Kind.COUNT, once=True),
        Column("predictor", _PREDICTOR),
        Column("est", Words("b", "非标准化系数 b"), Kind.ESTIMATE),
        Column("se", Words("S.E.", "标准误 S.E."), Kind.ESTIMATE),
        Column("beta", Words("β", "标准化系数 β"), Kind.ESTIMATE),
        Column("t", "t", Kind.STATISTIC),
        Column("pvalue", "p", Kind.PROBABILITY),
        Column("ci_lower", Words(f"{percent} CI lower", f"{percent}置信区间下限"), Kind.ESTIMATE),
        Column("ci_upper", Words(f"{percent} CI upper", f"{percent}置信区间上限"), Kind.ESTIMATE),
        Column("vif", "VIF", Kind.ESTIMATE),
    )


_MODEL, _PREDICTOR = Words("Model", "模型"), Words("Predictor", "自变量")
_EXPLAINED_COLUMNS = (
    Column("model", _MODEL, Kind.COUNT),
    Column("n", "N", Kind.COUNT),
    Column("r2", term("R-squared"), Kind.COEFFICIENT),
    Column("r2_adjusted", term("Adjusted R-squared"), Kind.COEFFICIENT),
    Column("f", "F", Kind.STATISTIC),
    Column("df1", "df1", Kind.COUNT),
    Column("df2", "df2", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("r2_change", "ΔR²", Kind.COEFFICIENT),
    Column("f_change", "ΔF", Kind.STATISTIC),
    Column("df_change", "Δdf", Kind.COUNT),
    Column("pvalue_change", Words("p of the change", "变化的p值"), Kind.PROBABILITY),
)
_RESIDUAL_COLUMNS = (
    Column("model", _MODEL, Kind.COUNT),
    Column("sigma", Words("Residual SD", "残差标准差"), Kind.ESTIMATE),
    Column("aic", "AIC", Kind.ESTIMATE),
    Column("bic", "BIC", Kind.ESTIMATE),
    Column("durbin_watson", "Durbin-Watson", Kind.ESTIMATE),
    Column("breusch_pagan", "Breusch-Pagan χ²", Kind.STATISTIC),
    Column("breusch_pagan_pvalue", "p", Kind.PROBABILITY),
)
_EXPLAINED = Words("How much each model explains", "模型的解释力")
_RESIDUALS = Words("Residuals and information criteria", "残差与信息准则")
_MEASURES = Words(
    "Breusch-Pagan: whether the variance of residuals depends on the predictors. Durbin-Watson tells of neighbouring "
    "rows and matters only where rows have an order.",
    "Breusch-Pagan检验残差方差是否随自变量变化；Durbin-Watson反映相邻行的相关，仅在行有先后次序时有意义。",
)
_STARS = Words("*** p < .001, ** p < .01, * p < .05 (two-tailed).", "*** p < .001，** p < .01，* p < .05（双尾）。")
_SCORED = Words("The score of a scale is the mean of its items.", "量表得分为其题项的平均值。")
_PRODUCTS = Words(
    "Products are of scores as they are (centre these first for slopes at the mean); β of a product is standardized by "
    "the product's own deviation.",
    "乘积项由原始得分相乘（如需均值处的斜率，请先中心化）；其β以乘积自身的标准差标准化。",
)
_HC3 = Words(
    "Errors and tests allow for unequal variances of the residuals (HC3, MacKinnon and White 1985).",
    "标准误与检验允许残差方差不等（HC3，MacKinnon与White，1985）。",
)
_COOK = Words("Largest Cook's distance: {d} (row {row}).", "最大Cook距离：{d}（行{row}）。")
_UNEQUAL = Words(
    "The variance of the residuals depends on the predictors (Breusch-Pagan p < .05): compare se='hc3'.",
    "残差方差随自变量变化（Breusch-Pagan检验 p < .05）：请与se='hc3'的结果比较。",
)
_ALIKE = Words(
    "Nearly the same as other predictors (VIF of 5 or more): {names}. Their slopes are uncertain.",
    "与其他自变量高度共线（VIF不低于5）：{names}。其系数不稳定。",
)
