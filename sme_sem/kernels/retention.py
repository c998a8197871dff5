"""How many components or factors a correlation matrix holds: Velicer's criterion, and noise to compare with.

With m components taken out, L_m the first m columns of the loadings::

    C_m = R - L_m L_m^T        MAP_m = mean over pairs of items of C_ij^2 / (C_ii C_jj)

MAP falls as long as components take out what items share, and rises once they take out what is their own.

Noise are correlation matrices of answers that have nothing in common: of normal variables, or of the answers
themselves, each item's put in an order of its own.

Velicer (1976), Psychometrika 41, 321-327.  Horn (1965), Psychometrika 30, 179-185.  That the products of normal
variables need no respondents: Bartlett (1933), Proceedings of the Royal Society of Edinburgh 53, 260-283.
"""

import numpy as np

from . import contingency, linalg, ordered, polychoric, wishart
from .components import principal_components


def average_squared_partials(correlation):
    """MAP after 0, 1, ..., p - 1 components: (..., p, p) -> (..., p), NaN where an item has nothing left"""
    p = correlation.shape[-1]
    _, loadings = principal_components(correlation)
    columns = loadings.mT[..., :-1, :]
    taken = (columns[..., :, None] * columns[..., None, :]).cumsum(axis=-3)
    whole = correlation[..., None, :, :]
    partial = linalg.correlation(np.concatenate([whole, whole - taken], axis=-3))
    return ((partial**2).sum(axis=(-2, -1)) - p) / (p * (p - 1))


def normal_noise(rng, draws, n, p):
    """Correlations of n respondents to p independent normal variables: -> (draws, p, p)"""
    return linalg.correlation(wishart.sums_of_products(rng, draws, n, p))


def shuffled(rng, draws, values):
    """Every column in an order of its own: (n, p) -> (draws, n, p)"""
    return rng.permuted(np.broadcast_to(values, (draws, *values.shape)), axis=-2)


def polychoric_correlations(codes, levels):
    """Polychoric ones, of answers without gaps: (draws, n, p) codes 0, 1, ..., (p,) -> (draws, p, p)"""
    K, p = int(levels.max()), codes.shape[-1]
    joint = np.stack([contingency.joint(own, K) for own in codes])
    tau = polychoric.thresholds(contingency.margins(joint))
    return ordered.symmetric(ordered.correlations(contingency.of_pairs(joint), tau, levels).rho, p)


def leading(above):
    """How many of the first values are all true: (..., p) -> (...)"""
    return np.logical_and.accumulate(above, axis=-1).sum(axis=-1)
