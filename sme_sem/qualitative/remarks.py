"""What a person should know about words that were read: which file, what was noticed, what was done about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ..tables import Column, Table, Text, Words

Severity = Literal["info", "warning", "error"]


class Remark(NamedTuple):
    """One thing noticed: ``error`` where something was not used, ``warning`` where a person should look."""

    severity: Severity
    place: Text
    message: Words


def in_row(place: str, row: object) -> Words:
    """Name a row of a file."""
    return Words(f"{place}, row {row}", f"{place}，第{row}行")


def remarks_table(remarks: Iterable[Remark]) -> tuple[Table, ...]:
    """List remarks, the gravest first; no table where there are none."""
    order = ("error", "warning", "info")
    rows = tuple((_SEVERITY[r.severity], r.place, r.message) for r in sorted(remarks, key=lambda r: order.index(r[0])))
    return (Table("remarks", Words("Noticed while reading", "读取提示"), _COLUMNS, rows),) if rows else ()


_SEVERITY = {"error": Words("error", "错误"), "warning": Words("warning", "警告"), "info": Words("note", "提示")}
_COLUMNS = (
    Column("severity", Words("Kind", "类型")),
    Column("place", Words("Place", "位置")),
    Column("message", Words("What", "内容")),
)
