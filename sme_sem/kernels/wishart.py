"""Random sums of products, as covariances of normal answers are: no answer has to be drawn for them."""

import numpy as np


def sums_of_products(rng, draws, n, p):
    """Of n respondents' deviations from their means in p independent normal variables: -> (draws, p, p)

    With T lower triangular, T_ii^2 chi-square with n - i degrees of freedom (i from 1) and T_ij standard normal, T T^T
    is distributed as these are.  Bartlett (1933), Proceedings of the Royal Society of Edinburgh 53, 260-283.
    """
    T = np.tril(rng.normal(size=(draws, p, p)), -1)
    i = np.arange(p)
    T[:, i, i] = np.sqrt(rng.chisquare(n - 1 - i, size=(draws, p)))
    return T @ T.mT
