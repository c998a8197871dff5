"""Turn the factors of a loading matrix until a criterion of simplicity is least.

With L the loadings on uncorrelated factors (p items, m factors) and T the rotation::

    oblique      Lambda = L (T^T)^-1   Phi = T^T T, columns of T of length one
    orthogonal   Lambda = L T          Phi = I

A criterion f(Lambda) is a function that gives value and slope G = df/dLambda.  Gradient projection searches from
many starts at once (Bernaards and Jennrich 2005, Educational and Psychological Measurement 65, 676-696); Newton's
method then makes the conditions of a stationary point hold to rounding error (Jennrich 1973, Psychometrika 38,
593-604), with Z = Lambda^T G::

    oblique      Z = diag(Z) Phi       orthogonal   Z = Z^T

Derivatives of the conditions are taken along the imaginary axis, which costs no digits (Squire and Trapp 1998,
SIAM Review 40, 110-112): everything here is analytic and accepts complex numbers.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import linalg

EPSILON = 1e-3  # geomin's offset
STARTS = 30  # of the varimax that promax is made of
IMAGINARY = 1e-30  # a step so short that its square vanishes
ASIDE = 0.01  # a turn by half a degree or so

Criterion = Callable[[Any], tuple[Any, Any]]


class Turned(NamedTuple):
    """T (m, m), the criterion there, and the largest violation of its conditions."""

    rotation: np.ndarray
    value: float
    violation: float


# --- criteria: (..., p, m) -> (...), (..., p, m) -------------------------------------------------------------


def geomin(loadings, epsilon=EPSILON):
    """sum_i (prod_j (lambda_ij^2 + epsilon))^(1/m).  Yates (1987), Multivariate exploratory data analysis."""
    raised = loadings * loadings + epsilon
    row = np.exp(np.log(raised).mean(axis=-1))
    return row.sum(axis=-1), 2 / loadings.shape[-1] * loadings / raised * row[..., None]


def quartimin(loadings):
    """sum_i sum_j<k lambda_ij^2 lambda_ik^2 / 2; direct oblimin with gamma (delta) zero.

    Jennrich and Sampson (1966), Psychometrika 31, 313-323.
    """
    squared = loadings * loadings
    others = squared.sum(axis=-1, keepdims=True) - squared
    return (squared * others).sum(axis=(-2, -1)) / 4, loadings * others


def oblimin(loadings, gamma):
    """sum_j<k (sum_i lambda_ij^2 lambda_ik^2 - gamma / p sum_i lambda_ij^2 sum_i lambda_ik^2) / 2; 0 is quartimin.

    Jennrich and Sampson (1966), Psychometrika 31, 313-323.
    """
    squared = loadings * loadings
    centred = squared - gamma * squared.mean(axis=-2, keepdims=True)
    others = centred.sum(axis=-1, keepdims=True) - centred
    return (squared * others).sum(axis=(-2, -1)) / 4, loadings * others


def varimax(loadings):
    """-sum_j p var_i(lambda_ij^2) / 4.  Kaiser (1958), Psychometrika 23, 187-200."""
    squared = loadings * loadings
    centred = squared - squared.mean(axis=-2, keepdims=True)
    return -(squared * centred).sum(axis=(-2, -1)) / 4, -loadings * centred


def quartimax(loadings):
    """-sum_ij lambda_ij^4 / 4.  Neuhaus and Wrigley (1954), British Journal of Statistical Psychology 7, 81-91."""
    squared = loadings * loadings
    return -(squared * squared).sum(axis=(-2, -1)) / 4, -loadings * squared


def oblique_varimax(loadings):
    """Crawford and Ferguson's criterion with 1 / p for the columns: varimax, if factors stayed uncorrelated."""
    return crawford_ferguson(loadings, 1 / loadings.shape[-2])


def equamax(loadings):
    """Crawford and Ferguson's criterion with m / 2p for the columns.  Saunders (1962), Psychometrika 27, 317-324."""
    p, m = loadings.shape[-2:]
    return crawford_ferguson(loadings, m / (2 * p))


def parsimax(loadings):
    """Crawford and Ferguson's criterion with (m - 1) / (p + m - 2) for the columns."""
    p, m = loadings.shape[-2:]
    return crawford_ferguson(loadings, (m - 1) / (p + m - 2))


def crawford_ferguson(loadings, columns):
    """Complexity of rows, and with the weight ``columns`` of columns: sums of lambda_ij^2 lambda_kl^2 / 4 within them.

    Crawford and Ferguson (1970), Psychometrika 35, 321-332.
    """
    squared = loadings * loadings
    in_row = squared.sum(axis=-1, keepdims=True) - squared
    in_column = squared.sum(axis=-2, keepdims=True) - squared
    others = (1 - columns) * in_row + columns * in_column
    return (squared * others).sum(axis=(-2, -1)) / 4, loadings * others


def infomax(loadings):
    """What is left unknown of the factor when the item is known, in shares of the sum of squared loadings.

    With s_ij = lambda_ij^2 and t their sum::

        log m - log t + (sum_i s_i. log s_i. + sum_j s_.j log s_.j - sum_ij s_ij log s_ij) / t

    McKeon (1968), Rotation for maximum association between factors and tests; Browne (2001), Multivariate Behavioral
    Research 36, 111-150.
    """
    squared = loadings * loadings
    rows, columns = squared.sum(axis=-1, keepdims=True), squared.sum(axis=-2, keepdims=True)
    total = squared.sum(axis=(-2, -1), keepdims=True)
    own, in_row, in_column, in_all = (np.log(np.where(s == 0, 1, s)) for s in (squared, rows, columns, total))
    known = in_row + in_column - own
    mean = (squared * known).sum(axis=(-2, -1), keepdims=True) / total
    value = np.log(loadings.shape[-1]) + (mean - in_all)[..., 0, 0]
    return value, 2 * loadings * (known - mean) / total


def entropy(loadings):
    """-sum_ij s_ij log s_ij / 2 with s_ij = lambda_ij^2, of uncorrelated factors.  Jennrich (2004)."""
    squared = loadings * loadings
    logs = np.log(np.where(squared == 0, 1, squared))
    return -(squared * logs).sum(axis=(-2, -1)) / 2, -loadings * (logs + 1)


def mccammon(loadings):
    """Log of the entropy within columns less that of the columns, of uncorrelated factors.

    With s_ij = lambda_ij^2 and u_ij its share in column j, v_j the column's share in all of them::

        log(-sum_ij u_ij log u_ij) - log(-sum_j v_j log v_j)

    McCammon (1966), Psychometrika 31, 525-534: the minimum entropy ratio.
    """
    squared = loadings * loadings
    column = squared.sum(axis=-2, keepdims=True)
    total = column.sum(axis=-1, keepdims=True)
    within, across = squared / column, column / total
    log_within, log_across = (np.log(np.where(share == 0, 1, share)) for share in (within, across))
    by_column = -(within * log_within).sum(axis=-2, keepdims=True)
    inside, between = by_column.sum(axis=-1, keepdims=True), -(across * log_across).sum(axis=-1, keepdims=True)
    slope = -(log_within + by_column) / column / inside + (log_across + between) / total / between
    return (np.log(inside) - np.log(between))[..., 0, 0], 2 * loadings * slope


def tandem1(loadings):
    """-sum_ik r_ik^2 sum_j lambda_ij^2 lambda_kj^2 with R = Lambda Lambda^T: items that relate load on one factor.

    Comrey (1967), Psychometrika 32, 143-154: the first of his tandem criteria, of uncorrelated factors.
    """
    together, slope = _related(loadings)
    return -together, -slope


def tandem2(loadings):
    """sum_ik (1 - r_ik^2) sum_j lambda_ij^2 lambda_kj^2: items that do not relate load on different factors.

    Comrey (1967): the second of his tandem criteria, of uncorrelated factors.
    """
    squared = loadings * loadings
    column = squared.sum(axis=-2, keepdims=True)
    together, slope = _related(loadings)
    return (column * column).sum(axis=(-2, -1)) - together, 4 * loadings * column - slope


def _related(loadings):
    squared = loadings * loadings
    related = loadings @ loadings.mT
    along = related * related @ squared
    slope = 4 * (loadings * along + related * (squared @ squared.mT) @ loadings)
    return (squared * along).sum(axis=(-2, -1)), slope


def bentler(loadings):
    """(sum_j log m_jj - log |M|) / 4 with M the products of squared loadings: zero if no item loads on two factors.

    Bentler (1977), Multivariate Behavioral Research 12, 441-453: invariant pattern simplicity.
    """
    squared = loadings * loadings
    M = squared.mT @ squared
    diagonal = np.linalg.diagonal(M)
    apart = linalg.inverse(M) - np.eye(M.shape[-1]) / diagonal[..., None, :]
    alike = M / np.sqrt(diagonal[..., :, None] * diagonal[..., None, :])
    return -np.log(np.linalg.det(alike)) / 4, -loadings * (squared @ apart)


def simplimax(loadings):
    """The sum of the p smallest squared loadings, p the number of items.  Kiers (1994), Psychometrika 59, 567-579."""
    squared = loadings * loadings
    size = squared.real.reshape(*squared.shape[:-2], -1)
    limit = np.partition(size, loadings.shape[-2] - 1, axis=-1)[..., loadings.shape[-2] - 1, None, None]
    small = np.where(squared.real <= limit, loadings, 0)
    return (small * small).sum(axis=(-2, -1)), 2 * small


def bifactor(criterion):
    """The same criterion of all columns but the first, the general factor's: simple are the group factors.

    Jennrich and Bentler (2011, 2012), Psychometrika 76, 537-549 and 77, 442-454.
    """

    def of_groups(loadings):
        value, slope = criterion(loadings[..., 1:])
        return value, np.concatenate([np.zeros_like(loadings[..., :1]), slope], axis=-1)

    return of_groups


def target(values):
    """sum_ij (lambda_ij - values_ij)^2 / 2 over what is not NaN: (p, m) -> a criterion.

    Browne (1972), British Journal of Mathematical and Statistical Psychology 25, 207-212.
    """
    said = ~np.isnan(values)
    aim = np.where(said, values, 0.0)

    def towards(loadings):
        off = np.where(said, loadings - aim, 0.0)
        return (off * off).sum(axis=(-2, -1)) / 2, off

    return towards


# --- promax --------------------------------------------------------------------------------------------------


def promax(loadings, power, *, kaiser):
    """Varimax, its loadings V raised to a power, and the oblique rotation nearest to that by least squares.

    ::

        Lambda = V U D    U = (V^T V)^-1 V^T P    p_ij = v_ij |v_ij|^(power - 1)    D so that factors have variance one

    Hendrickson and White (1964), British Journal of Statistical Psychology 17, 65-70.

    kaiser : whether varimax normalises rows; (p, m) -> T (m, m) of :func:`apply`, and varimax's violation
    """
    turn, violation = _varimax(loadings, kaiser=kaiser)
    onwards = turn @ _to_powers(loadings @ turn, power)
    return np.linalg.inv(onwards).T, violation


def promax_slopes(loadings, correlations, power, *, kaiser):
    """Derivatives of what is zero at a promax solution, which says that it leads to itself: -> (k, m (m - 1))

    loadings (k, p, m) and correlations (k, m, m) : a solution with k steps along the imaginary axis

    With M M^T = Phi, V = Lambda M is varimax's solution and M U D the unit matrix.  M is known but for a rotation,
    which varimax's conditions settle: they are eliminated.
    """
    L, phi = loadings[0].real, correlations[0].real
    root = np.linalg.cholesky(phi)
    M = root @ _varimax(L @ root, kaiser=kaiser)[0]
    M = M @ np.rint(M @ _to_powers(L @ M, power)).T  # columns in the solution's order and direction
    m = len(M)
    below, (row, col) = np.tril_indices(m, -1), np.nonzero(~np.eye(m, dtype=bool))

    def at(M, loadings):
        V = loadings @ M
        rows = V / np.sqrt((V * V).sum(axis=-1, keepdims=True)) if kaiser else V
        Z = rows.mT @ varimax(rows)[1]
        return (Z - Z.mT)[..., *below], (M @ _to_powers(V, power))[..., row, col]

    turned = [own.imag / IMAGINARY for own in at(M + 1j * IMAGINARY * (M @ _directions(m, oblique=False)), L)]
    moved = [own.imag / IMAGINARY for own in at(M + (correlations - phi) @ np.linalg.inv(M).T / 2, loadings)]
    return moved[1] - moved[0] @ np.linalg.solve(turned[0], turned[1])


def _varimax(loadings, *, kaiser):
    """T (m, m) and the violation of its conditions."""
    length = np.sqrt((loadings * loadings).sum(axis=-1, keepdims=True)) if kaiser else np.ones(1)
    rows = loadings / np.where(length > 1e-10, length, 1)
    turned = best(varimax, rows, random_starts(loadings.shape[-1], STARTS), oblique=False)
    return turned.rotation, turned.violation


def _to_powers(loadings, power):
    """U D: (..., p, m) -> (..., m, m); analytic where no loading is zero, and of no slope where one is"""
    raised = loadings * (loadings * loadings) ** ((power - 1) / 2)
    U = np.linalg.solve(loadings.mT @ loadings, loadings.mT @ raised)
    inverse = np.linalg.inv(U)
    return U * np.sqrt((inverse * inverse).sum(axis=-1))[..., None, :]


# --- what holds at a solution --------------------------------------------------------------------------------


def conditions(criterion, loadings, correlations, *, oblique):
    """What is zero where the criterion is stationary: (..., p, m), (..., m, m) -> (..., k)

    k = m (m - 1), or half as many if the factors stay uncorrelated
    """
    m = loadings.shape[-1]
    Z = loadings.mT @ criterion(loadings)[1]
    if oblique:
        row, col = np.nonzero(~np.eye(m, dtype=bool))
        return Z[..., row, col] - Z[..., row, row] * correlations[..., row, col]
    row, col = np.tril_indices(m, -1)
    return Z[..., row, col] - Z[..., col, row]


def apply(rotation, loadings, *, oblique):
    """Lambda: (..., m, m), (p, m) -> (..., p, m)"""
    return loadings @ (linalg.inverse(rotation).mT if oblique else rotation)


# --- search --------------------------------------------------------------------------------------------------


def random_starts(m, count, seed=0):
    """Rotations to start from, the first of them none at all: -> (count, m, m)"""
    draws = np.random.default_rng(seed).standard_normal((count - 1, m, m))
    Q, R = np.linalg.qr(draws)
    Q = Q * np.sign(np.linalg.diagonal(R))[..., None, :]
    return np.concatenate([np.eye(m)[None], Q])


def best(criterion, loadings, starts, *, oblique):
    """Search from all starts and perfect the best place found: (p, m), (B, m, m) -> Turned"""
    found = gradient_projection(criterion, loadings, starts, oblique=oblique)
    value = criterion(apply(found, loadings, oblique=oblique))[0]
    first = found[int(np.nanargmin(value))]
    return _perfected(criterion, loadings, first, oblique=oblique)


def below(criterion, loadings, rotation, *, oblique, count=8, seed=0):
    """Where the criterion falls from a place at which it stands still: (p, m), (m, m) -> Turned; None at a minimum.

    A symmetric matrix of loadings can stand exactly on a saddle, which no search leaves; one that begins a little aside
    does, and from a minimum it falls back.
    """
    directions = _directions(rotation.shape[-1], oblique=oblique)
    turns = np.random.default_rng(seed).standard_normal((count, len(directions))) * ASIDE
    starts = _moved(rotation, np.tensordot(turns, directions, axes=1), oblique=oblique)
    found = best(criterion, loadings, starts, oblique=oblique)
    here = criterion(apply(rotation, loadings, oblique=oblique))[0]
    return found if found.value < here - 1e-6 * np.abs(here) - 1e-12 else None  # False for NaN


def gradient_projection(criterion, loadings, starts, *, oblique, tolerance=1e-5, max_iterations=1000):
    """Walk downhill from every start: (p, m), (B, m, m) -> (B, m, m)"""
    T = starts.copy()
    moving = np.arange(len(T))
    length = np.ones(len(T))
    for _ in range(max_iterations):
        own = T[moving]
        value, slope = _slope(criterion, loadings, own, oblique=oblique)
        downhill = _projected(own, slope, oblique=oblique)
        size = (downhill * downhill).sum(axis=(-2, -1))
        on = size > tolerance**2
        if not on.any():
            break
        moving, own, value, downhill, size = moving[on], own[on], value[on], downhill[on], size[on]
        length[moving] *= 2
        waiting = np.arange(len(moving))
        for _ in range(60):
            step = length[moving[waiting]]
            trial = _retracted(own[waiting] - step[:, None, None] * downhill[waiting], oblique=oblique)
            new = criterion(apply(trial, loadings, oblique=oblique))[0]
            better = new < value[waiting] - 0.5 * step * size[waiting]  # False for NaN
            T[moving[waiting[better]]] = trial[better]
            waiting = waiting[~better]
            if not len(waiting):
                break
            length[moving[waiting]] /= 2
        moving = np.delete(moving, waiting)  # no step goes down: rounding error
    return T


def _perfected(criterion, loadings, T, *, oblique):
    """Newton's method on the conditions, as long as they come closer to zero."""
    m = T.shape[-1]
    directions = _directions(m, oblique=oblique)

    def at(T):
        turned = apply(T, loadings, oblique=oblique)
        return conditions(criterion, turned, T.mT @ T, oblique=oblique)

    off = at(T)
    for _ in range(50):
        slopes = at(_moved(T, 1j * IMAGINARY * directions, oblique=oblique)).imag / IMAGINARY
        step = np.linalg.lstsq(slopes.T, -off, rcond=None)[0]
        trial = _moved(T, np.tensordot(step, directions, axes=1), oblique=oblique)
        new = at(trial)
        if not np.abs(new).max() < np.abs(off).max():
            break
        T, off = trial, new
    value = criterion(apply(T, loadings, oblique=oblique))[0]
    return Turned(T, float(value), float(np.abs(off).max()))


def _directions(m, *, oblique):
    """Ways to turn: one off-diagonal cell of a matrix each, or a pair of opposite ones: -> (k, m, m)"""
    row, col = np.nonzero(~np.eye(m, dtype=bool)) if oblique else np.tril_indices(m, -1)
    K = np.zeros((len(row), m, m))
    K[np.arange(len(row)), row, col] = 1
    return K if oblique else K - K.mT


def _moved(T, K, *, oblique):
    """T after a small turn K, again a rotation: (m, m), (..., m, m) -> (..., m, m)"""
    eye = np.eye(T.shape[-1])
    if not oblique:
        return T @ np.linalg.inv(eye - K / 2) @ (eye + K / 2)
    X = T @ (eye + K)
    return X / np.sqrt((X * X).sum(axis=-2, keepdims=True))


def _slope(criterion, loadings, T, *, oblique):
    """Criterion and its derivative by T: (..., m, m) -> (...), (..., m, m)"""
    turned = apply(T, loadings, oblique=oblique)
    value, G = criterion(turned)
    if oblique:
        return value, -linalg.inverse(T).mT @ G.mT @ turned
    return value, loadings.mT @ G


def _projected(T, slope, *, oblique):
    """The part of the derivative that keeps columns of length one, or T orthogonal."""
    if oblique:
        return slope - T * (T * slope).sum(axis=-2, keepdims=True)
    inner = T.mT @ slope
    return slope - T @ (inner + inner.mT) / 2


def _retracted(X, *, oblique):
    """The rotation nearest to X: (..., m, m) -> (..., m, m)"""
    if oblique:
        return X / np.sqrt((X * X).sum(axis=-2, keepdims=True))
    U, _, V = np.linalg.svd(X)
    return U @ V
