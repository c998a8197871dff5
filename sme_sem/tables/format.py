"""How every kind of number is written.  The only place that rounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

from ..words import Language, Text, Words, written
from .table import Column, Kind, Number, Table, is_missing, plain_number

MISSING = "–"
_YES, _NO = Words("yes", "是"), Words("no", "否")
_COLON: dict[Language, str] = {"en": ": ", "zh": "："}
_MINUS = re.compile(r"(?<![\w.)\]%/-])-(?=\.?\d|∞)|(?<=[\u4e00-\u9fff])-(?=\d*\.\d)|(?<=[(（])-(?=[)）])|^-$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def cell(value: Any, kind: Kind, language: Language = "en") -> str:
    """Write one value.

    >>> cell(0.0004, Kind.PROBABILITY), cell(-0.4321, Kind.COEFFICIENT), cell(float("nan"), Kind.ESTIMATE)
    ('< .001', '-.432', '–')
    """
    if type(value) is str:
        return printable(value)
    value = plain_number(value)
    if is_missing(value):
        return MISSING
    if isinstance(value, bool):
        return written(_YES if value else _NO, language)
    if isinstance(value, Number):
        return cell(float(value), value.kind or kind, language) + stars(value.p)
    if kind is Kind.LABEL or not isinstance(value, (int, float)):
        return printable(written(value, language))
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return _WRITTEN[kind](value)


def grid(table: Table, language: Language = "en") -> list[list[str]]:
    """Write all cells, row by row, as they are to be printed.

    >>> from sme_sem.tables import Column
    >>> columns = (Column("construct", "Construct", once=True), Column("item", "Item"))
    >>> grid(Table("t", "t", columns, (("Trust", "t1"), ("Trust", "t2"), ("Use", "u1"))))
    [['Trust', 't1'], ['', 't2'], ['Use', 'u1']]
    """
    rows = [
        [
            "" if table.blank and is_missing(plain_number(value)) else cell(value, column.kind, language)
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    merged = [place for place, column in enumerate(table.columns) if column.once]
    found, above = [], None
    for row in rows:
        shown = list(row)
        for count, place in enumerate(merged, start=1):
            if above is not None and all(row[p] == above[p] for p in merged[:count]):
                shown[place] = ""
        found.append(shown)
        above = row
    return found


def text_of(text: Text, language: Language = "en") -> str:
    """Write a title, a heading or a note, every character printable."""
    return printable(written(text, language))


def groups(table: Table, language: Language = "en") -> list[tuple[str, int]]:
    """Headings over several columns, each with how many it spans; nothing where the table has none."""
    names = [text_of(column.group, language) for column in table.columns]
    return [(name, len(list(own))) for name, own in groupby(names)] if any(names) else []


def full_headings(table: Table, language: Language = "en") -> list[str]:
    """Headings that name their group, for formats with one line of them."""
    heads = []
    for column in table.columns:
        group, own = text_of(column.group, language), text_of(column.heading, language)
        heads.append(f"{group}{_COLON[language]}{own}" if group and own else group or own)
    return heads


def printable(text: str) -> str:
    """Put the replacement sign where a character is one that XML, and so HTML, SVG and Excel, cannot hold.

    The control characters that steer terminals are replaced as well.

    >>> printable("trust" + chr(0) + "!")
    'trust�!'
    """
    return text if text.isprintable() else _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def typeset(text: str) -> str:
    """Write the minus of numbers and of expected directions as a minus sign, in what is to be looked at.

    Tables in the terminal, CSV, Markdown and Excel keep the hyphen, that programs read.

    >>> typeset("-.432"), typeset("B = -1.2 [-2.0, -0.4]"), typeset("-"), typeset("2024-05-01, items 1-5")
    ('−.432', 'B = −1.2 [−2.0, −0.4]', '−', '2024-05-01, items 1-5')
    """
    return _MINUS.sub("\N{MINUS SIGN}", text)


def level(value: float) -> str:
    """Write a level or another bound below one as it was given, without its zero.

    >>> level(0.05), level(0.995)
    ('.05', '.995')
    """
    return f"{value:g}".removeprefix("0")


def percent(share: float) -> str:
    """Write a level of confidence or another share as it was given, in per cent.

    >>> percent(0.95), percent(0.999), percent(0.004), percent(0.07)
    ('95%', '99.9%', '0.4%', '7%')
    """
    return f"{100 * share:g}%"


def interval_columns(level: float, kind: Kind = Kind.ESTIMATE, *, of: str = "") -> tuple[Column, Column]:
    """Give the columns of a confidence interval, whose headings say its level.

    >>> for column in interval_columns(0.9, of="alpha_"):
    ...     print(column.name, "-", column.heading)
    alpha_ci_lower - 90% CI lower
    alpha_ci_upper - 90% CI upper
    """
    said = percent(level)
    return (
        Column(f"{of}ci_lower", Words(f"{said} CI lower", f"{said}置信区间下限"), kind),
        Column(f"{of}ci_upper", Words(f"{said} CI upper", f"{said}置信区间上限"), kind),
    )


def stars(p_value: float) -> str:
    """Mark significance as journals do: three stars below .001, two below .01, one below .05."""
    return "***" if p_value < 0.001 else "**" if p_value < 0.01 else "*" if p_value < 0.05 else ""


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text[1:] if text[0] == "-" and float(text) == 0 else text  # no "-0.000"


def _bounded(value: float) -> str:
    text = _fixed(value, 3)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _probability(value: float) -> str:
    return "< .001" if value < 0.001 else _bounded(value)


def _count(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else _fixed(value, 3)


_WRITTEN: dict[Kind, Callable[[float], str]] = {
    Kind.LABEL: str,
    Kind.COUNT: _count,
    Kind.ESTIMATE: lambda value: _fixed(value, 3),
    Kind.STATISTIC: lambda value: _fixed(value, 3),
    Kind.COEFFICIENT: _bounded,
    Kind.PROBABILITY: _probability,
    Kind.PERCENT: lambda value: _fixed(value, 1),
    Kind.STARS: stars,
}
