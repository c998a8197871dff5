"""How much is missing, where, in which patterns, and whether it goes with what is known of the respondents.

Little's test asks whether gaps come completely at random (:func:`sme_sem.mcar`); comparing those who left an item open
with those who did not, on background variables, says with what the gaps go along.  Variables found there belong into an
imputation (``variables=``).

Little (1988), Journal of the American Statistical Association 83, 1198-1202.  Enders (2022), Applied Missing Data
Analysis, chapter 1.  Tests and effects: :mod:`sme_sem.measurement.differences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import ConvergenceError, DataProblem
from ..responses.numeric import holding_words, require_frame
from ..sem.multiple_testing import CORRECTIONS, Correction, corrected, correction_of
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, rows_from, term
from ..threads import one_thread
from . import differences as tests
from .answers import complete_answers, require_scales
from .mcar import Mcar, mcar

MOST_PATTERNS = 20


@dataclass(frozen=True, eq=False)
class Missing(Tabled):
    """Missing answers.

    items : one row per item (item, missing, percent)
    scales : one row per construct (scale, n_items, missing, percent, incomplete: respondents with a gap in it)
    respondents : one row per number of gaps (gaps, respondents, percent)
    patterns : one row per pattern (open: the items left open, respondents, percent), the most frequent first
    background : one row per item with gaps and background variable (item, variable, test, n_first, n_second, ...) as in
        ``differences``: first are those who left the item open
    mcar : Little's test, or None where it does not exist
    """

    items: pd.DataFrame
    scales: pd.DataFrame
    respondents: pd.DataFrame
    patterns: pd.DataFrame
    background: pd.DataFrame
    mcar: Mcar | None
    correction: Correction
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give items, constructs, respondents, patterns, Little's test, and the background variables."""
        found = [Table("missing_items", _MISSING + _BY_ITEM, _ITEMS, rows_from(self.items), self.notes)]
        if len(self.scales):
            found.append(Table("missing_scales", _MISSING + _BY_SCALE, _SCALES, rows_from(self.scales)))
        found.append(Table("missing_respondents", _MISSING + _BY_PERSON, _PERSONS, rows_from(self.respondents)))
        shown, rest = self.patterns[:MOST_PATTERNS], len(self.patterns) - MOST_PATTERNS
        notes = (_MORE.filled(n=rest),) if rest > 0 else ()
        rows = tuple((row[0] or _NOTHING, *row[1:]) for row in rows_from(shown))
        found.append(Table("missing_patterns", _MISSING + _BY_PATTERN, _PATTERNS, rows, notes))
        if self.mcar is not None:
            found.append(self.mcar.tables()[0])
        if len(self.background):
            columns = (Column("item", term("Item"), once=True), *tests.PRINTED)
            how = _BACKGROUND.filled(correction=CORRECTIONS[self.correction].title)
            rows = tests.printed(self.background, columns)
            found.append(Table("missing_background", _MISSING + _BY_BACKGROUND, columns, rows, (how,)))
        return tuple(found)


@one_thread()
def missing(
    frame: pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None = None,
    *,
    background: Sequence[str] = (),
    categorical: Sequence[str] = (),
    correction: Correction = "holm",
) -> Missing:
    """Report what is missing.

    Sources: :mod:`sme_sem.measurement.missing`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, gaps as NaN.
    scales : mapping of str to sequence of str, optional
        The items of each construct; without it all columns but ``background`` and those that hold words only.
    background : sequence of str
        What else is known of the respondents: numbers, or categories.
    categorical : sequence of str
        Background variables whose numbers are only names.
    correction : {"holm", "benjamini-hochberg", "bonferroni"}
        For the number of tests against background variables, all items together.

    Returns
    -------
    Missing
        ``.items``, ``.scales``, ``.respondents``, ``.patterns``, ``.background``, ``.mcar``.

    Raises
    ------
    SpecificationError
        There is no such column or correction, or a scale is no list of items.
    DataProblem
        There are no answers, nobody answered an item, or it is not numeric.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3", 300, seed=1)
    >>> answers["t3"] = answers["t3"].mask(answers["t1"] > 1)
    >>> found = sme.missing(answers[["t2", "t3"]].assign(age=answers["t1"]), background=["age"])
    >>> found.patterns["open"].tolist(), bool(found.background["pvalue_corrected"][0] < 0.001)
    (['', 't3'], True)
    """
    require_frame(frame)
    if scales is not None:
        require_scales(scales)
    correction = correction_of(correction)
    background = tests.known_columns(frame, background, "background")
    categorical = tests.known_columns(frame, categorical, "categorical")
    words = holding_words(frame) if scales is None else []
    others: list[Any] = [name for name in frame if name not in (*background, *words)]
    listed = list(dict.fromkeys(item for own in (scales or {}).values() for item in own)) or others
    values = complete_answers(frame, listed).values
    gaps = values.isna()
    n = len(values)
    if not n or not listed:
        raise DataProblem(_NO_ANSWERS)
    little, why = _little(values) if gaps.any(axis=None) else (None, None)
    open_ = pd.Series([", ".join(map(str, gaps.columns[row])) for row in gaps.to_numpy()]).value_counts()
    counts = gaps.sum(axis=1).value_counts().sort_index()
    return Missing(
        items=pd.DataFrame({"item": listed, "missing": gaps.sum().to_numpy(), "percent": 100 * gaps.mean().to_numpy()}),
        scales=_scales(gaps, scales or {}),
        respondents=pd.DataFrame(
            {"gaps": counts.index, "respondents": counts.to_numpy(), "percent": 100 * counts.to_numpy() / n}
        ),
        patterns=pd.DataFrame(
            {"open": open_.index, "respondents": open_.to_numpy(), "percent": 100 * open_.to_numpy() / n}
        ),
        background=_who_left_open(frame, gaps, background, categorical, correction),
        mcar=little,
        correction=correction,
        notes=(
            _SIZE.filled(n=n, complete=int((~gaps.any(axis=1)).sum())),
            *((_WORDS.filled(names=joined(list(map(str, words)))),) if words else ()),
            *((why,) if why is not None else ()),
        ),
    )


def _who_left_open(
    frame: pd.DataFrame,
    gaps: pd.DataFrame,
    background: Sequence[str],
    categorical: Sequence[str],
    correction: Correction,
) -> pd.DataFrame:
    """Compare, item by item, those who left it open with those who answered it."""
    items: list[Any] = [item for item in gaps if gaps[item].any() and background]
    left_open = {item: gaps[item].to_numpy() for item in items}
    rows = [
        tests.differences(frame, own, ~own, background, categorical).assign(item=item)
        for item, own in left_open.items()
    ]
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=tests.COLUMNS)
    found["pvalue_corrected"] = corrected(found["pvalue"], correction)
    return found[["item", *tests.COLUMNS]] if len(found) else found


def _little(values: pd.DataFrame) -> tuple[Mcar | None, Text | None]:
    """Little's test, or why there is none."""
    try:
        return mcar(values), None
    except (DataProblem, ConvergenceError) as problem:
        return None, _NO_TEST.filled(reason=problem.said)


def _scales(gaps: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    rows = []
    for name, items in scales.items():
        own = gaps[list(items)].to_numpy()
        rows.append((name, len(items), int(own.sum()), 100 * float(own.mean()), int(np.sum(own.any(axis=1)))))
    return pd.DataFrame(rows, columns=["scale", "n_items", "missing", "percent", "incomplete"])


_NO_ANSWERS = Words(
    "there are no answers to look at: give rows, and columns of items.",
    "没有可供分析的作答：请提供受访者的行和题项的列。",
)
_MISSING = Words("Missing values", "缺失值") + Words(": ", "：")
_BY_ITEM, _BY_SCALE = Words("items", "按题项"), Words("constructs", "按构念")
_BY_PERSON, _BY_PATTERN = Words("respondents", "按受访者"), Words("patterns", "缺失模式")
_BY_BACKGROUND = Words("background variables", "与背景变量的关系")
_NOTHING = Words("nothing", "无")
_PERCENT = Column("percent", term("Percentage"), Kind.PERCENT)
_COUNT = Column("respondents", Words("Respondents", "受访者数"), Kind.COUNT)
_GAPS = Column("missing", Words("Missing values", "缺失值"), Kind.COUNT)
_ITEMS = (Column("item", term("Item")), _GAPS, _PERCENT)
_SCALES = (
    Column("scale", term("Construct")),
    Column("n_items", term("Number of items"), Kind.COUNT),
    _GAPS,
    _PERCENT,
    Column("incomplete", Words("Incomplete respondents", "有缺失的受访者"), Kind.COUNT),
)
_PERSONS = (Column("gaps", Words("Items left open", "缺失题项数"), Kind.COUNT), _COUNT, _PERCENT)
_PATTERNS = (Column("open", Words("Left open", "缺失的题项")), _COUNT, _PERCENT)
_WORDS = Words("No items, as they hold words only: {names}.", "仅含文字、不作为题项的列：{names}。")
_SIZE = Words("N = {n}, {complete} of them complete.", "样本量 N = {n}，其中完整作答{complete}名。")
_NO_TEST = Words("Little's test was not possible: {reason}", "无法进行Little检验：{reason}")
_MORE = Words("{n} rarer patterns are not shown.", "另有{n}种较少见的模式未列出。")
_BACKGROUND = Words(
    "First: respondents who left the item open; second: the others. p corrected by {correction} over all rows.",
    "第一组为该题缺失的受访者，第二组为其余受访者；p值按{correction}法对全部行校正。",
)
