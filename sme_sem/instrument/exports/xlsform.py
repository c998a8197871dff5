"""XLSForm, the workbook from which KoboToolbox and ODK make a form.

Three sheets: ``survey`` (one row per question, a group for each part), ``choices`` (the answers, one
list for each response scale and each background question) and ``settings``.  The platforms record when
a form was opened and finished under ``start`` and ``end``.  Specification: xlsform.org.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime

from ...tables import Words
from ...tables.storing import file_names
from .names import Spelling, recode
from .questionnaire import Kind, Part, Question, Questionnaire, Tongue

_HEADS: dict[Tongue, str] = {"en": "English (en)", "zh": "中文 (zh)"}
_NAME_START = "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u3001-\ud7ff\uf900-\ufdcf"
_XML_NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040-]*")
_RULE = Words("holds a character that a name in a form cannot have", "含有表单变量名不能使用的字符")
_SPACED = Words("a form puts spaces between the codes chosen", "表单以空格分隔所选的各个编码")
_SPELLING = Spelling(str, _XML_NAME, _RULE)
_OWN = ("start", "end", "meta", "instanceID", "instanceName", "deviceid", "username", "today")
_WIDEST_LIKERT = 7
_WORD_JOINER = "\u2060"
_FIRST_DAY = datetime(2000, 1, 1)
_TYPES: dict[Kind, str] = {
    "rating": "select_one",
    "category": "select_one",
    "multiple": "select_multiple",
    "numeric": "decimal",
    "text": "text",
}


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Ids that cannot name a question of a form, and codes that a list of chosen ones could not keep apart."""
    found = _SPELLING.problems((q.id for q in questionnaire.questions), _OWN)
    for question in questionnaire.questions:
        spaced = [repr(option.code) for option in question.options if re.search(r"\s", str(option.code))]
        if question.kind == "multiple" and spaced:
            found.append(recode(question.id, _SPACED, spaced))
    return found


def render(questionnaire: Questionnaire) -> bytes:
    """Write the workbook; every cell is text, never a formula."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _FIRST_DAY})
        bold = workbook.add_format({"bold": True})
        for name, rows in (
            ("survey", [_survey_head(questionnaire), *_survey(questionnaire)]),
            ("choices", [_choices_head(questionnaire), *_choices(questionnaire)]),
            ("settings", _settings(questionnaire)),
        ):
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for line, row in enumerate(rows):
                for place, text in enumerate(row):
                    if text:
                        sheet.write_string(line, place, text, bold if line == 0 else None)
    return stream.getvalue()


def _survey_head(questionnaire: Questionnaire) -> list[str]:
    labels = [f"label::{_HEADS[tongue]}" for tongue in questionnaire.tongues]
    return ["type", "name", *labels, "required", "relevant", "appearance"]


def _survey(questionnaire: Questionnaire) -> Iterator[list[str]]:
    lists = _lists(questionnaire)
    no_labels = [""] * len(questionnaire.tongues)
    for moment in ("start", "end"):
        yield [moment, moment, *no_labels, "", "", ""]
    for part in questionnaire.parts:
        yield ["begin_group", part.name, *_labels(questionnaire, _heading(part)), "", "", "field-list"]
        for question in part.questions:
            yield [
                f"{_TYPES[question.kind]} {lists.get(question.id, '')}".rstrip(),
                question.id,
                *_labels(questionnaire, question.wording),
                "yes" if question.required else "",
                "",
                _appearance(question),
            ]
        yield ["end_group", "", *no_labels, "", "", ""]


def _heading(part: Part) -> Words:
    joint = Words("{heading}. {instruction}", "{heading}：{instruction}")
    return joint.filled(heading=part.heading, instruction=part.instruction)


def _lists(questionnaire: Questionnaire) -> dict[str, str]:
    """Name the list of answers of each closed question, the same for all on one scale."""
    scales = tuple(questionnaire.instrument.response_scales)
    shared = dict(zip(scales, (f"scale_{name}" for name in file_names(scales)), strict=True))
    return {
        question.id: f"answers_{question.id}" if part.scale is None else shared[part.scale]
        for part in questionnaire.parts
        for question in part.questions
        if question.options
    }


def _appearance(question: Question) -> str:
    if question.kind != "rating":
        return ""
    return "likert" if len(question.options) <= _WIDEST_LIKERT else "columns-pack"


def _choices_head(questionnaire: Questionnaire) -> list[str]:
    return ["list_name", "name", *(f"label::{_HEADS[tongue]}" for tongue in questionnaire.tongues)]


def _choices(questionnaire: Questionnaire) -> Iterator[list[str]]:
    lists = _lists(questionnaire)
    closed = {lists[question.id]: question for question in questionnaire.questions if question.options}
    for name, question in closed.items():
        for option in question.options:
            yield [name, str(option.code), *_labels(questionnaire, option.words)]


def _settings(questionnaire: Questionnaire) -> list[list[str]]:
    instrument = questionnaire.instrument
    form_id = re.sub(r"[^A-Za-z0-9_]+", "_", instrument.name).strip("_") or "questionnaire"
    title = questionnaire.text(instrument.title.words)
    language = _HEADS[questionnaire.tongues[0]]
    return [
        ["form_title", "form_id", "version", "default_language"],
        [_plain(title), form_id, instrument.version, language],
    ]


def _labels(questionnaire: Questionnaire, words: Words) -> list[str]:
    return [_plain(text) for text in questionnaire.texts(words).values()]


def _plain(text: str) -> str:
    """Keep ``${`` from being taken for a reference to another question, by a sign nobody sees."""
    return text.replace("${", f"${_WORD_JOINER}{{")
