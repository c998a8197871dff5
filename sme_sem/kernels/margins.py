"""One variable given covariates: the first step towards the correlations of ordered and continuous answers.

::

    ordered     y* = x beta + e,  var(e) = 1,  answer a  <=>  tau_(a-1) < y* <= tau_a     (probit regression)
    continuous  y = mu + x beta + e,           var(e) = sigma^2                           (least squares)

McKelvey and Zavoina (1975), Journal of Mathematical Sociology 4, 103-120; the likelihood of the probit has one
maximum (Pratt 1981, Journal of the American Statistical Association 76, 103-106).
"""

from typing import NamedTuple

import numpy as np

from . import bivariate, linalg, polychoric
from .discrepancy import Slope
from .minimise import Status, scoring

ENDLESS = 1e3  # standard error of a threshold, or of a slope along a deviation of its covariate, that has no estimate
DEPENDENT = 1e-10  # smallest eigenvalue of the scores' correlations below which nothing tells them apart


class Margin(NamedTuple):
    """What is known of one variable, and how every respondent (n) bears on it.

    estimates : (q,) thresholds and slopes; or mean, slopes and variance
    places : (2, n) lower and upper limit of the residual response; or the standardised residual, twice.  NaN for gaps
    designs : (2, n, q) how the estimates move the two limits; or the mean in units of sigma, and log sigma
    influence : (n, q) what a respondent adds to the estimates, inverse information times score
    deviation : standard deviation of the residual, 1 for an ordered variable
    """

    estimates: np.ndarray
    places: np.ndarray
    designs: np.ndarray
    influence: np.ndarray
    deviation: float


def ordered(codes, levels, x):
    """Probit regression of the codes 0 ... levels - 1: (n,), int, (n, k) -> Margin with q = levels - 1 + k"""
    answered = codes >= 0  # False for NaN
    n, q = len(codes), levels - 1 + x.shape[1]
    tau = np.zeros((2, n, q))
    tau[0, :, : levels - 1] = codes[:, None] == np.arange(1, levels)
    tau[1, :, : levels - 1] = codes[:, None] == np.arange(levels - 1)
    designs = tau
    designs[:, :, levels - 1 :] = -x
    beyond = np.stack([codes == 0, codes == levels - 1]) * np.array([[-1], [1]]) * bivariate.FARTHEST
    counts = (codes[:, None] == np.arange(levels)).sum(axis=0)
    start = np.concatenate([polychoric.thresholds(counts), np.zeros(x.shape[1])])
    estimates = start
    if x.shape[1]:
        rows = np.flatnonzero(answered)
        estimates = _probit(designs[:, rows], beyond[:, rows], start)
    places = np.where(answered, _limits(designs, beyond, estimates), np.nan)
    slopes = np.nan_to_num(_slopes(*places))
    score = slopes[0, :, None] * designs[0] + slopes[1, :, None] * designs[1]
    own = influence(score)
    unit = np.concatenate([np.ones(levels - 1), x.std(axis=0)])
    if (unit**2 * (own**2).sum(axis=0) > ENDLESS**2).any():
        own = np.full_like(own, np.nan)  # a covariate separates the categories, and the likelihood has no maximum
    return Margin(estimates, places, designs, own, 1.0)


def continuous(values, x):
    """Least squares: (n,), (n, k) -> Margin with q = k + 2, the variance divided by the number of answers"""
    answered = np.isfinite(values)
    n, k = x.shape
    known = np.column_stack([np.ones(n), x])
    coefficients = np.linalg.lstsq(known[answered], values[answered], rcond=None)[0]
    residual = values - known @ coefficients
    variance = (residual[answered] ** 2).mean()
    deviation = np.sqrt(variance)
    z = residual / deviation
    designs = np.zeros((2, n, k + 2))
    designs[0, :, :-1] = known / deviation
    designs[1, :, -1] = 1 / (2 * variance)
    slopes = np.nan_to_num(np.stack([z, z**2 - 1]))
    score = slopes[0, :, None] * designs[0] + slopes[1, :, None] * designs[1]
    return Margin(np.append(coefficients, variance), np.stack([z, z]), designs, influence(score), float(deviation))


def influence(score):
    """Respondents' shares in maximum likelihood estimates, information from products of scores: (n, q) -> (n, q)

    NaN where the scores depend on each other: a continuous variable of two values, whose mean tells its variance.
    """
    information = score.T @ score
    if not linalg.is_positive_definite(linalg.correlation(information) - DEPENDENT * np.eye(len(information))):
        return np.full_like(score, np.nan)
    return score @ linalg.inverse(information)


def _probit(designs, beyond, start):
    def slope_at(theta, members, exact):
        lower, upper = _limits(designs, beyond, theta[0])
        P = bivariate.interval(lower, upper)
        P = np.where(P > 0, P, np.nan)
        below, above = _slopes(lower, upper)
        gradient = -(below @ designs[0] + above @ designs[1])
        own = (-lower * below - below**2, -upper * above - above**2)
        hessian = -sum((own[s][:, None] * designs[s]).T @ designs[s] for s in (0, 1))
        cross = ((below * above)[:, None] * designs[0]).T @ designs[1]
        hessian = hessian + cross + cross.T
        return Slope(-np.log(P).mean(keepdims=True), gradient[None] / len(P), hessian[None] / len(P))

    minimum = scoring(slope_at, start[None])
    return minimum.theta[0] if minimum.status[0] == Status.CONVERGED else np.full_like(start, np.nan)


def _limits(designs, beyond, estimates):
    outside = beyond != 0
    return np.where(outside, beyond, designs @ estimates)


def _slopes(lower, upper):
    """Slopes of log P(lower < X < upper) along both limits: (n,), (n,) -> (2, n)"""
    P = bivariate.interval(lower, upper)
    return np.stack([-bivariate.normal_density(lower), bivariate.normal_density(upper)]) / P
