"""The text from which Wenjuanxing (问卷星) makes a questionnaire.

The first line is the title; each question is a numbered line that ends in its kind in brackets, its
answers follow, and a blank line ends it.  In a matrix the first line holds the columns, with blanks
between them, and each further line is a row.  Blanks inside a column, brackets, and gaps (``___``)
would be taken for marks of this language; they are written as signs that look alike.

Wenjuanxing knows no ids: answers come back under the wordings, which must therefore differ.  It numbers
answers from 1, so codes that do not begin with 1 come back only by option text.  There it puts ``┋``
between the answers chosen together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...words import Words, at
from .questionnaire import Kind, Option, Part, Question, Questionnaire

_MATRIX, _RADIO, _SEVERAL, _BLANK = "[矩阵量表题]", "[单选题]", "[多选题]", "[填空题]"
_KINDS: dict[Kind, str] = {
    "rating": _RADIO,
    "category": _RADIO,
    "multiple": _SEVERAL,
    "numeric": _BLANK,
    "text": _BLANK,
}
_MARKS = str.maketrans(
    {"[": "〔", "]": "〕", "［": "〔", "］": "〕", "{": "〔", "}": "〕", "｛": "〔", "｝": "〕", "□": "▫"}
)
_NO_BREAK = "\u00a0"


_NO_WORDING = Words("Wenjuanxing needs a wording of letters, got {wording}", "问卷星的题目须含文字，实为{wording}")
_WORDED_ALIKE = Words(
    "is worded like {other}; Wenjuanxing tells questions apart by wording only",
    "与{other}表述相同；问卷星仅凭表述区分题目",
)
_LABELLED_ALIKE = Words(
    "the answers {first} and {second} are both labelled {label}", "答案{first}与{second}的标签均为{label}"
)


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Questions or answers that could not be told apart in a download."""
    found: list[Words] = []
    seen: dict[str, str] = {}
    for question in questionnaire.questions:
        wording = questionnaire.text(question.wording)
        heard = _letters(wording)
        if not heard:
            found.append(at(question.id, _NO_WORDING.filled(wording=repr(wording))))
        elif heard in seen:
            found.append(at(question.id, _WORDED_ALIKE.filled(other=seen[heard])))
        seen.setdefault(heard, question.id)
        found += _answers_alike(question, questionnaire)
    return found


def render(questionnaire: Questionnaire) -> bytes:
    """Write the text in UTF-8."""
    blocks = [_safe(questionnaire.text(questionnaire.instrument.title.words))]
    number = 1
    for part in questionnaire.parts:
        for block in _matrix(part, questionnaire) if part.is_grid else _singly(part, questionnaire):
            blocks.append(f"{number}、{block}")
            number += 1
    return ("\n\n".join(blocks) + "\n").encode()


def _matrix(part: Part, questionnaire: Questionnaire) -> Iterator[str]:
    title = f"{questionnaire.text(part.heading)}：{questionnaire.text(part.instruction)}{_MATRIX}"
    columns = " ".join(_answer(option, questionnaire) for option in part.questions[0].options)
    rows = (_safe(questionnaire.text(question.wording)) for question in part.questions)
    yield "\n".join((title, columns, *rows))


def _singly(part: Part, questionnaire: Questionnaire) -> Iterator[str]:
    for question in part.questions:
        answers = (_answer(option, questionnaire) for option in question.options)
        yield "\n".join((_safe(questionnaire.text(question.wording)) + _KINDS[question.kind], *answers))


def _answer(option: Option, questionnaire: Questionnaire) -> str:
    return _safe(questionnaire.text(option.words)).replace(" ", _NO_BREAK)


def _answers_alike(question: Question, questionnaire: Questionnaire) -> Iterator[Words]:
    seen: dict[str, int | str] = {}
    for option in question.options:
        text = questionnaire.text(option.words)
        heard = _letters(text) or text
        if heard in seen:
            codes = {"first": seen[heard], "second": option.code}
            yield at(question.id, _LABELLED_ALIKE.filled(**codes, label=repr(text)))
        seen.setdefault(heard, option.code)


def _letters(text: str) -> str:
    """Write a text as its letters and digits, by which answers find their question."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _safe(text: str) -> str:
    return re.sub("_{3,}", "__", text.translate(_MARKS))
