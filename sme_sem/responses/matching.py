"""Which column answers which question.

A column is recognised by the id of the question, by the id in another case or without its signs (as a
platform may have to spell it: ``comp1`` for ``comp_1``), by the question's label, by its wording in
either language (without numbering such as ``3、`` or ``Q3.``), or by an id in front of the wording.
Anything but the exact id is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import did_you_mean
from ..instrument.model import Instrument
from .findings import Finding, finding, listed, shortened
from .labels import folded

SYNTHETIC_MARK = "synthetic_answers"
"""The column that marks drawn answers."""

Role = Literal["item", "attention check", "background question", "metadata column"]
_WAYS = ("id", "id in another case", "id without its signs", "label", "wording", "id in front of the wording")
_NUMBERING = re.compile(r"^(?:第\d+题|q?\d+(?:[._-]\d+)?)[、.:。)）\]\s-]*", re.IGNORECASE)
_KIND_MARK = re.compile(r"[\[(【][^\])】]{1,8}[题選选][\])】]")
_ABSENT: dict[Role, tuple[Literal["info", "warning", "error"], str]] = {
    "item": ("error", "it is left out of every analysis"),
    "attention check": ("warning", "it cannot be evaluated"),
    "background question": ("warning", "it is left out of the sample description"),
    "metadata column": ("info", "nothing depends on it but screening by it"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Anything the instrument expects a column for."""

    id: str
    role: Role
    labels: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matching:
    """Which position holds which question, which positions hold none, and what was noticed."""

    columns: Mapping[str, int]
    extra: tuple[int, ...]
    findings: tuple[Finding, ...]


def questions(instrument: Instrument) -> tuple[Question, ...]:
    """List what an instrument expects a column for, in its order."""
    return (
        *(Question(i.id, "item", (), (i.wording.en, i.wording.zh)) for i in instrument.items()),
        *(
            Question(b.id, "background question", (b.label.en, b.label.zh), (b.wording.en, b.wording.zh))
            for b in instrument.background
        ),
        *(Question(c.id, "attention check", (), (c.wording.en, c.wording.zh)) for c in instrument.attention_checks),
        *(Question(m.id, "metadata column") for m in instrument.metadata),
    )


def match(headers: Sequence[str], wordings: Mapping[int, str], instrument: Instrument) -> Matching:
    """Find the column of every question; ``wordings`` are what the file itself says a column asks."""
    asked = questions(instrument)
    tables = _tables(asked)
    claims: dict[str, list[tuple[int, int]]] = {}
    for position, header in enumerate(headers):
        found = _recognised(header, wordings.get(position, ""), tables)
        if found:
            claims.setdefault(found[1], []).append((found[0], position))
    columns = {name: min(claimed)[1] for name, claimed in claims.items()}
    extra = tuple(sorted(set(range(len(headers))) - set(columns.values())))
    notes = (
        *_how(headers, claims),
        *_unknown(headers, claims, extra, [q for q in asked if q.id not in columns], instrument),
        *_absent(asked, columns, [headers[p] for p in extra]),
    )
    return Matching(columns, extra, notes)


def bare(text: str) -> str:
    """Write a wording as its letters and digits only.

    >>> bare("Our firm  watches its market.") == bare("our firm watches its market")
    True
    """
    return "".join(c for c in folded(text) if c.isalnum())


def _readings(header: str) -> Iterator[str]:
    """Give the header itself, then what is left without numbering, type mark, matrix title."""
    text = _KIND_MARK.sub("", header).strip().strip("*＊ ")
    yield header
    yield text
    yield _NUMBERING.sub("", text)
    inside = re.search(r"[\[(（【]([^\])）】]+)[\])）】]\s*$", text)
    if inside:
        yield inside[1]
    parts = re.split(r"—+|--+", text)
    if len(parts) > 1:
        yield _NUMBERING.sub("", parts[-1].strip())


def _tables(asked: Sequence[Question]) -> tuple[dict[str, str], ...]:
    """For each way of recognising, what is written -> id; what two questions share is left out."""
    return (
        {q.id: q.id for q in asked},
        _single((folded(q.id), q.id) for q in asked),
        _single((spelling, q.id) for q in asked for spelling in _platform_spellings(q.id)),
        _single((bare(label), q.id) for q in asked for label in q.labels),
        _single((bare(wording), q.id) for q in asked for wording in q.wordings),
    )


def _platform_spellings(name: str) -> set[str]:
    """Write an id as a platform must that allows letters and digits only, or those and single underscores.

    >>> sorted(_platform_spellings("Price.level_1"))
    ['price_level_1', 'pricelevel1']
    """
    return {bare(name), re.sub("[._]+", "_", folded(name)).strip("_")}


def _single(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    meant: dict[str, set[str]] = {}
    for written, name in pairs:
        meant.setdefault(written, set()).add(name)
    return {written: next(iter(names)) for written, names in meant.items() if written and len(names) == 1}


def _recognised(header: str, told: str, tables: Sequence[Mapping[str, str]]) -> tuple[int, str] | None:
    """How a column was recognised (a position in ``_WAYS``), and as which question."""
    ids, cases, spellings, *texts = tables
    if header.strip() in ids:
        return 0, header.strip()
    if folded(header) in cases:
        return 1, cases[folded(header)]
    if folded(header) in spellings:
        return 2, spellings[folded(header)]
    readings = [bare(reading) for text in (header, told) if text for reading in _readings(text)]
    for way, known in enumerate(texts, start=3):
        for reading in readings:
            if reading in known:
                return way, known[reading]
    front = folded(re.split(r"[.、:：\s]", header.strip(), maxsplit=1)[0])
    return (5, cases[front]) if front in cases else None


def _how(headers: Sequence[str], claims: Mapping[str, list[tuple[int, int]]]) -> Iterator[Finding]:
    for name, claimed in claims.items():
        way, position = min(claimed)
        if way:
            message = f"read as {name}, recognised by the {_WAYS[way]}"
            yield finding("info", "matched", message, column=headers[position])
        if len(claimed) > 1:
            others = [headers[p] for _, p in sorted(claimed)[1:]]
            yield finding(
                "error",
                "ambiguous_column",
                f"{len(claimed)} columns answer {name}; {shortened(headers[position])} was used (column "
                f"{position + 1}), {listed(map(shortened, others))} was not; delete or rename what is wrong",
                column=name,
            )


def _unknown(
    headers: Sequence[str],
    claims: Mapping[str, list[tuple[int, int]]],
    extra: Sequence[int],
    unanswered: Sequence[Question],
    instrument: Instrument,
) -> Iterator[Finding]:
    claimed = {position for places in claims.values() for _, position in places}
    spellings = [text for q in unanswered for text in (q.id, *q.labels, *q.wordings)]
    for position in extra:
        if position not in claimed:
            header = headers[position]
            if header.strip() == SYNTHETIC_MARK:
                yield finding("info", "unknown_column", "marks the answers as synthetic", column=header)
                continue
            nearest = did_you_mean(header[:200], spellings) if header else ""
            message = f"answers no question of {instrument.name!r}; kept in extra, not used.{nearest}"
            yield finding("warning", "unknown_column", message, column=header)


def _absent(asked: Sequence[Question], columns: Mapping[str, int], unused: Sequence[str]) -> Iterator[Finding]:
    for question in asked:
        if question.id not in columns:
            severity, consequence = _ABSENT[question.role]
            nearest = next(filter(None, (did_you_mean(t, unused) for t in (question.id, *question.wordings))), "")
            message = (
                f"no column answers the {question.role} {question.id}: {consequence}; "
                f"rename its column to {question.id!r}.{nearest}"
            )
            yield finding(severity, "missing_column", message, column=question.id)
