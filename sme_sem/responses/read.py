"""Read a file of answers against its instrument: table of text, columns to questions, cells to numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pandas as pd

from ..arguments import require_kind
from ..errors import ResponseError
from ..instrument.model import AN_INSTRUMENT, Instrument
from ..tables import Words
from ..words import at
from .files import TextTable, beginning, read_table
from .findings import Finding, finding, findings_frame, listed, shortened
from .labels import folded, number
from .matching import Matching, match, questions
from .personal import personal
from .platforms import NAMES, Adapted, Heading, adapted
from .responses import Responses
from .tracing import traced
from .validation import TURNED, check

PLATFORMS = NAMES
"""What ``platform=`` may be."""


def read_responses(
    path: str | os.PathLike[str] | pd.DataFrame,
    instrument: Instrument,
    *,
    platform: str = "auto",
    sheet: str | None = None,
    encoding: str | None = None,
    keep_personal: bool = False,
) -> Responses:
    """Read answers, check every cell, and note whatever was recoded, dropped or not understood.

    Parameters
    ----------
    path : path or DataFrame
        CSV or TSV, an Excel workbook, an SPSS .sav or Stata .dta file; or a table already in memory.
    instrument : Instrument
        What was asked; it decides what a column and an answer mean.
    platform : str
        The survey platform that wrote the file: "wenjuanxing", "tencent", "qualtrics", "surveymonkey", "limesurvey",
        "kobo" (KoboToolbox and ODK), "redcap", "google_forms"; "spss" or "stata" for files of these programs; "plain"
        for one row of column names.  "auto" finds out by the marks each of them leaves, and says why in the findings.
    sheet : str, optional
        The sheet of a workbook; left out, the first one.
    encoding : str, optional
        The encoding of a text file; left out, it is recognised and noted.
    keep_personal : bool
        Keep names, addresses, phone numbers and IP addresses, in ``extra``.  Otherwise they are dropped, unless the
        instrument itself asks for them.

    Returns
    -------
    Responses
        ``frame`` (numbers, reverse-coded items turned), ``metadata``, ``findings``, ``raw``, ``extra``.

    Raises
    ------
    ResponseError
        If there is no such file, it holds no answers, none of its columns is an item, or more than one platform could
        have written it.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.instrument.model import Instrument
    >>> instrument = Instrument.model_validate({
    ...     "name": "demo", "title": "Demo",
    ...     "response_scales": {"agree": {"lowest": 1, "highest": 5, "anchors": {5: "Agree"}}},
    ...     "constructs": [{"name": "M", "label": "Market", "items": [
    ...         {"id": "M1", "wording": "We watch the market."},
    ...         {"id": "M2", "wording": "We ignore the market.", "reversed": True}]}]})
    >>> answers = pd.DataFrame({"M1": ["agree", "9"], "We ignore the market.": [1, 2]})
    >>> responses = read_responses(answers, instrument)
    >>> responses.frame.to_dict("list")
    {'M1': [5.0, nan], 'M2': [5.0, 4.0]}
    >>> responses.findings[["severity", "row", "column", "value", "rule"]].values.tolist()[0]
    ['error', 3, 'M1', '9', 'off_scale']
    """
    require_kind("instrument", instrument, Instrument, AN_INSTRUMENT)
    _first_look(path, instrument, platform, encoding)
    chosen, found = adapted(read_table(path, sheet, encoding), platform)
    written = traced(found)
    table = written.table
    headings = _headings(written, instrument)
    sensitive = {} if keep_personal else _personal(written, instrument)
    hidden = set() if keep_personal else {"ip"}
    provided = {column.id for column in instrument.metadata if column.meaning in hidden | set(written.metadata)}
    matching = match(headings, table.headers, instrument, provided=provided, dropped=sensitive)
    _has_items(table, matching, instrument)
    checked = check(written, matching, instrument)
    answered = {*matching.columns.values(), *(p for own in matching.options.values() for p in own.values())}
    dropped = {position: kind for position, kind in sensitive.items() if position not in answered}
    notes = (*table.findings, *written.findings, *_dropped(table, dropped), *_aside(written), *matching.findings)
    return Responses(
        instrument=instrument,
        source=table.source,
        sha256=table.sha256,
        raw=table.cells.iloc[:, [i for i in range(table.cells.shape[1]) if i not in dropped]],
        rows=pd.Series(table.rows, index=table.cells.index, name="row"),
        frame=checked.frame,
        attention=checked.attention,
        metadata=checked.metadata,
        platform=chosen.name,
        extra=table.cells.iloc[:, _extra(written, matching, dropped)],
        findings=findings_frame((*notes, *checked.findings)),
        collected=len(table.cells),
    )


def _first_look(
    path: str | os.PathLike[str] | pd.DataFrame, instrument: Instrument, platform: str, encoding: str | None
) -> None:
    """Refuse a large file by its first rows if none of its columns is an item."""
    first = beginning(path, encoding)
    if first is None:
        return
    try:
        _, written = adapted(first, platform)
    except ResponseError:  # all rows may tell what these do not
        return
    _has_items(written.table, match(_headings(written, instrument), written.table.headers, instrument), instrument)


def _has_items(table: TextTable, matching: Matching, instrument: Instrument) -> None:
    if not any(name in matching.columns for name in instrument.item_ids):
        raise ResponseError(_no_items(table, table.headers, instrument))


def _headings(written: Adapted, instrument: Instrument) -> dict[int, Heading]:
    """Take the columns that may answer a question: also one of the platform's own, if it bears a question's id."""
    ids = {question.id for question in questions(instrument)}
    found = {}
    for position, (column, header) in enumerate(zip(written.columns, written.table.headers, strict=True)):
        if header == TURNED:
            continue
        if isinstance(column, Heading):
            found[position] = column
        elif header.strip() in ids:
            found[position] = Heading((header,))
    return found


def _personal(written: Adapted, instrument: Instrument) -> dict[int, str]:
    """Find the columns that say who somebody is."""
    ip = {column.id for column in instrument.metadata if column.meaning == "ip"}
    kinds = {}
    for position, (column, header) in enumerate(zip(written.columns, written.table.headers, strict=True)):
        if column in ("metadata", "platform"):
            continue
        own = written.table.wordings.get(position) or header
        kind = "IP address" if header in ip else personal(own, written.table.cells.iloc[:, position])
        if kind or column == "personal":
            kinds[position] = kind or "personal data"
    return kinds


def _dropped(table: TextTable, dropped: Mapping[int, str]) -> Iterator[Finding]:
    for position, kind in dropped.items():
        message = _PERSONAL.filled(kind=Words(kind, _KINDS.get(kind, kind)))
        yield finding("info", "dropped", message, column=table.headers[position])


def _aside(written: Adapted) -> Iterator[Finding]:
    names = [h for h, column in zip(written.table.headers, written.columns, strict=True) if column == "platform"]
    if names:
        message = _OF_PLATFORM.filled(names=listed(names, most=20))
        yield finding("info", "platform_column", message, count=len(names))


def _extra(written: Adapted, matching: Matching, dropped: Mapping[int, str]) -> list[int]:
    """List the columns that answer nothing, in the order of the file."""
    used = set(matching.columns.values())
    own = {i for i, column in enumerate(written.columns) if column in ("platform", "personal")}
    return sorted((own | set(matching.extra)) - used - set(dropped))


def _no_items(table: TextTable, headers: list[str], instrument: Instrument) -> Words:
    answers = all(number(folded(header)) is not None for header in headers)
    asked = {"instrument": repr(instrument.name), "items": listed(instrument.item_ids, most=5)}
    said = _NO_ITEM.filled(**asked, columns=listed(map(shortened, headers)))
    return at(table.source, said + (_ABOVE_THEM if answers else _BY_ID) + table.elsewhere)


_NO_ITEM = Words(
    "no column is an item of the instrument {instrument} ({items}); its columns are {columns}; ",
    "没有一列是问卷{instrument}的题项（{items}）；文件的列为{columns}；",
)
_ABOVE_THEM = Words(
    "its first row looks like answers: put the item ids in a row above them", "首行似为作答：请在其上加一行题项编号"
)
_BY_ID = Words(
    "name the columns by item id or by wording, or choose the instrument that was asked",
    "请以题项编号或题目文字为列命名，或选择实际所用的问卷",
)


_KINDS = {
    "name": "姓名",
    "e-mail address": "电子邮箱",
    "phone number": "电话号码",
    "account": "社交账号",
    "IP address": "IP地址",
    "location": "位置",
    "identity number": "身份证号",
    "personal data": "个人信息",
}
_PERSONAL = Words(
    "holds personal data ({kind}): dropped; keep_personal=True would keep it",
    "含个人信息（{kind}）：已删除；keep_personal=True可保留",
)
_OF_PLATFORM = Words("columns of the platform's own, kept in extra: {names}", "平台附加列，保留在extra中：{names}")
