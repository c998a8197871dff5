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

ROWS = 4096  # respondents whose moments are at hand at once


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


def residual_variances(gamma, across, slopes, weighted, inverse):
    """The diagonal alone: (G, m), w Delta^T A Gamma (G, q, m), (G, q, m), (G, q, m), (q, q) -> (G, m)

    gamma : its diagonal, divided by n as ``across`` is; the others as above
    """
    moved = inverse @ slopes
    spread = (across @ weighted.mT).sum(axis=0)
    return gamma + (moved * (spread @ moved - 2 * across)).sum(axis=-2)


def times_information(rows, sigma, sample, difference, *, means, observed):
    """Rows times :func:`normal_information`, which is not formed: (q, m) -> (q, m)"""
    p = len(sigma)
    i, j = places(p)
    half = np.where(i == j, 0.5, 1.0)
    P, d = np.linalg.inv(sigma), difference if means else np.zeros(p)
    Y = _symmetric(rows[:, -len(i) :], p)
    through = P @ Y @ P
    if observed:
        once = through @ (sample + np.outer(d, d)) @ P
        through = once + once.mT - through
    if not means:
        return half * through[:, i, j]
    along = rows[:, :p] @ P
    pull = P @ d if observed else np.zeros(p)
    bent = pull[i] * along[:, j] + pull[j] * along[:, i]
    return np.concatenate([along + Y @ pull @ P, half * (through[:, i, j] + bent)], axis=1)


def times_normal_gamma(rows, sample, *, means):
    """Rows times Gamma of normal answers, and its diagonal: (q, m), (p, p) -> (q, m), (m,)"""
    p = len(sample)
    i, j = places(p)
    Z = _symmetric(rows[:, -len(i) :], p)
    Z[:, range(p), range(p)] *= 2
    found, own = (sample @ Z @ sample)[:, i, j], sample[i, i] * sample[j, j] + sample[i, j] ** 2
    if not means:
        return found, own
    return np.concatenate([rows[:, :p] @ sample, found], axis=1), np.concatenate([np.diagonal(sample), own])


def times_gamma_of_answers(rows, answers, *, means):
    """Rows times Gamma of answers whatever their distribution, and its diagonal: (q, m), (n, p) -> (q, m), (m,)"""
    n, p = answers.shape
    i, j = places(p)
    centred = answers - answers.mean(axis=0)
    average = (centred.T @ centred / n)[i, j]
    found, own = np.zeros(rows.shape), np.zeros(rows.shape[1])
    for start in range(0, n, ROWS):
        part = centred[start : start + ROWS]
        z = part[:, i] * part[:, j] - average
        z = np.concatenate([part, z], axis=1) if means else z
        found += rows @ z.T @ z
        own += (z**2).sum(axis=0)
    return found / n, own / n


def _symmetric(triangles, p):
    """Symmetric matrices of their triangles: (q, m) -> (q, p, p)"""
    i, j = places(p)
    found = np.empty((len(triangles), p, p))
    found[:, i, j] = found[:, j, i] = triangles
    return found


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
