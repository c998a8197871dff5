"""How wide the columns of a printed page are.

Widths are counted in cells, half the height of the writing: a digit takes one, a Chinese character two,
capitals more than small letters.  A table keeps its lines unbroken where the page has room, then breaks
headings and long labels, then writes a little smaller, then turns the page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from ..letters import width
from ..words import Language
from . import format
from .table import Kind, Table

UPRIGHT, TURNED = 88, 138
"""Cells in a line of A4 in writing of ten points, upright and turned."""
GAP = 2.5
"""Cells between two columns."""
_CHINESE = 2.1
_FEW = 15  # rows of a short table
_LABEL = 17.0  # cells of a long label in its narrowed columns
_TRIES = (  # cells of a line, whether the page is turned, size; whether labels of a short table take more lines
    (UPRIGHT, False, 1.0, False),
    (UPRIGHT, False, 0.9, False),
    (UPRIGHT, False, 0.8, False),
    (UPRIGHT, False, 0.7, False),
    (UPRIGHT, False, 0.8, True),
    (UPRIGHT, False, 0.7, True),
    (TURNED, True, 1.0, False),
    (TURNED, True, 0.9, False),
    (TURNED, True, 0.8, False),
    (TURNED, True, 0.65, False),
)
_NARROW, _BROAD = frozenset("iljt.,:;'|!- "), frozenset("w–")
_ODD = {**dict.fromkeys("frI()[]", 0.7), **dict.fromkeys("\N{MINUS SIGN}<=>+±", 1.15), "m": 1.6, "%": 1.7}
_BROADEST = frozenset("MW@—→←↔")
_REMEMBERED = 8192  # texts whose width is kept: a table is laid out anew for each format
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]+|\S")


@dataclass(frozen=True, slots=True)
class Layout:
    """The room for each column.

    widths : in cells of the writing at ``size``, without the gap between columns
    broken : whether any text does not fit into its column on one line
    turned : whether the page lies on its side
    size : of the writing, one being that of the text around
    """

    widths: tuple[float, ...]
    broken: bool
    turned: bool
    size: float


def layout(table: Table, language: Language = "en", *, turned: bool = False) -> Layout:
    """Find the widths of a table's columns on A4; ``turned``: for a page that lies on its side in any case.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("item", "Item"), Column("mean", "Mean", Kind.ESTIMATE))
    >>> layout(Table("items", "Items", columns, (("We watch our market.", 4.2),)))
    Layout(widths=(18.95, 4.9), broken=False, turned=False, size=1.0)
    """
    wish, least = _wanted(table, language)
    for line, lies, size, narrow in _TRIES:
        own = _narrowed(table, language, least) if narrow else least
        free = line / size - GAP * len(wish)
        if sum(own) <= free and (lies or not turned):
            return Layout(_shared(own, wish, free), sum(wish) > free, lies, size)
    scale = max(free, 1.0) / sum(least)
    return Layout(tuple(own * scale for own in least), True, True, _TRIES[-1][2])


def least_room(table: Table, language: Language = "en") -> float:
    """Find the room without which words, or numbers, of a table would be cut: in cells, without the gaps.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("item", "Item"), Column("mean", "Mean", Kind.ESTIMATE))
    >>> least_room(Table("items", "Items", columns, (("We watch our market.", 4.2),)))
    23.85
    """
    return math.fsum(_wanted(table, language)[1])


def _wanted(table: Table, language: Language) -> tuple[list[float], list[float]]:
    """Room for each column in which no text is broken, and in which none is cut."""
    grid = [list(map(format.typeset, row)) for row in format.grid(table, language)]  # a minus is broader than a hyphen
    cells = list(zip(*grid, strict=True)) or [()] * len(table.columns)
    heads = [format.text_of(column.heading, language) for column in table.columns]
    labels = [column.kind is Kind.LABEL for column in table.columns]
    wish = [max(map(_longest_line, (head, *own))) for head, own in zip(heads, cells, strict=True)]
    least = [_least(*column) for column in zip(heads, cells, labels, strict=True)]
    _widen_under_groups(table, language, wish, least)
    return wish, least


def _narrowed(table: Table, language: Language, least: list[float]) -> list[float]:
    """Room for each column of a short table whose labels take another line, so that its page is not turned."""
    if len(table.rows) > _FEW:
        return least
    grid = format.grid(table, language)
    words = [max((_longest_word(row[i]) for row in grid), default=0.0) for i in range(len(table.columns))]
    heads = [_longest_word(format.text_of(column.heading, language)) for column in table.columns]
    return [
        max(min(own, _LABEL), word, head) if column.kind is Kind.LABEL and own > _LABEL else own
        for column, own, word, head in zip(table.columns, least, words, heads, strict=True)
    ]


def lines(text: str) -> list[str]:
    """Cut a text at its line breaks."""
    return re.split(r"\r\n|[\r\n]", text)


def room(text: str) -> float:
    """Estimate the width of a text in a printed serif font, in cells.

    >>> room("df"), round(room("RMSEA"), 1), room("信度")
    (1.7, 7.7, 4.2)
    """
    return math.fsum(map(_room, text))


@cache
def _room(character: str) -> float:
    if character in _ODD:
        return _ODD[character]
    if character in _BROADEST:
        return 1.9
    if character in _BROAD or "A" <= character <= "Z":
        return 1.45
    if character in _NARROW:
        return 0.6
    cells = width(character)
    return _CHINESE if cells == 2 else float(cells)


def _least(head: str, cells: Sequence[str], label: bool) -> float:
    """Room without which words, or numbers, would be cut: a heading may take three lines, a label several.

    A Chinese heading is not cut into pieces of less than four characters.
    """
    words = max(map(_longest_word, (head, *cells))) if label else _longest_word(head)
    body = max(map(_longest_line, cells), default=0.0)
    own = min(body, 26) if label else body
    full = _longest_line(head)
    head_room = max(full / 3, min(full, 4 * _CHINESE) if re.search("[\u2e80-\u9fff]", head) else 0)
    return max(min(words, 22.0), own, min(head_room, 22.0), 1.0)


def _widen_under_groups(table: Table, language: Language, wish: list[float], least: list[float]) -> None:
    """Give the columns under a group's heading room for it."""
    spans = format.groups(table, language)
    starts = [0]
    for _, count in spans:
        starts.append(starts[-1] + count)
    for (name, count), (first, after) in zip(spans, pairwise(starts), strict=True):
        for widths, needed in ((wish, room(name)), (least, min(_longest_word(name), 22))):
            short = needed - sum(widths[first:after]) - GAP * (count - 1)
            if short > 0:
                widths[first:after] = [own + short / count for own in widths[first:after]]


def _shared(least: list[float], wish: list[float], free: float) -> tuple[float, ...]:
    more = [max(w - own, 0.0) for w, own in zip(wish, least, strict=True)]
    share = min(1.0, (free - sum(least)) / sum(more)) if sum(more) else 0.0
    return tuple(own + m * share for own, m in zip(least, more, strict=True))


@lru_cache(_REMEMBERED)
def _longest_line(text: str) -> float:
    return max(map(room, lines(text)))


@lru_cache(_REMEMBERED)
def _longest_word(text: str) -> float:
    return max(map(room, _WORD.findall(text)), default=0.0)
