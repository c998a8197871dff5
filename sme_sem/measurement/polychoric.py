"""Correlations of what lies behind ordered answers: polychoric, polyserial, and Pearson's among continuous variables.

An answer on a short scale is a coarse reading of a continuous response: y falls into category a where the response
lies between two thresholds.  Taking the response as normal, two-step maximum likelihood finds the thresholds from each
variable and the correlations from pairs.

Olsson (1979), Psychometrika 44, 443-460; Olsson, Drasgow & Dorans (1982), Psychometrika 47, 337-347.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..arguments import chosen, listed
from ..errors import DataProblem, SpecificationError
from ..kernels import influence as kernel
from ..kernels import latent_moments
from ..responses.numeric import no_column
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, term
from ..threads import one_thread
from .answers import Answers, complete_answers, too_few_items

FINEST = 20  # categories of an item that somebody calls ordered
MOST_CATEGORIES = 11  # a scale from 0 to 10; whole numbers with more distinct values are taken as continuous


@dataclass(frozen=True, eq=False)
class Polychoric(Tabled):
    """Correlations of the responses behind the answers.

    correlation : items by items
    standard_errors : of the correlations, NaN on the diagonal
    thresholds : one row per ordered item, one column per threshold (1, 2, ...); NaN beyond an item's last
    n : respondents used; with ``missing="pairwise"`` all of them
    at_bound : pairs whose answers agree or oppose one another without exception, so that no value inside -1 and 1
        fits best; their correlation is given as .999 or -.999
    """

    correlation: pd.DataFrame
    standard_errors: pd.DataFrame
    thresholds: pd.DataFrame
    n: int
    at_bound: tuple[tuple[str, str], ...] = ()
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the lower triangle of the correlations, and the thresholds."""
        return (
            Table("polychoric", _TITLE, _columns(self.correlation, Kind.COEFFICIENT), self._triangle(), self.notes),
            Table(
                "thresholds",
                term("Threshold"),
                _columns(self.thresholds, Kind.ESTIMATE),
                tuple((str(row[0]), *map(float, row[1:])) for row in self.thresholds.itertuples()),
            ),
        )

    def doubts(self) -> tuple[Words, ...]:
        """Name the pairs whose correlation is the bound of the search, and say whether all go together."""
        return _doubts(self.correlation.to_numpy(), self.at_bound)

    def _triangle(self) -> tuple[tuple[Any, ...], ...]:
        names, values = self.correlation.index, self.correlation.to_numpy()
        return tuple(
            (str(name), *(float(values[i, j]) if j <= i else None for j in range(len(names))))
            for i, name in enumerate(names)
        )


@one_thread()
def polychoric(
    frame: pd.DataFrame,
    *,
    ordered: Sequence[str] | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    correct: float = 0.5,
) -> Polychoric:
    """Correlate ordered answers as if the responses behind them had been observed.

    Two ordered items get a polychoric correlation (tetrachoric with two categories), an ordered and a continuous one a
    polyserial, two continuous ones Pearson's.

    Sources: :mod:`sme_sem.measurement.polychoric`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item.
    ordered : sequence of str, optional
        The ordered items.  Without it, every column of whole numbers with at most 11 different values is ordered.
    missing : {"listwise", "pairwise"}
        Leave out every respondent with a gap, or use for each threshold and correlation all who gave the answers.
    correct : float
        What the one empty cell of a two-by-two table is given, keeping the margins (0: nothing).  Larger tables are
        left as they are.  This is lavaan's convention (``zero.add = c(0.5, 0)``).

    Returns
    -------
    Polychoric
        ``.correlation``, ``.standard_errors``, ``.thresholds``, ``.n``, ``.at_bound``.

    Raises
    ------
    DataProblem
        If an item has fewer than two different answers, or a pair has no correlation.
    SpecificationError
        If ``ordered`` names no column, or an option is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"agree": [1, 1, 2, 2, 3, 3, 3, 1], "buy": [0, 0, 0, 1, 1, 1, 0, 1]})
    >>> result = polychoric(answers)
    >>> round(float(result.correlation.loc["agree", "buy"]), 3)
    0.403
    >>> result.thresholds.round(3).loc["agree"].tolist()
    [-0.319, 0.319]
    """
    missing = chosen("missing", missing, ("listwise", "pairwise"))
    if not isinstance(correct, Real) or not 0 <= correct < 1:
        raise SpecificationError(_CORRECT.filled(correct=repr(correct)))
    answers = complete_answers(frame)
    used = answers.frame if missing == "listwise" else answers.values.dropna(how="all")
    _require_spread(used, answers)
    values, levels = _coded(used, _ordered(used, ordered))
    moments = latent_moments.moments(values, levels, correct=correct)
    names = used.columns
    first, second = moments.layout.covariance.T
    rho = moments.correlation[first, second]
    if (lost := np.flatnonzero(np.isnan(rho))).size:
        raise DataProblem(_LOST.filled(first=names[first[lost[0]]], second=names[second[lost[0]]]))
    bound = tuple((str(names[i]), str(names[j])) for i, j in moments.layout.covariance[moments.at_bound])
    notes = answers.sample_notes() if missing == "listwise" else (_PAIRWISE.filled(n=len(used)),)
    return Polychoric(
        correlation=pd.DataFrame(moments.correlation, index=names, columns=names),
        standard_errors=pd.DataFrame(_standard_errors(moments), index=names, columns=names),
        thresholds=_thresholds(moments, names),
        n=len(used),
        at_bound=bound,
        notes=(*notes, *_doubts(moments.correlation, bound)),
    )


def polychoric_of_items(answers: Answers) -> Polychoric:
    """Correlate items that all count as ordered; refuse one with more answers than a scale has."""
    for item in answers.frame:
        if (different := answers.frame[item].nunique()) > FINEST:
            raise DataProblem(_TOO_FINE.filled(item=item, different=different, most=FINEST))
    return polychoric(answers.frame, ordered=answers.frame.columns.tolist())


def _require_spread(used: pd.DataFrame, answers: Answers) -> None:
    if used.shape[1] < 2:
        raise too_few_items(used.shape[1])
    if constant := [str(name) for name in used if used[name].nunique() < 2]:
        counts = {"names": joined(constant, ", ", "、"), "n": len(used), "answered": answers.n_answered}
        raise DataProblem(_CONSTANT.filled(**counts))


def _ordered(used: pd.DataFrame, named: Sequence[str] | None) -> list[bool]:
    if named is None:
        return [bool((used[name].dropna() % 1 == 0).all()) and used[name].nunique() <= MOST_CATEGORIES for name in used]
    if isinstance(named, str):
        raise SpecificationError(_NAMES.filled(named=repr(named)))
    named = listed("ordered", named, "MK1")
    for name in named:
        if name not in used.columns:
            raise no_column(name, used, "ordered")
    return [name in set(named) for name in used]


def _coded(used: pd.DataFrame, ordered: list[bool]) -> tuple[np.ndarray, np.ndarray]:
    """Codes 0, 1, ... for the answers that occur, and how many; continuous columns as they are, and 0."""
    values, levels = used.to_numpy(dtype=float, copy=True), np.zeros(used.shape[1], dtype=int)
    for i in np.flatnonzero(ordered):
        codes, categories = pd.factorize(values[:, i], sort=True)
        values[:, i], levels[i] = np.where(codes < 0, np.nan, codes), len(categories)
    return values, levels


def _thresholds(moments: kernel.Moments, names: pd.Index[Any]) -> pd.DataFrame:
    variable, number = moments.layout.threshold.T
    real = number >= 0
    ordered = np.unique(variable[real])
    values = np.full((len(ordered), int(number.max(initial=-1)) + 1), np.nan)
    values[np.searchsorted(ordered, variable[real]), number[real]] = moments.vector[: len(variable)][real]
    return pd.DataFrame(values, index=names[ordered], columns=range(1, values.shape[1] + 1))


def _standard_errors(moments: kernel.Moments) -> np.ndarray:
    """Standard errors of the correlations, those of covariances carried over by the delta method."""
    p, (first, second) = len(moments.correlation), moments.layout.covariance.T
    pairs, variances = len(first), len(moments.layout.variance)
    if variances:
        deviation = np.sqrt(np.linalg.diagonal(moments.covariance))
        directions = np.zeros((len(moments.vector), pairs))
        directions[-pairs:] = np.diag(1 / (deviation[first] * deviation[second]))
        for v, i in enumerate(moments.layout.variance):
            touched = (first == i) | (second == i)
            rho = moments.correlation[first, second]
            directions[v - pairs - variances] = np.where(touched, -rho / (2 * deviation[i] ** 2), 0.0)
        gamma = np.linalg.diagonal(kernel.gamma_along(moments, directions))
    else:
        gamma = kernel.gamma_diagonal(moments)[-pairs:]
    result = np.full((p, p), np.nan)
    result[first, second] = result[second, first] = np.sqrt(gamma / moments.n)
    return result


def _doubts(correlation: np.ndarray, at_bound: Sequence[tuple[str, str]]) -> tuple[Words, ...]:
    bound = (_AT_BOUND.filled(first=i, second=j) for i, j in at_bound)
    return (*bound, *((_NOT_DEFINITE,) if np.linalg.eigvalsh(correlation)[0] <= 0 else ()))


def _columns(frame: pd.DataFrame, kind: Kind) -> tuple[Column, ...]:
    return (Column("item", term("Item")), *(Column(str(name), str(name), kind, named=True) for name in frame.columns))


_CORRECT = Words(
    "correct={correct}: a part of one respondent, at least 0 and less than 1.",
    "correct={correct}：应为一名受访者的一部分，不小于0且小于1。",
)
_LOST = Words(
    "no correlation of {first} and {second}: too few respondents answered both, or those who did gave only one answer "
    "to one of them. Leave one out.",
    "无法计算{first}与{second}的相关：同时回答两题的受访者过少，或他们对其中一题的回答相同。请删去其一。",
)
_TOO_FINE = Words(
    "{item} has {different} different answers; an ordered item has at most {most}. Bring its answers into fewer "
    "categories, or do not take the items as ordered.",
    "{item}有{different}种不同的回答，有序题项至多{most}种。请将其回答合并为较少的类别，或不将题项视为有序。",
)
_CONSTANT = Words(
    "fewer than two different answers to {names} among {n} respondents (of {answered}): no correlations. Leave it out, "
    "or fill in or collect more answers.",
    "{n}名受访者（共{answered}名）对{names}的不同回答不足两种，无法计算相关。请删去该题，或补全、增加答卷。",
)
_NAMES = Words(
    "ordered={named}: give a list of names, such as [{named}].", "ordered={named}：应为名称的列表，如[{named}]。"
)
_TITLE = term("Polychoric correlation")
_PAIRWISE = Words(
    "{n} respondents; each threshold and correlation from all who gave the answers (pairwise).",
    "受访者{n}名；各阈值与相关系数均使用所有作答者（成对删除）。",
)
_AT_BOUND = Words(
    "{first} and {second}: the answers fit a perfect correlation best; the value shown is the bound of the search.",
    "{first}与{second}：完全相关最符合作答，所示数值为搜索边界。",
)
_NOT_DEFINITE = Words(
    "The matrix is not positive definite, as can happen to correlations estimated pair by pair.",
    "该矩阵非正定；逐对估计的相关系数可能出现这种情况。",
)
