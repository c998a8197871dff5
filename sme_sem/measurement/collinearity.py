"""Whether the predictors of an outcome say nearly the same: variance inflation factors.

::

    VIF = 1 / (1 - R^2),   tolerance = 1 - R^2

R^2 is how well the other predictors of the same outcome explain a predictor.  The score of a construct
is the mean of its items, that of a composite (``<~``) the sum by its weights; computed by statsmodels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..sem.fitted import A_FIT
from ..sem.result import Fit
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, rows_from, term
from .answers import SCORED, complete_answers, require_correlations, scored
from .shares import Shares, require_items, shares


@dataclass(frozen=True, eq=False)
class Collinearity(Tabled):
    """Variance inflation of the predictors of each outcome.

    vif : one row per outcome and predictor (outcome, predictor, n, vif, tolerance)
    """

    vif: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the variance inflation factors."""
        rows = rows_from(self.vif)
        return (Table("collinearity", term("Multicollinearity"), _COLUMNS, rows, self.notes),)


def collinearity(fit: Fit, frame: pd.DataFrame) -> Collinearity:
    """Measure the collinearity of the predictors in a fitted structural model.

    Parameters
    ----------
    fit : Fit
        A model with at least one path (``~``).
    frame : DataFrame
        The answers it was fitted to, reverse-worded items already recoded.

    Returns
    -------
    Collinearity
        ``.vif``: outcome, predictor, n, vif, tolerance.

    Raises
    ------
    SpecificationError
        The model has no path, or the answers lack a column.
    DataProblem
        The predictors of an outcome have no correlations; the message says of which, and why.

    Notes
    -----
    A construct measured by constructs is scored by the mean of all items below it, a composite by its weights, which
    in a model of several groups are their mean (:mod:`sme_sem.measurement.shares`).

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.measurement.collinearity import collinearity
    >>> answers = sme.simulate("use ~ 0.4*cost + 0.3*trust; cost ~~ 0.5*trust", 200, seed=1)
    >>> result = collinearity(sme.fit("use ~ cost + trust", answers), answers)
    >>> result.vif["predictor"].tolist()
    ['cost', 'trust']
    """
    require_kind("fit", fit, Fit, A_FIT)
    paths = list({p.key: p for p in fit.table.parameters if p.op == "~"}.values())
    if not paths:
        raise SpecificationError(_NO_PATH)
    require_items(fit, (p.rhs for p in paths))
    outcomes: dict[str, list[str]] = {}
    for p in paths:
        outcomes.setdefault(p.lhs, []).append(p.rhs)
    counted = _counted(fit)
    scales = {name: list(own) for name, own in counted.items() if len(set(own.values())) < 2}
    weighted = {name: own for name, own in counted.items() if name not in scales}
    items = list(dict.fromkeys(item for own in weighted.values() for item in own))
    answers = complete_answers(frame, items).values
    sums = {name: sum((share * answers[item] for item, share in own.items()), 0.0) for name, own in weighted.items()}
    found = variance_inflation(frame.assign(**sums), outcomes, scales)
    composites = fit.table.composed
    return replace(found, notes=(*found.notes, about(composites, _WEIGHTED))) if composites else found


def _counted(fit: Fit) -> dict[str, Shares]:
    """How much items count in each construct's score, on the average of the groups."""
    found = [shares(fit, label, signed=False) for label in fit.moments.labels]
    each: dict[str, dict[str, list[float]]] = {}
    for of in found:
        for name, own in of.items():
            for item, share in own.items():
                each.setdefault(name, {}).setdefault(item, []).append(share)
    return {name: {item: float(np.mean(own)) for item, own in items.items()} for name, items in each.items()}


def variance_inflation(
    frame: pd.DataFrame,
    outcomes: Mapping[str, Sequence[str]],
    scales: Mapping[str, Sequence[str]] | None = None,
) -> Collinearity:
    """Measure how far predictors explain one another.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent; rows with a gap in an outcome's predictors are left out for that outcome.
    outcomes : mapping of str to sequence of str
        The predictors of every outcome: constructs named in ``scales``, or columns.
    scales : mapping of str to sequence of str, optional
        The items of each construct, which is then scored by their mean.

    Returns
    -------
    Collinearity
        ``.vif``: outcome, predictor, n, vif, tolerance.

    Raises
    ------
    SpecificationError
        The answers lack a column.
    DataProblem
        The predictors of an outcome have no correlations; the message says of which, and why.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 4, 3, 5]})
    >>> variance_inflation(frame, {"y": ["a", "b"]}).vif["vif"].round(3).tolist()
    [2.778, 2.778]
    """
    rows = [row for outcome, names in outcomes.items() for row in _rows(frame, outcome, names, scales or {})]
    return Collinearity(pd.DataFrame(rows, columns=[c.name for c in _COLUMNS]), (SCORED,) if scales else ())


def _rows(
    frame: pd.DataFrame, outcome: str, names: Sequence[str], scales: Mapping[str, Sequence[str]]
) -> list[tuple[object, ...]]:
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    own = {name: scales.get(name, [name]) for name in names}
    items = list(dict.fromkeys(item for some in own.values() for item in some))
    try:
        scores = scored(complete_answers(frame, items).frame, own)
        if len(names) < 2:
            return [(outcome, names[0], len(scores), 1.0, 1.0)]
        require_correlations(complete_answers(scores))
    except DataProblem as problem:
        where = Words(f"predictors of {outcome!r}: ", f"{outcome!r}的自变量：")
        raise DataProblem(where + problem.said) from None
    centred = scores.to_numpy() - scores.to_numpy().mean(axis=0)
    design = np.column_stack([np.ones(len(scores)), centred / centred.std(axis=0)])
    found = [float(variance_inflation_factor(design, i + 1)) for i in range(len(names))]
    return [(outcome, name, len(scores), vif, 1 / vif) for name, vif in zip(names, found, strict=True)]


_NO_PATH = Words(
    "the model has no path (no '~' line), so no predictors that could be collinear.",
    "模型没有路径（没有'~'行），因而没有可能共线的自变量。",
)
_WEIGHTED = Words("made of items, and scored by their weights.", "由题项合成，得分按题项权重计算。")
_COLUMNS = (
    Column("outcome", Words("Outcome", "因变量")),
    Column("predictor", Words("Predictor", "自变量")),
    Column("n", "N", Kind.COUNT),
    Column("vif", term("Variance inflation factor") + Words(" (VIF)", "（VIF）"), Kind.ESTIMATE),
    Column("tolerance", Words("Tolerance", "容差"), Kind.COEFFICIENT),
)
