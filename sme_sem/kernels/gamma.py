"""How uncertain sample moments are: Gamma, the covariance matrix of sqrt(n) times means and covariances.

Moments are ordered as in ``least_squares``: means first, if modelled, and then the lower triangle by columns.

Browne (1984), British Journal of Mathematical and Statistical Psychology 37, 62-83.
"""

import itertools

import numpy as np

from . import casewise, influence, linalg

SLAB = 512  # rows of a large matrix at a time


def distribution_free(answers, *, means, given=0, weight=None, cluster=None):
    """From the answers themselves, whatever their distribution: (n, p) -> (m, m), divided by n

    given : how many of the last variables are given and not drawn; without weights only (see ``casewise``)
    weight, cluster : (n,), (n,) of respondents who were not drawn one by one
    """
    centred = answers - np.average(answers, axis=0, weights=weight)
    columns, rows = np.triu_indices(answers.shape[1])
    products = centred[:, rows] * centred[:, columns]
    if given:
        known = casewise.predicted(answers, given) - answers.mean(axis=0)
        products, centred = products - known[:, rows] * known[:, columns], centred - known
    products = products - np.average(products, axis=0, weights=weight)
    units = casewise.independent(np.concatenate([centred, products], axis=1) if means else products, weight, cluster)
    return units.T @ units / (len(answers) if weight is None else weight.sum())


def normal_theory(covariance, *, means):
    """If the answers were normal: cov(s_ij, s_kl) = s_ik s_jl + s_il s_jk: (..., p, p) -> (..., m, m)"""
    p = covariance.shape[-1]
    j, i = np.triu_indices(p)
    triangle = products(covariance, i, j)
    if not means:
        return triangle
    nothing = np.zeros((*covariance.shape[:-2], p, len(i)))
    return np.block([[covariance, nothing], [nothing.mT, triangle]])


def products(S, i, j):
    """s_ik s_jl + s_il s_jk for every two places (i, j) and (k, l): (..., p, p), (m,), (m,) -> (..., m, m)"""
    one, other = S.take(i, axis=-2), S.take(j, axis=-2)
    return one.take(i, axis=-1) * other.take(j, axis=-1) + one.take(j, axis=-1) * other.take(i, axis=-1)


def weighted_rows(rows, P, i, j):
    """Rows times V of normal theory, which turns a symmetric X into P X P: (G, r, m), (G, p, p) -> (G, r, m)"""
    X = np.zeros((*rows.shape[:2], P.shape[-1], P.shape[-1]))
    X[..., i, j] = X[..., j, i] = rows
    P = P[:, None]
    return (P @ X @ P)[..., i, j]


def inverse(gamma):
    """Gamma^-1, units divided out first, in which moments may differ by many powers of ten: (..., m, m)"""
    unit = np.sqrt(np.linalg.diagonal(gamma))
    unit = unit[..., :, None] * unit[..., None, :]
    return np.linalg.inv(gamma / unit) / unit


def traces(delta, weight, gamma, share, directions):
    """tr(U Gamma) and tr((U Gamma)^2), U = V - V Delta^T A^-1 Delta V, over groups.

    delta : (G, q, m)   weight : (G, m), a diagonal, or (G, m, m)   gamma : (G, m, m)   share : (G,)
    directions : (q, f) in which the parameters can move; A = sum_g w_g Delta V Delta^T among them

    U is V^1/2 (1 - Q Q^T) V^1/2 with the columns of Q an orthonormal basis of what the model can reach.  Gamma is
    projected before it is squared: where one variable has a large unit, a difference of squares would lose all digits.
    Satorra and Bentler (1994), in von Eye and Clogg, 399-419.
    """
    if weight.ndim == 3:
        half = linalg.cholesky(weight)
        delta, gamma, root = delta @ half, half.mT @ gamma @ half, np.ones(weight.shape[:2])
    else:
        root = np.sqrt(weight)
        delta = delta * root[:, None]
    reach = np.sqrt(share)[:, None, None] * (directions.T @ delta).mT
    G, m, f = reach.shape
    Q = np.linalg.qr(reach.reshape(G * m, f))[0].reshape(G, m, f)
    moved = root[..., None] * (gamma @ (root[..., None] * Q))
    C = (Q.mT @ moved).sum(axis=0)
    Z = moved - Q @ C / 2
    left, right = np.concatenate([Q, Z], axis=-1), np.concatenate([Z, Q], axis=-1)
    squared = 0.0
    for g, h in itertools.combinations_with_replacement(range(G), 2):
        for start in range(0, m, SLAB):
            rows = slice(start, start + SLAB)
            block = left[g, rows] @ right[h].T
            if g == h:
                block -= root[g, rows, None] * gamma[g, rows] * root[g]
            squared += (1 + (g != h)) * np.vdot(block, block)
    alone = np.vecdot(root**2, np.linalg.diagonal(gamma)).sum()
    return float(alone - np.trace(C)), float(squared)


def spread(left, gamma, share):
    """B = sum_g w_g (Delta V) Gamma (Delta V)^T: (G, q, m), (G, m, m), (G,) -> (q, q)"""
    return (share[:, None, None] * _times(left, _times(left, gamma).mT)).sum(axis=0)


def _times(left, right):
    """Group by group, looking up what rows of one entry pick: (G, q, m), (G, m, k) -> (G, q, k)"""
    result = np.empty((*left.shape[:2], right.shape[-1]))
    for own, other, found in zip(left, right, result, strict=True):
        lone, place, value = influence.lone_entries(own)
        found[lone] = other[place] * value[:, None]
        found[~lone] = own[~lone] @ other
    return result


def normal_theory_diagonal(covariance, *, means):
    """The diagonal of ``normal_theory`` alone: (..., p, p) -> (..., m)"""
    j, i = np.triu_indices(covariance.shape[-1])
    variance = np.linalg.diagonal(covariance)
    triangle = variance[..., i] * variance[..., j] + covariance[..., i, j] ** 2
    return np.concatenate([variance, triangle], axis=-1) if means else triangle


def of_counts(answers, counts, *, means, diagonal):
    """Gamma, or its diagonal, of samples in which respondents count so often: (n, p), (B, n) -> (B, m, m) or (B, m)"""
    columns, rows = np.triu_indices(answers.shape[1])
    m = len(rows) + means * answers.shape[1]
    found = np.empty((len(counts), m) if diagonal else (len(counts), m, m))
    share = counts / counts.sum(axis=1, keepdims=True)
    at_a_time = max((1 << 22) // (m * len(answers)), 1)
    for start in range(0, len(counts), at_a_time):
        w = share[start : start + at_a_time, :, None]
        centred = answers - (w * answers).sum(axis=1, keepdims=True)
        z = centred[..., rows] * centred[..., columns]
        z = np.concatenate([centred, z], axis=-1) if means else z
        z = z - (w * z).sum(axis=1, keepdims=True)
        own = (w * z**2).sum(axis=1) if diagonal else (w * z).mT @ z
        found[start : start + at_a_time] = own
    return found
