"""Correlations of items where something is true that a model leaves out: a second loading, or a relation between items.

Everything is standardized: variables have variance one, before and after.
"""

import numpy as np

MOST = 0.95  # of the second loading at which nothing of an item would be left unexplained


def second_loading(loading, correlation):
    """How much an item can load on another construct, its own loading at most: floats (...), (...) -> (...)

    Loading l on a construct and c on one that correlates r with it, an item has 1 - l^2 - c^2 - 2 l c r left.
    """
    own = abs(loading)
    along = own * correlation
    return np.copysign(np.minimum(own, MOST * (np.sqrt(along**2 + 1 - own**2) - along)), loading)


def with_second_loadings(correlation, p, loadings):
    """Correlations of p observed variables where items load on other constructs too.

    correlation : (v, v) of all variables, observed ones first   loadings : of pairs (item, construct) -> (p, p)
    """
    more = np.zeros((p, len(correlation)))
    for place, loading in loadings.items():
        more[place] = loading
    added = more @ correlation[:, :p]
    found = correlation[:p, :p] + added + added.T + more @ correlation @ more.T
    np.fill_diagonal(found, 1.0)
    return found


def with_relations(correlation, residual, pairs, size):
    """The same where what is left of items correlates by ``size``: (p, p), residual variances (p,), pairs of items"""
    found = correlation.copy()
    for i, j in pairs:
        found[i, j] = found[j, i] = found[i, j] + size * np.sqrt(residual[i] * residual[j])
    return found


def maximal_reliability(loadings):
    """Coefficient H of a construct's items: (k,) -> float.  Hancock and Mueller (2001), in Cudeck et al. (eds)."""
    told = (loadings**2 / (1 - loadings**2)).sum()
    return float(told / (1 + told))
