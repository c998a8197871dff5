"""An effect that depends linearly on a moderator, and where it differs from zero.

::

    slope(m) = b + d m        var(m) = v_bb + 2 m v_bd + m^2 v_dd

It is significant where slope(m)^2 > z^2 var(m); the ends of that region (Johnson and Neyman) are the roots of a
quadratic in m.  Values of m count as fixed.

Johnson and Neyman (1936), Statistical Research Memoirs 1, 57-93; Bauer and Curran (2005), Multivariate Behavioral
Research 40, 373-400.
"""

import numpy as np


def slope(effect, vcov, m):
    """Slope and its variance: (..., 2) of b and d, (..., 2, 2), (..., k) -> (..., k), (..., k)"""
    b, d = effect[..., :1], effect[..., 1:]
    variance = vcov[..., 0, :1] + 2 * m * vcov[..., 0, 1:] + m**2 * vcov[..., 1, 1:]
    return b + d * m, variance


def significant_region(effect, vcov, z):
    """Ends of the region, and whether it lies outside of them: (..., 2), (..., 2, 2) -> (..., 2), (...)

    Two NaN where there are no ends: the slope is then significant everywhere (True) or nowhere (False).
    """
    b, d = effect[..., 0], effect[..., 1]
    A = d**2 - z**2 * vcov[..., 1, 1]
    B = b * d - z**2 * vcov[..., 0, 1]
    C = b**2 - z**2 * vcov[..., 0, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(B**2 - A * C)
        ends = np.sort(np.stack([(-B - root) / A, (-B + root) / A], axis=-1), axis=-1)
    return ends, A > 0
