"""How uncertain sample moments are: Gamma, the covariance matrix of sqrt(n) times means and covariances.

Moments are ordered as in ``least_squares``: means first, if modelled, and then the lower triangle by columns.

Browne (1984), British Journal of Mathematical and Statistical Psychology 37, 62-83.
"""

import numpy as np

from . import casewise, influence


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


def inverse(gamma):
    """Gamma^-1, units divided out first, in which moments may differ by many powers of ten: (..., m, m)"""
    unit = np.sqrt(np.linalg.diagonal(gamma))
    unit = unit[..., :, None] * unit[..., None, :]
    return np.linalg.inv(gamma / unit) / unit


def traces(delta, weight, gamma, share, inverse):
    """tr(U Gamma) and tr((U Gamma)^2), U = V - V Delta^T A^-1 Delta V, over groups.

    delta : (G, q, m)   weight : (G, m), a diagonal, or (G, m, m)   gamma : (G, m, m)   share : (G,)
    inverse : (q, q), of A = sum_g w_g Delta V Delta^T.  Satorra and Bentler (1994), in von Eye and Clogg, 399-419.
    """
    full = weight.ndim == 3
    left = delta @ weight if full else delta * weight[:, None, :]
    across = _times(left, gamma)
    B = (share[:, None, None] * _times(left, across.mT)).sum(axis=0)
    C = (share[:, None, None] * ((across @ weight if full else across * weight[:, None, :]) @ across.mT)).sum(axis=0)
    AB = inverse @ B
    if full:
        VG = weight @ gamma
        alone, squared = np.trace(VG, axis1=-2, axis2=-1).sum(), (VG * VG.mT).sum()
    else:
        alone, squared = np.vecdot(weight, np.linalg.diagonal(gamma)).sum(), 0.0
        for own, v in zip(gamma, weight, strict=True):
            squared += v @ (own**2 @ v)
    return float(alone - np.trace(AB)), float(squared - 2 * (inverse * C).sum() + (AB * AB.T).sum())


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
