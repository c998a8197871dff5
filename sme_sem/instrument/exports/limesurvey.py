"""LimeSurvey's structure of a survey as tab-separated text.

A row for each setting (class ``S``, and ``SL`` for each language), group (``G``), question (``Q``), row
of an array (``SQ``) and answer (``A``); what follows a group or a question belongs to it, and each
language repeats all rows in the same order.  Items that stand together are an array, so an answer's
heading in an export is ``PART[ITEM]``.  Texts are HTML, in which ``{`` would begin an expression.
LimeSurvey manual, "Tab Separated Value survey structure".

A question with several answers has its options as rows, and the heading of each is ``question[option]``,
with ``Y`` under it where it was chosen.

Codes of questions hold letters and digits only, so ``comp_1`` becomes ``comp1``.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator, Sequence

from ...tables import Words
from .names import Spelling, odd_codes
from .questionnaire import Kind, Option, Part, Questionnaire, Tongue, one_line

_COLUMNS = ("class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory", "other")
_LANGUAGES: dict[Tongue, str] = {"en": "en", "zh": "zh-Hans"}
_SPELLING = Spelling(
    lambda name: re.sub(r"[._]", "", name),
    re.compile("[A-Za-z][A-Za-z0-9]{0,19}"),
    Words(
        "LimeSurvey codes are up to 20 letters and digits of English, a letter first",
        "LimeSurvey代码至多20个英文字母或数字，且以字母开头",
    ),
)
_ANSWERS = Words("LimeSurvey's answer codes are up to 5 letters and digits", "LimeSurvey答案代码至多5个字母或数字")
_ANSWER = re.compile("[A-Za-z0-9]{1,5}")
_OWN = ("id", "token", "seed", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "ipaddr", "refurl")
_ARRAY = "F"
_TYPES: dict[Kind, str] = {"rating": "L", "category": "L", "multiple": "M", "numeric": "N", "text": "S"}


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Ids and codes that LimeSurvey cannot spell."""
    found = _SPELLING.problems((q.id for q in questionnaire.questions), _OWN)
    return [*found, *odd_codes(questionnaire, _ANSWER, _ANSWERS)]


def render(questionnaire: Questionnaire) -> bytes:
    """Write the text, with the byte-order mark of LimeSurvey's own files."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, _COLUMNS, restval="", delimiter="\t", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_settings(questionnaire))
    codes = _part_codes(questionnaire)
    for tongue in questionnaire.tongues:
        for number, part in enumerate(questionnaire.parts):
            writer.writerows(_part(part, number, codes[part.name], tongue))
    return stream.getvalue().encode("utf-8-sig")


def _settings(questionnaire: Questionnaire) -> Iterator[dict[str, str]]:
    first, *others = (_LANGUAGES[tongue] for tongue in questionnaire.tongues)
    for name, text in (
        ("language", first),
        ("additional_languages", " ".join(others)),
        ("format", "G"),  # one page for each group
        ("datestamp", "Y"),
        ("showqnumcode", "X"),  # respondents see neither numbers nor codes
        ("showxquestions", "N"),
    ):
        yield {"class": "S", "name": name, "text": text}
    for tongue, title in questionnaire.texts(questionnaire.instrument.title.words).items():
        yield {"class": "SL", "name": "surveyls_title", "text": _html(title), "language": _LANGUAGES[tongue]}


def _part(part: Part, number: int, code: str, tongue: Tongue) -> Iterator[dict[str, str]]:
    language = {"language": _LANGUAGES[tongue]}
    yield {
        "class": "G",
        "type/scale": f"G{number}",
        "name": _text(part.heading, tongue),
        "relevance": "1",
        **language,
    }
    asked = _array(part, code, tongue) if part.is_grid else _singly(part, tongue)
    for row in asked:
        yield row | language


def _array(part: Part, code: str, tongue: Tongue) -> Iterator[dict[str, str]]:
    yield _question(_ARRAY, code, part.instruction, tongue, required=all(q.required for q in part.questions))
    yield from (_row(_SPELLING.spell(q.id), q.wording, tongue) for q in part.questions)
    yield from _answers(part.questions[0].options, tongue)


def _singly(part: Part, tongue: Tongue) -> Iterator[dict[str, str]]:
    for question in part.questions:
        code = _SPELLING.spell(question.id)
        yield _question(_TYPES[question.kind], code, question.wording, tongue, required=question.required)
        if question.kind == "multiple":
            yield from (_row(str(option.code), option.words, tongue) for option in question.options)
        else:
            yield from _answers(question.options, tongue)


def _question(kind: str, code: str, text: Words, tongue: Tongue, *, required: bool) -> dict[str, str]:
    return {
        "class": "Q",
        "type/scale": kind,
        "name": code,
        "relevance": "1",
        "text": _text(text, tongue),
        "mandatory": "Y" if required else "N",
        "other": "N",
    }


def _row(code: str, text: Words, tongue: Tongue) -> dict[str, str]:
    return {"class": "SQ", "type/scale": "0", "name": code, "relevance": "1", "text": _text(text, tongue)}


def _answers(options: Sequence[Option], tongue: Tongue) -> Iterator[dict[str, str]]:
    for option in options:
        yield {
            "class": "A",
            "type/scale": "0",
            "name": str(option.code),
            "text": _text(option.words, tongue),
        }


def _part_codes(questionnaire: Questionnaire) -> dict[str, str]:
    """Give each array a code that no question has: its name where LimeSurvey can spell it."""
    taken = {_SPELLING.spell(q.id).casefold() for q in questionnaire.questions} | {name.casefold() for name in _OWN}
    codes: dict[str, str] = {}
    for number, part in enumerate(questionnaire.parts, start=1):
        code = _SPELLING.spell(part.name)
        if not _SPELLING.allowed.fullmatch(code) or code.casefold() in taken:
            code = next(c for c in (f"part{number}{'x' * n}" for n in range(len(taken) + 1)) if c not in taken)
        taken.add(code.casefold())
        codes[part.name] = code
    return codes


def _text(words: Words, tongue: Tongue) -> str:
    return _html(one_line(words.zh if tongue == "zh" else words.en))


def _html(text: str) -> str:
    """Write a text as HTML in which nothing is an expression, a quotation mark or the start of a formula."""
    escaped = html.escape(text).replace("{", "&#123;").replace("\\", "&#92;")
    return f"&#{ord(escaped[0])};{escaped[1:]}" if escaped.startswith(("=", "+", "-", "@")) else escaped
