"""Chi-square tests of models fitted to completed copies of the answers.

``D4`` fits the model to the copies stacked as well, ``D3`` looks at every copy at the mean estimates, ``D2`` knows
nothing but the copies' chi-squares and is the least exact.  D3 and D4 need the normal-theory likelihood; with a robust
estimator they are those of the plain chi-squares, divided by the scaling factor averaged over copies.  Ordered answers
have D2 of the scaled statistics alone.  Formulas: :mod:`sme_sem.kernels.pooling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import ConvergenceError, SpecificationError
from ..kernels import discrepancy
from ..kernels import pooling as kernel
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Status
from ..sem import indices
from ..sem.rivals import equal_moments
from ..sem.search import estimated
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from ..threads import one_thread

if TYPE_CHECKING:
    from ..sem.fit import Fit
    from .pooled import PooledFit


class ChiSquares(NamedTuple):
    """Chi-squares of one model: of every copy, of every copy at the mean estimates, and of the copies stacked.

    own, at_mean : (m,)   stacked : ()   the last two NaN without a normal-theory likelihood
    df : degrees of freedom    factor, shift, df_scaled : what makes the pooled chi-square a robust one
    """

    own: np.ndarray
    at_mean: np.ndarray
    stacked: float
    df: float
    factor: float = 1.0
    shift: float = 0.0
    df_scaled: float | None = None


def has_likelihood(fit: Fit) -> bool:
    """Whether the fit's test is, but for its scaling, the likelihood ratio of complete, normal answers."""
    method, moments = fit.options.method, fit.moments
    ratio = method.discrepancy == "ML" and (method.test == "standard" or method.scaled)
    return ratio and moments.patterns is None and moments.first_stage is None and moments.mean is not None


def of_model(fits: Sequence[Fit], theta: np.ndarray) -> ChiSquares:
    """Chi-squares against the saturated model; theta (q,) are the mean estimates."""
    first = fits[0]
    if not has_likelihood(first):
        return _of_copies(fits, "")
    own = np.array([fit.inference.total * fit.inference.value for fit in fits])
    at_mean = []
    covariance, mean = _covariances(fits).mean(axis=0), _means(fits).mean(axis=0)
    exogenous = len(first.table.exogenous)
    for fit in fits:
        own_mean = fit.sample.mean
        saturated = discrepancy.normal_distance(fit.sample.covariance, covariance, own_mean, mean)
        if exogenous:
            x = np.s_[..., -exogenous:]
            S, pooled = fit.sample.covariance[..., -exogenous:, x[1]], covariance[..., -exogenous:, x[1]]
            saturated = saturated - discrepancy.normal_distance(
                S, pooled, None if own_mean is None else own_mean[x], mean[x]
            )
        value = discrepancy.value(fit.pattern, fit.sample, theta)
        at_mean.append(fit.inference.total * float(value - (saturated * fit.sample.share).sum()))
    stacked = stacked_value(fits) * first.inference.total
    return ChiSquares(own, np.array(at_mean), stacked, float(first.inference.df), *_scaling(fits, ""))


def of_baseline(fits: Sequence[Fit]) -> ChiSquares:
    """Chi-squares of the independence model."""
    first = fits[0]
    if not has_likelihood(first):
        return _of_copies(fits, "baseline_")
    covariates = len(first.table.covariates)
    own = np.array([fit.inference.total * indices.baseline(fit.sample, covariates)[0] for fit in fits])
    stacked, df = indices.baseline(stacked_sample(fits), covariates)
    nowhere = np.full(len(fits), np.nan)
    return ChiSquares(own, nowhere, first.inference.total * float(stacked), float(df), *_scaling(fits, "baseline_"))


def _scaling(fits: Sequence[Fit], which: str) -> tuple[float, float, float | None]:
    """Factor, shift and degrees of freedom of the scaled statistic, averaged over copies."""
    if not fits[0].options.method.scaled:
        return 1.0, 0.0, None
    measured = [fit.measures() for fit in fits]
    names = ("chisq_scaling_factor", "chisq_shift_parameters", "df_scaled")
    factor, shift, df = (float(np.mean([m.get(f"{which}{name}", 0.0) for m in measured])) for name in names)
    return factor, shift, df


def _of_copies(fits: Sequence[Fit], which: str) -> ChiSquares:
    """Chi-squares copy by copy, scaled where they are; NaN where the statistic has no chi-square distribution."""
    scaled = "_scaled" * fits[0].options.method.scaled
    measured = pd.DataFrame([fit.measures()[[f"{which}{name}{scaled}" for name in _TEST]].to_numpy() for fit in fits])
    chi_square, df, p = measured.to_numpy().T
    own = np.where(np.isnan(p), np.nan, chi_square)
    return ChiSquares(own, np.full(own.shape, np.nan), np.nan, float(df.mean()))


def _covariances(fits: Sequence[Fit]) -> np.ndarray:
    """(m, G, p, p)"""
    return np.stack([fit.sample.covariance for fit in fits])


def _means(fits: Sequence[Fit]) -> np.ndarray:
    """(m, G, p)"""
    return np.stack([np.asarray(fit.moments.mean) for fit in fits])


def stacked_sample(fits: Sequence[Fit]) -> Sample:
    """Moments of all copies as one sample of n respondents."""
    first = fits[0]
    covariance, mean = kernel.stacked_moments(_covariances(fits).swapaxes(0, 1), _means(fits).swapaxes(0, 1))
    return first.sample._replace(covariance=covariance, mean=mean if first.table.means else None, volume=None)


def stacked_value(fits: Sequence[Fit]) -> float:
    """The smallest discrepancy from the stacked copies; NaN if it was not found."""
    first, sample = fits[0], stacked_sample(fits)
    moments = replace(first.moments, covariance=sample.covariance, mean=_means(fits).mean(axis=0), answers=None)
    found = estimated(first.table, first.pattern, sample, moments, first.options.max_iterations)
    if found.status[0] is not Status.CONVERGED:
        return np.nan
    return float(discrepancy.value(first.pattern, sample, found.theta[0]))


def pooled(chi: ChiSquares) -> dict[str, kernel.PooledTest]:
    """The tests there are, by name, the best first; none without degrees of freedom."""
    if not chi.df or not np.isfinite(chi.own).all():
        return {}
    found = {"D2": kernel.d2(chi.own, chi.df)}
    if np.isfinite(chi.at_mean).all():
        found = {"D3": kernel.d3(chi.own, chi.at_mean, chi.df), **found}
    if np.isfinite(chi.stacked):
        found = {"D4": kernel.d4(chi.own, np.asarray(chi.stacked), chi.df), **found}
    if chi.df_scaled is None:
        return found
    return {name: _scaled(test, chi.factor, chi.shift, chi.df_scaled) for name, test in found.items()}


def _scaled(test: kernel.PooledTest, factor: float, shift: float, df: float) -> kernel.PooledTest:
    chi_square = test.statistic * test.df1 / factor + shift
    return test._replace(statistic=chi_square / df, df1=np.asarray(df))


def frame_of(chi: ChiSquares, n: int) -> pd.DataFrame:
    """One row per test (test, chisq, F, df1, df2, pvalue, riv, m, n); chisq is df1 times F."""
    rows = [
        (
            name,
            float(t.df1 * t.statistic),
            *map(float, t[:3]),
            float(kernel.p_value(t)),
            float(t.increase),
            len(chi.own),
            n,
        )
        for name, t in pooled(chi).items()
    ]
    return pd.DataFrame(rows, columns=["test", "chisq", "F", "df1", "df2", "pvalue", "riv", "m", "n"])


@dataclass(frozen=True, eq=False)
class PooledComparison(Tabled):
    """Two nested models, fitted to the same completed copies.

    tests : one row per pooled chi-square difference test (test, chisq, F, df1, df2, pvalue, riv, m, n)
    """

    tests: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Give the tests."""
        return (table_of_tests(self.tests, "imputed_comparison", term("Chi-square difference")),)


@one_thread()
def compare_imputed(restricted: PooledFit, full: PooledFit) -> PooledComparison:
    """Test a restricted model against a fuller one, both fitted to the same copies.

    Formulas and sources: :mod:`sme_sem.kernels.pooling`.

    Parameters
    ----------
    restricted, full
        Results of :func:`fit_imputed` on the same imputations; the restricted model has more degrees of freedom.

    Returns
    -------
    PooledComparison
        ``.tests``: D4, D3 and D2 where they exist.

    Raises
    ------
    SpecificationError
        The fits are not of the same copies, variables or estimator, or robust, or ``restricted`` has not more degrees
        of freedom.
    ConvergenceError
        In some copies the restricted model fits better, so the two are not nested.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("y ~ 0.4*a + 0.4*b; a ~~ 1*a; b ~~ 1*b", 200, seed=1)
    >>> copies = sme.impute(answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1), m=5, seed=3)
    >>> full = sme.fit_imputed("y ~ a + b", copies)
    >>> sme.compare_imputed(sme.fit_imputed("y ~ p*a + p*b", copies), full).tests["test"].tolist()
    ['D4', 'D3', 'D2']
    """
    from .pooled import PooledFit

    for name, given in (("restricted", restricted), ("full", full)):
        require_kind(name, given, PooledFit, _POOLED)
    a, b = restricted.fits, full.fits
    if len(a) != len(b) or (restricted.n, restricted.failed, full.failed) != (full.n, 0, 0):
        raise SpecificationError(_ALL_COPIES)
    if any(fit.options.method != a[0].options.method or fit.options.method.scaled for fit in (*a, *b)):
        raise SpecificationError(_ONE_ESTIMATOR)
    if set(a[0].observed) != set(b[0].observed):
        raise SpecificationError(_OTHER_VARIABLES)
    if not all(equal_moments(one.moments, other.moments) for one, other in zip(a, b, strict=True)):
        raise SpecificationError(_OTHER_COPIES)
    narrow, wide = restricted.chi_squares, full.chi_squares
    if narrow.df <= wide.df:
        raise SpecificationError(_ORDER.filled(restricted=f"{narrow.df:g}", full=f"{wide.df:g}"))
    difference = ChiSquares(
        narrow.own - wide.own, narrow.at_mean - wide.at_mean, narrow.stacked - wide.stacked, narrow.df - wide.df
    )
    if (difference.own < -1e-6 * np.abs(narrow.own)).any():
        raise ConvergenceError(_NOT_NESTED)
    return PooledComparison(frame_of(difference, restricted.n))


def table_of_tests(tests: pd.DataFrame, name: str, title: Text) -> Table:
    """Print pooled tests."""
    rough = (_ROUGH,) if len(tests) and "D4" not in set(tests["test"]) else ()
    return Table(name, title, _COLUMNS, rows_from(tests, _COLUMNS), (_SOURCES, *rough))


_POOLED = Words("a pooled fit as sme.fit_imputed returns it", "sme.fit_imputed返回的合并结果")
_ALL_COPIES = Words(
    "both models must have been fitted to all of the same copies.", "两个模型须以相同的全部插补数据集拟合。"
)
_ONE_ESTIMATOR = Words(
    "pooled difference tests need the same estimator in both models, not a robust one.",
    "合并的差异检验要求两个模型采用同一估计方法，且不是稳健估计。",
)
_OTHER_VARIABLES = Words(
    "the models have different observed variables, so neither is nested in the other.",
    "两个模型的观测变量不同，互不嵌套。",
)
_ORDER = Words(
    "the restricted model has {restricted} degrees of freedom and the full one {full}: the restricted one comes first "
    "and must have more.",
    "受限模型的自由度为{restricted}，完整模型为{full}：受限模型须在前，且自由度更大。",
)
_NOT_NESTED = Words(
    "in some copies the restricted model fits better than the full one: they are not nested.",
    "在部分数据集中，受限模型的拟合优于完整模型：两者并非嵌套。",
)
_OTHER_COPIES = Words(
    "the answers of the models' copies are not the same, so their chi-squares have no difference. Fit both models to "
    "one result of impute(), in the same order.",
    "两个模型所用的插补数据集不同，其卡方值之差没有意义。请以impute()的同一结果、按同一顺序拟合两个模型。",
)
_ROUGH = Words(
    "D2 alone knows only the copies' chi-squares: with many degrees of freedom and few copies it may be far off.",
    "D2仅依据各数据集的卡方值：自由度大而数据集少时可能偏差很大。",
)
_TEST = ("chisq", "df", "pvalue")
_COLUMNS = (
    Column("test", Words("Pooled by", "合并方法")),
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("F", "F", Kind.STATISTIC),
    Column("df1", "df1", Kind.COUNT),
    Column("df2", "df2", Kind.ESTIMATE),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("riv", Words("Increase of variance", "方差相对增量"), Kind.ESTIMATE),
    Column("m", Words("Copies", "数据集数"), Kind.COUNT),
    Column("n", "N", Kind.COUNT),
)
_SOURCES = Words(
    "D4: Chan and Meng (2022). D3: Meng and Rubin (1992). D2: Li, Meng, Raghunathan and Rubin (1991). χ² = df1 × F.",
    "D4：Chan与Meng（2022）；D3：Meng与Rubin（1992）；D2：Li、Meng、Raghunathan与Rubin（1991）。χ² = df1 × F。",
)
