"""Respondents in clusters: the likelihood of a model with one level within clusters and another between them.

Respondent i of cluster j has y_ij = w_ij + b_j with independent parts, w ~ (mu_w, Sigma_w) and b ~ (mu_b, Sigma_b); z_j
are measured of the cluster itself.  An orthonormal turn of a cluster's d rows leaves d - 1 contrasts,
independent with mean zero and covariance Sigma_w, and beside them::

    (sqrt(d) ybar_j, z_j)      mean (sqrt(d) (mu_w + mu_b), mu_z)
                               covariance [[Sigma_w + d Sigma_b, sqrt(d) Sigma_bz], [., Sigma_zz]]

So the likelihood is that of a model in 1 + D groups: the N - J contrasts, and the clusters of each of D sizes.  Each
group is a path model in which y = w + sqrt(d) b, and everything of ``discrepancy`` holds.  Among the contrasts z has no
part: it is fixed at variance one there, where the sample has one too.

McDonald and Goldstein (1989), British Journal of Mathematical and Statistical Psychology 42, 215-232.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from . import discrepancy, linalg, ram
from .discrepancy import Sample, Slope

MOST_PAIRS = 1e6  # pairs of cells looked at together: about 8 MB for each array


class Clusters(NamedTuple):
    """What the likelihood needs to know of the answers.

    sizes, counts : (D,) the sizes of clusters, and how many there are of each
    means : (J, p) of each cluster, without the factor      size : (J,)      squares : (J, p, p) sums within
    inner : (k,) places of what varies within clusters
    """

    sizes: np.ndarray
    counts: np.ndarray
    means: np.ndarray
    size: np.ndarray
    squares: np.ndarray
    inner: np.ndarray

    @property
    def respondents(self):
        """N."""
        return int(self.size.sum())

    @property
    def of_size(self):
        """Which of the sizes each cluster has: (J,)"""
        return np.searchsorted(self.sizes, self.size)

    @property
    def turned(self):
        """(sqrt(d) ybar, z) of each cluster: (J, p)"""
        found = self.means.copy()
        found[:, self.inner] *= np.sqrt(self.size)[:, None]
        return found


def clusters(values, code, inner):
    """Condense answers: (N, p), the number of each row's cluster (N,), places of what varies within (k,)"""
    order = np.argsort(code, kind="stable")
    values, code = values[order], code[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    size = np.diff(starts, append=len(code))
    means = np.add.reduceat(values, starts) / size[:, None]
    left = values - np.repeat(means, size, axis=0)
    squares = np.zeros((len(size), values.shape[1], values.shape[1]))
    for i in inner:
        squares[:, i, inner] = np.add.reduceat(left[:, [i]] * left[:, inner], starts)
    sizes, counts = np.unique(size, return_counts=True)
    return Clusters(sizes, counts, means, size, squares, inner)


def sample(known):
    """The moments of the groups: Clusters -> Sample with axes (1 + D, ...)"""
    p, J, N = known.means.shape[1], len(known.size), known.respondents
    contrasts = np.eye(p)
    contrasts[np.ix_(known.inner, known.inner)] = known.squares.sum(axis=0)[np.ix_(known.inner, known.inner)] / (N - J)
    turned, groups = known.turned, known.of_size
    covariance, mean = [contrasts], [np.zeros(p)]
    for g in range(len(known.sizes)):
        own = turned[groups == g]
        mean.append(own.mean(axis=0))
        covariance.append((own - mean[-1]).T @ (own - mean[-1]) / len(own))
    share = np.append(N - J, known.counts) / N
    return Sample(np.stack(covariance), np.stack(mean), share, volume=_volumes(known))


def _volumes(known):
    """What the discrepancy of each group is counted from, so that units do not matter: log variances (1 + D,)"""
    size = known.size[:, None]
    around = known.means - (size * known.means).sum(axis=0) / known.respondents
    squares = np.diagonal(known.squares, axis1=1, axis2=2) + size * around**2
    logs = np.log(squares.sum(axis=0) / known.respondents)
    return np.append(logs[known.inner].sum(), np.full(len(known.counts), logs.sum()))


def log_likelihood(known, value):
    """From the discrepancy, which leaves out volumes, and log(2 pi) + 1 for each number."""
    N, J, p = known.respondents, len(known.size), known.means.shape[1]
    contrasts, *clusters = _volumes(known)
    left_out = (N - J) * contrasts + known.counts @ clusters
    return -0.5 * (N * value + left_out + ((N - J) * len(known.inner) + J * p) * (np.log(2 * np.pi) + 1))


class Level(NamedTuple):
    """The model of one level.

    pattern : of one group      observed : (k,) places of its observed variables among all
    parameters : (q,) which of the parameters of both levels each of its own is
    """

    pattern: ram.Pattern
    observed: np.ndarray
    parameters: np.ndarray


def joined(within, between, p, sizes):
    """Both levels as one path model of p observed variables in 1 + D groups: -> Pattern

    Its variables: the observed ones, then those of the level within, then those of the level between.
    """
    inner, outer = within.pattern, between.pattern
    G, first, second = 1 + len(sizes), p, p + inner.variables
    v = second + outer.variables
    root = np.append(0.0, np.sqrt(sizes))
    A, S, m = np.zeros((G, v, v)), np.zeros((G, v, v)), np.zeros((G, v))
    alone = np.setdiff1d(between.observed, within.observed)
    A[:, within.observed, first + np.arange(len(within.observed))] = 1
    A[:, between.observed, second + np.arange(len(between.observed))] = root[:, None]
    A[1:, alone, second + np.flatnonzero(np.isin(between.observed, alone))] = 1
    S[0, alone, alone] = 1
    for level, start, groups, times in ((inner, first, slice(0, G), root), (outer, second, slice(1, G), np.ones(G))):
        own = slice(start, start + level.variables)
        A[groups, own, own], S[groups, own, own] = level.A[0], level.S[0]
        m[groups, own] = times[groups, None] * level.m[0]
    later = (np.arange(G) > 0).astype(float)
    cells = zip(_cells(within, first, np.ones(G), root), _cells(between, second, later, later), strict=True)
    matrix, row, col, parameter, factor = (np.concatenate(own, axis=-1) for own in cells)
    q = 1 + max(within.parameters.max(initial=-1), between.parameters.max(initial=-1))
    return ram.Pattern(p, A, S, m, matrix, row, col, parameter, factor, q, np.zeros(0, dtype=int), True)


def _cells(level, start, times, times_means):
    """A level's cells, from ``start`` on among all variables; in groups where they count zero times they are not free.

    times, times_means : (G,) how often cells count in each group, and how often intercepts do
    """
    own = level.pattern
    intercept = own.matrix == ram.INTERCEPTS
    factor = own.factor[0] * np.where(intercept, times_means[:, None], times[:, None])
    index = np.append(level.parameters, -1)[own.parameter[0]]
    parameter = np.where(factor != 0, index, -1)
    col = np.where(intercept, 0, own.col + start)
    return own.matrix, own.row + start, col, parameter, np.where(parameter >= 0, factor, 1.0)


def without_structure(free, means, covariance, mean):
    """A level of observed variables alone: -> ram.Pattern

    free : (k, k) which covariances are parameters   means : (k,) which means are   covariance, mean : of the others
    """
    row, col = np.nonzero(np.triu(free))
    own = np.flatnonzero(means)
    k, cells = len(mean), len(row) + len(own)
    return ram.Pattern(
        k,
        np.zeros((1, k, k)),
        np.where(free, 0.0, covariance)[None],
        np.where(means, 0.0, mean)[None],
        np.repeat([ram.COVARIANCES, ram.INTERCEPTS], [len(row), len(own)]),
        np.append(row, own),
        np.append(col, np.zeros(len(own), dtype=int)),
        np.arange(cells)[None],
        np.ones((1, cells)),
        cells,
        np.zeros(0, dtype=int),
        True,
    )


def in_parts(pattern, whole):
    """The groups in turns, each few enough for the pairs of cells to be held: -> pairs of Pattern and Sample"""
    each = max(1, int(MOST_PAIRS / max(len(pattern.matrix), 1) ** 2))
    for start in range(0, pattern.groups, each):
        own = slice(start, start + each)
        by_group = {name: getattr(pattern, name)[own] for name in ("A", "S", "m", "parameter", "factor")}
        yield replace(pattern, **by_group), whole.of(own)


def slope(parts, theta, *, exact=False):
    """F, its gradient, and its expected (``exact``: its own) Hessian at theta: (q,) -> Slope"""
    found = [discrepancy.slope(pattern, own, theta, exact=exact) for pattern, own in parts]
    return Slope(*(np.sum(part, axis=0) for part in zip(*found, strict=True)))


def scores(pattern, theta, known):
    """How each cluster's log-likelihood rises with the parameters: (q,) -> (J, q)"""
    moments = ram.implied(pattern, theta)
    W = linalg.whitener(moments.sigma)
    X = W @ moments.X
    gram = X.mT @ X
    a, b, w = pattern.a, pattern.b, 2 * pattern.weight
    inner = known.inner
    Y = (W[0].T @ X[0])[inner]
    rest = (known.size - 1)[:, None, None] * gram[0] - Y.T @ known.squares[:, inner[:, None], inner] @ Y
    found = ram.sum_cells_of(pattern, 0, w * rest[:, a, b])
    of_size, turned = known.of_size + 1, known.turned
    for g in range(1, pattern.groups):
        own = np.flatnonzero(of_size == g)
        along = (turned[own] - moments.mu[g]) @ W[g].T @ X[g]
        by_cell = w * (gram[g, a, b] - along[:, a] * along[:, b])
        by_cell -= 2 * ram.mean_weight(pattern, moments.eta)[g] * along[:, a]
        found[own] += ram.sum_cells_of(pattern, g, by_cell)
    return -found / 2
