"""How much of the variation of results each of several crossed choices accounts for.

::

    alone     Var(E[y | c]) / Var(y)              between the levels of one choice
    together  E[Var(y | all but c)] / Var(y)      what remains when every other choice is held

With all combinations present these are the first-order and the total sensitivity indices: alone <= together, the sum of
the first is at most one, of the second at least one, and both are one where choices do not interact.

Sobol (2001), Mathematics and Computers in Simulation 55, 271-280; Homma and Saltelli (1996), Reliability
Engineering and System Safety 52, 1-17.
"""

import numpy as np


def variance_shares(values, levels):
    """(n,), (n, c) of whole numbers -> (c,), (c,); NaN where the values do not vary"""
    total = ((values - values.mean()) ** 2).sum()
    alone, together = np.full((2, levels.shape[1]), np.nan)
    if not total > 1e-24 * (values**2).sum():  # False for NaN
        return alone, together
    for choice in range(levels.shape[1]):
        own, others = levels[:, choice : choice + 1], np.delete(levels, choice, axis=1)
        alone[choice] = 1 - _within(values, own) / total
        together[choice] = _within(values, others) / total
    return alone, together


def _within(values, levels):
    """Sum of squares around the mean of each distinct row of levels."""
    if not levels.shape[1]:
        return ((values - values.mean()) ** 2).sum()
    _, cell = np.unique(levels, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    means = np.bincount(cell, values) / np.bincount(cell)
    return ((values - means[cell]) ** 2).sum()
