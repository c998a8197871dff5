"""LimeSurvey: headings such as ``MKT[MK1]``, ``MKT[MK1]. Wording`` or ``Wording [row]``; answers by code or in full.

Before the answers stand id, submitdate, lastpage, startlanguage, seed and others, or their long names.  Whoever did not
finish has no submitdate; a survey without time stamps has 1980-01-01 for everybody.  Unless the author
chose others, answer codes are A1, A2 ... (AO01, AO02 ... in later versions), numbers of the options.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ...tables import Words
from ..coded import respelled, where
from ..files import TextTable
from .platform import Adapted, Aside, Heading, Platform, first, has_columns, known

_METADATA = {
    "respondent_id": ("id", "Response ID"),
    "submitted_at": ("submitdate", "Date submitted"),
    "started_at": ("startdate", "Date started"),
    "language": ("startlanguage", "Start language"),
    "duration_s": ("interviewtime", "Total time"),
}
_PLATFORM = (
    "lastpage",
    "Last page",
    "seed",
    "Seed",
    "datestamp",
    "Date last action",
    "refurl",
    "Referrer URL",
    "token",
    "Access code",
    "Token",
)
_PERSONAL = ("ipaddr", "IP address", "firstname", "First name", "lastname", "Last name", "email", "Email address")
_PROPER = ("submitdate", "lastpage", "startlanguage", "seed", "Date submitted", "Last page", "Start language", "Seed")
_TIMING = re.compile(r"(?:group|question)time(?:\d+|:.*)?|chtime", re.IGNORECASE)
_CODED = re.compile(r"([A-Za-z]\w*(?:\[\w+\])*)\. (.+)", re.DOTALL)
_PART = re.compile(r"(.*?)\s*\[([^\[\]]+)\]", re.DOTALL)
_NO_DATE = "1980-01-01 00:00:00"


def _marks(table: TextTable) -> tuple[Words, ...]:
    headers = {_split(header)[0] for header in table.headers}
    own = [name for name in _PROPER if name in headers]
    return has_columns(own) if len(own) >= 3 else ()


def _adapt(table: TextTable) -> Adapted:
    codes = [_split(header)[0] for header in table.headers]
    named = TextTable(
        table.source, table.sha256, table.cells.set_axis(pd.Index(codes, dtype=object), axis=1), table.rows
    )
    metadata = {name: first(named, written) for name, written in _METADATA.items()}
    submitted = metadata["submitted_at"]
    status = None
    if submitted is not None:
        done = ~where(submitted, lambda text: not text.strip())
        status = pd.Series(
            np.where(done, "complete", "incomplete").astype(object), index=submitted.index, name=submitted.name
        )
        metadata["submitted_at"] = respelled(submitted, lambda text: "" if text.strip() == _NO_DATE else text)
    return Adapted(
        table=table,
        columns=tuple(_column(header) for header in table.headers),
        metadata=known({**metadata, "status": status}),
        option_number=re.compile(r"A[A-Z]?0*(\d+)"),
    )


def _split(header: str) -> tuple[str, str]:
    """Part a heading into code and wording where it has both."""
    both = _CODED.fullmatch(header.strip())
    return (both[1], both[2].strip()) if both else (header.strip(), "")


def _column(header: str) -> Heading | Aside:
    code, wording = _split(header)
    if code in _PERSONAL:
        return "personal"
    if any(code in written for written in _METADATA.values()):
        return "metadata"
    if code in _PLATFORM or _TIMING.fullmatch(code):
        return "platform"
    pairs = [(m[1], m[2]) for text in (code, wording) if (m := _PART.fullmatch(text))]
    if not pairs:
        return Heading(tuple(filter(None, (code, wording))))
    if len(pairs) == 2:
        pairs += [(pairs[1][0], pairs[0][1]), (pairs[0][0], pairs[1][1])]
    return Heading((header,) if not wording and " " in header else (), tuple(pairs))


LIMESURVEY = Platform("limesurvey", Words.same("LimeSurvey"), _marks, _adapt)
