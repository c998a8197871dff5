"""Maximum likelihood of one correlation per pair of variables, everything else being known.

The likelihood of a pair is a product of probabilities P_c(rho), of cells of a table or of respondents, each to the
power w_c.  The search runs along atanh(rho), where no step can leave the interval.
"""

from typing import NamedTuple

import numpy as np

from .discrepancy import Slope
from .minimise import Status, scoring

BOUND = 0.999  # a likelihood that still rises here has no maximum inside; lavaan ends at the same value
FAR, FLAT = 0.5, 1e-8  # size from which on, and information per respondent, in atanh(rho), below which none may be left
_HALVINGS = 60  # until the last digit
_FLOOR = 1e-15  # a probability below the rounding error of its computation


class Correlations(NamedTuple):
    """rho (...,), NaN where there is none; at_bound (...,) true where the likelihood has no maximum inside."""

    rho: np.ndarray
    at_bound: np.ndarray


def estimate(cells_at, weight, start, *, to_bound=False):
    """rho of B pairs.

    to_bound : whether one whose likelihood rises so gently that the search stops before the bound is put there

    cells_at(rho (b,), members (b,)) -> P, dP / drho, d2P / drho2, each (b, c)
    weight : (B, c), start : (B,)
    """
    total = weight.sum(axis=-1, keepdims=True)
    share = weight / np.where(total > 0, total, np.nan)

    def slope_at(theta, members, exact):
        rho = np.clip(np.tanh(theta[:, 0]), -BOUND, BOUND)
        w = share[members]
        P, first, second = cells_at(rho, members)
        P = np.maximum(P, _FLOOR)
        value = -(w * np.log(P)).sum(axis=-1)
        score = first / P
        gradient = -(w * score).sum(axis=-1)
        outer = (w * score**2).sum(axis=-1)
        hessian = outer - (w * second / P).sum(axis=-1)
        if not exact:  # with few respondents the sum of squares alone can be half of it, and steps overshoot forever
            hessian = np.maximum(hessian, outer)
        return along_atanh(theta, rho, value, gradient, hessian, exact)

    found = search(slope_at, start)
    far = np.flatnonzero((abs(found.rho) > FAR) & ~found.at_bound)
    if to_bound and len(far):
        flat = far[_as_likely_at_the_bound(slope_at, found.rho[far], far)]
        found.rho[flat], found.at_bound[flat] = np.copysign(BOUND, found.rho[flat]), True
    return found


def _as_likely_at_the_bound(slope_at, rho, members):
    """Whether nothing was left to climb where the search stopped, and the bound is no worse: (b,)"""
    here = slope_at(np.arctanh(rho)[:, None], members, False)
    found = here.hessian[:, 0, 0] < FLAT
    if found.any():
        edge = np.copysign(np.arctanh(BOUND), rho[found])[:, None]
        found[found] = slope_at(edge, members[found], False).value <= here.value[found] + FLAT  # False for NaN
    return found


def along_atanh(theta, rho, value, gradient, hessian, exact):
    """Slopes along atanh(rho) from those along rho; flat beyond the bound."""
    scale = (1 - rho) * (1 + rho)
    bend = -2 * rho * scale * gradient if exact else 0.0
    inside = abs(theta[:, 0]) < np.arctanh(BOUND)
    gradient, hessian = np.where(inside, gradient * scale, 0.0), np.where(inside, hessian * scale**2 + bend, 1.0)
    return Slope(value, gradient[:, None], hessian[:, None, None])


def search(slope_at, start):
    """Go downhill from ``start`` (B,) and say where the bound was met."""
    begin = np.arctanh(np.clip(np.where(np.isfinite(start), start, 0.0), -0.9, 0.9))
    minimum = scoring(slope_at, begin[:, None])
    arrived = minimum.status == Status.CONVERGED
    rho = np.clip(np.tanh(_inside(slope_at, minimum.theta[:, 0], arrived)), -BOUND, BOUND)
    return Correlations(np.where(arrived, rho, np.nan), arrived & (abs(rho) >= BOUND))


def _inside(slope_at, theta, arrived):
    """Halve the way back for those that a long step took past a maximum to the bound, where F is lower too: (B,)"""
    edge = np.arctanh(BOUND) * (1 - 1e-9)
    outside = np.flatnonzero(arrived & (abs(theta) > edge))
    side = np.sign(theta)

    def rising(size, members):
        """Whether F rises, and so the likelihood falls, towards the bound."""
        return side[members] * slope_at((side[members] * size)[:, None], members, False).gradient[:, 0] > 0

    past = outside[rising(edge, outside)] if len(outside) else outside
    if not len(past):
        return theta
    low, high = np.zeros(len(past)), np.full(len(past), edge)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        beyond = rising(middle, past)
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    theta = theta.copy()
    theta[past] = side[past] * high
    return theta
