"""The moments a path model implies (reticular action model), and how they move.

With A the directed paths among all v variables (observed ones first, then latent), S their
residual variances and covariances, m their intercepts, and E = (I - A)^-1::

    Sigma = E_y S E_y^T        mu = E_y m        E_y: the p observed rows of E

McArdle & McDonald (1984), British Journal of Mathematical and Statistical Psychology 37, 234-251.

**A parameter is a pair of columns.**  With C = E_s S E_y^T, the covariances of the s variables that send an
arrow with the observed ones, put the v + s vectors of length p side by side: X = [E_y, C^T].  Then for every cell::

    A[i, j]   dSigma = x_a x_b^T + x_b x_a^T            a = i, b = v + (place of j in s)     dmu = mu_j x_a
    S[i, j]   dSigma = w (x_a x_b^T + x_b x_a^T)        a = i, b = j                         dmu = 0
    m[i]      dSigma = 0                                a = i                                dmu = x_a

with w = 1/2 on the diagonal of S and 1 elsewhere.  Gradients and Hessians of any discrepancy are
therefore entries of the small matrices X^T (.) X, picked by index; no (q, p, p) stack is formed.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from . import linalg

PATHS, COVARIANCES, INTERCEPTS = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the parameters of a model sit, in every group.

    observed   : p
    A, S, m    : (G, v, v), (G, v, v), (G, v)   fixed values
    matrix     : (c,)    PATHS, COVARIANCES or INTERCEPTS of each cell that is free in some group
    row, col   : (c,)    its place; ``col`` is 0 for intercepts
    parameter  : (G, c)  which parameter stands there; -1: none, the value in A, S or m holds
    factor     : (G, c)  how many times
    parameters : q       (two cells with one parameter are an equality constraint)
    exogenous  : (x,)    observed variables whose moments are taken from the sample as they are
    means      : whether mu is modelled
    """

    observed: int
    A: np.ndarray
    S: np.ndarray
    m: np.ndarray
    matrix: np.ndarray
    row: np.ndarray
    col: np.ndarray
    parameter: np.ndarray
    factor: np.ndarray
    parameters: int
    exogenous: np.ndarray
    means: bool

    @property
    def groups(self):
        """G."""
        return self.A.shape[0]

    @property
    def variables(self):
        """v."""
        return self.A.shape[-1]

    @cached_property
    def sources(self):
        """Variables with an arrow going out; the others' columns of E are those of I."""
        outgoing = (self.A != 0).any(axis=(0, 1))
        outgoing[self.col[self.matrix == PATHS]] = True
        return np.flatnonzero(outgoing)

    @cached_property
    def senders(self):
        """The same, as a slice if they follow each other."""
        return as_slice(self.sources)

    @cached_property
    def a(self):
        """First column of X that each cell multiplies: (c,)"""
        return np.where(self.matrix > INTERCEPTS, 0, self.row)

    @cached_property
    def b(self):
        """Second column: (c,)"""
        sent = self.variables + np.searchsorted(self.sources, self.col)
        return np.where(self.matrix == PATHS, sent, np.where(self.matrix > INTERCEPTS, 0, self.col))

    @cached_property
    def weight(self):
        """w of the module's docstring: (c,)"""
        diagonal = (self.matrix == COVARIANCES) & (self.row == self.col)
        return np.where(self.matrix >= INTERCEPTS, 0.0, np.where(diagonal, 0.5, 1.0))

    @cached_property
    def pair_weight(self):
        """Twice the product of two cells' weights: (c, c)"""
        return 2 * np.outer(self.weight, self.weight)

    @cached_property
    def cells(self):
        """Which cells are of each kind: kind -> (k,)"""
        return {kind: np.flatnonzero(self.matrix == kind) for kind in (PATHS, COVARIANCES, INTERCEPTS)}

    @cached_property
    def kinds(self):
        """The same, as slices where they follow each other."""
        return {kind: as_slice(cells) for kind, cells in self.cells.items()}

    @cached_property
    def places(self):
        """Where A, S (both triangles) and m, laid flat, are free, which parameters stand there, and how many times.

        (k,), (k,) and (k,) each; instead of the last None where all are once
        """

        def of(kind, *place):
            group, cell = np.nonzero((self.parameter >= 0) & (self.matrix == kind))
            shape = self.m.shape if kind == INTERCEPTS else self.A.shape
            flat = np.ravel_multi_index((group, *(index[cell] for index in place)), shape)
            return flat, self.parameter[group, cell], self._times(self.factor[group, cell])

        upper, lower = of(COVARIANCES, self.row, self.col), of(COVARIANCES, self.col, self.row)
        both = (*map(np.append, upper[:2], lower[:2]), None)
        return of(PATHS, self.row, self.col), both, of(INTERCEPTS, self.row)

    @staticmethod
    def _times(factor):
        return factor if (factor != 1).any() else None

    @cached_property
    def runs(self):
        """The free cells of each group by their parameters."""
        found = []
        for own, factor in zip(self.parameter, self.factor, strict=True):
            cells = np.argsort(own, kind="stable")[np.count_nonzero(own < 0) :]
            parameters, starts = np.unique(own[cells], return_index=True)
            found.append(Runs(cells, starts, parameters, self._times(factor[cells])))
        return found

    @cached_property
    def gather(self):
        """K, which sums cells into parameters: (G, c, q) of zeros and factors."""
        return (self.parameter[..., None] == np.arange(self.parameters)) * self.factor[..., None]

    @cached_property
    def one_to_one(self):
        """The cell of each parameter, where every parameter is one cell and there is one group; else None."""
        if self.groups > 1 or len(self.matrix) != self.parameters or (self.factor != 1).any():
            return None
        order = np.argsort(self.parameter[0])
        if not np.array_equal(self.parameter[0][order], np.arange(self.parameters)):
            return None
        in_order = np.array_equal(order, np.arange(self.parameters))
        return slice(None) if in_order else order


class Runs(NamedTuple):
    """Cells (k,) in the order of their parameters (r,), where each parameter's begin (r,), and their factors (k,)."""

    cells: np.ndarray
    starts: np.ndarray
    parameters: np.ndarray
    factor: np.ndarray | None

    def summed(self, values, axis):
        """Sums over the cells of each parameter along one axis: k -> r"""
        found = values.take(self.cells, axis=axis)
        if self.factor is not None:
            found *= np.moveaxis(self.factor[(None,) * (found.ndim - 1)], -1, axis)
        alone = len(self.starts) == len(self.cells)
        return found if alone else np.add.reduceat(found, self.starts, axis=axis)


class Implied(NamedTuple):
    """The moments at some theta, and what their derivatives are made of.

    sigma : (..., G, p, p)      mu : (..., G, p)
    X     : (..., G, p, v + s)  the columns of the module's docstring
    E     : (..., G, v, v)      total effects
    cov   : (..., G, v, v)      E S E^T, covariances among all variables
    eta   : (..., G, v)         means of all variables
    """

    sigma: np.ndarray
    mu: np.ndarray
    X: np.ndarray
    E: np.ndarray
    cov: np.ndarray
    eta: np.ndarray


def matrices(pattern, theta, covariance=None, mean=None):
    """A, S and m with the parameters and the exogenous sample moments put in.

    theta : (..., q); covariance : (..., G, p, p) and mean : (..., G, p), needed where ``exogenous`` is not empty
    -> (..., G, v, v), (..., G, v, v), (..., G, v)
    """
    batch, fixed = theta.shape[:-1], (pattern.A, pattern.S, pattern.m)
    A, S, m = filled = [_spread(x, batch) for x in fixed]
    x = pattern.exogenous
    if len(x):
        S[..., x[:, None], x] = covariance[..., x[:, None], x]
        if mean is not None:
            m[..., x] = mean[..., x]
    for values, own, (flat, parameter, factor) in zip(filled, fixed, pattern.places, strict=True):
        there = theta.take(parameter, axis=-1)
        values.reshape(*batch, own.size)[..., flat] = there if factor is None else factor * there
    return A, S, m


def _spread(fixed, batch):
    """A copy for every member of a batch."""
    copies = np.empty((*batch, *fixed.shape))
    copies[...] = fixed
    return copies


def implied(pattern, theta, covariance=None, mean=None):
    """Evaluate the model: (..., q) -> Implied"""
    A, S, m = matrices(pattern, theta, covariance, mean)
    return assembled(pattern, total_effects(pattern, A), S, m)


def assembled(pattern, E, S, m):
    """Put the moments together: (..., G, v, v), (..., G, v, v), (..., G, v) -> Implied"""
    reach = E[..., : pattern.observed, :]
    cov = E @ S @ E.mT
    cov = (cov + cov.mT) / 2
    with_observed = cov[..., pattern.senders, : pattern.observed]
    eta = np.matvec(E, m)
    return Implied(
        cov[..., : pattern.observed, : pattern.observed],
        eta[..., : pattern.observed],
        np.concatenate([reach, with_observed.mT], axis=-1),
        E,
        cov,
        eta,
    )


def total_effects(pattern, A):
    """E = (I - A)^-1: (..., v, v) -> (..., v, v), NaN where a feedback loop has no equilibrium.

    Only the columns of variables that send an arrow differ from the identity, and they need
    the inverse among those variables alone.
    """
    s, v = pattern.senders, A.shape[-1]
    E = _spread(linalg.identity(v), A.shape[:-2])
    if len(pattern.sources):
        E[..., s] += A[..., s] @ linalg.inverse(linalg.identity(len(pattern.sources)) - A[..., s, :][..., s])
    return E


def reached(step):
    """Which variable is reached from which over any number of steps: (..., v, v) of bool -> the same"""
    reach = step
    for _ in range(step.shape[-1].bit_length()):
        reach = reach | (reach @ reach)
    return reach


def as_slice(places):
    """Places as a slice if they follow each other, which copies nothing: (k,)"""
    together = len(places) and places[-1] - places[0] == len(places) - 1
    return slice(places[0], places[-1] + 1) if together else places


def jacobian(pattern, moments, cells=slice(None)):
    """dSigma and dmu by cell, of all cells or of some: Implied -> (..., G, c, p, p), (..., G, c, p)

    For discrepancies whose weight has no product form; the others need only X.
    """
    u = moments.X[..., pattern.a[cells]].mT
    v = moments.X[..., pattern.b[cells]].mT * pattern.weight[cells, None]
    outer = u[..., :, None] * v[..., None, :]
    return outer + outer.mT, u * mean_weight(pattern, moments.eta)[..., cells, None]


def mean_weight(pattern, eta):
    """d of dmu = d x_a: (..., G, v) -> (..., G, c)"""
    along_path = eta[..., pattern.col]
    return np.where(pattern.matrix == PATHS, along_path, np.where(pattern.matrix == INTERCEPTS, 1.0, 0.0))


def sum_cells(pattern, values):
    """Sum a quantity given by cell into one by parameter: (..., G, c) -> (..., q)"""
    cell = pattern.one_to_one
    if cell is not None:
        return values[..., 0, :][..., cell]
    return sum(sum_cells_of(pattern, group, values[..., group, :]) for group in range(pattern.groups))


def sum_cells_of(pattern, group, values):
    """The same in one group: (..., c) -> (..., q)"""
    runs, found = pattern.runs[group], np.zeros((*values.shape[:-1], pattern.parameters))
    found[..., runs.parameters] = runs.summed(values, -1)
    return found


def sum_cell_pairs(pattern, values):
    """Sum a quantity given by pairs of cells into one by pairs of parameters: (..., G, c, c) -> (..., q, q)"""
    cell = pattern.one_to_one
    if cell is not None:
        return values[..., 0, :, :][..., cell, :][..., cell]
    total = np.zeros((*values.shape[:-3], pattern.parameters, pattern.parameters))
    for group, runs in enumerate(pattern.runs):
        columns = runs.summed(values[..., group, :, :], -1)
        total[..., runs.parameters[:, None], runs.parameters] += runs.summed(columns, -2)
    return total


def by_parameter(pattern, values):
    """Sum a quantity given by cell into one by parameter, for each group and row: (..., G, n, c) -> (..., G, n, q)"""
    cell = pattern.one_to_one
    return values @ pattern.gather if cell is None else values[..., cell]
