"""Draws of answers that were not given, from a regression on all other answers.

Predictors X have unit variance, y are the answers given to one item.  *Predictive mean matching* regresses y on X,
draws the coefficients from their posterior distribution (noninformative prior, ridge 1e-5 of the predictors' squares,
the constant's left out so that zero may lie anywhere) and gives each gap the answer of one of the respondents whose
prediction, at the estimates, is nearest to the gap's prediction at the draw.  *Proportional odds*, for ordered
categories 0 ... c - 1, thresholds tau and slopes beta::

    P(y <= j) = 1 / (1 + exp(-(tau_j - x beta)))

finds the mode under a normal prior of the slopes with standard deviation 2.5, which keeps them finite when answers are
separated, and draws thresholds and slopes from the normal distribution with the curvature there.

Rubin (1986), Journal of Business & Economic Statistics 4, 87-94 (matching at the draw: type 1).  Little (1988), same
journal 6, 287-296.  McCullagh (1980), Journal of the Royal Statistical Society B 42, 109-142.  van Buuren and
Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3).
Chance comes in as arrays.  Shapes: n respondents, q predictors (the first one constant for matching), c categories.
"""

from typing import NamedTuple

import numpy as np

from . import linalg

RIDGE = 1e-5
TIED = 1e-10  # of the predictions' range: nearer than that, two are one
SLOPE_PRECISION = 1 / 2.5**2
MOST_STEPS, MOST_HALVINGS = 50, 20


def drawn_regression(X, y, normal, chi_square):
    """Least squares estimates, and a draw around them: (..., n, q), (..., n), (..., q), (...) -> (..., q), (..., q)

    normal : standard normal numbers    chi_square : one with max(n - q, 1) degrees of freedom
    """
    gram = X.mT @ X
    slopes = np.arange(1, gram.shape[-1])
    gram[..., slopes, slopes] *= 1 + RIDGE
    W = linalg.whitener(gram)
    estimate = np.matvec(W.mT, np.matvec(W, np.matvec(X.mT, y)))
    residual = ((y - np.matvec(X, estimate)) ** 2).sum(axis=-1)
    scale = np.sqrt(residual / chi_square)
    return estimate, estimate + scale[..., None] * np.matvec(W.mT, normal)


def nearest(given, sought, k):
    """Places in `given` of the k values nearest to each one sought: (n,), (s,), () -> (s, k)"""
    order = np.argsort(given, kind="stable")
    k = min(k, len(given))
    first = np.searchsorted(given[order], sought) - k
    window = np.clip(first, 0, max(len(given) - 2 * k, 0))[:, None] + np.arange(min(2 * k, len(given)))
    distance = np.abs(given[order][window] - sought[:, None])
    closest = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return order[np.take_along_axis(window, closest, axis=1)]


def alike(given):
    """Which predictions are one, numbered in ascending order: (n,) -> (n,)"""
    order = np.argsort(given, kind="stable")
    further = np.diff(given[order], prepend=-np.inf) > TIED * np.ptp(given)
    found = np.empty(len(given), dtype=int)
    found[order] = np.cumsum(further) - 1
    return found


def another_alike(kinds, places, again, uniform):
    """Put one of the same kind, by chance, in each place: (n,), (s,), (n,), (s,) -> (s,)

    Gaps with one prediction, as discrete predictors give them, would else all have the few donors chosen among the many
    that are equally near, and copies would differ by more than the gaps make them.  Donors of a kind are first drawn
    with replacement (``again``), as it is not known how all who could have answered would (Rubin and Schenker 1986,
    Journal of the American Statistical Association 81, 366-374: approximate Bayesian bootstrap).
    """
    order = np.argsort(kinds, kind="stable")
    count = np.bincount(kinds)
    first, own = np.cumsum(count) - count, kinds[order]
    drawn = order[first[own] + (again * count[own]).astype(int)]
    own = kinds[places]
    return drawn[first[own] + (uniform * count[own]).astype(int)]


class Odds(NamedTuple):
    """A proportional-odds model: theta (..., c - 1 + q), thresholds first; precision (..., c - 1 + q, c - 1 + q)"""

    theta: np.ndarray
    precision: np.ndarray


def proportional_odds(X, category, c):
    """The mode and the curvature there: (..., n, q), (n,), () -> Odds, NaN where none was found"""
    below = np.cumsum(np.bincount(category, minlength=c))[:-1] / len(category)
    start = np.concatenate([np.log(below / (1 - below)), np.zeros(X.shape[-1])])
    theta = np.broadcast_to(start, (*X.shape[:-2], len(start))).copy()
    value, slope, precision = _odds(X, category, c, theta)
    for _ in range(MOST_STEPS):
        step = linalg.solve_definite(precision, slope)
        length = np.where(np.abs(step).max(axis=-1) > 1e-9, 1.0, 0.0)  # those that have arrived stay
        if not length.any():
            return Odds(theta, precision)
        for _ in range(MOST_HALVINGS):
            reached = _odds_value(X, category, c, theta + length[..., None] * step)
            better = reached >= value - 1e-10 * np.abs(value)
            if better.all():
                break
            length = np.where(better, length, length / 2)
        theta = theta + length[..., None] * step
        value, slope, precision = _odds(X, category, c, theta)
    return Odds(np.where((np.abs(step).max(axis=-1) < 1e-6)[..., None], theta, np.nan), precision)


def drawn_categories(odds, X, normal, uniform, c):
    """Categories of gaps with predictors X: Odds, (..., s, q), (..., c - 1 + q), (..., s), () -> (..., s)"""
    theta = odds.theta + np.matvec(linalg.whitener(odds.precision).mT, normal)
    tau = np.sort(theta[..., : c - 1], axis=-1)
    response = np.matvec(X, theta[..., c - 1 :]) + np.log(uniform / (1 - uniform))
    return (response[..., :, None] > tau[..., None, :]).sum(axis=-1)


def _edges(X, category, c, theta):
    """F at both thresholds of each respondent's category, and the probability between: (..., n) three times"""
    tau = theta[..., : c - 1]
    pad = np.full((*tau.shape[:-1], 1), np.inf)
    bounds = np.concatenate([-pad, tau, pad], axis=-1)
    eta = np.matvec(X, theta[..., c - 1 :])
    upper, lower = bounds[..., category + 1] - eta, bounds[..., category] - eta
    F, G = _logistic(upper), _logistic(lower)
    # of two large thresholds the difference of the complements keeps the digits
    between = np.where(lower > 0, _logistic(-lower) - _logistic(-upper), F - G)
    return F, G, between


def _logistic(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def _odds_value(X, category, c, theta):
    """Log posterior: (..., n, q), (n,), (), (..., c - 1 + q) -> (...), NaN where thresholds are out of order"""
    *_, P = _edges(X, category, c, theta)
    prior = 0.5 * SLOPE_PRECISION * (theta[..., c - 1 :] ** 2).sum(axis=-1)
    return np.log(np.where(P > 0, P, np.nan)).sum(axis=-1) - prior


def _odds(X, category, c, theta):
    """Log posterior, its slope, and minus its curvature"""
    F, G, P = _edges(X, category, c, theta)
    P = np.where(P > 0, P, np.nan)
    f, g = F * (1 - F), G * (1 - G)
    u, v = f / P, -g / P
    uu, vv, uv = u * (1 - 2 * F) - u**2, v * (1 - 2 * G) - v**2, -u * v
    each = np.arange(c - 1)
    A, B = (category[:, None] == each).astype(float), (category[:, None] == each + 1).astype(float)
    prior = SLOPE_PRECISION * theta[..., c - 1 :]
    slope = np.concatenate([np.matvec(A.T, u) + np.matvec(B.T, v), -np.matvec(X.mT, u + v) - prior], axis=-1)
    cross = A.T @ ((uu + uv)[..., None] * X) + B.T @ ((vv + uv)[..., None] * X)
    neighbours = A.T @ (uv[..., None] * B)
    thresholds = A.T @ (uu[..., None] * A) + B.T @ (vv[..., None] * B) + neighbours + neighbours.mT
    slopes = X.mT @ ((uu + 2 * uv + vv)[..., None] * X) - SLOPE_PRECISION * np.eye(X.shape[-1])
    curvature = np.concatenate(
        [np.concatenate([thresholds, -cross], axis=-1), np.concatenate([-cross.mT, slopes], axis=-1)], axis=-2
    )
    value = np.log(P).sum(axis=-1) - 0.5 * (prior * theta[..., c - 1 :]).sum(axis=-1)
    return value, slope, -curvature


def r_hat(trace):
    """R-hat of the second half of m chains: (..., m, iterations, p) -> (..., p), NaN for one chain or few iterations

    The pooled over the within-chain deviation of p quantities, with B / n and W the variances of and within chains::

        sqrt(((n - 1) / n W + B / n) / W)

    Gelman and Rubin (1992), Statistical Science 7, 457-472.
    """
    late = trace[..., trace.shape[-2] // 2 :, :]
    m, n = late.shape[-3:-1]
    if m < 2 or n < 2:
        return np.full((*late.shape[:-3], late.shape[-1]), np.nan)
    within = late.var(axis=-2, ddof=1).mean(axis=-2)
    between = late.mean(axis=-2).var(axis=-2, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt((n - 1) / n + between / within)
