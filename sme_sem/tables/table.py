"""What a results table is, whatever it will be printed on.

A result says once which tables it consists of; ``text``, ``html`` and ``excel`` print any
Table.  Rounding belongs to the column's kind, never to the numbers: a Table keeps full
precision and ``format`` decides how it is written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from .language import Language, Text, written

if TYPE_CHECKING:
    import pandas as pd


class Kind(Enum):
    """How the values of a column are written."""

    LABEL = "label"
    COUNT = "count"
    ESTIMATE = "estimate"  # three decimals
    STATISTIC = "statistic"  # chi-square, z: three decimals
    COEFFICIENT = "coefficient"  # bounded by one: three decimals, no leading zero, as APA asks
    PROBABILITY = "probability"  # '< .001' below that
    PERCENT = "percent"  # already in percent: one decimal
    STARS = "stars"  # '***', '**', '*' or empty


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a machine name, a heading, and how its values are written."""

    name: str
    heading: Text
    kind: Kind = Kind.LABEL


@dataclass(frozen=True, slots=True)
class Table:
    """A results table at full precision.

    name : machine name, such as ``"item_analysis"``; also the name of its CSV file and Excel sheet
    rows : tuples of values, one per column; ``None`` and NaN are written as a dash
    notes : sentences under the table
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[Text, ...] = ()

    def records(self, language: Language = "en") -> list[dict[str, Any]]:
        """One dict per row at full precision: ready for pandas, CSV or JSON."""
        names = [column.name for column in self.columns]
        return [{n: plain(v, language) for n, v in zip(names, row, strict=True)} for row in self.rows]

    def frame(self) -> pd.DataFrame:
        """Give the rows as a DataFrame at full precision, columns by machine name."""
        import pandas as pd

        return pd.DataFrame(self.records(), columns=[column.name for column in self.columns])

    def noted(self, *notes: Text) -> Table:
        """Return the same table with more notes under it."""
        return replace(self, notes=(*self.notes, *notes))


def plain_number(value: Any) -> Any:
    """Turn a NumPy number, boolean or text into Python's own; leave anything else as it is."""
    scalar = getattr(value, "ndim", None) == 0 and value.dtype.kind in "biufU"
    return value.item() if scalar else value


def is_missing(value: Any) -> bool:
    """Tell whether there is no value: None, NaN, or the missing value of pandas.

    >>> [is_missing(value) for value in (None, float("nan"), 0, "")]
    [True, True, False, False]
    """
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def plain(value: Any, language: Language = "en") -> int | float | str | None:
    """Give one value at full precision: a number stays a number, any other thing is written.

    >>> plain(0.1 + 0.2), plain(None), plain("Path")
    (0.30000000000000004, None, 'Path')
    """
    value = plain_number(value)
    if is_missing(value):
        return value if isinstance(value, float) else None
    return value if isinstance(value, (int, float)) else written(value, language)


class Tabled:
    """A result that shows itself: give it ``tables()`` and it can be printed anywhere."""

    def tables(self) -> tuple[Table, ...]:
        """List the tables this result consists of."""
        raise NotImplementedError

    def __str__(self) -> str:
        from . import text

        return "\n\n".join(text.render(table) for table in self.tables())

    def _repr_html_(self) -> str:
        from . import html

        return "".join(html.render(table) for table in self.tables())
