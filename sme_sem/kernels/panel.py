"""Whether a panel of experts thinks an element essential, and whether the experts agree.

With n_e of N experts calling an element essential, CVR = (n_e - N/2) / (N/2).  I-CVI is the share of experts who rate
an element relevant, and with A of N doing so kappa* = (I-CVI - p_c)/(1 - p_c), p_c = C(N, A) / 2^N.
Kendall's W of m experts who rank k elements, ranks corrected for ties T = sum of t^3 - t, R_i the sum of ranks::

    W = 12 sum (R_i - mean)^2 / (m^2 (k^3 - k) - m sum of T)        chi-square = m (k - 1) W,  df = k - 1

Lawshe (1975), Personnel Psychology 28, 563-575.  Polit, Beck and Owen (2007), Research in Nursing & Health 30,
459-467.  Kendall and Babington Smith (1939), Annals of Mathematical Statistics 10, 275-287.
"""

import numpy as np
from scipy import stats

from . import fit_indices


def content_validity_ratio(essential, experts):
    """CVR: (...), (...) -> (...)"""
    return (essential - experts / 2) / (experts / 2)


def modified_kappa(relevant, experts):
    """I-CVI corrected for chance agreement: (...), (...) -> (...)"""
    share, chance = relevant / experts, stats.binom.pmf(relevant, experts, 0.5)
    return (share - chance) / (1 - chance)


def critical_ratio(experts, level=0.05):
    """Smallest CVR that chance alone (each expert tossing a coin) reaches with less than `level`, one-sided: () -> ()

    The exact binomial table that replaces Lawshe's: Ayre and Scally (2014), Measurement and Evaluation in Counseling
    and Development 47, 79-86.  NaN for panels too small for any.
    """
    essential = np.arange(experts + 1)
    enough = essential[stats.binom.sf(essential - 1, experts, 0.5) <= level]
    return float(content_validity_ratio(enough[0], experts)) if len(enough) else float("nan")


def kendall_w(ratings):
    """W of experts by elements: (..., m, k) -> (...), NaN for one expert or where nobody tells the elements apart"""
    m, k = ratings.shape[-2:]
    ranks = stats.rankdata(ratings, axis=-1)
    total = ranks.sum(axis=-2)
    spread = ((total - total.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    equal = (ratings[..., :, None] == ratings[..., None, :]).sum(axis=-1)  # of every rating, itself included
    ties = (equal**2 - 1).sum(axis=(-2, -1))
    room = m**2 * (k**3 - k) - m * ties
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((room > 0) & (m > 1), 12 * spread / room, np.nan)


def kendall_test(ratings):
    """W, its chi-square and p value: (..., m, k) -> (...), (...), (...)"""
    m, k = ratings.shape[-2:]
    w = kendall_w(ratings)
    chi_square = m * (k - 1) * w
    return w, chi_square, fit_indices.p_value(chi_square, k - 1)
