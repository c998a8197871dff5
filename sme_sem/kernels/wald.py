"""How far estimates lie from what is claimed of them, in the metric of their covariance matrix.

Wald (1943), Transactions of the American Mathematical Society 54, 426-482.
"""

import numpy as np

ROUNDING = 1e-10  # of a variance of one: nothing


def statistic(apart, spread):
    """h^T V^- h and the rank of V: (k,), (k, k) -> (), ()

    Claims that follow from one another count once; NaN where such claims, or one about a constant, cannot hold, and
    where V is not known.
    """
    if not np.isfinite(spread).all():
        return np.nan, len(apart)
    variance = np.diagonal(spread)
    deviation = np.sqrt(np.where(variance > 0, variance, 1))
    spectrum, axes = np.linalg.eigh(spread / np.outer(deviation, deviation))
    told = spectrum > ROUNDING * len(spectrum)
    along = axes.T @ (apart / deviation)
    df = int(told.sum())
    if np.abs(along[~told]).max(initial=0.0) > np.sqrt(ROUNDING) * np.abs(along).max(initial=0.0):
        return np.nan, df
    return float((along[told] ** 2 / spectrum[told]).sum()), df
