"""Information about the saturated moments, mu and then vech Sigma, from answers with gaps.

With P_k, T_k and the weights of ``fiml``, and the units of vech Sigma pairs (a, b), (c, d) with halves h (1/2 on the
diagonal, 1 beside it), the observed information per respondent is::

    W_mu,mu = sum_k w_k P_k
    W_mu,ab = h_ab sum_k w_k (P_k d_k)_a P_k,b + (P_k d_k)_b P_k,a
    W_ab,cd = h_ab h_cd (J_ac,bd + J_ad,bc)    J_ac,bd = sum_k w_k (P_ac PTP_bd + PTP_ac P_bd - P_ac P_bd)

Of complete answers it is C: K = Sigma^-1 for the means, and h_ab (K Y K)_ab along a symmetric Y for the covariances;
so no (m, m) matrix need be made of it.

Savalei (2010), Structural Equation Modeling 17, 446-463.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import linalg
from .gaps import look, one_by_one, precisions, respondents, rows_of

CHUNK = 1_000_000  # numbers held at once of the (m, m) matrix that is being made


@dataclass(frozen=True, eq=False)
class Saturated:
    """What one group tells about its m saturated moments, per respondent.

    observed : (m, m) W, from the answers given
    scores : (r, m) S, with S^T S = B, the first-order information
    precision : (p, p) K of complete answers
    i, j : (m - f,) places in Sigma    free : (f,) places in mu
    """

    observed: np.ndarray
    scores: np.ndarray
    precision: np.ndarray
    i: np.ndarray
    j: np.ndarray
    free: np.ndarray

    @cached_property
    def vcov(self):
        """W^-1: (m, m), NaN where W is singular."""
        return linalg.inverse_definite(self.observed)

    @cached_property
    def influence(self):
        """S W^-1, how the scores move the moments: (r, m); influence^T influence is their robust covariance."""
        return linalg.solve_rows(self.observed, self.scores)

    @property
    def first_order(self):
        """B = S^T S: (m, m)"""
        return self.scores.T @ self.scores

    def of_complete(self, along):
        """along C: what complete answers would have told, (k, m) -> (k, m)"""
        f, p = len(self.free), len(self.precision)
        found = np.empty_like(along)
        found[:, :f] = along[:, :f] @ self.precision[np.ix_(self.free, self.free)]
        half = np.where(self.i == self.j, 0.5, 1.0)
        for own in _chunks(len(along), p * p):
            Y = np.zeros((len(along[own]), p, p))
            Y[:, self.i, self.j] = Y[:, self.j, self.i] = along[own, f:]
            found[own, f:] = half * (self.precision @ Y @ self.precision)[:, self.i, self.j]
        return found

    def trace_of_complete(self, *, robust):
        """tr(C Gamma): Gamma is W^-1 B W^-1, whatever the answers' distribution, if ``robust``, else W^-1."""
        if robust:
            return float(np.vdot(self.of_complete(self.influence), self.influence))
        return float(np.trace(self.of_complete(self.vcov)))

    def of_covariances(self):
        """The same without means, of complete answers around their own, which tell nothing about covariances."""
        f = len(self.free)
        return Saturated(self.observed[f:, f:], self.scores[:, f:], self.precision, self.i, self.j, self.free[:0])


def saturated_information(patterns, sigma, mu, answers, given=0, independent=None, *, expected=False):
    """Information at the saturated moments, by group: Patterns, (G, p, p), (G, p), (N, p) -> [Saturated]

    given : how many variables, the last ones, are given and their moments left out
    independent : what turns the respondents' scores (n, m) of group g into those of units drawn independently,
        as (scores, g) -> (C, m); without it respondents are such units
    expected : put what the answers given tell on average in the place of ``observed``
    """
    p = sigma.shape[-1]
    single, order = one_by_one(patterns, answers)
    seen, pulls = look(patterns, sigma, mu), look(single, sigma, mu).pull
    P = precisions(patterns, seen)
    n = respondents(patterns, len(sigma))
    i, j = np.triu_indices(p)
    modelled = (i < p - given) | (j < p - given)
    free = np.arange(p - given)
    found = []
    for g, K in enumerate(seen.precision):
        own, rows = patterns.group == g, rows_of(patterns, g)
        plain = P[:, i, j]
        if expected:
            spread, pull = plain[own], np.zeros((own.sum(), p))
        else:
            z = seen.pull[rows]
            first = np.searchsorted(patterns.of[rows], np.flatnonzero(own))
            spread = np.add.reduceat(z[:, i] * z[:, j], first) / patterns.n[own, None]
            pull = np.add.reduceat(patterns.level[rows, None] * z, first) / patterns.n[own, None]
        kept = (i[modelled], j[modelled], free)
        W = _information(plain[own], spread, pull, P[own], patterns.n[own] / n[g], *kept)
        everyone = rows_of(single, g)
        z, of = pulls[everyone], single.of[everyone]
        half = np.where(i == j, 0.5, 1.0)
        scores = np.concatenate([z[:, free], (half * (z[:, i] * z[:, j] - plain[of]))[:, modelled]], axis=1)
        if independent is not None:
            scores = independent(scores[np.argsort(order[everyone])], g)
        found.append(Saturated(W, _condensed(scores / np.sqrt(n[g])), K, *kept))
    return found


def _condensed(scores):
    """As few rows with the same S^T S: (n, m) -> (r, m), where they are more than the columns"""
    if len(scores) <= scores.shape[1]:
        return scores
    return np.linalg.qr(scores, mode="r")


def _information(plain, spread, pull, P, w, i, j, free):
    """W from the upper triangles of P and P T P of the patterns: -> (m, m)"""
    p, f = P.shape[-1], len(free)
    place = np.zeros((p, p), dtype=np.intp)
    place[np.triu_indices(p)] = np.arange(plain.shape[1])
    place = np.maximum(place, place.T)
    joint = (plain * w[:, None]).T @ (spread - plain / 2)
    joint += joint.T.copy()
    half = np.where(i == j, 0.5, 1.0)
    found = np.empty((f + len(i), f + len(i)))
    found[:f, :f] = np.tensordot(w, P, 1)[np.ix_(free, free)]
    cross = np.tensordot(pull * w[:, None], P, (0, 0))  # (a, b, m): pull_a P_bm
    found[f:, :f] = half[:, None] * (cross[i, j] + cross[j, i])[:, free]
    found[:f, f:] = found[f:, :f].T
    for own in _chunks(len(i), len(i)):
        a, b = i[own], j[own]
        pairs = joint[place[np.ix_(a, i)], place[np.ix_(b, j)]]
        pairs += joint[place[np.ix_(a, j)], place[np.ix_(b, i)]]
        pairs *= half[own, None] * half
        found[f:, f:][own] = pairs
    return found


def _chunks(rows, width):
    """Cut rows of so many numbers into slices that are not too large to hold."""
    step = max(1, CHUNK // max(width, 1))
    return [slice(first, first + step) for first in range(0, rows, step)]
