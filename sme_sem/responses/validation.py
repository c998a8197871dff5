"""Turn a table of text into checked numbers, and note every cell that could not be used.

Each column is read by what its question allows; a cell that is not allowed becomes missing and a
finding, never one without the other.  Reverse-coded items are turned here and only here:
``lowest + highest - answer``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..instrument.model import AttentionCheck, BackgroundQuestion, Instrument, Item, MetadataColumn
from .files import TextTable
from .findings import Finding, finding, listed, shortened
from .labels import (
    Reader,
    Reading,
    category_reader,
    duration_reader,
    number_reader,
    rating_reader,
    read_column,
    text_reader,
    told_by_file,
)

_UNUSABLE = ("off_scale", "fractional", "not_a_number", "unknown_category")


@dataclass(frozen=True, eq=False)
class Checked:
    """The answers as numbers, the passed attention checks, and what was noticed."""

    frame: pd.DataFrame
    attention: pd.DataFrame
    findings: tuple[Finding, ...]


def check(table: TextTable, columns: Mapping[str, int], instrument: Instrument) -> Checked:
    """Read every known column; ``columns`` says at which position each question is answered."""
    notes: list[Finding] = []
    read = partial(_column, table, columns, notes)
    frame: dict[str, pd.Series[Any]] = {}
    for item in instrument.items():
        if item.id in columns:
            frame[item.id] = _turned(item, read(item.id, _item_reader(item, instrument)), instrument)
    for question in instrument.background:
        if question.id in columns:
            frame[question.id] = read(question.id, _background_reader(question))
    for metadata in instrument.metadata:
        if metadata.id in columns:
            frame[metadata.id] = read(metadata.id, _metadata_reader(metadata))
    attention: dict[str, pd.Series[Any]] = {}
    for question_ in instrument.attention_checks:
        if question_.id in columns:
            answer = read(question_.id, rating_reader(instrument.response_scale(question_.id)))
            attention[question_.id] = _passed(question_, answer, table, columns, notes)
    index = table.cells.index
    notes += _reversed_note(instrument, columns)
    notes += _empty_cells(table, columns)
    notes += _rows(table, columns, instrument)
    return Checked(pd.DataFrame(frame, index=index), pd.DataFrame(attention, index=index), tuple(notes))


def empty_rows(cells: pd.DataFrame) -> pd.Series[Any]:
    """Which respondents left nothing at all behind."""
    blank = [cells.iloc[:, i].str.strip().eq("") for i in range(cells.shape[1])]
    return pd.Series(np.logical_and.reduce(blank), index=cells.index)


def same_as_before(values: pd.Series[Any]) -> pd.Series[Any]:
    """For each value that occurred before, the index of its first occurrence; NA elsewhere."""
    first = pd.Series(values.index, index=values.index).groupby(values).transform("first")
    repeated = values.duplicated(keep="first") & values.notna()
    return first.where(repeated).astype("Int64")


def _item_reader(item: Item, instrument: Instrument) -> Reader:
    return rating_reader(instrument.response_scale(item.id))


def _background_reader(question: BackgroundQuestion) -> Reader:
    if question.kind == "numeric":
        return number_reader(question.missing_codes)
    return category_reader(question) if question.kind == "category" else text_reader(question.missing_codes)


def _metadata_reader(column: MetadataColumn) -> Reader:
    return duration_reader if column.meaning == "duration_s" else text_reader()


def _column(
    table: TextTable, columns: Mapping[str, int], notes: list[Finding], name: str, read: Reader
) -> pd.Series[Any]:
    position = columns[name]
    read, disagreeing = told_by_file(read, table.labels.get(position, {}), table.missing.get(position, ()))
    values, places, texts, readings = read_column(table.cells.iloc[:, position], read)
    for code, label in disagreeing.items():
        message = f"the file labels {code} {shortened(label)}, another code of the instrument: the label was taken"
        notes.append(finding("warning", "label_disagrees", message, column=name, value=code))
    notes += _unusable(table.rows, name, places, texts, readings)
    notes += _understood(table.rows, name, places, texts, readings)
    kept = pd.Series(values, index=table.cells.index, dtype=object)
    if any(isinstance(reading.value, str) for reading in readings):
        return kept.where(kept.notna(), None)
    return kept.astype(float)


def _unusable(
    rows: np.ndarray, name: str, places: np.ndarray, texts: list[str], readings: list[Reading]
) -> Iterator[Finding]:
    """One finding for each cell that could not be used."""
    bad = np.array([reading.rule in _UNUSABLE for reading in readings], dtype=bool)[places]
    for row, place in zip(rows[bad].tolist(), places[bad].tolist(), strict=True):
        text, reading = texts[place], readings[place]
        yield Finding("error", row, name, text, reading.rule, f"{shortened(text)} {reading.message}")


def _understood(
    rows: np.ndarray, name: str, places: np.ndarray, texts: list[str], readings: list[Reading]
) -> Iterator[Finding]:
    """One finding for each way of saying "no answer", and one for all labels of a column."""
    counts = np.bincount(places, minlength=len(texts))
    for i, reading in enumerate(readings):
        if reading.rule == "missing_code":
            where = listed(rows[places == i].tolist())
            message = f"{shortened(texts[i])} stands for a missing answer in {counts[i]} of the cells: rows {where}"
            yield finding("info", "missing_code", message, column=name, value=texts[i])
    recoded = [i for i, reading in enumerate(readings) if reading.rule == "recoded"]
    if recoded:
        pairs = listed(f"{shortened(texts[i], 30)} → {_code(readings[i])} ({counts[i]})" for i in recoded)
        yield finding("info", "recoded", f"labels read as codes: {pairs}", column=name)


def _code(reading: Reading) -> str:
    return f"{reading.value:g}" if isinstance(reading.value, float) else str(reading.value)


def _turned(item: Item, answers: pd.Series[Any], instrument: Instrument) -> pd.Series[Any]:
    scale = instrument.response_scale(item.id)
    return scale.lowest + scale.highest - answers if item.reversed else answers


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
    message = f"the attention check asked for {question.expected}"
    notes += [
        Finding("warning", row, question.id, text, "attention_failed", message)
        for row, text in zip(table.rows[failed].tolist(), texts.iloc[failed], strict=True)
    ]
    return passed


def _reversed_note(instrument: Instrument, columns: Mapping[str, int]) -> Iterator[Finding]:
    turned = [name for name in instrument.reversed_items if name in columns]
    if turned:
        message = f"reverse-coded, turned to lowest + highest - answer: {', '.join(turned)}"
        yield finding("info", "reversed", message)


def _empty_cells(table: TextTable, columns: Mapping[str, int]) -> Iterator[Finding]:
    blank = {name: int(table.cells.iloc[:, p].str.strip().eq("").sum()) for name, p in columns.items()}
    some = {name: count for name, count in blank.items() if count}
    if some:
        detail = listed(f"{name} {count}" for name, count in some.items())
        yield finding("info", "empty_cell", f"{sum(some.values())} cells are empty and count as missing: {detail}")


def _rows(table: TextTable, columns: Mapping[str, int], instrument: Instrument) -> Iterator[Finding]:
    empty = empty_rows(table.cells)
    row_of = dict(zip(table.cells.index, table.rows.tolist(), strict=True))
    for respondent in empty.index[empty]:
        yield finding("warning", "empty_row", "no cell of this row holds anything", row=row_of[respondent])
    for respondent, first in same_as_before(row_numbers(table.cells).mask(empty)).dropna().items():
        message = f"is the same in every cell as row {row_of[first]}; was it entered twice?"
        yield finding("warning", "duplicate_row", message, row=row_of[respondent])
    name = respondent_id(instrument, columns)
    if name is not None:
        ids = table.cells.iloc[:, columns[name]].str.strip()
        repeated = same_as_before(ids.mask(ids.eq(""))).dropna()
        for (respondent, first), own in zip(repeated.items(), ids[repeated.index], strict=True):
            message = f"the respondent {shortened(own)} already answered in row {row_of[first]}"
            yield Finding("warning", row_of[respondent], name, own, "duplicate_id", message)


def respondent_id(instrument: Instrument, columns: Container[str]) -> str | None:
    """Name the column that says who answered, if the file has one."""
    return next((m.id for m in instrument.metadata if m.meaning == "respondent_id" and m.id in columns), None)


def row_numbers(cells: pd.DataFrame) -> pd.Series[Any]:
    """Give each row a number, the same one to rows that are equal in every cell."""
    numbers = np.zeros(len(cells), dtype=np.int64)
    for i in range(cells.shape[1]):
        own, different = pd.factorize(cells.iloc[:, i].to_numpy(dtype=object))
        numbers, _ = pd.factorize(numbers * (len(different) + 1) + own)
    return pd.Series(numbers, index=cells.index, dtype="Int64")
