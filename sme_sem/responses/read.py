"""Read a file of answers against its instrument: table of text, columns to questions, cells to numbers."""

from __future__ import annotations

import os

import pandas as pd

from ..errors import ResponseError, did_you_mean
from ..instrument.model import Instrument
from .files import TextTable, read_table
from .findings import findings_frame, listed, shortened
from .labels import folded, number
from .matching import match
from .responses import Responses
from .validation import check

PLATFORMS = ("auto", "plain")


def read_responses(
    path: str | os.PathLike[str] | pd.DataFrame,
    instrument: Instrument,
    *,
    platform: str = "auto",
    sheet: str | None = None,
    encoding: str | None = None,
) -> Responses:
    """Read answers, check every cell, and note whatever was recoded, dropped or not understood.

    Parameters
    ----------
    path : path or DataFrame
        CSV or TSV, an Excel workbook, an SPSS .sav file; or a table already in memory.
    instrument : Instrument
        What was asked; it decides what a column and an answer mean.
    platform : {"auto", "plain"}
        The survey platform that wrote the file; "plain" is one row of column names.
    sheet : str, optional
        The sheet of a workbook; left out, the first one.
    encoding : str, optional
        The encoding of a text file; left out, it is recognised and noted.

    Returns
    -------
    Responses
        ``frame`` (numbers, reverse-coded items turned), ``findings``, ``raw``, ``extra``.

    Raises
    ------
    ResponseError
        If there is no such file, it holds no answers, or none of its columns is an item.

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
    if platform not in PLATFORMS:
        raise ResponseError(
            f"platform={platform!r} is not known; use one of {', '.join(map(repr, PLATFORMS))}."
            + did_you_mean(str(platform), PLATFORMS)
        )
    table = read_table(path, sheet, encoding)
    headers = [str(name) for name in table.cells.columns]
    matching = match(headers, table.wordings, instrument)
    if not any(name in matching.columns for name in instrument.item_ids):
        raise ResponseError(_no_items(table, headers, instrument))
    checked = check(table, matching.columns, instrument)
    return Responses(
        instrument=instrument,
        source=table.source,
        sha256=table.sha256,
        raw=table.cells,
        rows=pd.Series(table.rows, index=table.cells.index, name="row"),
        frame=checked.frame,
        attention=checked.attention,
        extra=table.cells.iloc[:, list(matching.extra)],
        findings=findings_frame((*table.findings, *matching.findings, *checked.findings)),
        collected=len(table.cells),
    )


def _no_items(table: TextTable, headers: list[str], instrument: Instrument) -> str:
    if all(number(folded(header)) is not None for header in headers):
        advice = "its first row looks like answers: put the item ids in a row above them"
    else:
        advice = "name the columns by item id or by wording, or choose the instrument that was asked"
    return (
        f"{table.source}: no column is an item of the instrument {instrument.name!r} "
        f"({listed(instrument.item_ids, most=5)}); "
        f"its columns are {listed(map(shortened, headers))}; {advice}"
    )
