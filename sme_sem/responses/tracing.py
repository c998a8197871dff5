"""From whom a row of checked answers comes: the id that the platform gave, or the row of the first file.

Checked answers are written with one of them in front, and a file that has such a column gives the same one back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pandas as pd

from ..tables import Column, Kind, Words
from .platforms import Adapted

RESPONDENT, ROW = "sme_sem_respondent", "sme_sem_row"
"""Headings of the column that holds the platform's id of a respondent, or the row of the file first read."""


def trace(
    frame: pd.DataFrame, raw: pd.DataFrame, rows: pd.Series[Any], metadata: pd.DataFrame, own: Collection[str]
) -> pd.DataFrame:
    """Put in front of checked answers from where each comes, unless a column of the frame says so.

    own : columns of the frame that hold the respondents' ids
    """
    if ROW in raw:
        return _led(frame, ROW, raw[ROW])
    if telling := next((name for name in own if _tells(frame[name])), None):
        return frame[[telling, *(name for name in frame if name != telling)]]
    if "respondent_id" in metadata and _tells(metadata["respondent_id"]):
        return _led(frame, RESPONDENT, metadata["respondent_id"])
    return _led(frame, ROW, rows)


def whereabouts(rows: pd.Series[Any], metadata: pd.DataFrame) -> pd.DataFrame:
    """Say by which id each respondent is known, as far as the file tells any, and in which row each stands."""
    ids = metadata.get("respondent_id")
    known = {} if ids is None or ids.isna().all() else {"id": ids}
    return pd.DataFrame({**known, "row": rows}, index=rows.index)


def columns_of(known: pd.DataFrame) -> tuple[Column, ...]:
    """Give the columns that name respondents: their number, then what is known of whereabouts."""
    return (Column("respondent", Words("Respondent", "受访者"), Kind.COUNT), *(_COLUMNS[str(name)] for name in known))


_COLUMNS = {
    "id": Column("id", Words("Id", "编号")),
    "row": Column("row", Words("Row", "行"), Kind.COUNT),
}


def traced(written: Adapted) -> Adapted:
    """Take the columns that say from where a row comes for what is known of respondents, not for answers."""
    headers = written.table.headers
    metadata = dict(written.metadata)
    if RESPONDENT in headers:
        metadata.setdefault("respondent_id", written.table.cells.iloc[:, headers.index(RESPONDENT)])
    pairs = zip(headers, written.columns, strict=True)
    columns = tuple("metadata" if header in (RESPONDENT, ROW) else column for header, column in pairs)
    return replace(written, columns=columns, metadata=metadata)


def untraced(cells: pd.DataFrame) -> pd.DataFrame:
    """Leave out the number of the row, which tells any two rows apart."""
    return cells.loc[:, cells.columns != ROW]


def _led(frame: pd.DataFrame, name: str, column: pd.Series[Any]) -> pd.DataFrame:
    front = pd.DataFrame({name: column.to_numpy()}, index=frame.index)
    return pd.concat([front, frame], axis=1)


def _tells(ids: pd.Series[Any]) -> bool:
    return bool(ids.notna().all() and ids.is_unique)
