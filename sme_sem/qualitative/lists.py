"""Lists kept in a spreadsheet: coded segments, relations, studies and elements, citations, expert ratings.

A column is found by its name in English or Chinese, or by the name the caller says it has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import ResponseError, SourceError
from ..responses.files import read_table
from ..suggestions import did_you_mean
from ..words import NOTHING, Words, at, joined

ListSource = str | os.PathLike[str] | pd.DataFrame


def about(place: str, problem: ResponseError) -> SourceError:
    """What a file that cannot be read is said of as a source of words."""
    en, zh = str(problem).removeprefix(f"{place}: "), re.sub(f"^{re.escape(place)}[:：] ?", "", problem.in_chinese())
    return SourceError(place, [Words(en, zh)])


def read_list(
    source: ListSource,
    fields: Mapping[str, Sequence[str]],
    required: Sequence[str],
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Read the wanted columns as stripped text, under their field's name, with the row numbers a person sees.

    fields : for each field the headings it is known by; required : fields that must be there
    columns : field -> heading, where a file has headings of its own; None where a caller takes none
    """
    shown = "DataFrame" if isinstance(source, pd.DataFrame) else str(source)
    try:
        table = read_table(source, sheet)
    except ResponseError as problem:
        raise about(shown, problem) from None
    present = [str(name) for name in table.cells.columns]
    folded = {name.strip().casefold().replace(" ", "_"): i for i, name in reversed(list(enumerate(present)))}
    places: dict[str, int] = {}
    problems = [
        at("columns", Words(f"no field is named {f!r}.", f"没有名为{f!r}的字段。") + did_you_mean(f, fields))
        for f in columns or ()
        if f not in fields
    ]
    for field, headings in fields.items():
        named = (columns or {}).get(field)
        if named is not None and named not in present:
            problems.append(
                at(
                    field,
                    Words(f"no column is named {named!r}.", f"没有名为{named!r}的列。") + did_you_mean(named, present),
                )
            )
        wanted = (named,) if named is not None else (field, *headings)
        found = (folded.get(heading.strip().casefold().replace(" ", "_")) for heading in wanted)
        place = next((i for i in found if i is not None), None)
        if place is not None:
            places[field] = place
        elif field in required and named is None:
            known = [repr(heading) for heading in (field, *headings)]
            offered = NOTHING if columns is None else _OFFERED.filled(field=field)
            said = _NO_FIELD.filled(known=joined(known, ", ", "、"))
            problems.append(at(field, said + offered))
    if problems:
        raise SourceError(shown, problems)
    cells = {field: table.cells.iloc[:, place].str.strip().tolist() for field, place in places.items()}
    frame = pd.DataFrame(cells, dtype=object)
    for field in fields:
        if field not in frame:
            frame[field] = ""
    return frame[list(fields)], tuple(int(row) for row in table.rows)


_NO_FIELD = Words(
    "no column of that name; expected {known}. Rename a column", "没有这一列；应为{known}。请为某一列改名"
)
_OFFERED = Words(
    ", or say which it is: columns={{{field!r}: ...}}, --column {field}=...",
    "，或注明是哪一列：columns={{{field!r}: ...}}、--column {field}=...",
)
