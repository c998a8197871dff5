"""How attentively each respondent answered, as numbers, and which of the numbers raise a flag.

Strings, spread, synonyms and person-total correlation look at the answers as worded; even-odd consistency, Guttman
errors and Mahalanobis distance at reverse-coded items turned.  What is typical is taken from all respondents at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from ..arguments import require_kind
from ..errors import ResponseError
from ..kernels import attentiveness, guttman
from ..tables import Column, Kind, Table, Tabled, Words, cited
from ..tasks import seeded
from ..words import at
from .quality_indices import CONSISTENCY, INDICES, RULES, SHORTEST_STRING, SOME_CUTOFFS, Cutoffs, rule_in_words
from .responses import Responses, require_responses
from .tracing import columns_of, whereabouts

_BLOCK = 4_000_000
"""Numbers that are looked at together, so that a million respondents need no more memory than some thousands."""
_MOST_LISTED = 100


@dataclass(frozen=True, eq=False)
class ResponseQuality(Tabled):
    """The indices of attentiveness of every respondent, and the flags that they raise.

    table : respondent x index, NaN where an index cannot be told
    flags : respondent x index with a cut-off, True where it is passed
    flagged : True for respondents with as many flags as the cut-offs ask for
    cutoffs : from where on an index raises a flag
    n_items, n_scales, n_synonyms, n_antonyms : items, scales of two items or more, and pairs of items looked at
    whereabouts : respondent x (id where the file tells one, row of the file)
    """

    table: pd.DataFrame
    flags: pd.DataFrame
    flagged: pd.Series[Any]
    cutoffs: Cutoffs
    n_items: int
    n_scales: int
    n_synonyms: int
    n_antonyms: int
    whereabouts: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Show what each index is and whom it flags, and the respondents with enough flags."""
        return self._summary(), self._respondents()

    def _summary(self) -> Table:
        columns = (
            Column("index", Words("Index", "指标")),
            Column("meaning", Words("Meaning", "含义")),
            Column("source", Words("Source", "来源")),
            Column("n", Words("Respondents", "人数"), Kind.COUNT),
            Column("median", Words("Median", "中位数"), Kind.ESTIMATE),
            Column("lowest", Words("Lowest", "最小值"), Kind.ESTIMATE),
            Column("highest", Words("Highest", "最大值"), Kind.ESTIMATE),
            Column("cutoff", Words("Flagged if", "标记条件")),
            Column("flagged", Words("Flagged", "标记人数"), Kind.COUNT),
        )
        rows = []
        for name, values in self.table.items():
            index, known = INDICES[str(name)], values.dropna()
            spread = (known.median(), known.min(), known.max()) if len(known) else (None, None, None)
            count = int(self.flags[name].sum()) if name in self.flags else None
            rule = rule_in_words(str(name), self.cutoffs)
            rows.append((index.label, index.meaning, cited(index.source), len(known), *spread, rule, count))
        title = Words("Indices of attentive answering", "作答认真程度指标")
        return Table("response_quality", title, columns, tuple(rows), tuple(self._notes()))

    def _notes(self) -> Iterator[Words]:
        yield _RULE.filled(flags=self.cutoffs.flags, n=int(self.flagged.sum()), all=len(self.flagged))
        yield _LOOKED_AT.filled(
            items=self.n_items, scales=self.n_scales, synonyms=self.n_synonyms, antonyms=self.n_antonyms
        )

    def _respondents(self) -> Table:
        shown = self.table[self.flagged].head(_MOST_LISTED)
        names = [str(name) for name in self.table]
        columns = (
            *columns_of(self.whereabouts),
            Column("flags", Words("Flags", "标记数"), Kind.COUNT),
            *(Column(name, INDICES[name].label, INDICES[name].kind) for name in names),
        )
        counts = _how_many(self.flags)
        rows = tuple(
            (respondent, *self.whereabouts.loc[respondent], int(counts[respondent]), *values)
            for respondent, values in zip(shown.index, shown.to_numpy(), strict=True)
        )
        more = int(self.flagged.sum()) - len(rows)
        notes = (_MORE.filled(n=more),) if more else ()
        return Table("flagged_respondents", _WHO.filled(flags=self.cutoffs.flags), columns, rows, notes)


def response_quality(
    responses: Responses,
    *,
    cutoffs: Cutoffs | None = None,
    rounds: int = 1,
    resamples: int = 0,
    seed: int | None = None,
) -> ResponseQuality:
    """Tell how attentively each respondent answered.

    Parameters
    ----------
    responses : Responses
        As read by ``read_responses``; best before any screening.
    cutoffs : Cutoffs, optional
        From where on an index raises a flag, and how many flags are needed.
    rounds : int, default 1
        What is typical (means, covariances, pairs of items, popularity of answers, fences) is taken from all
        respondents in the first round, and in each further one from those who were not flagged in the round before,
        so that many careless respondents cannot hide one another.  The rounds end when the flags stay.
    resamples : int, default 0
        Random halves for the resampled individual reliability; 0 leaves that index out.
    seed : int, optional
        Of the random halves.

    Returns
    -------
    ResponseQuality
        ``.table``, ``.flags`` and ``.flagged``; every index with its meaning and source in ``.tables()``.

    Raises
    ------
    ResponseError
        If no item has a column, or the number of rounds or of resamples is impossible.
    SpecificationError
        If ``responses`` or ``cutoffs`` are of another kind.

    Notes
    -----
    Even-odd consistency needs three scales of two items or more, synonyms and antonyms three pairs of items.  A
    respondent whose answers do not vary has no correlation, and is found by the strings and the variability instead.

    Examples
    --------
    >>> import sme_sem as sme
    >>> instrument = sme.load_instrument("corporate-reputation")
    >>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
    >>> quality = sme.response_quality(responses)
    >>> quality.table["long_string"].max() >= 8
    np.True_
    """
    require_responses(responses)
    require_kind("cutoffs", cutoffs, (Cutoffs, NoneType), SOME_CUTOFFS)
    if not all(isinstance(number, Integral) for number in (rounds, resamples)) or rounds < 1 or resamples < 0:
        raise ResponseError(_ROUNDS.filled(rounds=repr(rounds), resamples=repr(resamples)))
    if not responses.items:
        raise ResponseError(at(responses.source, _NO_ITEMS))
    cutoffs = cutoffs or Cutoffs()
    answers = _Answers(responses, cutoffs, resamples, seed)
    typical = np.ones(len(responses.frame), dtype=bool)
    for _ in range(rounds):
        quality = answers.quality(typical)
        unflagged = ~quality.flagged.to_numpy(dtype=bool)
        if (unflagged == typical).all() or unflagged.sum() < 2:
            break
        typical = unflagged
    return quality


class _Answers:
    """The answers of all respondents, a block of them at a time."""

    def __init__(self, responses: Responses, cutoffs: Cutoffs, resamples: int, seed: int | None) -> None:
        instrument = responses.instrument
        self.responses, self.cutoffs = responses, cutoffs
        self.frame, self.items = responses.frame, list(responses.items)
        scales = [instrument.response_scale(name) for name in self.items]
        self.lowest = np.array([scale.lowest for scale in scales], dtype=float)
        self.highest = np.array([scale.highest for scale in scales], dtype=float)
        turned = set(instrument.reversed_items)
        self.reversed = np.array([name in turned for name in self.items])
        place = {name: i for i, name in enumerate(self.items)}
        reflective = responses.scales(reflective=True).values()  # items of composites need not agree
        self.scales = [[place[item] for item in items] for items in reflective]
        self.halves = [_even_odd(self.scales, len(place)), *_random_halves(self.scales, len(place), resamples, seed)]

    def quality(self, typical: np.ndarray) -> ResponseQuality:
        """Compare all respondents with the typical ones."""
        responses, cutoffs = self.responses, self.cutoffs
        sums = self.sums(typical)
        pairs = _pairs(attentiveness.pair_correlation(sums), cutoffs.pair_correlation)
        found = [self.indices(block, typical[rows], pairs, sums) for rows, block in self.blocks()]
        table = pd.DataFrame({name: np.concatenate([part[name] for part in found]) for name in found[0]})
        table.index = self.frame.index
        table["guttman"] = self.guttman(typical)
        table["attention_failed"] = responses.attention.eq(False).fillna(False).sum(axis=1).astype(float)
        table["same_answers"] = self.same()
        if "duration_s" in responses.metadata:
            table["seconds_per_item"] = responses.metadata["duration_s"].to_numpy(dtype=float) / len(self.items)
        table = table[[name for name in INDICES if name in table]]
        flags = _flags(table, cutoffs, len(self.items), typical)
        flagged = (_how_many(flags) >= cutoffs.flags).rename("flagged")
        counts = len(self.items), len(self.scales), len(pairs[0][0]), len(pairs[1][0])
        known = whereabouts(responses.rows, responses.metadata)
        return ResponseQuality(table, flags, flagged, cutoffs, *counts, known)

    def blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Give the answers with reverse-coded items turned, (rows, p), and which respondents they are of."""
        size = max(1, _BLOCK // max(len(self.items) ** 2 // 4, 1))
        for begin in range(0, max(len(self.frame), 1), size):
            rows = slice(begin, begin + size)
            yield rows, self.frame.iloc[rows][self.items].to_numpy(dtype=float)

    def worded(self, answers: np.ndarray) -> np.ndarray:
        """Turn reverse-coded items back, to the answers as given."""
        return np.where(self.reversed, self.lowest + self.highest - answers, answers)

    def sums(self, typical: np.ndarray) -> attentiveness.PairSums:
        """Sums over pairs of items as worded, of the typical respondents."""
        parts = [attentiveness.pair_sums(self.worded(block[typical[rows]])) for rows, block in self.blocks()]
        return attentiveness.PairSums(*(np.sum(part, axis=0) for part in zip(*parts, strict=True)))

    def indices(
        self, answers: np.ndarray, typical: np.ndarray, pairs: tuple[_Pairs, _Pairs], sums: attentiveness.PairSums
    ) -> dict[str, np.ndarray]:
        """Compute what needs one respondent at a time."""
        worded = self.worded(answers)
        strings = attentiveness.runs(worded)
        consistent = [attentiveness.half_correlation(answers, *half) for half in self.halves]
        total, count = np.diagonal(sums.total), np.diagonal(sums.n)
        found = {
            "long_string": strings.longest,
            "average_string": strings.average,
            "irv": attentiveness.spread(worded),
            "even_odd": attentiveness.stepped_up(consistent[0]),
            "synonyms": attentiveness.pair_consistency(worded, *pairs[0]),
            "antonyms": attentiveness.pair_consistency(worded, *pairs[1]),
            "person_total": attentiveness.person_total(worded, total, count, typical),
            "missing": np.isnan(answers).mean(axis=-1),
        }
        if len(consistent) > 1:
            found["resampled"] = attentiveness.stepped_up(_mean_of_told(np.array(consistent[1:])))
        deviations = worded - total / np.maximum(count, 1)
        found["mahalanobis"] = _distances(deviations, attentiveness.pair_covariance(sums))
        answered = np.count_nonzero(~np.isnan(answers), axis=-1)
        found["mahalanobis_pvalue"] = chdtrc(np.maximum(answered, 1), found["mahalanobis"])
        return found

    def guttman(self, typical: np.ndarray) -> np.ndarray:
        """Guttman errors of all scales that were answered in full, over the most that their totals allow."""
        made, possible = np.zeros(len(self.frame)), np.zeros(len(self.frame))
        for scale in self.scales:
            steps = self.frame[[self.items[i] for i in scale]].to_numpy(dtype=float) - self.lowest[scale]
            whole = (~np.isnan(steps)).all(axis=-1) & (steps == np.round(steps)).all(axis=-1)
            if not (whole & typical).any():
                continue
            most = (self.highest - self.lowest)[scale].astype(int)
            places = guttman.places(_popularity(steps[whole & typical], most))
            taken = steps[whole].astype(np.int64)
            made[whole] += guttman.errors(taken, places)
            possible[whole] += guttman.most_errors(places)[taken.sum(axis=-1)]
        return np.where(possible > 0, made / np.where(possible > 0, possible, 1), np.nan)

    def same(self) -> np.ndarray:
        """How many others gave the same answers to every item; nobody who left one out counts."""
        numbers = np.zeros(len(self.frame), dtype=np.int64)
        gaps = np.zeros(len(self.frame), dtype=bool)
        for name in self.items:
            codes, different = pd.factorize(self.frame[name])
            gaps |= codes < 0
            numbers = pd.factorize(numbers * (len(different) + 1) + codes + 1)[0]
        equal = np.bincount(numbers[~gaps], minlength=len(numbers) + 1)
        return np.where(gaps, 0, equal[numbers] - 1).astype(float)


_Pairs = tuple[np.ndarray, np.ndarray]
_PATTERNS = 500
"""Respondents with gaps whose distances are looked at together: each needs a matrix of its own."""


def _pairs(correlation: np.ndarray, bound: float) -> tuple[_Pairs, _Pairs]:
    """Pairs of items that go together, and pairs that go apart."""
    lower = np.tril(np.ones(correlation.shape, dtype=bool), -1)
    (one, other), (here, there) = np.nonzero(lower & (correlation > bound)), np.nonzero(lower & (correlation < -bound))
    return (one, other), (here, there)


def _distances(deviations: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Squared distances, of those with gaps a few at a time; NaN for somebody without any answer."""
    seen = ~np.isnan(deviations)
    complete, found = seen.all(axis=-1), np.full(len(deviations), np.nan)
    found[complete] = attentiveness.squared_distance(deviations[complete], covariance)
    gaps = np.flatnonzero(~complete & seen.any(axis=-1))
    for begin in range(0, len(gaps), _PATTERNS):
        part = gaps[begin : begin + _PATTERNS]
        found[part] = attentiveness.squared_distance(deviations[part], covariance)
    return found


def _popularity(steps: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Share of respondents who take each step of each item; NaN for steps an item does not have."""
    levels = np.arange(1, most.max() + 1)
    taken = (steps[:, :, None] >= levels).mean(axis=0)
    return np.where(levels <= most[:, None], taken, np.nan)


def _mean_of_told(r: np.ndarray) -> np.ndarray:
    """Mean over resamples, of those in which there is a correlation."""
    told = ~np.isnan(r)
    count = told.sum(axis=0)
    return np.where(count > 0, np.where(told, r, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _even_odd(scales: list[list[int]], p: int) -> tuple[np.ndarray, np.ndarray]:
    """Put the first, third, ... item of each scale into one half, the others into the other."""
    return _halves([(items[::2], items[1::2]) for items in scales], p)


def _random_halves(
    scales: list[list[int]], p: int, times: int, seed: int | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seeded(seed))
    for _ in range(times):
        mixed = [rng.permutation(items) for items in scales]
        yield _halves([(items[: len(items) // 2], items[len(items) // 2 :]) for items in mixed], p)


def _halves(scales: Any, p: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.zeros((2, p, len(scales)))
    for s, (one, other) in enumerate(scales):
        first[one, s], second[other, s] = 1, 1
    return first, second


def _flags(table: pd.DataFrame, cutoffs: Cutoffs, n_items: int, typical: np.ndarray) -> pd.DataFrame:
    """Compare with the cut-offs; what cannot be told raises no flag."""
    fences = {name: _fences(table.loc[typical, name], cutoffs.fence) for name in _FENCED}
    low, high = ({name: fence[side] for name, fence in fences.items()} for side in (0, 1))
    raised = {
        "long_string": table["long_string"] >= max(cutoffs.long_string * n_items, SHORTEST_STRING),
        "irv": (table["irv"] < low["irv"]) | (table["irv"] == 0),
        "even_odd": (table["even_odd"] < cutoffs.even_odd) & (table["even_odd"] < low["even_odd"]),
        "synonyms": (table["synonyms"] < cutoffs.synonyms) & (table["synonyms"] < low["synonyms"]),
        "antonyms": (table["antonyms"] > cutoffs.antonyms) & (table["antonyms"] > high["antonyms"]),
        "mahalanobis_pvalue": table["mahalanobis_pvalue"] < cutoffs.mahalanobis_pvalue,
        "guttman": table["guttman"] > high["guttman"],
        "attention_failed": table["attention_failed"] > 0,
    }
    if "seconds_per_item" in table:
        raised["seconds_per_item"] = table["seconds_per_item"] < cutoffs.seconds_per_item
    return pd.DataFrame({name: raised[name] for name in RULES if name in raised}, index=table.index, dtype=bool)


def _how_many(flags: pd.DataFrame) -> pd.Series[Any]:
    """Count flags; those of consistency, which are low for the same people, once."""
    alike = [name for name in CONSISTENCY if name in flags]
    return flags.drop(columns=alike).sum(axis=1) + flags[alike].any(axis=1)


_FENCED = ("irv", "even_odd", "synonyms", "antonyms", "guttman")


def _fences(values: pd.Series[Any], width: float) -> tuple[float, float]:
    """Tukey's fences; NaN, beyond which nothing lies, where nothing is known."""
    low, high = values.quantile(0.25), values.quantile(0.75)
    return float(low - width * (high - low)), float(high + width * (high - low))


_RULE = Words(
    "A respondent counts as careless with {flags} flags or more, of which even-odd consistency, synonyms and antonyms "
    "are one together: {n} of {all}.",
    "标记数达到{flags}项者视为作答不认真（奇偶一致性、同义题与反义题合计一项）：{all}人中有{n}人。",
)
_LOOKED_AT = Words(
    "Looked at: {items} items, {scales} scales of two items or more, {synonyms} pairs of synonyms, {antonyms} of "
    "antonyms. An index that cannot be told raises no flag.",
    "所用题项{items}个，含两题及以上的量表{scales}个，同义题对{synonyms}对，反义题对{antonyms}对。无法计算的指标不作标记。",
)
_WHO = Words("Respondents with {flags} flags or more", "标记数达到{flags}项的受访者")
_MORE = Words("{n} more are not listed.", "另有{n}人未列出。")
_ROUNDS = Words(
    "rounds is 1 or more and resamples 0 or more; got {rounds} and {resamples}",
    "rounds不小于1，resamples不小于0；实为{rounds}与{resamples}",
)
_NO_ITEMS = Words(
    "no item of the instrument has a column; there is nothing to look at", "问卷的题项均没有对应的列，无从检查"
)
