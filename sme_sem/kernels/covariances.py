"""Means and covariances in which what does not vary has a variance of zero, whatever rounding would leave of it.

The mean of a hundred answers of 0.1 is not quite 0.1, and their variance not quite zero; a search would take that for
an answer of its own.  Answers are therefore taken from the first one, which is exact, and of samples drawn from them
a variance that is lost in the rounding of its own sums is none.
"""

import numpy as np

_ROWS = 20_000  # of answers held once more
_NUMBERS = 1 << 22  # of products held at once
_LOST = 1e-12  # of the mean square, below which a difference of two sums is rounding


def of_answers(values, ddof=1):
    """Covariances of complete answers: (..., n, p) -> (..., p, p)"""
    d = values - values[..., :1, :]
    d -= d.mean(axis=-2, keepdims=True)
    return d.mT @ d / (values.shape[-2] - ddof)


def of_samples(values, centre, counts):
    """Means and covariances, divided by n, of samples in which respondents count so often.

    values (n, p), centre (p,) of all respondents, counts (draws, n) -> (draws, p), (draws, p, p)

    ::

        mean = C Z / n        covariance = C (z_i z_j) / n - mean mean^T        Z = values - centre
    """
    p = values.shape[1]
    i, j = np.triu_indices(p)
    Z = values - centre
    n = counts.sum(axis=1)[:, None]
    products = np.zeros((len(counts), len(i)))
    rows = max(_NUMBERS // max(len(i), 1), 1)
    for start in range(0, len(Z), rows):
        own = Z[start : start + rows]
        products += counts[:, start : start + rows] @ (own[:, i] * own[:, j])
    shift = counts @ Z / n
    covariance = np.empty((len(counts), p, p))
    covariance[:, i, j] = covariance[:, j, i] = products / n - shift[:, i] * shift[:, j]
    return centre + shift, without_rounding(covariance, np.sqrt(products[:, i == j] / n), np.sqrt(_LOST))


def cross_products(values, mean, weight):
    """Sum of w (x - mean)(x - mean)^T: (n, p), (p,), (n,) or None -> (p, p)

    Over blocks of respondents, so that no second table of answers is needed.
    """
    total = np.zeros((values.shape[1], values.shape[1]))
    for start in range(0, len(values), _ROWS):
        block = slice(start, start + _ROWS)
        centred = values[block] - mean
        if weight is not None:
            centred *= np.sqrt(weight[block])[:, None]
        total += centred.T @ centred
    return total


def without_rounding(covariance, size, share):
    """Nothing varies with what varies by no more than a share of its size: (..., p, p), (..., p) -> (..., p, p)"""
    varies = np.linalg.diagonal(covariance) > (share * size) ** 2
    return np.where(varies[..., :, None] & varies[..., None, :], covariance, 0.0)
