"""The correlations that components and factors are taken from: of the answers, or of the responses behind them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ..errors import DataProblem, SpecificationError, did_you_mean
from ..tables import Words
from .answers import Answers, require_correlations, require_respondents
from .polychoric import polychoric_of_items

CorrelationKind = Literal["pearson", "polychoric"]
KINDS = ("pearson", "polychoric")


def correlations_of_items(answers: Answers, kind: str) -> tuple[Any, tuple[Words, ...]]:
    """Correlate the items, and note which correlations these are; refuse a matrix without full rank."""
    if kind not in KINDS:
        raise SpecificationError(
            f"unknown correlation {kind!r}.{did_you_mean(str(kind), KINDS)} Known are {', '.join(KINDS)}."
        )
    if kind == "pearson":
        return require_correlations(answers), ()
    require_respondents(answers)
    found = polychoric_of_items(answers)
    R = found.correlation.to_numpy()
    if (smallest := float(np.linalg.eigvalsh(R)[0])) < 1e-10:
        raise DataProblem(
            f"the polychoric correlations are not positive definite (smallest eigenvalue {smallest:.3g}), as happens "
            "with few respondents, rare categories, or items that repeat one another. Bring neighbouring categories "
            "together, leave an item out, or take correlation='pearson'."
        )
    return R, (_POLYCHORIC, *found.doubts())


_POLYCHORIC = Words(
    "Polychoric correlations: of the continuous responses behind the ordered answers.",
    "采用多分格相关，即有序作答背后连续反应之间的相关。",
)
