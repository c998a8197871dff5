"""How surely the sample's moments differ from the implied ones.

With s the p means (if modelled) and the p (p + 1) / 2 covariances of a group, Gamma / n their covariance matrix,
A the information about them at the implied moments and Delta the slopes of the implied ones::

    acov(s - sigma) = Q Gamma Q^T / n       Q = I - w Delta K Delta^T A       K = (sum_g w_g Delta^T A Delta)^-1

Dividing residuals by the roots of the diagonal gives standardized ones; by the roots of that of Gamma / n alone,
normalized ones, which are too small because the model was fitted to the same answers.

Hausman (1978), Econometrica 46, 1251-1271; Maydeu-Olivares (2017), Psychometrika 82, 533-558.
"""

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


def residual_covariance(gamma, information, slopes, inverse, share):
    """Q Gamma Q^T: (m, m), (m, m), (m, q), (q, q), float -> (m, m)"""
    Q = np.eye(len(gamma)) - share * slopes @ inverse @ slopes.T @ information
    return Q @ gamma @ Q.T


def _pairs(A, B, i, j):
    """A_ik B_jl + A_il B_jk + A_jk B_il + A_jl B_ik for every two places (i, j) and (k, l): -> (m, m)"""
    r, s = i[:, None], j[:, None]
    return A[r, i] * B[s, j] + A[r, j] * B[s, i] + A[s, i] * B[r, j] + A[s, j] * B[r, i]
