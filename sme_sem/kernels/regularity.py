"""How regular a file of answers is, where people would have left some disorder.

Last digits that people measured are equally frequent: Mosimann, Wiseman & Edelman (1995), Accountability in Research 4,
31-55.  Rows that match in most cells: Kuriakose & Robbins (2016), Statistical Journal of the IAOS 32, 283-291.
"""

from __future__ import annotations

import numpy as np
from scipy import special


def uniform_chi_square(counts):
    """Pearson's chi-square of equal frequencies: (..., k) -> (...); k - 1 degrees of freedom"""
    counts = np.asarray(counts, dtype=float)
    expected = counts.mean(axis=-1, keepdims=True)
    return (np.where(expected > 0, (counts - expected) ** 2, np.nan) / np.where(expected > 0, expected, 1)).sum(axis=-1)


def too_uneven(counts):
    """Probability of frequencies at least as uneven, were all categories equally likely: (..., k) -> (...)"""
    return special.chdtrc(np.shape(counts)[-1] - 1, uniform_chi_square(counts))


def too_even(counts):
    """Probability of frequencies at least as even, were all categories equally likely: (..., k) -> (...)"""
    return special.chdtr(np.shape(counts)[-1] - 1, uniform_chi_square(counts))


def match(x, y):
    """Share of the cells, answered in both rows, that are the same: (..., p), (..., p) -> (...)"""
    both = np.count_nonzero(~(np.isnan(x) | np.isnan(y)), axis=-1)
    return np.where(both > 0, np.count_nonzero(x == y, axis=-1) / np.maximum(both, 1), np.nan)


def largest_match(answers):
    """Largest share of cells that each row has in common with another one: (n, p) -> (n,)"""
    best = np.full(len(answers), -np.inf)
    for place, row in enumerate(answers):
        shared = match(answers, row)
        shared[place] = -np.inf
        best = np.fmax(best, shared)
    return np.where(np.isfinite(best), best, np.nan)


def longest_stretch(true):
    """Most neighbours in a row that are true: (n,) -> int"""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], true.astype(int), [0]])))
    return int((ends[1::2] - ends[::2]).max(initial=0))


def most_within(seconds, width):
    """Most events within so many seconds: sorted (n,) -> int"""
    beyond = np.searchsorted(seconds, seconds + width, side="right")
    return int((beyond - np.arange(len(seconds))).max(initial=0))
