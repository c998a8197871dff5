"""How often answers occur together: the tables of all pairs of ordered variables.

Answers are codes 0, 1, ..., K - 1; any other number, and NaN, is a gap.  One product of indicators counts every pair
at once, so that whatever follows costs the same for a hundred respondents and for a hundred thousand.
"""

import numpy as np

_ROWS = 1 << 15  # respondents per product; counts below 2^24 are exact in single precision


def pairs(p):
    """The variables of all pairs, by columns of the lower triangle: -> (pairs,), (pairs,), the first the smaller"""
    return np.triu_indices(p, 1)


def joint(codes, K, weight=None):
    """How many respondents gave answer a to i and answer b to j: (n, p) -> (..., p, p, K, K)

    weight : (..., n) how often each respondent counts, as in bootstrap samples; everybody once without it
    """
    n, p = codes.shape
    batch = () if weight is None else weight.shape[:-1]
    counts = np.zeros((*batch, p * K, p * K))
    for start in range(0, n, _ROWS):
        rows = slice(start, start + _ROWS)
        chosen = indicators(codes[rows], K)
        counts += chosen @ chosen.T if weight is None else (chosen * weight[..., None, rows]) @ chosen.T
    return np.ascontiguousarray(np.moveaxis(counts.reshape(*batch, K, p, K, p), (-4, -2), (-2, -1)))


def indicators(codes, K):
    """One row for every answer to every variable, the variable running faster: (n, p) -> (K p, n)"""
    answer = np.arange(K, dtype=codes.dtype)[:, None, None]
    return (codes.T == answer).astype(np.float32).reshape(-1, len(codes))


def margins(joint):
    """How often each answer was given: (..., p, p, K, K) -> (..., p, K)"""
    own = np.arange(joint.shape[-3])
    return np.linalg.diagonal(joint[..., own, own, :, :])


def of_pairs(joint):
    """The table of every pair: (..., p, p, K, K) -> (..., pairs, K, K)"""
    first, second = pairs(joint.shape[-3])
    return joint[..., first, second, :, :]


def without_empty_cell(tables, binary, correct=0.5):
    """Move a part of a respondent into the one empty cell of two by two, keeping the margins.

    tables : (..., pairs, K, K), binary : (pairs,) where both variables have two categories
    Without it the correlation would be perfect.  Brown and Benedetti (1977), Psychometrika 42, 347-355.
    """
    cells = tables[..., :2, :2]
    empty = cells == 0
    alone = binary & (empty.sum(axis=(-2, -1)) == 1)
    on_diagonal = empty[..., 0, 0] | empty[..., 1, 1]
    moved = np.where(alone, np.where(on_diagonal, correct, -correct), 0.0)
    result = tables.astype(float)
    result[..., :2, :2] += moved[..., None, None] * np.array([[1, -1], [-1, 1]])
    return result
