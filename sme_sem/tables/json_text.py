"""Table -> JSON, at full precision: for scripts and other programs.

A table is an object with name, title, columns (name and heading), rows (an object each) and notes.
A missing value is null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..words import Language, written
from .table import Table, is_missing, plain


def render(tables: Sequence[Table], language: Language = "en") -> str:
    """Write tables as a JSON array.

    >>> from sme_sem.tables import Column
    >>> json.loads(render([Table("fit", "Fit", (Column("cfi", "CFI"),), ((0.973,),))]))[0]["rows"]
    [{'cfi': 0.973}]
    """
    return json.dumps([_document(table, language) for table in tables], ensure_ascii=False, indent=2, allow_nan=False)


def _document(table: Table, language: Language) -> dict[str, Any]:
    names = [column.name for column in table.columns]
    return {
        "name": table.name,
        "title": str(written(table.title, language)),
        "columns": [{"name": c.name, "heading": str(written(c.heading, language))} for c in table.columns],
        "rows": [dict(zip(names, (_value(v, language) for v in row), strict=True)) for row in table.rows],
        "notes": [str(written(note, language)) for note in table.notes],
    }


def _value(value: Any, language: Language) -> Any:
    found = plain(value, language)
    if is_missing(found):
        return None
    if isinstance(found, (bool, str)):
        return found
    if isinstance(found, (int, float)):
        return found if abs(found) <= _LARGEST else str(found)
    return str(found)


_LARGEST = 1.7e308
