"""Intervals and p-values from bootstrap draws.

With t the R finite draws of a quantity in ascending order, t0 its estimate and z = Phi^-1 of (1 - level) / 2::

    percentile       t at the levels Phi(z), Phi(-z)
    bias-corrected   t at the levels Phi(2 w + z), Phi(2 w - z)                 w = Phi^-1(share of t below t0)
    BCa              t at the levels Phi(w + (w +- z) / (1 - a (w +- z)))       a = sum L^3 / (6 (sum L^2)^1.5)
    basic            2 t0 - the percentile limits, exchanged
    normal           t0 - bias +- z sd(t)

t at a level is interpolated between t_(k) and t_(k+1), k = level (R + 1), on the scale of normal quantiles; below t_(1)
and above t_(R) it stays there.  (Davison and Hinkley, equation 5.8; the ``boot`` package of R and lavaan do the same.)
The p-value is the level at which an interval would just touch zero: the two contradict each other only where a limit
would lie beyond the outermost draw, as happens with few of them.

Davison and Hinkley (1997), Bootstrap Methods and their Application, chapter 5.
Efron (1987), Journal of the American Statistical Association 82, 171-185 (BCa).

Shapes: R draws, k quantities.  A draw of NaN does not count.
"""

import numpy as np
from scipy.special import ndtr, ndtri

TIED = 1e-7  # of the draws' range: nearer than that, two values are one


def quantile(ordered, levels):
    """t at some levels: (R, k) ascending with NaN at the end, (m, k) -> (m, k), NaN where nothing was drawn"""
    R = np.isfinite(ordered).sum(axis=0)
    rank = (R + 1) * levels
    lower = np.clip(np.nan_to_num(np.trunc(rank)), 0, R).astype(int)
    within = np.clip(lower, 1, np.maximum(R - 1, 1))
    low, high = (ndtri(place / (R + 1.0)) for place in (within, within + 1))
    share = np.clip((ndtri(levels) - low) / (high - low), 0, 1)
    share = np.where(lower == 0, 0.0, np.where(lower == R, 1.0, share))
    t = np.concatenate([ordered, ordered[-1:]])
    below = np.take_along_axis(t, within - 1, axis=0)
    above = np.take_along_axis(t, np.minimum(within, np.maximum(R - 1, 0)), axis=0)
    return np.where(np.isnan(levels), np.nan, below + share * (above - below))


def level_of(ordered, value):
    """The level at which t is ``value``, the inverse of ``quantile``: (R, k), () -> (k,)"""
    R = np.isfinite(ordered).sum(axis=0)
    count = (ordered <= value).sum(axis=0)  # False for NaN
    within = np.clip(count, 1, np.maximum(R - 1, 1))
    below = np.take_along_axis(ordered, within[None] - 1, axis=0)[0]
    above = np.take_along_axis(ordered, np.minimum(within, len(ordered) - 1)[None], axis=0)[0]
    low, high = (ndtri(place / (R + 1.0)) for place in (within, within + 1))
    share = (value - below) / np.where(above > below, above - below, 1.0)
    inside = ndtr(low + np.clip(share, 0, 1) * (high - low))
    found = np.where(count == 0, 1 / (R + 1.0), np.where(count == R, R / (R + 1.0), inside))
    return np.where(R > 1, found, np.nan)


def bias_correction(ordered, estimate):
    """w: (R, k), (k,) -> (k,); infinite where all draws lie on one side

    A draw that equals the estimate but for rounding does not lie below it.
    """
    R = np.isfinite(ordered).sum(axis=0)
    last = np.take_along_axis(ordered, np.maximum(R - 1, 0)[None], axis=0)[0]
    below = ordered < estimate - TIED * (last - ordered[0])  # False for NaN
    return ndtri(below.sum(axis=0) / np.where(R > 0, R, np.nan))


def acceleration(influence):
    """a, from what each respondent adds to a quantity: (n, k) -> (k,), zero for a constant"""
    L = influence - influence.mean(axis=0)
    spread = (L**2).sum(axis=0)
    return (L**3).sum(axis=0) / (6 * np.where(spread > 0, spread, np.inf) ** 1.5)


def percentile(ordered, level, bias=0.0, acceleration=0.0):
    """Lower and upper limit; with ``bias`` (w) bias-corrected, with ``acceleration`` BCa: (R, k) -> (2, k)

    NaN where the correction is infinite.
    """
    z = ndtri((1 - level) / 2) * np.array([[1.0], [-1.0]]) * np.ones(ordered.shape[1])
    return quantile(ordered, ndtr(_adjusted(z, bias, acceleration)))


def p_value(ordered, bias=0.0, acceleration=0.0):
    """Two-sided p of the hypothesis that the quantity is zero, by the interval of the same name: (R, k) -> (k,)"""
    past = ndtri(level_of(ordered, 0.0)) - bias
    with np.errstate(invalid="ignore"):
        z = past / (1 + acceleration * past) - bias
    p = 2 * ndtr(-np.abs(z))
    return np.where(np.isfinite(bias) & np.isfinite(p), p, np.nan)


def basic(ordered, level, estimate):
    """(R, k), (k,) -> (2, k)"""
    return 2 * estimate - percentile(ordered, level)[::-1]


def normal(estimate, bias, deviation, level):
    """(k,) three times -> (2, k)"""
    half = -ndtri((1 - level) / 2) * deviation
    return np.stack([estimate - bias - half, estimate - bias + half])


def _adjusted(z, bias, acceleration):
    past = bias + z
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(bias), bias + past / (1 - acceleration * past), np.nan)
