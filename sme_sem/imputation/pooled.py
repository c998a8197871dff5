"""One model, fitted to every completed copy of the answers and put together by Rubin's rules.

Estimates are means over copies; their variance is what one copy leaves uncertain plus what the gaps leave uncertain.
The standardized solution, defined parameters and R-squared are those of the pooled estimates, with delta-method errors
from their total variance.  Fit indices come from the pooled chi-squares of model and baseline (D4, or D2 where there is
no normal-theory likelihood; robust ones with a robust estimator).

Rubin (1987), Multiple Imputation for Nonresponse in Surveys.  Barnard and Rubin (1999), Biometrika 86, 948-955.
Enders and Mansolf (2018), Psychological Methods 23, 76-93 (fit indices from pooled chi-squares).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import probability, require_kind
from ..errors import ConvergenceError, SpecificationError
from ..kernels import fit_indices
from ..kernels import pooling as kernel
from ..sem.columns import measure_columns
from ..sem.composites import LOADING
from ..sem.fit import Fit, fit
from ..sem.fitted import A_FIT
from ..sem.quoted import objections
from ..sem.result import shares_explained
from ..sem.solution import Point, stacked
from ..sem.specification import Specification
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, rows_from, term
from ..tables.format import interval_columns
from ..tasks import Progress, done
from ..threads import one_thread
from . import pooled_tests
from .impute import Imputations
from .pooled_tests import ChiSquares


@dataclass(frozen=True, eq=False)
class PooledFit(Tabled):
    """A model fitted to completed copies of the answers.

    fits : those that converged    failed : how many others were set aside
    complete_df : the degrees of freedom that estimates would have without gaps
    """

    fits: tuple[Fit, ...]
    failed: int
    complete_df: float

    @property
    def m(self) -> int:
        """How many copies stand behind the numbers."""
        return len(self.fits)

    @property
    def n(self) -> int:
        """How many respondents each fit analysed."""
        return self.fits[0].n

    @property
    def admissible(self) -> bool:
        """Whether every copy gave a proper solution."""
        return not self.failed and all(fit.admissible for fit in self.fits)

    @cached_property
    def _spread(self) -> kernel.Spread:
        return kernel.spread(
            np.stack([fit.theta for fit in self.fits]), np.stack([fit.vcov.to_numpy() for fit in self.fits])
        )

    @property
    def vcov(self) -> pd.DataFrame:
        """Total covariance matrix of the free parameters' estimates; with groups a name tells its own, as in a fit."""
        names = self.fits[0].table.names(self.fits[0].moments.labels)
        total = self._spread.within + (1 + 1 / self.m) * self._spread.between
        return pd.DataFrame(total, index=names, columns=names)

    @cached_property
    def _point(self) -> Point:
        first = self.fits[0]
        return Point.at(first.table, first.pattern, self._spread.mean, *self._sample)

    @cached_property
    def _sample(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Covariances and means, averaged over copies."""
        covariance = np.stack([fit.sample.covariance for fit in self.fits]).mean(axis=0)
        means = [fit.sample.mean for fit in self.fits if fit.sample.mean is not None]
        return covariance, np.stack(means).mean(axis=0) if means else None

    def estimates(self, *, level: float = 0.95) -> pd.DataFrame:
        """All parameters: lhs op rhs group label free est se t df pvalue ci_lower ci_upper riv fmi std_lv std_all.

        ``t`` has ``df`` degrees of freedom (Barnard and Rubin 1999); ``riv`` is the relative increase of variance due
        to the gaps, ``fmi`` the fraction of missing information.

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> pooled = sme.fit_imputed("use ~ trust", copies, progress=False)
        >>> pooled.estimates().query("op == '~'")[["lhs", "rhs", "est", "fmi"]].round(2)
           lhs    rhs   est   fmi
        0  use  trust  0.45  0.26
        """
        point, table = self._point, self.fits[0].table
        own = np.zeros((len(table.index), table.n_free))
        free = np.flatnonzero(table.index >= 0)
        own[free, table.index[free]] = 1
        defined = stacked(list(point.defined().values()), table.n_free)
        value = np.concatenate([point.estimates, defined.value])
        gradient = np.concatenate([own, defined.gradient])
        standardized = {
            f"std_{name}": point.solution(observed=observed).value for name, observed in (("lv", False), ("all", True))
        }
        return pd.DataFrame(self._relations() | {"est": value} | self._inference(value, gradient, level) | standardized)

    def standardized(self, *, level: float = 0.95) -> pd.DataFrame:
        """Completely standardized solution: lhs op rhs group est_std se t df pvalue ci_lower ci_upper riv fmi.

        Parameters
        ----------
        level
            Confidence of the intervals.

        Raises
        ------
        SpecificationError
            ``level`` does not lie between 0 and 1.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> pooled = sme.fit_imputed("use ~ trust", copies, progress=False)
        >>> pooled.standardized().query("op == '~'")[["lhs", "rhs", "est_std", "df"]].round(2)
           lhs    rhs  est_std     df
        0  use  trust     0.38  23.77
        """
        columns = self._relations()
        del columns["label"], columns["free"]
        found = self._point.solution(observed=True)
        inference = self._inference(found.value, found.gradient, level, least=1e-24)
        return pd.DataFrame(columns | {"est_std": found.value} | inference)

    def _relations(self) -> dict[str, Any]:
        frame = self.fits[0].estimates()
        return {name: frame[name] for name in ("lhs", "op", "rhs", "group", "label", "free")}

    def _inference(
        self, value: np.ndarray, gradient: np.ndarray, level: float, least: float = 0.0
    ) -> dict[str, np.ndarray]:
        """Rubin's rules for functions of the parameters: (r,), (r, q); ``least`` is a variance in standard units."""
        probability("level", level, 0.95)
        within = np.vecdot(gradient @ self._spread.within, gradient)
        between = np.vecdot(gradient @ self._spread.between, gradient)
        rounding = 1e-20 * (np.abs(gradient) @ np.sqrt(np.diagonal(self._spread.within))) ** 2
        within = np.where(within > np.maximum(rounding, least), within, np.nan)  # a constant has no error
        riv = kernel.relative_increase(within, between, self.m)
        df = kernel.degrees_of_freedom(riv, self.m, self.complete_df)
        se = np.sqrt(within * (1 + riv))
        t, half = value / se, kernel.quantile(0.5 + level / 2, df) * se
        none = np.isnan(within)
        return {
            "se": se,
            "t": t,
            "df": np.where(none, np.nan, df),
            "pvalue": np.where(none, np.nan, kernel.two_sided(t, df)),
            "ci_lower": value - half,
            "ci_upper": value + half,
            "riv": np.where(none, np.nan, riv),
            "fmi": np.where(none, np.nan, kernel.missing_information(riv, df)),
        }

    @cached_property
    def chi_squares(self) -> ChiSquares:
        """Chi-squares of the model, copy by copy and at the common estimates."""
        return pooled_tests.of_model(self.fits, self._spread.mean)

    def tests(self) -> pd.DataFrame:
        """Tests of the model (:mod:`sme_sem.imputation.pooled_tests`): test chisq F df1 df2 pvalue riv m n.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> pooled = sme.fit_imputed("use ~ 0.5*trust", copies, progress=False)
        >>> pooled.tests()[["test", "df1", "m"]]
          test  df1  m
        0   D4  1.0  3
        1   D3  1.0  3
        2   D2  1.0  3
        """
        return pooled_tests.frame_of(self.chi_squares, self.n)

    def measures(self) -> pd.Series[float]:
        """Fit measures from pooled chi-squares: npar ntotal m chisq df pvalue F riv cfi tli rmsea ... srmr.

        ``chisq`` is ``df`` times the pooled F of the first row of :meth:`tests`, ``pvalue`` that of F.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> pooled = sme.fit_imputed("use ~ 0.5*trust", copies, progress=False)
        >>> pooled.measures()[["df", "chisq", "srmr"]].round(2).to_dict()
        {'df': 1.0, 'chisq': 0.16, 'srmr': 0.03}
        """
        first, tests = self.fits[0], self.tests()
        npar = first.measures()["npar"]
        found = {"npar": npar, "ntotal": self.n, "m": self.m, "chisq": 0.0, "df": self.chi_squares.df, "pvalue": np.nan}
        if len(tests):
            own = tests.iloc[0]
            chi_square, df, total = max(float(own["chisq"]), 0.0), float(own["df1"]), first.inference.total
            base = pooled_tests.pooled(pooled_tests.of_baseline(self.fits))[str(own["test"])]
            independence, groups = max(float(base.df1 * base.statistic), 0.0), first.table.groups
            lower, upper = fit_indices.rmsea_interval(chi_square, df, total, groups)
            found |= {"chisq": chi_square, "df": df, "pvalue": own["pvalue"], "F": own["F"], "riv": own["riv"]}
            found |= {
                "cfi": fit_indices.cfi(chi_square, df, independence, base.df1),
                "tli": fit_indices.tli(chi_square, df, independence, base.df1),
                "rmsea": fit_indices.rmsea(chi_square, df, total, groups),
                "rmsea_ci_lower": lower,
                "rmsea_ci_upper": upper,
            }
        if not first.table.ordered:
            implied, (covariance, mean) = self._point.moments, self._sample
            residuals = fit_indices.srmr(covariance, implied.sigma, mean, None if mean is None else implied.mu)
            found["srmr"] = (first.inference.test.weight * residuals).sum()
        return pd.Series(found, name="value", dtype=float)

    def r_squared(self) -> pd.Series[float]:
        """Share of variance explained at the pooled estimates, by variable (and group, if there are several).

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> pooled = sme.fit_imputed("use ~ trust", copies, progress=False)
        >>> pooled.r_squared().round(2).to_dict()
        {'use': 0.14}
        """
        return shares_explained(self._point, self.fits[0].moments.labels)

    def tables(self) -> tuple[Table, ...]:
        """Give the pooled tests, fit indices, and estimates."""
        measures = self.measures()
        indices_ = tuple((index.heading, float(measures[index.name])) for index in _INDICES if index.name in measures)
        notes = self._notes()
        estimates = self.estimates()
        several = self.fits[0].table.groups > 1
        columns = tuple(column for column in _COLUMNS if several or column.name != "group")
        moments = estimates["lhs"].isin(self.fits[0].table.made) & estimates["op"].isin(("~~", "~1"))
        rows = rows_from(estimates[~moments & (estimates["op"] != LOADING)], columns)
        return (
            pooled_tests.table_of_tests(self.tests(), "imputed_test", term("Model fit")),
            Table("imputed_fit", term("Goodness-of-fit indices table"), _INDEX_COLUMNS, indices_),
            Table("imputed_estimates", Words("Pooled estimates", "合并估计"), columns, rows, notes),
        )

    def _notes(self) -> tuple[Text, ...]:
        odf = Words("infinite", "无穷大") if np.isinf(self.complete_df) else f"{self.complete_df:g}"
        notes: list[Text] = [_RULES.filled(m=self.m, n=self.n, df=odf)]
        if self.failed:
            notes.append(_FAILED.filled(failed=self.failed, m=self.m + self.failed))
        if improper := [fit for fit in self.fits if not fit.admissible]:
            reason = next(iter(objections(improper[0])), Words("a warning", "警告"))
            notes.append(_IMPROPER.filled(n=len(improper), m=self.m, reason=reason))
        return tuple(notes)


@one_thread()
def fit_imputed(
    model: str | Specification,
    imputations: Imputations | Iterable[pd.DataFrame],
    *,
    complete_df: float | None = None,
    workers: int | None = None,
    progress: bool | Progress = True,
    **options: Any,
) -> PooledFit:
    """Fit a model to every completed copy of the answers and pool the results.

    Formulas and sources: :mod:`sme_sem.kernels.pooling`.

    Parameters
    ----------
    model
        As for :func:`sme_sem.fit`.
    imputations
        What :func:`impute` gave, or completed DataFrames of any other origin.
    complete_df
        See :func:`pool`.
    workers, progress
        Processes that share the work; a bar on a terminal, or a function of the copies done and those there are.
    **options
        Further arguments of :func:`sme_sem.fit`, such as ``estimator="MLR"`` or ``group="region"``.

    Returns
    -------
    PooledFit
        ``.estimates()``, ``.standardized()``, ``.tests()``, ``.measures()``, ``.r_squared()``, ``.fits``.

    Raises
    ------
    SpecificationError
        A copy still has gaps in a variable of the model.
    ConvergenceError
        Fewer than two copies gave estimates.
    SmeSemError
        The model cannot be fitted to completed answers, see :func:`sme_sem.fit`.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3 + .7*t4", 300, seed=1)
    >>> copies = sme.impute(answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1), m=5, seed=3)
    >>> pooled = sme.fit_imputed("trust =~ t1 + t2 + t3 + t4", copies)
    >>> pooled.tests()["test"].tolist(), pooled.m, pooled.n
    (['D4', 'D3', 'D2'], 5, 300)
    """
    specification = Specification.read(model)
    several = isinstance(imputations, Iterable) and not isinstance(imputations, pd.DataFrame)
    copies = list(imputations) if several else []
    if not copies or not all(isinstance(copy, pd.DataFrame) for copy in copies):
        raise SpecificationError(_COPIES)
    for number, copy in enumerate(copies, start=1):
        if open_ := [name for name in specification.observed if name in copy and copy[name].isna().any()]:
            raise SpecificationError(_STILL_OPEN.filled(number=number, names=joined(open_, ", ", "、")))
    tried = done(
        partial(_fitted, specification, options), copies, title="Imputed fits", workers=workers, progress=progress
    )
    fits = tuple(found for found in tried if found is not None)
    return _pooled(fits, len(tried) - len(fits), complete_df)


def _fitted(model: Specification, options: dict[str, Any], copy: pd.DataFrame) -> Fit | None:
    try:
        return fit(model, copy, **(options | {"on_failure": "raise"}))
    except ConvergenceError:
        return None


@one_thread()
def pool(fits: Iterable[Fit], *, complete_df: float | None = None) -> PooledFit:
    """Pool fits of one model to completed copies of the same answers.

    Parameters
    ----------
    fits
        At least two converged fits of the same model, to as many respondents.
    complete_df
        Degrees of freedom that estimates would have without gaps (Barnard and Rubin's v); without it n less the number
        of free parameters.  ``math.inf`` gives Rubin's (1987) degrees of freedom, and z where nothing is missing.

    Returns
    -------
    PooledFit
        ``.estimates()``, ``.standardized()``, ``.tests()``, ``.measures()``, ``.r_squared()``, ``.fits``.

    Raises
    ------
    SpecificationError
        The fits are not of one model, or of different respondents.
    ConvergenceError
        One did not converge, or there are fewer than two.

    Examples
    --------
    >>> import math, sme_sem as sme
    >>> fit = sme.fit("y ~ x", sme.simulate("y ~ .5*x; x ~~ 1*x", 100, seed=1))
    >>> same = sme.pool([fit, fit], complete_df=math.inf).estimates()
    >>> bool((same["se"] == fit.estimates()["se"])[:2].all()), float(same["fmi"][0])
    (True, 0.0)
    """
    require_kind("fits", fits, Iterable, _FITS)
    fits = tuple(fits)
    for found in fits:
        require_kind(Words("each of fits", "fits的每一项"), found, Fit, A_FIT)
    if lost := [i for i, found in enumerate(fits, start=1) if not found.converged]:
        raise ConvergenceError(_LOST.filled(number=lost[0]))
    return _pooled(fits, 0, complete_df)


def _pooled(fits: tuple[Fit, ...], failed: int, complete_df: float | None) -> PooledFit:
    if len(fits) < 2:
        raise ConvergenceError(_TOO_FEW.filled(n=len(fits), m=len(fits) + failed))
    first = fits[0]
    if first.options.rotation is not None:
        raise SpecificationError(_ROTATED)
    for number, other in enumerate(fits[1:], start=2):
        if other.table.names() != first.table.names() or other.moments.labels != first.moments.labels:
            raise SpecificationError(_OTHER_MODEL.filled(number=number))
        if other.n != first.n:
            raise SpecificationError(_OTHER_SAMPLE.filled(first=first.n, number=number, other=other.n))
    if complete_df is None:
        complete_df = max(first.n - first.table.n_free, 1)
    if not isinstance(complete_df, Real) or not complete_df > 0:
        raise SpecificationError(_COMPLETE_DF.filled(df=repr(complete_df)))
    return PooledFit(fits, failed, float(complete_df))


_COPIES = Words(
    "imputations= takes the completed copies of the answers, a DataFrame each, as sme.impute makes them.",
    "imputations=应为插补后的完整数据集，每个为DataFrame，如sme.impute所生成。",
)
_STILL_OPEN = Words(
    "copy {number} still has gaps in {names}: impute these columns too (variables=).",
    "第{number}个数据集的{names}仍有缺失：请一并插补这些列（variables=）。",
)
_FITS = Words("fitted models as sme.fit returns them", "sme.fit返回的多个拟合模型")
_LOST = Words(
    "fit {number} did not converge, so it cannot be pooled; leave it out, and say so.",
    "第{number}个拟合未收敛，无法合并；请将其剔除，并予以说明。",
)
_TOO_FEW = Words(
    "{n} of {m} copies gave estimates; pooling needs at least two. Fit the model to one copy alone to see what stands "
    "in the way, or take a simpler model.",
    "{m}个数据集中仅{n}个得到估计；合并至少需要两个。请先对单个数据集拟合模型以查明原因，或采用更简单的模型。",
)
_ROTATED = Words(
    "exploratory blocks are rotated anew in every copy, so their loadings are not pooled.",
    "探索性区块在每个数据集中各自旋转，其载荷不能合并。",
)
_OTHER_MODEL = Words(
    "fit {number} has other parameters or groups than fit 1. With ordered answers every copy needs every category.",
    "第{number}个拟合的参数或组与第1个不同。作答为有序变量时，每个数据集须含全部类别。",
)
_OTHER_SAMPLE = Words(
    "fit 1 is of {first} respondents and fit {number} of {other}: not one sample.",
    "第1个拟合有{first}名受访者，第{number}个有{other}名：不是同一样本。",
)
_COMPLETE_DF = Words(
    "complete_df={df}: give degrees of freedom above zero, or math.inf.",
    "complete_df={df}：应为大于0的自由度，或math.inf。",
)
_INDICES = measure_columns("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")
_INDEX_COLUMNS = (Column("index", Words("Index", "指标")), Column("value", Words("Value", "值"), Kind.COEFFICIENT))
_COLUMNS = (
    Column("lhs", Words("Left", "左侧")),
    Column("op", Words("Relation", "关系")),
    Column("rhs", Words("Right", "右侧")),
    Column("group", Words("Group", "组别")),
    Column("est", term("Unstandardized estimate"), Kind.ESTIMATE),
    Column("se", term("Standard error"), Kind.ESTIMATE),
    Column("t", "t", Kind.STATISTIC),
    Column("df", "df", Kind.ESTIMATE),
    Column("pvalue", "p", Kind.PROBABILITY),
    *interval_columns(0.95),
    Column("fmi", Words("Missing information", "缺失信息比例"), Kind.COEFFICIENT),
    Column("std_all", Words("Std. all", "标准化估计"), Kind.COEFFICIENT),
)
_RULES = Words(
    "{m} completed copies of N = {n}, pooled by Rubin's rules (1987); df of Barnard and Rubin (1999), without gaps "
    "{df}. Missing information: the fraction lost by gaps.",
    "依Rubin（1987）规则合并{m}个完整数据集（N = {n}）；自由度按Barnard与Rubin（1999）计算，无缺失时为{df}。"
    "缺失信息比例为因缺失而损失的信息份额。",
)
_FAILED = Words(
    "{failed} of {m} copies gave no estimates and were set aside.", "{m}个数据集中有{failed}个未得到估计，已剔除。"
)
_IMPROPER = Words(
    "{n} of {m} copies gave no proper solution, for instance: {reason}",
    "{m}个数据集中有{n}个的解不合理，例如：{reason}",
)
