"""What a study looks at beside its models: gaps, late respondents, regularities, items, other analyses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from .errors import DataProblem, SmeSemError
from .instrument import Instrument
from .report.results import Results
from .responses import Responses, provenance
from .steps import Steps
from .tables import Words

if TYPE_CHECKING:
    from .measurement import Factors
    from .measurement.nonresponse import Nonresponse
    from .sensitivity.multiverse import Multiverse
    from .sensitivity.plans import ScreenedStudy
    from .study_file import StudyFile

_T = TypeVar("_T")
_FEWEST = 40
"""Respondents with a time below which the first and the last quarter are too few to compare."""


def look_beside_models(study: ScreenedStudy, found: Results, steps: Steps) -> Results:
    """Look at what a study does not model, before and after screening; its choices say what it asks for."""
    from .measurement.discriminant import heterotrait
    from .measurement.item_advice import item_advice
    from .measurement.missing import missing

    choices: StudyFile = study.choices
    read, kept = found.screening.screened, found.responses
    frame = kept.frame
    scales, reflective = kept.scales(fewest=1, varied=True), kept.scales(varied=True, reflective=True)
    background = _background(kept.instrument, frame)
    gaps = bool(frame[list(kept.items)].isna().any(axis=None))
    rules = choices.item_rules
    return replace(
        found,
        missing=steps.attempt(_MISSING, lambda: missing(frame, scales, **background)) if gaps and scales else None,
        nonresponse=steps.attempt(_NONRESPONSE, lambda: _waves(kept, scales, background)),
        regularities=_quietly(lambda: provenance(read, seed=choices.seed)),
        heterotrait=_quietly(lambda: heterotrait(frame, reflective, seed=choices.seed)),
        factors=steps.attempt(_FACTORS, lambda: _factored(kept, scales, choices)) if choices.factors else None,
        item_advice=steps.attempt(_ITEMS, lambda: item_advice(frame, reflective, rules))
        if rules and reflective
        else None,
        multiverse=steps.attempt(_MULTIVERSE, lambda: _multiverse(study)) if choices.multiverse else None,
    )


def _quietly(step: Callable[[], _T]) -> _T | None:
    """Do what needs answers of a certain number and kind, where there are such."""
    try:
        return step()
    except SmeSemError:
        return None


def _multiverse(study: ScreenedStudy) -> Multiverse:
    from .sensitivity.multiverse import multiverse

    return multiverse(study, choices=study.choices.multiverse or {}, alpha=study.choices.alpha, progress=False)


def _factored(kept: Responses, scales: dict[str, list[str]], choices: StudyFile) -> Factors:
    """Find the common factors of the items, as many as the study says or parallel analysis suggests."""
    from .measurement import factors, retention

    assert choices.factors is not None
    chosen = choices.factors
    entering = kept.instrument.with_elements(chosen.constructs or scales)
    answers = kept.frame[[item for name, items in scales.items() if name in entering for item in items]]
    n = chosen.n_factors
    if n is None:
        n = retention(answers, seed=choices.seed, correlation=chosen.correlation).suggested["parallel"]
        if not n:
            raise DataProblem(_NO_FACTOR)
    return factors(answers, n, chosen.rotation, method=chosen.method, correlation=chosen.correlation)


def _waves(kept: Responses, scales: dict[str, list[str]], background: dict[str, Any]) -> Nonresponse | None:
    """Compare scores and background of the first and the last quarter; None where the file tells no times.

    A score is of the items that were answered: those who leave some out belong to whom is compared.
    """
    from .measurement.nonresponse import nonresponse

    times = kept.metadata.get("submitted_at")
    if times is None or times.notna().sum() < _FEWEST or times.nunique() < 2:
        return None
    scores = {name: kept.frame[items].mean(axis=1) for name, items in scales.items()}
    known = kept.frame[background["background"]]
    compared = pd.concat([pd.DataFrame(scores), known.rename(columns=str)], axis=1)
    compared[_WHEN] = times.astype("int64").where(times.notna())
    found = nonresponse(compared, _WHEN, categorical=background["categorical"])
    gaps = any(kept.frame[items].isna().any(axis=None) for items in scales.values())
    return replace(found, notes=(*found.notes, _OF_ANSWERED)) if gaps else found


def _background(instrument: Instrument, frame: pd.DataFrame) -> dict[str, Any]:
    """Background questions that were answered in more than one way, and those whose numbers are names."""
    asked = {q.id: bool(q.categories) for q in instrument.background if q.kind in ("category", "numeric")}
    known = [name for name in asked if name in frame.columns and frame[name].nunique() > 1]
    return {"background": known, "categorical": [name for name in known if asked[name]]}


_WHEN = " submitted_at"
_OF_ANSWERED = Words("A score is the mean of the items that were answered.", "得分为受访者所答题项的平均值。")
_MISSING = Words("Missing answers", "缺失数据")
_NONRESPONSE = Words("Late respondents", "早晚期受访者比较")
_FACTORS = Words("Exploratory factor analysis", "探索性因子分析")
_NO_FACTOR = Words(
    "Parallel analysis finds no factor in these items; name their number as n_factors.",
    "平行分析未提示任何因子，请用n_factors指定因子数。",
)
_ITEMS = Words("Advice on items", "题项取舍建议")
_MULTIVERSE = Words("Other analyses", "多元设定分析")
