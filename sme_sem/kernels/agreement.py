"""Whether coders who judged the same units agree beyond chance.

With p_ij the share of units that one coder put into i and the other into j, p_o = sum p_ii, p_e = sum p_i. p_.i::

    Cohen's kappa = (p_o - p_e) / (1 - p_e)

Fleiss' kappa has the share of agreeing pairs of coders within units for p_o and the squared overall shares for p_e.
Krippendorff's alpha = 1 - D_o / D_e, observed over expected disagreement, allows for judgements that are missing.

Cohen (1960), Educational and Psychological Measurement 20, 37-46; standard error: Fleiss, Cohen and Everitt (1969),
Psychological Bulletin 72, 323-327.  Fleiss (1971), Psychological Bulletin 76, 378-382.  Krippendorff (2011),
Computing Krippendorff's alpha-reliability.
"""

import numpy as np


def cohen_kappa(table):
    """Kappa and its standard error, from units by first and second coder's category: (..., k, k) -> (...), (...)"""
    n = table.sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = table / n[..., None, None]
        first, second, agreed = p.sum(axis=-1), p.sum(axis=-2), np.linalg.diagonal(p)
        chance = np.vecdot(first, second)
        kappa = (agreed.sum(axis=-1) - chance) / (1 - chance)
        rest = 1 - kappa
        on = (agreed * (1 - (first + second) * rest[..., None]) ** 2).sum(axis=-1)
        crossed = p * (second[..., :, None] + first[..., None, :]) ** 2
        off = rest**2 * (crossed.sum(axis=(-2, -1)) - np.linalg.trace(crossed))
        variance = (on + off - (kappa - chance * rest) ** 2) / (n * (1 - chance) ** 2)
    return kappa, np.sqrt(np.maximum(variance, 0))


def fleiss_kappa(counts):
    """Kappa of any number of coders, the same for every unit, from units by category: (..., u, k) -> (...)"""
    coders = counts.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = ((counts * (counts - 1)).sum(axis=-1) / (coders * (coders - 1))).mean(axis=-1)
        shares = counts.sum(axis=-2) / coders.sum(axis=-1)[..., None]
        chance = (shares**2).sum(axis=-1)
        return (within - chance) / (1 - chance)


def coincidences(counts, weight=1.0):
    """Pairs of values within units, a unit of m judgements weighing 1 / (m - 1): (..., u, k) -> (..., k, k)

    weight : (..., u) how often each unit counts, as in bootstrap samples.  Units judged once hold no pair.
    """
    judged = counts.sum(axis=-1)
    w = np.where(judged > 1, weight / np.maximum(judged - 1, 1), 0.0)
    weighted = counts * w[..., None]
    k = np.arange(counts.shape[-1])
    pairs = weighted.mT @ counts
    pairs[..., k, k] -= weighted.sum(axis=-2)
    return pairs


def krippendorff_alpha(coincidence, values, level="nominal"):
    """Alpha from coincidences of k ascending values: (..., k, k), (k,) -> (...), NaN where all values are the same"""
    n_value = coincidence.sum(axis=-1)
    n = n_value.sum(axis=-1)
    distance = _DISTANCES[level](np.asarray(values), n_value)
    observed = (coincidence * distance).sum(axis=(-2, -1))
    expected = (n_value[..., :, None] * n_value[..., None, :] * distance).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (n - 1) * observed / expected, np.nan)


def _nominal(values, n_value):
    return 1.0 - np.eye(len(values))


def _ordinal(values, n_value):
    """(number of judgements from c to k, those of c and k counted half)^2"""
    middle = n_value.cumsum(axis=-1) - n_value / 2
    return (middle[..., :, None] - middle[..., None, :]) ** 2


def _interval(values, n_value):
    return (values[:, None] - values) ** 2.0


def _ratio(values, n_value):
    total = values[:, None] + values
    return np.divide(values[:, None] - values, total, out=np.zeros(total.shape), where=total != 0) ** 2


_DISTANCES = {"nominal": _nominal, "ordinal": _ordinal, "interval": _interval, "ratio": _ratio}
LEVELS = tuple(_DISTANCES)
