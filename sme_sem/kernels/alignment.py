"""Setting loadings of two solutions side by side.

Tucker's coefficient of columns a and b is sum a b / sqrt(sum a^2 sum b^2); it is one where they are proportional.  The
orthogonal T that brings A nearest to a target B in least squares is U V', with A'B = U D V'.

Tucker (1951), A method for synthesis of factor analysis studies, Personnel Research Section Report 984.  Schonemann
(1966), Psychometrika 31, 1-10.  Shapes: p items, m columns.
"""

import numpy as np


def congruence(first, second):
    """Tucker's coefficient of columns at the same place: (..., p, m), (..., p, m) -> (..., m)"""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (first * second).sum(axis=-2) / np.sqrt((first**2).sum(axis=-2) * (second**2).sum(axis=-2))


def turned_to(loadings, target):
    """Loadings turned rigidly towards a target: (..., p, m), (..., p, m) -> (..., p, m), NaN where there are none"""
    known = np.isfinite(loadings).all(axis=(-2, -1))[..., None, None]
    U, _, V = np.linalg.svd(np.where(known, loadings, 1.0).mT @ target)
    return loadings @ U @ V
