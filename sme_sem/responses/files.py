"""Read a file of answers as a table of text, so that no cell is interpreted before its question is known.

Understood are text files (comma, semicolon or tab between the cells; UTF-8, UTF-16, GB18030 and what
``charset-normalizer`` recognises), workbooks (.xlsx, .xls, .xlsb, .ods), SPSS files (.sav, .zsav) and Stata
files (.dta).
The content decides what a file is; its name only breaks ties.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ResponseError
from ..suggestions import did_you_mean
from ..tables import Text, Words, joined
from ..tables.storing import unreadable
from ..words import at
from .coded import coded, coded_columns
from .delimited import EMPTY, decoded, delimited, in_row
from .findings import Finding, capped, finding, listed
from .workbooks import check_size

_SIGNATURES = {
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "workbook",
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"<stata_dta>": "stata",
}
_LONGEST_NAME = 4_000
_UNSUSPICIOUS_CELLS, _MOST_FOLD = 5_000_000, 100
_LARGE, _BEGINNING = 4_000_000, 500_000
"""Bytes from which on a text file is looked at before it is read, and at how many of them."""
CHOSEN_TOGETHER = "┋"
"""What stands between several answers in one cell."""
_SUFFIXES = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "workbook"),
    **dict.fromkeys((".sav", ".zsav"), "spss"),
    ".dta": "stata",
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab"), "text"),
}


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table as received: every cell is text, an empty cell is ``""``.

    source : name of the file; sha256 : of its bytes; kind : text, workbook, spss, stata or frame
    cells : the texts, each different one stored once; column names as they stand in the file, even if two are equal
    nameless : positions of the columns to which the file gives no name
    rows : for each line of ``cells`` the row number a person sees
    wordings : by position, what the file says a column asks (variable labels of SPSS and Stata)
    labels : by position, what the file says a code means (value labels)
    missing : by position, ranges of codes that the file declares missing
    elsewhere : for a refusal, what other sheets the workbook has
    """

    source: str
    sha256: str
    cells: pd.DataFrame
    rows: np.ndarray
    kind: str = "text"
    nameless: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()
    wordings: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[int, tuple[tuple[Any, Any], ...]] = field(default_factory=dict)
    elsewhere: Text = ""

    @property
    def headers(self) -> list[str]:
        """The names of the columns."""
        return [str(name) for name in self.cells.columns]

    def below(self, n: int) -> TextTable:
        """Leave out the first rows, which are no answers."""
        if not n:
            return self
        kept = self.cells.iloc[n:]
        columns = [kept.iloc[:, i].cat.remove_unused_categories().array for i in range(kept.shape[1])]
        return replace(self, cells=_cells(columns, list(self.cells.columns), len(kept)), rows=self.rows[n:])


def read_table(
    source: str | os.PathLike[str] | pd.DataFrame, sheet: str | None = None, encoding: str | None = None
) -> TextTable:
    """Read a file, or take a DataFrame, as a table of text."""
    if isinstance(source, pd.DataFrame):
        table = _from_frame(source)
    elif isinstance(source, (str, os.PathLike)):
        table = _from_file(Path(source), sheet, encoding)
    else:
        raise ResponseError(at("answers", _NO_SOURCE.filled(kind=type(source).__name__)))
    endless = next((i for i, name in enumerate(table.headers) if len(name) > _LONGEST_NAME), None)
    if endless is not None:
        sizes = {"n": f"{len(table.headers[endless]):,}", "most": f"{_LONGEST_NAME:,}"}
        raise ResponseError(at(table.source, _LONG_NAME.filled(place=endless + 1, **sizes)))
    if table.cells.empty:
        raise ResponseError(at(table.source, _NO_ANSWERS))
    return table


def beginning(source: str | os.PathLike[str] | pd.DataFrame, encoding: str | None = None) -> TextTable | None:
    """Read the first rows of a large text file; nothing if it is none, or its first rows do not stand by themselves."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = Path(source)
    try:
        if not path.is_file() or path.stat().st_size <= _LARGE:
            return None
        with path.open("rb") as file:
            start = file.read(_BEGINNING)
    except (OSError, ValueError):
        return None
    rows = start[: start.rfind(b"\n") + 1]
    if not rows or _kind(start) != "text":
        return None
    try:
        table = _from_text(path, rows, None, encoding)
    except ResponseError:
        return None
    unsure = any(note.rule == "encoding" for note in table.findings)
    return None if unsure or table.cells.empty else table


def _from_file(path: Path, sheet: str | None, encoding: str | None) -> TextTable:
    data = _bytes(path)
    expected = _SUFFIXES.get(path.suffix.lower())
    kind = _kind(data)
    if sheet is not None and kind != "workbook":
        raise ResponseError(at(str(path), _NO_SHEETS.filled(sheet=repr(sheet))))
    table = _READERS[kind](path, data, sheet, encoding)
    if expected not in (None, kind):
        surprise = finding(
            "info",
            "format",
            _OTHER_KIND.filled(suffix=path.suffix, kind=kind),
        )
        table = replace(table, findings=(surprise, *table.findings))
    return table


def _kind(data: bytes) -> str:
    old_stata = len(data) > 2 and 0x68 < data[0] < 0x74 and data[1] in (1, 2) and data[2] == 1
    return "stata" if old_stata else next((k for start, k in _SIGNATURES.items() if data.startswith(start)), "text")


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ResponseError(at(str(path), _NOT_REGULAR))
        data = path.read_bytes()
    except FileNotFoundError:
        raise ResponseError(_not_there(path)) from None
    except IsADirectoryError:
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in _SUFFIXES)
        held = _HOLDS.filled(names=joined(map(repr, inside[:5]), ", ", "、")) if inside else _HOLDS_NONE
        raise ResponseError(at(str(path), _A_FOLDER + held)) from None
    except (OSError, ValueError) as problem:
        raise ResponseError(at(str(path), unreadable(problem))) from None
    if not data.strip():
        raise ResponseError(at(str(path), EMPTY))
    return data


def _not_there(path: Path) -> Words:
    if not path.parent.is_dir():
        folder = repr(str(path.parent))
        return at(str(path), Words(f"the folder {folder} does not exist", f"文件夹{folder}不存在"))
    names = [p.name for p in path.parent.iterdir() if p.is_file()]
    folder = repr(str(path.parent.resolve()))
    said = Words(f"no such file in {folder}.", f"文件夹{folder}中没有此文件。")
    return at(str(path), said) + did_you_mean(path.name, names)


def _from_text(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    text, notes = decoded(str(path), data, encoding)
    uneven: list[Finding] = []
    records = delimited(str(path), text, uneven, prefer_tab=path.suffix.lower() in (".tsv", ".tab"))
    table = _from_records(path, data, records)
    return replace(table, findings=(*notes, *capped(uneven)))


def _from_workbook(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    import io

    import python_calamine

    check_size(path, data)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            said = _NO_SHEET.filled(path=path, sheet=repr(sheet), names=joined(map(repr, names), ", ", "、"))
            raise ResponseError(said + did_you_mean(str(sheet), names))
        taken = sheet if sheet is not None else names[0]
        records = book.get_sheet_by_name(taken).to_python(skip_empty_area=False)
    except (ResponseError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # a panic of the reader on a broken file is no Exception
        raise ResponseError(at(str(path), _NO_WORKBOOK.filled(problem=problem))) from None
    numbered = _filled(records)
    others = [name for name in names if name != taken]
    advice = _OTHER_SHEETS.filled(names=joined(map(repr, others), ", ", "、")) if others else ""
    first = next(numbered, None)
    if first is None:
        raise ResponseError(at(str(path), _EMPTY_SHEET.filled(sheet=repr(taken)) + advice))
    table = replace(_from_records(path, data, chain([first], numbered)), kind="workbook", elsewhere=advice)
    if table.cells.empty and others:
        raise ResponseError(at(str(path), _ONE_ROW.filled(sheet=repr(taken)) + advice))
    if sheet is None and len(names) > 1:
        note = _SHEETS.filled(names=listed(map(repr, names), most=len(names)))
        table = replace(table, findings=(finding("info", "sheet", note, value=taken),))
    return table


def _filled(records: list[list[Any]]) -> Iterator[tuple[int, list[str]]]:
    """Write the rows of a sheet as text, from the first that holds something to the last."""
    last = next((i for i in reversed(range(len(records))) if any(_text(c).strip() for c in records[i])), -1)
    begun = False
    for i in range(last + 1):
        texts = [_text(cell) for cell in records[i]]
        records[i] = []
        begun = begun or any(text.strip() for text in texts)
        if begun:
            yield i + 1, texts


def _from_spss(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    return _from_statistics(path, data, "SPSS", encoding)


def _from_stata(path: Path, data: bytes, sheet: str | None, encoding: str | None) -> TextTable:
    return _from_statistics(path, data, "Stata", encoding)


def _from_statistics(path: Path, data: bytes, program: str, encoding: str | None) -> TextTable:
    import pyreadstat

    read = {"SPSS": pyreadstat.read_sav, "Stata": pyreadstat.read_dta}[program]
    meta: Any
    try:
        frame, meta = read(str(path), user_missing=True, encoding=encoding)
    except Exception as problem:
        kind, where = Words("a Stata file", "Stata文件"), Words("Stata", "Stata")
        if program == "SPSS":
            kind, where = Words("an SPSS file", "SPSS文件"), Words("SPSS or PSPP", "SPSS或PSPP")
        raise ResponseError(at(str(path), _UNREAD.filled(kind=kind, problem=problem, where=where))) from None
    position = {name: i for i, name in enumerate(meta.column_names)}
    missing = {position[n]: tuple((r["lo"], r["hi"]) for r in ranges) for n, ranges in meta.missing_ranges.items()}
    missing |= {position[n]: tuple((c, c) for c in codes) for n, codes in meta.missing_user_values.items()}
    return TextTable(
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        cells=_cells([coded(_texts(frame.iloc[:, i])) for i in range(frame.shape[1])], meta.column_names, len(frame)),
        rows=np.arange(1, len(frame) + 1),
        kind=program.lower(),
        wordings={position[n]: label for n, label in meta.column_names_to_labels.items() if label},
        labels={
            position[n]: {_text(code): label for code, label in labels.items()}
            for n, labels in meta.variable_value_labels.items()
        },
        missing=missing,
    )


_READERS = {"text": _from_text, "workbook": _from_workbook, "spss": _from_spss, "stata": _from_stata}


def _from_frame(frame: pd.DataFrame) -> TextTable:
    names = [_text(name) for name in frame.columns]
    digest, columns = hashlib.sha256(), []
    for column in (names, *(_texts(frame.iloc[:, i]) for i in range(frame.shape[1]))):
        digest.update("\x1f".join(column).encode("utf-8", "surrogatepass") + b"\x1e")
        columns.append(coded(column))
    cells = _cells(columns[1:], names, len(frame))
    return TextTable("DataFrame", digest.hexdigest(), cells, np.arange(2, len(frame) + 2), kind="frame")


def _from_records(path: Path, data: bytes, records: Iterator[tuple[int, list[str]]]) -> TextTable:
    """Take the first row for the column names; a column with neither name nor answers is left out."""
    head, first = next(records)
    columns = coded_columns((record for _, record in _filling(path, records, len(first))), len(first))
    names = [name.strip() for name in first] + [""] * (len(columns) - len(first))
    used = [i for i, column in enumerate(columns) if names[i] or any(t.strip() for t in column.categories)]
    n = len(columns[0]) if columns else 0
    return TextTable(
        source=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        cells=_cells([columns[i] for i in used], [names[i] or f"column {_letters(i)}" for i in used], n),
        rows=np.arange(head + 1, head + 1 + n),
        nameless=frozenset(place for place, i in enumerate(used) if not names[i]),
    )


def _filling(path: Path, records: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Refuse a table of which next to nothing is written, before all its empty cells are made."""
    given = width
    for n, (row, record) in enumerate(records, start=1):
        given, width = given + len(record), max(width, len(record))
        if n * width > max(_UNSUSPICIOUS_CELLS, _MOST_FOLD * given):
            said = _SPARSE.filled(cells=f"{n * width:,}", given=f"{given:,}")
            raise ResponseError(in_row(str(path), row, said))
        yield row, record


def _cells(columns: Sequence[Any], names: Iterable[Hashable], n: int) -> pd.DataFrame:
    index = pd.RangeIndex(1, n + 1, name="respondent")
    frame = pd.DataFrame(dict(enumerate(columns)), index=index, copy=False)
    return frame.set_axis(pd.Index(list(names), dtype=object), axis=1)


def _texts(column: pd.Series[Any]) -> list[str]:
    return [_text(value) for value in column.tolist()]


def _text(value: Any) -> str:
    """Write a cell as the person who typed it sees it: 4.0 is ``"4"``, nothing is ``""``, a list its entries."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if value != value else str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
    if isinstance(value, (list, tuple)):
        return CHOSEN_TOGETHER.join(map(_text, value))
    return str(value)


def _letters(position: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


_OTHER_KIND = Words(
    "the name ends in {suffix}, the content is that of a {kind} file: read as such",
    "扩展名为{suffix}，内容却是{kind}文件：按内容读取",
)
_NO_SHEET = Words(
    "{path}: has no sheet {sheet}; its sheets are {names}.", "{path}：没有工作表{sheet}；现有工作表：{names}。"
)
_SHEETS = Words("the workbook has the sheets {names}; the first was read", "工作簿含工作表{names}；读取第一个")

_LONG_NAME = Words(
    "the name of column {place} has {n} characters, at most {most} are read; is there a quotation mark missing in the "
    "first row?",
    "第{place}列的列名有{n}个字符，最多读取{most}个；第一行是否缺少引号？",
)
_NO_ANSWERS = Words(
    "holds column names but no answers; expected one row per respondent under them",
    "有列名而无作答；列名之下应每名受访者一行",
)
_NO_SHEETS = Words(
    "has no sheets, so sheet={sheet} cannot be read; leave it out", "没有工作表，无法读取sheet={sheet}；请删去"
)
_NOT_REGULAR = Words("is not a regular file; name a file of answers", "不是普通文件；请指定数据文件")
_NO_SOURCE = Words(
    "expected the path of a file or a pandas DataFrame, got {kind}", "应为文件的路径或pandas DataFrame，实为{kind}"
)
_A_FOLDER = Words("is a folder, name one file of answers in it; ", "是文件夹，请指定其中一个数据文件；")
_HOLDS = Words("it holds {names}", "其中有{names}")
_HOLDS_NONE = Words("it holds no file of answers", "其中没有数据文件")
_NO_WORKBOOK = Words(
    "cannot be read as a workbook ({problem}); open it in a spreadsheet program and save it again as .xlsx, without a "
    "password",
    "无法作为工作簿读取（{problem}）；请用电子表格软件打开，去掉密码并重新存为.xlsx",
)
_OTHER_SHEETS = Words("; its other sheets are {names}, choose with sheet=", "；另有工作表{names}，请以sheet=选择")
_EMPTY_SHEET = Words("the sheet {sheet} is empty", "工作表{sheet}为空")
_ONE_ROW = Words("the sheet {sheet} holds one row and no answers under it", "工作表{sheet}只有一行，其下没有作答")
_UNREAD = Words(
    "cannot be read as {kind} ({problem}); open it in {where} and save it again",
    "无法作为{kind}读取（{problem}）；请用{where}打开并重新保存",
)
_SPARSE = Words(
    "the rows to here span {cells} cells, {given} of them written; is there a line break missing in a row, or in the "
    "column names?",
    "至此各行共{cells}个单元格，其中仅{given}个有内容；某行或列名中是否缺少换行？",
)
