"""How somebody answered, whatever was answered: runs, spread, and agreement of answers that belong together.

``answers`` (..., n, p): n respondents, p items, NaN where there is no answer.  Each function gives every respondent
a number, (..., n); NaN where the answers given do not tell.

Run: Johnson (2005), Journal of Research in Personality 39, 103-129; spread within a person: Dunn, Heggestad, Shanock &
Theilgard (2018), Journal of Business and Psychology 33, 105-121; even-odd consistency, synonyms and antonyms,
Mahalanobis distance: Meade & Craig (2012), Psychological Methods 17, 437-455; person-total correlation: Donlon &
Fischer (1968), Educational and Psychological Measurement 28, 105-113.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import linalg

_FLAT = 1e-10
"""A sum of squares below it is rounding: the answers do not vary."""
_FEWEST = 3
"""Two points always lie on a line."""


class Runs(NamedTuple):
    """Strings of identical answers to neighbouring items: length of the longest, and average length."""

    longest: np.ndarray
    average: np.ndarray


def runs(answers):
    """Runs of identical answers, in the order of the items; a missing answer ends a run: (..., n, p) -> Runs."""
    length = np.zeros(answers.shape[:-1])
    longest, begun = length, length
    for item in range(answers.shape[-1]):
        answer = answers[..., item]
        goes_on = answer == answers[..., item - 1] if item else np.zeros_like(length, dtype=bool)
        answered = ~np.isnan(answer)
        length = np.where(goes_on, length + 1, answered)
        begun = begun + (answered & ~goes_on)
        longest = np.maximum(longest, length)
    given = np.count_nonzero(~np.isnan(answers), axis=-1)
    return Runs(np.where(given, longest, np.nan), np.where(given, given / np.maximum(begun, 1), np.nan))


def spread(answers):
    """Standard deviation (n - 1) of a respondent's answers: (..., n, p) -> (..., n)"""
    seen = ~np.isnan(answers)
    n = np.count_nonzero(seen, axis=-1)
    total = np.where(seen, answers, 0.0)
    mean = total.sum(axis=-1) / np.maximum(n, 1)
    squares = (np.where(seen, answers - mean[..., None], 0.0) ** 2).sum(axis=-1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def row_correlation(x, y):
    """Correlation of two rows over the places where both have a value: (..., k), (..., k) -> (...)"""
    seen = ~(np.isnan(x) | np.isnan(y))
    n = np.count_nonzero(seen, axis=-1)
    x, y = (_centred(values, seen, n) for values in (x, y))
    xx, yy = np.vecdot(x, x), np.vecdot(y, y)
    told = (n >= _FEWEST) & (xx > _FLAT) & (yy > _FLAT)
    r = np.vecdot(x, y) / np.sqrt(np.where(told, xx * yy, 1.0))
    return np.where(told, np.clip(r, -1.0, 1.0), np.nan)


def half_correlation(answers, first, second):
    """Correlation, over scales, of the means of two halves of each scale: (..., n, p) -> (..., n)

    first, second : (p, s), one where an item belongs to that half of a scale
    """
    seen = ~np.isnan(answers)
    given = np.where(seen, answers, 0.0)
    halves = []
    for half in (first, second):
        n = seen.astype(float) @ half
        halves.append(np.where(n > 0, (given @ half) / np.maximum(n, 1), np.nan))
    return row_correlation(*halves)


def stepped_up(r):
    """Spearman-Brown: what the correlation of halves says of the whole, 2 r / (1 + r), not below -1: (...) -> (...)"""
    return np.maximum(2 * r / np.maximum(1 + r, _FLAT), -1.0)


def pair_consistency(answers, one, other):
    """Correlation of a respondent's answers over pairs of items: (..., n, p), pairs (k,), (k,) -> (..., n)"""
    return row_correlation(answers[..., one], answers[..., other])


def person_total(answers, total, count, included):
    """Correlation of a respondent's answers with the means of the others: (..., n, p) -> (..., n)

    total, count : (..., p), sum and number of the answers to each item
    included : (..., n), True for respondents whose own answers are among these, to be taken out
    """
    own = ~np.isnan(answers) & included[..., None]
    others = count[..., None, :] - own
    mean = (total[..., None, :] - np.where(own, answers, 0.0)) / np.maximum(others, 1)
    return row_correlation(answers, np.where(others > 0, mean, np.nan))


class PairSums(NamedTuple):
    """Sums over the respondents who answered both of two items, (..., p, p); sums of parts add up to those of all."""

    n: np.ndarray
    total: np.ndarray
    squares: np.ndarray
    products: np.ndarray


def pair_sums(answers):
    """What the moments of every pair of items rest on: (..., n, p) -> PairSums"""
    seen = ~np.isnan(answers)
    given, seen = np.where(seen, answers, 0.0), seen.astype(float)
    return PairSums(seen.mT @ seen, given.mT @ seen, (given**2).mT @ seen, given.mT @ given)


def pair_covariance(sums):
    """Covariances (n - 1) over those who answered both items: PairSums -> (..., p, p)"""
    n, total, _, products = sums
    return np.where(n > 1, (products - total * total.mT / np.maximum(n, 1)) / np.maximum(n - 1, 1), np.nan)


def pair_correlation(sums):
    """Correlations over those who answered both items; NaN where an item does not vary: PairSums -> (..., p, p)"""
    n, total, squares, products = sums
    n = np.maximum(n, 1)
    within = squares - total**2 / n
    varied = (within > _FLAT) & (within.mT > _FLAT)
    return np.where(
        varied, (products - total * total.mT / n) / np.sqrt(np.where(varied, within * within.mT, 1)), np.nan
    )


def squared_distance(deviations, covariance):
    """Squared Mahalanobis distance over the items answered: (..., n, p), (..., p, p) -> (..., n)

    The covariance matrix is that of the items answered, so that a missing answer adds nothing; the distance then has as
    many degrees of freedom as there are answers.  NaN where the matrix is not positive definite.
    """
    seen = ~np.isnan(deviations)
    given = np.where(seen, deviations, 0.0)
    if seen.all():
        return ((given @ linalg.whitener(covariance).mT) ** 2).sum(axis=-1)
    both = seen[..., :, None] & seen[..., None, :]
    own = np.where(both, covariance[..., None, :, :], np.eye(covariance.shape[-1]))
    return (np.matvec(linalg.whitener(own), given) ** 2).sum(axis=-1)


def _centred(values, seen, n):
    """Deviations from the mean of what is seen, zero elsewhere."""
    given = np.where(seen, values, 0.0)
    mean = given.sum(axis=-1) / np.maximum(n, 1)
    return np.where(seen, given - mean[..., None], 0.0)
