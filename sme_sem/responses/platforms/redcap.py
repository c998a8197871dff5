"""REDCap: variable names or labels as headings, ``f___1`` or ``Label (choice=…)`` for the options of checkboxes.

The first column names the record.  Each form ends in a column of 0 incomplete, 1 unverified, 2 complete; surveys
have a time stamp, ``[not completed]`` where there is none.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ...tables import Words
from ..coded import respelled, where
from ..files import TextTable
from .platform import Adapted, Aside, Heading, Platform, has_columns, present

_OWN = (
    "redcap_event_name",
    "redcap_survey_identifier",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_data_access_group",
)
_LABELS = ("Event Name", "Survey Identifier", "Repeat Instrument", "Repeat Instance", "Data Access Group")
_PERSONAL = ("redcap_survey_identifier", "Survey Identifier")
_COMPLETE = re.compile(r".+_complete|Complete\?")
_STAMP = re.compile(r".+_timestamp|Survey Timestamp")
_CHOICE = re.compile(r"(.+?)\s*\(choice=(.+)\)", re.DOTALL)
_CHECKBOX = re.compile(r"(\w+?)___(\w+)")
_FINISHED = frozenset({"2", "complete"})


def _marks(table: TextTable) -> tuple[Words, ...]:
    headers = [header.strip() for header in table.headers]
    own = present(table, (*_OWN, *_LABELS))
    if headers[0] not in ("record_id", "Record ID") and not any(name in _OWN for name in own):
        return ()
    ends = [header for header in headers if _COMPLETE.fullmatch(header)]
    boxes = [header for header in headers if _CHECKBOX.fullmatch(header) or _CHOICE.fullmatch(header)]
    found = [*own, *ends[:2], *boxes[:1]]
    return has_columns([headers[0], *(name for name in found if name != headers[0])]) if found else ()


def _adapt(table: TextTable) -> Adapted:
    cells, headers = table.cells, [header.strip() for header in table.headers]
    stamps = [i for i, header in enumerate(headers) if _STAMP.fullmatch(header)]
    ends = [i for i, header in enumerate(headers) if _COMPLETE.fullmatch(header)]
    metadata = {"respondent_id": cells.iloc[:, 0]}
    if stamps:
        metadata["submitted_at"] = respelled(
            cells.iloc[:, stamps[-1]], lambda text: "" if text.startswith("[") else text
        )
    if ends:
        done = np.logical_and.reduce(
            [where(cells.iloc[:, i], lambda t: t.strip().casefold() in _FINISHED) for i in ends]
        )
        written = np.where(done, "complete", "incomplete").astype(object)
        metadata["status"] = pd.Series(written, index=cells.index, name=headers[ends[-1]])
    columns: list[Heading | Aside] = [_column(header) for header in headers]
    columns[0] = "metadata"
    for i in (*stamps[-1:], *ends):
        columns[i] = "metadata"
    for i in stamps[:-1]:
        columns[i] = "platform"
    return Adapted(table, tuple(columns), metadata)


def _column(header: str) -> Heading | Aside:
    if header in _PERSONAL:
        return "personal"
    if header in (*_OWN, *_LABELS):
        return "platform"
    choice = _CHOICE.fullmatch(header)
    if choice:
        return Heading((), ((choice[1], choice[2]),))
    box = _CHECKBOX.fullmatch(header)
    if box:
        return Heading((), ((box[1], re.sub(r"^_(?=\d)", "-", box[2])),))
    return Heading((header,))


REDCAP = Platform("redcap", Words.same("REDCap"), _marks, _adapt)
