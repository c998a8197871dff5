"""Table -> terminal."""

from __future__ import annotations

import unicodedata

from . import format
from .language import Language, written
from .table import Kind, Table


def render(table: Table, language: Language = "en") -> str:
    """Write a table in monospaced columns; Chinese characters count as two cells."""
    head = [written(column.heading, language) for column in table.columns]
    body = [[format.cell(v, c.kind, language) for v, c in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = [max(map(width, column)) for column in zip(head, *body, strict=True)]
    lines = [_line(cells, widths, table) for cells in (head, *body)]
    rule = "─" * max(map(width, lines))
    notes = [written(note, language) for note in table.notes]
    return "\n".join([written(table.title, language), rule, lines[0], rule, *lines[1:], rule, *notes])


def width(text: str) -> int:
    """Count terminal cells: wide (East Asian) characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _line(cells: list[str], widths: list[int], table: Table) -> str:
    padded = [
        text + " " * (room - width(text))
        if column.kind in (Kind.LABEL, Kind.STARS)
        else " " * (room - width(text)) + text
        for text, room, column in zip(cells, widths, table.columns, strict=True)
    ]
    return "  ".join(padded).rstrip()
