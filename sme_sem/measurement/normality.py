"""Whether answers could come from a multivariate normal population, which maximum likelihood assumes.

Skewness and kurtosis of every item, Mardia's multivariate skewness and kurtosis, and the
Henze-Zirkler test.  Ratings on a few points never are normal; the question is how far they are from
it, and the answer to a large departure is a robust estimator, not a transformation.

Henze & Zirkler (1990), Communications in Statistics - Theory and Methods 19, 3595-3617.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..kernels import normality as kernel
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from ..threads import one_thread
from .answers import Answers, complete_answers, require_correlations
from .descriptives import CONVENTION

LARGEST_HENZE_ZIRKLER = 3000
"""Respondents up to whom the Henze-Zirkler test is computed: it compares everybody with everybody."""


@dataclass(frozen=True, eq=False)
class Normality(Tabled):
    """How far answers are from a multivariate normal distribution.

    mardia_skew, mardia_kurtosis : Mardia's coefficients, from the respondents who answered every item; with
        ``_chisq``, ``_df`` (skew), ``_z`` (kurtosis) and ``_pvalue`` their tests
    henze_zirkler, henze_zirkler_pvalue : NaN beyond ``LARGEST_HENZE_ZIRKLER`` respondents
    items : one row per item (item, n, mean, sd, skew, kurtosis), each from all its answers
    n : respondents who answered every item
    """

    mardia_skew: float
    mardia_skew_chisq: float
    mardia_skew_df: int
    mardia_skew_pvalue: float
    mardia_kurtosis: float
    mardia_kurtosis_z: float
    mardia_kurtosis_pvalue: float
    henze_zirkler: float
    henze_zirkler_pvalue: float
    items: pd.DataFrame
    n: int
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the multivariate tests, and the items' skewness and kurtosis."""
        nan = float("nan")
        tests = (
            (_SKEW, self.mardia_skew, self.mardia_skew_chisq, self.mardia_skew_df, self.mardia_skew_pvalue),
            (_KURTOSIS, self.mardia_kurtosis, self.mardia_kurtosis_z, nan, self.mardia_kurtosis_pvalue),
            (_HENZE_ZIRKLER, self.henze_zirkler, nan, nan, self.henze_zirkler_pvalue),
        )
        rows = rows_from(self.items)
        return (
            Table("multivariate_normality", term("Multivariate normality"), _COLUMNS, tests, (_KINDS, *self.notes)),
            Table("item_normality", term("Normality test"), _ITEM_COLUMNS, rows, (CONVENTION,)),
        )


@one_thread()
def normality(frame: pd.DataFrame) -> Normality:
    """Describe the items' distributions and test multivariate normality.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item.

    Returns
    -------
    Normality
        ``.mardia_skew``, ``.mardia_kurtosis`` and their tests, ``.henze_zirkler``, ``.items``.

    Raises
    ------
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.
    SpecificationError
        Two columns have the same name.

    Notes
    -----
    Mardia's coefficients use the covariance matrix divided by n - 1, as R's psych and semTools do
    (Mardia's paper divides by n).  Skewness and kurtosis of items are
    the ones SPSS, SAS and Excel print (G1 and G2, corrected for small samples; a normal item has zero).
    The Henze-Zirkler test is pingouin's.

    Formulas and sources: :mod:`sme_sem.kernels.normality`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.measurement.normality import normality
    >>> result = normality(sme.simulate("trust =~ t1 + t2 + t3", 200, seed=1))
    >>> result.mardia_skew_df, round(result.mardia_kurtosis, 1)
    (10, 15.2)
    """
    answers = complete_answers(frame)
    require_correlations(answers)
    values = answers.frame.to_numpy()
    n, p = values.shape
    skew, kurtosis = kernel.mardia_skew(values), kernel.mardia_kurtosis(values)
    chi_square, df, skew_p = kernel.skew_test(skew, n, p)
    z, kurtosis_p = kernel.kurtosis_test(kurtosis, n, p)
    hz, hz_p = _henze_zirkler(values)
    return Normality(
        mardia_skew=float(skew),
        mardia_skew_chisq=float(chi_square),
        mardia_skew_df=df,
        mardia_skew_pvalue=float(skew_p),
        mardia_kurtosis=float(kurtosis),
        mardia_kurtosis_z=float(z),
        mardia_kurtosis_pvalue=float(kurtosis_p),
        henze_zirkler=hz,
        henze_zirkler_pvalue=hz_p,
        items=_items(answers),
        n=n,
        notes=(*answers.sample_notes(), *((_TOO_MANY,) if n > LARGEST_HENZE_ZIRKLER else ())),
    )


def _items(answers: Answers) -> pd.DataFrame:
    values = answers.values
    return pd.DataFrame(
        {
            "item": [str(name) for name in values],
            "n": values.count().to_numpy(),
            "mean": values.mean().to_numpy(),
            "sd": values.std().to_numpy(),
            "skew": values.skew().to_numpy(),
            "kurtosis": values.kurt().to_numpy(),
        }
    )


def _henze_zirkler(values: np.ndarray) -> tuple[float, float]:
    """Ask pingouin, in units in which no covariance matrix looks singular: the test does not depend on units.

    Whole numbers must not reach it as integers, to which pingouin 0.7 rounds the inverse covariances.
    """
    if len(values) > LARGEST_HENZE_ZIRKLER:
        return float("nan"), float("nan")
    from pingouin import multivariate_normality

    found = multivariate_normality(kernel.standardized(values))
    return float(found.hz), float(found.pval)


_SKEW = term("Mardia's coefficient") + Words(": ", "：") + term("Skewness")
_KURTOSIS = term("Mardia's coefficient") + Words(": ", "：") + term("Kurtosis")
_HENZE_ZIRKLER = Words("Henze-Zirkler test", "Henze-Zirkler检验")
_KINDS = Words("Statistic: chi-square for the skewness, z for the kurtosis.", "检验统计量：偏度为卡方值，峰度为Z值。")
_TOO_MANY = Words(
    f"Henze-Zirkler test not computed: more than {LARGEST_HENZE_ZIRKLER} respondents.",
    f"样本量超过 {LARGEST_HENZE_ZIRKLER}，未计算Henze-Zirkler检验。",
)
_COLUMNS = (
    Column("test", Words("Test", "检验")),
    Column("coefficient", Words("Coefficient", "系数"), Kind.ESTIMATE),
    Column("statistic", Words("Statistic", "检验统计量"), Kind.STATISTIC),
    Column("df", "df", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
)
_ITEM_COLUMNS = (
    Column("item", term("Item")),
    Column("n", "N", Kind.COUNT),
    Column("mean", term("Mean"), Kind.ESTIMATE),
    Column("sd", term("Standard deviation"), Kind.ESTIMATE),
    Column("skew", term("Skewness"), Kind.ESTIMATE),
    Column("kurtosis", term("Kurtosis"), Kind.ESTIMATE),
)
