"""Whether answers are missing completely at random: Little's test.

Respondents who left the same questions open form a pattern k, with n_k respondents, means ybar_k of what they answered,
and mu_k, Sigma_k the maximum likelihood means and covariances of all respondents (divided by n) for those questions::

    d^2 = sum of n_k (ybar_k - mu_k)^T Sigma_k^-1 (ybar_k - mu_k)      df = sum of questions answered in k - p

Little (1988), Journal of the American Statistical Association 83, 1198-1202.
"""

import numpy as np

from . import gaps


def little(patterns, sigma, mu):
    """d^2 and its degrees of freedom, of one group: Patterns, (p, p), (p,) -> (), ()"""
    seen = gaps.look(gaps.by_mean(patterns), sigma[None], mu[None])
    distance = float(patterns.n @ np.vecdot(seen.filled, seen.pull))
    return distance, int(patterns.mask.sum()) - patterns.mask.shape[1]
