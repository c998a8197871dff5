"""Table -> HTML, as a three-line table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape

from ..letters import width
from ..words import Language, Text
from . import format
from .layout import least_room
from .table import Column, Kind, Table
from .typography import runs

_WIDE = 12  # columns; the print of a broader table is as small as its room asks, which its style tells
_CROWDED = 150  # cells of a line from which on the headings of numbers stand on end
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")
_SHORT = 28  # a label up to this long is not broken into lines


def render(table: Table, language: Language = "en", *, hints: Mapping[str, str] | None = None) -> str:
    """Write a ``<figure>`` holding the table and its notes; every text is escaped.

    hints : definitions by the heading or label they appear on, shown where the pointer rests
    """
    known = hints or {}
    heads = "".join(
        f'<th scope="col" class="{column.kind.value}">'
        f"{_hinted(_heading(column, language), format.text_of(column.heading, language), known)}</th>"
        for column in table.columns
    )
    body = "".join(
        "<tr>" + "".join(_cell(text, column, known) for text, column in zip(row, table.columns, strict=True)) + "</tr>"
        for row in format.grid(table, language)
    )
    notes = "".join(f'<p class="note">{_symbols(note, language)}</p>' for note in table.notes)
    sortable = len(table.rows) > 2 and not any(column.once for column in table.columns)
    order = " sortable" if sortable else ""  # rows that stand under a merged label must stay there
    kind, style = _breadth(table, language)
    return (
        f'<figure class="sme-table{kind}{order}" id="{anchor(table.name)}"{style}>'
        f"<table><caption>{_text(table.title, language)}</caption>"
        f"<thead>{_groups(table, language)}<tr>{heads}</tr></thead><tbody>{body}</tbody></table>{notes}</figure>"
    )


def _breadth(table: Table, language: Language) -> tuple[str, str]:
    """Class and style of a table of many columns, by which a page prints it."""
    if len(table.columns) <= _WIDE:
        return "", ""
    cells = _cells(table, language)
    short = tuple(c if c.kind is Kind.LABEL else replace(c, heading="00") for c in table.columns)
    without = _cells(replace(table, columns=short), language)
    if cells > _CROWDED and without < 0.9 * cells:
        return " wide upended", f' style="--cells: {without}"'
    return " wide", f' style="--cells: {cells}"'


def _cells(table: Table, language: Language) -> int:
    """Cells of a line that holds the table, one of them between two columns."""
    return round(least_room(table, language)) + len(table.columns)


def page(tables: Iterable[Table], language: Language = "en", *, banner: Text | None = None) -> str:
    """Write a page of its own that holds the tables; nothing in it is fetched."""
    said = "" if banner is None else f"<p><strong>{_text(banner, language)}</strong></p>"
    body = "\n".join(render(table, language) for table in tables)
    head = f'<meta charset="utf-8"><title>{_TABLES[language]}</title>'
    return (
        f'<!doctype html>\n<html lang="{_TAGS[language]}"><head>{head}'
        f"<style>\n{_STYLE}</style></head>\n<body>\n{said}{body}\n</body></html>\n"
    )


def _groups(table: Table, language: Language) -> str:
    """Headings over several columns, in a row of their own."""
    spans = format.groups(table, language)
    cells = "".join(
        f'<th scope="colgroup" class="group" colspan="{count}">{escape(name)}</th>'
        if name
        else f'<td colspan="{count}"></td>'
        for name, count in spans
    )
    return f"<tr>{cells}</tr>" if spans else ""


def _hinted(markup: str, text: str, hints: Mapping[str, str]) -> str:
    """Give a word its definition; what stands in brackets behind it does not matter."""
    hint = hints.get(text) or hints.get(_BRACKETS.sub("", text))
    return f'<abbr title="{escape(hint)}">{markup}</abbr>' if hint else markup


def _cell(text: str, column: Column, hints: Mapping[str, str]) -> str:
    short = " short" if column.kind is Kind.LABEL and width(text) <= _SHORT else ""
    shown = escape(format.typeset(text))
    shown = _hinted(shown, text, hints) if column.kind is Kind.LABEL else shown
    return f'<td class="{column.kind.value}{short}">{shown}</td>'


def anchor(name: str) -> str:
    """Give the ``id`` under which a table of this name is found.

    >>> anchor("model fit")
    'table-model_fit'
    """
    return "table-" + re.sub(r"[^\w-]+", "_", name)


def _text(text: Text, language: Language) -> str:
    return escape(format.typeset(format.text_of(text, language)))


def _heading(column: Column, language: Language) -> str:
    return _text(column.heading, language) if column.named else _symbols(column.heading, language)


def _symbols(text: Text, language: Language) -> str:
    pieces = ((escape(piece), italic) for piece, italic in runs(format.typeset(format.text_of(text, language))))
    return "".join(f"<i>{piece}</i>" if italic else piece for piece, italic in pieces)


_TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
_TABLES: dict[Language, str] = {"en": "Tables", "zh": "表格"}
_STYLE = """\
body { margin: 2rem; font: 1rem/1.5 'Times New Roman', 'Noto Serif CJK SC', SimSun, serif; color: #1a1a1a; }
figure { margin: 0 0 2rem; overflow-x: auto; }
table { border-collapse: collapse; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
thead { border-top: 2px solid; border-bottom: 1px solid; }
tbody { border-bottom: 2px solid; }
th, td { padding: .25rem .7rem; text-align: right; vertical-align: baseline; font-weight: normal; }
th { vertical-align: bottom; }
th.group { text-align: center; border-bottom: 1px solid; }
th.label, td.label, th.stars, td.stars { text-align: left; }
td.label { white-space: pre-line; max-width: 26rem; overflow-wrap: break-word; }
.note { margin: .3rem 0 0; font-size: .88rem; max-width: 46rem; overflow-wrap: break-word; }
"""
