"""REDCap's data dictionary: one CSV row for each field, in eighteen fixed columns.

Items that stand together are a matrix of radio buttons.  Names hold small letters, digits and
underscores, so ``MK1`` becomes ``mk1``; each option of a checkbox has a column ``field___code`` of its own.
Labels are HTML, in which ``[`` would begin a piped field; ``|`` would end an answer.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator

from ...words import Words
from .names import Spelling, odd_codes
from .questionnaire import ALL_THAT_APPLY, Kind, Part, Question, Questionnaire

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_SPELLING = Spelling(
    lambda name: re.sub("_+", "_", name.lower().replace(".", "_")).strip("_"),
    re.compile("[a-z][a-z0-9_]{0,99}"),
    Words(
        "REDCap names are letters of English, digits and underscores, a letter first",
        "REDCap变量名只能含英文字母、数字与下划线，且以字母开头",
    ),
)
_CODES = Words("REDCap's codes are letters of English and digits", "REDCap编码只能含英文字母与数字")
_CODE = re.compile("-?[A-Za-z0-9_]+")
_RECORD = "record_id"
_TYPES: dict[Kind, str] = {
    "rating": "radio",
    "category": "radio",
    "multiple": "checkbox",
    "numeric": "text",
    "text": "text",
}


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Ids and codes that REDCap cannot spell."""
    own = (_RECORD, f"{_form_name(questionnaire)}_complete", f"{_form_name(questionnaire)}_timestamp")
    found = _SPELLING.problems((q.id for q in questionnaire.questions), own)
    return [*found, *odd_codes(questionnaire, _CODE, _CODES)]


def render(questionnaire: Questionnaire) -> bytes:
    """Write the dictionary; its first field numbers the records."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    form = {"Form Name": _form_name(questionnaire)}
    writer.writerow({"Variable / Field Name": _RECORD, "Field Type": "text", "Field Label": "Record ID"} | form)
    for number, part in enumerate(questionnaire.parts, start=1):
        writer.writerows(row | form for row in _part(part, number, questionnaire))
    return stream.getvalue().encode("utf-8-sig")


def _part(part: Part, number: int, questionnaire: Questionnaire) -> Iterator[dict[str, str]]:
    heading = f"{questionnaire.text(part.heading)}: {questionnaire.text(part.instruction)}"
    for place, question in enumerate(part.questions):
        yield {
            "Variable / Field Name": _SPELLING.spell(question.id),
            "Section Header": "" if place else _html(heading),
            "Field Type": _TYPES[question.kind],
            "Field Label": _html(questionnaire.text(question.wording)),
            "Choices, Calculations, OR Slider Labels": _choices(question, questionnaire),
            "Field Note": questionnaire.text(ALL_THAT_APPLY) if question.kind == "multiple" else "",
            "Text Validation Type OR Show Slider Number": "number" if question.kind == "numeric" else "",
            "Required Field?": "y" if question.required else "",
            "Matrix Group Name": f"part_{number}" if part.is_grid else "",
        }


def _choices(question: Question, questionnaire: Questionnaire) -> str:
    labels = ((option.code, _html(questionnaire.text(option.words))) for option in question.options)
    choices = " | ".join(f"{code}, {label}" for code, label in labels)
    return f" {choices}" if choices.startswith("-") else choices


def _form_name(questionnaire: Questionnaire) -> str:
    name = re.sub("[^a-z0-9]+", "_", questionnaire.instrument.name.lower()).strip("_")
    return name if name[:1].isalpha() else f"form_{name}".rstrip("_")


def _html(text: str) -> str:
    """Write a label as HTML in which nothing is piped, parted, or the start of a formula."""
    escaped = html.escape(text, quote=False).replace("|", "&#124;").replace("[", "&#91;")
    return f"&#{ord(escaped[0])};{escaped[1:]}" if escaped.startswith(("=", "+", "-", "@")) else escaped
