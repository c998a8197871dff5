"""Who answered: the background questions of the respondents, category by category, and the numbers they gave."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..instrument.options import option_name
from ..instrument.parts import BackgroundQuestion
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


def sample_numbers(responses: Responses) -> Table:
    """Describe the sample by the background questions that ask for a number, such as the age of a firm.

    Parameters
    ----------
    responses
        As read by :func:`sme_sem.read_responses`, or those that screening kept.

    Returns
    -------
    Table
        One row per question: variable, n, mean, sd (divided by n - 1), lowest, highest.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.instrument.model import Instrument
    >>> from sme_sem.responses import read_responses
    >>> instrument = Instrument.model_validate({
    ...     "name": "demo", "title": "Demo", "response_scales": {"agree": {"lowest": 1, "highest": 5}},
    ...     "constructs": [{"name": "M", "label": "Market", "items": [{"id": "M", "wording": "We watch."}]}],
    ...     "background": [{"id": "age", "label": "Age", "wording": "How old is the firm?", "kind": "numeric"}]})
    >>> responses = read_responses(pd.DataFrame({"M": [1, 2, 3], "age": [4, 6, 8]}), instrument)
    >>> [row[1:] for row in sample_numbers(responses).rows]
    [(3, 6.0, 2.0, 4.0, 8.0)]
    """
    frame = responses.frame
    asked = [q for q in responses.instrument.background if q.kind == "numeric" and q.id in frame.columns]
    rows = []
    for question in asked:
        own = pd.to_numeric(frame[question.id], errors="coerce").astype(float)
        n, values = int(own.notna().sum()), (own.mean(), own.std(), own.min(), own.max())
        rows.append((question.label.words, n, *map(float, values)))
    columns = (
        Column("variable", Words("Variable", "变量")),
        Column("n", "n", Kind.COUNT),
        Column("mean", Words("M", "均值 M"), Kind.ESTIMATE),
        Column("sd", Words("SD", "标准差 SD"), Kind.ESTIMATE),
        Column("lowest", Words("Min.", "最小值"), Kind.COUNT),
        Column("highest", Words("Max.", "最大值"), Kind.COUNT),
    )
    title = term("Sample characteristics") + Words(": numbers", "：数值变量")
    return Table("sample_numbers", title, columns, tuple(rows), (_TOTAL.filled(n=len(frame)),))


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
_TOTAL = Words("N = {n}; n of them gave a number.", "N = {n}；n为填写该题的人数。")
_SEVERAL = Words(
    "Several answers were possible to {names}: percentages may add up to more than 100.",
    "{names}为多选题，百分比之和可超过100。",
)
