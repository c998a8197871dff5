"""The standard bivariate normal distribution.

::

    Phi2(h, k; r) = (Phi(h) + Phi(k)) / 2 - T(h, (k - r h) / (h R)) - T(k, (h - r k) / (k R)) - [h k < 0] / 2

with R^2 = 1 - r^2 and T Owen's function; it needs no series and no special case up to |r| = 1.
Owen (1956), Annals of Mathematical Statistics 27, 1075-1090, eq. 2.1.  That the derivative by r is the density is
Plackett (1954), Biometrika 41, 351-360.
"""

import numpy as np
from scipy.special import ndtr, owens_t

FARTHEST = 38.0  # stands for infinity: the density there is zero to the last digit, its products with h are no NaN
_NEXT_TO_ZERO = 1e-300


def distribution(h, k, rho):
    """P(X < h, Y < k): (...), (...), (...) -> (...)"""
    h, k = (np.where(x == 0, _NEXT_TO_ZERO, x) for x in (h, k))
    spread = np.sqrt((1 - rho) * (1 + rho))
    opposite = (h < 0) != (k < 0)
    return (
        (ndtr(h) + ndtr(k) - opposite) / 2
        - owens_t(h, (k - rho * h) / (h * spread))
        - owens_t(k, (h - rho * k) / (k * spread))
    )


def density(h, k, rho):
    """The density, which is the slope of the distribution along rho: (...), (...), (...) -> (...)"""
    remaining = (1 - rho) * (1 + rho)
    distance = (h - rho * k) ** 2 / remaining + k**2
    return np.exp(-distance / 2) / (2 * np.pi * np.sqrt(remaining))


def density_slope(h, k, rho):
    """The slope of the density along rho: (...), (...), (...) -> (...)"""
    remaining = (1 - rho) * (1 + rho)
    along = rho + h * k - rho * (h**2 - 2 * rho * h * k + k**2) / remaining
    return density(h, k, rho) * along / remaining


def interval(lower, upper):
    """P(lower < X < upper) of one standard normal variable, exact in both tails: (...), (...) -> (...)"""
    flip = lower > 0
    return np.where(flip, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower))


def normal_density(x):
    """The density of one standard normal variable: (...) -> (...)"""
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
