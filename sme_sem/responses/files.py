"""Read a file of answers as a table of text, so that no cell is interpreted before its question is known.

Understood are text files (comma, semicolon or tab between the cells; UTF-8, UTF-16, GB18030 and what
``charset-normalizer`` recognises), workbooks (.xlsx, .xls, .xlsb, .ods) and SPSS files (.sav, .zsav).
The content decides what a file is; its name only breaks ties.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ResponseError, did_you_mean
from .delimited import decoded, delimited
from .findings import Finding, finding

_SIGNATURES = {b"PK\x03\x04": "workbook", b"\xd0\xcf\x11\xe0": "workbook", b"$FL2": "spss", b"$FL3": "spss"}
_SUFFIXES = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "workbook"),
    **dict.fromkeys((".sav", ".zsav"), "spss"),
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab"), "text"),
}


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table as received: every cell is text, an empty cell is ``""``.

    source : name of the file; sha256 : of its bytes
    cells : the texts; column names as they stand in the file, even if two are equal
    rows : for each line of ``cells`` the row number a person sees
    wordings : by position, what the file says a column asks (SPSS variable labels)
    labels : by position, what the file says a code means (SPSS value labels)
    missing : by position, ranges of codes that the file declares missing
    """

    source: str
    sha256: str
    cells: pd.DataFrame
    rows: np.ndarray
    findings: tuple[Finding, ...] = ()
    wordings: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[int, tuple[tuple[Any, Any], ...]] = field(default_factory=dict)


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame, sheet: str | None = None, encoding: str | None = None
) -> TextTable:
    """Read a file, or take a DataFrame, as a table of text."""
    if isinstance(source, pd.DataFrame):
        table = _from_frame(source)
    elif isinstance(source, (str, os.PathLike)):
        table = _from_file(Path(source), sheet, encoding)
    else:
        raise ResponseError(f"answers: expected the path of a file or a pandas DataFrame, got {type(source).__name__}")
    if table.cells.empty:
        raise ResponseError(
            f"{table.source}: holds column names but no answers; expected one row per respondent under them"
        )
    return table


def _from_file(path: Path, sheet: str | None, encoding: str | None) -> TextTable:
    data = _bytes(path)
    expected = _SUFFIXES.get(path.suffix.lower())
    kind = next((k for start, k in _SIGNATURES.items() if data.startswith(start)), "text")
    if sheet is not None and kind != "workbook":
        raise ResponseError(f"{path}: has no sheets, so sheet={sheet!r} cannot be read; leave it out")
    table = _READERS[kind](path, data, sheet, encoding)
    if expected not in (None, kind):
        surprise = finding(
            "info",
            "format",
            f"the name ends in {path.suffix}, the content is that of a {kind} file: read as such",
        )
        table = replace(table, findings=(surprise, *table.findings))
    return table


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ResponseError(_not_there(path)) from None
    except IsADirectoryError:
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in _SUFFIXES)
        held = f"it holds {', '.join(map(repr, inside[:5]))}" if inside else "it holds no file of answers"
        raise ResponseError(f"{path}: is a folder, name one file of answers in it; {held}") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise ResponseError(f"{path}: cannot be opened ({reason}); check the path and its rights") from None
    if not data.strip():
        raise ResponseError(f"{path}: is empty; expected column names and one row per respondent")
    return data


def _not_there(path: Path) -> str:
    if not path.parent.is_dir():
        return f"{path}: the folder {str(path.parent)!r} does not exist"
    names = [p.name for p in path.parent.iterdir() if p.is_file()]
    nearest = did_you_mean(path.name, names)
    return f"{path}: no such file in {str(path.parent.resolve())!r}.{nearest}"


def _from_text(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    text, notes = decoded(str(path), data, encoding)
    records, more = delimited(str(path), text, prefer_tab=path.suffix.lower() in (".tsv", ".tab"))
    table = _from_records(path, data, records)
    return replace(table, findings=(*notes, *more))


def _from_workbook(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    import io

    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise ResponseError(
                f"{path}: has no sheet {sheet!r}; its sheets are {', '.join(map(repr, names))}."
                + did_you_mean(str(sheet), names)
            )
        taken = sheet if sheet is not None else names[0]
        records = book.get_sheet_by_name(taken).to_python(skip_empty_area=False)
    except (ResponseError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # a panic of the reader on a broken file is no Exception
        raise ResponseError(
            f"{path}: cannot be read as a workbook ({problem}); open it in a spreadsheet program and "
            "save it again as .xlsx, without a password"
        ) from None
    if not any(_text(cell).strip() for record in records for cell in record):
        others = [name for name in names if name != taken]
        advice = f"; its other sheets are {', '.join(map(repr, others))}, choose with sheet=" if others else ""
        raise ResponseError(f"{path}: the sheet {taken!r} is empty{advice}")
    table = _from_records(path, data, records)
    if sheet is None and len(names) > 1:
        note = f"the workbook has the sheets {', '.join(map(repr, names))}; the first was read"
        table = replace(table, findings=(finding("info", "sheet", note, value=taken),))
    return table


def _from_spss(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    import pyreadstat

    meta: Any
    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True, encoding=encoding)
    except Exception as problem:
        raise ResponseError(
            f"{path}: cannot be read as an SPSS file ({problem}); open it in SPSS or PSPP and save it again"
        ) from None
    position = {name: i for i, name in enumerate(meta.column_names)}
    return TextTable(
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        cells=_cells([_texts(frame.iloc[:, i]) for i in range(frame.shape[1])], meta.column_names, len(frame)),
        rows=np.arange(1, len(frame) + 1),
        wordings={position[n]: label for n, label in meta.column_names_to_labels.items() if label},
        labels={
            position[n]: {_text(code): label for code, label in labels.items()}
            for n, labels in meta.variable_value_labels.items()
        },
        missing={position[n]: tuple((r["lo"], r["hi"]) for r in ranges) for n, ranges in meta.missing_ranges.items()},
    )


_READERS = {"text": _from_text, "workbook": _from_workbook, "spss": _from_spss}


def _from_frame(frame: pd.DataFrame) -> TextTable:
    names = [_text(name) for name in frame.columns]
    texts = [_texts(frame.iloc[:, i]) for i in range(frame.shape[1])]
    digest = hashlib.sha256()
    for column in ([*names], *texts):
        digest.update("\x1f".join(column).encode("utf-8", "surrogatepass") + b"\x1e")
    cells = _cells(texts, names, len(frame))
    return TextTable("DataFrame", digest.hexdigest(), cells, np.arange(2, len(frame) + 2))


def _from_records(path: Path, data: bytes, records: list[list[Any]]) -> TextTable:
    """Take the first row that is not empty for the column names."""
    head = next(i for i, record in enumerate(records) if any(_text(c).strip() for c in record))
    body = records[head + 1 :]
    width = max(map(len, records[head:]))
    names = [_text(cell).strip() for cell in records[head]] + [""] * (width - len(records[head]))
    padded = [[*record, *[""] * (width - len(record))] for record in body]
    texts = [[_text(record[i]) for record in padded] for i in range(width)]
    used = [i for i in range(width) if names[i] or any(cell.strip() for cell in texts[i])]
    return TextTable(
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        cells=_cells([texts[i] for i in used], [names[i] or f"column {_letters(i)}" for i in used], len(body)),
        rows=np.arange(head + 2, head + 2 + len(body)),
    )


def _cells(texts: list[list[str]], names: Iterable[Hashable], n: int) -> pd.DataFrame:
    index = pd.RangeIndex(1, n + 1, name="respondent")
    frame = pd.DataFrame(dict(enumerate(texts)), index=index, dtype=object)
    return frame.set_axis(pd.Index(list(names), dtype=object), axis=1)


def _texts(column: pd.Series[Any]) -> list[str]:
    return [_text(value) for value in column.tolist()]


def _text(value: Any) -> str:
    """Write a cell as the person who typed it sees it: 4.0 is ``"4"``, nothing is ``""``."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
    return str(value)


def _letters(position: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
