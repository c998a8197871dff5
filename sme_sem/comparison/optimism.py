"""How much of a search's gain is chance: it is repeated among some respondents, and its gain measured among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..arguments import whole
from ..errors import SmeSemError, SpecificationError
from ..responses.moments import Moments
from ..sem.fit import Fit
from ..words import Words
from .refit import refitted, refitted_among
from .stepwise import Rule, Way, searched

_MOST_SHOWN = 10


class Repeat(NamedTuple):
    """One repetition: the way and the samples of the respondents' rows it was done in and is measured in, by group."""

    start: Fit
    rule: Rule
    here: tuple[np.ndarray, ...]
    there: tuple[np.ndarray, ...]


class Gain(NamedTuple):
    """Falls of chi-square where the search was done and where it was not, and what it changed."""

    here: float
    there: float
    changes: tuple[str, ...]


def repeats_of(fit: Fit, rule: Rule, halves: int, bootstrap: int, seed: int) -> list[Repeat]:
    """Deal the respondents out for every repetition, with a seed for each."""
    for name, number in (("halves", halves), ("bootstrap", bootstrap)):
        whole(name, number, 0, Words("how many repetitions, zero or more", "重复次数，不小于0"))
    if not halves and not bootstrap:
        return []
    _require_known_respondents(fit)
    generators = [np.random.default_rng(own) for own in np.random.SeedSequence(seed).spawn(halves + bootstrap)]
    repeats = []
    for random in generators[:halves]:
        a, b = _halves(fit.moments, random)
        repeats += [Repeat(fit, rule, a, b), Repeat(fit, rule, b, a)]
    everyone = tuple(np.arange(n) for n in _sizes(fit.moments))
    for random in generators[halves:]:
        drawn = tuple(random.integers(n, size=n) for n in _sizes(fit.moments))
        repeats.append(Repeat(fit, rule, drawn, everyone))
    return repeats


def _require_known_respondents(fit: Fit) -> None:
    by_design = fit.options.cluster or fit.options.weights
    if fit.moments.answers is None or by_design or fit.options.missing not in ("listwise", "fiml"):
        raise SpecificationError(_NOT_DIVIDED)


def _halves(moments: Moments, random: np.random.Generator) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    mixed = [random.permutation(n) for n in _sizes(moments)]
    first = tuple(np.sort(order[: len(order) // 2]) for order in mixed)
    return first, tuple(np.sort(order[len(order) // 2 :]) for order in mixed)


def _sizes(moments: Moments) -> list[int]:
    assert moments.answers is not None
    return [len(own) for own in moments.answers]


def repeated(repeat: Repeat) -> Gain | None:
    """Search among some respondents and measure what was found among others; None where a model was not found."""
    try:
        here, there = (refitted_among(repeat.start, rows) for rows in (repeat.here, repeat.there))
        found = searched(here, repeat.rule)
        other = refitted(there, found.fit.specification)
    except SmeSemError:
        return None
    changes = tuple(step.relation for step in found.steps)
    return Gain(gain_of(here, found.fit), gain_of(there, other), changes)


def gain_of(before: Fit, after: Fit) -> float:
    """The fall of chi-square."""
    return float(before.inference.test.chi_square - after.inference.test.chi_square)


def optimism_of(fit: Fit, found: Way, gains: Sequence[Gain | None], split: int) -> pd.DataFrame:
    """How much further chi-square fell where the search was done; the first gains, as many as ``split``, of halves."""
    rows, gain = [], gain_of(fit, found.fit)
    for method, own in (("split half", gains[:split]), ("bootstrap", gains[split:])):
        if own:
            apart = [gain.here - gain.there for gain in own if gain is not None]
            optimism = float(np.mean(apart)) if apart else np.nan
            rows.append((method, len(own), len(own) - len(apart), gain, optimism, gain - optimism))
    columns = ["method", "repetitions", "failed", "gain", "optimism", "gain_corrected"]
    return pd.DataFrame(rows, columns=columns)


def stability_of(found: Way, gains: Sequence[Gain | None]) -> pd.DataFrame:
    """How often each change was found, those of the full search first."""
    finished = [gain for gain in gains if gain is not None]
    changes = [step.relation for step in found.steps]
    counts = {change: 0 for change in changes}
    for gain in finished:
        for change in gain.changes:
            counts[change] = counts.get(change, 0) + 1
    others = sorted((c for c in counts if c not in changes), key=lambda change: (-counts[change], change))
    rows = [
        {"change": change, "share": counts[change] / len(finished), "chosen": change in changes}
        for change in (*changes, *others[:_MOST_SHOWN])
        if finished
    ]
    return pd.DataFrame(rows, columns=["change", "share", "chosen"])


_NOT_DIVIDED = Words(
    "respondents can only be halved or drawn where their answers are known, with missing='listwise' or 'fiml' and "
    "without cluster= or weights=; otherwise search with halves=0, bootstrap=0.",
    "只有在作答已知，missing='listwise'或'fiml'，且没有cluster=与weights=时，才能将受访者折半或抽样；"
    "否则请以halves=0、bootstrap=0搜索。",
)
