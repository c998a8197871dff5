"""Answers of respondents to whom a model was not fitted, divided into its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import DataProblem
from ..tables import Words, joined
from .design import coded_by_value
from .moments import (
    Moments,
    any_missing,
    gathered,
    group_label,
    numeric_columns,
    require_columns,
    with_some_answer,
)


@dataclass(frozen=True, eq=False)
class NewAnswers:
    """Answers (n, p) by group, NaN where there is none, and which rows of the table, counted from 0, each group has.

    Rows that a fit would have set aside are in no group.
    """

    answers: tuple[np.ndarray, ...]
    rows: tuple[np.ndarray, ...]


def new_answers(
    frame: pd.DataFrame, names: Sequence[str], moments: Moments, *, missing: str, given: Sequence[str] = ()
) -> NewAnswers:
    """Take the answers to some variables, as the answers behind ``moments`` were taken.

    missing : as in ``sme.fit``; with ``"listwise"`` rows with a gap among ``names`` are set aside
    given : variables that must have been answered otherwise

    Raises :class:`~sme_sem.errors.SpecificationError` for a variable or group column that is not there, and
    :class:`~sme_sem.errors.DataProblem` for a group that the model does not know.
    """
    require_columns(names, frame.columns, _NO_COLUMN)
    values = numeric_columns(frame, names)
    if missing == "listwise":
        usable = ~any_missing(values, len(frame))
    else:
        usable = with_some_answer(values, names, given, len(frame))
    members = [usable & own for own in _members(frame, moments)]
    return NewAnswers(tuple(gathered(values, own) for own in members), tuple(map(np.flatnonzero, members)))


def _members(frame: pd.DataFrame, moments: Moments) -> list[np.ndarray]:
    """Which rows belong to each group of the model: (n,) of bool by group; a row without a group to none."""
    if len(moments.labels) == 1:
        return [np.ones(len(frame), dtype=bool)]
    if moments.group is None:
        raise DataProblem(_NO_GROUPING)
    require_columns([moments.group], frame.columns, _NO_GROUP_COLUMN)
    codes, values = coded_by_value(frame[moments.group])
    labels = [group_label(value) for value in values]
    unknown = [label for label in labels if label not in moments.labels]
    if unknown:
        there = joined(map(repr, moments.labels), ", ", "、")
        named = joined(map(repr, unknown), ", ", "、")
        raise DataProblem(_UNKNOWN_GROUP.filled(column=repr(moments.group), unknown=named, known=there))
    return [codes == labels.index(label) if label in labels else np.zeros(len(frame), bool) for label in moments.labels]


_NO_COLUMN = Words("the new answers have no column of that name.", "新作答中没有该列。")
_NO_GROUP_COLUMN = Words(
    "the model was fitted to groups, and the new answers have no column that tells them.",
    "模型按组别拟合，而新作答中没有表明组别的列。",
)
_NO_GROUPING = Words(
    "the model was fitted to covariance matrices of groups, so nothing tells which column of answers has the groups: "
    "fit it to answers with group=.",
    "模型由各组的协方差矩阵拟合，无从得知作答中哪一列表明组别：请以作答并用group=拟合。",
)
_UNKNOWN_GROUP = Words(
    "{column} has groups that the model was not fitted to: {unknown}. It knows {known}: leave other respondents out.",
    "{column}含有模型未拟合的组别：{unknown}。模型的组别为{known}：请不要包括其他受访者。",
)
