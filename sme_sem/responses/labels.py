"""What a written answer means: a code, a label in either language, a sign for "no answer", or nothing known.

A reader takes the text of one cell and says what it stands for.  Case, spaces and full-width
characters never matter.  A reader never guesses: what it does not know is a finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..instrument.parts import BackgroundQuestion, Bilingual, ResponseScale
from ..suggestions import did_you_mean
from ..tables import NOTHING, Words
from .coded import texts_of
from .findings import listed

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_UNSEEN = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII)
_DURATION = re.compile(r"(?:(\d+)(?:小时|h))?(?:(\d+)(?:分钟|分|min|m))?(?:(\d+(?:\.\d+)?)(?:秒|sec|s)?)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+)days?,?)?(?:(\d+):([0-5]?\d)|(\d+)):([0-5]?\d(?:\.\d+)?)", re.ASCII)
_POINTS = "分"
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:\s\d{3})+(?!\d)")
_APART = re.compile(r"\d\s+\d")
_JOINTS = ("", ".", "-", "=", ":", "、", "_", ")")

NO_ANSWER = frozenset({"na", "n/a", "#n/a", "<na>", "nan", "null", "none", ".", "(跳过)", "(空)"})
"""Words that programs write for "nothing here", folded."""


class Reading(NamedTuple):
    """What a cell stands for.

    value : the code, or None for no usable answer; the codes of all that were chosen, for several at once
    rule : "" for a plain code, else the rule of the finding it makes
    message : what is wrong and what would do, for an answer that was not usable
    """

    value: float | str | tuple[float | str, ...] | None
    rule: str = ""
    message: Words = NOTHING


Reader = Callable[[str], Reading]


def folded(text: str) -> str:
    """Write a text without case, spaces and full-width characters.

    >>> folded("  Strongly  AGREE "), folded("４．０")
    ('stronglyagree', '4.0')
    """
    plain = unicodedata.normalize("NFC", text).translate(_FULL_WIDTH).translate(_UNSEEN).casefold()
    return unicodedata.normalize("NFC", "".join(plain.split()))


def number(fold: str) -> float | None:
    """Read a folded text as a number, or say that it is none."""
    return float(fold) if _NUMBER.fullmatch(fold) else None


def apart(text: str) -> bool:
    """Whether digits stand apart, so that they are several numbers; ``12 345`` is one.

    >>> apart("1 2"), apart("12 345"), apart("12")
    (True, False, False)
    """
    return _APART.search(_THOUSANDS.sub("0", text)) is not None


def rating_reader(scale: ResponseScale) -> Reader:
    """Read the answers on a response scale.

    >>> read = rating_reader(ResponseScale(lowest=1, highest=5, anchors={5: {"en": "Agree", "zh": "同意"}}))
    >>> read("4.0").value, read(" agree").value, read("同意").value
    (4.0, 5.0, 5.0)
    >>> read("4分").value
    4.0
    >>> read("6").message.en
    "is off the scale 1 to 5; correct it, or list it among the scale's missing_codes if it means no answer"
    """
    codes = frozenset(map(float, scale.codes))
    missing = frozenset(map(float, scale.missing_codes))
    labels = _labels({float(code): text for code, text in scale.anchors.items()})
    span = Words(f"{scale.lowest} to {scale.highest}", f"{scale.lowest}–{scale.highest}")

    def read(text: str) -> Reading:
        fold = folded(text)
        x = _one_number(text, fold)
        if not fold:
            return Reading(None, "empty_cell")
        if x in missing:
            return Reading(None, "missing_code")
        if x in codes:
            return Reading(x)
        if (own := _said(text, fold, labels)) is not None:
            return Reading(own, "recoded")
        if fold in NO_ANSWER:
            return Reading(None, "missing_code")
        if fold.endswith(_POINTS) and (points := _one_number(text, fold.removesuffix(_POINTS))) in codes:
            return Reading(points, "recoded")
        if x is None:
            return Reading(
                None,
                "not_a_number",
                _NO_CODE.filled(span=span) + _nearest(text, scale.anchors.values()),
            )
        if scale.lowest < x < scale.highest:
            return Reading(None, "fractional", _BETWEEN.filled(span=span))
        return Reading(None, "off_scale", _OFF_SCALE.filled(span=span))

    return read


def category_reader(question: BackgroundQuestion) -> Reader:
    """Read the answers to a background question with categories: a code, or a label in either language."""
    texts = {float(c) if isinstance(c, int) else c: label for c, label in question.categories.items()}
    codes = {_short(code): code for code in texts}
    in_any_case = _distinct((folded(short), code) for short, code in codes.items())
    labels = _labels(texts)
    missing = {folded(str(code)) for code in question.missing_codes}

    def read(text: str) -> Reading:
        fold = folded(text)
        x = _one_number(text, fold)
        plain = str(int(x)) if x is not None and abs(x) < 1e15 and x == int(x) else fold
        if not fold:
            return Reading(None, "empty_cell")
        if fold in missing or plain in missing:
            return Reading(None, "missing_code")
        for known, written in ((codes, text.strip()), (in_any_case, fold), (in_any_case, plain)):
            if written in known and not (apart(text) and known is in_any_case):
                return Reading(known[written])
        if (own := _said(text, fold, labels)) is not None:
            return Reading(own, "recoded")
        if fold in NO_ANSWER:
            return Reading(None, "missing_code")
        categories = question.categories.items()
        offered = listed(Words(f"{code} {label.en}", f"{code} {label.zh}") for code, label in categories)
        return Reading(
            None,
            "unknown_category",
            _NO_CATEGORY.filled(name=question.id, offered=offered) + _nearest(text, question.categories.values()),
        )

    return read


def number_reader(missing_codes: Iterable[int | str] = ()) -> Reader:
    """Read the answers to a question for a number."""
    missing = {folded(str(code)) for code in missing_codes}
    numbers = {x for x in map(number, missing) if x is not None}

    def read(text: str) -> Reading:
        fold = folded(text)
        x = _one_number(text, fold)
        if not fold:
            return Reading(None, "empty_cell")
        if fold in missing or x in numbers or (x is None and fold in NO_ANSWER):
            return Reading(None, "missing_code")
        if x is not None and np.isfinite(x):
            return Reading(x)
        return Reading(None, "not_a_number", _NO_NUMBER)

    return read


def duration_reader(text: str) -> Reading:
    """Read how long somebody took, in seconds; ``1分20秒``, ``0:01:20`` and ``1:20`` are 80."""
    fold = folded(text)
    if not fold or number(fold) is not None or fold in NO_ANSWER:
        return number_reader()(text)
    if clock := _CLOCK.fullmatch(fold):
        days, hours, minutes, alone, seconds = (float(part or 0) for part in clock.groups())
        return Reading(3600 * (24 * days + hours) + 60 * (minutes + alone) + seconds, "recoded")
    parts = _DURATION.fullmatch(fold)
    if parts is None:
        return Reading(None, "not_a_number", NO_DURATION)
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return Reading(3600 * hours + 60 * minutes + seconds, "recoded")


def text_reader(missing_codes: Iterable[int | str] = ()) -> Reader:
    """Keep a free text as it is, without the spaces around it."""
    missing = {folded(str(code)) for code in missing_codes}

    def read(text: str) -> Reading:
        kept = text.strip()
        if not kept:
            return Reading(None, "empty_cell")
        return Reading(None, "missing_code") if folded(kept) in missing else Reading(kept)

    return read


def told_by_file(
    read: Reader, labels: Mapping[str, str], missing: Iterable[tuple[Any, Any]]
) -> tuple[Reader, dict[str, str]]:
    """Let the labels and missing ranges that an SPSS file carries speak before the bare code.

    A code whose label the instrument knows under another code is read as the label says, because
    the label is what the respondent saw.  Returned with the reader: those codes and their labels.
    """
    said = {}
    for code, label in labels.items():
        meant = read(label)
        in_words = isinstance(meant.value, float) and number(folded(label)) is None  # such as "No" of an option
        if (meant.rule == "recoded" or in_words) and meant.value != read(code).value:
            said[folded(code)] = (label, Reading(meant.value, "label_disagrees"))
    ranges = tuple(missing)

    def reader(text: str) -> Reading:
        fold = folded(text)
        if fold and any(_within(fold, low, high) for low, high in ranges):
            return Reading(None, "missing_code")
        return said[fold][1] if fold in said else read(text)

    return reader, {code: label for code, (label, _) in said.items()}


def read_column(texts: pd.Series[Any], read: Reader) -> tuple[np.ndarray, np.ndarray, list[str], list[Reading]]:
    """Read a column, each different text once.

    Returned are the values (None or NaN for no usable answer), the position of each cell among the
    different texts, these texts, and what each of them stands for.
    """
    positions, different = texts_of(texts)
    readings = [read(text) for text in different]
    values = np.empty(len(readings), dtype=object)
    values[:] = [reading.value for reading in readings]
    plain = all(reading.value is None or isinstance(reading.value, float) for reading in readings)
    return (values.astype(float) if plain else values)[positions], positions, different, readings


def _labels(texts: Mapping[Any, Bilingual]) -> dict[str, Any]:
    """Collect the ways to write a label, alone or with its code; one that two codes share means neither."""
    alone = [(folded(label), code) for code, text in texts.items() for label in (text.en, text.zh)]
    with_code = [
        (written, code)
        for label, code in alone
        for short in (folded(_short(code)),)
        for written in (
            *(short + joint + label for joint in _JOINTS if joint or not label[:1].isdigit()),
            f"{short}({label})",
            f"{label}({short})",
        )
    ]
    return _distinct(with_code) | _distinct(alone)


def _said(text: str, fold: str, labels: Mapping[str, Any]) -> Any:
    """The code of a label; a code may stand before it with a space, ``1 18-25``, which without one is no code."""
    short, label = map(folded, (*text.split(None, 1), "", "")[:2])
    if fold not in labels and short[-1:].isdigit() and number(label) is None:
        return labels.get(f"{short}){label}")
    return labels.get(fold)


def _one_number(text: str, fold: str) -> float | None:
    return None if apart(text) else number(fold)


def _short(code: float | str) -> str:
    return f"{code:.0f}" if isinstance(code, float) else code


def _distinct(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Keep what means one thing only."""
    meant: dict[str, set[Any]] = {}
    for written, code in pairs:
        meant.setdefault(written, set()).add(code)
    return {written: codes.pop() for written, codes in meant.items() if len(codes) == 1}


def _nearest(text: str, labels: Iterable[Bilingual]) -> Words:
    meant = text.strip() if len(text) <= 200 else None
    return did_you_mean(meant, [spelling for label in labels for spelling in (label.en, label.zh)])


def _within(fold: str, low: Any, high: Any) -> bool:
    if isinstance(low, str):
        return fold == folded(low)
    x = number(fold)
    return x is not None and low <= x <= high


NO_DURATION = Words(
    "is not a duration; write the seconds as a number, or hours, minutes and seconds as 0:01:20",
    "不是时长；请用数字写出秒数，或写成0:01:20（时:分:秒）的形式",
)
_NO_NUMBER = Words("is not a number; write digits only, with a point for decimals", "不是数字；请只写数字，小数用点号")
_NO_CODE = Words(
    "is neither a code from {span} nor a label of the scale; write the code, or add the label to the scale's anchors.",
    "既不是{span}的编码，也不是量表的选项文字；请改写为编码，或在量表的anchors中补充该文字。",
)
_BETWEEN = Words(
    "lies between two answers; the scale {span} has whole codes only", "介于两个答案之间；量表{span}只有整数编码"
)
_OFF_SCALE = Words(
    "is off the scale {span}; correct it, or list it among the scale's missing_codes if it means no answer",
    "超出量表范围{span}；请更正，若表示缺失，请列入量表的missing_codes",
)
_NO_CATEGORY = Words(
    "is not a category of {name} ({offered}); correct it, or add it to the instrument.",
    "不是{name}的类别（{offered}）；请更正，或补充到问卷中。",
)
