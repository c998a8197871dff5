"""Table -> a terminal whose width is known: what is too wide is broken into lines, and then into blocks of columns.

Blocks repeat the columns that name the rows.  Files, pipes and notebooks have no width; there a table stays whole.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from ..letters import lines_of, width
from ..words import Language
from . import format, text
from .table import Kind, Table

_GAP = 2
_LEAST = 20  # cells of a column whose texts are broken into lines
_MOST_NUMBERS = 2  # columns of numbers that may name rows
_OPENING, _CLOSING = r"(\[\uff08", r")\]\u3001\u3002\uff01\uff09\uff0c\uff1a\uff1b\uff1f"
_TOKEN = re.compile(  # a word or a Chinese character, with the signs that may not begin or end a line without it
    rf"[{_OPENING}]*(?:[^\s\u2e80-\u9fff\uff00-\uffef]+|\S)[{_CLOSING}]*\s*|\s+"
)


def room() -> int | None:
    """Cells in a line of the terminal that is written to; None where there is no terminal."""
    try:
        return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    except (AttributeError, ValueError):  # no file, or a closed one
        return None


def render(table: Table, language: Language = "en", cells: int | None = None) -> str:
    """Write a table so that no line is longer than the terminal, where that can be.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("item", "Item"), *(Column(n, n, Kind.ESTIMATE) for n in ("mean", "deviation", "kurtosis")))
    >>> print(render(Table("t", "Items", columns, (("t1", 4.2, 1.1, 0.3),)), cells=18))
    Items
    ───────────
    Item   mean
    ───────────
    t1    4.200
    ───────────
    Item  deviation
    ───────────────
    t1        1.100
    ───────────────
    Item  kurtosis
    ──────────────
    t1       0.300
    ──────────────
    """
    if cells is None:
        return text.render(table, language)
    plain = replace(
        table,
        columns=tuple(replace(column, once=False) for column in table.columns),
        rows=tuple(map(tuple, format.grid(table, language))),
        notes=(),
        blank=False,
    )
    fitting = _broken(plain, language, cells)
    named = _named(table, fitting, language, cells)
    parts = _blocks(fitting, language, cells, named)
    if len(fitting.rows) == len(plain.rows):  # no name goes on in a further line
        parts[1:] = [_to_last_value(part, named) for part in parts[1:]]
    blocks = [text.render(part, language).split("\n") for part in parts]
    title, *first = blocks[0]
    notes = (format.text_of(note, language) for note in table.notes)
    said = [line for note in notes for line in wrapped(note, cells)]
    return "\n".join([*wrapped(title, cells), *first, *(line for block in blocks[1:] for line in block[2:]), *said])


def _widths(table: Table, language: Language) -> list[int]:
    heads = [format.text_of(column.heading, language) for column in table.columns]
    return [max(map(width, column)) for column in zip(heads, *table.rows, strict=True)]


def _across(table: Table, language: Language, widths: Sequence[int], places: Sequence[int]) -> int:
    """Cells that some columns take side by side, the headings over several of them as well."""
    cells, done = 0, 0
    for name, count in format.groups(_of_columns(table, places), language) or [("", len(places))]:
        own = sum(widths[i] for i in places[done : done + count]) + _GAP * (count - 1)
        cells, done = cells + max(own, width(name)) + _GAP * bool(done), done + count
    return cells


def _named(table: Table, fitting: Table, language: Language, cells: int) -> int:
    """How many columns name the rows in every block, as far as they take half a line.

    The first texts do, and numbers without which rows would be named alike.
    """
    rows = format.grid(replace(table, columns=tuple(replace(column, once=False) for column in table.columns)), language)
    kinds = [column.kind for column in table.columns]
    texts = next((i for i, kind in enumerate(kinds) if kind is not Kind.LABEL), len(kinds))
    enough = range(texts, min(texts + _MOST_NUMBERS, len(kinds)) + 1)
    naming = next((n for n in enough if len({tuple(row[:n]) for row in rows}) == len(rows)), texts)
    widths = _widths(fitting, language)
    while naming and _across(fitting, language, widths, range(naming)) > cells // 2:
        naming -= 1
    return naming


def _broken(table: Table, language: Language, cells: int) -> Table:
    """Break the texts of the broadest column into lines where that makes the table fit, or else all long ones."""
    widths = _widths(table, language)
    over = _across(table, language, widths, range(len(widths))) - cells
    labels = [i for i, column in enumerate(table.columns) if column.kind is Kind.LABEL]
    if over <= 0 or not labels:
        return table
    broadest = max(labels, key=lambda i: widths[i])
    own = max(widths[broadest] - over, 0)
    if own >= max(_LEAST, width(format.text_of(table.columns[broadest].heading, language))):
        return _in_lines(table, {broadest: own})
    return _in_lines(table, {i: max(_LEAST, cells // 2) for i in labels})


def _in_lines(table: Table, limits: dict[int, int]) -> Table:
    rows: list[tuple[str, ...]] = []
    for row in table.rows:
        broken = [wrapped(cell, limits[i]) if i in limits else [cell] for i, cell in enumerate(row)]
        rows += zip_longest(*broken, fillvalue="")
    return replace(table, rows=tuple(rows))


def _blocks(table: Table, language: Language, cells: int, named: int) -> list[Table]:
    """Divide the columns among blocks; those that name the rows stand in each."""
    widths = _widths(table, language)
    if _across(table, language, widths, range(len(widths))) <= cells:
        return [table]
    first = range(named)
    parts: list[list[int]] = [[]]
    for group in _units(table, language, named):
        whole = [[i for unit in group for i in unit]]
        for unit in whole if _across(table, language, widths, [*first, *whole[0]]) <= cells else group:
            if parts[-1] and _across(table, language, widths, [*first, *parts[-1], *unit]) > cells:
                parts.append([])
            parts[-1] += unit
    return [_of_columns(table, [*first, *part]) for part in parts]


def _to_last_value(table: Table, named: int) -> Table:
    """Leave out the rows at the end of a block that are but names."""
    rows = list(table.rows)
    while rows and not any(rows[-1][named:]):
        rows.pop()
    return replace(table, rows=tuple(rows))


def _units(table: Table, language: Language, first: int) -> list[list[list[int]]]:
    """Columns that stay together, stars with the number before them; and those under one heading, if there is room."""
    found: list[list[int]] = []
    for i in range(first, len(table.columns)):
        if found and table.columns[i].kind is Kind.STARS:
            found[-1].append(i)
        else:
            found.append([i])
    heading = {unit[0]: format.text_of(table.columns[unit[0]].group, language) for unit in found}
    return [list(units) for _, units in groupby(found, lambda unit: heading[unit[0]] or unit[0])]


def _of_columns(table: Table, places: Sequence[int]) -> Table:
    shown = (tuple(row[i] for i in places) for row in table.rows)
    return replace(
        table,
        columns=tuple(table.columns[i] for i in places),
        rows=tuple(own for own in shown if any(own)),  # further lines of texts that stand in another block are empty
    )


def wrapped(said: str, cells: int) -> list[str]:
    """Break a text between words, or between Chinese characters, into lines of so many cells.

    >>> wrapped("Thresholds: conventional", 14), wrapped("判断标准：常用。", 10)
    (['Thresholds:', 'conventional'], ['判断标准：', '常用。'])
    """
    return lines_of(_TOKEN.findall(said), cells)
