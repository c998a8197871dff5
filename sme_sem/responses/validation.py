"""Turn a table of text into checked numbers, and note every cell that could not be used.

Each column is read by what its question allows; a cell that is not allowed becomes missing and a
finding, never one without the other.  Reverse-coded items are turned here and only here:
``lowest + highest - answer``, but for those that a column of the file says are turned already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ResponseError
from ..instrument.model import Instrument
from ..instrument.options import option_name
from ..instrument.parts import AttentionCheck, BackgroundQuestion
from ..tables import Words
from ..words import at
from .choices import filled, joined_reader, numbers_in, option_reader
from .coded import blank, texts_of
from .dialect import UNUSABLE, in_dialect
from .files import TextTable
from .findings import Finding, capped, finding, listed, quoted, shortened, stands_for_missing
from .labels import (
    Reader,
    Reading,
    category_reader,
    rating_reader,
    read_column,
    text_reader,
    told_by_file,
)
from .matching import Matching
from .metadata import NAMES, read_metadata, tells
from .platforms import Adapted
from .quantities import quantity_reader, units_noted, years_noted
from .tracing import untraced

TURNED = "sme_sem_turned"
"""Heading of the column that names items whose answers are turned already."""

_Read = Callable[[str, int, Reader, Sequence[int | str]], "pd.Series[Any]"]


@dataclass(frozen=True, eq=False)
class Checked:
    """The answers as numbers, the passed attention checks, what is known of the respondents, and what was noticed."""

    frame: pd.DataFrame
    attention: pd.DataFrame
    metadata: pd.DataFrame
    findings: tuple[Finding, ...]


def check(written: Adapted, matching: Matching, instrument: Instrument) -> Checked:
    """Read every known column of a file by what its question allows."""
    table, columns = written.table, matching.columns
    notes: list[Finding] = []
    read: _Read = partial(_column, written, notes)
    turned = _turned_before(table, instrument)
    frame = _items(instrument, columns, turned, read)
    for question in instrument.background:
        frame |= _background(written, notes, question, matching, read)
    known = metadata_texts(written, columns, instrument)
    metadata = read_metadata(known, table.rows, notes)
    frame |= _named_metadata(instrument, columns, metadata, read)
    attention = _attention(written, notes, instrument, columns, read)
    notes += _reversed_note(instrument, columns, turned)
    notes += _empty_cells(table, columns)
    notes += _rows(table, known.get("respondent_id"))
    index = table.cells.index
    return Checked(
        pd.DataFrame(frame, index=index, copy=False), pd.DataFrame(attention, index=index), metadata, tuple(notes)
    )


def _items(
    instrument: Instrument, columns: Mapping[str, int], turned: Collection[str], read: _Read
) -> dict[str, pd.Series[Any]]:
    """Read the items, and turn those worded in reverse unless the file has them turned."""
    found = {}
    for item in instrument.items():
        if item.id in columns:
            scale = instrument.response_scale(item.id)
            answers = read(item.id, columns[item.id], rating_reader(scale), tuple(scale.codes))
            turns = item.reversed and item.id not in turned
            found[item.id] = scale.lowest + scale.highest - answers if turns else answers
    return found


def _background(
    written: Adapted, notes: list[Finding], question: BackgroundQuestion, matching: Matching, read: _Read
) -> dict[str, pd.Series[Any]]:
    """Read what is known of a background question: a variable, or one for each option."""
    name, place = question.id, matching.columns.get(question.id)
    if name in matching.options:
        return _from_options(written, notes, question, matching.options[name])
    if place is None:
        return {}
    if question.kind == "multiple":
        return _from_joined(written, notes, question, place)
    answers = read(name, place, _background_reader(question), tuple(question.categories))
    if question.kind == "numeric":
        notes += years_noted(question, written.table.rows, answers.to_numpy(dtype=float))
    return {name: answers}


def _named_metadata(
    instrument: Instrument, columns: Mapping[str, int], metadata: pd.DataFrame, read: _Read
) -> dict[str, pd.Series[Any]]:
    """Give what the instrument names of the respondents under its own names."""
    found = {}
    for own in instrument.metadata:
        if own.meaning in metadata.columns:
            found[own.id] = metadata[own.meaning]
        elif own.id in columns:
            found[own.id] = read(own.id, columns[own.id], text_reader(), ())
    return found


def _attention(
    written: Adapted, notes: list[Finding], instrument: Instrument, columns: Mapping[str, int], read: _Read
) -> dict[str, pd.Series[Any]]:
    """Tell who passed which attention check."""
    found = {}
    for question in instrument.attention_checks:
        if question.id in columns:
            scale = instrument.response_scale(question.id)
            answer = read(question.id, columns[question.id], rating_reader(scale), tuple(scale.codes))
            found[question.id] = _passed(question, answer, written.table, columns, notes)
    return found


def metadata_texts(written: Adapted, columns: Mapping[str, int], instrument: Instrument) -> dict[str, pd.Series[Any]]:
    """Collect what is known of the respondents: what the platform gives, and what the instrument names itself."""
    own: dict[str, pd.Series[Any]] = {
        column.meaning: written.table.cells.iloc[:, columns[column.id]].rename(column.id)
        for column in instrument.metadata
        if column.meaning in NAMES and column.id in columns
    }
    return {**written.metadata, **own}


def empty_rows(cells: pd.DataFrame) -> pd.Series[Any]:
    """Which respondents left nothing at all behind."""
    empty = np.ones(len(cells), dtype=bool)
    for i in range(cells.shape[1]):
        empty &= blank(cells.iloc[:, i])
    return pd.Series(empty, index=cells.index)


def same_as_before(values: pd.Series[Any]) -> pd.Series[Any]:
    """For each value that occurred before, the index of its first occurrence; NA elsewhere."""
    first = pd.Series(values.index, index=values.index).groupby(values).transform("first")
    repeated = values.duplicated(keep="first") & values.notna()
    return first.where(repeated).astype("Int64")


def _background_reader(question: BackgroundQuestion) -> Reader:
    if question.kind == "numeric":
        return quantity_reader(question)
    return category_reader(question) if question.kind == "category" else text_reader(question.missing_codes)


def _column(
    written: Adapted, notes: list[Finding], name: str, position: int, read: Reader, codes: Sequence[int | str]
) -> pd.Series[Any]:
    values, _, readings = _readings(written, notes, name, position, read, codes)
    if any(isinstance(reading.value, str) for reading in readings):
        kept = pd.Series(values, index=written.table.cells.index, dtype=object)
        return kept.where(kept.notna(), None)
    return pd.Series(values.astype(float), index=written.table.cells.index)


def _readings(
    written: Adapted, notes: list[Finding], name: str, position: int, read: Reader, codes: Sequence[int | str]
) -> tuple[np.ndarray, np.ndarray, list[Reading]]:
    """Read a column and note what there is to note."""
    table = written.table
    read, disagreeing = told_by_file(read, table.labels.get(position, {}), table.missing.get(position, ()))
    column = table.cells.iloc[:, position]
    answers = [float(code) if isinstance(code, int) else code for code in codes]
    values, places, texts, readings = read_column(column, in_dialect(read, written, answers, texts_of(column)[1]))
    for code, label in disagreeing.items():
        message = _LABELS_DISAGREE.filled(code=code, label=shortened(label))
        notes.append(finding("warning", "label_disagrees", message, column=name, value=code))
    notes += capped(_unusable(table.rows, name, places, texts, readings))
    notes += _understood(table.rows, name, places, texts, readings)
    notes += units_noted(name, places, texts, readings)
    return values, places, readings


def _from_joined(
    written: Adapted, notes: list[Finding], question: BackgroundQuestion, position: int
) -> dict[str, pd.Series[Any]]:
    """Take apart a column that holds all chosen options; each becomes a variable."""
    read, codes = joined_reader(question), tuple(question.categories)
    _, places, readings = _readings(written, notes, question.id, position, read, codes)
    chosen = [reading.value if isinstance(reading.value, tuple) else None for reading in readings]
    return {
        option_name(question.id, code): pd.Series(
            np.array([np.nan if c is None else float(code in c) for c in chosen])[places],
            index=written.table.cells.index,
        )
        for code in codes
    }


def _from_options(
    written: Adapted, notes: list[Finding], question: BackgroundQuestion, options: Mapping[Any, int]
) -> dict[str, pd.Series[Any]]:
    """Read one column for each option."""
    answers = {}
    columns = {own: numbers_in(texts_of(written.table.cells.iloc[:, place])[1]) for own, place in options.items()}
    for code in question.categories:
        own = float(code) if isinstance(code, int) else code
        if own in options:
            name = option_name(question.id, code)
            values, _, _ = _readings(written, notes, name, options[own], option_reader(own, question, columns), ())
            answers[name] = values.astype(float)
    notes += _none_chosen(written.table.rows, question.id, answers)
    index = written.table.cells.index
    return {name: pd.Series(values, index=index) for name, values in filled(answers).items()}


def _none_chosen(rows: np.ndarray, name: str, answers: Mapping[str, np.ndarray]) -> Iterator[Finding]:
    """Name the rows in which every option is said not to be chosen."""
    none = np.logical_and.reduce([own == 0 for own in answers.values()])
    if none.any():
        message = _NONE_CHOSEN.filled(count=int(none.sum()), rows=listed(rows[none].tolist()))
        yield finding("warning", "none_chosen", message, column=name, count=int(none.sum()))


def _unusable(
    rows: np.ndarray, name: str, places: np.ndarray, texts: list[str], readings: list[Reading]
) -> Iterator[Finding]:
    """One finding for each cell that could not be used."""
    bad = np.array([reading.rule in UNUSABLE for reading in readings], dtype=bool)[places]
    for row, place in zip(rows[bad].tolist(), places[bad].tolist(), strict=True):
        text, reading = texts[place], readings[place]
        yield finding("error", reading.rule, quoted(text, reading.message), row=row, column=name, value=text)


def _understood(
    rows: np.ndarray, name: str, places: np.ndarray, texts: list[str], readings: list[Reading]
) -> Iterator[Finding]:
    """One finding for each way of saying "no answer", and one for all labels of a column."""
    counts = np.bincount(places, minlength=len(texts))
    for i, reading in enumerate(readings):
        if reading.rule == "missing_code":
            yield stands_for_missing(name, texts[i], rows[places == i].tolist())
    recoded = [i for i, reading in enumerate(readings) if reading.rule == "recoded"]
    if recoded:
        pairs = listed(f"{shortened(texts[i], 30)} → {_code(readings[i])} ({counts[i]})" for i in recoded)
        n = int(counts[recoded].sum())
        yield finding("info", "recoded", _RECODED.filled(pairs=pairs), column=name, count=n)


def _code(reading: Reading) -> str:
    values = reading.value if isinstance(reading.value, tuple) else (reading.value,)
    return " + ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _turned_before(table: TextTable, instrument: Instrument) -> set[str]:
    """The items that a column of the file says are turned; it must say the same of all respondents."""
    if TURNED not in table.headers:
        return set()
    said = {
        tuple(sorted(re.split(r"[\s,;]+", str(text).strip())))
        for text in table.cells.iloc[:, table.headers.index(TURNED)]
    }
    names = set(min(said, default=()))
    if len(said) != 1 or not names <= set(instrument.item_ids):
        raise ResponseError(at(table.source, _TURNED_APART.filled(column=TURNED)))
    return names


def _passed(
    question: AttentionCheck,
    answer: pd.Series[Any],
    table: TextTable,
    columns: Mapping[str, int],
    notes: list[Finding],
) -> pd.Series[Any]:
    """Compare with the expected answer: True, False, or NA where the check was not answered."""
    passed = answer.eq(question.expected).astype("boolean").mask(answer.isna())
    texts = table.cells.iloc[:, columns[question.id]]
    failed = np.flatnonzero(passed.eq(False).fillna(False).to_numpy(dtype=bool))
    message = _ATTENTION.filled(expected=question.expected)
    notes += capped(
        finding("warning", "attention_failed", message, row=row, column=question.id, value=text)
        for row, text in zip(table.rows[failed].tolist(), texts.iloc[failed], strict=True)
    )
    return passed


def _reversed_note(instrument: Instrument, columns: Mapping[str, int], before: set[str]) -> Iterator[Finding]:
    present = [name for name in instrument.reversed_items if name in columns]
    for message, names in (
        (_TURNED, [name for name in present if name not in before]),
        (_TURNED_BEFORE, [name for name in present if name in before]),
    ):
        if names:
            said = message.filled(names=listed(names, most=len(names)))
            yield finding("info", "reversed", said, count=len(names))


def _empty_cells(table: TextTable, columns: Mapping[str, int]) -> Iterator[Finding]:
    counts = {name: int(blank(table.cells.iloc[:, p]).sum()) for name, p in columns.items()}
    some = {name: count for name, count in counts.items() if count}
    if some:
        detail = listed(f"{name} {count}" for name, count in some.items())
        n = sum(some.values())
        yield finding("info", "empty_cell", _EMPTY_CELLS.filled(n=n, detail=detail), count=n)


def _rows(table: TextTable, ids: pd.Series[Any] | None) -> Iterator[Finding]:
    empty = empty_rows(untraced(table.cells))
    yield from capped(
        finding("warning", "empty_row", _EMPTY_ROW, row=row) for row in table.rows[empty.to_numpy()].tolist()
    )
    yield from capped(_duplicate_rows(table, empty))
    if ids is not None:
        yield from capped(_duplicate_ids(table, ids))


def _duplicate_rows(table: TextTable, empty: pd.Series[Any]) -> Iterator[Finding]:
    for _, row, same in _repeated(table, row_numbers(untraced(table.cells)).mask(empty)):
        yield finding("warning", "duplicate_row", _SAME_ROW.filled(row=same), row=row)


def _duplicate_ids(table: TextTable, ids: pd.Series[Any]) -> Iterator[Finding]:
    own = ids.astype(object).str.strip()
    for place, row, same in _repeated(table, own.where(own.map(tells).astype(bool))):
        text = own.iloc[place]
        message = _SAME_RESPONDENT.filled(who=shortened(text), row=same)
        yield finding("warning", "duplicate_id", message, row=row, column=str(ids.name), value=text)


def _repeated(table: TextTable, known: pd.Series[Any]) -> Iterator[tuple[int, int, int]]:
    """Find values known from an earlier row: the place of each, its row in the file, and that of the earlier one."""
    before = same_as_before(known)
    places = np.flatnonzero(before.notna())
    earlier = before.iloc[places].to_numpy(dtype=int) - table.cells.index[0]
    yield from zip(places.tolist(), table.rows[places].tolist(), table.rows[earlier].tolist(), strict=True)


def row_numbers(cells: pd.DataFrame) -> pd.Series[Any]:
    """Give each row a number, the same one to rows that are equal in every cell."""
    numbers = np.zeros(len(cells), dtype=np.int64)
    for i in range(cells.shape[1]):
        own, different = texts_of(cells.iloc[:, i])
        numbers, distinct = pd.factorize(numbers * (len(different) + 1) + own)
        if len(distinct) == len(cells):
            break
    return pd.Series(numbers, index=cells.index, dtype="Int64")


_LABELS_DISAGREE = Words(
    "the file labels {code} {label}, another code of the instrument: the label was taken",
    "文件将{code}标为{label}，与问卷编码不一致：以标签为准",
)
_RECODED = Words("labels read as codes: {pairs}", "选项文字已转换为编码：{pairs}")
_ATTENTION = Words("the attention check asked for {expected}", "注意力检测要求选择{expected}")
_TURNED = Words(
    "reverse-coded, turned to lowest + highest - answer: {names}", "反向计分题已按最小值+最大值−答案转换：{names}"
)
_TURNED_BEFORE = Words(
    "reverse-coded, and turned already, as the file says: {names}", "反向计分题，文件注明已转换，不再转换：{names}"
)
_EMPTY_CELLS = Words("{n} cells are empty and count as missing: {detail}", "{n}个单元格为空，按缺失处理：{detail}")
_EMPTY_ROW = Words("no cell of this row holds anything", "整行没有任何内容")
_NONE_CHOSEN = Words(
    "{count} respondents chose none of its options; the file does not tell this from a question left out: rows {rows}",
    "有{count}名受访者未选择任何选项；文件无法区分这与未作答：第{rows}行",
)
_SAME_ROW = Words(
    "is the same in every cell as row {row}; was it entered twice?", "与第{row}行完全相同；是否重复录入？"
)
_SAME_RESPONDENT = Words("the respondent {who} already answered in row {row}", "受访者{who}已在第{row}行作答")
_TURNED_APART = Words(
    "the column {column} must name the same items of the instrument in every row, those whose answers are turned "
    "already. Put raw answers and answers kept by screening into files of their own.",
    "{column}列各行应列出问卷中相同的题项，即已作反向转换者。请将原始作答与筛选后保留的作答分存于不同文件。",
)
