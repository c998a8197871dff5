"""How many kinds were never seen, from how often the others were: has another interview anything new to say?

With f_1 kinds seen once and f_2 seen twice, n observations (segments, or sources in which a kind occurs or not)::

    Chao = seen + (n - 1)/n f_1^2 / (2 f_2)            (n - 1)/n f_1 (f_1 - 1) / 2 in place of it if f_2 = 0
    coverage = 1 - f_1 / n                             Good and Turing: the next observation's chance of a known kind
    S(k) = sum over kinds of 1 - C(n - n_i, k)/C(n, k)      kinds expected in k of the n sources, over all orders

Chao is a lower bound.  Chao (1984), Scandinavian Journal of Statistics 11, 265-270; Chao (1987), Biometrics 43,
783-791 (sources, variance and interval); Good (1953), Biometrika 40, 237-264; Colwell, Mao and Chang (2004), Ecology
85, 2717-2727 (curve).
"""

from typing import NamedTuple

import numpy as np
from scipy import special


class Chao(NamedTuple):
    """Estimated number of kinds, its standard error, and a 95% interval that begins at the number seen."""

    estimate: float
    standard_error: float
    lower: float
    upper: float


def chao(counts, n):
    """Lower bound of the number of kinds: (kinds,) how often each was seen, in n observations -> Chao"""
    seen, once, twice = len(counts), np.sum(counts == 1), np.sum(counts == 2)
    A = (n - 1) / n
    if twice:
        r = once / twice
        unseen = A * once * r / 2
        variance = twice * (A * r**2 / 2 + A**2 * r**3 + (A * r**2) ** 2 / 4)
    else:
        unseen = A * once * (once - 1) / 2
        total = seen + unseen
        variance = A * once * (once - 1) / 2 + A**2 * once * (2 * once - 1) ** 2 / 4 - (A * once**2) ** 2 / 4 / total
    if unseen <= 0:
        return Chao(float(seen), 0.0, float(seen), float(seen))
    spread = np.exp(1.959963984540054 * np.sqrt(np.log1p(variance / unseen**2)))
    return Chao(
        float(seen + unseen), float(np.sqrt(variance)), float(seen + unseen / spread), float(seen + unseen * spread)
    )


def good_turing(counts):
    """Chance that the next observation is of a kind already seen: (kinds,) -> ()"""
    return float(1 - np.sum(counts == 1) / np.sum(counts)) if np.sum(counts) else float("nan")


def accumulation(counts, n):
    """Kinds expected in 1, ..., n of n sources: (kinds,) in how many sources each occurs -> (n,)"""
    k = np.arange(1, n + 1)
    absent = n - counts[:, None]

    def chosen(top):
        """log C(top, k), minus infinity where there are too few"""
        room = top - k
        log = special.gammaln(top + 1) - special.gammaln(k + 1) - special.gammaln(np.maximum(room, 0) + 1)
        return np.where(room >= 0, log, -np.inf)

    return (1 - np.exp(chosen(absent) - chosen(np.full((1, 1), n)))).sum(axis=0)
