"""Linear algebra on batches of symmetric matrices.

A member that has no answer becomes NaN; its neighbours in the batch are not
disturbed and nothing is raised.  Whoever asked for the batch decides what a
NaN means.
"""

from functools import lru_cache

import numpy as np
from scipy.linalg import lapack


@lru_cache(maxsize=64)
def identity(size):
    """The matrix I, to read: (p, p)"""
    found = np.eye(size)
    found.flags.writeable = False
    return found


def cholesky(matrix):
    """Lower Cholesky factor: (..., p, p) -> (..., p, p), NaN where there is none.

    ``np.linalg.cholesky`` gives up on the whole batch when one member fails;
    here the failing members are set aside and the others are factored.
    """
    try:
        factor = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        definite = is_positive_definite(matrix)[..., None, None]
        factor = np.where(definite, np.linalg.cholesky(np.where(definite, matrix, np.eye(matrix.shape[-1]))), np.nan)
    return factor


def has_cholesky(matrix):
    """True where the factorisation goes through, a cheap look at one matrix: (p, p) -> bool"""
    if not matrix.size:
        return True
    factor, trouble = lapack.dpotrf(matrix)
    return trouble == 0 and bool(np.isfinite(np.diagonal(factor)).all())


def whitener(matrix):
    """W = L^-1, where L L^T = M: in its metric M is the identity, W M W^T = I.

    matrix : (..., p, p) symmetric  ->  (..., p, p) lower triangular
    NaN where M is not positive definite.
    """
    inverse = np.empty(matrix.shape)
    if not inverse.size:
        return inverse
    p = matrix.shape[-1]
    for found, own in zip(inverse.reshape(-1, p, p), matrix.reshape(-1, p, p), strict=True):
        factor, trouble = lapack.dpotrf(own.T)
        definite = not trouble and factor[-1, -1] > 0  # False for NaN, which spreads to the last
        # LAPACK's triangular inversion does not pivot: rows of very unequal size lose no digits
        found[...] = lapack.dtrtri(factor, overwrite_c=1)[0].T if definite else np.nan
    return inverse


def root(matrix):
    """The symmetric square root: (..., p, p) -> (..., p, p), NaN where M has a negative eigenvalue"""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.where(values >= 0, values, np.nan))[..., None, :]) @ vectors.mT


def is_positive_definite(matrix):
    """True where the smallest eigenvalue clears rounding error: (..., p, p) -> (...)"""
    p = matrix.shape[-1]
    finite = np.isfinite(matrix).all(axis=(-2, -1))
    eigenvalues = np.linalg.eigvalsh(np.where(finite[..., None, None], matrix, np.eye(p)))
    rounding = p * np.finfo(float).eps * eigenvalues[..., -1]
    return finite & (eigenvalues[..., 0] > rounding)


def is_invertible(matrix):
    """True where elimination would meet no zero pivot: (..., p, p) -> (...)"""
    finite = np.isfinite(matrix).all(axis=(-2, -1))
    eye = np.eye(matrix.shape[-1])
    return finite & (np.linalg.slogdet(np.where(finite[..., None, None], matrix, eye))[0] != 0)


def inverse(matrix):
    """M^-1: (..., p, p) -> (..., p, p), NaN where M is singular."""
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        regular = is_invertible(matrix)[..., None, None]
        return np.where(regular, np.linalg.inv(np.where(regular, matrix, np.eye(matrix.shape[-1]))), np.nan)


def inverse_definite(matrix):
    """M^-1 of one symmetric M, in half the time where it is positive definite: (p, p) -> (p, p), NaN if singular"""
    factor, trouble = lapack.dpotrf(matrix.T, lower=1)
    if trouble:
        return inverse(matrix)
    found = lapack.dpotri(factor, lower=1, overwrite_c=1)[0]
    below = np.tril_indices(len(found), -1)
    found.T[below] = found[below]
    return found


def solve(matrix, vector):
    """M^-1 v: (..., p, p), (..., p) -> (..., p), NaN where M is singular."""
    try:
        return np.linalg.solve(matrix, vector[..., None])[..., 0]
    except np.linalg.LinAlgError:
        return np.matvec(inverse(matrix), vector)


def solve_definite(matrix, vector):
    """M^-1 v for symmetric M: (..., p, p), (..., p) -> (..., p), NaN where M is not positive definite."""
    solution, q = np.empty(vector.shape), vector.shape[-1]
    systems = zip(solution.reshape(-1, q), matrix.reshape(-1, q, q), vector.reshape(-1, q), strict=True)
    for found, own, right in systems:
        # laid out as LAPACK reads it; it is quicker with the lower triangle
        _, there, trouble = lapack.dposv(own.T, right, lower=1)
        found[...] = np.nan if trouble else there
    return solution


def solve_rows(matrix, rows):
    """R M^-1 for one symmetric M: (p, p), (k, p) -> (k, p), NaN where M is singular."""
    _, found, trouble = lapack.dposv(matrix.T, rows.T, lower=1)
    return rows @ inverse(matrix) if trouble else found.T


def log_determinant_of(matrix):
    """log|M|: (..., p, p) -> (...), NaN where M is not positive definite"""
    return 2 * np.log(np.linalg.diagonal(cholesky(matrix))).sum(axis=-1)


def log_determinant(whitener):
    """log|M| from the whitener of M: (..., p, p) -> (...)"""
    return -2 * np.log(np.linalg.diagonal(whitener)).sum(axis=-1)


def correlation(covariance):
    """Scale to unit diagonal: (..., p, p) -> (..., p, p), NaN where a variance is not positive"""
    variance = np.linalg.diagonal(covariance)
    deviation = np.sqrt(np.where(variance > 0, variance, np.nan))
    return covariance / (deviation[..., :, None] * deviation[..., None, :])


def vech(matrix):
    """The lower triangle, column by column: (..., p, p) -> (..., p (p + 1) / 2)"""
    columns, rows = np.triu_indices(matrix.shape[-1])
    return matrix[..., rows, columns]
