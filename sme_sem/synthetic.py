"""Answers drawn for an instrument, where no real ones may be shown.

A respondent's inclination to each item comes from the instrument's population model, in standard
deviations; the response scale cuts it into categories of equal width between -2 and 2::

    answer = lowest + how many of the thresholds  -2 + 4 j / k,  j = 1 ... k - 1,  lie below

for a scale of k categories.  Categories of background questions are drawn with equal
probabilities; attention checks are answered as asked.  Every row carries a mark, by which the
file is recognised wherever it turns up again.
"""

from __future__ import annotations

from itertools import compress

import numpy as np
import pandas as pd

from .errors import SpecificationError
from .instrument import Instrument
from .responses.matching import SYNTHETIC_MARK
from .simulation import simulate

MARK = SYNTHETIC_MARK
"""The column that marks drawn answers."""

_FIRST_DAY = "2026-03-02 08:00"


def draw_answers(instrument: Instrument, n: int | None = None, seed: int | None = None) -> pd.DataFrame:
    """Draw answers as a survey platform would export them: one row per respondent, codes in the cells.

    Parameters
    ----------
    instrument
        One whose answers are synthetic.
    n, seed
        Number of respondents, and seed; left out, those of the instrument.

    Returns
    -------
    DataFrame
        Reversed items are answered as worded, not turned.

    Examples
    --------
    >>> from sme_sem.instrument import load_instrument
    >>> answers = draw_answers(load_instrument("bmi-drivers"), n=3, seed=1)
    >>> answers[["MK1", "MK2", "MK3", "MK4"]].isin(range(1, 6)).all().all()
    np.True_
    """
    synthetic = instrument.answers.synthetic if instrument.answers else None
    if synthetic is None:
        raise SpecificationError(
            f"the instrument {instrument.name!r} has no population to draw from "
            "(answers.synthetic.population); it comes with real answers, or with none."
        )
    n, seed = synthetic.n if n is None else n, synthetic.seed if seed is None else seed
    if n < 1:
        raise SpecificationError(f"n, the number of respondents, must be at least 1; got {n}.")
    inclinations = simulate(synthetic.population, n, seed=seed)
    drawing = np.random.default_rng([seed, 1])  # not the stream of the items
    columns: dict[str, object] = {}
    for item in (item for item in instrument.items() if item.id in inclinations):
        scale = instrument.response_scale(item.id)
        columns[item.id] = categorised(inclinations[item.id].to_numpy(), scale.lowest, scale.highest)
    columns |= {check.id: np.full(n, check.expected) for check in instrument.attention_checks}
    for question in instrument.background:
        if question.kind == "category":
            codes = list(question.categories)
            columns[question.id] = [codes[i] for i in drawing.integers(len(codes), size=n)]
        elif question.kind == "multiple":
            drawn = drawing.random((n, len(question.categories))) < 0.5
            columns[question.id] = ["┋".join(str(c) for c in compress(question.categories, own)) for own in drawn]
        elif question.kind == "numeric":
            columns[question.id] = drawing.integers(1, 31, size=n)
    for column in instrument.metadata:
        if column.meaning == "respondent_id":
            columns[column.id] = [f"S{number:04d}" for number in range(1, n + 1)]
        elif column.meaning == "duration_s":
            columns[column.id] = np.exp(drawing.normal(5.7, 0.3, size=n)).round().astype(int)
        elif column.meaning == "submitted_at":
            minutes = pd.to_timedelta(drawing.integers(1, 90, size=n).cumsum(), unit="min")
            columns[column.id] = (pd.Timestamp(_FIRST_DAY) + minutes).strftime("%Y-%m-%d %H:%M")
    columns[MARK] = "yes"
    return pd.DataFrame(columns, index=range(n))


def categorised(inclination: np.ndarray, lowest: int, highest: int) -> np.ndarray:
    """Cut standardised values into the codes of a response scale.

    >>> categorised(np.array([-3.0, -0.1, 0.1, 1.3]), 1, 5).tolist()
    [1, 3, 3, 5]
    """
    k = highest - lowest + 1
    thresholds = -2 + 4 * np.arange(1, k) / k
    return lowest + np.searchsorted(thresholds, inclination)
