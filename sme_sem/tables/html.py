"""Table -> HTML, as a three-line table."""

from __future__ import annotations

import re
from html import escape

from . import format
from .language import Language, Text, written
from .table import Kind, Table
from .text import width

_MANY_COLUMNS = 12
_SHORT = 28  # a label up to this long is not broken into lines


def render(table: Table, language: Language = "en") -> str:
    """Write a ``<figure>`` holding the table and its notes; every text is escaped."""
    head = "".join(
        f'<th scope="col" class="{column.kind.value}">{_text(column.heading, language)}</th>'
        for column in table.columns
    )
    body = "".join(
        "<tr>"
        + "".join(_cell(format.cell(v, c.kind, language), c.kind) for v, c in zip(row, table.columns, strict=True))
        + "</tr>"
        for row in table.rows
    )
    notes = "".join(f'<p class="note">{_text(note, language)}</p>' for note in table.notes)
    breadth = " wide" if len(table.columns) > _MANY_COLUMNS else ""
    return (
        f'<figure class="sme-table{breadth}" id="{anchor(table.name)}">'
        f"<table><caption>{_text(table.title, language)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}</figure>"
    )


def _cell(text: str, kind: Kind) -> str:
    short = " short" if kind is Kind.LABEL and width(text) <= _SHORT else ""
    return f'<td class="{kind.value}{short}">{escape(text)}</td>'


def anchor(name: str) -> str:
    """Give the ``id`` under which a table of this name is found.

    >>> anchor("model fit")
    'table-model_fit'
    """
    return "table-" + re.sub(r"[^\w-]+", "_", name)


def _text(text: Text, language: Language) -> str:
    return escape(format.printable(written(text, language)))
