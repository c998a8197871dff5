"""Qualtrics: three rows of headings, the names, the wordings, and ``{"ImportId": "QID1_1"}``.

Before the answers stand StartDate, EndDate, Status, IPAddress, Progress, Duration (in seconds), Finished, RecordedDate,
ResponseId and others.  Status marks previews by those who made the questionnaire.  A row of a matrix, or an option,
follows the wording of its question behind `` - ``; ``_TEXT`` columns hold what was written beside an option.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd

from ...errors import ResponseError
from ...tables import Words
from ...words import at
from ..coded import where
from ..files import TextTable
from ..findings import Finding, capped, finding
from ..labels import folded
from ..times import read_times
from .platform import Adapted, Aside, Heading, Platform, first, has_columns, known, present

_METADATA = (
    "StartDate",
    "EndDate",
    "Status",
    "Duration (in seconds)",
    "Finished",
    "ResponseId",
    "UserLanguage",
    "DistributionChannel",
)
_PERSONAL = (
    "IPAddress",
    "RecipientLastName",
    "RecipientFirstName",
    "RecipientEmail",
    "LocationLatitude",
    "LocationLongitude",
    "ExternalReference",
)
_PLATFORM = (
    "Progress",
    "RecordedDate",
    "Q_BallotBoxStuffing",
    "Q_RecaptchaScore",
    "Q_RelevantIDDuplicate",
    "ContactID",
)
_PROPER = ("StartDate", "EndDate", "RecordedDate", "ResponseId", "DistributionChannel", "UserLanguage")
_TIMER = re.compile(r".+_(?:First Click|Last Click|Page Submit|Click Count)")
_CHOICE = re.compile(r" - Selected Choice(?: - |$)")
_LONGEST, _MOST_CUTS = 4_000, 12  # of a wording, and of its parts
_PREVIEWS = frozenset({"surveypreview", "surveytest", "1", "2"})
_FINISHED = frozenset({"1", "true"})


def _marks(table: TextTable) -> tuple[Words, ...]:
    imports = _import_row(table)
    proper = present(table, _PROPER)
    names = has_columns(proper) if len(proper) >= 3 else ()
    return names if imports is None else (_IMPORT_IDS.filled(row=table.rows[imports]), *names)


def _adapt(table: TextTable) -> Adapted:
    headings = _headings(table)
    asked = (
        table.cells.iloc[0].astype(str).tolist()
        if headings
        else [table.wordings.get(i, "") for i in range(table.cells.shape[1])]
    )
    answers = table.below(headings)
    status, notes = _status(answers)
    notes += _time_zone(table)
    return Adapted(
        table=answers,
        columns=tuple(_column(name.strip(), text) for name, text in zip(table.headers, asked, strict=True)),
        metadata=known(
            {
                "respondent_id": first(answers, ("ResponseId", "Response ID")),
                "started_at": first(answers, ("StartDate", "Start Date")),
                "submitted_at": first(answers, ("EndDate", "End Date")),
                "duration_s": first(answers, ("Duration (in seconds)", "Duration__in_seconds_")),
                "source": first(answers, ("DistributionChannel",)),
                "language": first(answers, ("UserLanguage",)),
                "status": status,
            }
        ),
        findings=tuple(notes),
    )


def _import_row(table: TextTable) -> int | None:
    """Find the row of ImportIds among the first two under the names."""
    rows = range(min(2, len(table.cells)))
    return next((i for i in rows if table.cells.iloc[i].astype(str).str.contains('"ImportId"').any()), None)


def _headings(table: TextTable) -> int:
    """Count the rows of headings under the names; what stands where a time should must be one of them."""
    imports = _import_row(table)
    if imports is not None:
        return imports + 1
    started = first(table, ("StartDate", "RecordedDate", "EndDate"))
    if started is None or table.kind in ("spss", "stata"):
        return 0
    top = str(started.iloc[0])
    if not top.strip() or read_times([top]).values[0] is not None:
        return 0
    if top.strip() in ("Start Date", "Recorded Date", "End Date"):
        return 1
    said = _NO_TIME.filled(column=started.name, row=table.rows[0], text=repr(top[:60]))
    raise ResponseError(at(table.source, said))


def _column(name: str, asked: str) -> Heading | Aside:
    if name in _PERSONAL:
        return "personal"
    if name in _METADATA:
        return "metadata"
    if name in _PLATFORM or _TIMER.fullmatch(name):
        return "platform"
    if name.endswith("_TEXT"):
        return Heading((name,))
    wording = _CHOICE.sub(" - ", asked[:_LONGEST]).removesuffix(" - ").strip()
    cuts = [m.start() for m in re.finditer(" - ", wording)][-_MOST_CUTS:]
    parts = tuple((wording[:cut].strip(), wording[cut + 3 :].strip()) for cut in cuts)
    return Heading(tuple(filter(None, (name, wording))), parts)


def _status(answers: TextTable) -> tuple[pd.Series | None, list[Finding]]:
    """Complete, incomplete, or a preview, which no respondent gave."""
    state, finished = first(answers, ("Status", "Response Type")), first(answers, ("Finished",))
    if state is None and finished is None:
        return None, []
    index = answers.cells.index
    written = np.full(len(index), "complete", dtype=object)
    if finished is not None:
        written[~where(finished, lambda text: folded(text) in _FINISHED)] = "incomplete"
    previews = np.zeros(len(index), dtype=bool)
    if state is not None:
        previews = where(state, lambda text: folded(text) in _PREVIEWS)
        written[previews] = "preview"
    notes = capped(
        finding("warning", "test_answer", _PREVIEW, row=row, column="Status", value="preview")
        for row in answers.rows[previews].tolist()
    )
    return pd.Series(written, index=index, name="Status"), list(notes)


def _time_zone(table: TextTable) -> list[Finding]:
    imports = _import_row(table)
    if imports is None:
        return []
    zones = set()
    for cell in table.cells.iloc[imports].astype(str):
        try:
            said = json.loads(cell)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict) and isinstance(said.get("timeZone"), str):
            zones.add(said["timeZone"])
    return [finding("info", "time_zone", _ZONE.filled(zone=zone), value=zone) for zone in sorted(zones)]


QUALTRICS = Platform("qualtrics", Words.same("Qualtrics"), _marks, _adapt)


_IMPORT_IDS = Words("row {row} holds ImportIds", "第{row}行为ImportId")
_PREVIEW = Words(
    "is a preview or a test of the questionnaire, not a respondent; screening sets it aside",
    "是预览或试填记录而非受访者；筛选时会予以剔除",
)
_ZONE = Words("times are those of {zone}", "时间所属时区为{zone}")
_NO_TIME = Words(
    "under {column} row {row} holds {text}, neither a time nor a heading of Qualtrics; export the file anew with its "
    "three rows of headings, or keep only the first of them",
    "{column}列第{row}行为{text}，既不是时间也不是Qualtrics的表头；请重新导出含三行表头的文件，或只保留第一行表头",
)
