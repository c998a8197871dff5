"""What a results table is, whatever it will be printed on.

A result says once which tables it consists of; the modules that ``formats`` lists print any
Table.  Rounding belongs to the column's kind, never to the numbers: a Table keeps full
precision and ``format`` decides how it is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from ..words import Language, Text, written
from .language import About

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


class Number(float):
    """A number written in a way of its own: with stars for its p value, or by another kind than its column's.

    >>> Number(0.43, p=0.004) + 1, Number(30, kind=Kind.COUNT).kind.value
    (1.43, 'count')
    """

    p: float
    kind: Kind | None

    def __new__(cls, value: float, *, p: float = math.nan, kind: Kind | None = None) -> Number:  # noqa: D102
        self = super().__new__(cls, value)
        self.p, self.kind = p, kind
        return self


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a machine name, a heading, and how its values are written.

    group : heading over this column and its neighbours of the same group
    once : in print, a value is left out where the row above has the same, as labels of merged cells are
    named : the heading is somebody's name for a construct, an item or a group; no letter of it is a statistic
    """

    name: str
    heading: Text
    kind: Kind = Kind.LABEL
    group: Text = ""
    once: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A results table at full precision.

    name : machine name, such as ``"item_analysis"``; also the name of its CSV file and Excel sheet
    title, columns : what stands over the table, and over each of its columns
    rows : tuples of values, one per column; ``None`` and NaN are written as a dash
    notes : sentences under the table
    blank : missing values are left empty, as in a matrix whose small loadings are not shown
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[Text, ...] = ()
    blank: bool = False

    def records(self, language: Language = "en") -> list[dict[str, Any]]:
        """One dict per row at full precision: ready for pandas, CSV or JSON.

        Parameters
        ----------
        language : {"en", "zh"}
            Of values that are words.

        Examples
        --------
        >>> Table("sizes", "Sizes", (Column("group", "Group"), Column("n", "N")), (("A", 12), ("B", 30))).records()
        [{'group': 'A', 'n': 12}, {'group': 'B', 'n': 30}]
        """
        names = [column.name for column in self.columns]
        return [{n: plain(v, language) for n, v in zip(names, row, strict=True)} for row in self.rows]

    def frame(self) -> pd.DataFrame:
        """Give the rows as a DataFrame at full precision, columns by machine name."""
        import pandas as pd

        return pd.DataFrame(self.records(), columns=[column.name for column in self.columns])

    def noted(self, *notes: Text) -> Table:
        """Return the same table with more notes under it."""
        return replace(self, notes=(*self.notes, *notes))

    def labelled(self, labels: Mapping[str, Text], column: str | None = None) -> Table:
        """Return the same table with labels for names: in its notes, and in a column and headings that are names.

        >>> table = Table("sizes", "Sizes", (Column("group", "Group"), Column("n", "N")), (("A", 12), ("B", 30)))
        >>> table.labelled({"A": "Firms"}, "group").rows
        (('Firms', 12), ('B', 30))
        """
        notes = tuple(note.labelled(labels) if isinstance(note, About) else note for note in self.notes)
        if column is None:
            return replace(self, notes=notes)
        place = next(i for i, known in enumerate(self.columns) if known.name == column)
        rows = tuple((*row[:place], labels.get(str(row[place]), row[place]), *row[place + 1 :]) for row in self.rows)
        columns = tuple(
            replace(own, heading=labels[own.name]) if own.heading == own.name and own.name in labels else own
            for own in self.columns
        )
        return replace(self, columns=columns, rows=rows, notes=notes)


def rows_from(frame: pd.DataFrame, columns: Iterable[Column] | None = None) -> tuple[tuple[Any, ...], ...]:
    """Give the rows of a frame as those of a table, of the named columns in their order or of all."""
    shown = frame if columns is None else frame[[column.name for column in columns]]
    return tuple(shown.itertuples(index=False, name=None))


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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__repr__ = cls.__str__  # type: ignore[assignment, method-assign]  # or @dataclass would list every field

    def tables(self) -> tuple[Table, ...]:
        """List the tables this result consists of."""
        raise NotImplementedError

    @overload
    def to(self, format: Literal["word", "excel"], language: Language = "en") -> bytes: ...

    @overload
    def to(self, format: Literal["text", "markdown", "latex", "html", "csv"], language: Language = "en") -> str: ...

    @overload
    def to(self, format: str, language: Language = "en") -> str | bytes: ...

    def to(self, format: str, language: Language = "en") -> str | bytes:
        """Give the tables in a format, ready to be put into a document.

        Parameters
        ----------
        format : {"text", "markdown", "latex", "html", "json", "csv", "word", "excel"}
            CSV is of results with one table; Word and Excel come as the bytes of a file.
        language : {"en", "zh"}
            Of titles, headings, labels and notes.

        Raises
        ------
        SpecificationError
            If no such format or language is known, or the format holds one table and here are several.

        Examples
        --------
        >>> import sme_sem as sme
        >>> result = sme.descriptives(sme.simulate("trust =~ 0.8*t1 + 0.7*t2", 100, seed=1))
        >>> result.to("csv").splitlines()[0]
        'item,n,missing,lowest,highest,mean,sd,skew,kurtosis'
        """
        from .formats import rendered

        return rendered(self.tables(), format, language)

    def save(self, path: str | Path, language: Language = "en") -> Path:
        """Write the tables to a file that opens by itself, in the format of its suffix, and return its path.

        Parameters
        ----------
        path
            Ending in .txt, .md, .tex, .html, .json, .csv, .docx or .xlsx; the file is replaced as a whole or not at
            all.
        language : {"en", "zh"}
            Of titles, headings, labels and notes.

        Raises
        ------
        SpecificationError
            If the suffix is of no known format, the format holds one table and here are several, or the language is
            unknown.
        ExportError
            If the file cannot be written.

        Examples
        --------
        >>> import tempfile, sme_sem as sme
        >>> result = sme.descriptives(sme.simulate("trust =~ 0.8*t1 + 0.7*t2", 100, seed=1))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     result.save(f"{folder}/items.md").name
        'items.md'
        """
        from .formats import save

        return save(self.tables(), path, language)

    def __str__(self) -> str:
        from . import terminal

        cells = terminal.room()
        return "\n\n".join(terminal.render(table, cells=cells) for table in self.tables())

    def _repr_html_(self) -> str:
        from . import html

        return "".join(html.render(table) for table in self.tables())
