"""How much of each construct a respondent has, from their answers.

With P = Sigma^-1, C the covariances of constructs with items and V those among constructs::

    regression   eta = alpha + C P (y - mu)                   error  V - C P C^T
    Bartlett     eta = alpha + (L^T P L)^-1 L^T P (y - mu)    error  (L^T P L)^-1 - V

L are loadings.  Regression scores lie nearest to the constructs; Bartlett's are unbiased for each respondent.  (With
Sigma = L V L^T + Theta the second uses Theta^-1 or Sigma^-1 alike.)  From answers with gaps P is the inverse of what
was answered, with zeros elsewhere.

Thurstone (1935), The Vectors of Mind; Bartlett (1937), British Journal of Psychology 28, 97-104.
"""

import numpy as np

from . import linalg


def precision(sigma, answered):
    """P within what was answered, zero elsewhere: (p, p), (K, p) of bool -> (K, p, p)"""
    both = answered[:, :, None] & answered[:, None, :]
    i = np.arange(answered.shape[1])
    own = np.where(both, sigma, 0.0)
    own[:, i, i] += ~answered
    W = linalg.whitener(own)
    return np.where(both, W.mT @ W, 0.0)


def regression(P, C, V):
    """Weights and error variances: (K, p, p), (l, p), (l, l) -> (K, l, p), (K, l)"""
    weights = C @ P
    return weights, np.linalg.diagonal(V - weights @ C.T)


def bartlett(P, loadings, V):
    """Weights and error variances: (K, p, p), (p, l), (l, l) -> (K, l, p), (K, l)

    NaN for a construct none of whose indicators was answered, or that the answered ones cannot tell from others.
    """
    answered = np.linalg.diagonal(P) > 0
    seen = (answered[..., None] & (loadings != 0)).any(axis=-2)  # (K, l)
    gram = loadings.T @ P @ loadings
    i = np.arange(loadings.shape[1])
    gram[:, i, i] += ~seen
    deviation = np.sqrt(np.linalg.diagonal(gram))
    W = linalg.whitener(gram)
    told = linalg.is_positive_definite(gram / (deviation[..., :, None] * deviation[..., None, :]))
    inverse = W.mT @ W
    weights = inverse @ loadings.T @ P
    known = seen & told[..., None]
    return np.where(known[..., None], weights, np.nan), np.where(known, np.linalg.diagonal(inverse - V), np.nan)
