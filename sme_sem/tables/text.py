"""Table -> terminal."""

from __future__ import annotations

import re

from ..letters import width
from ..words import Language
from . import format
from .table import Kind, Table

_GAP = "  "
_BREAKS = re.compile(r"[\t\n\r\u2028\u2029]+")


def render(table: Table, language: Language = "en") -> str:
    """Write a table in monospaced columns; Chinese characters count as two cells."""
    head = [_on_one_line(format.text_of(column.heading, language)) for column in table.columns]
    body = [list(map(_on_one_line, row)) for row in format.grid(table, language)]
    widths = [max(map(width, column)) for column in zip(head, *body, strict=True)]
    over = _groups(table, language, widths)
    lines = [*over, *(_line(cells, widths, table) for cells in (head, *body))]
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


def _line(cells: list[str], widths: list[int], table: Table) -> str:
    padded = [
        text + " " * (room - width(text))
        if column.kind in (Kind.LABEL, Kind.STARS)
        else " " * (room - width(text)) + text
        for text, room, column in zip(cells, widths, table.columns, strict=True)
    ]
    return _GAP.join(padded).rstrip()


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else _BREAKS.sub(" ", text)
