"""Principal components of a correlation matrix, and the criterion of their varimax rotation.

::

    R = V diag(eigenvalues) V'          loadings = V diag(eigenvalues)^1/2

A loading is the correlation of an item with a component.  Eigenvectors have no sign of
their own: each column is turned so that its sum is positive.

Kaiser (1958), Psychometrika 23, 187-200.  Jennrich & Sampson (1966), Psychometrika 31, 313-323.
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


def varimax_criterion(loadings):
    """Variance of the squared loadings, summed over the columns: (..., p, m) -> (...)."""
    return (loadings**2).var(axis=-2).sum(axis=-1)


def varimax_slope(loadings):
    """How fast the criterion rises when two columns are turned towards each other.

    Turning columns i and j by a small angle changes the criterion by 4/p times entry (i, j) of
    M - M', with M = L' (L^3 - L diag(mean of L^2)).  A varimax solution has zeros everywhere.

    loadings : (..., p, m)  ->  (..., m, m) skew-symmetric
    """
    p = loadings.shape[-2]
    square = loadings**2
    M = loadings.mT @ (loadings * (square - square.mean(axis=-2, keepdims=True)))
    return 4 / p * (M - M.mT)


def quartimin_slope(loadings, correlations):
    """Distance of an oblique solution from a stationary point of the quartimin criterion.

    The criterion is the sum over pairs of columns of the products of their squared loadings, / 4;
    D = L * (row sums of the other columns' L^2) is its derivative.  At rest D'L equals
    Phi diag(D'L); the difference is returned.

    loadings : (..., p, m), correlations : (..., m, m)  ->  (..., m, m)
    """
    square = loadings**2
    others = square.sum(axis=-1, keepdims=True) - square
    M = (loadings * others).mT @ loadings
    return M - correlations * np.linalg.diagonal(M)[..., None, :]


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
