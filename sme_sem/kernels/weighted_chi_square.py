"""The distribution of Q = sum_j w_j X_j, X_j independent chi-squares with one degree of freedom each.

The upper tail is an integral of the moment generating function, K(t) = -1/2 sum_j log(1 - 2 w_j t)::

    P(Q > x) = 1 / (2 pi i) int exp(K(t) - t x) / t dt    on a path that crosses 0 < t < 1 / (2 max w)

The path starts at the point where the integrand is smallest along the real axis, so that nothing cancels and small
probabilities keep their digits, and bends to the right as a hyperbola, where exp(-t x) falls away; along it the
trapezoidal rule converges geometrically (Trefethen and Weideman 2014, SIAM Review 56, 385-458).  The inversion on the
straight path is Imhof's (1961, Biometrika 48, 419-426).
"""

import numpy as np
from scipy import optimize

_TOLERANCE = 1e-12
_ANGLES = (1.0, 1.25, 1.45, 1.55)  # between asymptote and real axis; steeper where many weights are alike


def upper_tail(x, weights):
    """P(Q > x), ten digits: float, (k,) of any sign -> float; NaN where a weight or x is"""
    w = np.asarray(weights, dtype=float)
    if not (np.isfinite(w).all() and np.isfinite(x)):
        return np.nan
    w = w[np.abs(w) > 1e-12 * np.abs(w).max(initial=0.0)]
    if x < 0:
        return 1 - _tail(-x, -w)
    return _tail(x, w)


def _tail(x, w):
    """P(Q > x) for x >= 0."""
    if not len(w) or w.max() <= 0:
        return 0.0
    if x == 0 and w.min() > 0:
        return 1.0
    unit = w.max()
    x, w = x / unit, w / unit
    c = _crossing(x, w)
    bend = (2 * w**2 / (1 - 2 * w * c) ** 2).sum() + 1 / c**2
    for angle in _ANGLES:
        path = c, np.cos(angle) / np.sin(angle) / np.sqrt(bend), 1 / np.sqrt(bend)
        before, step = np.inf, 0.5
        for _ in range(8):
            found = _trapezoid(x, w, path, step)
            if abs(found - before) <= _TOLERANCE * abs(found):
                return min(found, 1.0)
            before, step = found, step / 2
    return np.nan


def _crossing(x, w):
    """Where exp(K(t) - t x) / t is smallest between 0 and 1/2, the largest weight being one."""

    def slope(t):
        return (w / (1 - 2 * w * t)).sum() - x - 1 / t

    upper = 0.5 * (1 - 1e-15)
    lower = 1e-3
    while slope(lower) > 0:
        lower /= 10
    return optimize.brentq(slope, lower, upper, xtol=1e-15)


def _trapezoid(x, w, path, step):
    """The integral along the upper half of the hyperbola, at s = 0, step, 2 step ... until nothing is added.

    path : (c, a, b) of t = c + a (cosh s - 1) + i b sinh s
    """
    c, a, b = path
    total, start = 0.0, 0
    while True:
        s = step * np.arange(start, start + 64)
        t = c + a * (np.cosh(s) - 1) + 1j * b * np.sinh(s)
        along = a * np.sinh(s) + 1j * b * np.cosh(s)
        terms = (np.exp(-0.5 * np.log(1 - 2 * np.multiply.outer(t, w)).sum(axis=-1) - t * x) / t * along).imag
        terms[0] *= 0.5 if start == 0 else 1.0
        total += terms.sum()
        start += 64
        if np.abs(terms[-8:]).max() <= 1e-17 * abs(total) or s[-1] > 300:
            return step * total / np.pi
