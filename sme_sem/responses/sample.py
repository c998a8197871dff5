"""Who answered: the background questions of the respondents, category by category."""

from __future__ import annotations

import pandas as pd

from ..instrument.model import BackgroundQuestion
from ..instrument.options import option_name
from ..tables import Column, Kind, Table, Words, term
from .responses import Responses


def sample_table(responses: Responses) -> Table:
    """Describe the sample by the background questions that have categories.

    Every category is listed, also one that nobody chose; percentages are of all respondents,
    those without an answer included and shown.  Where several could be chosen, percentages sum to more than 100.

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
    rows: list[tuple[Words, Words, int, float | None]] = []
    for question in responses.instrument.background:
        if question.kind == "multiple":
            rows += _options(question, responses.frame)
        elif question.kind == "category" and question.id in responses.frame.columns:
            answers = responses.frame[question.id]
            tally = [(label.words, int(answers.eq(code).sum())) for code, label in question.categories.items()]
            if missing := int(answers.isna().sum()):
                tally.append((Words("Missing", "缺失"), missing))
            rows += [(question.label.words, name, count, 100 * count / n if n else None) for name, count in tally]
    columns = (
        Column("variable", Words("Variable", "变量"), once=True),
        Column("category", Words("Category", "类别")),
        Column("frequency", term("Frequency"), Kind.COUNT),
        Column("percent", term("Percentage"), Kind.PERCENT),
    )
    return Table("sample", term("Sample characteristics"), columns, tuple(rows), (Words(f"N = {n}.", f"N = {n}。"),))


def _options(question: BackgroundQuestion, frame: pd.DataFrame) -> list[tuple[Words, Words, int, float | None]]:
    """Count who chose each option of a question with several answers."""
    offered = {code: name for code in question.categories if (name := option_name(question.id, code)) in frame.columns}
    tally = [(question.categories[code].words, int(frame[name].eq(1).sum())) for code, name in offered.items()]
    if offered and (missing := int(frame[list(offered.values())].isna().all(axis=1).sum())):
        tally.append((Words("Missing", "缺失"), missing))
    n = len(frame)
    return [(question.label.words, name, count, 100 * count / n if n else None) for name, count in tally]
