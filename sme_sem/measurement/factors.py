"""Common factors behind a set of items (exploratory factor analysis), as a scale's structure is looked for.

Components summarise everything in the items; factors explain what the items share, and leave every item a unique
variance.  Factors are ordered by the variance they explain after rotation, and each has a positive sum of loadings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..arguments import chosen, whole
from ..errors import ConvergenceError, SpecificationError
from ..kernels import factors as kernel
from ..kernels import fit_indices
from ..tables import Column, Kind, Table, Words, joined, rows_from, term
from ..threads import one_thread
from . import extraction
from .item_correlations import CorrelationKind, correlation_named
from .rotations import ROTATIONS_OF_FACTORS


@dataclass(frozen=True, eq=False, kw_only=True)
class Factors(extraction.Extracted):
    """Factors and their rotation.

    loadings : items x factors; after an oblique rotation the pattern matrix
    structure : correlations of items with factors; equals ``loadings`` unless oblique
    correlations : correlations between factors; the identity unless oblique
    communalities, uniquenesses : shares of every item's variance the factors do and do not explain
    variance : one row per factor (factor, sum_of_squares, percent, cumulative), after rotation
    chisq, df, pvalue : test that so many factors suffice (Bartlett's correction); chisq and pvalue are NaN where n is
        unknown or the correlations are polychoric
    rmsr : root mean square residual correlation
    weights : items x factors; standardised answers times these are the scores
    """

    uniquenesses: pd.Series[float]
    chisq: float
    df: int
    pvalue: float
    rmsr: float
    extraction: Words

    def tables(self) -> tuple[Table, ...]:
        """Give the loadings, the variance explained and the fit; if oblique, also structure and correlations."""
        fit = (len(self.variance), self.chisq, self.df, self.pvalue, self.rmsr)
        return (
            self._sorted_loadings(self.extraction, *_LOADINGS_TABLE[self.method.kind], self.notes),
            Table(
                "factor_variance",
                term("Total variance explained"),
                _VARIANCE_COLUMNS,
                rows_from(self.variance),
                (_OBLIQUE,) if self.method.oblique else (),
            ),
            Table("factor_fit", Words("Do the factors suffice", "因子数是否足够"), _FIT_COLUMNS, (fit,)),
            *self._if_oblique("factor_correlations", term("Factor correlation matrix"), term("Common factor")),
        )


@one_thread()
def factors(
    frame: pd.DataFrame | None = None,
    n_factors: int | None = None,
    rotation: str = "oblimin",
    *,
    method: Literal["minres", "paf", "ml"] = "minres",
    correlation: CorrelationKind = "pearson",
    cov: pd.DataFrame | None = None,
    n: int | None = None,
    suppress: float = 0.3,
) -> Factors:
    """Find the common factors of a set of items and rotate them (exploratory factor analysis).

    Parameters
    ----------
    frame : DataFrame, optional
        One row per respondent, one numeric column per item; rows with a gap are left out.
    n_factors : int
        How many factors; ``retention`` suggests a number.
    rotation : {"oblimin", "promax", "geomin", "varimax", "quartimax", "equamax", "none"}, default "oblimin"
        The first three let the factors correlate, the others keep them uncorrelated.  Promax takes rows of length
        one (Kaiser), as SPSS and psych's ``fa`` do.
    method : {"minres", "paf", "ml"}
        Smallest residual correlations (unweighted least squares), or maximum likelihood.  Principal axis factoring,
        repeated until communalities stand still as here, ends at the smallest residuals as well (Harman and Jones 1966,
        Psychometrika 31, 351-368).
    correlation : {"pearson", "polychoric"}
        Of the answers, or of the responses behind ordered answers.
    cov : DataFrame, optional
        A covariance or correlation matrix, in place of ``frame``.
    n : int, optional
        Number of respondents behind ``cov``, for the test.
    suppress : float, default 0.3
        Loadings of a smaller size are left out of the printed table.

    Returns
    -------
    Factors
        ``.loadings``, ``.communalities``, ``.correlations``, ``.variance``, ``.chisq``, ``.rmsr``, ``.scores()``.

    Raises
    ------
    SpecificationError
        If so many factors cannot be told apart from so few items, or a method, rotation or correlation is unknown.
    DataProblem
        If respondents are too few, or an item is not numeric, does not vary or follows from others.
    ConvergenceError
        If an item's unique variance would have to be zero or negative (a Heywood case).

    Notes
    -----
    The test multiplies the likelihood discrepancy at the solution by n - 1 - (2p + 5) / 6 - 2m / 3 (Bartlett, 1950,
    British Journal of Statistical Psychology 3, 77-85), whichever the method, as psych does; only with ``"ml"`` is it a
    likelihood-ratio test.

    Formulas and sources: :mod:`sme_sem.kernels.factors`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> model = "trust =~ 2*t1 + 2*t2 + 2*t3; use =~ 2*u1 + 2*u2 + 2*u3; trust ~~ .3*use"
    >>> found = sme.factors(sme.simulate(model, 300, seed=1), 2)
    >>> [", ".join(items.index[items > 0.4]) for _, items in found.loadings.items()]
    ['t1, t2, t3', 'u1, u2, u3']
    >>> found.df
    4
    """
    turning = extraction.rotation_named(rotation, ROTATIONS_OF_FACTORS)
    extraction.require_size(suppress)
    label, found = _METHODS[chosen("method", method, tuple(_METHODS))]
    correlation = correlation_named(correlation)
    R, names, notes, answers = extraction.source(frame, cov, n, correlation)
    m = _how_many(n_factors, len(R))
    solution = found(R, m)
    _require_proper(solution, names, m)
    extracted = solution.loadings
    turned = extraction.rotated(R, names, "F", extracted, turning, lambda rotated, structure: rotated * structure)
    items = pd.Index(names, name="item")
    chi_square = _chi_square(R, solution, n if answers is None else answers.n, correlation)
    df = kernel.degrees_of_freedom(len(R), m)
    return Factors(
        **turned.frames,
        communalities=pd.Series(1 - solution.unique, index=items, name="communality"),
        uniquenesses=pd.Series(solution.unique, index=items, name="uniqueness"),
        variance=_variance(turned.explained, len(R)),
        chisq=chi_square,
        df=df,
        pvalue=float(fit_indices.p_value(chi_square, df)),
        rmsr=float(kernel.root_mean_square_residual(R, extracted, solution.unique)),
        extraction=label,
        method=turning,
        suppress=suppress,
        notes=(*notes, *turned.notes),
        answers=answers,
    )


def _how_many(n_factors: int | None, p: int) -> int:
    most = kernel.most(p)
    if not most:
        raise SpecificationError(_UNIDENTIFIED.filled(p=p))
    return whole("n_factors", n_factors, 1, _HOW_MANY.filled(most=most, p=p), most)


def _require_proper(solution: kernel.Factors, names: list[Any], m: int) -> None:
    if solution.proper:
        return
    nowhere = [str(name) for name, u in zip(names, solution.unique, strict=True) if not u > kernel.IMPROPER]
    why = _NO_UNIQUE.filled(items=joined(nowhere, ", ", "、")) if nowhere else _NONE_FOUND
    fewer = _FEWER.filled(n=Words(f"{m - 1} factor{'s' * (m > 2)}", str(m - 1))) if m > 1 else _LEAVE_OUT
    raise ConvergenceError(_IMPROPER.filled(n=Words(f"{m} factor{'s' * (m > 1)}", str(m)), why=why) + fewer)


def _chi_square(R: Any, solution: kernel.Factors, n: int | None, correlation: str) -> float:
    if n is None or correlation == "polychoric":
        return np.nan
    p, m = solution.loadings.shape
    value = kernel.likelihood_discrepancy(R, solution.loadings, solution.unique)
    return float((n - 1 - (2 * p + 5) / 6 - 2 * m / 3) * value)


def _variance(squares: Any, p: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "factor": [f"F{j + 1}" for j in range(len(squares))],
            "sum_of_squares": squares,
            "percent": 100 * squares / p,
            "cumulative": 100 * squares.cumsum() / p,
        }
    )


_UNIDENTIFIED = Words(
    "{p} items do not identify a factor: take at least three.", "{p}个题项不足以识别一个因子：请至少取三个。"
)
_HOW_MANY = Words(
    "a whole number from 1 to {most} for {p} items; sme.retention(frame).suggested names one",
    "1至{most}的整数（{p}个题项）；sme.retention(frame).suggested给出建议",
)
_IMPROPER = Words("no proper solution with {n}: {why}. ", "{n}个因子没有恰当解：{why}。")
_NO_UNIQUE = Words("the unique variance of {items} would be zero or negative", "{items}的独特方差为零或负值")
_NONE_FOUND = Words("none was found", "未得到解")
_FEWER = Words(
    "Take {n}, or leave out an item that nearly repeats another.", "请提取{n}个因子，或删去与其他题项几乎重复的题项。"
)
_LEAVE_OUT = Words("Leave out an item that nearly repeats another.", "请删去与其他题项几乎重复的题项。")
_METHODS = {
    "minres": (term("Minimum residuals"), kernel.minimum_residuals),
    "paf": (Words("Principal axis factoring", "主轴因子法"), kernel.minimum_residuals),
    "ml": (term("Maximum likelihood"), kernel.maximum_likelihood),
}
_LOADINGS_TABLE = {
    "none": ("factor_matrix", term("Factor matrix")),
    "orthogonal": ("rotated_factors", term("Rotated factor matrix")),
    "oblique": ("rotated_factors", term("Pattern matrix")),
}
_OBLIQUE = Words(
    "The factors correlate: what an item owes to two of them together is shared equally.",
    "因子之间相关，两个因子共同解释的方差平分到各因子。",
)
_VARIANCE_COLUMNS = (
    Column("factor", term("Common factor")),
    Column("sum_of_squares", Words("Sum of squared loadings", "载荷平方和"), Kind.ESTIMATE),
    Column("percent", Words("Variance %", "方差百分比"), Kind.PERCENT),
    Column("cumulative", Words("Cumulative %", "累积百分比"), Kind.PERCENT),
)
_FIT_COLUMNS = (
    Column("n_factors", Words("Factors", "因子数"), Kind.COUNT),
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    Column("pvalue", term("Significance"), Kind.PROBABILITY),
    Column("rmsr", Words("Root mean square residual", "残差均方根"), Kind.COEFFICIENT),
)
