"""The same model by another program: semopy estimates it anew, and every number is laid beside ours.

The completed parameter table is written out for semopy line by line (every loading, path, variance and
covariance, free or fixed, equal ones under one name), so that no default of semopy's can differ, and
semopy gets the same covariance matrix and the same starting values.  What is compared: estimates,
standard errors, chi-square, degrees of freedom, CFI and RMSEA.  semopy's AIC, BIC, log-likelihood and
GFI follow other definitions and it has no SRMR, so these are not.

Two conventions are brought to ours: semopy's RMSEA divides by n - 1, and its CFI may exceed one.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import ConvergenceError, SpecificationError
from ..kernels import linalg
from ..tables import NOTHING, Column, Kind, Table, Tabled, Words
from . import objective
from .constraints import constrained
from .diagnosis import Diagnostic
from .fitted import require_solution
from .parameters import Parameter, ParameterTable
from .start import start_values

if TYPE_CHECKING:
    from .fit import Fit

NEAR_ENOUGH = 1e-4  # N g^T H^-1 g: how much lower chi-square may still be than at semopy's estimates
TOLERANCE = 1e-4
"""Largest difference that counts as agreement: above where semopy's optimiser stops (about 1e-6), and too
small for variances divided by n to pass for those divided by n - 1, up to some thousands of respondents."""


@dataclass(frozen=True, eq=False)
class CrossCheck(Tabled):
    """One model by two programs.

    frame : one row per compared number (quantity, ours, theirs, difference, confirmed)
    tolerance : what counts as agreement, see :func:`cross_check`
    message : how semopy's optimiser says it ended
    """

    frame: pd.DataFrame
    tolerance: float
    message: str
    notes: tuple[Words, ...] = ()

    @property
    def compared(self) -> int:
        """How many numbers were compared."""
        return len(self.frame)

    @property
    def confirmed(self) -> int:
        """How many of them agree within the tolerance."""
        return int(self.frame["confirmed"].sum())

    def tables(self) -> tuple[Table, ...]:
        """Give one table: what was compared, both values, their difference."""
        count = _COUNT.filled(confirmed=self.confirmed, compared=self.compared, tolerance=f"{self.tolerance:g}")
        ended = () if self.confirmed == self.compared else (_ENDED.filled(message=self.message),)
        rows = tuple((_PRINTED.get(name, name), *own) for name, *own in self.frame.itertuples(index=False, name=None))
        return (Table("cross_check", _TITLE, _COLUMNS, rows, (count, *self.notes, *ended)),)


def cross_check(fit: Fit, *, tolerance: float = TOLERANCE) -> CrossCheck:
    """Estimate the same specification with semopy and compare.

    Parameters
    ----------
    fit : Fit
        A converged maximum likelihood fit of one group without means.
    tolerance : float, default 0.0001
        An estimate is confirmed if the two differ by at most ``tolerance`` times its absolute value or
        its standard error, whichever is larger; a standard error or chi-square, relative to its value
        (chi-square: at least to its degrees of freedom); CFI and RMSEA, absolutely.

    Returns
    -------
    CrossCheck
        ``.frame`` (quantity, ours, theirs, difference, confirmed), ``.confirmed``, ``.compared``.

    Raises
    ------
    SpecificationError
        semopy cannot estimate such a model; the message says what it lacks.
    ConvergenceError
        The fit itself has not converged, so there is nothing to confirm.

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.sem.second_engine import cross_check
    >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3 + 0.7*t4", 300, seed=1)
    >>> check = cross_check(sme.fit("trust =~ t1 + t2 + t3 + t4", answers))
    >>> check.confirmed, check.compared
    (20, 20)
    """
    _refuse_what_semopy_lacks(fit)
    answer = _answered(fit)
    frame = pd.DataFrame(_compared(fit, answer, tolerance), columns=[c.name for c in _COLUMNS])
    notes = (_WITHOUT_CFI,) if answer.cfi is None else ()
    return CrossCheck(frame, tolerance, answer.message, notes)


def by_semopy(fit: Fit) -> Fit:
    """Put semopy's estimates in the place of ours; errors, tests and indices are computed at them.

    Raises as :func:`cross_check` does, and :class:`ConvergenceError` where semopy's estimates are no minimum.
    """
    _refuse_what_semopy_lacks(fit)
    answer = _answered(fit)
    slope = objective.slope(fit.pattern, fit.sample, fit.moments, answer.estimates)
    remaining = fit.n * slope.gradient @ linalg.solve(slope.hessian, slope.gradient)
    if not remaining < NEAR_ENOUGH:  # NaN as well
        raise ConvergenceError(_NO_MINIMUM.filled(message=repr(answer.message)))
    note = Diagnostic("info", "estimated_by_semopy", _BY_SEMOPY)
    return replace(fit, theta=answer.estimates, diagnostics=(*fit.diagnostics, note), slope=slope)


@dataclass(frozen=True, eq=False)
class _Answer:
    """What semopy found: estimates and standard errors (q,) in the order of our parameters.

    cfi : None where semopy's independence model is another one than ours
    """

    estimates: np.ndarray
    errors: np.ndarray
    chi_square: float
    df: int
    cfi: float | None
    rmsea: float
    message: str


def _refuse_what_semopy_lacks(fit: Fit) -> None:
    require_solution(fit, _NOTHING_TO_CONFIRM)
    if problem := _lacking(fit):
        raise SpecificationError(problem)


def _lacking(fit: Fit) -> Words:
    """What semopy does not have that this model needs, and what would do."""
    table = fit.table
    if table.composites:
        return _NO_COMPOSITES
    if table.phantoms:
        return _NO_PHANTOMS.filled(name=table.phantoms[0])
    if table.ordered:
        return _NO_THRESHOLDS
    if fit.estimator != "ML":
        return _ONLY_ML.filled(name=repr(fit.estimator))
    if fit.options.rotation not in (None, "none"):
        return _NO_ROTATION
    if table.groups > 1:
        return _ONE_GROUP
    if table.means:
        return _NO_MEANS
    if constrained(table):
        return _NO_CONSTRAINTS
    if mixed := _mixed(table):
        return _NO_MIXED.filled(names=mixed)
    return _ALL_FIXED if table.n_free == 0 else NOTHING


def _mixed(table: ParameterTable) -> str:
    """Name covariances between an item's residual and a cause of something: semopy has no place for them."""
    items = {p.rhs for p in table.parameters if p.op == "=~"}
    causes = {p.cause for p in table.parameters}
    pure = items - causes
    between = [p for p in table.parameters if p.op == "~~" and p.lhs != p.rhs and (p.free or p.value != 0)]
    return ", ".join(
        str(p) for p in between if (p.lhs in pure and p.rhs in causes) or (p.rhs in pure and p.lhs in causes)
    )


# --- what semopy is asked ------------------------------------------------------------------------------


def description(fit: Fit) -> str:
    """Write a fit in semopy's syntax, every parameter stated under the variables' own names.

    Raises as :func:`cross_check` does.
    """
    _refuse_what_semopy_lacks(fit)
    return _description(fit, {name: name for name in fit.table.variables})


def _description(fit: Fit, alias: dict[str, str]) -> str:
    """Write the parameter table in semopy's syntax; free parameter number i is called ``p<i>_``."""
    table = fit.table
    written = [p for p in table.parameters if p.free or p.op != "~~" or p.lhs == p.rhs or p.value != 0]
    lines = [_line(p, _value(p, fit), alias) for p in written]
    stated = {frozenset((p.lhs, p.rhs)) for p in written if p.op == "~~"}
    lines += [f"{alias[n]} ~~ 0*{alias[n]}" for n in table.variables if frozenset((n,)) not in stated]
    lines += [  # semopy would fix these at the sample's covariances
        f"{alias[a]} ~~ 0*{alias[b]}"
        for a, b in combinations(_only_causes(table), 2)
        if frozenset((a, b)) not in stated
    ]
    connected = {name for p in table.parameters if p.effect for name in (p.lhs, p.rhs)}
    alone = [alias[name] for name in table.variables if name not in connected]
    return "\n".join([*lines, *([f"FORCE(endo) {' '.join(alone)}"] if alone else [])])


def _line(p: Parameter, value: float, alias: dict[str, str]) -> str:
    factor = f"p{p.index}_" if p.free else np.format_float_positional(value, trim="-")
    return f"{alias[p.lhs]} {p.op} {factor}*{alias[p.rhs]}"


def _value(p: Parameter, fit: Fit) -> float:
    """Where a parameter is fixed; moments of exogenous variables are the sample's."""
    if not p.exogenous:
        return p.value
    place = {name: i for i, name in enumerate(fit.observed)}
    return float(fit.sample.covariance[0, place[p.lhs], place[p.rhs]])


def _only_causes(table: ParameterTable) -> list[str]:
    """Observed variables to which nothing points."""
    effects = {p.effect for p in table.parameters}
    causes = {p.cause for p in table.parameters}
    return [name for name in table.observed if name in causes - effects]


def _answered(fit: Fit) -> _Answer:
    with _silence():
        try:
            return _estimated_by_semopy(fit)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
            why = _STOPPED.filled(kind=type(problem).__name__, problem=problem)
            raise SpecificationError(why) from problem


def _estimated_by_semopy(fit: Fit) -> _Answer:
    from semopy import Model, stats

    table = fit.table
    alias = {name: f"v{i}_" for i, name in enumerate(table.variables)}  # any name, Chinese too, becomes a plain one
    covariance = pd.DataFrame(fit.sample.covariance[0]).set_axis(list(alias.values())[: len(fit.observed)], axis=0)
    covariance = covariance.set_axis(covariance.index, axis=1)
    n = fit.n - (fit.options.likelihood == "wishart")
    model = Model(_description(fit, alias), mimic_lavaan=True, cov_diag=True)
    start = start_values(table, fit.sample.covariance, None)
    for name, parameter in model.parameters.items():
        if parameter.active:
            parameter.start, parameter.bound = float(start[_index(name)]), (None, None)
    result = _fitted(model, covariance, n)
    chi_square = float(stats.calc_chi2(model)[0])
    fixed_moments = sum(p.exogenous for p in table.parameters)
    df = int(stats.calc_dof(model)) - fixed_moments
    names = [name for name, parameter in model.parameters.items() if parameter.active]
    order = np.argsort([_index(name) for name in names])
    errors = stats.calc_se(model, information=fit.options.information)
    return _Answer(
        np.asarray(model.param_vals, dtype=float)[order],
        np.asarray(errors, dtype=float)[order],
        chi_square,
        df,
        None if table.covariates else _cfi(covariance, n, chi_square, df),
        float(stats.calc_rmsea(model, chi2=chi_square, dof=df)) * np.sqrt((n - 1) / n) if df else 0.0,
        str(result.message),
    )


def _fitted(model: Any, covariance: pd.DataFrame, n: int) -> Any:
    options = {"ftol": 1e-13, "maxiter": 2000}  # semopy's own 1e-6 stops too early to confirm anything
    return model.fit(cov=covariance, obj="MLW", n_samples=n, options=options)


def _cfi(covariance: pd.DataFrame, n: int, chi_square: float, df: int) -> float:
    """semopy's CFI, from its independence model of all the variables."""
    from semopy import Model, stats

    independence = Model(f"common_ =~ {' + '.join(covariance.columns)}", baseline=True)
    _fitted(independence, covariance, n)
    other, other_df = float(stats.calc_chi2(independence)[0]), int(stats.calc_dof(independence))
    value = stats.calc_cfi(independence, dof=df, chi2=max(chi_square, df), dof_base=other_df, chi2_base=other)
    return float(value)


def _index(name: str) -> int:
    return int(name[1:-1])


# --- side by side --------------------------------------------------------------------------------------


def _compared(fit: Fit, answer: _Answer, tolerance: float) -> list[tuple[str, float, float, float, bool]]:
    names = fit.table.names()
    errors = np.sqrt(np.diagonal(fit.vcov.to_numpy()))
    measures = fit.measures()
    rows = [
        _row(name, ours, theirs, tolerance * max(abs(ours), se))
        for name, ours, theirs, se in zip(names, fit.theta, answer.estimates, errors, strict=True)
    ]
    rows += [
        _row(f"SE({name})", ours, theirs, tolerance * ours)
        for name, ours, theirs in zip(names, errors, answer.errors, strict=True)
    ]
    chi_square, df = float(measures["chisq"]), float(measures["df"])
    rows.append(_row("chisq", chi_square, answer.chi_square, tolerance * max(chi_square, df, 1)))
    rows.append(_row("df", df, answer.df, 0))
    if answer.cfi is not None:
        rows.append(_row("cfi", measures["cfi"], answer.cfi, tolerance))
    rows.append(_row("rmsea", measures["rmsea"], answer.rmsea, tolerance))
    return rows


def _row(quantity: str, ours: float, theirs: float, allowed: float) -> tuple[str, float, float, float, bool]:
    difference = float(theirs) - float(ours)
    return quantity, float(ours), float(theirs), difference, bool(abs(difference) <= allowed)  # False for NaN


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep semopy from printing, warning and logging, and leave the root logger as it was."""
    root, before = logging.getLogger(), logging.root.manager.disable
    quiet = logging.NullHandler()  # without a handler, logging.warning would install one for good
    root.addHandler(quiet)
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        root.removeHandler(quiet)


_BY_SEMOPY = Words("The estimates are semopy's (engine='semopy').", "参数估计由 semopy 完成（engine='semopy'）。")
_TITLE = Words("Cross-check by a second program (semopy)", "第二软件（semopy）交叉验证")
_COUNT = Words(
    "{confirmed} of {compared} values confirmed by semopy (tolerance {tolerance}).",
    "semopy 证实了 {compared} 个数值中的 {confirmed} 个（容许误差 {tolerance}）。",
)
_ENDED = Words("semopy's optimiser ended with: {message}.", "semopy优化器的终止信息：{message}。")
_WITHOUT_CFI = Words(
    "CFI not compared: semopy's independence model sets covariances among observed predictors to zero.",
    "未比较CFI：semopy的独立模型将外生观测变量之间的协方差设为零。",
)
_PRINTED = {"chisq": "χ²", "cfi": "CFI", "rmsea": "RMSEA"}
_COLUMNS = (
    Column("quantity", Words("Quantity", "统计量")),
    Column("ours", Words("This program", "本软件"), Kind.ESTIMATE),
    Column("theirs", "semopy", Kind.ESTIMATE),
    Column("difference", Words("Difference", "差值"), Kind.ESTIMATE),
    Column("confirmed", Words("Confirmed", "一致")),
)


_NOTHING_TO_CONFIRM = Words(
    "there is nothing to confirm; see fit.diagnostics.", "没有可供核对的结果；详见fit.diagnostics。"
)
_NO_MINIMUM = Words(
    "semopy's estimates are no minimum of the discrepancy: it ended with {message}.",
    "semopy的估计值不是差异函数的最小值点：其终止信息为{message}。",
)
_STOPPED = Words(
    "semopy cannot estimate this model: it stopped with {kind} ({problem}).",
    "semopy无法估计此模型：因{kind}（{problem}）而中止。",
)
_NO_COMPOSITES = Words(
    "semopy has no composites (<~), so it cannot confirm this model.", "semopy没有合成构念（<~），因而无法核对此模型。"
)
_NO_PHANTOMS = Words(
    "semopy has no constructs without items; write {name} =~ 0*x1, with any item, for =~ 0.",
    "semopy没有不含题项的构念；请将=~ 0写作{name} =~ 0*x1，题项任取。",
)
_NO_THRESHOLDS = Words(
    "semopy has no thresholds, robust errors and tests of ordered answers, so it cannot confirm these. Without "
    "ordered= and with estimator='ML' it can confirm the continuous analysis.",
    "semopy没有有序作答的阈值、稳健标准误与检验，因而无法核对。不用ordered=并以estimator='ML'拟合，则可核对按连续变量所作的分析。",
)
_ONLY_ML = Words(
    "semopy cannot confirm estimator={name}; fit with estimator='ML'.",
    "semopy无法核对estimator={name}；请以estimator='ML'拟合。",
)
_NO_ROTATION = Words(
    "semopy has no rotation of exploratory blocks; fit with rotation='none' to compare.",
    "semopy不旋转探索性区块；如需比较，请以rotation='none'拟合。",
)
_ONE_GROUP = Words(
    "semopy cannot fit several groups at once; cross-check one group's own fit.",
    "semopy不能同时拟合多个组；请核对单个组的拟合结果。",
)
_NO_MEANS = Words(
    "semopy's maximum likelihood has no means and intercepts; fit without them (meanstructure=False).",
    "semopy的最大似然估计没有均值与截距；请不含均值结构拟合（meanstructure=False）。",
)
_NO_CONSTRAINTS = Words(
    "semopy cannot keep parameters to constraints (==, <, >, effect coding); fit without them.",
    "semopy不能对参数施加约束（==、<、>、效应编码）；请去掉约束后拟合。",
)
_NO_MIXED = Words(
    "semopy cannot estimate a covariance between an item and a construct or a predictor: {names}. It keeps the "
    "residuals of items apart from everything else.",
    "semopy不能估计题项与构念或自变量之间的协方差：{names}。它只允许题项的残差彼此相关。",
)
_ALL_FIXED = Words(
    "every parameter of the model is fixed: there is nothing to estimate.", "模型的全部参数均已固定：没有可估计的参数。"
)
