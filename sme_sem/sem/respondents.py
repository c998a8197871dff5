"""Whom something is said about: the respondents that were analysed, or others with the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import DataProblem, SpecificationError
from ..responses.new_answers import new_answers
from ..responses.numeric import require_frame
from ..tables import Words, joined
from .interactions import with_interactions
from .roles import given_variables

if TYPE_CHECKING:
    from .result import Fit


@dataclass(frozen=True, eq=False)
class Respondents:
    """Answers (n, p) by group, which rows of a table, counted from 0, these are, and the table's index.

    every : whether rows in no group are shown as well, as missing
    """

    answers: tuple[np.ndarray, ...]
    rows: tuple[np.ndarray, ...]
    index: pd.Index
    every: bool

    def laid_out(self, values: Sequence[np.ndarray], columns: Sequence[str]) -> pd.DataFrame:
        """Put what was found by group, (n, k) each, in the order of the table."""
        found = np.full((len(self.index), len(columns)), np.nan)
        for rows, own in zip(self.rows, values, strict=True):
            found[rows] = own
        shown = slice(None) if self.every else np.sort(np.concatenate(self.rows))
        return pd.DataFrame(found[shown], index=self.index[shown], columns=list(columns))


def respondents(fit: Fit, data: pd.DataFrame | None, names: Sequence[str]) -> Respondents:
    """The respondents behind a fit, or those of ``data``, with their answers to some of the model's variables.

    Raises
    ------
    SpecificationError
        The fit has no answers or no means, standardized them, or a variable is no column of ``data``.
    DataProblem
        ``data`` have groups, or answers to ordered items, that the model does not know.
    """
    moments = fit.moments
    if data is None:
        if moments.answers is None or moments.rows is None or moments.index is None:
            raise SpecificationError(_NO_ANSWERS)
        place = [moments.names.index(name) for name in names]
        return Respondents(tuple(own[:, place] for own in moments.answers), moments.rows, moments.index, False)
    require_frame(data, "data")
    if moments.mean is None and not fit.table.means:
        raise SpecificationError(_NO_MEANS)
    if fit.options.std_ov:
        raise SpecificationError(_STANDARDIZED)
    missing = fit.options.missing
    given = given_variables(fit.specification, fit.options) if fit.table.ordered or missing == "fiml" else ()
    if any(":" in name for name in names):
        data = with_interactions(data, fit.specification)
    found = new_answers(data, names, moments, missing=missing, given=given)
    _require_known_categories(fit, names, found.answers)
    return Respondents(found.answers, found.rows, data.index, True)


def _require_known_categories(fit: Fit, names: Sequence[str], answers: Sequence[np.ndarray]) -> None:
    """Refuse answers to ordered items that nobody gave before: no threshold tells where they begin."""
    if not fit.table.ordered or fit.moments.answers is None:
        return
    before, now = np.concatenate(fit.moments.answers), np.concatenate(answers)
    for i, name in enumerate(names):
        if name in fit.table.ordered:
            unknown = np.setdiff1d(now[~np.isnan(now[:, i]), i], before[:, fit.moments.names.index(name)])
            if len(unknown):
                values = joined([f"{value:g}" for value in unknown], ", ", "、")
                raise DataProblem(_UNKNOWN_ANSWER.filled(name=repr(name), values=values))


_NO_ANSWERS = Words(
    "scores and predictions need the answers themselves: fit with data=, not cov=, or give answers as data= here.",
    "得分与预测需要原始作答：请以data=而非cov=拟合，或在此以data=给出作答。",
)
_NO_MEANS = Words(
    "answers of other respondents are seen around the means of those analysed, and these are not known: give mean= "
    "beside cov=.",
    "其他受访者的作答要以所分析样本的均值为准，而这些均值未知：请在cov=之外给出mean=。",
)
_STANDARDIZED = Words(
    "the model was fitted to answers that std_ov= standardized, in units other respondents' answers do not have: "
    "standardize the answers yourself, and fit without std_ov=.",
    "模型由std_ov=标准化后的作答拟合，其他受访者的作答没有这样的单位：请自行标准化作答，不用std_ov=拟合。",
)
_UNKNOWN_ANSWER = Words(
    "{name}: nobody whom the model was fitted to answered {values}, so no threshold tells where this category begins. "
    "Leave these respondents out, or combine categories before fitting.",
    "{name}：拟合模型所用的受访者无人选择{values}，因此没有阈值说明该类别从何处开始。请不要包括这些受访者，或在拟合前合并类别。",
)
