"""How much of each construct a respondent has, from ordered and continuous answers.

With u = z^T b_i the part of response i that the constructs explain, z standard normal, and the residual of unit
variance, an answer between limits a and b has the likelihood Phi(b - u) - Phi(a - u), a continuous one phi(r - u).
One score is the mode of z given all answers (empirical Bayes modal); log-likelihoods are concave, so there is one::

    z^T z / 2 - sum_i log L_i -> min        error  C = (I + sum_i w_i b_i b_i^T)^-1,  w_i = -d2 log L_i / du2

The other is the mean of z given all answers (expected a posteriori), its error their covariance, by Gauss and Hermite's
quadrature at the points mode + sqrt(2) C^1/2 x of every respondent.

Skrondal and Rabe-Hesketh (2004), Generalized Latent Variable Modeling, chapter 7; Naylor and Smith (1982), Applied
Statistics 31, 214-225 (quadrature that adapts).
"""

import numpy as np
from scipy.special import log_ndtr

from . import linalg
from .discrepancy import Slope
from .minimise import Status, scoring

POINTS = (25, 21, 11, 7)  # of the quadrature along each of one, two, three or four dimensions
STEEP = 4.0  # loading by residual deviation, of a standardized loading of .97, beyond which edges are steep
_ROWS = 4096  # respondents at a time
_PASSES = 2  # around the mode, and then around the mean found
_MORE_PASSES = 8  # a mode at a steep edge tells nothing of the spread
_ALONE, _NARROWER = 0.9, 20  # share of one point that tells of points too far apart; how often these are drawn together
_CELLS = 1 << 20  # answers times points at a time
_LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


def modes(loadings, lower, upper):
    """Modes and their error covariances: (p, l), (n, p), (n, p) -> (n, l), (n, l, l)

    lower, upper : limits of an ordered answer; of a continuous one the same value twice; NaN for none
    """
    parts = [
        _modes(loadings, lower[start : start + _ROWS], upper[start : start + _ROWS])
        for start in range(0, len(lower), _ROWS)
    ]
    return tuple(np.concatenate(own) for own in zip(*parts, strict=True))


def _modes(loadings, lower, upper):
    def slope_at(z, members, _exact):
        value, pull, weight = log_likelihood(lower[members], upper[members], z @ loadings.T)
        return Slope(
            np.vecdot(z, z) / 2 - value.sum(axis=-1),
            z - pull @ loadings,
            np.eye(z.shape[1]) + (weight[:, :, None] * loadings).mT @ loadings,
        )

    with np.errstate(over="ignore", invalid="ignore"):  # where loadings are no loadings any more
        minimum = scoring(slope_at, np.zeros((len(lower), loadings.shape[1])))
        found = np.where(minimum.status[:, None] == Status.CONVERGED, minimum.theta, np.nan)
        return found, linalg.inverse(slope_at(found, slice(None), True).hessian)


def means(loadings, lower, upper):
    """Means and their error covariances, arguments as of ``modes``; up to ``len(POINTS)`` dimensions"""
    centres, errors = modes(loadings, lower, upper)
    steep = loadings.shape[1] == 1 and bool((abs(loadings) > STEEP).any())
    nodes, weight = _close_grid() if steep else _grid(loadings.shape[1])
    at_a_time = max(_CELLS // (len(nodes) * max(lower.shape[1], 1)), 1)
    for start in range(0, len(lower), at_a_time):
        rows = slice(start, start + at_a_time)
        _narrow(loadings, lower[rows], upper[rows], centres[rows], errors[rows], nodes, weight)
        own = centres[rows], errors[rows]
        for _ in range(_MORE_PASSES if steep else _PASSES):
            own = _integrated(loadings, lower[rows], upper[rows], *own, nodes, weight)[:2]
        centres[rows], errors[rows] = own
    return centres, errors


def _narrow(loadings, lower, upper, centres, errors, nodes, weight):
    """Draw the points of those together, in place, whose answers leave next to everything at one of them."""
    wide = np.arange(len(centres))
    for _ in range(_NARROWER):
        if not len(wide):
            return
        found, _, most = _integrated(loadings, lower[wide], upper[wide], centres[wide], errors[wide], nodes, weight)
        alone = most > _ALONE
        wide = wide[alone]
        centres[wide] = found[alone]
        errors[wide] /= 16


def _integrated(loadings, lower, upper, centres, errors, nodes, weight):
    """Means, covariances and largest share of a point: (n, l), (n, l, l), (k, l), (k,) -> (n, l), (n, l, l), (n,)

    The points are spread as these centres and errors are.
    """
    z = centres[:, None] + np.sqrt(2) * nodes @ linalg.cholesky(errors).mT  # (n, k, l)
    height = _all_at(lower, upper, z @ loadings.T) - np.vecdot(z, z) / 2 + weight
    share = np.exp(height - height.max(axis=-1, keepdims=True))
    share /= share.sum(axis=-1, keepdims=True)
    found = np.vecmat(share, z)
    away = z - found[:, None]
    return found, (share[..., None] * away).mT @ away, share.max(axis=-1)


def _grid(dimensions):
    """Points of the quadrature, and the logarithm of weight times exp(x^2): -> (k, l), (k,)"""
    x, weight = np.polynomial.hermite.hermgauss(POINTS[dimensions - 1])
    nodes = np.stack(np.meshgrid(*[x] * dimensions, indexing="ij"), axis=-1).reshape(-1, dimensions)
    weights = np.stack(np.meshgrid(*[np.log(weight) + x**2] * dimensions, indexing="ij"), axis=-1)
    return nodes, weights.reshape(-1, dimensions).sum(axis=1)


def _close_grid():
    """As ``_grid``, of one dimension: equally spaced, for answers whose likelihood has steep edges: -> (k, 1), (k,)"""
    nodes = np.linspace(-6, 6, 601)[:, None]
    return nodes, np.zeros(len(nodes))


def log_likelihood(lower, upper, u):
    """log L of every answer, its slope along u, and minus its second: (n, p) each -> (n, p), (n, p), (n, p)"""
    low, high, flip = _tail(lower, upper, u)
    continuous, missing = lower == upper, np.isnan(lower)
    value = _log_between(low, high)
    at_low, at_high = (np.exp(-(x**2) / 2 - _LOG_ROOT_TWO_PI - value) for x in (low, high))  # none at an infinite limit
    pull = at_low - at_high
    bend = np.where(np.isfinite(low), low, 0.0) * at_low - np.where(np.isfinite(high), high, 0.0) * at_high
    weight = np.clip(pull**2 - bend, 0.0, 1.0)
    pull = np.where(flip, -pull, pull)
    away = lower - u
    value = np.where(continuous, -(away**2) / 2 - _LOG_ROOT_TWO_PI, value)
    pull, weight = np.where(continuous, away, pull), np.where(continuous, 1.0, weight)
    return tuple(np.where(missing, 0.0, x) for x in (value, pull, weight))


def _all_at(lower, upper, u):
    """log L of all answers of a respondent together, at many u: (n, p), (n, p), (n, k, p) -> (n, k)"""
    lower, upper = lower[:, None], upper[:, None]
    own = _log_between(*_tail(lower, upper, u)[:2])
    continuous = lower == upper
    if continuous.any():
        own = np.where(continuous, -((lower - u) ** 2) / 2 - _LOG_ROOT_TWO_PI, own)
    return np.where(np.isnan(lower), 0.0, own).sum(axis=-1)


def _tail(lower, upper, u):
    """Limits less u in the smaller tail, where differences keep their digits, and whether that is the upper one"""
    a, b = lower - u, upper - u
    flip = a > 0
    low, high = np.where(flip, -b, a), np.where(flip, -a, b)
    other = (lower == upper) | np.isnan(lower)
    return np.where(other, -1.0, low), np.where(other, 1.0, high), flip


def _log_between(low, high):
    """log(Phi(high) - Phi(low)), low < high"""
    top = log_ndtr(high)
    return top + np.log1p(-np.exp(log_ndtr(low) - top))
