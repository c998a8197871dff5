"""Sample moments of any mixture of ordered and continuous variables, with or without covariates.

Ordered variables without covariates need only their tables (``ordered``); every other pair needs its respondents.
Given covariates, thresholds become those of a probit regression, means intercepts, and correlations those of what the
regressions leave over.  Muthen (1984), Psychometrika 49, 115-132, case B.
"""

import numpy as np

from . import latent_pairs, margins, ordered
from .influence import Moments, influences, layout

_CELLS = 1 << 19  # respondents times pairs whose likelihoods are computed at a time


def moments(values, levels, x=None, *, correct=0.5):
    """Estimate the moments of one sample, gaps left out pair by pair.

    values : (n, p) codes 0, 1, ... of ordered variables, numbers of continuous ones, NaN for gaps
    levels : (p,) number of categories, 0 for a continuous variable
    x : (n, k) covariates, without gaps
    correct : what an empty cell of a two by two table is given, see ``contingency.without_empty_cell``
    """
    values, levels = np.asarray(values, dtype=float), np.asarray(levels, dtype=int)
    given = x is not None and np.shape(x)[1] > 0
    if levels.all() and not given:
        return ordered.moments(values, levels, correct=correct)
    x = np.asarray(x, dtype=float) if given else np.empty((len(values), 0))
    own = [
        margins.ordered(values[:, i], size, x) if size else margins.continuous(values[:, i], x)
        for i, size in enumerate(levels)
    ]
    return _assembled(values, levels, own, layout(levels, x.shape[1]), by_table=not given, correct=correct)


def _assembled(values, levels, own, where, *, by_table, correct):
    n, p = values.shape
    first, second = where.covariance.T
    places = _places(where, p)
    size = sum(map(len, places))
    estimates, single = np.zeros(size), np.zeros((n, size))
    for margin, place in zip(own, places, strict=True):
        estimates[place], single[:, place] = margin.estimates, margin.influence
    rho, at_bound, shares = np.zeros(len(first)), np.zeros(len(first), dtype=bool), np.zeros((n, len(first)))
    tabled = (levels[first] > 0) & (levels[second] > 0) & by_table
    if tabled.any():
        rho[tabled], at_bound[tabled], shares[:, tabled] = _from_tables(values, levels, correct)
    for block, fit, a, b in _blocks(first, second, levels, ~tabled, n):
        found, score = fit(*(np.stack([own[i].places for i in side], axis=-1) for side in (a, b)))
        cross = np.zeros((len(block), size))
        for side, slopes in ((a, score.first), (b, score.second)):
            for i in np.unique(side):
                mine = np.flatnonzero(side == i)
                products = (score.rho * slopes)[:, :, mine].mT @ own[i].designs
                cross[np.ix_(mine, places[i])] = products.sum(axis=0)
        information = (score.rho**2).sum(axis=0)
        shares[:, block] = (score.rho - single @ cross.T) / np.where(information > 0, information, np.nan)
        rho[block], at_bound[block] = found
    deviation = np.array([margin.deviation for margin in own])
    scale = deviation[first] * deviation[second]
    shares *= scale
    for v, i in enumerate(where.variance):
        own_share = single[:, size - len(where.variance) + v] / (2 * deviation[i] ** 2)
        for side in (first, second):
            mine = side == i
            shares[:, mine] += own_share[:, None] * (rho * scale)[mine]
    correlation = ordered.symmetric(rho, p)
    return Moments(
        n=n,
        layout=where,
        vector=np.concatenate([estimates, rho * scale]),
        correlation=correlation,
        covariance=correlation * deviation[:, None] * deviation,
        at_bound=at_bound,
        influence=np.concatenate([single, shares], axis=1),
    )


def _places(where, p):
    """Where each variable's own moments stand: thresholds or mean, slopes, variance"""
    variables = np.concatenate([where.threshold[:, 0], where.slope[:, 0], where.variance])
    return [np.flatnonzero(variables == i) for i in range(p)]


def _from_tables(values, levels, correct):
    """Correlations of the ordered variables, which are at the bound, and respondents' influences on them"""
    chosen = levels > 0
    tabled = ordered.moments(values[:, chosen], levels[chosen], correct=correct)
    thresholds = len(tabled.layout.threshold)
    return tabled.vector[thresholds:], tabled.at_bound, influences(tabled)[:, thresholds:]


def _blocks(first, second, levels, wanted, n):
    """Pairs of one kind at a time, as many as memory likes: numbers of the pairs, their fit, its two variables"""
    ordinal = levels > 0
    mixed = ordinal[first] != ordinal[second]
    swapped = mixed & ordinal[first]
    a, b = np.where(swapped, second, first), np.where(swapped, first, second)
    for fit, of_kind in (
        (latent_pairs.ordered_ordered, ordinal[first] & ordinal[second]),
        (latent_pairs.continuous_ordered, mixed),
        (latent_pairs.continuous_continuous, ~(ordinal[first] | ordinal[second])),
    ):
        chosen = np.flatnonzero(wanted & of_kind)
        at_a_time = max(_CELLS // n, 1)
        for start in range(0, len(chosen), at_a_time):
            block = chosen[start : start + at_a_time]
            yield block, fit, a[block], b[block]
