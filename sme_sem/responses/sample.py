"""Who answered: the background questions of the respondents, category by category."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..instrument.model import BackgroundQuestion
from ..instrument.options import option_name
from ..tables import Column, Kind, Table, Words, joined, term
from .responses import Responses

_Row = tuple[Words, Words, int, float | None]


def sample_table(responses: Responses) -> Table:
    """Describe the sample by the background questions that have categories.

    Every category is listed, also one that nobody chose; percentages are of the respondents who answered the question,
    and those who did not are counted.  Where several could be chosen, percentages may sum to more than 100.

    Parameters
    ----------
    responses
        As read by :func:`sme_sem.read_responses`, or those that screening kept.

    Returns
    -------
    Table
        One row per category: variable, category, frequency, percent.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.instrument.model import Instrument
    >>> from sme_sem.responses import read_responses
    >>> instrument = Instrument.model_validate({
    ...     "name": "demo", "title": "Demo", "response_scales": {"agree": {"lowest": 1, "highest": 5}},
    ...     "constructs": [{"name": "M", "label": "Market", "items": [{"id": "M", "wording": "We watch."}]}],
    ...     "background": [{"id": "size", "label": "Firm size", "wording": "How large is the firm?",
    ...                     "categories": {1: "Small", 2: "Large"}}]})
    >>> responses = read_responses(pd.DataFrame({"M": [1, 2], "size": ["small", "1"]}), instrument)
    >>> [row[2:] for row in sample_table(responses).rows]
    [(2, 100.0), (0, 0.0)]
    """
    n = len(responses.frame)
    rows: list[_Row] = []
    several: list[Words] = []
    for question in responses.instrument.background:
        if question.kind == "multiple" and (own := _options(question, responses.frame)):
            rows += own
            several.append(question.label.words)
        elif question.kind == "category" and question.id in responses.frame.columns:
            answers = responses.frame[question.id]
            tally = [(label.words, int(answers.eq(code).sum())) for code, label in question.categories.items()]
            rows += _rows(question, tally, n, int(answers.isna().sum()))
    columns = (
        Column("variable", Words("Variable", "变量"), once=True),
        Column("category", Words("Category", "类别")),
        Column("frequency", term("Frequency"), Kind.COUNT),
        Column("percent", term("Percentage"), Kind.PERCENT),
    )
    notes = (_OF.filled(n=n), *((_SEVERAL.filled(names=joined(several, ", ", "、")),) if several else ()))
    return Table("sample", term("Sample characteristics"), columns, tuple(rows), notes)


def _options(question: BackgroundQuestion, frame: pd.DataFrame) -> list[_Row]:
    """Count who chose each option of a question with several answers."""
    offered = {code: name for code in question.categories if (name := option_name(question.id, code)) in frame.columns}
    tally = [(question.categories[code].words, int(frame[name].eq(1).sum())) for code, name in offered.items()]
    return _rows(question, tally, len(frame), int(frame[list(offered.values())].isna().all(axis=1).sum()))


def _rows(question: BackgroundQuestion, tally: Iterable[tuple[Words, int]], n: int, missing: int) -> list[_Row]:
    """Lay counts out with percentages of those who answered; the others have none."""
    answered, label = n - missing, question.label.words
    rows: list[_Row] = [(label, name, count, 100 * count / answered if answered else None) for name, count in tally]
    return [*rows, (label, Words("Missing", "缺失"), missing, None)] if rows and missing else rows


_OF = Words("N = {n}. Percentages are of those who answered the question.", "N = {n}。百分比以作答该题者为基数。")
_SEVERAL = Words(
    "Several answers were possible to {names}: percentages may add up to more than 100.",
    "{names}为多选题，百分比之和可超过100。",
)
