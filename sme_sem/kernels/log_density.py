"""The normal log-density of every respondent's answers, of those given where some are missing."""

import numpy as np

from . import linalg


def log_density(answers, mean, covariance):
    """-1/2 {k log(2 pi) + log|Sigma| + d^T Sigma^-1 d} over the k answers given: (n, p), (p,), (p, p) -> (n,)"""
    found = np.empty(len(answers))
    masks, member = np.unique(~np.isnan(answers), axis=0, return_inverse=True)
    for pattern, given in enumerate(masks):
        rows = np.flatnonzero(member.ravel() == pattern)
        W = linalg.whitener(covariance[np.ix_(given, given)])
        z = (answers[np.ix_(rows, given)] - mean[given]) @ W.T
        found[rows] = -0.5 * (given.sum() * np.log(2 * np.pi) + linalg.log_determinant(W) + np.vecdot(z, z))
    return found
