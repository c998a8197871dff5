"""Tables -> one Excel workbook, a sheet for each.

Numbers are numbers at full precision and only shown rounded, by the number format of the
column's kind.  Text is always stored as text, so nothing a respondent typed becomes a
formula or a link.  The same tables give the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from ..letters import width
from ..words import Language, Text, written
from . import format
from .storing import file_names, require_path, store
from .table import Column, Kind, Number, Table, is_missing, plain

_FIRST_DAY = datetime(2000, 1, 1)  # a fixed date: the workbook tells no more than its tables
_NUMBER_FORMATS = {
    Kind.LABEL: "General",
    Kind.COUNT: "0",
    Kind.ESTIMATE: "0.000",
    Kind.STATISTIC: "0.000",
    Kind.COEFFICIENT: ".000",
    Kind.PROBABILITY: '[<0.001]"< .001";.000',
    Kind.PERCENT: "0.0",
    Kind.STARS: "General",
}
_LONGEST_CELL = 32767  # Excel's own limits: characters of a cell, digits of a number
_LARGEST_EXACT = 10**15
_WIDEST = 60
_ALIGNED = {Kind.LABEL: "left", Kind.STARS: "left"}
_RULES: dict[str, dict[str, Any]] = {
    "group": {"bold": True, "top": 2, "bottom": 1, "align": "center"},
    "over": {"top": 2},
    "head": {"bold": True, "top": 2, "bottom": 1},
    "under": {"bold": True, "bottom": 1},
    "body": {},
    "last": {"bottom": 2},
}


def write(tables: Iterable[Table], path: str | Path, language: Language = "en", *, banner: Text | None = None) -> Path:
    """Write the workbook and return its path.

    Parameters
    ----------
    tables
        One sheet each, named as the table is (31 characters at most, each name once).
    path
        The file; it is replaced as a whole or not at all.
    language
        Of titles, headings, labels and notes.
    banner
        A sentence for the head of every sheet, such as that the answers are synthetic.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ExportError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from sme_sem.tables import Column
    >>> table = Table("fit", "Model fit", (Column("cfi", "CFI", Kind.COEFFICIENT),), ((0.973,),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write([table], folder + "/tables.xlsx").name
    'tables.xlsx'
    """
    require_path(path)
    return store(path, render(tables, language, banner=banner))


def render(tables: Iterable[Table], language: Language = "en", *, banner: Text | None = None) -> bytes:
    """Give the workbook's bytes."""
    import xlsxwriter

    tables = tuple(tables)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _FIRST_DAY, "title": _text(banner, language) if banner else ""})
        formats = _Formats(workbook)
        for name, table in zip(_sheet_names(tables), tables, strict=True):
            _fill(workbook.add_worksheet(name), table, formats, language, banner)
    return stream.getvalue()


class _Formats:
    """The looks of cells; a workbook wants each made once."""

    def __init__(self, workbook: Any) -> None:
        self.title = workbook.add_format({"bold": True, "font_size": 12})
        self.banner = workbook.add_format({"bold": True, "font_color": "#9C2A00"})
        self.note = workbook.add_format({"italic": True, "font_color": "#444444"})
        self._workbook = workbook
        self._cells: dict[tuple[str, Kind, str], Any] = {}

    def cell(self, part: str, kind: Kind, stars: str = "") -> Any:
        if (part, kind, stars) not in self._cells:
            number = _NUMBER_FORMATS[kind]
            look = {"num_format": f'{number}"{stars}"' if stars else number, "align": _ALIGNED.get(kind, "right")}
            self._cells[part, kind, stars] = self._workbook.add_format({**look, **_RULES[part]})
        return self._cells[part, kind, stars]


def _fill(sheet: Any, table: Table, formats: _Formats, language: Language, banner: Text | None) -> None:
    line = 0
    if banner is not None:
        sheet.write_string(line, 0, _text(banner, language), formats.banner)
        sheet.set_header(f"&C{_text(banner, language).replace('&', '&&')}")
        line += 1
    sheet.write_string(line, 0, _text(table.title, language), formats.title)
    line += 1
    spans = format.groups(table, language)
    if spans:
        _put_groups(sheet, line, spans, formats)
        line += 1
    for place, column in enumerate(table.columns):
        look = formats.cell("under" if spans else "head", column.kind)
        sheet.write_string(line, place, _text(column.heading, language), look)
        sheet.set_column(place, place, _column_width(table, place, language))
    sheet.freeze_panes(line + 1, 0)
    for number, row in enumerate(table.rows):
        line += 1
        part = "last" if number == len(table.rows) - 1 else "body"
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            _put(
                sheet,
                line,
                place,
                "" if table.blank and is_missing(value) else value,
                column,
                (formats, part),
                language,
            )
    for note in table.notes:
        line += 1
        sheet.write_string(line, 0, _text(note, language), formats.note)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _put_groups(sheet: Any, line: int, spans: list[tuple[str, int]], formats: _Formats) -> None:
    place = 0
    for name, count in spans:
        look = formats.cell("group" if name else "over", Kind.LABEL)
        for own in range(place, place + count):
            sheet.write_blank(line, own, None, look)
        if name and count > 1:
            sheet.merge_range(line, place, line, place + count - 1, "", look)
        if name:
            sheet.write_string(line, place, _cut(name), look)
        place += count


def _put(
    sheet: Any, line: int, place: int, value: Any, column: Column, looks: tuple[_Formats, str], language: Language
) -> None:
    formats, part = looks
    value, kind, mark = plain(value, language), column.kind, ""
    if isinstance(value, Number):
        value, kind, mark = float(value), value.kind or kind, format.stars(value.p)
    if kind is not Kind.STARS and _is_number(value):
        sheet.write_number(line, place, value, formats.cell(part, kind, mark))
    else:
        sheet.write_string(line, place, _cut(format.cell(value, kind, language)), formats.cell(part, column.kind))


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or is_missing(value):
        return False
    return math.isfinite(value) and (isinstance(value, float) or abs(value) <= _LARGEST_EXACT)


def _column_width(table: Table, place: int, language: Language) -> int:
    column = table.columns[place]
    texts = [_text(column.heading, language)]
    texts += [format.cell(row[place], column.kind, language) for row in table.rows]
    return min(max(map(width, texts)) + 2, _WIDEST)


def _sheet_names(tables: tuple[Table, ...]) -> tuple[str, ...]:
    names = [f"table_{table.name}" if table.name.casefold() == "history" else table.name for table in tables]
    return file_names(names, longest=31)  # "History" is Excel's own


def _text(text: Text, language: Language) -> str:
    return _cut(format.printable(written(text, language)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
