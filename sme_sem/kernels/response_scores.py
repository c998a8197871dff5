"""How much of each construct a respondent has, from ordered and continuous answers.

With u = z^T b_i the part of response i that the constructs explain, z standard normal, and the residual of unit
variance, an answer between limits a and b has the likelihood Phi(b - u) - Phi(a - u), a continuous one phi(r - u).
The score is the mode of z given all answers; log-likelihoods are concave, so there is one::

    z^T z / 2 - sum_i log L_i -> min        error  (I + sum_i w_i b_i b_i^T)^-1,  w_i = -d2 log L_i / du2

Empirical Bayes modal scores; Skrondal and Rabe-Hesketh (2004), Generalized Latent Variable Modeling, chapter 7.
"""

import numpy as np
from scipy.special import log_ndtr

from . import linalg
from .discrepancy import Slope
from .minimise import scoring

_ROWS = 4096  # respondents at a time
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

    found = scoring(slope_at, np.zeros((len(lower), loadings.shape[1]))).theta
    return found, linalg.inverse(slope_at(found, slice(None), True).hessian)


def log_likelihood(lower, upper, u):
    """log L of every answer, its slope along u, and minus its second: (n, p) each -> (n, p), (n, p), (n, p)"""
    a, b = lower - u, upper - u
    continuous, missing = lower == upper, np.isnan(lower)
    flip = a > 0  # the smaller tail, where differences keep their digits
    low, high = np.where(flip, -b, a), np.where(flip, -a, b)
    low, high = np.where(continuous | missing, -1.0, low), np.where(continuous | missing, 1.0, high)
    top = log_ndtr(high)
    value = top + np.log1p(-np.exp(log_ndtr(low) - top))
    at_low, at_high = (
        np.exp(-(np.where(np.isfinite(x), x, 0.0) ** 2) / 2 - _LOG_ROOT_TWO_PI - value) for x in (low, high)
    )
    at_low, at_high = at_low * np.isfinite(low), at_high * np.isfinite(high)
    pull = at_low - at_high
    bend = np.where(np.isfinite(low), low, 0.0) * at_low - np.where(np.isfinite(high), high, 0.0) * at_high
    weight = np.clip(pull**2 - bend, 0.0, 1.0)
    pull = np.where(flip, -pull, pull)
    value = np.where(continuous, -(a**2) / 2 - _LOG_ROOT_TWO_PI, value)
    pull, weight = np.where(continuous, a, pull), np.where(continuous, 1.0, weight)
    return tuple(np.where(missing, 0.0, x) for x in (value, pull, weight))
