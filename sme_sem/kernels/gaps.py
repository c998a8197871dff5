"""Answers with gaps: who left what open, and what given moments say about it.

Respondents of a group who left the same questions open form a pattern k.  With K = Sigma^-1 and m the variables left
open, the answered ones have (rows and columns of m filled with zeros)::

    P_k = Sigma_oo^-1 = K - K_.m K_mm^-1 K_m.        log|Sigma_oo| = log|Sigma| + log|K_mm|

K_mm^-1 is the covariance of what is open given what was answered, and a deviation d from mu, filled up with its
expectation, is f = d - [K_mm^-1 (K d)_m], so that P_k d = K f.  Nothing larger than m x m is ever inverted by
pattern, and patterns with equally many gaps are one batch.

Anderson (2003), An Introduction to Multivariate Statistical Analysis (conditional distributions).
Shapes: K patterns, N respondents, M rows, G groups, p variables; b patterns with m gaps each in a block.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from . import linalg


class Block(NamedTuple):
    """Patterns of one group with equally many gaps.

    patterns, rows : which of them, and of the rows that stand for them    missing : (b, m) what they left open
    """

    group: int
    patterns: slice
    rows: slice
    missing: np.ndarray


class Patterns(NamedTuple):
    """Sufficient statistics by missing pattern, all groups one after another.

    mask  : (K, p) 1 where answered    n : (K,) how many, or the sum of their weights    mean : (K, p)
    group : (K,)    share : (K,) n_k / N
    member: (N,) the pattern of each respondent
    rows, level, of : (M, p), (M,), (M,) what stands for the respondents: over the rows r of a pattern, the sum of
        (r - level mu)(r - level mu)^T is that of (y - mu)(y - mu)^T over its respondents, whatever mu.  Large
        patterns have p + 1 rows, others the answers themselves; zero where there is none.  Weights count as
        that many respondents alike
    """

    mask: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    group: np.ndarray
    share: np.ndarray
    member: np.ndarray
    rows: np.ndarray
    level: np.ndarray
    of: np.ndarray
    blocks: tuple[Block, ...]


def moved(patterns, by):
    """Every variable less a number of its own: Patterns, (p,) -> Patterns"""
    rows = patterns.rows - patterns.level[:, None] * by * patterns.mask[patterns.of]
    return patterns._replace(mean=(patterns.mean - by) * patterns.mask, rows=rows)


class Seen(NamedTuple):
    """What moments say about every pattern.

    precision : (G, p, p)  K = Sigma^-1
    roots     : by block (b, m, m)  R with R^T R = K_mm^-1
    unknown   : (G, p, p)  K_mm^-1 (with zeros elsewhere), averaged over the group's respondents
    filled    : (M, p)     f of every row        pull : (M, p)  P_k d = K f
    value     : ()         sum_k n_k / N { log|Sigma_k| + tr(P_k T_k) }
    """

    precision: np.ndarray
    roots: tuple[np.ndarray, ...]
    unknown: np.ndarray
    filled: np.ndarray
    pull: np.ndarray
    value: np.ndarray


def missing_patterns(answers, weights=None):
    """Condense answers with gaps: a list of (n, p), one per group -> Patterns

    weights : a list of (n,), how many respondents each stands for
    """
    parts, members, found = [], [], 0
    for place, own in enumerate(answers):
        answered = ~np.isnan(own)
        mask, member = np.unique(answered, axis=0, return_inverse=True)
        order = np.argsort((~mask).sum(axis=1), kind="stable")
        mask, member = mask[order], np.argsort(order)[member.ravel()]
        weight = None if weights is None else weights[place]
        rows, level, of, mean = _condensed(np.where(answered, own, 0.0), member, mask, weight)
        n = np.bincount(member, weight, minlength=len(mask))
        parts.append((mask.astype(float), n, mean, np.full(len(mask), place), rows, level, of + found))
        members.append(member + found)
        found += len(mask)
    mask, n, mean, group, rows, level, of = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Patterns(
        mask, n, mean, group, n / n.sum(), np.concatenate(members), rows, level, of, _blocks(mask, group, of)
    )


def _condensed(filled, member, mask, weight):
    """Rows, their level and pattern, and the mean of each pattern: (M, p), (M,), (M,), (k, p)"""
    p = filled.shape[1]
    own = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
    rows, levels, means = [], [], []
    for members, answered in zip(own, mask, strict=True):
        answers = filled[members]
        level = np.ones(len(answers)) if weight is None else np.sqrt(weight[members])
        n = level @ level
        mean = level**2 @ answers / n
        if len(answers) > p + 1:
            spread = np.linalg.qr(level[:, None] * (answers - mean) * answered, mode="r")
            answers = np.vstack([np.sqrt(n) * mean, spread])
            level = np.concatenate([[np.sqrt(n)], np.zeros(p)])
        else:
            answers = level[:, None] * answers
        rows.append(answers)
        levels.append(level)
        means.append(mean)
    of = np.repeat(np.arange(len(mask)), [len(level) for level in levels])
    return np.concatenate(rows), np.concatenate(levels), of, np.stack(means)


def recounted(patterns, answers, counts):
    """The patterns of respondents who count so often each: Patterns, (N, p) with NaN, (N,) -> Patterns

    Patterns that nobody counts for stay, with n = 0.
    """
    p = answers.shape[1]
    order = np.argsort(patterns.member, kind="stable")
    order = order[counts[order] > 0]
    of, level = patterns.member[order], np.sqrt(counts[order])
    rows = np.where(np.isnan(answers[order]), 0.0, answers[order]) * level[:, None]
    n = np.bincount(patterns.member, counts, minlength=len(patterns.mask))
    sums = np.zeros_like(patterns.mask)
    np.add.at(sums, of, level[:, None] * rows)
    mean = sums / np.where(n > 0, n, 1.0)[:, None]
    for k in np.flatnonzero(np.bincount(of, minlength=len(n)) > p + 1):
        first, last = np.searchsorted(of, [k, k + 1])
        spread = np.linalg.qr((rows[first:last] - level[first:last, None] * mean[k]) * patterns.mask[k], mode="r")
        few = np.vstack([np.sqrt(n[k]) * mean[k], spread])
        rows, of = (np.concatenate([x[:first], y, x[last:]]) for x, y in ((rows, few), (of, np.full(len(few), k))))
        level = np.concatenate([level[:first], [np.sqrt(n[k])], np.zeros(len(few) - 1), level[last:]])
    blocks = _blocks(patterns.mask, patterns.group, of)
    return patterns._replace(n=n, mean=mean, share=n / n.sum(), rows=rows, level=level, of=of, blocks=blocks)


def _blocks(mask, group, of):
    """Neighbouring patterns of one group with equally many gaps."""
    gaps = (mask == 0).sum(axis=1)
    new = np.flatnonzero((np.diff(gaps) != 0) | (np.diff(group) != 0)) + 1
    ends = [0, *new, len(mask)]
    found = []
    for begin, end in pairwise(ends):
        first, last = np.searchsorted(of, [begin, end])
        missing = np.nonzero(mask[begin:end] == 0)[1].reshape(end - begin, gaps[begin])
        found.append(Block(int(group[begin]), slice(begin, end), slice(int(first), int(last)), missing))
    return tuple(found)


def available_moments(answers):
    """Mean and covariance of each variable, each pair, from those who answered it: (n, p) with NaN -> (p, p), (p,)

    Covariances are divided by their own count less one, then multiplied by (n - 1) / n.
    """
    answered = (~np.isnan(answers)).astype(float)
    mean = np.nanmean(answers, axis=0)
    d = np.where(answered > 0, answers - mean, 0.0)
    both = answered.T @ answered
    sums = d.T @ answered
    covariance = (d.T @ d - sums * sums.T / both) / (both - 1)
    return covariance * (len(answers) - 1) / len(answers), mean


def one_by_one(patterns, answers):
    """The patterns with every respondent as a row, and the respondent behind each: (N, p) -> Patterns, (N,)"""
    order = np.argsort(patterns.member, kind="stable")
    of = patterns.member[order]
    rows = np.where(np.isnan(answers), 0.0, answers)[order]
    blocks = _blocks(patterns.mask, patterns.group, of)
    return patterns._replace(rows=rows, level=np.ones(len(rows)), of=of, blocks=blocks), order


def by_mean(patterns):
    """The patterns with one row each: the mean of its respondents' answers."""
    of = np.arange(len(patterns.n))
    blocks = _blocks(patterns.mask, patterns.group, of)
    return patterns._replace(rows=patterns.mean * patterns.mask, level=np.ones(len(of)), of=of, blocks=blocks)


def respondents(patterns, groups):
    """How many there are in every group: (G,)"""
    return np.bincount(patterns.group, patterns.n, minlength=groups)


def rows_of(patterns, g):
    """The rows of a group, which stand together."""
    first, last = np.searchsorted(patterns.group[patterns.of], [g, g + 1])
    return slice(int(first), int(last))


def look(patterns, sigma, mu):
    """Confront every pattern with the moments (G, p, p), (G, p): -> Seen, NaN where Sigma is not positive definite"""
    W = linalg.whitener(sigma)
    K = W.mT @ W
    n = respondents(patterns, len(sigma))
    filled, pull = np.empty_like(patterns.rows), np.empty_like(patterns.rows)
    unknown, roots = np.zeros_like(K), []
    logarithms = (n * linalg.log_determinant(W)).sum()
    for block in patterns.blocks:
        g, m = block.group, block.missing
        of = patterns.of[block.rows] - block.patterns.start
        d = (patterns.rows[block.rows] - patterns.level[block.rows, None] * mu[g]) * patterns.mask[block.patterns][of]
        root = linalg.whitener(K[g][m[:, :, None], m[:, None, :]])
        if m.shape[1]:
            inverse = root.mT @ root
            along = np.take_along_axis(d @ K[g], m[of], axis=1)
            np.put_along_axis(d, m[of], -np.matvec(inverse[of], along), axis=1)
            weight = patterns.n[block.patterns] / n[g]
            np.add.at(unknown[g], (m[:, :, None], m[:, None, :]), weight[:, None, None] * inverse)
            logarithms += patterns.n[block.patterns] @ linalg.log_determinant(root)
        filled[block.rows] = d
        pull[block.rows] = (d @ K[g]) * patterns.mask[block.patterns][of]
        roots.append(root)
    value = (logarithms + np.vdot(filled, pull)) / n.sum()
    return Seen(K, tuple(roots), unknown, filled, pull, value)


def precisions(patterns, seen):
    """P of every pattern: -> (K, p, p)"""
    found = np.empty((*patterns.mask.shape, patterns.mask.shape[1]))
    for block, root in zip(patterns.blocks, seen.roots, strict=True):
        K = seen.precision[block.group]
        away = root @ K[block.missing]
        found[block.patterns] = K - away.mT @ away
    return found * patterns.mask[:, :, None] * patterns.mask[:, None, :]
