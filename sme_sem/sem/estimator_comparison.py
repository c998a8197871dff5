"""Answers in few categories taken as continuous and as ordered: do the conclusions differ?

A conclusion is a sign with significance at some level, or that there is none.  Coefficients are standardized, because
the units of items and of the responses behind them are not the same.  Fit stands side by side to be described, not to
choose by: RMSEA, CFI and TLI of least squares on polychoric correlations look better than those of maximum likelihood
at the same misfit.  Xia and Yang (2019), Behavior Research Methods 51, 409-428.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import flag, probability
from ..errors import SpecificationError
from ..tables import Column, Kind, Table, Tabled, Words
from ..tables.format import level
from ..words import at
from .columns import MEASURES
from .fit import Fit, fit
from .quoted import objections, reported
from .specification import Specification

_MEASURES = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")
_OWN = ("parameterization",)  # options of ordered answers alone


@dataclass(frozen=True, eq=False)
class EstimatorComparison(Tabled):
    """One model by two estimators.

    continuous, ordered : the two fits
    paths : lhs op rhs group, and est_std se pvalue of both (``..._continuous``, ``..._ordered``) and ``differs``
    fit_measures : the measures to be quoted, one column for each estimator
    alpha : level of significance
    """

    continuous: Fit
    ordered: Fit
    paths: pd.DataFrame
    fit_measures: pd.DataFrame
    alpha: float

    @property
    def differing(self) -> int:
        """How many conclusions differ."""
        return int(self.paths["differs"].sum())

    def tables(self) -> tuple[Table, ...]:
        """Give two tables: coefficients with their conclusions, and fit."""
        names = {"a": self.continuous.estimator, "b": self.ordered.estimator}
        cautions = tuple(
            _OF.filled(estimator=own.estimator, said=said)
            for own in (self.continuous, self.ordered)
            for said in objections(own)
        )
        several = self.continuous.table.groups > 1
        rows = tuple(
            (*([row.group] if several else []), f"{row.lhs} {row.op} {row.rhs}", *values, _verdict(bool(row.differs)))
            for row in self.paths.itertuples()
            for values in [[getattr(row, f"{column}_{side}") for side in _SIDES for column in _VALUES]]
        )
        columns = (
            *([Column("group", Words("Group", "组别"))] if several else []),
            Column("parameter", Words("Parameter", "参数")),
            *_columns("continuous", names["a"]),
            *_columns("ordered", names["b"]),
            Column("differs", Words("Conclusion", "结论")),
        )
        count = _COUNT.filled(k=self.differing, m=len(self.paths), alpha=level(self.alpha))
        notes = (count, _UNITS, *cautions)
        fit_rows = tuple((MEASURES[name].heading, *values) for name, *values in self.fit_measures.itertuples(name=None))
        fit_columns = (
            Column("measure", Words("Fit measure", "拟合指标")),
            Column("continuous", names["a"], Kind.STATISTIC),
            Column("ordered", names["b"], Kind.STATISTIC),
        )
        return (
            Table("estimator_paths", _PATHS.filled(**names), columns, rows, notes),
            Table("estimator_fit", _FIT.filled(**names), fit_columns, fit_rows, (_NOT_TO_CHOOSE, *cautions)),
        )


def compare_estimators(
    model: str | Specification,
    data: pd.DataFrame,
    *,
    ordered: bool | Sequence[str] = True,
    estimators: tuple[str, str] = ("MLR", "WLSMV"),
    loadings: bool = False,
    alpha: float = 0.05,
    **options: Any,
) -> EstimatorComparison:
    """Fit a model to answers as continuous and as ordered categories, and lay the conclusions side by side.

    Sources: :mod:`sme_sem.sem.estimator_comparison`.

    Parameters
    ----------
    model, data
        As for :func:`sme_sem.fit`.
    ordered
        Which variables are ordered categories in the second fit; all but covariates by default.
    estimators
        For continuous and for ordered answers.
    loadings
        Show loadings too; they are shown in any case where the model has no paths.
    alpha
        Level of significance.
    options
        Anything else :func:`sme_sem.fit` takes, for both fits.

    Returns
    -------
    EstimatorComparison
        ``.paths``, ``.fit_measures``, ``.differing``, and the fits as ``.continuous`` and ``.ordered``.

    Raises
    ------
    SpecificationError
        ``alpha`` is no probability.
    SmeSemError
        One of the two fits fails, see :func:`sme_sem.fit`.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.8*u1 + 0.7*u2 + 0.7*u3; use ~ 0.4*trust",
    ...                        400, seed=1).apply(lambda y: np.digitize(y, [-1, 0, 1]))
    >>> found = sme.compare_estimators("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust", answers)
    >>> found.paths[["lhs", "op", "rhs", "differs"]]
       lhs op    rhs  differs
    0  use  ~  trust    False
    """
    probability("alpha", alpha, 0.05)
    loadings = flag("loadings", loadings)
    first, second = _two(estimators)
    plain = {name: value for name, value in options.items() if name not in _OWN}
    continuous = fit(model, data, estimator=first, ordered=False, **plain)
    categorical = fit(model, data, estimator=second, ordered=ordered, **options)
    sides = [_coefficients(own, loadings=loadings) for own in (continuous, categorical)]
    key = ["lhs", "op", "rhs", "group"]
    paths = sides[0].merge(sides[1], on=key, suffixes=[f"_{side}" for side in _SIDES], sort=False)
    conclusions = [np.where(paths[f"pvalue_{side}"] < alpha, np.sign(paths[f"est_std_{side}"]), 0.0) for side in _SIDES]
    paths["differs"] = conclusions[0] != conclusions[1]
    found = dict(zip(_SIDES, (reported(continuous), reported(categorical)), strict=True))
    return EstimatorComparison(continuous, categorical, paths, pd.DataFrame(found, index=list(_MEASURES)), alpha)


def _two(estimators: object) -> tuple[str, str]:
    found = tuple(estimators) if isinstance(estimators, Sequence) and not isinstance(estimators, str) else ()
    if len(found) != 2:
        raise SpecificationError(at(f"estimators={estimators!r:.40}", _ONE_OF_EACH))
    return found[0], found[1]


def _coefficients(own: Fit, *, loadings: bool) -> pd.DataFrame:
    """Paths, correlations of constructs and defined quantities, standardized; loadings if asked, or if alone."""
    frame, latent = own.standardized(), set(own.latent)
    between = (frame["op"] == "~~") & (frame["lhs"] != frame["rhs"]) & frame["lhs"].isin(latent - own.table.made)
    path = frame["op"].isin(("~", ":="))
    kept = path | (between & frame["rhs"].isin(latent)) | ((frame["op"] == "=~") & (loadings or not path.any()))
    return frame.loc[kept, ["lhs", "op", "rhs", "group", *_VALUES]].reset_index(drop=True)


def _columns(side: str, estimator: str) -> tuple[Column, ...]:
    return (
        Column(f"est_std_{side}", Words(f"{estimator}: β", f"{estimator}：标准化系数 β"), Kind.COEFFICIENT),
        Column(f"se_{side}", Words(f"{estimator}: S.E.", f"{estimator}：标准误"), Kind.ESTIMATE),
        Column(f"pvalue_{side}", Words(f"{estimator}: p", f"{estimator}：p"), Kind.PROBABILITY),
    )


def _verdict(differs: bool) -> Words:
    return Words("differs", "不同") if differs else Words("same", "相同")


_SIDES = ("continuous", "ordered")
_VALUES = ("est_std", "se", "pvalue")
_PATHS = Words("Coefficients by {a} and by {b}", "{a}与{b}的系数比较")
_FIT = Words("Fit by {a} and by {b}", "{a}与{b}的拟合指标比较")
_COUNT = Words(
    "{k} of {m} conclusions (sign and significance at {alpha}) differ.",
    "{m}个结论（符号及在{alpha}水平上的显著性）中有{k}个不同。",
)
_UNITS = Words(
    "β, its standard error and p are of the standardized solution; the first estimator takes answers as continuous, "
    "the second as ordered categories.",
    "β及其标准误和p值均来自标准化解；前一方法将回答视为连续变量，后一方法视为有序类别。",
)
_NOT_TO_CHOOSE = Words(
    "χ², CFI, TLI and RMSEA are the corrected versions. They say how each analysis fits, not which one is right: with "
    "ordered categories the same misfit looks smaller (Xia and Yang, 2019), and thresholds such as CFI > .95 were made "
    "for continuous answers.",
    "χ²、CFI、TLI与RMSEA为校正版本，说明各分析的拟合情况，而不说明哪一个正确：按有序类别分析时，同样的误设看起来更小"
    "（Xia与Yang，2019），而CFI > .95等标准是针对连续变量制定的。",
)
_OF = Words("{estimator}: {said}", "{estimator}：{said}")
_ONE_OF_EACH = Words(
    "give one for continuous and one for ordered answers, such as estimators=('MLR', 'WLSMV').",
    "应给出两种估计方法，分别用于连续作答与有序作答，如estimators=('MLR', 'WLSMV')。",
)
