"""How every kind of number is written.  The only place that rounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from .language import Language, Words, written
from .table import Kind, is_missing, plain_number

MISSING = "–"
_YES, _NO = Words("yes", "是"), Words("no", "否")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cell(value: Any, kind: Kind, language: Language = "en") -> str:
    """Write one value.

    >>> cell(0.0004, Kind.PROBABILITY), cell(-0.4321, Kind.COEFFICIENT), cell(float("nan"), Kind.ESTIMATE)
    ('< .001', '-.432', '–')
    """
    value = plain_number(value)
    if is_missing(value):
        return MISSING
    if isinstance(value, bool):
        return written(_YES if value else _NO, language)
    if kind is Kind.LABEL or not isinstance(value, (int, float)):
        return printable(written(value, language))
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return _WRITTEN[kind](value)


def printable(text: str) -> str:
    """Put the replacement sign where a character is one that XML, and so HTML, SVG and Excel, cannot hold.

    >>> printable("trust" + chr(0) + "!")
    'trust�!'
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def stars(p_value: float) -> str:
    """Mark significance as journals do: three stars below .001, two below .01, one below .05."""
    return "***" if p_value < 0.001 else "**" if p_value < 0.01 else "*" if p_value < 0.05 else ""


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text  # no "-0.000"


def _bounded(value: float) -> str:
    text = _fixed(value, 3)
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


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
