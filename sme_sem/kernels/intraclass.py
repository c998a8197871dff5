"""How far raters who judged the same targets agree: intraclass correlations from an analysis of variance.

With mean squares between targets B, within targets W, between raters J and of the rest E, n targets and k raters::

    ICC1 = (B - W) / (B + (k - 1) W)                              ICC1k = (B - W) / B
    ICC2 = (B - E) / (B + (k - 1) E + k (J - E) / n)              ICC2k = (B - E) / (B + (J - E) / n)
    ICC3 = (B - E) / (B + (k - 1) E)                              ICC3k = (B - E) / B

1: each target has raters of its own.  2: the raters are a sample, and their levels count (absolute agreement).
3: these raters and no others, levels do not count (consistency).  k: of the raters' mean.  Intervals are exact for 1
and 3 and Satterthwaite's for 2.  Raters who contradict each other can leave a mean without any variance of its own
(B + (J - E) / n, or 1 + (k - 1) of a limit, not above zero): then there is no such coefficient, or limit.

Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428.  McGraw and Wong (1996), Psychological Methods 1, 30-46.
"""

from typing import NamedTuple

import numpy as np
from scipy import special

KINDS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")


class Squares(NamedTuple):
    """Mean squares B, W, J and E of n targets by k raters, each (...)."""

    targets: np.ndarray
    within: np.ndarray
    raters: np.ndarray
    rest: np.ndarray
    n: int
    k: int


def mean_squares(ratings):
    """The analysis of variance: (..., n, k) -> Squares"""
    n, k = ratings.shape[-2:]
    whole = ratings.mean(axis=(-2, -1), keepdims=True)
    target, rater = ratings.mean(axis=-1, keepdims=True), ratings.mean(axis=-2, keepdims=True)
    between = k * ((target - whole) ** 2).sum(axis=(-2, -1))
    levels = n * ((rater - whole) ** 2).sum(axis=(-2, -1))
    within = ((ratings - target) ** 2).sum(axis=(-2, -1))
    rest = ((ratings - target - rater + whole) ** 2).sum(axis=(-2, -1))
    return Squares(between / (n - 1), within / (n * (k - 1)), levels / (k - 1), rest / ((n - 1) * (k - 1)), n, k)


def intraclass(squares):
    """The six coefficients in the order of KINDS: Squares -> (..., 6), NaN where nothing varies"""
    B, W, J, E, n, k = squares
    with np.errstate(divide="ignore", invalid="ignore"):
        single = [
            (B - W) / (B + (k - 1) * W),
            (B - E) / (B + (k - 1) * E + k * (J - E) / n),
            (B - E) / (B + (k - 1) * E),
        ]
        own = B + (J - E) / n
        mean = [(B - W) / B, (B - E) / np.where(own > 0, own, np.nan), (B - E) / B]
    return np.stack([*single, *mean], axis=-1)


def intraclass_tests(squares):
    """F that a coefficient is zero, its degrees of freedom and p: Squares -> (..., 6) four times"""
    B, W, _, E, n, k = squares
    with np.errstate(divide="ignore", invalid="ignore"):
        F = np.stack([B / W, B / E, B / E] * 2, axis=-1)
    df2 = np.broadcast_to([n * (k - 1), *[(n - 1) * (k - 1)] * 2] * 2, F.shape)
    return F, np.full(F.shape, n - 1), df2, special.fdtrc(n - 1, df2, F)


def intraclass_interval(squares, level=0.95):
    """Limits of the six coefficients: Squares -> (..., 6), (..., 6)"""
    B, W, _, E, n, k = squares
    upper = 0.5 + level / 2

    def of_ratio(F, df):
        L, U = F / special.fdtri(n - 1, df, upper), F * special.fdtri(df, n - 1, upper)
        return (L - 1) / (L + k - 1), (U - 1) / (U + k - 1)

    with np.errstate(divide="ignore", invalid="ignore"):
        single = of_ratio(B / W, n * (k - 1)), _absolute(squares, upper), of_ratio(B / E, (n - 1) * (k - 1))
        ends = (np.stack(end, axis=-1) for end in zip(*single, strict=True))
        return tuple(np.concatenate([end, _of_mean(end, k)], axis=-1) for end in ends)


def _of_mean(limit, k):
    """From one rater to the mean of k, by Spearman and Brown; NaN where the mean has no variance"""
    size = 1 + (k - 1) * limit
    return k * limit / np.where(size > 0, size, np.nan)


def _absolute(squares, upper):
    B, _, J, E, n, k = squares
    icc, F = intraclass(squares)[..., 1], J / E
    a = n * (1 + (k - 1) * icc) - k * icc
    v = (k - 1) * (n - 1) * (k * icc * F + a) ** 2 / ((n - 1) * (k * icc * F) ** 2 + a**2)
    over, under = special.fdtri(n - 1, v, upper), special.fdtri(v, n - 1, upper)
    noise = k * J + (k * n - k - n) * E
    return n * (B - over * E) / (over * noise + n * B), n * (under * B - E) / (noise + n * under * B)
