"""Two models as rivals: can the answers tell them apart, and which one is nearer to the truth?

With l_i the log-likelihood of respondent i, B the covariance matrix of the scores of both models side by side and
I_f, I_g their (observed) information per respondent, the n times variance of l_f - l_g is distributed, if the models
are the same in the population, as sum_j lambda_j^2 chi^2_1, and 2 (L_f - L_g) as sum_j lambda_j chi^2_1, where lambda
are the eigenvalues of::

    W = B diag(I_f^-1, -I_g^-1)

If they differ, (L_f - L_g) / (sqrt(n) omega) is standard normal where both are equally near.

Vuong (1989), Econometrica 57, 307-333; Merkle, You and Preacher (2016), Psychological Methods 21, 151-163.
"""

import numpy as np


def difference(first, second):
    """L_f - L_g and omega^2, the variance of l_f - l_g divided by n: (n,), (n,) -> float, float"""
    apart = first - second
    return apart.sum(), apart.var()


def weights(first_scores, second_scores, first_inverse, second_inverse):
    """lambda, in ascending order: (n, q), (n, r), (q, q), (r, r) inverse information -> (q + r,)"""
    scores = np.concatenate([first_scores, second_scores], axis=1)
    q = first_scores.shape[1]
    values, directions = np.linalg.eigh(scores.T @ scores / len(scores))
    root = directions * np.sqrt(np.maximum(values, 0))
    upper, lower = root[:q], root[q:]
    return np.linalg.eigvalsh(upper.T @ first_inverse @ upper - lower.T @ second_inverse @ lower)
