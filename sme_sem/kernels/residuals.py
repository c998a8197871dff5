"""How surely the sample's moments differ from the implied ones.

With s the moments of a group (p means, if modelled, and p (p + 1) / 2 covariances; or those of ordered answers),
Gamma / n their covariance matrix, A the information about them at the implied moments, or the weight of least squares,
and Delta the slopes of the implied ones::

    acov(s - sigma)_g = sum_h Q_gh Gamma_h Q_gh^T / n_h
    Q_gh = 1[g = h] - w_h Delta_g K Delta_h^T A_h       K = (sum_g w_g Delta_g^T A_g Delta_g)^-1

Groups differ (g, h) where they share parameters.  Dividing residuals by the roots of the diagonal gives standardized
ones; by the roots of that of Gamma / n alone, normalized ones, which are too small because the model was fitted to the
same answers.

Of t residuals e with the covariance matrix X the mean square tells how far the model is off (``mean_square_test``)::

    srmr  = sqrt(e^T e / t)
            if the model is right: mean sqrt(tr X / t) (1 - tr X^2 / 4 (tr X)^2), deviation sqrt(tr X^2 / 2 t tr X)
    usrmr = sqrt((e^T e - tr X) / t) / k      k = 1 - (tr X^2 + 2 e^T X e) / 4 (e^T e)^2
            deviation sqrt((tr X^2 + 2 e^T X e) / 2 t e^T e) / k

Hausman (1978), Econometrica 46, 1251-1271; Maydeu-Olivares (2017), Psychometrika 82, 533-558; Maydeu-Olivares, Shi and
Rosseel (2018), Structural Equation Modeling 25, 389-402.
"""

from typing import NamedTuple

import numpy as np


def places(p):
    """Row and column of each covariance in s: (m,), (m,)"""
    return np.triu_indices(p)


def normal_information(sigma, sample, difference, *, means, observed):
    """A: (p, p), (p, p), (p,) -> (m, m) or (p + m, p + m)

    observed : take the sample's moments and ``difference`` (their means less the model's) into account
    """
    i, j = places(len(sigma))
    half = np.where(i == j, 0.5, 1.0)
    P = np.linalg.inv(sigma)
    d = difference if means else np.zeros(len(sigma))
    M = P @ (sample + np.outer(d, d)) @ P if observed else P
    information = np.outer(half, half) / 2 * (_pairs(M, P, i, j) + _pairs(P, M, i, j) - _pairs(P, P, i, j))
    if not means:
        return information
    pull = P @ d if observed else np.zeros(len(sigma))
    across = (half * (pull[i] * P[:, j] + pull[j] * P[:, i])).reshape(len(sigma), len(i))
    return np.block([[P, across], [across.T, information]])


def given_the_rest(gamma, information, kept):
    """Gamma of some moments while the others (those among exogenous variables) are given: (m, m) -> (f, f)

    information : about all of them, at the sample
    """
    inverse = np.linalg.inv(information[np.ix_(kept, kept)])
    return inverse @ (information @ gamma @ information)[np.ix_(kept, kept)] @ inverse


def residual_covariances(gamma, slopes, weighted, inverse):
    """acov(s - sigma) of every group: (G, m, m), (G, q, m), (G, q, m), (q, q) -> (G, m, m)

    gamma : divided by n   slopes : Delta^T   weighted : w Delta^T A   inverse : K
    """
    moved, across = inverse @ slopes, weighted @ gamma
    taken_up = moved.mT @ across
    spread = (across @ weighted.mT).sum(axis=0)
    return gamma - taken_up - taken_up.mT + moved.mT @ spread @ moved


class MeanSquare(NamedTuple):
    """Root mean square of residuals, and without the sample's share in it; each with its standard error.

    expected, error : of the first, were the model right
    """

    root: float
    expected: float
    error: float
    unbiased: float
    unbiased_error: float


def mean_square_test(e, X, t):
    """SRMR and unbiased SRMR of t residuals, those left out being zero: (r,), (r, r) -> MeanSquare

    NaN where nothing is left over.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        square, trace = e @ e, np.trace(X)
        squared = (X * X).sum()
        both = squared + 2 * e @ X @ e
        k = abs(1 - both / (4 * square**2))  # below zero only where nothing is left without the sample's share
        return MeanSquare(
            root=np.sqrt(square / t),
            expected=np.sqrt(trace / t) * (1 - squared / (4 * trace**2)),
            error=np.sqrt(squared / (2 * t * trace)),
            unbiased=np.sqrt((square - trace) / t) / k if square > trace else 0.0,
            unbiased_error=np.sqrt(both / (2 * t * square)) / k,
        )


def _pairs(A, B, i, j):
    """A_ik B_jl + A_il B_jk + A_jk B_il + A_jl B_ik for every two places (i, j) and (k, l): -> (m, m)"""
    r, s = i[:, None], j[:, None]
    return A[r, i] * B[s, j] + A[r, j] * B[s, i] + A[s, i] * B[r, j] + A[s, j] * B[r, i]
