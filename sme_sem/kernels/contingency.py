"""How often answers occur together: the tables of all pairs of ordered variables.

Answers are codes 0, 1, ..., K - 1; any other number, and NaN, is a gap.  One product of indicators counts every pair
at once, so that whatever follows costs the same for a hundred respondents and for a hundred thousand.
"""

import numpy as np

_KEY_BITS = 62  # of a whole number that stands for some of a respondent's answers
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


def collapsed(codes, states):
    """Different respondents, and how often there are such: (n, p) -> (k, p), (k,), or None where all differ"""
    together = max(int(_KEY_BITS / np.log2(states)), 1)  # columns whose answers make one whole number
    parts = (codes[:, at : at + together] for at in range(0, codes.shape[1], together))
    keys = np.array([part @ states ** np.arange(part.shape[1]) for part in parts])
    order = np.lexsort(keys)
    keys = keys[:, order]
    first = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))
    if first.all():
        return codes, None
    return codes[order[first]], np.diff(np.append(np.flatnonzero(first), len(codes)))


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
