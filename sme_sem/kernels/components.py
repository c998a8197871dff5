"""Principal components of a correlation matrix.

::

    R = V diag(eigenvalues) V'          loadings = V diag(eigenvalues)^1/2

A loading is the correlation of an item with a component.  Eigenvectors have no sign of
their own: each column is turned so that its sum is positive.
"""

import numpy as np


def principal_components(correlation):
    """All components, the largest first: (..., p, p) -> eigenvalues (..., p), loadings (..., p, p).

    NaN where an entry is missing.  A negative eigenvalue is returned as it is, its loadings NaN.
    """
    finite = np.isfinite(correlation).all(axis=(-2, -1))[..., None]
    eigenvalues, vectors = np.linalg.eigh(np.where(finite[..., None], correlation, np.eye(correlation.shape[-1])))
    eigenvalues = np.where(finite, eigenvalues, np.nan)[..., ::-1]
    root = np.sqrt(np.where(eigenvalues >= 0, eigenvalues, np.nan))
    loadings = vectors[..., ::-1] * root[..., None, :]
    return eigenvalues, loadings * signs(loadings)[..., None, :]


def signs(loadings):
    """+1 or -1 for each column, to make its sum positive: (..., p, m) -> (..., m).

    Where the sum is zero to rounding, the loading of the largest size decides.
    """
    total = loadings.sum(axis=-2)
    largest = np.take_along_axis(loadings, np.abs(loadings).argmax(axis=-2)[..., None, :], axis=-2)
    return np.where(np.where(np.abs(total) > 1e-9, total, largest[..., 0, :]) < 0, -1.0, 1.0)


def score_weights(correlation, structure):
    """Regression weights W = R^-1 S, so that scores are standardised answers times W.

    correlation : (..., p, p), structure : (..., p, m), the items' correlations with the components
    ->  (..., p, m)
    """
    return np.linalg.solve(correlation, structure)


def determined(correlation, tolerance=1e-10):
    """How far each variable takes part in an exact linear dependence, from 0 to 1: (..., p, p) -> (..., p).

    The sum of its squared entries in the eigenvectors whose eigenvalue is zero.
    """
    eigenvalues, vectors = np.linalg.eigh(correlation)
    return (vectors**2 * (eigenvalues < tolerance)[..., None, :]).sum(axis=-1)
