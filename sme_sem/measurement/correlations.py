"""Means, standard deviations and correlations: the table journals ask for before any model.

::

    t = r sqrt((n - 2 - k) / (1 - r^2)),   n - 2 - k degrees of freedom,   k variables held constant

The score of a scale is the mean of its items.  Standard deviations are divided by n - 1; tests are two-sided, and
presume normal scores.  Spearman's correlation is Pearson's of the ranks, with the same test; Kendall's is tau-b, with
the normal test that counts ties (exact for few respondents without ties), as scipy has it.  Partial correlations are
those of what a regression on the controls leaves.  Intervals are Fisher's, in the metric of atanh r, with variances::

    Pearson 1 / (n - 3 - k)     Spearman (1 + r^2 / 2) / (n - 3 - k)     Kendall 0.437 / (n - 4)

Fisher (1915), Biometrika 10, 507-521; (1924), Metron 3, 329-332.  Bonett and Wright (2000), Psychometrika 65, 23-28.
Fieller, Hartley and Pearson (1957), Biometrika 44, 470-481.  Kendall (1945), Biometrika 33, 239-251.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from ..arguments import chosen, listed, probability
from ..errors import DataProblem, SpecificationError
from ..instrument.options import is_quantity
from ..kernels import covariances, linalg
from ..responses.numeric import require_frame
from ..sem.multiple_testing import CORRECTIONS, Correction, corrected
from ..tables import Column, Kind, Number, Table, Tabled, Text, Words, about, joined
from ..threads import one_thread
from .answers import NO_SCALE, SCORED, STARS, Answers, complete_answers, require_items, require_scores, scored
from .dummies import Categories, categories_of, refuse_control

Method = Literal["pearson", "spearman", "kendall"]
Gaps = Literal["listwise", "pairwise"]


@dataclass(frozen=True, eq=False)
class Correlations(Tabled):
    """Means, standard deviations and correlations of scales or items.

    scores : one row per scale (scale, mean, sd)
    correlation, pvalue : scales by scales; the p value on the diagonal is NaN
    n : respondents who answered everything; with ``missing="pairwise"`` the largest number behind a correlation
    pairs : one row per pair (first, second, r, n, ci_lower, ci_upper, pvalue, pvalue_corrected)
    labels : what to print for scales
    """

    scores: pd.DataFrame
    correlation: pd.DataFrame
    pvalue: pd.DataFrame
    n: int
    pairs: pd.DataFrame
    notes: tuple[Text, ...] = ()
    labels: Mapping[str, Text] | None = None

    def tables(self) -> tuple[Table, ...]:
        """Give means, standard deviations, and the lower triangle of correlations with stars."""
        r = self.correlation.to_numpy()
        k = len(r)
        p = np.full((k, k), np.nan)
        p[np.tril_indices(k, -1)] = self.pairs["pvalue_corrected"]
        names, known = [str(name) for name in self.correlation], self.labels or {}
        values = self.scores[["mean", "sd"]].to_numpy(dtype=float)
        rows = tuple(
            (
                Words(f"{i + 1}. ", f"{i + 1}. ") + known.get(name, name),
                *map(float, values[i]),
                *(Number(r[i, j], p=float(p[i, j])) if j < i else "—" if j == i else "" for j in range(k)),
            )
            for i, name in enumerate(names)
        )
        columns = (
            Column("scale", Words("Variable", "变量")),
            Column("mean", Words("M", "均值 M"), Kind.ESTIMATE),
            Column("sd", Words("SD", "标准差 SD"), Kind.ESTIMATE),
            *(Column(str(name), str(i + 1), Kind.COEFFICIENT) for i, name in enumerate(names)),
        )
        return (Table("correlations", _TITLE, columns, rows, (*self.notes, STARS)).labelled(known),)


@one_thread()
def correlations(
    frame: pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None = None,
    *,
    method: Method = "pearson",
    missing: Gaps = "listwise",
    controls: str | Sequence[str] = (),
    categorical: Categories | Sequence[str] = (),
    correction: Correction | Literal["none"] = "none",
    level: float = 0.95,
) -> Correlations:
    """Describe scales and correlate them.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, reverse-worded items already recoded.
    scales : mapping of str to sequence of str, optional
        The items of every scale, whose mean is its score; without it the columns themselves are correlated.
    method : {"pearson", "spearman", "kendall"}
        Of the scores, of their ranks, or Kendall's tau-b.
    missing : {"listwise", "pairwise"}
        Leave rows with a gap out altogether, or only where the gap is in one of the two that are correlated.  The
        score of a scale needs all its items.
    controls : str or sequence of str
        Columns or scales to hold constant: partial correlations of the others.  Complete answers only.
    categorical : mapping of str to mapping, or sequence of str
        Columns whose codes are only names of categories (``instrument.nominal``): they cannot be held constant.
    correction : {"none", "holm", "benjamini-hochberg", "bonferroni"}
        Of p values for the number of pairs; stars tell the corrected ones.
    level : float
        Of the intervals.

    Returns
    -------
    Correlations
        ``.scores``, ``.correlation``, ``.pvalue`` (as they are), ``.n``, and ``.pairs``: one row per pair with its
        number of respondents, interval and both p values.

    Raises
    ------
    DataProblem
        If fewer than three respondents are complete, or a score is the same for everybody.
    SpecificationError
        For columns that are not there, and for options that do not go together.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5], "c": [5, 3, 4, 1, 2]})
    >>> result = correlations(answers, {"trust": ["a", "b"], "cost": ["c"]})
    >>> print(result.correlation.round(3))
           trust  cost
    trust   1.00 -0.58
    cost   -0.58  1.00
    >>> print(correlations(answers, method="kendall").pairs[["first", "second", "r"]].round(3))
      first second    r
    0     b      a  0.6
    1     c      a -0.6
    2     c      b -0.2
    """
    method, missing = chosen("method", method, get_args(Method)), chosen("missing", missing, get_args(Gaps))
    level = probability("level", level, 0.95)
    how = chosen("correction", correction, ("none", *get_args(Correction)))
    asked = listed("controls", controls, "size")
    require_frame(frame)
    for name, labels in categories_of(frame, categorical, scales or {}).items():
        if name in asked and not is_quantity(labels):
            raise refuse_control(name)
    answers, scores, held = _scored(frame, scales, asked, missing)
    if len(held.columns) and (missing == "pairwise" or method == "kendall"):
        other = "missing='pairwise'" if missing == "pairwise" else "method='kendall'"
        raise SpecificationError(
            Words(
                f"controls= and {other} do not go together: take 'listwise', 'pearson' or 'spearman'.",
                f"controls=与{other}不能并用：请取'listwise'、'pearson'或'spearman'。",
            )
        )
    names = [str(name) for name in scores]
    counts = _counted(scores)
    r = _of_pairs(scores, method) if missing == "pairwise" or method == "kendall" else _of_all(scores, held, method)
    effective = counts - _rank(held)
    p = _kendall_p(scores) if method == "kendall" else p_values(r, effective)
    lower = np.tril_indices(len(names), -1)
    low, high = _interval(r[lower], effective[lower], method, level)
    columns: dict[str, Any] = {"first": [names[i] for i in lower[0]], "second": [names[j] for j in lower[1]]}
    columns |= {"r": r[lower], "n": counts[lower], "ci_lower": low, "ci_upper": high}
    pairs = pd.DataFrame(columns | {"pvalue": p[lower], "pvalue_corrected": corrected(p[lower], how)})
    notes = (
        *(answers.sample_notes() if missing == "listwise" else _pairwise(pairs["n"].to_numpy(), len(scores))),
        *((SCORED,) if scales is not None else ()),
        *((_METHODS[method],) if method != "pearson" else ()),
        *((about(map(str, held), _PARTIAL),) if len(held.columns) else ()),
        *(() if how == "none" or pairs.empty else (_CORRECTED.filled(how=CORRECTIONS[how].title, n=len(pairs)),)),
    )
    described = pd.DataFrame({"scale": names, "mean": scores.mean().to_numpy(), "sd": scores.std().to_numpy()})
    n = int(pairs["n"].max() if len(pairs) else counts.max())
    correlation, pvalue = pd.DataFrame(r, names, names), pd.DataFrame(p, names, names)
    return Correlations(described, correlation, pvalue, n, pairs, notes)


def _scored(
    frame: pd.DataFrame, scales: Mapping[str, Sequence[str]] | None, controls: Sequence[str], missing: Gaps
) -> tuple[Answers, pd.DataFrame, pd.DataFrame]:
    """The answers behind them, and the scores of what is correlated and of what is held constant."""
    require_frame(frame)
    known = require_items(scales)
    if scales is not None and not known:
        raise SpecificationError(NO_SCALE)
    asked = {name: [name] for name in frame.columns} if scales is None else known
    require_scores(controls, frame, known)
    held = {name: asked.pop(name, [name]) for name in dict.fromkeys(controls)}
    if not asked:
        raise SpecificationError(
            Words(
                "nothing is left to correlate: name at least one scale or column beside the controls.",
                "没有可求相关的变量：除控制变量外，请至少指定一个量表或一列。",
            )
        )
    items = list(dict.fromkeys(item for own in (*asked.values(), *held.values()) for item in own))
    answers = complete_answers(frame, items)
    if missing == "pairwise":
        return answers, scored(answers.values, asked), scored(answers.values, held)
    needed = 3 + len(held)
    if answers.n < needed:
        least = Words("three", "3") if needed == 3 else needed
        raise DataProblem(_TOO_FEW.filled(n=answers.n, answered=answers.n_answered, least=least))
    return answers, scored(answers.frame, asked), scored(answers.frame, held)


def _counted(scores: pd.DataFrame) -> np.ndarray:
    """How many respondents have both scores: -> (k, k)"""
    known = scores.notna().to_numpy(dtype=float)
    return np.rint(known.T @ known).astype(int)


def _of_all(scores: pd.DataFrame, held: pd.DataFrame, method: Method) -> np.ndarray:
    """Correlations of complete scores, of their ranks, or of what the controls leave of either."""
    together = pd.concat([scores, held], axis=1).to_numpy(dtype=float)
    S = covariances.of_answers(stats.rankdata(together, axis=0) if method == "spearman" else together)
    names = [str(name) for name in (*scores, *held)]
    if alike := [name for name, own in zip(names, np.diagonal(S), strict=True) if not own > 0]:
        raise DataProblem(_ALIKE.filled(names=joined(alike, ", ", "、")))
    R, k = np.asarray(linalg.correlation(S)), len(scores.columns)
    if held.empty:
        return R
    left = R[:k, :k] - R[:k, k:] @ np.linalg.pinv(R[k:, k:], hermitian=True) @ R[k:, :k]
    if explained := [name for name, own in zip(names[:k], np.diagonal(left), strict=True) if own < 1e-10]:
        raise DataProblem(
            Words(
                f"{', '.join(explained)} can be computed from the controls: nothing is left to correlate.",
                f"{'、'.join(explained)}可由控制变量算出：没有剩余可求相关。",
            )
        )
    return np.asarray(linalg.correlation(left))


def _of_pairs(scores: pd.DataFrame, method: Method) -> np.ndarray:
    """Correlations of every two scores, of the respondents who have both."""
    r = scores.corr(method=method, min_periods=3).to_numpy(copy=True)
    np.fill_diagonal(r, 1.0)
    names = [str(name) for name in scores]
    if unknown := [
        Words(f"{names[i]} and {names[j]}", f"{names[i]}与{names[j]}") for i, j in np.argwhere(np.isnan(r)) if j < i
    ]:
        raise DataProblem(_UNKNOWN.filled(pairs=joined(unknown, ", ", "、")))
    return r


def _kendall_p(scores: pd.DataFrame) -> np.ndarray:
    values, k = scores.to_numpy(), len(scores.columns)
    p = np.full((k, k), np.nan)
    for i, j in zip(*np.tril_indices(k, -1), strict=True):
        p[i, j] = p[j, i] = stats.kendalltau(values[:, i], values[:, j], nan_policy="omit").pvalue
    return p


def _interval(r: np.ndarray, n: np.ndarray, method: Method, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Fisher's interval of each correlation; NaN where too few respondents stand behind it."""
    spread = {"pearson": 1.0, "spearman": 1 + r**2 / 2, "kendall": 0.437}[method]
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stats.norm.isf((1 - level) / 2) * np.sqrt(spread / np.maximum(n - 3 - (method == "kendall"), 0))
        z = np.arctanh(np.clip(r, -1, 1))
        low, high = np.tanh(z - half), np.tanh(z + half)
    return np.where(np.isfinite(half), low, np.nan), np.where(np.isfinite(half), high, np.nan)


def _rank(held: pd.DataFrame) -> int:
    """How many variables are held constant, one that follows from the others not counted."""
    if held.empty:
        return 0
    R = linalg.correlation(covariances.of_answers(held.to_numpy(dtype=float)))
    return int(np.linalg.matrix_rank(R, tol=1e-10, hermitian=True))


def _pairwise(counts: np.ndarray, answered: int) -> tuple[Words, ...]:
    """Say how many respondents stand behind the correlations."""
    if not len(counts):
        return ()
    least, most = int(counts.min()), int(counts.max())
    if least == most:
        return (_EACH_PAIR.filled(n=least, of=answered),)
    return (_PAIRWISE.filled(least=least, most=most, of=answered),)


def p_values(correlation: np.ndarray, n: int | np.ndarray) -> np.ndarray:
    """Two-sided p of every correlation of n respondents; NaN on the diagonal.

    >>> p_values(np.array([[1, 0.5], [0.5, 1]]), 20).round(4).tolist()
    [[nan, 0.0248], [0.0248, nan]]
    """
    r = np.clip(np.where(np.eye(len(correlation), dtype=bool), np.nan, correlation), -1, 1)
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((n - 2) / (1 - r**2))
    return np.asarray(2 * stats.t.sf(np.abs(t), n - 2))


_TITLE = Words("Means, standard deviations and correlations", "均值、标准差与相关系数")
_PAIRWISE = Words(
    "N = {least} to {most} of {of} respondents: each correlation is of those who have both scores (pairwise).",
    "样本量 N = {least}～{most}（共{of}名受访者）：各相关系数基于两项得分均有的受访者（成对删除）。",
)
_EACH_PAIR = Words(
    "N = {n} of {of} respondents for each correlation (pairwise).",
    "各相关系数的样本量 N = {n}（共{of}名受访者，成对删除）。",
)
_METHODS = {
    "spearman": Words("Spearman's rank correlations.", "斯皮尔曼（Spearman）等级相关系数。"),
    "kendall": Words("Kendall's tau-b.", "肯德尔（Kendall）τ-b相关系数。"),
}
_PARTIAL = Words("held constant; the correlations are partial ones.", "作为控制变量；表中为偏相关系数。")
_CORRECTED = Words(
    "Stars mark p values corrected for {n} correlations ({how}).", "星号依据按{n}个相关系数校正后的p值（{how}）。"
)
_TOO_FEW = Words(
    "{n} complete respondents (of {answered}): correlations need {least}.",
    "完整答卷仅{n}份（共{answered}份），相关分析至少需要{least}份。",
)
_ALIKE = Words(
    "everybody has the same score on {names}: no correlations. Leave it out.",
    "所有受访者在{names}上得分相同，无法计算相关。请删去。",
)

_UNKNOWN = Words(
    "no correlation of {pairs}: fewer than three respondents answered both, or all of these have the same score on "
    "one. Leave one out.",
    "{pairs}没有相关系数：同时作答者不足三名，或他们在其中一项上得分全同。请删去其一。",
)
