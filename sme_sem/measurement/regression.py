"""Regressions of observed scores, alone or in steps: what is tried before, or reported beside, a structural model.

::

    y = X b + e,   b = (X^T X)^-1 X^T y,   beta_j = b_j s_j / s_y

A step adds predictors to those of the step before; its test is that of the added slopes.  With ``se="hc3"`` errors and
all tests allow the residuals' variance to depend on the predictors.  AIC and BIC count the residual variance as a
parameter, as R's do (statsmodels and SPSS do not).  Computed by statsmodels.

Centring the factors of a product changes their slopes and the intercept, not the slope of the product nor R-squared
(Aiken and West 1991, Multiple regression: testing and interpreting interactions).

MacKinnon and White (1985), Journal of Econometrics 29, 305-325.  Breusch and Pagan (1979), Econometrica 47, 1287-1294,
as Koenker (1981), Journal of Econometrics 17, 107-112, has it.  Durbin and Watson (1951), Biometrika 38, 159-177.
Cook (1977), Technometrics 19, 15-18.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..arguments import chosen, probability, require_kind
from ..errors import DataProblem, SpecificationError
from ..kernels import fit_indices
from ..responses.numeric import require_frame
from ..sem.presentation import Labels, require_labels
from ..sem.specification import Specification
from ..syntax import Term
from ..tables import Column, Kind, Number, Table, Tabled, Text, Words, about, joined, rows_from, term
from ..tables.format import cell, interval_columns
from ..threads import one_thread
from ..words import at
from .answers import SCORED, STARS, complete_answers, require_correlations, require_items, require_scores, scored
from .collinearity import variance_inflation
from .dummies import Categories, Dummies, categories_of, dummies, expanded, note_of, numbered, refuse_outcome

Errors = Literal["standard", "hc3"]
INTERCEPT = "(Intercept)"
ALIKE, UNEQUAL = 5.0, 0.05  # a variance inflation, and a p value of unequal variances, that are worth a note
ALONE = 1 - 1e-10  # leverage of a respondent who alone decides a slope
UNSEEN = 5e-4  # what three decimals print as nothing


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
    labels : what to print for the outcome and the predictors, such as ``region=2``, a category of a question
    """

    outcome: str
    coefficients: pd.DataFrame
    models: pd.DataFrame
    cases: pd.DataFrame
    level: float
    notes: tuple[Text, ...] = ()
    labels: Mapping[str, Text] = field(default_factory=dict)

    def tables(self) -> tuple[Table, ...]:
        """Give the coefficients, what each model explains and, of several models, their slopes side by side."""
        several = len(self.models) > 1
        title = Words("Regression of {name}", "{name}的回归分析").filled(name=self._labels()[self.outcome])
        names = [term("Intercept") if name == INTERCEPT else name for name in self.coefficients["predictor"]]
        printed = self.coefficients.assign(predictor=pd.Series(names, dtype=object))
        first = 0 if several else 1  # one model needs no number
        explained = [c for c in _EXPLAINED_COLUMNS if several or not c.name.endswith("_change")]
        found = (
            _table("regression", title, printed, _coefficient_columns(self.level)[first:], self.notes).labelled(
                self._labels(), "predictor"
            ),
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
        names, labels = dict.fromkeys(slopes["predictor"]), self._labels()
        rows = tuple((labels[name], *(at.get((name, m), "") for m in models)) for name in names)
        title = Words("Standardized slopes on {name}, step by step", "{name}的分层回归：标准化系数")
        return Table("regression_steps", title.filled(name=self._labels()[self.outcome]), columns, rows, (STARS,))

    def _labels(self) -> dict[str, Text]:
        """What to print for the outcome and each predictor; for a product, its factors."""
        known = self.labels
        names = (self.outcome, *self.coefficients["predictor"])
        products = {
            n: joined((known.get(part, part) for part in n.split(":")), " × ", " × ") for n in names if ":" in n
        }
        return {name: name for name in names} | (products if known else {}) | dict(known)


def _table(
    name: str, title: Words, frame: pd.DataFrame, columns: Sequence[Column], notes: tuple[Text, ...] = ()
) -> Table:
    return Table(name, title, tuple(columns), rows_from(frame, columns), notes)


@one_thread()
def regression(
    models: str | Specification | Sequence[str | Specification],
    data: pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None = None,
    *,
    categorical: Categories | Sequence[str] = (),
    se: Errors = "standard",
    level: float = 0.95,
    center: bool = False,
    labels: Labels | None = None,
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
    categorical : mapping of str to mapping, or sequence of str
        Columns whose codes are only names, with what to print for each code: ``instrument.nominal``.  As a predictor
        such a column is compared category by category with its first one; no outcome can be one.
    se : {"standard", "hc3"}
        Errors that take the residuals' variance as the same for everybody, or allow it to differ.
    level : float
        Of the intervals.
    center : bool
        Subtract the means of a product's factors, in the product and beside it: slopes are then those at the mean of
        the other factor.  Columns of categories stay 0 and 1.
    labels : mapping of str to text, optional
        What to print for the outcome and the predictors, such as ``instrument.labels()``; before each category too.

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
    require_labels(labels)
    require_kind("center", center, bool, Words("True or False", "True或False"))
    known = dict(labels or {})
    scores, steps, shown, notes = _scored(data, outcome, steps, scales, categorical, known, center=center)
    fitted = [_fitted(scores, outcome, names, se) for names in steps]
    cases = _cases(fitted[-1], scores.index)
    coefficients = pd.DataFrame(
        [row for m, own in enumerate(fitted, start=1) for row in _rows(m, own, level)],
        columns=[c.name for c in _coefficient_columns(level)],
    )
    summaries = pd.DataFrame(
        [_summary(m, fitted) for m in range(len(steps))],
        columns=[c.name for c in (*_EXPLAINED_COLUMNS, *_RESIDUAL_COLUMNS[1:])],
    )
    said = (*notes, *((_HC3,) if se == "hc3" else ()), *_noticed(coefficients, summaries, cases, se, shown))
    return Regression(outcome, coefficients, summaries, cases, level, said, known | shown)


_SINGLE = (str, Specification, pd.DataFrame)  # the last is refused, by its name


def _steps(models: Any) -> tuple[str, list[tuple[str, ...]]]:
    """The outcome, and the predictors of each model."""
    given: list[Any] = [models] if isinstance(models, _SINGLE) or not isinstance(models, Iterable) else list(models)
    if not given:
        raise SpecificationError(
            Words("no model: write the regression as 'y ~ x + z'.", "没有模型：请将回归写作'y ~ x + z'。")
        )
    read = [Specification.read(model).for_all_groups(_REGRESSION) for model in given]
    outcomes = list(dict.fromkeys(t.lhs for one in read for t in one.terms))
    if len(outcomes) != 1 or not all(_plain(t) for one in read for t in one.terms):
        raise SpecificationError(_ONE_OUTCOME)
    steps = [tuple(t.rhs for t in one.terms if t.op == "~") for one in read]
    for names in steps:
        if not names:
            raise SpecificationError(at(f"{outcomes[0]} ~ ...", _NO_PREDICTORS))
        if itself := [name for name in names if outcomes[0] in name.split(":")]:
            raise SpecificationError(_ITSELF.filled(outcome=outcomes[0], names=joined(itself, ", ", "、")))
    return outcomes[0], steps


def _plain(t: Term) -> bool:
    """Whether a term is a free slope, or the intercept that is there in any case."""
    return t.op in ("~", "~1") and not (t.fixed or t.labels or t.starts or t.equal or t.lowers or t.uppers)


def _scored(
    data: pd.DataFrame,
    outcome: str,
    steps: Sequence[Sequence[str]],
    scales: Mapping[str, Sequence[str]] | None,
    categorical: Categories | Sequence[str],
    labels: Labels,
    *,
    center: bool,
) -> tuple[pd.DataFrame, list[tuple[str, ...]], dict[str, Text], tuple[Text, ...]]:
    """Complete scores of all variables, the steps with categories written out, their labels, and what is to be said."""
    require_frame(data, "data")
    known = require_items(scales)
    categories = categories_of(data, categorical, known)
    if outcome in categories:
        raise refuse_outcome(outcome)
    names = list(dict.fromkeys(name for own in steps for name in own))
    parts = {name: [name] if name in data else name.split(":") for name in (outcome, *names)}
    if len(parts[outcome]) > 1:
        raise SpecificationError(at(outcome, _PRODUCT))
    factors = list(dict.fromkeys(part for name in parts for part in parts[name]))
    require_scores(factors, data, known)
    own = {name: known.get(name, [name]) for name in factors}
    inside = {name for name in factors if name != outcome and not set(own[name]).isdisjoint(known.get(outcome, ()))}
    if inside:
        raise SpecificationError(at(", ".join(sorted(inside)), _OWN_ITEM.filled(outcome=outcome)))
    asked = {name: categories[name] for name in factors if name in categories}
    for names_of_step in steps:
        _require_own_slopes(names_of_step, parts, asked)
    items = list(dict.fromkeys(item for items in own.values() for item in items))
    answers = complete_answers(numbered(data, asked), items)
    scores = scored(answers.frame, own)
    made = {name: dummies(name, scores[name], own, labels.get(name, name)) for name, own in asked.items()}
    scores = pd.concat([scores.drop(columns=list(made)), *(one.columns for one in made.values())], axis=1)
    shown = {column: label for one in made.values() for column, label in one.labels.items()}
    written = {name: _written(name, parts[name], made) for name in names}
    products = {name: factors for own in written.values() for name, factors in own.items() if len(factors) > 1}
    centred = list(dict.fromkeys(one for own in products.values() for one in own if one not in shown)) if center else []
    scores[centred] -= scores[centred].mean()
    for name, several in products.items():
        scores[name] = scores[list(several)].prod(axis=1)
        if not shown.keys().isdisjoint(several):
            shown[name] = joined((shown.get(part, labels.get(part, part)) for part in several), " × ", " × ")
    said: list[Text] = [SCORED] if any(name in known for name in factors) else []
    said += [note_of(made)] if made else []
    said += [about(centred, _CENTRED)] if centred else [_PRODUCTS] if products else []
    columns = [outcome, *dict.fromkeys(column for own in written.values() for column in own)]
    told = [tuple(column for name in own for column in written[name]) for own in steps]
    return scores[columns], told, shown, (*answers.sample_notes(), *said)


def _written(name: str, factors: Sequence[str], made: Mapping[str, Dummies]) -> dict[str, tuple[str, ...]]:
    """The columns that stand for a predictor, each with its factors."""
    if made.keys().isdisjoint(factors):
        return {name: tuple(factors)}
    return {":".join(own): own for own in expanded(factors, made)}


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A regression in standard units, which no unit of the answers makes singular, and the way back.

    found : statsmodels' results of the standardized outcome on the standardized predictors
    names : of the predictors   mean, spread : of the outcome, then of the predictors, (k + 1,)
    directions : (n, k + 1) orthonormal, those of the design      inflation : variance inflation factors (k,)
    """

    found: Any
    names: Sequence[str]
    mean: np.ndarray
    spread: np.ndarray
    directions: np.ndarray
    inflation: np.ndarray

    @property
    def leverage(self) -> np.ndarray:
        """How far each respondent determines the value fitted for it: (n,)"""
        return np.asarray((self.directions**2).sum(axis=1))

    @property
    def units(self) -> np.ndarray:
        """What turns standardized coefficients into those of the answers: (k + 1, k + 1)"""
        slopes = self.spread[0] / self.spread[1:]
        turned = np.diag([self.spread[0], *slopes])
        turned[0, 1:] = -slopes * self.mean[1:]
        return turned


def _require_own_slopes(names: Sequence[str], parts: Mapping[str, Sequence[str]], categories: Container[str]) -> None:
    """Refuse a product with categories without what it multiplies: the first category would have no slope."""
    there = {frozenset(parts[name]) for name in names}
    for name in names:
        quantities = [part for part in parts[name] if part not in categories]
        if quantities and len(quantities) < len(parts[name]) and frozenset(quantities) not in there:
            plain = ":".join(quantities)
            raise SpecificationError(_NO_OWN_SLOPE.filled(name=name, plain=plain))


def _fitted(scores: pd.DataFrame, outcome: str, names: Sequence[str], se: Errors) -> _Fitted:
    from statsmodels.api import OLS

    own = scores[[outcome, *names]]
    try:
        require_correlations(complete_answers(own))
    except DataProblem as problem:
        raise DataProblem(at(f"{outcome} ~ {' + '.join(names)}", problem.said)) from None
    mean, spread = own.mean().to_numpy(), own.std().to_numpy()
    standard = (own.to_numpy() - mean) / spread
    design = np.column_stack([np.ones(len(own)), standard[:, 1:]])
    directions = np.linalg.qr(design)[0]
    alone = own.index[(directions**2).sum(axis=1) > ALONE]
    if se == "hc3" and len(alone):
        raise DataProblem(at(f"{outcome} ~ {' + '.join(names)}", _DECIDED_ALONE.filled(who=alone[0])))
    found = OLS(standard[:, 0], design).fit(cov_type="HC3" if se == "hc3" else "nonrobust", use_t=True)
    inflation = variance_inflation(scores, {outcome: names}).vif["vif"].to_numpy()
    return _Fitted(found, names, mean, spread, directions, inflation)


def _rows(model: int, own: _Fitted, level: float) -> list[tuple[Any, ...]]:
    found, units = own.found, own.units
    est = units @ found.params
    est[0] += own.mean[0]
    se = np.sqrt(np.diagonal(units @ found.cov_params() @ units.T))
    t = est / se
    half = stats.t.isf((1 - level) / 2, found.df_resid) * se
    p = 2 * stats.t.sf(abs(t), found.df_resid)
    beta = [np.nan, *found.params[1:]]
    columns = (est, se, beta, t, p, est - half, est + half, [np.nan, *own.inflation])
    return [(model, name, *map(float, row)) for name, *row in zip((INTERCEPT, *own.names), *columns, strict=True)]


def _summary(m: int, fitted: Sequence[_Fitted]) -> tuple[Any, ...]:
    from statsmodels.stats.stattools import durbin_watson

    own, found = fitted[m], fitted[m].found
    n, scale = len(found.resid), np.log(own.spread[0])
    equal = _breusch_pagan(own)
    k = len(own.names)
    return (
        m + 1,
        n,
        found.rsquared,
        found.rsquared_adj,
        float(found.fvalue),
        k,
        int(found.df_resid),
        float(found.f_pvalue),
        *_change(m, fitted),
        np.sqrt(found.scale) * own.spread[0],
        found.aic + 2 * n * scale + 2,
        found.bic + 2 * n * scale + np.log(n),
        durbin_watson(found.resid),
        equal,
        float(fit_indices.p_value(equal, k)),
    )


def _breusch_pagan(own: _Fitted) -> float:
    """n R^2 of squared residuals on the predictors (Koenker's version)."""
    squared = own.found.resid**2
    squared = squared - squared.mean()
    explained = own.directions.T @ squared
    return float(len(squared) * (explained @ explained) / (squared @ squared))


def _change(m: int, fitted: Sequence[_Fitted]) -> tuple[float, float, float, float]:
    """What a model explains beyond the one before, and the test of the slopes it adds."""
    now = fitted[m]
    if m == 0 or not set(fitted[m - 1].names) < set(now.names):
        return (np.nan,) * 4
    added = [i + 1 for i, name in enumerate(now.names) if name not in fitted[m - 1].names]
    test = now.found.wald_test(np.eye(len(now.names) + 1)[added], use_f=True, scalar=True)
    gained = now.found.rsquared - fitted[m - 1].found.rsquared
    return float(gained), float(test.statistic), float(len(added)), float(test.pvalue)


def _cases(own: _Fitted, index: pd.Index[Any]) -> pd.DataFrame:
    """Residuals and influence; NaN of a respondent who alone decides a slope."""
    found, leverage = own.found, own.leverage
    left = np.where(leverage > ALONE, np.nan, 1 - leverage)
    residual, df = found.resid, found.df_resid
    variance = residual @ residual / df
    with np.errstate(divide="ignore", invalid="ignore"):  # without a degree of freedom left
        without = (residual @ residual - residual**2 / left) / (df - 1 if df > 1 else np.nan)
        studentized = residual / np.sqrt(without * left)
    return pd.DataFrame(
        {
            "fitted": own.mean[0] + own.spread[0] * found.fittedvalues,
            "residual": own.spread[0] * residual,
            "leverage": leverage,
            "studentized": studentized,
            "cook": residual**2 * leverage / (variance * (len(own.names) + 1) * left**2),
            "dffits": studentized * np.sqrt(leverage / left),
        },
        index=index,
    )


def _noticed(
    coefficients: pd.DataFrame, models: pd.DataFrame, cases: pd.DataFrame, se: Errors, labels: Mapping[str, Text]
) -> list[Text]:
    """What a reader should know of the residuals and the predictors."""
    said: list[Text] = []
    cook = cases["cook"].to_numpy()
    if np.isfinite(cook).any():
        largest = int(np.nanargmax(cook))
        said.append(_COOK.filled(d=cell(cook[largest], Kind.ESTIMATE), who=cases.index[largest]))
    if alone := [str(who) for who in cases.index[cases["leverage"] > ALONE]]:
        said.append(_ALONE.filled(who=joined(alone, ", ", "、")))
    if models["breusch_pagan_pvalue"].min() < UNEQUAL and se == "standard":
        said.append(_UNEQUAL)
    alike = coefficients.loc[(coefficients["vif"] >= ALIKE) & ~coefficients["predictor"].isin(labels), "predictor"]
    tiny = coefficients.loc[(coefficients["est"].abs() < UNSEEN) & (coefficients["beta"].abs() > UNSEEN), "predictor"]
    for words, names in ((_ALIKE, alike), (_TINY, tiny)):
        if len(names):
            said.append(about(dict.fromkeys(names), words))
    return said


def _coefficient_columns(level: float) -> tuple[Column, ...]:
    return (
        Column("model", _MODEL, Kind.COUNT, once=True),
        Column("predictor", _PREDICTOR),
        Column("est", Words("b", "非标准化系数 b"), Kind.ESTIMATE),
        Column("se", Words("S.E.", "标准误 S.E."), Kind.ESTIMATE),
        Column("beta", Words("β", "标准化系数 β"), Kind.ESTIMATE),
        Column("t", "t", Kind.STATISTIC),
        Column("pvalue", "p", Kind.PROBABILITY),
        *interval_columns(level),
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
_PRODUCTS = Words(
    "Products are of scores as they are (center=True or --center gives slopes at the mean); β of a product is "
    "standardized by the product's own deviation.",
    "乘积项由原始得分相乘（如需均值处的斜率，请用center=True或--center中心化）；其β以乘积自身的标准差标准化。",
)
_CENTRED = Words(
    "mean-centred, in products and beside them. The slope of a product's factor is that at the mean of the "
    "other; β of a product is standardized by the product's own deviation.",
    "已均值中心化（乘积项及其主效应）。乘积项所含变量的系数为另一变量处于均值时的斜率；乘积项的β以乘积自身的"
    "标准差标准化。",
)
_HC3 = Words(
    "Errors and tests allow for unequal variances of the residuals (HC3, MacKinnon and White 1985).",
    "标准误与检验允许残差方差不等（HC3，MacKinnon与White，1985）。",
)
_COOK = Words("Largest Cook's distance: {d} (respondent {who}).", "最大Cook距离：{d}（受访者{who}）。")
_ALONE = Words(
    "Fitted exactly whatever they answered, because one predictor is about them alone: respondents {who}.",
    "下列受访者单独决定一个系数，无论作何回答均被完全拟合：{who}。",
)
_TINY = Words(
    "the slope is too small for three decimals. Give the predictor in a larger unit (thousands, millions).",
    "系数过小，三位小数无法显示。请以更大的单位（如千、万、百万）表示该自变量。",
)
_UNEQUAL = Words(
    "The variance of the residuals depends on the predictors (Breusch-Pagan p < .05): compare se='hc3'.",
    "残差方差随自变量变化（Breusch-Pagan检验 p < .05）：请与se='hc3'的结果比较。",
)
_ALIKE = Words(
    "nearly the same as other predictors (VIF of 5 or more); the slopes are uncertain.",
    "与其他自变量高度共线（VIF不低于5），系数不稳定。",
)
_REGRESSION = Words("regression", "回归")
_ONE_OUTCOME = Words(
    "a regression is of one outcome on its predictors, 'y ~ x + z', without labels or fixed values, and with products "
    "written x:z; several outcomes, constructs or constraints are a model for sme.fit.",
    "回归是一个因变量对其自变量，写作'y ~ x + z'，不带标签或固定值，乘积写作x:z；有多个因变量、潜变量或约束的"
    "模型请用sme.fit。",
)
_NO_PREDICTORS = Words(
    "a model without predictors; write the regression as 'y ~ x + z'.", "模型没有自变量；回归请写作'y ~ x + z'。"
)
_ITSELF = Words("{outcome} cannot predict itself: leave out {names}.", "{outcome}不能预测自身：请删去{names}。")
_PRODUCT = Words(
    "a product is no outcome of a regression; compute it as a column.", "乘积不能作回归的因变量；请先计算为一列。"
)
_OWN_ITEM = Words(
    "an item of the outcome {outcome} predicts it. Leave it out of one of them.",
    "是因变量{outcome}的题项，又用来预测它。请从其一中删去。",
)
_NO_OWN_SLOPE = Words(
    "{name} without {plain}: the slope of {plain} in the category of reference would be held at zero. Add {plain} to "
    "the predictors.",
    "有{name}而无{plain}：{plain}在参照类别中的斜率将被固定为零。请将{plain}加入自变量。",
)
_DECIDED_ALONE = Words(
    "respondent {who} alone decides a slope, so that the residual is zero whatever the answer, and se='hc3' has no "
    "errors. Leave the predictor out, or take se='standard'.",
    "某个斜率仅由受访者{who}决定，无论其如何作答残差均为零，se='hc3'因此没有标准误。请删去该自变量，或设se='standard'。",
)
