"""Whether a file of answers looks as answers of people do: with some disorder in times, digits and rows.

Each check counts something, says what would be expected of people who answer each by themselves, and where it is
beyond a stated limit asks for a look.  None is a proof: a class that answers in one room submits together, a form that
saves itself writes rows twice.  Who gathered the answers can mostly say why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ..errors import ResponseError
from ..kernels import attentiveness, regularity, reliability
from ..tables import Column, Kind, Number, Table, Tabled, Words
from ..tables.format import level, percent
from ..tasks import seeded
from ..words import at
from .responses import Responses, require_responses

_FEWEST = 30
"""Respondents below which frequencies tell nothing."""
_FEWEST_ITEMS = 8
"""Items below which equal rows come about by themselves."""
_NEAR = 0.85  # Kuriakose & Robbins (2016)
_SHARE_NEAR = 0.05
_EVEN = 0.01
_RARE = 0.001
_MOST_COMPARED = 1000
_CLOSE, _WINDOW = 5, 60  # seconds
_CORRELATED, _CONSISTENT = 0.95, 0.98


class Check(NamedTuple):
    """One thing counted.

    value, expected : what was found, and of people who answer each by themselves; None where there is no such number
    pvalue : of a value as extreme or more, None where no probability can be told
    look : beyond its limit
    """

    name: str
    label: Words
    value: Number
    expected: Words
    pvalue: float | None
    look: bool
    limit: Words


@dataclass(frozen=True, eq=False)
class Provenance(Tabled):
    """What a file of answers tells of how it came about.

    checks : one for everything that could be counted
    """

    checks: tuple[Check, ...]

    @property
    def findings(self) -> pd.DataFrame:
        """The checks as a table: name, value, expected, pvalue, look."""
        rows = [(c.name, float(c.value), c.expected.en, c.pvalue, c.look) for c in self.checks]
        return pd.DataFrame(rows, columns=["check", "value", "expected", "pvalue", "look"])

    def tables(self) -> tuple[Table, ...]:
        """Show each check with its number, what would be expected, and its limit."""
        columns = (
            Column("check", Words("Check", "检查项")),
            Column("value", Words("Found", "结果"), Kind.ESTIMATE),
            Column("expected", Words("Expected of people who answer each by themselves", "各自独立作答时的预期")),
            Column("pvalue", "p", Kind.PROBABILITY),
            Column("limit", Words("Worth a look if", "值得核查的条件")),
            Column("look", Words("Look", "需核查")),
        )
        rows = tuple((c.label, c.value, c.expected, c.pvalue, c.limit, c.look) for c in self.checks)
        title = Words("What the file tells of its origin", "数据来源的规律性检查")
        return (Table("provenance", title, columns, rows, (_MEANING,)),)


def provenance(responses: Responses, *, seed: int = 1) -> Provenance:
    """Check whether answers show the disorder that people leave: rows, digits, frequencies, times, correlations.

    Parameters
    ----------
    responses : Responses
        As read by ``read_responses``, before any screening, in the order of the file.
    seed : int
        Of the rows that are compared with one another, a thousand of more, and of the order that is no order.

    Returns
    -------
    Provenance
        ``.findings`` holds a number for each check, and whether it is worth a look.

    Raises
    ------
    ResponseError
        If there are fewer than 30 respondents, or fewer than two items.

    Examples
    --------
    >>> import sme_sem as sme
    >>> instrument = sme.load_instrument("corporate-reputation")
    >>> responses = sme.read_responses(sme.bundled_answers("corporate-reputation"), instrument)
    >>> found = sme.provenance(responses).findings.set_index("check")
    >>> float(found.loc["identical_rows", "value"])
    0.0
    """
    require_responses(responses)
    if len(responses.frame) < _FEWEST or len(responses.items) < 2:
        counts = {"n": len(responses.frame), "items": len(responses.items), "least": _FEWEST}
        raise ResponseError(at(responses.source, _TOO_FEW.filled(**counts)))
    answers = responses.frame[list(responses.items)].to_numpy(dtype=float)
    found: list[Check] = []
    if answers.shape[1] >= _FEWEST_ITEMS:
        found += _rows(answers, np.random.default_rng(seeded(seed)))
    found += _frequencies(responses)
    found += _correlations(responses, answers)
    found += _durations(responses)
    found += _submissions(responses)
    return Provenance(tuple(found))


def _rows(answers: np.ndarray, rng: np.random.Generator) -> Iterator[Check]:
    """Compare rows with one another; somebody who gives one answer everywhere is left to the quality of answers."""
    varied = answers[attentiveness.spread(answers) > 0]
    if len(varied) < _FEWEST:
        return
    whole = varied[~np.isnan(varied).any(axis=-1)]
    repeated = len(whole) - len(np.unique(whole, axis=0))
    yield Check("identical_rows", _IDENTICAL, _count(repeated), _NONE, None, repeated > 0, _ANY)
    mixed = varied[rng.permutation(len(varied))]
    near = float(np.mean(regularity.largest_match(mixed[:_MOST_COMPARED]) >= _NEAR))
    yield Check("near_duplicates", _NEARLY, _percent(near), _FEW, None, near > _SHARE_NEAR, _MANY_NEAR)
    following, apart = (regularity.match(rows[1:], rows[:-1]) for rows in (varied, mixed))
    stretch = regularity.longest_stretch(following >= _NEAR)
    yield Check("run_of_near_duplicates", _STRETCH, _count(stretch), _NONE, None, stretch >= 2, _TWO)
    told = [values[~np.isnan(values)] for values in (following, apart)]
    mean = [float(values.mean()) for values in told]
    error = math.sqrt(sum(float(values.var()) / max(len(values), 1) for values in told))
    pvalue = float(special.ndtr((mean[1] - mean[0]) / error)) if error > 0 else 1.0
    expected = Words(f"{100 * mean[1]:.1f}", f"{100 * mean[1]:.1f}")
    yield Check("neighbours_alike", _NEIGHBOURS, _percent(mean[0]), expected, pvalue, *_unlikely(pvalue))


def _frequencies(responses: Responses) -> Iterator[Check]:
    """Count items whose answers are spread more evenly over the scale than even dice would be."""
    even, tried = 0, 0
    for name in responses.items:
        scale = responses.instrument.response_scale(name)
        answered = responses.frame[name].dropna().to_numpy(dtype=float)
        counts = np.array([np.count_nonzero(answered == code) for code in scale.codes])
        if len(counts) > 2 and counts.sum() >= _FEWEST:
            tried += 1
            even += bool(regularity.too_even(counts) < _EVEN)
    if tried:
        pvalue = float(special.bdtrc(even - 1, tried, _EVEN))
        expected = Words(f"at most {_EVEN * tried:.1f}", f"至多{_EVEN * tried:.1f}")
        yield Check("too_even", _TOO_EVEN, _count(even), expected, pvalue, *_unlikely(pvalue))


def _correlations(responses: Responses, answers: np.ndarray) -> Iterator[Check]:
    """Look for correlations and scales that leave no room for the error of any answer."""
    sums = attentiveness.pair_sums(answers)
    r = attentiveness.pair_correlation(sums)
    pairs = np.abs(r[np.tril_indices(len(r), -1)])
    close = int(np.count_nonzero(pairs > _CORRELATED))
    yield Check("near_perfect_correlations", _CORRELATIONS, _count(close), _NONE, None, close > 0, _ANY)
    place = {name: i for i, name in enumerate(responses.items)}
    covariance = attentiveness.pair_covariance(sums)
    alphas = []
    for items in responses.instrument.scales().values():
        own = [place[item] for item in items if item in place]
        total = covariance[np.ix_(own, own)].sum()
        if len(own) > 1 and total > 0:
            alphas.append(float(reliability.cronbach_alpha(covariance[np.ix_(own, own)])))
    if alphas:
        high = sum(alpha > _CONSISTENT for alpha in alphas)
        yield Check("near_perfect_reliabilities", _RELIABILITIES, _count(high), _NONE, None, high > 0, _ANY)


def _durations(responses: Responses) -> Iterator[Check]:
    """Look at the last digits of durations, and at the one that occurs most often."""
    if "duration_s" not in responses.metadata:
        return
    seconds = responses.metadata["duration_s"].dropna().to_numpy(dtype=float)
    seconds = np.floor(seconds[seconds >= 100])
    if len(seconds) < 5 * 10:  # five in each category of the chi-square
        return
    counts = np.bincount(seconds.astype(np.int64) % 10, minlength=10)
    pvalue = float(regularity.too_uneven(counts))
    most = _percent(float(counts.max() / len(seconds)))
    yield Check("last_digits", _DIGITS, most, _TENTH, pvalue, *_unlikely(pvalue))


def _submissions(responses: Responses) -> Iterator[Check]:
    """Count submissions that follow one another at once, where the file tells seconds."""
    from scipy.stats import poisson

    if "submitted_at" not in responses.metadata:
        return
    times = responses.metadata["submitted_at"].dropna().sort_values()
    seconds = (times - times.min()).dt.total_seconds().to_numpy(dtype=float)
    if len(seconds) < _FEWEST or seconds[-1] <= 0:
        return
    rate = len(seconds) / seconds[-1]
    most = regularity.most_within(seconds, _WINDOW - 1e-6)
    bound = float(poisson.isf(_RARE / len(seconds), rate * _WINDOW)) + 1
    expected = Words(f"less than {bound:g} at the mean rate", f"按平均速率少于{bound:g}")
    yield Check("most_in_a_minute", _BURST, _count(most), expected, None, most >= bound, _REACHED)
    if (times.dt.second != 0).any():
        gaps = int(np.count_nonzero(np.diff(seconds) <= _CLOSE))
        pvalue = float(special.bdtrc(gaps - 1, len(seconds) - 1, -math.expm1(-rate * _CLOSE)))
        mean = -(len(seconds) - 1) * math.expm1(-rate * _CLOSE)
        expected = Words(f"{mean:.1f} at the mean rate", f"按平均速率为{mean:.1f}")
        yield Check("submitted_at_once", _AT_ONCE, _count(gaps), expected, pvalue, *_unlikely(pvalue))


def _count(value: int) -> Number:
    return Number(value, kind=Kind.COUNT)


def _percent(share: float) -> Number:
    return Number(100 * share, kind=Kind.PERCENT)


def _unlikely(pvalue: float) -> tuple[bool, Words]:
    return pvalue < _RARE, _P_BELOW


_IDENTICAL = Words("Rows equal to another one in every item", "与其他行全部题项相同的行")
_NEARLY = Words(
    f"Rows equal to another one in {percent(_NEAR)} of the items, in per cent",
    f"与其他行{percent(_NEAR)}题项相同的行（%）",
)
_STRETCH = Words(
    f"Most rows in a row that equal the one before in {percent(_NEAR)} of the items",
    f"连续与前一行{percent(_NEAR)}题项相同的最多行数",
)
_NEIGHBOURS = Words("Items in which a row equals the row before, in per cent", "与前一行相同的题项（%）")
_TOO_EVEN = Words("Items answered more evenly than by even dice", "频数比均匀分布更均匀的题项")
_CORRELATIONS = Words("Pairs of items that correlate above {r}", "相关超过{r}的题对").filled(r=level(_CORRELATED))
_RELIABILITIES = Words("Scales with alpha above {r}", "α系数超过{r}的量表").filled(r=level(_CONSISTENT))
_DIGITS = Words("The most frequent last digit of the durations, in per cent", "作答时长最常见的末位数字（%）")
_BURST = Words("Most answers submitted within a minute", "一分钟内提交的最多份数")
_AT_ONCE = Words(f"Answers submitted within {_CLOSE} s of the one before", f"与前一份提交间隔不超过{_CLOSE}秒的份数")
_NONE, _FEW, _TENTH = Words("none", "无"), Words("a few", "少数"), Words("about 10%", "约10%")
_ANY = Words("any", "出现即核查")
_TWO = Words("two or more", "两行及以上")
_MANY_NEAR = Words(f"more than {percent(_SHARE_NEAR)}", f"超过{percent(_SHARE_NEAR)}")
_P_BELOW = Words.same("p < {p}").filled(p=level(_RARE))
_REACHED = Words("as many or more", "达到该数")
_MEANING = Words(
    "A check that is worth a look is no proof of anything: answers given together in one room, or stored twice, look "
    "the same. Ask who gathered them.",
    "需核查的项目并不证明任何问题：同场集体作答或重复保存也会如此。请向数据收集者了解情况。",
)
_TOO_FEW = Words(
    "{n} respondents and {items} items are too few to look for regularities; at least {least} respondents and two "
    "items are needed",
    "受访者{n}名、题项{items}个，不足以检查规律性；至少需要{least}名受访者和两个题项",
)
