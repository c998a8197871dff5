"""Maximum likelihood from incomplete answers (full information).

Respondents who left the same questions open form a pattern k; with the rows and columns of their answered
variables, n_k of them with mean ybar_k and covariance S_k (divided by n_k)::

    F = sum_k (n_k / N) { log|Sigma_k| + tr(P_k T_k) }     P_k = Sigma_k^-1     T_k = S_k + d_k d_k^T

Everything is kept p x p with zeros where a pattern has no answer, so that all patterns are one batch.  With
Omega = sum_k w_k (P_k - P_k T_k P_k) the gradient along Sigma is Omega, along mu -2 sum_k w_k P_k d_k.

Arbuckle (1996), in Marcoulides and Schumacker (eds), Advanced Structural Equation Modeling, 243-277.
Savalei (2010), Structural Equation Modeling 17, 446-463 (observed information).
"""

from typing import NamedTuple

import numpy as np

from . import discrepancy, linalg, ram
from .discrepancy import Slope, Whitened

CHUNK = 2_000_000  # numbers held at once in a stack over patterns


class Patterns(NamedTuple):
    """Sufficient statistics by missing pattern, all groups one after another.

    mask : (K, p) 1 where answered    n : (K,)    mean : (K, p)    scatter : (K, p, p), divided by n
    group : (K,)    share : (K,) n_k / N    member : (N,) the pattern of each respondent
    """

    mask: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    scatter: np.ndarray
    group: np.ndarray
    share: np.ndarray
    member: np.ndarray


class Local(NamedTuple):
    """The model seen by each pattern: P (K, p, p), T (K, p, p), pull = P d (K, p), value (K,)"""

    P: np.ndarray
    T: np.ndarray
    pull: np.ndarray
    value: np.ndarray


def missing_patterns(answers):
    """Condense answers with gaps: a list of (n, p), one per group -> Patterns"""
    parts, members, found = [], [], 0
    total = sum(len(own) for own in answers)
    for place, own in enumerate(answers):
        answered = ~np.isnan(own)
        mask, member = np.unique(answered, axis=0, return_inverse=True)
        member = member.ravel()
        filled = np.where(answered, own, 0.0)
        n = np.bincount(member, minlength=len(mask))
        order = np.argsort(member, kind="stable")
        starts = np.concatenate([[0], np.cumsum(n)[:-1]])
        mean = np.add.reduceat(filled[order], starts) / n[:, None]
        centred = np.where(answered, filled - mean[member], 0.0)[order]
        scatter = np.zeros((len(mask), own.shape[1], own.shape[1]))
        for k in np.flatnonzero(n > 1):
            rows = centred[starts[k] : starts[k] + n[k]]
            scatter[k] = rows.T @ rows / n[k]
        parts.append((mask.astype(float), n, mean, scatter, np.full(len(mask), place), n / total))
        members.append(member + found)
        found += len(mask)
    mask, n, mean, scatter, group, share = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Patterns(mask, n, mean, scatter, group, share, np.concatenate(members))


def local(patterns, sigma, mu):
    """Restrict the moments (G, p, p), (G, p) to every pattern: -> Local"""
    mask, g = patterns.mask, patterns.group
    both = mask[:, :, None] * mask[:, None, :]
    own = sigma[g] * both
    i = np.arange(mask.shape[1])
    own[:, i, i] += 1 - mask  # the unanswered part: an identity that changes nothing
    W = linalg.whitener(own)
    P = (W.mT @ W) * both
    d = (patterns.mean - mu[g]) * mask
    T = patterns.scatter + d[:, :, None] * d[:, None, :]
    value = linalg.log_determinant(W) + (P * T).sum(axis=(-2, -1))
    return Local(P, T, np.matvec(P, d), value)


def slope(pattern, patterns, sample, theta, *, exact=False):
    """F, its gradient and a Hessian at theta: (q,) -> Slope

    The Hessian is the expected one of complete answers with the average precision, which is cheap and near; with
    ``exact`` it is F's own.
    """
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = local(patterns, moments.sigma, moments.mu)
    omega, pull, precision = _summed(pattern, patterns, seen)
    value = (patterns.share * seen.value).sum()
    X = moments.X
    white = Whitened(X.mT @ precision @ X, X.mT @ omega @ X, np.vecmat(pull, X), np.zeros(pattern.groups))
    gradient = discrepancy.gradient_by_cell(pattern, moments, white)
    if exact:
        curvature = _curvature(pattern, patterns, moments, seen)
    else:
        curvature = sample.share[:, None, None] * discrepancy.expected_curvature(pattern, moments, white)
    return Slope(value, ram.sum_cells(pattern, gradient), ram.sum_cell_pairs(pattern, curvature))


def _summed(pattern, patterns, seen):
    """Omega (G, p, p), sum of w P d (G, p), and the average P of each group (G, p, p)."""
    residual = seen.P - seen.P @ seen.T @ seen.P
    groups = range(pattern.groups)
    share = [np.where(patterns.group == g, patterns.share, 0.0) for g in groups]
    omega = np.stack([np.tensordot(w, residual, 1) for w in share])
    pull = np.stack([w @ seen.pull for w in share])
    precision = np.stack([np.tensordot(w / w.sum(), seen.P, 1) for w in share])
    return (omega + omega.mT) / 2, pull, precision


def _curvature(pattern, patterns, moments, seen):
    """The exact Hessian by pairs of cells, patterns taken as groups and summed: -> (G, c, c)"""
    c = len(pattern.row)
    total = np.zeros((pattern.groups, c, c))
    residual = seen.P - seen.P @ seen.T @ seen.P
    size = max(1, CHUNK // max(c * c, 1))
    for begin in range(0, len(patterns.n), size):
        part = slice(begin, begin + size)
        g = patterns.group[part]
        own = ram.Implied(*(field[g] for field in moments))
        X = own.X
        white = Whitened(
            X.mT @ seen.P[part] @ X,
            X.mT @ residual[part] @ X,
            np.vecmat(seen.pull[part], X),
            seen.value[part],
        )
        curvature = discrepancy.exact_curvature(pattern, own, white)
        for group in np.unique(g):
            total[group] += np.tensordot(patterns.share[part] * (g == group), curvature, 1)
    return total


def expected_information(pattern, patterns, sample, theta):
    """Expected Hessian of F, given who answered what: (q,) -> (q, q)

    ::

        sum_k w_k { tr(P_k dSigma_r P_k dSigma_s) + 2 dmu_r^T P_k dmu_s }

    Moments among exogenous variables are given and carry no information.
    """
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = local(patterns, moments.sigma, moments.mu)
    slopes, mean_slopes = ram.jacobian(pattern, moments)
    c, p = slopes.shape[1], pattern.observed
    x = pattern.exogenous
    slopes[..., x[:, None], x] = 0
    mean_slopes[..., x] = 0
    total = np.zeros((pattern.groups, c, c))
    for g in range(pattern.groups):
        own = patterns.group == g
        P, w = seen.P[own], patterns.share[own]
        flat = P.reshape(len(P), p * p)
        A = slopes[g].reshape(c, p * p)
        for i in range(p):  # sum over k of w P_ij P_lm, one i at a time, so that memory stays p^3
            joint = ((P[:, i] * w[:, None]).T @ flat).reshape(p * p, p)
            total[g] += (A @ joint) @ slopes[g][:, :, i].T
        total[g] += 2 * mean_slopes[g] @ np.tensordot(w, P, 1) @ mean_slopes[g].T
    return ram.sum_cell_pairs(pattern, total)


def saturated(patterns, groups, *, tolerance=1e-11, max_iterations=10_000):
    """Means and covariances without any model, by EM: Patterns -> (G, p, p), (G, p), F

    One EM step moves Sigma by -Sigma Omega Sigma, and mu by Sigma times the average of P d.
    Dempster, Laird and Rubin (1977), Journal of the Royal Statistical Society B 39, 1-38.
    """
    weight = [np.where(patterns.group == g, patterns.share, 0.0) for g in range(groups)]
    answered = np.stack([w @ patterns.mask for w in weight])
    mu = np.stack([w @ (patterns.mean * patterns.mask) for w in weight]) / answered
    d = (patterns.mean - mu[patterns.group]) * patterns.mask
    spread = np.diagonal(patterns.scatter, axis1=1, axis2=2) + d**2
    sigma = (np.stack([w @ spread for w in weight]) / answered)[..., None] * np.eye(mu.shape[-1])
    seen = local(patterns, sigma, mu)
    for _ in range(max_iterations):
        moved = 0.0
        new_sigma, new_mu = sigma.copy(), mu.copy()
        residual = seen.P - seen.P @ seen.T @ seen.P
        for g, w in enumerate(weight):
            omega = np.tensordot(w / w.sum(), residual, 1)
            shift = sigma[g] @ (w / w.sum() @ seen.pull)
            change = sigma[g] @ omega @ sigma[g] + np.outer(shift, shift)
            deviation = np.sqrt(np.diagonal(sigma[g]))
            new_sigma[g] = sigma[g] - (change + change.T) / 2
            new_mu[g] = mu[g] + shift
            moved = max(moved, np.abs(change / np.outer(deviation, deviation)).max(), np.abs(shift / deviation).max())
        sigma, mu = new_sigma, new_mu
        seen = local(patterns, sigma, mu)
        if not moved > tolerance:  # NaN ends as well
            break
    return sigma, mu, (patterns.share * seen.value).sum()


def scores(pattern, patterns, moments, answers):
    """Slope of every respondent's log-likelihood along every parameter: (N, p) with NaN -> (N, q)"""
    seen = local(patterns, moments.sigma, moments.mu)
    found = np.empty((len(answers), pattern.parameters))
    a, b = pattern.a, pattern.b
    weight = ram.mean_weight(pattern, moments.eta)
    for g in range(pattern.groups):
        rows = np.flatnonzero(patterns.group[patterns.member] == g)
        member = patterns.member[rows]
        d = np.where(np.isnan(answers[rows]), 0.0, answers[rows] - moments.mu[g])
        X = moments.X[g]
        T = np.matvec(seen.P[member], d) @ X
        Q = (X.T @ seen.P @ X)[:, a, b]
        by_cell = pattern.weight * (T[:, a] * T[:, b] - Q[member]) + weight[g] * T[:, a]
        found[rows] = by_cell @ pattern.gather[g]
    return found


class Saturated(NamedTuple):
    """Information about the saturated moments (mu, then vech Sigma) of one group, per respondent.

    observed, first_order : (m, m) from the answers given    complete : (m, m) had every question been answered
    i, j : (m - f,) places in Sigma    free : (f,) places in mu
    """

    observed: np.ndarray
    first_order: np.ndarray
    complete: np.ndarray
    i: np.ndarray
    j: np.ndarray
    free: np.ndarray


def saturated_information(patterns, sigma, mu, answers, given=0):
    """Information at the saturated moments, by group: Patterns, (G, p, p), (G, p), (N, p) -> [Saturated]

    given : how many variables, the last ones, are given and their moments left out
    """
    p = sigma.shape[-1]
    seen = local(patterns, sigma, mu)
    i, j = np.triu_indices(p)
    modelled = (i < p - given) | (j < p - given)
    i, j = i[modelled], j[modelled]
    free = np.arange(p - given)
    half = np.where(i == j, 0.5, 1.0)
    found = []
    for g in range(len(sigma)):
        own = np.flatnonzero(patterns.group == g)
        w = patterns.share[own] / patterns.share[own].sum()
        P, T, pull = seen.P[own], seen.T[own], seen.pull[own]
        A = _saturated_information(P, P @ T @ P, pull, w, i, j, half, free)
        inverse = np.linalg.inv(sigma[g])[None]
        C = _saturated_information(inverse, inverse, np.zeros((1, p)), np.ones(1), i, j, half, free)
        rows = np.flatnonzero(patterns.group[patterns.member] == g)
        member = np.searchsorted(own, patterns.member[rows])
        d = np.where(np.isnan(answers[rows]), 0.0, answers[rows] - mu[g])
        z = np.matvec(P[member], d)
        own_scores = np.concatenate([z[:, free], half * (z[:, i] * z[:, j] - P[:, i, j][member])], axis=1)
        found.append(Saturated(A, own_scores.T @ own_scores / len(rows), C, i, j, free))
    return found


def _saturated_information(P, PTP, pull, w, i, j, half, free):
    """Observed information of (mu, Sigma) per respondent: -> (m, m)"""
    p = P.shape[-1]
    flat = P.reshape(len(P), p * p)
    plain = ((flat * w[:, None]).T @ flat).reshape(p, p, p, p)  # sum of w P_ab P_cd
    mixed = ((PTP.reshape(len(P), p * p) * w[:, None]).T @ flat).reshape(p, p, p, p)  # sum of w PTP_ab P_cd
    joint = mixed + mixed.transpose(2, 3, 0, 1) - plain
    r, s = np.meshgrid(np.arange(len(i)), np.arange(len(i)), indexing="ij")
    a, b, c, d = i[r], j[r], i[s], j[s]
    covariance = (
        np.outer(half, half) * (joint[a, c, b, d] + joint[a, d, b, c] + joint[b, c, a, d] + joint[b, d, a, c]) / 2
    )
    cross = np.tensordot(pull * w[:, None], P, (0, 0))  # (a, b, m): pull_a P_bm
    mean_covariance = (half[:, None] * (cross[i, j] + cross[j, i]))[:, free].T
    mean = np.tensordot(w, P, 1)[np.ix_(free, free)]
    return np.block([[mean, mean_covariance], [mean_covariance.T, covariance]])
