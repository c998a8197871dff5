"""Which column answers which question.

A column is recognised by the id of the question, by the id in another case or without its signs (as a
platform may have to spell it: ``comp1`` for ``comp_1``), by the question's label, by its wording in
either language (without numbering such as ``3、`` or ``Q3.``), or by an id in front of the wording.
Anything but the exact id is noted.  Where the platform splits a heading, a part of it may be a row of a
matrix, which is an item, or an option of a question with several answers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..instrument.model import Instrument
from ..instrument.options import option_name
from ..instrument.parts import BackgroundQuestion
from ..suggestions import did_you_mean
from ..tables import Words
from .findings import Finding, finding, listed, shortened
from .labels import folded
from .platforms import Heading

SYNTHETIC_MARK = "synthetic_answers"
"""The column that marks drawn answers."""

Role = Literal["item", "attention check", "background question", "metadata column"]
_WAYS = (
    Words("id", "编号"),
    Words("id in another case", "编号（大小写不同）"),
    Words("id without its signs", "编号（不计符号）"),
    Words("label", "标签"),
    Words("wording", "题目文字"),
    Words("id in front of the wording", "题目前的编号"),
)
_ROLES: dict[Role, Words] = {
    "item": Words("item", "题项"),
    "attention check": Words("attention check", "注意力检测题"),
    "background question": Words("background question", "背景题"),
    "metadata column": Words("metadata column", "元数据列"),
}
_NUMBERING = re.compile(r"^(?:第\d+题|q?\d+(?:[._-]\d+)?)[、.:。)）\]\s-]*", re.IGNORECASE)
_OPTION_JOINTS = (".", "___", "/", "_", "-")
_MOST_UNKNOWN = 20
_KIND_MARK = re.compile(r"[\[(【][^\])】]{1,8}[题選选][\])】]")
_ABSENT: dict[Role, tuple[Literal["info", "warning", "error"], Words]] = {
    "item": ("error", Words("it is left out of every analysis", "不参与任何分析")),
    "attention check": ("warning", Words("it cannot be evaluated", "无法判定")),
    "background question": ("warning", Words("it is left out of the sample description", "不计入样本描述")),
    "metadata column": ("info", Words("nothing depends on it but screening by it", "仅影响以其为依据的筛选")),
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
    """Which position holds which question, and what was noticed.

    options : for a question with several answers the positions of its options, by code
    extra : the positions that hold no question
    """

    columns: Mapping[str, int]
    options: Mapping[str, Mapping[Any, int]]
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


def match(
    headings: Mapping[int, Heading],
    headers: Sequence[str],
    instrument: Instrument,
    *,
    provided: Collection[str] = (),
    dropped: Collection[int] = (),
) -> Matching:
    """Find the column of every question.

    headings : by position, for the columns that may hold one
    provided : metadata columns of the instrument that the platform gives under a name of its own
    dropped : positions that are left out unless they hold a question
    """
    asked = tuple(question for question in questions(instrument) if question.id not in provided)
    tables, choices = _tables(asked), _Options([q for q in instrument.background if q.kind == "multiple"])
    claims: dict[str, list[tuple[int, int]]] = {}
    options: dict[str, dict[Any, list[int]]] = {}
    for position, heading in headings.items():
        option = choices.recognised(heading)
        if option:
            options.setdefault(option[0], {}).setdefault(option[1], []).append(position)
        elif found := _recognised(heading, tables):
            claims.setdefault(found[1], []).append((found[0], position))
    columns = {name: min(claimed)[1] for name, claimed in claims.items()}
    split = {
        name: {code: places[0] for code, places in own.items()} for name, own in options.items() if name not in columns
    }
    used = {*columns.values(), *(p for own in options.values() for places in own.values() for p in places)}
    extra = tuple(p for p in headings if p not in used and p not in dropped)
    absent = [q for q in asked if q.id not in columns and q.id not in split]
    notes = (
        *_how(headers, claims),
        *_split(headers, options, split, instrument),
        *_unknown(headers, claims, extra, absent, instrument),
        *_absent(absent, [headers[p] for p in extra]),
    )
    return Matching(columns, split, extra, notes)


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


def _recognised(heading: Heading, tables: Sequence[Mapping[str, str]]) -> tuple[int, str] | None:
    """How a column was recognised (a position in ``_WAYS``), and as which question."""
    ids, cases, spellings, *texts = tables
    rows = [part for _, part in heading.parts]
    told = [*heading.names, *rows]
    for text in told:
        if text.strip() in ids:
            return 0, text.strip()
    for text in told:
        if folded(text) in cases:
            return 1, cases[folded(text)]
    for text in told:
        if folded(text) in spellings:
            return 2, spellings[folded(text)]
    readings = [bare(reading) for text in told if text for reading in _readings(text)]
    for way, known in enumerate(texts, start=3):
        for reading in readings:
            if reading in known:
                return way, known[reading]
    if not heading.names:
        return None
    front = folded(re.split(r"[.、:：\s]", heading.names[0].strip(), maxsplit=1)[0])
    return (5, cases[front]) if front in cases else None


class _Options:
    """The options of the questions with several answers, and the ways to name them."""

    def __init__(self, multiple: Sequence[BackgroundQuestion]) -> None:
        self.names = {
            folded(f"{q.id}{joint}{code}"): (q.id, _float(code))
            for q in multiple
            for code in q.categories
            for joint in _OPTION_JOINTS
        } | {folded(option_name(q.id, code)): (q.id, _float(code)) for q in multiple for code in q.categories}
        self.questions = {
            written: q.id
            for q in multiple
            for text in (q.id, q.label.en, q.label.zh, q.wording.en, q.wording.zh)
            for written in (folded(text), bare(text))
        }
        self.labels: dict[str, set[tuple[str, Any]]] = {}
        for q in multiple:
            for code, label in q.categories.items():
                for text in (str(code), label.en, label.zh):
                    self.labels.setdefault(folded(text), set()).add((q.id, _float(code)))

    def recognised(self, heading: Heading) -> tuple[str, Any] | None:
        """Say of which question a column is an option, and of which code."""
        for name in heading.names:
            if folded(name) in self.names:
                return self.names[folded(name)]
        for question, part in heading.parts if self.labels else ():
            found = self.labels.get(folded(part), set())
            stems = {self.questions.get(key) for r in _readings(question) for key in (folded(r), bare(r))}
            own = [option for option in found if option[0] in stems or (not question and len(found) == 1)]
            if len(own) == 1:
                return own[0]
        return None


def _float(code: int | str) -> float | str:
    return float(code) if isinstance(code, int) else code


def _split(
    headers: Sequence[str],
    options: Mapping[str, Mapping[Any, list[int]]],
    split: Mapping[str, Mapping[Any, int]],
    instrument: Instrument,
) -> Iterator[Finding]:
    for question in instrument.background:
        own = options.get(question.id, {})
        for code, places in own.items():
            if len(places) > 1:
                names = listed(shortened(headers[p]) for p in places)
                message = _SAME_OPTION.filled(n=len(places), code=code, names=names)
                yield finding("error", "ambiguous_column", message, column=question.id)
        if question.id in split:
            message = _COLUMN_EACH.filled(names=listed(shortened(headers[p]) for p in split[question.id].values()))
            yield finding("info", "matched", message, column=question.id, count=len(split[question.id]))
            lacking = [label for code, label in question.categories.items() if _float(code) not in own]
            if lacking:
                names = listed(Words(shortened(label.en), shortened(label.zh)) for label in lacking)
                message = _NOT_OFFERED.filled(names=names)
                yield finding("warning", "missing_column", message, column=question.id)


def _how(headers: Sequence[str], claims: Mapping[str, list[tuple[int, int]]]) -> Iterator[Finding]:
    for name, claimed in claims.items():
        way, position = min(claimed)
        if way:
            message = _RECOGNISED.filled(name=name, way=_WAYS[way])
            yield finding("info", "matched", message, column=headers[position])
        if len(claimed) > 1:
            others = [headers[p] for _, p in sorted(claimed)[1:]]
            yield finding(
                "error",
                "ambiguous_column",
                _SEVERAL.filled(
                    n=len(claimed),
                    name=name,
                    used=shortened(headers[position]),
                    place=position + 1,
                    others=listed(map(shortened, others)),
                ),
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
    unknown = [position for position in extra if position not in claimed]
    for position in unknown[:_MOST_UNKNOWN]:
        header = headers[position]
        if header.strip() == SYNTHETIC_MARK:
            yield finding("info", "unknown_column", _MARKED, column=header)
            continue
        near = did_you_mean(header[:200] or None, spellings)
        message = _ANSWERS_NOTHING.filled(name=repr(instrument.name)) + near
        yield finding("warning", "unknown_column", message, column=header)
    if len(unknown) > _MOST_UNKNOWN:
        more = listed(shortened(headers[p]) for p in unknown[_MOST_UNKNOWN:])
        message = _MORE_UNKNOWN.filled(n=len(unknown) - _MOST_UNKNOWN, names=more)
        yield finding("warning", "unknown_column", message, count=len(unknown) - _MOST_UNKNOWN)


def _absent(absent: Sequence[Question], unused: Sequence[str]) -> Iterator[Finding]:
    near = [name[:200] for name in unused[:200]]
    for question in absent:
        severity, consequence = _ABSENT[question.role]
        said = (did_you_mean(text, near) for text in (question.id, *question.wordings))
        message = _NO_COLUMN.filled(role=_ROLES[question.role], name=question.id, consequence=consequence)
        yield finding(severity, "missing_column", message + next(filter(None, said), ""), column=question.id)


_SAME_OPTION = Words(
    "{n} columns are its option {code}; the first was used: {names}", "有{n}列对应选项{code}，采用第一列：{names}"
)
_COLUMN_EACH = Words("its options have a column each: {names}", "各选项分列：{names}")
_NOT_OFFERED = Words(
    "no column for the options {names}; they count as not offered", "选项{names}没有对应的列，视为未提供"
)
_RECOGNISED = Words("read as {name}, recognised by the {way}", "识别为{name}，依据：{way}")
_SEVERAL = Words(
    "{n} columns answer {name}; {used} was used (column {place}), {others} was not; delete or rename what is wrong",
    "有{n}列对应{name}；采用{used}（第{place}列），未采用{others}；请删除或重命名有误的列",
)
_MARKED = Words("marks the answers as synthetic", "标明答案为合成数据")
_ANSWERS_NOTHING = Words(
    "answers no question of {name}; kept in extra, not used.", "不对应{name}的任何题目；保留在extra中，未使用。"
)
_MORE_UNKNOWN = Words(
    "{n} more columns answer no question; kept in extra, not used: {names}",
    "另有{n}列不对应任何题目，保留在extra中，未使用：{names}",
)
_NO_COLUMN = Words(
    "no column answers the {role} {name}: {consequence}; rename its column to '{name}'.",
    "{role}{name}没有对应的列：{consequence}；请将其列名改为'{name}'。",
)
