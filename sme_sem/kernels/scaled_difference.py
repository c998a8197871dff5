"""Chi-square differences between nested models when the statistics themselves are no chi-squares.

T_0 >= T_1 are the plain statistics of the narrower and the wider model, r_0 > r_1 their degrees of freedom, c_0, c_1
the factors of their mean-adjusted versions and m = r_0 - r_1::

    satorra_bentler   (T_0 - T_1) / c        c = (r_0 c_0 - r_1 c_1) / m

with c_1 at the wider model's own estimates (2001), or at the point where it equals the narrower model (2010), which
keeps c positive.  ``restricted`` is the direct way: tr(U Gamma) and tr((U Gamma)^2) of the difference itself, U the
part of the wider model's parameter space that the restriction A (of its parameters) closes::

    U Gamma ~ P A^T (A P A^T)^-1 A P B        P = information^-1, B the spread of the scores

Satorra and Bentler (2001), Psychometrika 66, 507-514; (2010), Psychometrika 75, 243-248; Satorra (2000), in Heijmans,
Pollock and Satorra (eds), Innovations in Multivariate Statistical Analysis, 233-247.
"""

import numpy as np


def satorra_bentler(narrow, wide):
    """Scaled difference and its factor c: (T_0, r_0, c_0), (T_1, r_1, c_1) -> float, float

    NaN where c is not positive; a model without degrees of freedom has no factor, and needs none.
    """
    (T0, r0, c0), (T1, r1, c1) = narrow, wide
    factor = (r0 * c0 - (r1 * c1 if r1 else 0)) / (r0 - r1)
    return ((T0 - T1) / factor if factor > 0 else np.nan), factor


def restriction(wide, narrow):
    """A, by what both models' parameters do to the moments: (M, q), (M, r) -> (q - r, q), A dtheta = 0 where nested

    The narrower model's directions are looked up among the wider one's by least squares, without weights, as lavaan
    does (``A.method = "delta"``).
    """
    inside = np.linalg.pinv(wide) @ narrow
    directions, _, _ = np.linalg.svd(inside)
    return directions[:, inside.shape[1] :].T


def restricted(A, inverse, spread):
    """tr(U Gamma) and tr((U Gamma)^2): (m, q), (q, q), (q, q) -> float, float"""
    moved = A @ inverse
    inner = np.linalg.solve(moved @ A.T, moved @ spread @ moved.T)
    return np.trace(inner), (inner * inner.T).sum()


def shifted(difference, m, trace, squared):
    """Scale and shift a difference to mean m and variance 2 m.

    Asparouhov and Muthen (2010), Simple second order chi-square correction.
    """
    a = np.sqrt(m / squared)
    return a * difference + m - a * trace
