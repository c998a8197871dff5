"""JSON Schema of one respondent's answers, as given: before reversed items are turned.

An answer that was not given is left out, or has one of the codes for "no answer"; a question with several
answers has the list of the codes chosen.  JSON Schema, draft 2020-12.
"""

from __future__ import annotations

import json
from typing import Any

from ...tables import Words
from .questionnaire import Question, Questionnaire

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NO_ANSWER = Words("No answer", "未作答")


def problems(questionnaire: Questionnaire) -> list[Words]:
    """Nothing: every id can name a property."""
    return []


def render(questionnaire: Questionnaire) -> bytes:
    """Write the schema in UTF-8."""
    instrument = questionnaire.instrument
    properties: dict[str, Any] = {q.id: _property(q, questionnaire) for q in questionnaire.questions}
    properties |= {
        column.id: {"type": "number", "minimum": 0}
        if column.meaning == "duration_s"
        else {"type": ["string", "number"]}
        for column in instrument.metadata
    }
    schema = {
        "$schema": _DRAFT,
        **_titles(instrument.title.words, questionnaire),
        "$comment": f"{instrument.name}, version {instrument.version}",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def _property(question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    asked = _titles(question.wording, questionnaire)
    offered = [{"const": option.code, **_titles(option.words, questionnaire)} for option in question.options]
    absent = [{"const": code, **_titles(_NO_ANSWER, questionnaire)} for code in question.missing_codes]
    if question.kind == "multiple":
        chosen = {"type": "array", "items": {"oneOf": offered}, "uniqueItems": True}
        return {**asked, "oneOf": [chosen, *absent]} if absent else {**asked, **chosen}
    if question.options:
        return {**asked, "oneOf": [*offered, *absent]}
    if question.kind == "numeric" and not any(isinstance(code, str) for code in question.missing_codes):
        return {**asked, "type": "number"}
    return {**asked, "type": ["number", "string"] if question.kind == "numeric" else "string"}


def _titles(words: Words, questionnaire: Questionnaire) -> dict[str, str]:
    """Give the text as title; where both languages are wanted and differ, the second as description."""
    first, *others = dict.fromkeys(questionnaire.texts(words).values())
    return {"title": first} | ({"description": others[0]} if others else {})
