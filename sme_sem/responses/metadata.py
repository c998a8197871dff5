"""When, how long, from where: what is known of a respondent, under the same names for every platform.

respondent_id, source, language : text
started_at, submitted_at : points in time, without a zone
duration_s : seconds; where a file has both times and no duration that can be read, their difference
status : ``complete``, ``incomplete``, ``preview``, or as the platform writes it
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..tables import Words
from .coded import texts_of
from .findings import Finding, capped, finding, quoted, stands_for_missing
from .labels import NO_ANSWER, NO_DURATION, duration_reader, folded, read_column
from .times import read_times

TEXTS = ("respondent_id", "source", "language", "status")
TIMES = ("started_at", "submitted_at")
NAMES = ("respondent_id", "started_at", "submitted_at", "duration_s", "source", "language", "status")
PREVIEWS = frozenset({"preview", "surveypreview", "surveytest"})
UNFINISHED = frozenset({"incomplete", "partial"})
_ENDED = "ended_at"  # when the last answer was given, where that is not when it was sent


def read_metadata(columns: Mapping[str, pd.Series[Any]], rows: np.ndarray, notes: list[Finding]) -> pd.DataFrame:
    """Read what is known of the respondents; each column of texts is named as in the file."""
    known: dict[str, pd.Series[Any]] = {}
    for name, column in columns.items():
        if name in (*TIMES, _ENDED):
            known[name] = _times(column, rows, notes)
        elif name == "duration_s":
            known[name] = _seconds(column, rows, notes)
        elif name in TEXTS:
            known[name] = _texts(column)
            notes += _left_out(column, rows) if name == "respondent_id" else []
    if "status" in known:
        notes += _unfinished(known["status"], str(columns["status"].name))
    end = known.get(_ENDED, known.get("submitted_at"))
    told = "duration_s" in known and known["duration_s"].notna().any()
    if not told and "started_at" in known and end is not None:
        known["duration_s"] = _between(known["started_at"], end, rows, notes)
    index = next(iter(columns.values())).index if columns else pd.RangeIndex(1, len(rows) + 1, name="respondent")
    return pd.DataFrame({name: known[name] for name in NAMES if name in known}, index=index)


def _between(start: pd.Series[Any], end: pd.Series[Any], rows: np.ndarray, notes: list[Finding]) -> pd.Series[Any]:
    """Take the time between start and end for the duration, unless it is negative."""
    seconds = (end - start).dt.total_seconds()
    notes.append(finding("info", "derived", _DERIVED))
    negative = seconds < 0
    notes += capped(finding("warning", "not_a_time", _BACKWARDS, row=row) for row in rows[negative.to_numpy()].tolist())
    return seconds.mask(negative)


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    codes, texts = texts_of(column)
    kept = np.array([text.strip() if tells(text) else None for text in texts], dtype=object)
    return pd.Series(kept[codes], index=column.index, dtype=object)


def _left_out(column: pd.Series[Any], rows: np.ndarray) -> Iterator[Finding]:
    """Name the signs for "nothing here" in a column of ids."""
    codes, texts = texts_of(column)
    for place, text in enumerate(texts):
        if text.strip() and not tells(text):
            yield stands_for_missing(str(column.name), text, rows[codes == place].tolist())


def tells(text: str) -> bool:
    """Whether a text says something, and is no sign for "nothing here"."""
    return bool(text.strip()) and folded(text) not in NO_ANSWER


def has_state(status: pd.Series[Any], states: Collection[str]) -> pd.Series[Any]:
    """Tell whose answers are in one of some states, however it is spelled."""
    return status.map(lambda text: isinstance(text, str) and folded(text) in states).astype(bool)


def _unfinished(status: pd.Series[Any], column: str) -> list[Finding]:
    """Count those who began and did not come to the end."""
    n = int(has_state(status, UNFINISHED).sum())
    return [finding("warning", "unfinished", _UNFINISHED.filled(n=n), column=column, count=n)] if n else []


def _seconds(column: pd.Series[Any], rows: np.ndarray, notes: list[Finding]) -> pd.Series[Any]:
    values, places, texts, readings = read_column(column, duration_reader)
    wrong = [reading.rule == "not_a_number" or _negative(reading.value) for reading in readings]
    notes += _unread(column, rows, places, texts, wrong, NO_DURATION)
    return pd.Series(values.astype(float), index=column.index).mask(np.array(wrong, dtype=bool)[places])


def _negative(value: object) -> bool:
    return isinstance(value, float) and value < 0


def _times(column: pd.Series[Any], rows: np.ndarray, notes: list[Finding]) -> pd.Series[Any]:
    codes, texts = texts_of(column)
    found = read_times(texts)
    wrong = [
        time is None and bool(text.strip()) and folded(text) not in NO_ANSWER
        for text, time in zip(texts, found.values, strict=True)
    ]
    notes += _unread(column, rows, codes, texts, wrong, _NO_TIME)
    if found.utc:
        notes.append(finding("info", "time_zone", _TO_UTC, column=str(column.name)))
    if found.undecided:
        notes.append(finding("warning", "date_order", _MONTH_FIRST, column=str(column.name)))
    points = np.array(found.values, dtype="datetime64[us]")
    return pd.Series(points[codes], index=column.index)


def _unread(
    column: pd.Series[Any], rows: np.ndarray, places: np.ndarray, texts: list[str], wrong: list[bool], message: Words
) -> Iterator[Finding]:
    bad = np.array(wrong, dtype=bool)[places]
    return capped(
        finding("warning", "not_a_time", quoted(texts[p], message), row=row, column=str(column.name), value=texts[p])
        for row, p in zip(rows[bad].tolist(), places[bad].tolist(), strict=True)
    )


_UNFINISHED = Words(
    "did not come to the end of the questionnaire: {n}; who is to be set aside for it, name the screening rule "
    "'unfinished'",
    "未答完问卷者{n}名；如需剔除，请在筛选规则中加入'unfinished'",
)
_DERIVED = Words("duration_s is the time between start and end", "duration_s由开始与结束时间之差得出")
_BACKWARDS = Words("the answers end before they begin; no duration was taken", "结束时间早于开始时间，未计算作答时长")
_NO_TIME = Words(
    "is no point in time; write it as 2026-04-18 08:00:00", "不是有效时间；请写成2026-04-18 08:00:00的形式"
)
_TO_UTC = Words("times that state their distance from Greenwich were turned to UTC", "带有时区偏移的时间已换算为UTC")
_MONTH_FIRST = Words(
    "no date tells day from month; the month was read first, as in 4/18/2026",
    "所有日期均无法区分日与月；已按月在前读取，如4/18/2026",
)
