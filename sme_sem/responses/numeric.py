"""The numbers that columns of answers hold, whatever pandas stores them as.

Numbers kept as objects or as texts are numbers, ordered categories that are texts count 1, 2, ... in their order, and
an empty cell (None, NaN, NaT) is a missing answer.  Anything else is none: ``""`` and ``"."`` may mean a missing answer
or a mistake, and are not guessed at.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..suggestions import did_you_mean
from ..words import Words, at, joined


def require_frame(frame: object, name: str = "frame") -> None:
    """Refuse what is no table of answers."""
    require_kind(name, frame, pd.DataFrame, _FRAME)


def numbers_of(frame: pd.DataFrame) -> dict[Hashable, pd.Series[Any]]:
    """Give every column as numbers.

    Raises :class:`~sme_sem.errors.DataProblem` with the columns that are none, and the first cell that cannot be read.

    >>> numbers_of(pd.DataFrame({"q1": [4, None, "5"]}, dtype=object))["q1"].tolist()
    [4.0, nan, 5.0]
    """
    found = {name: _numbers(column) for name, column in frame.items()}
    wrong = {name: _first_unread(column, found[name]) for name, column in frame.items() if _unread(column, found[name])}
    if wrong:
        raise _not_numeric(wrong)
    return found


def repeated(name: object) -> DataProblem:
    """What to say of a column that occurs more than once."""
    return DataProblem(_REPEATED.filled(name=repr(name)))


def no_column(name: object, frame: pd.DataFrame, argument: str = "") -> SpecificationError:
    """What to say of a name that is no column."""
    said = _NO_COLUMN.filled(name=repr(name)) + did_you_mean(str(name), map(str, frame.columns))
    return SpecificationError(at(argument, said) if argument else said)


GROUP_COLUMN = Words("the name of a column, such as group='region'", "列名，如group='region'")
_FRAME = Words("a pandas DataFrame with one column per item", "每个题项一列的pandas DataFrame")
_NO_COLUMN = Words("no column {name}.", "没有名为{name}的列。")
_REPEATED = Words(
    "column {name} occurs more than once in the data: rename or remove one.", "数据中有多个{name}列：请改名或删去其一。"
)


INFINITE = Words(
    "infinite values in {names}. Make them missing, or correct them.", "{names}含有无穷大的值，请设为缺失或更正。"
)


def holds_numbers(dtype: Any) -> bool:
    """Tell whether a column of this type can hold nothing but real numbers."""
    return bool(pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype))


def matrix_of(frame: pd.DataFrame) -> np.ndarray:
    """The numbers of all columns, NaN where an answer is missing: -> (n, p)"""
    return np.stack([own.to_numpy(dtype=float, na_value=np.nan) for own in numbers_of(frame).values()], axis=1)


def holding_words(frame: pd.DataFrame) -> list[Hashable]:
    """Name the columns with answers of which none is a number: names, regions, comments.

    >>> holding_words(pd.DataFrame({"region": ["north", None], "q1": ["4", "n/a"], "q2": [None, None]}))
    ['region']
    """
    return [name for name, column in frame.items() if column.notna().any() and _numbers(column).isna().all()]


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """The numbers of a column, NaN where a cell is none."""
    dtype, kinds = column.dtype, pd.api.types
    if holds_numbers(dtype):
        return column
    if isinstance(dtype, pd.CategoricalDtype):
        numbers = _numbers(pd.Series(dtype.categories))
        if dtype.ordered and bool(numbers.isna().any()):
            numbers = pd.Series(np.arange(1.0, len(numbers) + 1))
        return column.map(dict(zip(dtype.categories, numbers, strict=True))).astype(float)
    if kinds.is_object_dtype(dtype) or isinstance(dtype, pd.StringDtype):
        numbers = pd.to_numeric(column, errors="coerce")
        if not kinds.is_complex_dtype(numbers.dtype):
            return numbers
    return pd.Series(np.nan, index=column.index)


def _unread(column: pd.Series[Any], numbers: pd.Series[Any]) -> bool:
    return column is not numbers and bool((numbers.isna() & column.notna()).any())


def _first_unread(column: pd.Series[Any], numbers: pd.Series[Any]) -> object:
    return column[(numbers.isna() & column.notna()).to_numpy()].iloc[0]


def _not_numeric(wrong: Mapping[Hashable, object]) -> DataProblem:
    return DataProblem(
        _WORDS.filled(names=joined(map(repr, wrong), ", ", "、"), example=repr(next(iter(wrong.values()))))
    )


_WORDS = Words(
    "not numeric: {names} (such as {example}). Give answers as numbers and leave empty what was not answered, or leave "
    "the column out; labels become numbers where an instrument reads the answers.",
    "{names}不是数值（如{example}）。请将作答改为数值、未作答处留空，或不使用该列；以问卷文件读取作答时，选项标签会转为数值。",
)
