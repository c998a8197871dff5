"""Answers drawn for an instrument, where no real ones may be shown.

A respondent's inclination to each item comes from the instrument's population model, in standard
deviations; the response scale cuts it into categories of equal width between -2 and 2::

    answer = lowest + how many of the thresholds  -2 + 4 j / k,  j = 1 ... k - 1,  lie below

for a scale of k categories.  How people answer is added before the cut: the drift to the favourable
end, and each respondent's readiness to agree, whose variance is then taken out of the total again.
Careless respondents give one and the same answer everywhere, or any answer; a few items are left out.
Categories of background questions are drawn with equal probabilities; attention checks are answered
as asked.  Every row carries a mark, by which the file is recognised wherever it turns up again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import compress

import numpy as np
import pandas as pd

from .errors import SpecificationError
from .instrument import Instrument
from .instrument.parts import BackgroundQuestion, Synthetic
from .population import draw
from .responses.matching import SYNTHETIC_MARK
from .tasks import seeded
from .words import Words

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
        raise SpecificationError(_NO_POPULATION.filled(name=repr(instrument.name)))
    n, seed = synthetic.n if n is None else n, synthetic.seed if seed is None else seed
    if n < 1:
        raise SpecificationError(_AT_LEAST_ONE.filled(n=n))
    seeded(seed)
    inclinations, known = _inclinations(synthetic, n, seed)
    drawing = np.random.default_rng([seed, 1])  # not the stream of the items
    manner, answering = synthetic.manner, np.random.default_rng([seed, 2])
    columns = _item_answers(instrument, inclinations, manner.acceptance * answering.standard_normal(n))
    asked = list(columns)
    columns |= {check.id: np.full(n, check.expected) for check in instrument.attention_checks}
    columns |= _background_answers(instrument, known, drawing, n)
    columns |= _metadata(instrument, drawing, n)
    columns[MARK] = "yes"
    answers = pd.DataFrame(columns, index=range(n))
    _click_through(answers, instrument, manner.careless, answering)
    for item in asked if manner.missing else ():
        answers[item] = answers[item].astype("Int64").mask(answering.random(n) < manner.missing)
    return answers


def _item_answers(instrument: Instrument, inclinations: pd.DataFrame, agreeable: np.ndarray) -> dict[str, object]:
    """What respondents tick, from what they think and how readily each agrees with anything."""
    assert instrument.answers is not None and instrument.answers.synthetic is not None
    manner = instrument.answers.synthetic.manner
    columns: dict[str, object] = {}
    for item in instrument.items():
        if item.id in inclinations:
            scale = instrument.response_scale(item.id)
            lean = -manner.lean if item.reversed else manner.lean
            inclination = (inclinations[item.id].to_numpy() + agreeable) / math.hypot(1, manner.acceptance) + lean
            columns[item.id] = categorised(inclination, scale.lowest, scale.highest)
    return columns


def _background_answers(
    instrument: Instrument, known: Mapping[str, list[int | str]], drawing: np.random.Generator, n: int
) -> dict[str, object]:
    """Answers to background questions, each alike likely but those known from the respondent's group."""
    columns: dict[str, object] = {}
    for question in instrument.background:
        if question.kind == "category":
            codes = list(question.categories)
            columns[question.id] = [codes[i] for i in drawing.integers(len(codes), size=n)]
        elif question.kind == "multiple":
            drawn = drawing.random((n, len(question.categories))) < 0.5
            columns[question.id] = ["┋".join(str(c) for c in compress(question.categories, own)) for own in drawn]
        elif question.kind == "numeric":
            columns[question.id] = drawing.integers(*_range(question), size=n)
        if question.id in known:
            columns[question.id] = known[question.id]
    return columns


def _metadata(instrument: Instrument, drawing: np.random.Generator, n: int) -> dict[str, object]:
    """What a platform notes: numbers of respondents, how long each took and when they answered."""
    columns: dict[str, object] = {}
    for column in instrument.metadata:
        if column.meaning == "respondent_id":
            columns[column.id] = [f"S{number:04d}" for number in range(1, n + 1)]
        elif column.meaning == "duration_s":
            columns[column.id] = np.exp(drawing.normal(5.7, 0.3, size=n)).round().astype(int)
        elif column.meaning == "submitted_at":
            minutes = pd.to_timedelta(drawing.integers(1, 90, size=n).cumsum(), unit="min")
            columns[column.id] = (pd.Timestamp(_FIRST_DAY) + minutes).strftime("%Y-%m-%d %H:%M")
    return columns


def _range(question: BackgroundQuestion) -> tuple[int, int]:
    """Where to draw a number from: 1 to 30, or within what the question allows; the end is left out."""
    if question.lowest is None:
        highest = 30 if question.highest is None else math.floor(question.highest)
        return min(1, highest), min(highest, 30) + 1
    lowest = math.ceil(question.lowest)
    highest = lowest + 29 if question.highest is None else math.floor(question.highest)
    return lowest, max(lowest, highest) + 1


def _inclinations(synthetic: Synthetic, n: int, seed: int) -> tuple[pd.DataFrame, dict[str, list[int | str]]]:
    """Draw what respondents think, and say which background answers are known from their group."""
    if not synthetic.groups:
        return draw(synthetic.population, n, seed=seed, products=synthetic.products), {}
    ends = np.rint(n * np.cumsum([group.share for group in synthetic.groups])).astype(int)
    sizes = np.diff(ends, prepend=0)
    parts: list[pd.DataFrame] = []
    known: dict[str, list[int | str]] = {}
    for place, (group, size) in enumerate(zip(synthetic.groups, sizes, strict=True)):
        text = f"{synthetic.population}\n{group.population}"
        if size:
            parts.append(draw(text, int(size), seed=seed + place, products=synthetic.products))
        for name, code in group.answers.items():
            known.setdefault(name, []).extend([code] * int(size))
    return pd.concat(parts, ignore_index=True), known


def _click_through(answers: pd.DataFrame, instrument: Instrument, share: float, drawing: np.random.Generator) -> None:
    """Overwrite the answers of some: half of them give one answer everywhere, half of them any."""
    careless = np.flatnonzero(drawing.random(len(answers)) < share)
    always = drawing.random(len(careless))
    straight = np.arange(len(careless)) % 2 == 0
    for name in (*instrument.item_ids, *(check.id for check in instrument.attention_checks)):
        if name in answers and len(careless):
            codes = np.array(instrument.response_scale(name).codes)
            chosen = np.where(straight, always, drawing.random(len(careless)))
            answers.loc[careless, name] = codes[(chosen * len(codes)).astype(int)]


def categorised(inclination: np.ndarray, lowest: int, highest: int) -> np.ndarray:
    """Cut standardised values into the codes of a response scale.

    >>> categorised(np.array([-3.0, -0.1, 0.1, 1.3]), 1, 5).tolist()
    [1, 3, 3, 5]
    """
    k = highest - lowest + 1
    thresholds = -2 + 4 * np.arange(1, k) / k
    return lowest + np.searchsorted(thresholds, inclination)


_NO_POPULATION = Words(
    "the instrument {name} has no population to draw from (answers.synthetic.population); it comes with real answers, "
    "or with none.",
    "问卷{name}没有可供抽取的总体（answers.synthetic.population）；它附有真实作答，或没有作答。",
)
_AT_LEAST_ONE = Words("n, the number of respondents, must be at least 1; got {n}.", "受访者人数n至少为1，实际为{n}。")
