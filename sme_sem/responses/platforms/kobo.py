"""KoboToolbox and ODK: ``;`` or ``,`` between the cells, ``group/name`` or ``group-name`` as headings, names or labels.

A select_multiple has one column with all chosen, separated by spaces, and one of 0 and 1 for each option.  Columns that
begin with ``_``, and those such as start, end, deviceid, SubmissionDate and KEY, are the platform's own.
``_index`` counts rows of the export; it is no name of a respondent.
"""

from __future__ import annotations

import re

from ...tables import Words
from ..files import TextTable
from .platform import Adapted, Aside, Heading, Platform, first, has_columns, known, present

_METADATA = {
    "respondent_id": ("_uuid", "KEY", "meta/instanceID", "meta-instanceID", "instanceID", "_id"),
    "started_at": ("start",),
    "ended_at": ("end",),
    "submitted_at": ("_submission_time", "SubmissionDate"),
}
_PERSONAL = re.compile(
    r"_submitted_by|submitter(?:id|name)|username|phonenumber|email|deviceid|simserial|subscriberid|"
    r"_geolocation|.*_(?:latitude|longitude|altitude|precision)|.+-(?:Latitude|Longitude|Altitude|Accuracy)",
    re.IGNORECASE,
)
_PLATFORM = re.compile(
    r"_(?:id|uuid|status|validation_status|notes|tags|index|parent_index|parent_table_name|submission__.+|attachments)|"
    r"__version__|rootUuid|formhub/uuid|today|isValidated|(?:meta[/-])?(?:instanceID|instanceName|rootUuid|deprecatedID)|"
    r"KEY|AttachmentsPresent|AttachmentsExpected|Status|ReviewState|DeviceID|Edits|FormVersion",
)
_MOST_STEPS = 8  # of a name: its groups, and one or two more where a wording holds the sign
_KOBO = ("_id", "_uuid", "_submission_time", "_submitted_by", "_index", "_validation_status")
_ODK = ("SubmissionDate", "KEY", "instanceID", "meta-instanceID", "SubmitterID", "SubmitterName")


def _marks(table: TextTable) -> tuple[Words, ...]:
    for own, needed in ((_KOBO, {"_submission_time"}), (_ODK, {"SubmissionDate", "KEY"})):
        here = present(table, own)
        if len(here) >= 2 and needed <= set(here):
            return has_columns(here)
    return ()


def _adapt(table: TextTable) -> Adapted:
    metadata = known({name: first(table, written) for name, written in _METADATA.items()})
    if "submitted_at" not in metadata and "ended_at" in metadata:
        metadata["submitted_at"] = metadata["ended_at"]
    return Adapted(table, tuple(_column(header.strip()) for header in table.headers), metadata)


def _column(header: str) -> Heading | Aside:
    last = header.rsplit("/", 1)[-1]
    if header in ("start", "end", "_submission_time", "SubmissionDate"):
        return "metadata"
    if _PERSONAL.fullmatch(header):
        return "personal"
    if _PLATFORM.fullmatch(header):
        return "platform"
    steps = header.split("/")[-_MOST_STEPS:]
    parts = tuple(("/".join(steps[:i]), "/".join(steps[i:])) for i in range(1, len(steps)))
    parts += tuple(("/".join(steps[j:i]), "/".join(steps[i:])) for i in range(2, len(steps)) for j in range(1, i))
    dashed = header.rsplit("-", 1)[-1] if "/" not in header else last
    return Heading(tuple(dict.fromkeys((header, last, dashed))), parts)


KOBO = Platform("kobo", Words("KoboToolbox or ODK", "KoboToolbox / ODK"), _marks, _adapt)
