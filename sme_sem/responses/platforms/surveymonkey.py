"""SurveyMonkey: two rows of headings, the questions, and under them their options or rows.

A question stands over its first column only.  ``Response`` or ``Open-Ended Response`` under it means that the
column is the answer itself.  Headings may hold HTML, such as ``&apos;`` or ``<strong>``.
"""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd

from ...tables import Words
from ..coded import blank
from ..files import TextTable
from .platform import Adapted, Aside, Heading, Platform, first, has_columns, known

_METADATA = {
    "respondent_id": ("Respondent ID", "respondent_id"),
    "source": ("Collector ID", "collector_id"),
    "started_at": ("Start Date", "StartDate", "date_created"),
    "submitted_at": ("End Date", "EndDate", "date_modified"),
    "status": ("Response Status", "response_status"),
}
_PERSONAL = frozenset({"ip address", "email address", "email", "first name", "last name"})
_PLATFORM = re.compile(r"custom data( \d+)?|custom \d+|collector( name)?|response url|tags")
_ANSWER = frozenset({"", "response", "open-ended response", "答复", "开放式答复", "回复"})
_STATES = {"completed": "complete", "complete": "complete", "partial": "incomplete"}
_TAG = re.compile(r"<[^<>]+>")


def _marks(table: TextTable) -> tuple[Words, ...]:
    ids = [first(table, _METADATA[name]) for name in ("respondent_id", "source")]
    return () if any(column is None for column in ids) else has_columns(["Respondent ID", "Collector ID"])


def _adapt(table: TextTable) -> Adapted:
    ids = first(table, _METADATA["respondent_id"])
    two = ids is not None and bool(blank(ids)[0])
    under = [_plain(str(cell)) for cell in table.cells.iloc[0]] if two else [""] * table.cells.shape[1]
    answers = table.below(int(two))
    columns: list[Heading | Aside] = []
    question = ""
    for i, (header, part) in enumerate(zip(table.headers, under, strict=True)):
        question = question if i in table.nameless else _plain(header)
        columns.append(_column(question, part))
    metadata = {name: first(answers, written) for name, written in _METADATA.items()}
    return Adapted(
        table=answers,
        columns=tuple(columns),
        metadata=known({**metadata, "status": _states(metadata["status"])}),
        option_number=re.compile(r"(\d+)"),
    )


def _column(question: str, part: str) -> Heading | Aside:
    name = question.casefold().replace("_", " ")
    if name in _PERSONAL:
        return "personal"
    if any(name == written.casefold().replace("_", " ") for names in _METADATA.values() for written in names):
        return "metadata"
    if _PLATFORM.fullmatch(name):
        return "platform"
    return Heading((question,)) if part.casefold() in _ANSWER else Heading((), ((question, part),))


def _states(column: pd.Series | None) -> pd.Series | None:
    if column is None:
        return None
    written = [_STATES.get(text.strip().casefold(), text) for text in column.astype(str)]
    return pd.Series(np.array(written, dtype=object), index=column.index, name=column.name)


def _plain(heading: str) -> str:
    return " ".join(_TAG.sub("", html.unescape(heading)).split())


SURVEYMONKEY = Platform("surveymonkey", Words.same("SurveyMonkey"), _marks, _adapt)
