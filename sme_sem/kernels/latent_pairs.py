"""Correlations of two variables given their margins, from the respondents one by one.

Needed where tables do not suffice: one variable is continuous (polyserial correlation), both are (Pearson's), or
covariates give every respondent limits of their own.  A kind of pair tells its correlation and how a respondent's
log-likelihood changes with rho and with what moves either margin, two limits or location and scale (see ``margins``).

Olsson, Drasgow and Dorans (1982), Psychometrika 47, 337-347, section 3 (two-step polyserial);
Muthen (1984), Psychometrika 49, 115-132.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from . import bivariate
from .latent_correlation import Correlations, along_atanh, estimate, search
from .polychoric import NEGLIGIBLE

_SMALLEST = np.finfo(float).eps  # of a conditional probability, as in lavaan


class PairScores(NamedTuple):
    """Slopes of a respondent's log-likelihood: rho (n, b), first and second (2, n, b); 0 where an answer is missing"""

    rho: np.ndarray
    first: np.ndarray
    second: np.ndarray


def ordered_ordered(first, second):
    """Polychoric given covariates, from limits of the residual responses: (2, n, b), (2, n, b)"""
    both = np.isfinite(first[0] + second[0])
    first, second = (np.where(both, x, 0.0) for x in (first, second))

    def cells_at(rho, members):
        own = first[:, :, members], second[:, :, members]
        return tuple(
            _over_rectangle(f, *own, rho).T
            for f in (bivariate.distribution, bivariate.density, bivariate.density_slope)
        )

    middle = [np.where(both, np.clip(x, -3, 3).mean(axis=0), np.nan) for x in (first, second)]
    found = estimate(cells_at, both.T.astype(float), _correlation(*middle))
    rho = found.rho
    P = _over_rectangle(bivariate.distribution, first, second, rho)
    likely = np.where(both & (P > NEGLIGIBLE), P, np.inf)
    slope = _over_rectangle(bivariate.density, first, second, rho) / likely
    return found, PairScores(slope, _edges(first, second, rho) / likely, _edges(second, first, rho) / likely)


def continuous_ordered(residual, limits):
    """Polyserial correlation, from standardised residuals and limits: (2, n, b), (2, n, b)"""
    z = residual[0]
    both = np.isfinite(z + limits[0])
    z, limits = np.where(both, z, 0.0), np.where(both, limits, 0.0)

    def cells_at(rho, members):
        own, edge = z[:, members], limits[:, :, members]
        remaining = (1 - rho) * (1 + rho)
        spread = np.sqrt(remaining)
        place = (edge - rho * own) / spread
        height = bivariate.normal_density(place)
        turn = (rho * edge - own) / remaining / spread
        bend = (edge + 3 * rho * spread * turn) / remaining / spread - place * turn**2
        slopes = (height * turn, height * bend)
        return bivariate.interval(*place).T, *(np.diff(x, axis=0)[0].T for x in slopes)

    middle = np.where(both, np.clip(limits, -3, 3).mean(axis=0), np.nan)
    found = estimate(cells_at, both.T.astype(float), _correlation(np.where(both, z, np.nan), middle))
    rho = found.rho
    spread = np.sqrt((1 - rho) * (1 + rho))
    place = (limits - rho * z) / spread
    P = np.where(both, np.maximum(bivariate.interval(*place), _SMALLEST), np.inf)
    height = bivariate.normal_density(place) / P
    pull = np.diff(height, axis=0)[0]
    slope = np.diff(height * (rho * limits - z), axis=0)[0] / spread**3
    own = np.stack([z + rho / spread * pull, z**2 - 1 + z * rho / spread * pull])
    return found, PairScores(slope, np.where(both, own, 0.0), np.array([[[-1]], [[1]]]) * height / spread)


def continuous_continuous(first, second):
    """Correlation of standardised residuals, Pearson's where no answer is missing: (2, n, b), (2, n, b)"""
    both = np.isfinite(first[0] + second[0])
    x, y = np.where(both, first[0], 0.0), np.where(both, second[0], 0.0)
    n = both.sum(axis=0)
    squares, product = (x**2 + y**2).sum(axis=0), (x * y).sum(axis=0)

    def slope_at(theta, members, exact):
        rho = np.tanh(theta[:, 0])
        remaining = (1 - rho) * (1 + rho)
        S, C = squares[members] / n[members], product[members] / n[members]
        distance = (S - 2 * rho * C) / remaining
        value = (np.log(remaining) + distance) / 2
        gradient = (rho * distance - rho - C) / remaining
        hessian = (1 + rho**2) / remaining**2
        if exact:
            hessian = (S - 4 * rho * C + 4 * rho**2 * distance - 1 - rho**2) / remaining**2
        return along_atanh(theta, rho, value, gradient, hessian, exact)

    if both.all():
        found = Correlations(product / n, np.zeros(len(n), dtype=bool))
    else:
        found = search(slope_at, _correlation(np.where(both, x, np.nan), np.where(both, y, np.nan)))
    rho = found.rho
    remaining = (1 - rho) * (1 + rho)
    distance = (x**2 - 2 * rho * x * y + y**2) / remaining
    slope = np.where(both, (rho + x * y - rho * distance) / remaining, 0.0)
    places = (
        np.where(both, [(own - rho * other) / remaining, (own**2 - rho * x * y) / remaining - 1], 0.0)
        for own, other in ((x, y), (y, x))
    )
    return found, PairScores(slope, *places)


def _over_rectangle(function, first, second, rho):
    """A function of both limits, summed over the corners: (2, n, b), (2, n, b), (b,) -> (n, b)"""
    (a, b), (c, d) = first, second
    return function(b, d, rho) - function(a, d, rho) - function(b, c, rho) + function(a, c, rho)


def _edges(own, other, rho):
    """Slopes of the rectangle's probability along its own limits: (2, n, b), (2, n, b), (b,) -> (2, n, b)"""
    spread = np.sqrt((1 - rho) * (1 + rho))
    within = np.diff(ndtr((other[:, None] - rho * own) / spread), axis=0)[0]
    return np.array([[[-1]], [[1]]]) * bivariate.normal_density(own) * within


def _correlation(x, y):
    """Pearson's over the respondents who have both: (n, b), (n, b) -> (b,)"""
    n = np.maximum(np.isfinite(x).sum(axis=0), 1)
    x, y = (np.nan_to_num(v - np.nansum(v, axis=0) / n) for v in (x, y))
    scale = np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))
    return (x * y).sum(axis=0) / np.where(scale > 0, scale, np.inf)
