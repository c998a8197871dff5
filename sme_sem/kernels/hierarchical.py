"""How much of a total score is one general construct, and how well the items determine a construct.

With effects e_ij on items i of latent sources j (general, or specific to some items; uncorrelated, variance psi_j), and
the variance V of the total of some items::

    omega        = sum over j of (sum of e_ij)^2 psi_j / V       all sources
    omega_h      = (sum of e_ig)^2 psi_g / V                     the general one, over all items
    omega_hs     = (sum of e_is)^2 psi_s / V_s                   a specific one, over its own items
    ECV          = sum of e_ig^2 psi_g / sum over j of sum of e_ij^2 psi_j
    H            = 1 / (1 + 1 / sum of l^2 / (1 - l^2))          l: standardized loadings

ECV is the explained common variance, H maximal reliability, that of the best weighted sum.

Reise (2012), Multivariate Behavioral Research 47, 667-696.  Rodriguez, Reise and Haviland (2016), Psychological Methods
21, 137-150.  Hancock and Mueller (2001), in Structural Equation Modeling: Present and Future, 195-216.
"""

import numpy as np


def maximal_reliability(loadings):
    """Coefficient H of standardized loadings: (..., k) -> (...), NaN if one reaches 1"""
    proper = (np.abs(loadings) < 1).all(axis=-1, keepdims=True)
    square = np.where(proper, loadings, np.nan) ** 2
    signal = (square / (1 - square)).sum(axis=-1)
    return signal / (1 + signal)


def total_shares(effects, variances, total):
    """Share of a total's variance due to each source: (..., k, s), (..., s), (...) -> (..., s)"""
    return effects.sum(axis=-2) ** 2 * variances / total[..., None]


def explained_common_variance(effects, variances):
    """Share of each source in the variance all sources explain: (..., k, s), (..., s) -> (..., s)"""
    explained = (effects**2).sum(axis=-2) * variances
    return explained / explained.sum(axis=-1, keepdims=True)
