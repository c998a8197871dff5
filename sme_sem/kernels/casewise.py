"""What single respondents contribute: scores, and the traces robust inference is made of.

With delta_i = W (y_i - centre), T = delta_i^T X (see ``ram``, ``discrepancy``) the slope of one respondent's
log-likelihood along a cell is::

    w (T_a T_b - (X^T M X)_ab) + d T_a

Centred at the model's mean with M = I these are the scores of the model; centred at the sample's mean with
M = W S W^T they are V z_i seen along the model, z_i the respondent's deviation from the sample moments and V the
normal-theory weight (V = [Sigma^-1, 1/2 D^T (Sigma^-1 x Sigma^-1) D]).

Where the last x variables are given and not drawn, z_i is the deviation less that of what they predict
(:func:`predicted`): moments among the given do not vary, and those with them only as the unpredicted part does.

Respondents with weights, or drawn in clusters, enter by way of :func:`independent`.

Satorra and Bentler (1994), in von Eye and Clogg (eds), Latent Variables Analysis, 399-419.
Yuan and Bentler (2000), Sociological Methodology 30, 165-200.
"""

import numpy as np

from . import linalg, ram

ROWS = 4096  # respondents whose moments are at hand at once


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


def predicted(answers, given):
    """What the last ``given`` variables predict of the others by least squares, beside themselves: (n, p) -> (n, p)"""
    x = answers[:, -given:]
    X = np.concatenate([np.ones((len(x), 1)), x], axis=1)
    slopes = np.linalg.lstsq(X, answers[:, :-given])[0]
    return np.concatenate([X @ slopes, x], axis=1)


def weighted_trace(answers, mean, sigma, *, means, given=0, weight=None, cluster=None):
    """tr(V Gamma): the average of z_i^T V z_i over respondents, V at ``sigma``: (n, p), (p,), (p, p) -> float

    given : how many of the last variables are given
    weight : (n,) the average of (w_i z_i)^T V (w_i z_i)   cluster : (n,) z_i is the sum over a cluster
    """
    if not sigma.size:
        return 0.0
    delta, known = _whitened(answers, mean, sigma, given)
    w = np.ones(len(delta)) if weight is None else weight
    total = w.sum()
    S = ((delta.T * w) @ delta - (known.T * w) @ known) / total
    if cluster is not None:
        return _clustered_trace(delta, known, S, w, cluster, means) / total
    length = np.vecdot(delta, delta) ** 2 - 2 * np.vecdot(delta, known) ** 2 + np.vecdot(known, known) ** 2
    spread = length - 2 * _along(S, delta, known) + (S**2).sum()
    own = delta - known
    return float(w**2 @ (spread / 2 + means * np.vecdot(own, own)) / total)


def _whitened(answers, mean, sigma, given):
    """Deviations in the metric of ``sigma``, and those of what is predicted (0 where nothing is given)."""
    W = linalg.whitener(sigma)
    delta = (answers - mean) @ W.T
    return delta, (predicted(answers, given) - mean) @ W.T if given else np.zeros_like(delta)


def _along(S, delta, known):
    """tr(S (d d^T - k k^T)) of every respondent: (p, p), (n, p), (n, p) -> (n,)"""
    return np.vecdot(delta @ S, delta) - np.vecdot(known @ S, known)


def _clustered_trace(delta, known, S, weight, cluster, means):
    """The same sum over clusters, one after the other, so that memory stays p^2."""
    order = np.argsort(cluster, kind="stable")
    count = np.bincount(cluster)
    total = 0.0
    for rows in np.split(order, np.cumsum(count)[:-1]):
        d, k, w = delta[rows], known[rows], weight[rows]
        total += (((d.T * w) @ d - (k.T * w) @ k - w.sum() * S) ** 2).sum() / 2 + means * ((w @ (d - k)) ** 2).sum()
    return float(total * len(count) / (len(count) - 1))


def weighted_squares(answers, mean, sigma, scores, *, means, given=0):
    """What tr((U Gamma)^2) is made of, the last ``given`` variables given: (n, p), (n, q) -> float, (q, m)

    The sum of (z_i^T V z_j)^2 over every pair of respondents, and the sum of s_i (V^1/2 z_i)^T over them.  Neither all
    pairs nor all z are at hand at once where respondents are many.
    """
    n, p = answers.shape
    m = p * (p + 1) // 2 + means * p
    if not sigma.size:
        return 0.0, np.zeros((scores.shape[1], m))
    delta, known = _whitened(answers, mean, sigma, given)
    S = (delta.T @ delta - known.T @ known) / n
    if n <= m:
        z = _weighted(delta, known, S, means)
        return float(((z @ z.T) ** 2).sum()), scores.T @ z
    products, along = np.zeros((m, m)), np.zeros((scores.shape[1], m))
    for start in range(0, n, ROWS):
        own = slice(start, start + ROWS)
        z = _weighted(delta[own], known[own], S, means)
        products += z.T @ z
        along += scores[own].T @ z
    return float((products**2).sum()), along


def _weighted(delta, known, S, means):
    """V^1/2 z of every respondent: (n, p), (n, p), (p, p) -> (n, m)"""
    i, j = np.tril_indices(len(S))
    z = delta[:, i] * delta[:, j] - S[i, j]
    if known.any():
        z -= known[:, i] * known[:, j]
    z[:, i == j] *= np.sqrt(0.5)
    return np.concatenate([z, delta - known], axis=1) if means else z
