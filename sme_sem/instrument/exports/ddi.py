"""DDI-Codebook 2.5: the documentation of a file of answers that data archives keep.

::

    codeBook
    ├── stdyDscr    title, version, abstract
    └── dataDscr
        ├── varGrp  a construct: its items, or the constructs that it stands over;
        │           a question with several answers: its options
        └── var     a column: question, valid and invalid codes, categories

Elements stand in the order and number that the schema demands: what two languages say is in elements that may be
repeated.  DDI Alliance (2014), DDI-Codebook 2.5.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ...tables import Words
from ..options import option_name
from ..parts import Construct
from .questionnaire import Option, Question, Questionnaire

_NAMESPACE = "ddi:codebook:2_5"
_SCHEMA = "https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_NO_ANSWER = Words("No answer", "未作答")
_CHOICE = (Option(0, Words("Not chosen", "未选")), Option(1, Words("Chosen", "选中")))
_OPTION = Words("{question}: {option}", "{question}：{option}")
_REVERSED = Words("Reversed item: the file holds the answers as given.", "反向计分题：数据文件中保存的是原始作答。")
_MEANINGS = {
    "respondent_id": Words("Respondent", "受访者编号"),
    "started_at": Words("When the questionnaire was opened", "开始答卷时间"),
    "submitted_at": Words("When the questionnaire was submitted", "提交答卷时间"),
    "duration_s": Words("Time taken, in seconds", "所用时间（秒）"),
    "source": Words("Where the respondent came from", "来源"),
    "ip": Words("Internet address", "IP地址"),
    "status": Words("State of the answers", "答卷状态"),
    "language": Words("Language of the questionnaire", "问卷语言"),
    "other": Words("Recorded by the survey platform", "平台记录"),
}
_NATURES = {
    "rating": {"nature": "ordinal"},
    "category": {"nature": "nominal"},
    "multiple": {"nature": "nominal"},
    "numeric": {"nature": "ratio"},
}


class _Variable(NamedTuple):
    """A column of the file: the question that it answers under its own id, and its label."""

    question: Question
    label: Words


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Nothing: every id can name a variable."""
    return []


def render(questionnaire: Questionnaire) -> bytes:
    """Write the codebook in UTF-8."""
    location = {"xmlns:xsi": _INSTANCE, "xsi:schemaLocation": f"{_NAMESPACE} {_SCHEMA}"}
    book = ET.Element("codeBook", {"xmlns": _NAMESPACE, **location, "version": "2.5"})
    _study(book, questionnaire)
    data = _child(book, "dataDscr")
    variables = list(_variables(questionnaire))
    columns = [variable.question.id for variable in variables]
    columns += [m.id for m in questionnaire.instrument.metadata]
    numbers = {name: f"V{n}" for n, name in enumerate(columns, start=1)}
    groups = {c.name: f"G{n}" for n, c in enumerate(questionnaire.instrument.constructs, start=1)}
    for construct in questionnaire.instrument.constructs:
        _group(data, construct, numbers, groups, questionnaire)
    several = (question for question in questionnaire.instrument.background if question.kind == "multiple")
    for n, question in enumerate(several, start=len(groups) + 1):
        held = _joined(numbers[option_name(question.id, code)] for code in question.categories)
        group = _child(data, "varGrp", ID=f"G{n}", type="multipleResp", var=held, name=question.id)
        _texts(group, "labl", question.label.words, questionnaire)
    for variable in variables:
        _variable(data, variable, numbers[variable.question.id], questionnaire)
    for column in questionnaire.instrument.metadata:
        added = _child(data, "var", ID=numbers[column.id], name=column.id)
        _texts(added, "labl", _MEANINGS[column.meaning], questionnaire)
    ET.indent(book)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(book, encoding="utf-8") + b"\n"


def _study(book: ET.Element, questionnaire: Questionnaire) -> None:
    instrument = questionnaire.instrument
    study = _child(book, "stdyDscr")
    citation = _child(study, "citation")
    statement = _child(citation, "titlStmt")
    for place, (tongue, text) in enumerate(questionnaire.texts(instrument.title.words).items()):
        _child(statement, "parTitl" if place else "titl", text, **{"xml:lang": tongue})
    _child(statement, "IDNo", questionnaire.text(Words(instrument.name, instrument.name)))
    edition = _child(citation, "verStmt")
    _child(edition, "version", questionnaire.text(Words(instrument.version, instrument.version)))
    if instrument.description is not None:
        _texts(_child(study, "stdyInfo"), "abstract", instrument.description.words, questionnaire)


def _group(
    data: ET.Element,
    construct: Construct,
    numbers: dict[str, str],
    groups: dict[str, str],
    questionnaire: Questionnaire,
) -> None:
    held = {"var": _joined(numbers[item.id] for item in construct.items)}
    held["varGrp"] = _joined(groups[name] for name in construct.of)
    present = {name: value for name, value in held.items() if value}
    group = _child(data, "varGrp", ID=groups[construct.name], type="analysis", **present, name=construct.name)
    _texts(group, "labl", construct.label.words, questionnaire)
    if construct.description is not None:
        _texts(group, "txt", construct.description.words, questionnaire)


def _variables(questionnaire: Questionnaire) -> Iterator[_Variable]:
    """Give each question with its label; of one with several answers, each option."""
    labels = {b.id: b.label.words for b in questionnaire.instrument.background}
    for question in questionnaire.questions:
        label = labels.get(question.id, question.wording)
        if question.kind == "multiple":
            for option in question.options:
                own = replace(question, id=option_name(question.id, option.code), options=_CHOICE)
                yield _Variable(own, _OPTION.filled(question=label, option=option.words))
        else:
            yield _Variable(question, label)


def _variable(data: ET.Element, described: _Variable, number: str, questionnaire: Questionnaire) -> None:
    question = described.question
    continuous = question.kind == "numeric"
    variable = _child(
        data,
        "var",
        ID=number,
        name=question.id,
        intrvl="contin" if continuous else "discrete",
        **_NATURES.get("rating" if question.ordered else question.kind, {}),
    )
    _texts(variable, "labl", described.label, questionnaire)
    domain = {"responseDomainType": "multiple"} if question.kind == "multiple" else {}
    for tongue, text in questionnaire.texts(question.wording).items():
        _child(_child(variable, "qstn", **domain), "qstnLit", text, **{"xml:lang": tongue})
    if question.kind == "rating":
        codes = [option.code for option in question.options]
        _child(_child(variable, "valrng"), "range", min=str(codes[0]), max=str(codes[-1]))
    if question.missing_codes:
        invalid = _child(variable, "invalrng")
        for code in question.missing_codes:
            _child(invalid, "item", VALUE=str(code))
    for option in question.options:
        _category(variable, option.code, option.label, questionnaire)
    for code in question.missing_codes:
        _category(variable, code, _NO_ANSWER, questionnaire, missing="Y")
    _child(variable, "varFormat", type="character" if question.kind == "text" else "numeric")
    if question.id in questionnaire.instrument.reversed_items:
        _texts(variable, "notes", _REVERSED, questionnaire)


def _category(
    variable: ET.Element, code: int | str, label: Words | None, questionnaire: Questionnaire, **attributes: str
) -> None:
    category = _child(variable, "catgry", **attributes)
    _child(category, "catValu", questionnaire.text(Words(str(code), str(code))))
    if label is not None:
        _texts(category, "labl", label, questionnaire)


def _texts(parent: ET.Element, name: str, words: Words, questionnaire: Questionnaire) -> None:
    for tongue, text in questionnaire.texts(words).items():
        _child(parent, name, text, **{"xml:lang": tongue})


def _child(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _joined(names: Iterable[str]) -> str:
    return " ".join(names)
