"""Means, standard deviations and correlations: the table journals ask for before any model.

::

    t = r sqrt((n - 2) / (1 - r^2)),   n - 2 degrees of freedom

The score of a scale is the mean of its items.  Standard deviations are divided by n - 1; the test is
two-sided and presumes normal scores.
Fisher (1915), Biometrika 10, 507-521.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..errors import DataProblem, SpecificationError
from ..kernels import covariances, linalg
from ..responses.numeric import require_frame
from ..tables import Column, Kind, Number, Table, Tabled, Text, Words
from .answers import complete_answers, require_scales


@dataclass(frozen=True, eq=False)
class Correlations(Tabled):
    """Means, standard deviations and correlations of scales or items.

    scores : one row per scale (scale, mean, sd)
    correlation, pvalue : scales by scales; the p value on the diagonal is NaN
    n : respondents who answered everything
    labels : what to print for scales
    """

    scores: pd.DataFrame
    correlation: pd.DataFrame
    pvalue: pd.DataFrame
    n: int
    notes: tuple[Text, ...] = ()
    labels: Mapping[str, Text] | None = None

    def tables(self) -> tuple[Table, ...]:
        """Give means, standard deviations, and the lower triangle of correlations with stars."""
        r, p = self.correlation.to_numpy(), self.pvalue.to_numpy()
        k = len(r)
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
        return (Table("correlations", _TITLE, columns, rows, (*self.notes, _STARS)),)


def correlations(frame: pd.DataFrame, scales: Mapping[str, Sequence[str]] | None = None) -> Correlations:
    """Describe scales and correlate them.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, reverse-worded items already recoded; rows with a gap are left out.
    scales : mapping of str to sequence of str, optional
        The items of every scale, whose mean is its score; without it the columns themselves are correlated.

    Returns
    -------
    Correlations
        ``.scores``, ``.correlation``, ``.pvalue``, ``.n``.

    Raises
    ------
    DataProblem
        If fewer than three respondents are complete, or a score is the same for everybody.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5], "c": [5, 3, 4, 1, 2]})
    >>> result = correlations(answers, {"trust": ["a", "b"], "cost": ["c"]})
    >>> print(result.correlation.round(3))
           trust  cost
    trust   1.00 -0.58
    cost   -0.58  1.00
    """
    require_frame(frame)
    if scales is not None:
        require_scales(scales)
    if scales is not None and not scales:
        raise SpecificationError("no scale named: give at least one, as {'market': ['MK1', 'MK2', 'MK3']}")
    if scales is None:
        chosen = {str(name): [name] for name in frame.columns}
    else:
        chosen = {name: list(items) for name, items in scales.items()}
    items = list(dict.fromkeys(item for own in chosen.values() for item in own))
    answers = complete_answers(frame, items)
    if answers.n < 3:
        raise DataProblem(f"{answers.n} complete respondents (of {answers.n_answered}): correlations need three.")
    scores = pd.DataFrame({name: answers.frame[own].mean(axis=1) for name, own in chosen.items()})
    names = [str(name) for name in scores]
    S = covariances.of_answers(scores.to_numpy())
    if alike := [name for name, own in zip(names, np.diagonal(S), strict=True) if not own > 0]:
        raise DataProblem(f"everybody has the same score on {', '.join(alike)}: no correlations. Leave it out.")
    r = np.asarray(linalg.correlation(S))
    described = pd.DataFrame({"scale": names, "mean": scores.mean().to_numpy(), "sd": scores.std().to_numpy()})
    notes = (*answers.sample_notes(), *((_SCORED,) if scales is not None else ()))
    return Correlations(
        described, pd.DataFrame(r, names, names), pd.DataFrame(p_values(r, answers.n), names, names), answers.n, notes
    )


def p_values(correlation: np.ndarray, n: int) -> np.ndarray:
    """Two-sided p of every correlation of n respondents; NaN on the diagonal.

    >>> p_values(np.array([[1, 0.5], [0.5, 1]]), 20).round(4).tolist()
    [[nan, 0.0248], [0.0248, nan]]
    """
    r = np.clip(np.where(np.eye(len(correlation), dtype=bool), np.nan, correlation), -1, 1)
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((n - 2) / (1 - r**2))
    return np.asarray(2 * stats.t.sf(np.abs(t), n - 2))


_TITLE = Words("Means, standard deviations and correlations", "均值、标准差与相关系数")
_SCORED = Words("The score of a scale is the mean of its items.", "量表得分为其题项的平均值。")
_STARS = Words("*** p < .001, ** p < .01, * p < .05 (two-tailed).", "*** p < .001，** p < .01，* p < .05（双尾）。")
