"""Table -> CSV, at full precision.

Columns carry their machine names, so that a script reads the file whatever the language;
labels are in the language asked for.  Counts are written whole, significance as stars.  The
file begins with a byte-order mark, by which Excel recognises Chinese.  A text that Excel would
take for a formula (it begins with ``=``, ``+``, ``-`` or ``@``, blanks aside) is preceded by an
apostrophe, a sign that stands alone excepted; numbers stay numbers, and a missing value is empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..words import Language
from .format import printable, stars
from .storing import A_FOLDER, file_names, require_path, store_all
from .table import Kind, Table, is_missing, plain

_FORMULA = ("=", "+", "-", "@")


def render(table: Table, language: Language = "en") -> str:
    r"""Write one table as CSV text.

    >>> from sme_sem.tables import Column, Kind
    >>> columns = (Column("item", "Item"), Column("mean", "Mean", Kind.ESTIMATE))
    >>> render(Table("items", "Items", columns, (("MK1", 1 / 3), ("=1+1", -2.0))))
    "item,mean\r\nMK1,0.3333333333333333\r\n'=1+1,-2.0\r\n"
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([_cell(column.name) for column in table.columns])
    kinds = [column.kind for column in table.columns]
    writer.writerows(
        [_cell(plain(value, language), kind) for value, kind in zip(row, kinds, strict=True)] for row in table.rows
    )
    return stream.getvalue()


def write(tables: Iterable[Table], folder: str | Path, language: Language = "en") -> tuple[Path, ...]:
    """Write each table to ``folder/<name>.csv`` and return the paths.

    Parameters
    ----------
    tables
        The tables; names that would share a file get a number.
    folder
        Made where it is missing.
    language
        Of the labels.

    Returns
    -------
    tuple of Path
        One file for each table, in their order.

    Raises
    ------
    ExportError
        One of them cannot be written; then none is.
    """
    require_path(folder, "folder", A_FOLDER)
    return store_all(files(tables, Path(folder), language))


def files(tables: Iterable[Table], folder: Path, language: Language = "en") -> dict[Path, bytes]:
    """Give what stands in each table's file."""
    tables = tuple(tables)
    names = file_names(table.name for table in tables)
    contents = (render(table, language).encode("utf-8-sig") for table in tables)
    return {folder / f"{name}.csv": content for name, content in zip(names, contents, strict=True)}


def _cell(value: Any, kind: Kind = Kind.LABEL) -> str:
    if isinstance(value, str):
        value = printable(value)
        risky = value.lstrip().startswith(_FORMULA) and value.strip() not in ("+", "-")
        return f"'{value}" if risky else value
    if is_missing(value):
        return ""
    if kind is Kind.STARS:
        return stars(value)
    kind = getattr(value, "kind", None) or kind
    whole = kind is Kind.COUNT and isinstance(value, float) and value.is_integer()
    return repr(int(value) if whole else value)
