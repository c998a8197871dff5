"""Table -> terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..letters import width
from ..words import Language
from . import format
from .table import Column, Kind, Table

_GAP = "  "
_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")


def render(table: Table, language: Language = "en") -> str:
    """Write a table in monospaced columns; Chinese characters count as two cells."""
    head = [_on_one_line(format.text_of(column.heading, language)) for column in table.columns]
    body = [list(map(_on_one_line, row)) for row in format.grid(table, language)]
    columns = list(zip(head, *body, strict=True))
    cells = [list(map(width, column)) for column in columns]
    rooms = list(map(max, cells))
    over = _groups(table, language, rooms)
    padded = [_padded(*column) for column in zip(columns, cells, rooms, table.columns, strict=True)]
    lines = [*over, *(_GAP.join(row).rstrip() for row in zip(*padded, strict=True))]
    rule = "─" * max(map(width, lines))
    title, *notes = (format.text_of(text, language) for text in (table.title, *table.notes))
    heads = len(over) + 1
    return "\n".join([title, rule, *lines[:heads], rule, *lines[heads:], rule, *notes])


def _groups(table: Table, language: Language, widths: list[int]) -> list[str]:
    """Write the headings over several columns; the last column under one is widened where its heading needs room."""
    line, place = "", 0
    for name, count in format.groups(table, language):
        name = _on_one_line(name)
        own = sum(widths[place : place + count]) + len(_GAP) * (count - 1)
        widths[place + count - 1] += max(width(name) - own, 0)
        line += name + " " * (max(own, width(name)) - width(name)) + _GAP
        place += count
    return [line.rstrip()] if line else []


def _padded(texts: Sequence[str], cells: list[int], room: int, column: Column) -> list[str]:
    """Fill a column's texts, each of so many cells, up to the room it has: words behind, numbers before."""
    blanks = [" " * (room - taken) for taken in cells]
    if column.kind in (Kind.LABEL, Kind.STARS):
        return [text + blank for text, blank in zip(texts, blanks, strict=True)]
    return [blank + text for text, blank in zip(texts, blanks, strict=True)]


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else _BREAKS.sub(" ", text)
