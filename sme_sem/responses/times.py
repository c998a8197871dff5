"""Points in time as survey platforms write them.

``2026/4/18 8:00:00``, ``2026-04-18T08:00:00.000+08:00``, ``2026/04/18 8:00:00 AM GMT+8``, ``18.04.2026 08:00``,
``2026年4月18日 上午8:00``, ``2026/04/18 8:00:00 下午 GMT+8``, ``18-Apr-2026 08:00:00``.  A time that states its
distance from Greenwich is turned to UTC.  In ``4/5/2026`` the month comes first unless some date of the column cannot
be read so; where none decides it, this is noted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

_MORNING, _AFTERNOON = ("上午", "午前", "오전"), ("下午", "午後", "오후")
_HALVES = "|".join((*_MORNING, *_AFTERNOON))
_CLOCK = (
    rf"(?:[T ]\s*(?P<half>{_HALVES})?\s*"
    r"(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2})(?:[.,]\d+)?)?"
    rf"\s*(?P<noon>[AP]\.?\s?M\.?|{_HALVES})?\s*"
    r"(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?)?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_CLOCK}", re.IGNORECASE
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE)
_NAMED = re.compile(rf"(?P<day>\d{{1,2}})[- ](?P<name>[a-z]{{3}})[- ](?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONE = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?")


class Times(NamedTuple):
    """The points in time of a column.

    values : None for a text that is none
    utc : whether any was turned to UTC
    undecided : whether day and month could be the other way round
    """

    values: list[datetime | None]
    utc: bool = False
    undecided: bool = False


def read_times(texts: Sequence[str]) -> Times:
    """Read the different texts of a column together, because one date can tell how to read another.

    >>> [str(time) for time in read_times(["4/5/2026 8:00", "4/18/2026 8:00 PM"]).values]
    ['2026-04-05 08:00:00', '2026-04-18 20:00:00']
    >>> read_times(["4/5/2026", "3/5/2026"]).undecided
    True
    >>> str(read_times(["18-Apr-2026 20:00:00"]).values[0])
    '2026-04-18 20:00:00'
    """
    values = [_plainly_written(text) for text in texts]
    others = [(i, " ".join(texts[i].split())) for i, value in enumerate(values) if value is None and texts[i].strip()]
    pairs, zoned = set(), False
    for _, text in others:
        found = _YEAR_LAST.fullmatch(text)
        if found:
            pairs.add((int(found["a"]), int(found["b"])))
    day_first = any(a > 12 for a, _ in pairs)
    decided = day_first or any(b > 12 for _, b in pairs) or all(a == b for a, b in pairs)
    for i, text in others:
        found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text) or _NAMED.fullmatch(text)
        if found:
            values[i] = _point(found, day_first)
            zoned = zoned or bool(found["zone"])
    return Times(values, zoned, not decided)


def _plainly_written(text: str) -> datetime | None:
    """Read ``2026-04-18 08:00:00``, which most platforms write, in a hurry."""
    if len(text) != 19 or text[4] != "-" or text[16] != ":":
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _point(found: re.Match[str], day_first: bool) -> datetime | None:
    parts = found.groupdict()
    month, day = parts.get("month"), parts.get("day")
    if "a" in parts:
        day, month = (parts["a"], parts["b"]) if day_first else (parts["b"], parts["a"])
    elif (name := parts.get("name", "").casefold()) in _MONTHS:
        month = str(_MONTHS.index(name) + 1)
    hour, half = int(parts["hour"] or 0), parts["noon"] or parts["half"] or ""
    if half:
        late = half[0] in "Pp" or half in _AFTERNOON
        hour = hour % 12 + 12 * late if hour <= 12 else hour
    try:
        time = datetime(int(parts["year"]), int(month or 0), int(day or 0), hour, int(parts["minute"] or 0))
        time += timedelta(seconds=int(parts["second"] or 0))
        return time - _distance(parts["zone"] or "")
    except (ValueError, OverflowError):
        return None


def _distance(zone: str) -> timedelta:
    stated = _ZONE.search(zone)
    if stated is None:
        return timedelta()
    sign, hours, minutes = stated.groups()
    return (-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes or 0))
