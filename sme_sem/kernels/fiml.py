"""Maximum likelihood from incomplete answers (full information).

For the patterns of ``gaps``, n_k respondents with mean ybar_k and covariance S_k (divided by n_k) of what they
answered::

    F = sum_k (n_k / N) { log|Sigma_k| + tr(P_k T_k) }     P_k = Sigma_k^-1     T_k = S_k + d_k d_k^T

With Omega = sum_k w_k (P_k - P_k T_k P_k) the gradient along Sigma is Omega, along mu -2 sum_k w_k P_k d_k.  The
Hessian is that of complete answers with K = Sigma^-1 and this Omega, less what the answers left open would have
told (Louis's missing information).  With B^T B = K_mm^-1, z = P_k (y - mu) and dSigma_r = A_r, dmu_r = a_r::

    sum_k w_k tr(V_r V_s) + 2 / N sum_i q_r^T q_s     V_r = B (K A_r K)_mm B^T     q_r = B (K (A_r z + a_r))_m

Arbuckle (1996), in Marcoulides and Schumacker (eds), Advanced Structural Equation Modeling, 243-277.
Louis (1982), Journal of the Royal Statistical Society B 44, 226-233.
Savalei (2010), Structural Equation Modeling 17, 446-463 (observed information).
"""

import numpy as np

from . import discrepancy, ram
from .discrepancy import Slope, Whitened
from .gaps import look, one_by_one, respondents, rows_of

CHUNK = 2_000_000  # numbers held at once in a stack over patterns


def slope(pattern, patterns, sample, theta, *, exact=False):
    """F, its gradient and a Hessian at theta: (q,) -> Slope

    The Hessian is the expected one of complete answers with the average precision, which is cheap and near; with
    ``exact`` it is F's own.
    """
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = look(patterns, moments.sigma, moments.mu)
    omega, pull, precision = _averages(patterns, seen)
    X, none = moments.X, np.zeros(pattern.groups)
    white = Whitened(X.mT @ precision @ X, X.mT @ omega @ X, np.vecmat(pull, X), none)
    gradient = discrepancy.gradient_by_cell(pattern, moments, white)
    if exact:
        complete = white._replace(gram=X.mT @ seen.precision @ X)
        curvature = discrepancy.exact_curvature(pattern, moments, complete)
        curvature -= _missing_information(pattern, patterns, moments, seen)
    else:
        curvature = discrepancy.expected_curvature(pattern, moments, white)
    share = sample.share[:, None]
    return Slope(
        seen.value,
        ram.sum_cells(pattern, share * gradient),
        ram.sum_cell_pairs(pattern, share[..., None] * curvature),
    )


def gradient(pattern, patterns, sample, theta):
    """F and its gradient alone, as ``slope`` has them: (q,) -> (), (q,)"""
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = look(patterns, moments.sigma, moments.mu)
    return seen.value, ram.sum_cells(
        pattern, sample.share[:, None] * _gradient_by_cell(pattern, patterns, moments, seen)
    )


def _gradient_by_cell(pattern, patterns, moments, seen):
    """F's slopes in each group: -> (G, c)"""
    (omega, pull, _), X = _averages(patterns, seen), moments.X
    return discrepancy.gradient_by_cell(pattern, moments, Whitened(None, X.mT @ omega @ X, np.vecmat(pull, X), None))


def _averages(patterns, seen):
    """Averages of each group's respondents: Omega (G, p, p), P d (G, p) and P (G, p, p)."""
    K = seen.precision
    n = respondents(patterns, len(K))
    precision = K - K @ seen.unknown @ K
    spread, pull = np.empty_like(K), np.empty(K.shape[:-1])
    for g in range(len(K)):
        rows = rows_of(patterns, g)
        z = seen.pull[rows]
        spread[g] = z.T @ z / n[g]
        pull[g] = patterns.level[rows] @ z / n[g]
    omega = precision - spread
    return (omega + omega.mT) / 2, pull, (precision + precision.mT) / 2


def _missing_information(pattern, patterns, moments, seen):
    """What is missing of the complete answers' Hessian, by pairs of cells: -> (G, c, c)"""
    a, b = pattern.a, pattern.b
    n = respondents(patterns, pattern.groups)
    direct = ram.mean_weight(pattern, moments.eta)
    total = _missing_along_sigma(pattern, patterns, seen, moments.X)
    for block, root in zip(patterns.blocks, seen.roots, strict=True):
        g, m = block.group, block.missing
        own = root @ (seen.precision[g] @ moments.X[g])[m]
        along = seen.pull[block.rows] @ moments.X[g]
        of, level = patterns.of[block.rows] - block.patterns.start, patterns.level[block.rows]
        for part in _parts(len(along), m.shape[1] * len(a)):
            x = own[of[part]]
            of_a = pattern.weight * along[part][:, b] + level[part, None] * direct[g]
            of_b = pattern.weight * along[part][:, a]
            total[g] += 2 / n[g] * _gram(x[..., a] * of_a[:, None] + x[..., b] * of_b[:, None])
    return total


def _missing_along_sigma(pattern, patterns, seen, X):
    """sum_k w_k tr(V_r V_s), averaged over each group: (G, p, v + s) -> (G, c, c)"""
    total = np.zeros((len(X), len(pattern.a), len(pattern.a)))
    for g, V in _rows_of_missing(pattern, patterns, seen, X):
        total[g] += V.T @ V
    return total


def _rows_of_missing(pattern, patterns, seen, X, given=()):
    """Yield, for some patterns at a time, their group and V by cell, scaled by the root of w: (r, c)

    given : (x,) variables whose moments do not move
    """
    a, b, weight = pattern.a, pattern.b, pattern.weight
    n = respondents(patterns, len(X))
    for block, root in zip(patterns.blocks, seen.roots, strict=True):
        g, m = block.group, block.missing
        i, j = np.triu_indices(m.shape[1])
        twice = np.sqrt(np.where(i == j, 1, 2))[:, None]
        scale = np.sqrt(np.sqrt(patterns.n[block.patterns] / n[g]))[:, None, None]  # V has it twice
        K = seen.precision[g]
        for part in _parts(len(m), len(i) * len(a)):
            V = _pairs(scale[part] * root[part] @ (K @ X[g])[m[part]], a, b, i, j)
            if len(given):
                V -= _pairs(scale[part] * root[part] @ (K[:, given] @ X[g][given])[m[part]], a, b, i, j)
            V *= weight * twice
            yield g, V.reshape(-1, len(a))


def _pairs(own, a, b, i, j):
    """x_a x_b^T + x_b x_a^T of every cell, its entries i, j: (b, m, v + s) -> (b, len(i), c)"""
    left, right = own[..., a], own[..., b]
    return left[:, i] * right[:, j] + left[:, j] * right[:, i]


def _parts(count, size):
    """Slices of so many that a stack of them, each of ``size`` numbers, stays small."""
    step = max(1, CHUNK // max(size, 1))
    return [slice(begin, begin + step) for begin in range(0, count, step)] if size else []


def _gram(stack):
    """Sums of products over all axes but the last: (..., c) -> (c, c)"""
    flat = stack.reshape(-1, stack.shape[-1])
    return flat.T @ flat


def expected_information(pattern, patterns, sample, theta):
    """Expected Hessian of F, given who answered what: (q,) -> (q, q)

    ::

        sum_k w_k { tr(P_k dSigma_r P_k dSigma_s) + 2 dmu_r^T P_k dmu_s }

    Moments among exogenous variables are given and carry no information.
    """
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = look(patterns, moments.sigma, moments.mu)
    total, _ = _expected_columns(pattern, patterns, moments, seen, slice(None))
    return ram.sum_cell_pairs(pattern, sample.share[:, None, None] * (total + total.mT) / 2)


def gradient_and_expected_columns(pattern, patterns, sample, theta, chosen):
    """The gradient of F by cell, some columns of its expected Hessian, and the diagonal of that.

    chosen : cells (k,)  ->  (G, c), (G, c, k), (G, c)
    """
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    seen = look(patterns, moments.sigma, moments.mu)
    gradient = _gradient_by_cell(pattern, patterns, moments, seen)
    return gradient, *_expected_columns(pattern, patterns, moments, seen, chosen)


def _expected_columns(pattern, patterns, moments, seen, chosen):
    """Columns (G, c, k) and diagonal (G, c) of the expected Hessian by pairs of cells."""
    c, x = len(pattern.matrix), pattern.exogenous
    slopes, mean_slopes = _free_slopes(pattern, moments, chosen)
    columns, diagonal = np.zeros((pattern.groups, c, slopes.shape[1])), np.zeros((pattern.groups, c))
    for g, V in _rows_of_missing(pattern, patterns, seen, moments.X, x):
        columns[g] += V.T @ V[:, chosen]
        diagonal[g] += np.vecdot(V.T, V.T)
    away = seen.precision @ seen.unknown @ seen.precision
    turned, known = seen.precision - 2 * away, 2 * (seen.precision - away)
    for part in _parts(c, slopes[0, 0].size):
        own, own_mean = _free_slopes(pattern, moments, np.arange(c)[part])
        moved, moved_mean = turned[:, None] @ own @ seen.precision[:, None], own_mean @ known
        flat = moved.reshape(*moved.shape[:2], -1)
        columns[:, part] += flat @ slopes.reshape(*slopes.shape[:2], -1).mT + moved_mean @ mean_slopes.mT
        diagonal[:, part] += np.vecdot(flat, own.reshape(flat.shape)) + np.vecdot(moved_mean, own_mean)
    return columns, diagonal


def _free_slopes(pattern, moments, cells):
    """How the moments move along some cells; those among exogenous variables do not."""
    slopes, mean_slopes = ram.jacobian(pattern, moments, cells)
    x = pattern.exogenous
    slopes[..., x[:, None], x] = 0
    mean_slopes[..., x] = 0
    return slopes, mean_slopes


def gfi_parts(patterns, sigma, mu, covariance, mean, exogenous=0):
    """Numerator and denominator of 1 - GFI from answers with gaps, by group: (G, p, p), (G, p), twice -> (G,), (G,)

    ::

        GFI = 1 - sum_k w_k {tr[(P_k R)^2] + 2 r^T P_k r} / sum_k w_k {tr[(P_k S)^2] + 2 m^T P_k m}

    S, m (``covariance``, ``mean``) are the sample's, R = S - Sigma, r = m - mu: the weight is the expected
    information about the saturated moments at the model's.  Without gaps it is ``fit_indices.gfi_parts``.
    Moments among the ``exogenous`` last variables do not count.  Tanaka and Huba (1985), British Journal of
    Mathematical and Statistical Psychology 38, 197-201, for any weight; this one is lavaan's.
    """
    modelled = np.arange(sigma.shape[-1]) < sigma.shape[-1] - exogenous
    seen = look(patterns, sigma, mu)
    K = seen.precision
    S = K @ seen.unknown @ K
    n = respondents(patterns, len(K))
    found = []
    for matrices, vectors in ((covariance - sigma, mean - mu), (covariance, mean)):
        R, r = np.where(modelled[:, None] | modelled, matrices, 0), np.where(modelled, vectors, 0)
        total = np.linalg.trace((K - 2 * S) @ R @ K @ R) + 2 * np.vecdot(r, np.matvec(K - S, r))
        moved = K @ R @ K
        for block, root in zip(patterns.blocks, seen.roots, strict=True):
            g, m = block.group, block.missing
            V = root @ moved[g][m[:, :, None], m[:, None, :]] @ root.mT
            total[g] += patterns.n[block.patterns] @ (V**2).sum(axis=(-2, -1)) / n[g]
        found.append(total)
    return tuple(found)


def scores(pattern, patterns, moments, answers):
    """Slope of every respondent's log-likelihood along every parameter: (N, p) with NaN -> (N, q)"""
    single, order = one_by_one(patterns, answers)
    seen = look(single, moments.sigma, moments.mu)
    found = np.empty((len(answers), pattern.parameters))
    a, b = pattern.a, pattern.b
    weight = ram.mean_weight(pattern, moments.eta)
    for block, root in zip(single.blocks, seen.roots, strict=True):
        g, X = block.group, moments.X[block.group]
        KX = seen.precision[g] @ X
        own = root @ KX[block.missing]
        Q = (X.T @ KX)[a, b] - (own[..., a] * own[..., b]).sum(axis=1)
        T = seen.pull[block.rows] @ X
        of = single.of[block.rows] - block.patterns.start
        by_cell = pattern.weight * (T[:, a] * T[:, b] - Q[of]) + weight[g] * T[:, a]
        found[order[block.rows]] = by_cell @ pattern.gather[g]
    return found


def saturated(patterns, groups, *, tolerance=1e-11, max_iterations=500):
    """Means and covariances without any model: Patterns -> (G, p, p), (G, p), F; F is NaN if they were not found

    EM, whose every other step is extrapolated (squared, Varadhan and Roland's S3) where that lowers F.
    Dempster, Laird and Rubin (1977), Journal of the Royal Statistical Society B 39, 1-38.
    Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353.
    F never rises on this way: where it does, the covariances are singular to rounding error and there is no end.
    """
    lowest = np.inf
    here = uncorrelated(patterns, groups)
    deviation = np.sqrt(np.diagonal(here, axis1=1, axis2=2))[..., None]
    unit = np.concatenate([deviation * deviation.mT, deviation], axis=-1)
    rounding = 8 * np.finfo(float).eps * float(np.abs(here[..., -1:] / deviation).max())  # of means far from zero
    for _ in range(max_iterations):
        first, _ = _improved(patterns, here)
        second, value = _improved(patterns, first)
        step, turn = (first - here) / unit, (second - 2 * first + here) / unit
        if not np.isfinite(second).all() or value > lowest + 1e-3 * (1 + abs(lowest)):
            break
        lowest = min(lowest, value)
        if np.abs((second - first) / unit).max() <= max(tolerance, rounding):
            return second[..., :-1], second[..., -1], look(patterns, second[..., :-1], second[..., -1]).value
        length = float(np.clip(np.linalg.norm(step) / (np.linalg.norm(turn) + np.finfo(float).tiny), 1, 1e6))
        further, far_value = _improved(patterns, here + unit * (2 * length * step + length**2 * turn))
        here = further if far_value <= value else second  # False for NaN
    return here[..., :-1], here[..., -1], np.nan


def uncorrelated(patterns, groups):
    """What fits if variables are uncorrelated, each one's own answers: (G, p, p + 1), covariances beside the means"""
    p = patterns.mask.shape[1]
    found = np.zeros((groups, p, p + 1))
    for g in range(groups):
        own, rows = patterns.group == g, rows_of(patterns, g)
        answered = patterns.n[own] @ patterns.mask[own]
        mean = patterns.n[own] @ patterns.mean[own] / answered
        d = (patterns.rows[rows] - patterns.level[rows, None] * mean) * patterns.mask[patterns.of[rows]]
        found[g, :, :p] = np.diag((d**2).sum(axis=0) / answered)
        found[g, :, p] = mean
    return found


def _improved(patterns, moments):
    """One step of EM, and F before it: (G, p, p + 1) -> (G, p, p + 1), ()"""
    seen = look(patterns, moments[..., :-1], moments[..., -1])
    n = respondents(patterns, len(moments))
    found = np.empty_like(moments)
    for g in range(len(moments)):
        rows = rows_of(patterns, g)
        f, level = seen.filled[rows], patterns.level[rows]
        shift = level @ f / n[g]
        found[g, :, :-1] = f.T @ f / n[g] + seen.unknown[g] - np.outer(shift, shift)
        found[g, :, -1] = moments[g, :, -1] + shift
    return found, seen.value
