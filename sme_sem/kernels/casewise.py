"""What single respondents contribute: scores, and the traces robust inference is made of.

With delta_i = W (y_i - centre), T = delta_i^T X (see ``ram``, ``discrepancy``) the slope of one respondent's
log-likelihood along a cell is::

    w (T_a T_b - (X^T M X)_ab) + d T_a

Centred at the model's mean with M = I these are the scores of the model; centred at the sample's mean with
M = W S W^T they are V z_i seen along the model, z_i the respondent's deviation from the sample moments and V the
normal-theory weight (V = [Sigma^-1, 1/2 D^T (Sigma^-1 x Sigma^-1) D]).

Satorra and Bentler (1994), in von Eye and Clogg (eds), Latent Variables Analysis, 399-419.
Yuan and Bentler (2000), Sociological Methodology 30, 165-200.
"""

import numpy as np

from . import linalg, ram


def scores(pattern, moments, answers, mean, group, *, around_sample):
    """Slope of every respondent's log-likelihood along every parameter: (n, p) -> (n, q)

    moments : Implied with axes (G, ...)   mean : (p,) the sample's, used where means are not modelled
    around_sample : centre at the sample's moments (the ingredients of a Satorra-Bentler test), or at the model's
    """
    W = linalg.whitener(moments.sigma[group])
    X = W @ moments.X[group]
    centre = moments.mu[group] if pattern.means and not around_sample else mean
    delta = (answers - centre) @ W.T
    if around_sample:
        Q = X.T @ (delta.T @ delta / len(delta)) @ X
    else:
        Q = X.T @ X
    T = delta @ X
    a, b = pattern.a, pattern.b
    by_cell = pattern.weight * (T[:, a] * T[:, b] - Q[a, b])
    if pattern.means:
        by_cell = by_cell + ram.mean_weight(pattern, moments.eta)[group] * T[:, a]
    return by_cell @ pattern.gather[group]


def weighted_trace(answers, mean, sigma, *, means):
    """tr(V Gamma): the average of z_i^T V z_i over respondents, V at ``sigma``: (n, p), (p,), (p, p) -> float"""
    if not sigma.size:
        return 0.0
    delta = (answers - mean) @ linalg.whitener(sigma).T
    length = np.vecdot(delta, delta)
    S = delta.T @ delta / len(delta)
    spread = np.mean(length**2) - (S**2).sum()
    return float(spread / 2 + means * np.mean(length))


def weighted_gram(answers, mean, sigma, *, means):
    """z_i^T V z_j for every pair of respondents: (n, p), (p,), (p, p) -> (n, n)"""
    n = len(answers)
    if not sigma.size:
        return np.zeros((n, n))
    delta = (answers - mean) @ linalg.whitener(sigma).T
    inner = delta @ delta.T
    S = delta.T @ delta / n
    own = np.vecdot(delta @ S, delta)
    gram = (inner**2 - own[:, None] - own + (S**2).sum()) / 2
    return gram + inner if means else gram
