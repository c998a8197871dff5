"""Power of the chi-square test of overall fit, in terms of the RMSEA.

::

    noncentrality = (n - 1) df rmsea^2 / groups

The hypothesis tested is an RMSEA of ``null`` or better (close fit; exact fit where null = 0) if the true one is worse,
and of ``null`` or worse (not-close fit) if the true one is better.

MacCallum, Browne and Sugawara (1996), Psychological Methods 1, 130-149.
"""

import numpy as np
from scipy import special


def overall_power(n, df, null, true, alpha, groups=1):
    """Power at n respondents: floats -> float"""
    at_null, at_true = ((n - 1) * df * rmsea**2 / groups for rmsea in (null, true))
    if true > null:
        critical = _quantile(1 - alpha, df, at_null)
        return float(1 - special.chndtr(critical, df, at_true))
    return float(special.chndtr(_quantile(alpha, df, at_null), df, at_true))


def respondents_needed(power, df, null, true, alpha, groups=1, most=10**7):
    """Smallest n with the power asked for; NaN if ``most`` are too few: floats -> float"""

    def enough(n):
        return overall_power(n, df, null, true, alpha, groups) >= power

    few, many = 1, 2
    while not enough(many):
        few, many = many, 2 * many
        if many > most:
            return np.nan
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return float(many)


def _quantile(probability, df, noncentrality):
    """Of the noncentral chi-square distribution."""
    if noncentrality == 0:
        return float(special.chdtri(df, 1 - probability))
    return float(special.chndtrix(probability, df, noncentrality))
