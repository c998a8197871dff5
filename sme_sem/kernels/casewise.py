"""What single respondents contribute: scores, and the traces robust inference is made of.

With delta_i = W (y_i - centre), T = delta_i^T X (see ``ram``, ``discrepancy``) the slope of one respondent's
log-likelihood along a cell is::

    w (T_a T_b - (X^T M X)_ab) + d T_a

Centred at the model's mean with M = I these are the scores of the model; centred at the sample's mean with
M = W S W^T they are V z_i seen along the model, z_i the respondent's deviation from the sample moments and V the
normal-theory weight (V = [Sigma^-1, 1/2 D^T (Sigma^-1 x Sigma^-1) D]).

Respondents with weights, or drawn in clusters, enter by way of :func:`independent`.

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
    along_a = T.take(a, axis=1)
    by_cell = pattern.weight * (along_a * T.take(b, axis=1) - Q[a, b])
    if pattern.means:
        by_cell = by_cell + ram.mean_weight(pattern, moments.eta)[group] * along_a
    return by_cell @ pattern.gather[group] if pattern.one_to_one is None else by_cell[:, pattern.one_to_one]


def independent(contributions, weight=None, cluster=None):
    """Contributions of what was drawn independently: respondents by weight, or their sums over clusters.

    Sums over C clusters are enlarged by sqrt(C / (C - 1)), so that their cross product estimates the variance
    without bias when clusters are few: (n, ...), (n,), (n,) numbered from 0 -> (n or C, ...)

    Binder (1983), International Statistical Review 51, 279-292; Muthen and Satorra (1995), Sociological
    Methodology 25, 267-316.
    """
    if weight is not None:
        contributions = contributions * weight.reshape(-1, *[1] * (contributions.ndim - 1))
    if cluster is None:
        return contributions
    order = np.argsort(cluster, kind="stable")
    count = np.bincount(cluster)
    starts = np.cumsum(count) - count
    return np.add.reduceat(contributions[order], starts) * np.sqrt(len(count) / (len(count) - 1))


def weighted_trace(answers, mean, sigma, *, means, weight=None, cluster=None):
    """tr(V Gamma): the average of z_i^T V z_i over respondents, V at ``sigma``: (n, p), (p,), (p, p) -> float

    weight : (n,) the average of (w_i z_i)^T V (w_i z_i)   cluster : (n,) z_i is the sum over a cluster
    """
    if not sigma.size:
        return 0.0
    delta = (answers - mean) @ linalg.whitener(sigma).T
    w = np.ones(len(delta)) if weight is None else weight
    total = w.sum()
    S = (delta.T * w) @ delta / total
    if cluster is not None:
        return _clustered_trace(delta, S, w, cluster, means) / total
    length = np.vecdot(delta, delta)
    spread = length**2 - 2 * np.vecdot(delta @ S, delta) + (S**2).sum()
    return float(w**2 @ (spread / 2 + means * length) / total)


def _clustered_trace(delta, S, weight, cluster, means):
    """The same sum over clusters, one after the other, so that memory stays p^2."""
    order = np.argsort(cluster, kind="stable")
    count = np.bincount(cluster)
    total = 0.0
    for rows in np.split(order, np.cumsum(count)[:-1]):
        d, w = delta[rows], weight[rows]
        total += (((d.T * w) @ d - w.sum() * S) ** 2).sum() / 2 + means * ((w @ d) ** 2).sum()
    return float(total * len(count) / (len(count) - 1))


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
