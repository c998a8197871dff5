"""The correlations that components and factors are taken from: of the answers, or of the responses behind them."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from ..arguments import chosen
from ..errors import DataProblem
from ..suggestions import did_you_mean
from ..tables import Words
from .answers import Answers, require_correlations, require_respondents
from .polychoric import polychoric_of_items

CorrelationKind = Literal["pearson", "polychoric"]


def correlation_named(kind: CorrelationKind) -> CorrelationKind:
    """Read ``correlation=``."""
    known = get_args(CorrelationKind)
    return chosen("correlation", kind, known, did_you_mean(kind, known))


def correlations_of_items(answers: Answers, kind: CorrelationKind) -> tuple[Any, tuple[Words, ...]]:
    """Correlate the items, and note which correlations these are; refuse a matrix without full rank."""
    if kind == "pearson":
        return require_correlations(answers), ()
    require_respondents(answers)
    found = polychoric_of_items(answers)
    R = found.correlation.to_numpy()
    if (smallest := float(np.linalg.eigvalsh(R)[0])) < 1e-10:
        raise DataProblem(_NOT_DEFINITE.filled(smallest=f"{smallest:.3g}"))
    return R, (_POLYCHORIC, *found.doubts())


_POLYCHORIC = Words(
    "Polychoric correlations: of the continuous responses behind the ordered answers.",
    "采用多分格相关，即有序作答背后连续反应之间的相关。",
)
_NOT_DEFINITE = Words(
    "the polychoric correlations are not positive definite (smallest eigenvalue {smallest}), as happens with few "
    "respondents, rare categories, or items that repeat one another. Bring neighbouring categories together, leave an "
    "item out, or take correlation='pearson'.",
    "多分格相关矩阵非正定（最小特征值{smallest}），常见于受访者过少、类别频数过低或题项重复。"
    "请合并相邻类别，删去某一题项，或取correlation='pearson'。",
)
