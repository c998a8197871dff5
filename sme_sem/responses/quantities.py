"""Answers to a question for a number: the number alone, or with the unit that the question asks in.

``8年``, ``25 people`` and ``60%`` are read as 8, 25 and 60, and noted.  A unit that stands for more than one
(``300万元``), one that is not known, and words such as ``约`` or a range are no number that could be taken as written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from ..instrument.parts import BackgroundQuestion
from ..tables import Words
from .findings import Finding, finding, listed, shortened
from .labels import Reader, Reading, apart, folded, number, number_reader

WITH_UNIT = "with_unit"
_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(\D+)", re.ASCII)
_UNITS = ("年", "岁", "周岁", "人", "名", "位", "个", "家", "次", "元", "分", "%", "percent")
_ENGLISH = (*("year", "yr", "person", "employee", "time", "point"), *("years", "yrs", "persons", "employees"))
_KNOWN = frozenset({*_UNITS, *_ENGLISH, "times", "points", "people", "staff", "yearsold", "y", "rmb", "yuan"})
_IF_ASKED = frozenset({"月", "个月", "天", "日", "周", "小时", "分钟", "months", "weeks", "days", "hours", "minutes"})
_SCALE = r"[十百千万亿]+\s*"
_SHORTER = re.compile("月|天|日|周|小时|分钟|month|week|day|hour|minute")
_YEARS = range(1900, 2101)
_NO_YEAR = 150


def quantity_reader(question: BackgroundQuestion) -> Reader:
    """Read the answers to a question for a number.

    >>> words = {"id": "age", "label": "Age", "wording": "How old is your firm?", "kind": "numeric"}
    >>> read = quantity_reader(BackgroundQuestion.model_validate(words | {"highest": 150}))
    >>> read("8").value, read("8年").value, read("8 years").rule
    (8.0, 8.0, 'with_unit')
    >>> read("2015").message.en
    "is above 150, the highest that the question allows; correct it, or list it among the question's missing_codes if \
it means no answer"
    """
    plain = number_reader(question.missing_codes)
    asked = folded("\n".join((question.label.en, question.label.zh, question.wording.en, question.wording.zh)))

    def read(text: str) -> Reading:
        found = plain(text)
        if found.rule == "not_a_number" and not apart(text) and (parts := _WITH_UNIT.fullmatch(folded(text))):
            known = _left_out(parts[2], asked)
            found = Reading(number(parts[1]), WITH_UNIT) if known else Reading(None, found.rule, _unit(parts[2]))
        return _within(found, question) if isinstance(found.value, float) else found

    return read


def units_noted(name: str, places: np.ndarray, texts: Sequence[str], readings: Sequence[Reading]) -> Iterator[Finding]:
    """One finding for all answers of a column that were written with a unit."""
    counts = np.bincount(places, minlength=len(texts))
    units: Counter[str] = Counter()
    for text, count, reading in zip(texts, counts.tolist(), readings, strict=True):
        if reading.rule == WITH_UNIT and (parts := _WITH_UNIT.fullmatch(folded(text))):
            units[parts[2]] += count
    if units:
        said = listed(f"{shortened(unit)} ({count})" for unit, count in units.most_common())
        message = _WITH_UNITS.filled(n=sum(units.values()), units=said)
        yield finding("warning", WITH_UNIT, message, column=name, count=sum(units.values()))


def years_noted(question: BackgroundQuestion, rows: np.ndarray, values: np.ndarray) -> Iterator[Finding]:
    """One finding if some answers look like calendar years and most others are far below them."""
    if question.highest is not None:
        return
    years = np.isin(values, _YEARS)
    if years.any() and 2 * np.count_nonzero(values < _NO_YEAR) > np.count_nonzero(~np.isnan(values)):
        message = _LIKE_YEARS.filled(n=int(years.sum()), most=_NO_YEAR, rows=listed(rows[years].tolist()))
        yield finding("warning", "calendar_year", message, column=question.id, count=int(years.sum()))


def _left_out(unit: str, asked: str) -> bool:
    """Whether a number is the same without its unit: not where thousands of it are asked for, or months for years."""
    if unit not in _KNOWN:
        return unit in _IF_ASKED and unit in asked
    years = unit in ("年", "y") or unit.startswith(("year", "yr"))
    in_months = years and not re.search("年|year", asked) and bool(_SHORTER.search(asked))
    return not in_months and not re.search(_SCALE + re.escape(unit), asked)


def _within(found: Reading, question: BackgroundQuestion) -> Reading:
    """Refuse a number outside the range that a question allows."""
    lowest, highest, value = question.lowest, question.highest, found.value
    assert isinstance(value, float)
    if lowest is not None and value < lowest:
        return Reading(None, "off_scale", _BELOW.filled(bound=f"{lowest:g}"))
    if highest is not None and value > highest:
        return Reading(None, "off_scale", _ABOVE.filled(bound=f"{highest:g}"))
    return found


def _unit(unit: str) -> Words:
    return _NO_UNIT.filled(unit=shortened(unit, 20))


_WITH_UNITS = Words(
    "{n} answers were written with a unit and read as the number alone: {units}; look whether it is the unit that the "
    "question asks for",
    "有{n}个答案带有单位，已按其中的数字读取：{units}；请核对是否为题目所问的单位",
)
_NO_UNIT = Words(
    "is not a number alone, and {unit} beside it is no unit that could be left out; write digits only, in the unit "
    "that the question asks for",
    "不只是数字，其中的{unit}不是可以略去的单位；请按题目所问的单位只写数字",
)
_BELOW = Words(
    "is below {bound}, the lowest that the question allows; correct it, or list it among the question's missing_codes "
    "if it means no answer",
    "低于该题允许的最小值{bound}；请更正，若表示缺失，请列入该题的missing_codes",
)
_ABOVE = Words(
    "is above {bound}, the highest that the question allows; correct it, or list it among the question's missing_codes "
    "if it means no answer",
    "高于该题允许的最大值{bound}；请更正，若表示缺失，请列入该题的missing_codes",
)
_LIKE_YEARS = Words(
    "{n} answers look like calendar years, and most others are below {most}: rows {rows}; correct them, or give the "
    "question a highest value, so that they count as missing",
    "有{n}个答案疑似公历年份，而其余多数小于{most}：第{rows}行；请更正，或在问卷中为该题设定highest，使其按缺失处理",
)
